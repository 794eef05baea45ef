// SPDX-License-Identifier: Apache-2.0
#include "api_fixture.h"
#include "melange/base/limits.h"

namespace melange::admin {
namespace {

const std::string kPolicies = "/v1/tenants/acme/policies";
const std::string kBody = R"({"policy":{"name":"p"}})";
const std::vector<http::Field> kKey{{"idempotency-key", "k-1"}};

class Idempotency : public Api {
 protected:
  std::size_t policies() { return get(kPolicies).body().at("policies").as_array().size(); }
};

TEST_F(Idempotency, H17TheSameRequestAgainIsAnsweredWithTheSameOctetsAndDoesNothing) {
  const Asked first = post(kPolicies, kBody, kKey);
  now_ += base::Seconds{60};
  const Asked second = post(kPolicies, kBody, kKey);
  EXPECT_EQ(first.status, 201u);
  EXPECT_EQ(second.status, first.status);
  EXPECT_EQ(second.text, first.text);
  EXPECT_EQ(second.fields, first.fields);
  EXPECT_EQ(policies(), 1u);
}

TEST_F(Idempotency, H17ItOutlivesARestart) {
  const Asked first = post(kPolicies, kBody, kKey);
  restart();
  EXPECT_EQ(post(kPolicies, kBody, kKey).text, first.text);
  EXPECT_EQ(policies(), 1u);
}

TEST_F(Idempotency, AnotherBodyUnderTheSameKeyIs422) {
  post(kPolicies, kBody, kKey);
  EXPECT_EQ(post(kPolicies, R"({"policy":{"name":"q"}})", kKey).status, 422u);
  EXPECT_EQ(policies(), 1u);
}

TEST_F(Idempotency, AKeyIsTheCallersOwnAndTheResourcesOwn) {
  const Asked mine = post(kPolicies, kBody, kKey);
  principal_ = tenant_token("acme");
  const Asked another = post(kPolicies, kBody, kKey);
  EXPECT_NE(another.field("Location"), mine.field("Location"));
  EXPECT_EQ(post("/v0.1/ipam/tenants/acme/policies", kBody, kKey).status, 201u);
  EXPECT_EQ(policies(), 3u);
}

TEST_F(Idempotency, WhatFailedIsTriedAgain) {
  EXPECT_EQ(post(kPolicies, R"({"policy":{}})", kKey).status, 400u);
  EXPECT_EQ(post(kPolicies, kBody, kKey).status, 201u);
}

TEST_F(Idempotency, AKeyIsForgottenAfterADay) {
  post(kPolicies, kBody, kKey);
  now_ += base::limits::kAnswerTime;
  post(kPolicies, kBody, kKey);
  EXPECT_EQ(policies(), 2u);
}

TEST_F(Idempotency, AKeyHas1To255VisibleCharacters) {
  for (const std::string& key :
       {std::string(), std::string("a b"), std::string(256, 'k'), std::string("\xc3\xa4")}) {
    EXPECT_EQ(post(kPolicies, kBody, {{"idempotency-key", key}}).status, 400u) << key;
  }
  EXPECT_EQ(post(kPolicies, kBody, {{"idempotency-key", std::string(255, 'k')}}).status, 201u);
}

}  // namespace
}  // namespace melange::admin
