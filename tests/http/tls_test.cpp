// SPDX-License-Identifier: Apache-2.0
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509.h>

#include <boost/asio/connect.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/read.hpp>
#include <boost/asio/read_until.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>
#include <memory>
#include <utility>

#include "client.h"
#include "stand_in.h"
#include "temp_directory.h"

namespace melange::http {
namespace {

namespace asio = boost::asio;
using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;

std::string contents(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  std::string out(data, static_cast<std::size_t>(size));
  BIO_free(bio);
  return out;
}

std::string key_text(EVP_PKEY* key) {
  BIO* out = BIO_new(BIO_s_mem());
  PEM_write_bio_PrivateKey(out, key, nullptr, nullptr, 0, nullptr, nullptr);
  return contents(out);
}

// Signed by itself, valid for an hour.
std::string certificate_text(EVP_PKEY* key) {
  X509* certificate = X509_new();
  X509_set_version(certificate, 2);
  X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
  X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
  X509_set_pubkey(certificate, key);
  X509_sign(certificate, key, EVP_sha256());
  BIO* out = BIO_new(BIO_s_mem());
  PEM_write_bio_X509(out, certificate);
  X509_free(certificate);
  return contents(out);
}

class TlsTest : public testing::Test {
 protected:
  TlsTest() {
    const Key key(EVP_EC_gen("P-256"), EVP_PKEY_free);
    const Key other(EVP_EC_gen("P-256"), EVP_PKEY_free);
    test::write_file(folder_.file("cert.pem"), std::string_view(certificate_text(key.get())));
    test::write_file(folder_.file("key.pem"), std::string_view(key_text(key.get())));
    test::write_file(folder_.file("other.pem"), std::string_view(key_text(other.get())));
  }

  Settings settings(std::string_view key = "key.pem") const {
    return {.listen = {"127.0.0.1:0"},
            .tls_certificate = folder_.file("cert.pem"),
            .tls_key = folder_.file(key),
            .timeout = base::Seconds(1),
            .idle_timeout = base::Seconds(1)};
  }

  test::TempDirectory folder_;
};

// Speaks TLS to a server; what fails is thrown.
class TlsClient {
 public:
  TlsClient(const std::string& address, asio::ssl::context::method method)
      : context_(method), stream_(io_, context_) {
    const std::size_t colon = address.rfind(':');
    const auto port = static_cast<std::uint16_t>(std::stoi(address.substr(colon + 1)));
    stream_.next_layer().connect({asio::ip::make_address("127.0.0.1"), port});
    stream_.handshake(asio::ssl::stream_base::client);
  }

  void send(const std::string& octets) { asio::write(stream_, asio::buffer(octets)); }
  // Up to the first `end`, with it.
  std::string read_until(std::string_view end) {
    const std::size_t size = asio::read_until(stream_, asio::dynamic_buffer(buffer_), end);
    std::string out = buffer_.substr(0, size);
    buffer_.erase(0, size);
    return out;
  }
  // Up to a clean end; anything else is thrown.
  std::string read_rest() {
    boost::system::error_code error;
    asio::read(stream_, asio::dynamic_buffer(buffer_), error);
    if (error != asio::error::eof) throw boost::system::system_error(error);
    return std::exchange(buffer_, {});
  }

 private:
  asio::io_context io_;
  asio::ssl::context context_;
  asio::ssl::stream<asio::ip::tcp::socket> stream_;
  std::string buffer_;
};

TEST_F(TlsTest, AnswersOverTlsAndEndsItProperly) {
  Fixture fixture(settings());
  ASSERT_TRUE(fixture.address().starts_with("https://127.0.0.1:"));
  TlsClient client(fixture.address(), asio::ssl::context::tls_client);
  for (int i = 0; i < 3; ++i) {
    client.send(request("POST", "/echo", "", "{}"));
    EXPECT_TRUE(client.read_until("{}").ends_with("\r\n\r\nPOST /echo {}"));
  }
  client.send(request("GET", "/echo", "Connection: close\r\n"));
  EXPECT_TRUE(client.read_rest().ends_with("GET /echo"));
}

TEST_F(TlsTest, CarriesLongResponses) {
  Fixture fixture(settings());
  TlsClient client(fixture.address(), asio::ssl::context::tls_client);
  client.send(request("GET", "/big", "Connection: close\r\n"));
  EXPECT_GT(client.read_rest().size(), kBigBody);
}

TEST_F(TlsTest, StreamsEvents) {
  Fixture fixture(settings());
  TlsClient client(fixture.address(), asio::ssl::context::tls_client);
  client.send(request("GET", "/events"));
  client.read_until("\r\n\r\n");
  fixture.application.feed.put("data: 1\n\n");
  fixture.server->notify();
  EXPECT_EQ(client.read_until("\n\n"), "data: 1\n\n");
}

TEST_F(TlsTest, KnowsTheOriginOfItsOwnPages) {
  Fixture fixture(settings());
  TlsClient client(fixture.address(), asio::ssl::context::tls_client);
  client.send(request("GET", "/echo", "Origin: http://localhost\r\n"));
  EXPECT_TRUE(client.read_rest().starts_with("HTTP/1.1 403 "));
}

TEST_F(TlsTest, OldVersionsAreRefused) {
  Fixture fixture(settings());
  EXPECT_THROW(TlsClient(fixture.address(), asio::ssl::context::tlsv11_client),
               boost::system::system_error);
  EXPECT_NO_THROW(TlsClient(fixture.address(), asio::ssl::context::tlsv12_client));
}

TEST_F(TlsTest, H1AHandshakeThatDoesNotComeIsCut) {
  Fixture fixture(settings());
  Client silent(fixture.address());
  Client plain(fixture.address());
  plain.send(request("GET", "/echo"));
  EXPECT_EQ(plain.read_rest().find("HTTP"), std::string::npos);
  const auto begin = std::chrono::steady_clock::now();
  silent.send("\x16\x03");
  EXPECT_EQ(silent.read_rest(), "");
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::milliseconds(2000));
}

TEST_F(TlsTest, AKeyThatCannotBeUsedIsNamed) {
  StandIn application;
  const auto message = [&](const Settings& settings) {
    return Server::start(settings, application).error().message;
  };
  EXPECT_NE(message(settings("other.pem")).find("other.pem"), std::string::npos);
  EXPECT_NE(message(settings("absent.pem")).find("absent.pem: No such file"), std::string::npos);
  Settings half = settings();
  half.tls_key = "";
  EXPECT_EQ(message(half), "TLS needs both a certificate and its key");
}

}  // namespace
}  // namespace melange::http
