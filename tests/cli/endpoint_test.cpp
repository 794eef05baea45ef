// SPDX-License-Identifier: Apache-2.0
#include "endpoint.h"

#include <gtest/gtest.h>

#include <vector>

#include "temp_directory.h"

namespace melange::cli {
namespace {

using test::TempDirectory;
using test::write_file;

Endpoint of(const std::string& url) {
  const auto endpoint = parse_url(url);
  EXPECT_TRUE(endpoint) << url << ": " << endpoint.error().message;
  return endpoint.value_or(Endpoint{});
}

TEST(ParseUrl, ReadsSchemeHostAndPort) {
  const Endpoint v6 = of("https://[2001:db8::1]:9898/");
  EXPECT_TRUE(v6.tls);
  EXPECT_EQ(v6.host, "2001:db8::1");
  EXPECT_EQ(v6.port, "9898");
  const Endpoint name = of("http://ipam.example:80");
  EXPECT_FALSE(name.tls);
  EXPECT_EQ(name.host, "ipam.example");
}

TEST(ParseUrl, KnowsTheUsualPorts) {
  EXPECT_EQ(of("http://h").port, "80");
  EXPECT_EQ(of("https://h").port, "443");
  EXPECT_EQ(of("https://[::1]").port, "443");
}

TEST(ParseUrl, RefusesWhatIsNoUrlOfAServer) {
  for (const char* wrong :
       {"", "ipam.example", "ftp://h", "http://", "http://h:", "http://h:0", "http://h:65536",
        "http://h:9x", "http://h/v1", "http://h?x", "http://h#x", "http://[::1", "http://[::1]9",
        "http://::1", "http://a b", "http://a\nb", "https://[]"}) {
    EXPECT_FALSE(parse_url(wrong)) << wrong;
  }
}

TEST(ParseUrl, RefusesAPasswordWithoutRepeatingIt) {
  const auto endpoint = parse_url("https://me:canary@ipam.example");
  ASSERT_FALSE(endpoint);
  EXPECT_EQ(endpoint.error().message.find("canary"), std::string::npos) << "H14";
}

TEST(EndpointText, IsTheUrlOrTheSocketAndNeverTheToken) {
  EXPECT_EQ(text(of("https://[2001:db8::1]:9898")), "https://[2001:db8::1]:9898");
  EXPECT_EQ(text(of("http://h:80")), "http://h");
  EXPECT_EQ(text(unix_socket("/run/x\n.sock")), "unix:/run/x\\x0a.sock");
  EXPECT_EQ(text(*with_token(of("https://h"), "canary")), "https://h") << "H14";
}

TEST(Authority, IsWhatTheHostFieldSays) {
  EXPECT_EQ(authority(of("http://[::1]:9898")), "[::1]:9898");
  EXPECT_EQ(authority(of("https://h:443")), "h");
  EXPECT_EQ(authority(unix_socket("/run/x.sock")), "localhost");
}

TEST(WithToken, RefusesToSendItInTheClearAcrossANetwork) {
  EXPECT_FALSE(with_token(of("http://ipam.example"), "t"));
  EXPECT_FALSE(with_token(of("http://192.0.2.1:9898"), "t"));
  EXPECT_FALSE(with_token(of("http://127.evil.example"), "t"));
  for (const char* url : {"https://ipam.example", "http://127.0.0.1:9898", "http://[::1]:9898",
                          "http://localhost:9898"}) {
    EXPECT_TRUE(with_token(of(url), "t")) << url;
  }
  EXPECT_TRUE(with_token(unix_socket("/run/x.sock"), "t"));
}

TEST(WithToken, RefusesWhatWouldBreakTheHeader) {
  for (const char* wrong : {"", "a b", "a\r\nX-Evil: 1", "\xc3\xbc"}) {
    EXPECT_FALSE(with_token(of("https://h"), wrong)) << wrong;
  }
}

TEST(ReadToken, TakesTheTextWithoutItsNewline) {
  const TempDirectory folder;
  write_file(folder.file("token"), std::string_view("mel_1_secret\r\n"));
  EXPECT_EQ(read_token(folder.file("token")).value_or(""), "mel_1_secret");
  write_file(folder.file("big"), std::string(5000, 'x'));
  EXPECT_FALSE(read_token(folder.file("big")));
  const auto missing = read_token(folder.file("none"));
  ASSERT_FALSE(missing);
  EXPECT_NE(missing.error().message.find("No such file"), std::string::npos);
}

TEST(SocketOf, IsTheFirstUnixSocketThatIsListenedOn) {
  const std::vector<std::string> listen{"127.0.0.1:9898", "unix:/run/a.sock", "unix:/run/b.sock"};
  EXPECT_EQ(socket_of(listen).value_or(""), "/run/a.sock");
  EXPECT_FALSE(socket_of(std::vector<std::string>{"127.0.0.1:9898"}));
}

}  // namespace
}  // namespace melange::cli
