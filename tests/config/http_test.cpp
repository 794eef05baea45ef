// SPDX-License-Identifier: Apache-2.0
//
// The keys of [http], [ipam] and [changes]: what they take, and what they refuse together.
#include <gtest/gtest.h>

#include <algorithm>

#include "answers.h"

namespace melange::config {
namespace {

using base::cat;

std::string answer_to_http(std::string_view keys) { return answer_to(cat("[http]\n", keys)); }
std::string answer_to_listen(std::string_view endpoint) {
  return answer_to_http(cat("listen = [\"", endpoint, "\"]\n"));
}

constexpr std::string_view kGuards =
    "tokens = \"/t\"\ntls_certificate = \"/c\"\ntls_key = \"/k\"\n";

TEST(Http, ListensOnThisHostAloneByDefault) {
  const auto config = parse("[store]\n");
  ASSERT_TRUE(config);
  const std::vector<At<std::string>> expected{{"127.0.0.1:9898"}, {"unix:/run/melange/admin.sock"}};
  EXPECT_EQ(config->http.listen, expected);
  EXPECT_FALSE(config->http.tokens.value);
}

TEST(Http, TakesEveryKey) {
  const auto config = parse(R"([http]
listen = ["[::]:443"]
tokens = "/etc/melange/tokens.toml"
tls_certificate = "/etc/melange/c.pem"
tls_key = "/etc/melange/k.pem"
host_names = ["ipam.example", "10.0.0.1"]
connections = 1024
timeout = "30s"
[ipam]
default_cidr = "10.64.0.0/16"
dns = ["192.0.2.53"]
quarantine_time = "1h"
[changes]
max_events = 1000
max_age = "1d"
)");
  ASSERT_TRUE(config) << text("toml", config.error());
  EXPECT_EQ(config->http.listen, std::vector<At<std::string>>{{"[::]:443"}});
  EXPECT_EQ(config->http.tokens.value, "/etc/melange/tokens.toml");
  EXPECT_EQ(config->http.tls_certificate.value, "/etc/melange/c.pem");
  EXPECT_EQ(config->http.tls_key.value, "/etc/melange/k.pem");
  EXPECT_EQ(config->http.host_names, (std::vector<std::string>{"ipam.example", "10.0.0.1"}));
  EXPECT_EQ(config->http.connections, 1024);
  EXPECT_EQ(config->http.timeout, base::Seconds{30});
  EXPECT_EQ(config->ipam.default_cidr, net::Prefix::parse("10.64.0.0/16"));
  EXPECT_EQ(config->ipam.dns, std::vector{net::Ipv4(0xc0000235)});
  EXPECT_EQ(config->ipam.quarantine_time, base::Seconds{3600});
  EXPECT_EQ(config->changes.max_events, 1000u);
  EXPECT_EQ(config->changes.max_age, base::Seconds{86400});
}

TEST(Http, IsSwitchedOffByAnEmptyList) {
  const auto config = parse("[http]\nlisten = []\n");
  ASSERT_TRUE(config);
  EXPECT_TRUE(config->http.listen.empty());
}

TEST(Listen, TakesLoopbackAndUnixSocketsAsTheyAre) {
  for (const std::string_view good :
       {"127.0.0.1:1", "127.255.255.254:65535", "[::1]:9898", "[0:0::1]:9898", "unix:/a.sock"}) {
    EXPECT_EQ(answer_to_listen(good), "ok") << good;
  }
  EXPECT_EQ(answer_to_listen("unix:" + std::string(107, '/')), "ok");
}

TEST(Listen, RefusesWhatIsNoEndpoint) {
  const auto refusal = [](std::string_view text) {
    return cat("2: listen: \"", text,
               "\" is nothing to listen on; write it like \"127.0.0.1:9898\", \"[::1]:9898\" or "
               "\"unix:/run/melange/admin.sock\"\n");
  };
  for (const std::string_view bad :
       {"", "9898", ":9898", "localhost:9898", "127.0.0.1", "127.1:9898", "::1:9898", "[::1]",
        "[::1:9898", "[]:9898", "[127.0.0.1]:9898", "[::1%lo]:9898", "http://127.0.0.1:9898",
        "127.0.0.1 :9898", "UNIX:/x"}) {
    EXPECT_EQ(answer_to_listen(bad), refusal(bad));
  }
}

TEST(Listen, RefusesPortsThatNobodyCouldKnow) {
  for (const std::string_view port :
       {"0", "", "65536", "-1", "+1", "00080", "80x", "http", " 80"}) {
    EXPECT_EQ(answer_to_listen(cat("127.0.0.1:", port)),
              cat("2: listen: \"127.0.0.1:", port, "\" has no port from 1 to 65535\n"));
  }
}

TEST(Listen, RefusesPathsThatNoSocketCanHave) {
  EXPECT_EQ(answer_to_listen("unix:run/x"),
            "2: listen: \"unix:run/x\" has no absolute path; begin it with /\n");
  EXPECT_EQ(answer_to_listen("unix:").find("2: listen: \"unix:\" has no absolute path"), 0u);
  EXPECT_NE(answer_to_listen("unix:" + std::string(108, '/'))
                .find("is longer than the 107 octets of a socket's path"),
            std::string::npos);
}

TEST(Listen, NamesEachEndpointOnce) {
  EXPECT_EQ(answer_to_http("listen = [\"[::1]:9898\",\n\"[0:0::1]:9898\", \"[::1]:9899\"]\n"),
            "3: listen \"[0:0::1]:9898\" is that of line 2 too\n");
  EXPECT_EQ(answer_to_http("listen = [\"unix:/a\",\n\"unix:/a\"]\n"),
            "3: listen \"unix:/a\" is that of line 2 too\n");
}

TEST(Listen, C7_ReachesBeyondThisHostOnlyWithTokensAndTls) {
  for (const std::string_view beyond :
       {"0.0.0.0:9898", "[::]:9898", "192.0.2.1:9898", "[2001:db8::1]:9898", "128.0.0.1:9898",
        "[::ffff:127.0.0.1]:9898"}) {
    const auto with = [&](std::string_view keys) {
      return answer_to_http(cat("listen = [\"", beyond, "\"]\n", keys));
    };
    const std::string refusal =
        cat("2: listen \"", beyond,
            "\" can be reached from other hosts: set tokens, tls_certificate and tls_key, or "
            "listen on 127.0.0.1, [::1] or a unix socket\n");
    EXPECT_EQ(with(""), refusal);
    EXPECT_EQ(with("tokens = \"/t\"\n"), refusal);
    EXPECT_EQ(with("tls_certificate = \"/c\"\ntls_key = \"/k\"\n"), refusal);
    EXPECT_EQ(with(kGuards), "ok");
  }
}

TEST(Listen, C7_IsNotJudgedByAGuardThatIsWrongItself) {
  EXPECT_EQ(answer_to_http("listen = [\"0.0.0.0:80\"]\ntokens = \"t\"\n"
                           "tls_certificate = \"/c\"\ntls_key = \"/k\"\n"),
            "3: tokens: \"t\" is not an absolute path; begin it with /\n");
}

TEST(Tls, NeedsBothOfItsFiles) {
  EXPECT_EQ(answer_to_http("tls_key = \"/k\"\n"), "2: tls_key needs tls_certificate beside it\n");
  EXPECT_EQ(answer_to_http("tls_certificate = \"/c\"\n"),
            "2: tls_certificate needs tls_key beside it\n");
  EXPECT_EQ(answer_to_http("tls_certificate = \"c\"\ntls_key = \"/k\"\n"),
            "2: tls_certificate: \"c\" is not an absolute path; begin it with /\n");
}

TEST(Http, HasNamesAndNumbersWithinTheirBounds) {
  EXPECT_EQ(answer_to_http("connections = 0\n"), "2: connections: 0 is not within 1 and 1024\n");
  EXPECT_EQ(answer_to_http("connections = 1025\n"),
            "2: connections: 1025 is not within 1 and 1024\n");
  EXPECT_EQ(answer_to_http("connections = 1\n"), "ok");
  EXPECT_EQ(answer_to_http("timeout = \"infinite\"\n").find("2: timeout: \"infinite\""), 0u);
  EXPECT_EQ(answer_to_http("host_names = [\"a_b\"]\n").find("2: host_names: \"a_b\""), 0u);
  EXPECT_EQ(answer_to_http("token = \"/x\"\n"), "2: unknown key 'token'; did you mean 'tokens'?\n");
}

TEST(Changes, HaveBounds) {
  const auto answer = [](std::string_view value) {
    return answer_to(cat("[changes]\nmax_events = ", value, "\n"));
  };
  EXPECT_EQ(answer("1000"), "ok");
  EXPECT_EQ(answer("100000000"), "ok");
  EXPECT_EQ(answer("999"), "2: max_events: 999 is not within 1000 and 100000000\n");
  EXPECT_EQ(answer("100000001"), "2: max_events: 100000001 is not within 1000 and 100000000\n");
  EXPECT_EQ(answer("-1"), "2: max_events: expected a whole number from 0 to 4294967295, not -1\n");
  EXPECT_EQ(answer("4294968296").find("2: max_events: expected"), 0u) << "does not wrap to 1000";
}

TEST(Ipam, HasAServableDefaultBlock) {
  EXPECT_EQ(answer_to("[ipam]\ndefault_cidr = \"127.0.0.0/8\"\n"),
            "2: default_cidr: 127.0.0.0/8 has loopback addresses (127.0.0.0/8)\n");
  EXPECT_EQ(answer_to("[ipam]\nquarantine_time = \"0s\"\n"),
            "2: quarantine_time: \"0s\" is no time at all; write at least \"1s\"\n");
}

}  // namespace
}  // namespace melange::config
