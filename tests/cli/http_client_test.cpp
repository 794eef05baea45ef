// SPDX-License-Identifier: Apache-2.0
//
// The client against a server of a few lines, which takes one connection and says what it is told.
#include "http_client.h"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>
#include <thread>

#include "melange/base/text.h"
#include "temp_directory.h"

namespace melange::cli {
namespace {

using test::TempDirectory;

class OneAnswer {
 public:
  // Listens on the unix socket `path`; if that is empty, on a port of 127.0.0.1.
  OneAnswer(const std::string& path, std::string answer) : answer_(std::move(answer)) {
    listener_ = socket(path.empty() ? AF_INET : AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    path.empty() ? listen_on_port() : listen_on_path(path);
    EXPECT_EQ(listen(listener_, 1), 0);
    thread_ = std::thread([this] { serve(); });
  }
  OneAnswer(const OneAnswer&) = delete;
  OneAnswer& operator=(const OneAnswer&) = delete;
  ~OneAnswer() {
    if (thread_.joinable()) thread_.join();
    close(listener_);
  }

  // What the client sent; waits until it was answered.
  const std::string& heard() {
    if (thread_.joinable()) thread_.join();
    return heard_;
  }
  std::uint16_t port() const { return port_; }

 private:
  template <class Address>
  void bind_to(const Address& address) {
    sockaddr_storage storage{};
    std::memcpy(&storage, &address, sizeof address);
    const void* const any = &storage;
    EXPECT_EQ(bind(listener_, static_cast<const sockaddr*>(any), sizeof address), 0);
  }

  void listen_on_path(const std::string& path) {
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(address.sun_path, sizeof address.sun_path - 1);
    bind_to(address);
  }

  void listen_on_port() {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    bind_to(address);
    socklen_t size = sizeof address;
    void* const any = &address;
    EXPECT_EQ(getsockname(listener_, static_cast<sockaddr*>(any), &size), 0);
    port_ = ntohs(address.sin_port);
  }

  void serve() {
    const int peer = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    char octets[4096];
    while (!is_whole(heard_)) {
      const ssize_t count = read(peer, octets, sizeof octets);
      if (count <= 0) break;
      heard_.append(octets, static_cast<std::size_t>(count));
    }
    std::string_view rest = answer_;
    while (!rest.empty()) {
      const ssize_t count = ::send(peer, rest.data(), rest.size(), MSG_NOSIGNAL);
      if (count <= 0) break;
      rest.remove_prefix(static_cast<std::size_t>(count));
    }
    close(peer);
  }

  // The tests' bodies are JSON objects: they end with a brace.
  static bool is_whole(const std::string& request) {
    const bool has_body = request.find("Content-Length") != std::string::npos;
    return has_body ? request.ends_with('}') : request.ends_with("\r\n\r\n");
  }

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::string answer_;
  std::string heard_;
  std::thread thread_;
};

constexpr std::string_view kOk =
    "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}";
const Request kGet{"GET", "/v1/x", "", false};

// The body, or why there is none.
std::string body_of(const base::Result<Response>& response) {
  return response ? response->body : response.error().message;
}

TEST(HttpClient, AsksOverAUnixSocket) {
  const TempDirectory folder;
  OneAnswer server(folder.file("s"), std::string(kOk));
  const auto response = make_http_client(unix_socket(folder.file("s")))->send(kGet);
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(response->status, 200U);
  EXPECT_EQ(response->reason, "OK");
  EXPECT_EQ(response->content_type, "application/json");
  EXPECT_EQ(response->body, "{}");
  EXPECT_EQ(server.heard(),
            "GET /v1/x HTTP/1.1\r\nHost: localhost\r\nUser-Agent: melange\r\n"
            "Accept: application/json\r\nConnection: close\r\n\r\n");
}

TEST(HttpClient, SendsBodyAndTokenOverTcp) {
  OneAnswer server("", std::string(kOk));
  const std::string url = base::cat("http://127.0.0.1:", server.port());
  const auto endpoint = with_token(*parse_url(url), "mel_1_canary");
  ASSERT_TRUE(endpoint);
  EXPECT_EQ(body_of(make_http_client(*endpoint)->send({"POST", "/v1/x", "{\"a\":1}", false})),
            "{}");
  EXPECT_EQ(server.heard(),
            base::cat("POST /v1/x HTTP/1.1\r\nHost: 127.0.0.1:", server.port(),
                      "\r\nUser-Agent: melange\r\nAccept: application/json\r\n"
                      "Connection: close\r\nAuthorization: Bearer mel_1_canary\r\n"
                      "Content-Type: application/json\r\nContent-Length: 7\r\n\r\n{\"a\":1}"));
}

TEST(HttpClient, GivesAStreamInPiecesUntilItsEnd) {
  const TempDirectory folder;
  OneAnswer server(folder.file("s"),
                   "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                   "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  std::string seen;
  const auto response = make_http_client(unix_socket(folder.file("s")))
                            ->stream({"GET", "/v1/changes", "", true},
                                     [&](std::string_view piece) { seen += piece; });
  ASSERT_TRUE(response) << response.error().message;
  EXPECT_EQ(seen, "abcde");
  EXPECT_EQ(response->body, "");
  EXPECT_NE(server.heard().find("Accept: text/event-stream\r\n"), std::string::npos);
}

TEST(HttpClient, GivesTheBodyOfARefusedStreamWhole) {
  const TempDirectory folder;
  OneAnswer server(folder.file("s"), "HTTP/1.1 403 Forbidden\r\nContent-Length: 3\r\n\r\nno!");
  const auto response =
      make_http_client(unix_socket(folder.file("s")))
          ->stream({"GET", "/v1/changes", "", true}, [](std::string_view) { ADD_FAILURE(); });
  EXPECT_EQ(body_of(response), "no!");
}

TEST(HttpClient, FailsOnAnAnswerThatEndsInTheMiddle) {
  const TempDirectory folder;
  OneAnswer server(folder.file("s"), "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{}");
  const auto response = make_http_client(unix_socket(folder.file("s")))->send(kGet);
  ASSERT_FALSE(response);
  EXPECT_TRUE(response.error().message.starts_with("unix:")) << response.error().message;
}

TEST(HttpClient, FailsOnAnAnswerThatIsTooLong) {
  const TempDirectory folder;
  OneAnswer server(folder.file("s"), "HTTP/1.1 200 OK\r\nContent-Length: 68157440\r\n\r\n" +
                                         std::string(65u << 20, 'x'));
  const auto response = make_http_client(unix_socket(folder.file("s")))->send(kGet);
  ASSERT_FALSE(response);
  EXPECT_TRUE(response.error().message.ends_with("the answer is over 64 MiB"))
      << response.error().message;
}

TEST(HttpClient, SaysWhatToDoWhenNobodyListens) {
  const TempDirectory folder;
  const std::string path = folder.file("none.sock");
  EXPECT_EQ(body_of(make_http_client(unix_socket(path))->send(kGet)),
            base::cat("cannot connect to unix:", path,
                      ": No such file or directory (is the server running? [http] listen of its "
                      "configuration says where)"));
}

TEST(HttpClient, RefusesASocketPathThatIsTooLong) {
  const auto response = make_http_client(unix_socket("/" + std::string(107, 'x')))->send(kGet);
  EXPECT_NE(body_of(response).find("too long"), std::string::npos);
}

}  // namespace
}  // namespace melange::cli
