// SPDX-License-Identifier: Apache-2.0
#include "melange/admin/authenticate.h"

#include <gtest/gtest.h>

#include "melange/base/digest.h"

namespace melange::admin {
namespace {

using Kind = http::Peer::Kind;

const std::string kCi = "mel_ci_" + std::string(43, 'x');

Tokens one_token() {
  const auto digest = base::sha256(base::bytes_of(kCi));
  return Tokens({{"ci", {digest.begin(), digest.end()}, {"tenant:acme"}, "", ""}});
}

http::Request request_of(Kind peer, std::vector<std::string> credentials) {
  http::Request request;
  request.peer = {.kind = peer, .address = peer == Kind::kUnix ? "" : "192.0.2.1"};
  request.fields.push_back({"host", "localhost"});
  for (std::string& value : credentials) {
    request.fields.push_back({"authorization", std::move(value)});
  }
  return request;
}

// The actor, or the reason of the refusal.
std::string answer(Kind peer, const Tokens* tokens, std::vector<std::string> credentials) {
  const auto principal = authenticate(request_of(peer, std::move(credentials)), tokens);
  return principal ? principal->actor : std::string(text(principal.error()));
}

std::string refusal(Unauthorized reason) { return std::string(text(reason)); }

TEST(Authenticate, TakesTheUnixSocketForLocal) {
  const Tokens tokens = one_token();
  EXPECT_EQ(answer(Kind::kUnix, nullptr, {}), "local");
  EXPECT_EQ(answer(Kind::kUnix, &tokens, {}), "local");
}

TEST(Authenticate, TakesATokenOnTheUnixSocketForItsPrincipal) {
  const Tokens tokens = one_token();
  EXPECT_EQ(answer(Kind::kUnix, &tokens, {"Bearer " + kCi}), "token:ci");
  const auto principal = authenticate(request_of(Kind::kUnix, {"Bearer " + kCi}), &tokens);
  EXPECT_FALSE(principal->admin) << "a token narrows what the socket would allow";
  EXPECT_EQ(answer(Kind::kUnix, &tokens, {"Bearer " + kCi + "x"}),
            refusal(Unauthorized::kUnknownToken));
  EXPECT_EQ(answer(Kind::kUnix, nullptr, {"Bearer " + kCi}), refusal(Unauthorized::kUnknownToken));
}

TEST(Authenticate, TakesLoopbackForLocalOnlyWhileNoTokensAreConfigured) {
  const Tokens tokens = one_token();
  EXPECT_EQ(answer(Kind::kLoopback, nullptr, {}), "local");
  EXPECT_EQ(answer(Kind::kLoopback, &tokens, {}), refusal(Unauthorized::kMissing));
  EXPECT_EQ(answer(Kind::kLoopback, &tokens, {"Bearer " + kCi}), "token:ci");
}

TEST(Authenticate, C7_RefusesOtherHostsWhileNoTokensAreConfigured) {
  EXPECT_EQ(answer(Kind::kRemote, nullptr, {}), refusal(Unauthorized::kNoTokens));
  EXPECT_EQ(answer(Kind::kRemote, nullptr, {"Bearer " + kCi}), refusal(Unauthorized::kNoTokens));
}

class OverTcp : public testing::TestWithParam<Kind> {
 protected:
  std::string answer_to(std::vector<std::string> credentials) {
    return answer(GetParam(), &tokens_, std::move(credentials));
  }

  const Tokens tokens_ = one_token();
};

TEST_P(OverTcp, NeedsAToken) {
  EXPECT_EQ(answer_to({"Bearer " + kCi}), "token:ci");
  EXPECT_EQ(answer_to({"bearer " + kCi}), "token:ci") << "RFC 9110 11.1: case does not matter";
  EXPECT_EQ(answer_to({"BEARER   " + kCi}), "token:ci") << "RFC 9110 11.4: one or more blanks";
}

TEST_P(OverTcp, H10_RefusesAWrongToken) {
  EXPECT_EQ(answer_to({"Bearer mel_ci_" + std::string(43, 'y')}),
            refusal(Unauthorized::kUnknownToken));
  EXPECT_EQ(answer_to({"Bearer " + kCi + " "}), refusal(Unauthorized::kUnknownToken));
}

TEST_P(OverTcp, H11_RefusesAMissingField) {
  EXPECT_EQ(answer_to({}), refusal(Unauthorized::kMissing));
}

TEST_P(OverTcp, H11_RefusesADoubledField) {
  EXPECT_EQ(answer_to({"Bearer " + kCi, "Bearer " + kCi}), refusal(Unauthorized::kRepeated));
  EXPECT_EQ(answer_to({"Bearer " + kCi, ""}), refusal(Unauthorized::kRepeated));
}

TEST_P(OverTcp, H11_RefusesEightKibibytes) {
  EXPECT_EQ(answer_to({"Bearer " + std::string(8192, 'x')}), refusal(Unauthorized::kTooLong));
  EXPECT_EQ(answer_to({"Bearer " + std::string(1018, 'x')}), refusal(Unauthorized::kTooLong));
  EXPECT_EQ(answer_to({"Bearer " + std::string(1017, 'x')}), refusal(Unauthorized::kUnknownToken));
}

TEST_P(OverTcp, H11_RefusesOtherSchemesAndGarbage) {
  for (const std::string& wrong :
       {std::string("Basic bWVsOnNlY3JldA=="), kCi, "Bearer" + kCi, "Bearer\t" + kCi,
        " Bearer " + kCi, std::string(""), std::string("Bearer"), "Token " + kCi,
        std::string("\xff\0\x01", 3)}) {
    EXPECT_EQ(answer_to({wrong}), refusal(Unauthorized::kNotBearer)) << wrong;
  }
  EXPECT_EQ(answer_to({"Bearer "}), refusal(Unauthorized::kUnknownToken));
  EXPECT_EQ(answer_to({"Bearer " + kCi + ", Bearer x"}), refusal(Unauthorized::kUnknownToken));
}

INSTANTIATE_TEST_SUITE_P(From, OverTcp, testing::Values(Kind::kLoopback, Kind::kRemote));

TEST(Unauthorized, H14_SaysNothingOfWhatWasSent) {
  const Tokens tokens = one_token();
  const std::string canary = "mel_ci_CanaryCanaryCanaryCanaryCanaryCanaryCanaryC";
  for (const std::string& sent : {canary, "Bearer " + canary, "Basic " + canary}) {
    EXPECT_EQ(answer(Kind::kRemote, &tokens, {sent}).find("Canary"), std::string::npos);
  }
}

}  // namespace
}  // namespace melange::admin
