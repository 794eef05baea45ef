// SPDX-License-Identifier: Apache-2.0
//
// What holds of every request: routes, rights, queries, bodies, the old prefix, entity tags.
#include "api_fixture.h"
#include "melange/base/text.h"
#include "router.h"

namespace melange::admin {
namespace {

using http::Method;

const std::string kPolicies = "/v1/tenants/acme/policies";

class Requests : public Api {};

// The pattern with something in the place of each variable.
std::string path_of(std::string_view pattern, std::string_view tenant) {
  std::string path;
  for (const std::string_view part : base::split(pattern.substr(1), '/')) {
    path += '/';
    path += part == "{tenant}" ? tenant : part.starts_with('{') ? "x" : part;
  }
  return path;
}

TEST_F(Requests, UnknownPathsAre404) {
  for (const std::string_view path :
       {"/v1", "/v2/tenants/acme/policies", "/v1/tenants", "/v1/tenants/acme/policies/x/y",
        "/v0.1/tenants/acme/policies", "/index.html", "/v1/policies"}) {
    EXPECT_EQ(get(path).status, 404u) << path;
  }
}

TEST_F(Requests, H8PathsThatMeanAnotherOneAre404) {
  for (const std::string_view path :
       {"/v1/tenants/acme/../acme/policies", "/v1/tenants/acme/%2e%2e/acme/policies",
        "/v1/tenants/acme//policies", "//v1/tenants/acme/policies", "/v1/tenants/acme/policies/",
        "/v1/tenants/acme/policies%00", "/v1/tenants/acme/policies%", "/v1/tenants/acme/policies%4",
        "/v1/tenants/acme\\policies", "/v1/tenants/acme/%5cpolicies",
        "/v1/tenants/ac%c0%afme/policies", "/v1/tenants/ac%0ame/policies", "/v1/tenants/./policies",
        "/v1/tenants/../policies", "/v1/tenants/%2e%2e/policies", "/V1/tenants/acme/policies",
        ""}) {
    EXPECT_EQ(get(path).status, 404u) << path;
  }
  EXPECT_EQ(get("/v1/tenants/%61cme/policies").status, 200u);
}

TEST_F(Requests, AMethodThatAPathDoesNotTakeIs405AndTellsThoseItTakes) {
  const Asked asked = ask(Method::kPatch, kPolicies);
  EXPECT_EQ(asked.status, 405u);
  EXPECT_EQ(asked.field("Allow"), "GET, HEAD, POST");
  EXPECT_EQ(ask(Method::kOptions, "/healthz").status, 405u);
  EXPECT_EQ(ask(Method::kOther, "/v1/changes").status, 405u);
}

TEST_F(Requests, HeadIsAnsweredAsGet) {
  EXPECT_EQ(ask(Method::kHead, kPolicies).status, 200u);
  EXPECT_EQ(ask(Method::kHead, kPolicies).field("Content-Type"), "application/json");
}

TEST_F(Requests, ForeignTenantsAre404OnEveryRoute) {
  principal_ = tenant_token("other");
  for (const Route& route : routes()) {
    if (route.scope != Scope::kTenant) continue;
    const Asked asked = ask(route.method, path_of(route.pattern, "acme"), "{}");
    EXPECT_EQ(asked.status, 404u) << route.id;
    EXPECT_EQ(asked.at("/detail"), R"("there is no such tenant")") << route.id;
  }
}

TEST_F(Requests, AdminRoutesAre403ForATenant) {
  principal_ = tenant_token("acme");
  std::size_t seen = 0;
  for (const Route& route : routes()) {
    if (route.scope != Scope::kAdmin) continue;
    ++seen;
    EXPECT_EQ(ask(route.method, path_of(route.pattern, "acme"), "{}").status, 403u) << route.id;
  }
  EXPECT_GE(seen, 4u);
}

TEST_F(Requests, WritingIs403ForATokenThatReads) {
  const std::string policy = make_policy("p");
  principal_ = tenant_token("acme", false);
  EXPECT_EQ(get(policy).status, 200u);
  for (const Route& route : routes()) {
    if (route.scope != Scope::kTenant || is_read(route.method)) continue;
    EXPECT_EQ(ask(route.method, path_of(route.pattern, "acme"), "{}").status, 403u) << route.id;
  }
  principal_ = {"token:auditor", true, false, {}};
  EXPECT_EQ(get("/v1/mac_address_ranges").status, 200u);
  EXPECT_EQ(post("/v1/mac_address_ranges", "{}").status, 403u);
}

TEST_F(Requests, WhatWritesIsForTheTurnAndWhatReadsIsNot) {
  for (const Route& route : routes()) {
    http::Request request;
    request.method = route.method;
    request.path = path_of(route.pattern, "acme");
    EXPECT_EQ(where(request) == Where::kTurn, !is_read(route.method) || route.in_turn) << route.id;
  }
}

TEST_F(Requests, RoutesShowWhatTheySayTheyShow) {
  for (const Route& route : routes()) {
    const bool shows = route.result == Result::kObject || route.result == Result::kList ||
                       route.result == Result::kWhole;
    EXPECT_EQ(shows, route.shows != nullptr) << route.id;
  }
}

TEST_F(Requests, HealthNeedsNoToken) {
  principal_ = {};
  EXPECT_EQ(get("/healthz").text, R"({"status":"ok"})");
  EXPECT_EQ(get("/readyz").text, R"({"status":"ready"})");
  http::Request request;
  request.path = "/readyz";
  EXPECT_TRUE(is_public(request));
  request.path = "/v1/changes";
  EXPECT_FALSE(is_public(request));
}

TEST_F(Requests, UnknownAndRepeatedParametersAre400) {
  EXPECT_EQ(get(kPolicies + "?limmit=1").at("/errors/0/field"), R"("limmit")");
  EXPECT_EQ(get(kPolicies + "?limit=1&limit=2").status, 400u);
  EXPECT_EQ(get(kPolicies + "?limit=%zz").status, 400u);
  EXPECT_EQ(get(kPolicies + "?&").status, 400u);
  EXPECT_EQ(get("/healthz?x=1").status, 400u);
}

TEST_F(Requests, ABodyWhereNoneBelongsIs400) {
  EXPECT_EQ(ask(Method::kGet, kPolicies, "{}").status, 400u);
  EXPECT_EQ(ask(Method::kDelete, make_policy("p"), "{}").status, 400u);
  EXPECT_EQ(post(kPolicies, "").status, 400u);
}

TEST_F(Requests, AClientThatWantsNoJsonIsTold) {
  EXPECT_EQ(get(kPolicies, {{"accept", "application/xml"}}).status, 406u);
  EXPECT_EQ(get(kPolicies, {{"accept", "text/html, */*;q=0.1"}}).status, 200u);
}

TEST_F(Requests, ProblemsAreProblemJsonWithAllFaults) {
  const Asked asked = post(kPolicies, R"({"policy":{"nam":"x","description":7}})");
  EXPECT_EQ(asked.status, 400u);
  EXPECT_EQ(asked.field("Content-Type"), "application/problem+json");
  EXPECT_EQ(asked.text, R"({"type":"about:blank","title":"Bad Request","status":400,)"
                        R"("detail":"3 things are wrong with the request","errors":[)"
                        R"({"field":"name","message":"is missing"},)"
                        R"({"field":"description","message":"expects a text"},)"
                        R"({"field":"nam","message":"is not known; did you mean 'name'?"}]})");
}

TEST_F(Requests, H15TextsOfATenantAreOnlyEverJsonTexts) {
  const std::string name = R"(=cmd()\"</script><b>&\\)";
  const std::string policy = make_policy(name);
  EXPECT_NE(get(policy).text.find("\"name\":\"" + name + "\""), std::string::npos);
  EXPECT_EQ(get(policy).field("Content-Type"), "application/json");
  EXPECT_EQ(post(kPolicies, R"({"policy":{"<b>\u0001":1,"name":"x"}})").at("/errors/0/field"),
            R"("<b>\\x01")");
}

TEST_F(Requests, TheOldPrefixReachesTheSameHandlers) {
  const std::string old = "/v0.1/ipam/tenants/acme/policies";
  const Asked made = post(old, R"({"policy":{"name":"old"}})");
  EXPECT_EQ(made.status, 201u);
  EXPECT_EQ(made.field("Location").find(old), 0u);
  const std::string policy = made.field("Location");
  EXPECT_EQ(get(policy).at("/policy/name"), R"("old")");
  EXPECT_EQ(put(policy, R"({"policy":{"name":"new"}})").status, 200u);
  EXPECT_EQ(get(kPolicies).at("/policies/0/name"), R"("new")");
  const Asked gone = remove(policy);
  EXPECT_EQ(gone.status, 200u);
  EXPECT_EQ(gone.text, "");
}

TEST_F(Requests, TheOldPrefixNamesItsErrors) {
  EXPECT_EQ(
      get("/v0.1/ipam/tenants/acme/policies/x").text,
      R"({"NotFound":{"code":404,"message":"Not Found","detail":"there is no such policy"}})");
  const Asked bad = post("/v0.1/ipam/tenants/acme/policies", R"({"policy":{"nam":1}})");
  EXPECT_EQ(bad.field("Content-Type"), "application/json");
  EXPECT_EQ(bad.at("/BadRequest/code"), "400");
  EXPECT_EQ(bad.at("/BadRequest/detail"),
            R"("name: is missing; nam: is not known; did you mean 'name'?")");
  http::Request request;
  request.path = "/v0.1/ipam/tenants/acme/policies";
  EXPECT_EQ(
      problem(503, "Service Unavailable", "full", request).body,
      R"({"ServiceUnavailable":{"code":503,"message":"Service Unavailable","detail":"full"}})");
}

TEST_F(Requests, AWriteTellsTheRevisionThatItsCommitGets) {
  const Asked made = post(kPolicies, R"({"policy":{"name":"p"}})");
  const std::string policy = made.field("Location");
  EXPECT_EQ(get(policy).field("ETag"), made.field("ETag"));
  EXPECT_EQ(get(policy).text, made.text);
  const Asked changed = patch(policy, R"({"policy":{"description":"d"}})");
  EXPECT_NE(changed.field("ETag"), made.field("ETag"));
  EXPECT_EQ(get(policy).field("ETag"), changed.field("ETag"));
}

TEST_F(Requests, H17OfTwoWritersWithOneETagTheSecondGets412) {
  const std::string policy = make_policy("p");
  const std::string tag = get(policy).field("ETag");
  EXPECT_EQ(put(policy, R"({"policy":{"name":"a"}})", {{"if-match", tag}}).status, 200u);
  EXPECT_EQ(put(policy, R"({"policy":{"name":"b"}})", {{"if-match", tag}}).status, 412u);
  EXPECT_EQ(get(policy).at("/policy/name"), R"("a")");
  EXPECT_EQ(remove(policy, {{"if-match", tag}}).status, 412u);
  const std::string now = get(policy).field("ETag");
  EXPECT_EQ(remove(policy, {{"if-match", "\"0\", " + now}}).status, 204u);
}

TEST_F(Requests, IfMatchTakesAStarAndNoWeakTag) {
  const std::string policy = make_policy("p");
  const std::string tag = get(policy).field("ETag");
  EXPECT_EQ(patch(policy, R"({"policy":{}})", {{"if-match", "W/" + tag}}).status, 412u);
  EXPECT_EQ(patch(policy, R"({"policy":{}})", {{"if-match", ""}}).status, 412u);
  EXPECT_EQ(patch(policy, R"({"policy":{}})", {{"if-match", "*"}}).status, 200u);
}

TEST_F(Requests, WhatTheClientHasIs304) {
  const std::string policy = make_policy("p");
  const std::string tag = get(policy).field("ETag");
  const Asked asked = get(policy, {{"if-none-match", "W/" + tag}});
  EXPECT_EQ(asked.status, 304u);
  EXPECT_EQ(asked.text, "");
  EXPECT_EQ(asked.field("ETag"), tag);
  EXPECT_EQ(get(policy, {{"if-none-match", "\"0\""}}).status, 200u);
}

}  // namespace
}  // namespace melange::admin
