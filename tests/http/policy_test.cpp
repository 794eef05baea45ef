// SPDX-License-Identifier: Apache-2.0
#include "policy.h"

#include <gtest/gtest.h>

#include "delays.h"
#include "http_limits.h"

namespace melange::http {
namespace {

const LocalEnd kUnixEnd{.is_unix = true, .is_tls = false, .address = "", .port = 0};
const LocalEnd kPlainEnd{.is_unix = false, .is_tls = false, .address = "192.0.2.1", .port = 9898};
const LocalEnd kTlsEnd{.is_unix = false, .is_tls = true, .address = "[2001:db8::1]", .port = 9898};

std::optional<Refusal> judge(Method method, std::vector<Field> fields, std::size_t length = 0,
                             const LocalEnd& local = kPlainEnd) {
  Request request;
  request.method = method;
  request.fields = std::move(fields);
  const Head head{.size = 100, .content_length = length, .is_http_1_0 = false};
  return judge_request(request, head, HostList({"ipam.lab.example"}), local);
}

TEST(HostList, H6KnowsTheLoopbackNamesUnderAnyPort) {
  const HostList hosts({});
  for (const auto* host : {"localhost", "LocalHost:1", "127.0.0.1:9898", "[::1]", "[::1]:80"}) {
    EXPECT_TRUE(hosts.allows(host, kPlainEnd)) << host;
  }
}

TEST(HostList, H6KnowsTheAddressThatTheClientIsConnectedTo) {
  const HostList hosts({});
  EXPECT_TRUE(hosts.allows("192.0.2.1:9898", kPlainEnd));
  EXPECT_TRUE(hosts.allows("192.0.2.1", kPlainEnd));
  EXPECT_TRUE(hosts.allows("[2001:DB8::1]:9898", kTlsEnd));
  EXPECT_FALSE(hosts.allows("192.0.2.1:80", kPlainEnd));
  EXPECT_FALSE(hosts.allows("192.0.2.2:9898", kPlainEnd));
}

TEST(HostList, H6RefusesNamesThatNobodyHasAllowed) {
  const HostList hosts({"ipam.lab.example", "[2001:db8::7]", "other.example:81"});
  EXPECT_TRUE(hosts.allows("IPAM.lab.example:8443", kPlainEnd));
  EXPECT_TRUE(hosts.allows("[2001:db8::7]:1", kPlainEnd));
  EXPECT_TRUE(hosts.allows("other.example:81", kPlainEnd));
  for (const auto* host :
       {"", "evil.example", "localhost.", "localhost.evil.example", "evil.localhost", "a@localhost",
        "localhost:", "localhost:x", "localhost:80:80", "[::1", "::1", "[::1]x", "[::1]x:80",
        "localhost, evil", "localhost/", "127.0.0.1.evil.example", "other.example:82"}) {
    EXPECT_FALSE(hosts.allows(host, kPlainEnd)) << host;
  }
}

TEST(HostList, LetsAnythingPassOnAUnixSocket) {
  EXPECT_TRUE(HostList({}).allows("melange", kUnixEnd));
}

TEST(Policy, H6AWrongHostIsTheFirstReason) {
  EXPECT_EQ(judge(Method::kOptions, {{"host", "evil"}, {"origin", "http://evil"}}),
            Refusal::kWrongHost);
}

TEST(Policy, H7ForeignPagesMayNotAsk) {
  const auto from = [](std::string origin, const LocalEnd& local) {
    return judge(Method::kGet, {{"host", "localhost:9898"}, {"origin", origin}}, 0, local);
  };
  EXPECT_EQ(from("http://localhost:9898", kPlainEnd), std::nullopt);
  EXPECT_EQ(from("HTTP://LOCALHOST:9898", kPlainEnd), std::nullopt);
  EXPECT_EQ(from("https://localhost:9898", kTlsEnd), std::nullopt);
  EXPECT_EQ(from("http://localhost:9898", kTlsEnd), Refusal::kForeignOrigin);
  for (const auto* origin :
       {"", "null", "http://evil", "http://localhost", "http://localhost:98981",
        "http://localhost:9898/", "localhost:9898"}) {
    EXPECT_EQ(from(origin, kPlainEnd), Refusal::kForeignOrigin) << origin;
    EXPECT_EQ(from(origin, kUnixEnd), Refusal::kForeignOrigin) << origin;
  }
}

TEST(Policy, H7PreflightsAreRefused) {
  const Field host{"host", "localhost"};
  EXPECT_EQ(judge(Method::kOptions, {host}), Refusal::kOptions);
  EXPECT_EQ(judge(Method::kOptions, {host, {"origin", "http://evil"}}), Refusal::kForeignOrigin);
}

TEST(Policy, H7ABodyMustBeJson) {
  const auto post = [](std::string type) {
    return judge(Method::kPost, {{"host", "localhost"}, {"content-type", type}}, 2);
  };
  for (const auto* type : {"application/json", "Application/JSON; charset=utf-8",
                           "application/json;charset=\"UTF-8\"", "application/json ; a=b"}) {
    EXPECT_EQ(post(type), std::nullopt) << type;
  }
  for (const auto* type :
       {"", "text/plain", "application/x-www-form-urlencoded", "application/jsonp",
        "text/plain; application/json", "application/json; charset=latin1", ";application/json"}) {
    EXPECT_EQ(post(type), Refusal::kNotJson) << type;
  }
}

TEST(Policy, OnlySomeMethodsHaveABody) {
  const std::vector<Field> fields{{"host", "localhost"}, {"content-type", "application/json"}};
  for (const Method method : {Method::kPost, Method::kPut, Method::kPatch}) {
    EXPECT_EQ(judge(method, fields, 1), std::nullopt);
    EXPECT_EQ(judge(method, {fields[0]}, 0), std::nullopt);
  }
  for (const Method method : {Method::kGet, Method::kHead, Method::kDelete}) {
    EXPECT_EQ(judge(method, fields, 1), Refusal::kUnexpectedBody);
    EXPECT_EQ(judge(method, fields, 0), std::nullopt);
  }
}

TEST(Policy, MeetsOneExpectationOnly) {
  const Field host{"host", "localhost"};
  EXPECT_EQ(judge(Method::kPut, {host, {"expect", "100-Continue"}}), std::nullopt);
  EXPECT_EQ(judge(Method::kPut, {host, {"expect", "tea"}}), Refusal::kExpectation);
}

TEST(Delays, H10DoubleUpToTheLongest) {
  Delays delays;
  for (const std::int64_t wanted : {100, 200, 400, 800, 1600, 2000, 2000}) {
    EXPECT_EQ(delays.next("192.0.2.1", base::Millis(0)).count(), wanted);
  }
}

TEST(Delays, H10BelongToOneSourceAndAreForgottenAfterAMinute) {
  Delays delays;
  delays.next("192.0.2.1", base::Millis(0));
  EXPECT_EQ(delays.next("192.0.2.2", base::Millis(0)), limits::kFirstDelay);
  EXPECT_EQ(delays.next("192.0.2.1", base::Millis(59'999)), 2 * limits::kFirstDelay);
  EXPECT_EQ(delays.next("192.0.2.1", base::Millis(119'999)), limits::kFirstDelay);
}

TEST(Delays, H10AreKeptForSoManySourcesTheQuietestOfWhichIsForgotten) {
  Delays delays;
  const auto last = static_cast<std::int64_t>(limits::kDelayedSources);
  for (std::int64_t i = 0; i <= last; ++i) delays.next(std::to_string(i), base::Millis(i));
  EXPECT_EQ(delays.next("1", base::Millis(last)), 2 * limits::kFirstDelay);
  EXPECT_EQ(delays.next("0", base::Millis(last)), limits::kFirstDelay);
}

}  // namespace
}  // namespace melange::http
