// SPDX-License-Identifier: Apache-2.0
#include "api_fixture.h"
#include "melange/ipam/policy.h"

namespace melange::admin {
namespace {

const std::string kPolicies = "/v1/tenants/acme/policies";

std::string id_of(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

class Policies : public Api {
 protected:
  // A block under that policy, all of it pool.
  void make_block(std::string_view policy, std::string_view cidr) {
    store::Block block = test::block(1, cidr, "");
    block.pools = {block.cidr.range()};
    block.tenant = "acme";
    look([&](const store::View& view) {
      const auto number =
          store::parse_uuid(id_of(policy), view.store_id(), store::ObjectKind::kPolicy);
      block.policy = store::PolicyId{number.value_or(0)};
      const auto stored = view.policy(block.policy);
      ASSERT_TRUE(stored);
      ipam::derive(block, &*stored);
    });
    apply({store::PutNetwork{test::network()}, store::PutBlock{block}});
  }
  // What may be leased of the block.
  std::string dynamic() {
    std::string out;
    look([&](const store::View& view) {
      const auto block = view.block(store::BlockId{1});
      ASSERT_TRUE(block);
      for (const net::Range& range : block->dynamic) {
        out += (out.empty() ? "" : " ") + text(range);
      }
    });
    return out;
  }
  std::size_t count(std::string_view path, std::string_view collection) {
    return get(path).body().at(collection).as_array().size();
  }
};

TEST_F(Policies, AreMadeShownChangedAndDeleted) {
  const Asked made = post(kPolicies, R"({"policy":{"name":"p","description":"d"}})");
  ASSERT_EQ(made.status, 201u) << made.text;
  const std::string policy = made.field("Location");
  EXPECT_EQ(made.at("/policy/tenant_id"), R"("acme")");
  EXPECT_EQ(made.at("/policy/created_at"), R"("1970-01-01T00:16:40Z")");
  EXPECT_EQ(patch(policy, R"({"policy":{"description":null}})").at("/policy/description"), R"("")");
  EXPECT_EQ(get(policy).at("/policy/name"), R"("p")");
  EXPECT_EQ(remove(policy).status, 204u);
  EXPECT_EQ(get(policy).status, 404u);
  EXPECT_EQ(remove(policy).status, 404u);
}

TEST_F(Policies, OfAnotherTenantAre404OnEveryVerb) {
  const std::string id = id_of(make_policy("p"));
  const std::string foreign = "/v1/tenants/other/policies/" + id;
  for (const std::string& path :
       {foreign, foreign + "/unusable_ip_ranges", foreign + "/unusable_ip_octets"}) {
    EXPECT_EQ(get(path).status, 404u) << path;
  }
  EXPECT_EQ(put(foreign, R"({"policy":{"name":"x"}})").status, 404u);
  EXPECT_EQ(remove(foreign).status, 404u);
  EXPECT_EQ(post(foreign + "/unusable_ip_octets", R"({"ip_octet":{"octet":1}})").status, 404u);
}

TEST_F(Policies, ABodyThatNamesAnotherTenantIs400) {
  EXPECT_EQ(post(kPolicies, R"({"policy":{"name":"p","tenant_id":"other"}})").status, 400u);
  EXPECT_EQ(post(kPolicies, R"({"policy":{"name":"p","tenant_id":"acme"}})").status, 201u);
}

TEST_F(Policies, AreListedAPageAtATime) {
  std::vector<std::string> ids;
  for (const char* const name : {"a", "b", "c", "d", "e"}) {
    ids.push_back(id_of(make_policy(name)));
  }
  const Asked page = get(kPolicies + "?limit=2&marker=" + ids[1]);
  EXPECT_EQ(page.at("/policies/0/name"), R"("c")");
  EXPECT_EQ(page.at("/policies/1/name"), R"("d")");
  EXPECT_EQ(page.at("/policies/2"), "(nothing)");
  EXPECT_EQ(page.text_at("/policies_links/0/rel"), "next");
  const Asked last = get(page.text_at("/policies_links/0/href"));
  EXPECT_EQ(last.at("/policies/0/name"), R"("e")");
  EXPECT_EQ(last.at("/policies_links"), "(nothing)");
  EXPECT_EQ(count(kPolicies, "policies"), 5u);
}

TEST_F(Policies, APageThatNothingFollowsHasNoLink) {
  make_policy("a");
  make_policy("b");
  EXPECT_EQ(get(kPolicies + "?limit=2").at("/policies_links"), "(nothing)");
  EXPECT_EQ(
      get(kPolicies + "?limit=1").text_at("/policies_links/0/href").find(kPolicies + "?limit=1&"),
      0u);
}

TEST_F(Policies, APageGoesOnBehindWhatWasDeleted) {
  const std::string first = make_policy("a");
  make_policy("b");
  remove(first);
  EXPECT_EQ(get(kPolicies + "?marker=" + id_of(first)).at("/policies/0/name"), R"("b")");
}

TEST_F(Policies, WrongLimitsAndMarkersAre400) {
  for (const std::string_view query :
       {"limit=0", "limit=abc", "limit=", "limit=1001", "limit=-1", "limit=1e2", "marker=x",
        "marker=00000000-0000-8003-8000-000000000001"}) {
    EXPECT_EQ(get(kPolicies + "?" + std::string(query)).status, 400u) << query;
  }
}

TEST_F(Policies, Case34_OctetsDenyAddressesOfTheirBlocksAtOnce) {
  const std::string policy = make_policy("p");
  make_block(policy, "192.0.2.0/29");
  EXPECT_EQ(dynamic(), "192.0.2.1-192.0.2.6");
  const Asked made = post(policy + "/unusable_ip_octets", R"({"ip_octet":{"octet":"3"}})");
  ASSERT_EQ(made.status, 201u) << made.text;
  EXPECT_EQ(made.at("/ip_octet/octet"), "3");
  look([](const store::View& view) {
    EXPECT_TRUE(view.block(store::BlockId{1})->denied_octets.has(3));
  });
  EXPECT_EQ(remove(made.field("Location")).status, 204u);
  look([](const store::View& view) {
    EXPECT_TRUE(view.block(store::BlockId{1})->denied_octets.empty());
  });
}

TEST_F(Policies, RangesDenySlicesOfTheirBlocksAtOnce) {
  const std::string policy = make_policy("p");
  make_block(policy, "192.0.2.0/29");
  const Asked made =
      post(policy + "/unusable_ip_ranges", R"({"ip_range":{"offset":3,"length":2}})");
  ASSERT_EQ(made.status, 201u) << made.text;
  EXPECT_EQ(dynamic(), "192.0.2.1-192.0.2.2 192.0.2.5-192.0.2.6");
  const std::string range = made.field("Location");
  EXPECT_EQ(put(range, R"({"ip_range":{"offset":-3}})").at("/ip_range/length"), "2");
  EXPECT_EQ(dynamic(), "192.0.2.1-192.0.2.4");
  EXPECT_EQ(remove(range).status, 204u);
  EXPECT_EQ(dynamic(), "192.0.2.1-192.0.2.6");
}

TEST_F(Policies, ARuleThatHitsAnAddressInUseTellsItAndRevokesNothing) {
  const std::string policy = make_policy("p");
  make_block(policy, "192.0.2.0/29");
  apply({store::PutAddress{test::leased(test::key(1, "192.0.2.3"), test::client(1))}});
  const Asked made = post(policy + "/unusable_ip_octets", R"({"ip_octet":{"octet":3}})");
  EXPECT_EQ(made.status, 201u);
  EXPECT_TRUE(made.text_at("/denied_but_in_use/0").ends_with(":192.0.2.3"));
  look([](const store::View& view) {
    EXPECT_TRUE(view.address(test::key(1, "192.0.2.3")).has_value());
  });
}

TEST_F(Policies, Case36_NumbersOfARuleMayBeTextsAndNothingElse) {
  const std::string ranges = make_policy("p") + "/unusable_ip_ranges";
  EXPECT_EQ(post(ranges, R"({"ip_range":{"offset":"10","length":"2"}})").at("/ip_range/offset"),
            "10");
  EXPECT_EQ(post(ranges, R"({"ip_range":{"offset":"x","length":1}})").status, 400u);
  EXPECT_EQ(post(ranges, R"({"ip_range":{"offset":1,"length":0}})").status, 400u);
  EXPECT_EQ(post(ranges, R"({"ip_range":{"offset":1,"length":-1}})").status, 400u);
  EXPECT_EQ(post(ranges, R"({"ip_range":{"offset":1}})").status, 400u);
  EXPECT_EQ(count(ranges, "ip_ranges"), 1u);
}

TEST_F(Policies, Case38_ARuleOfAnotherPolicyIs404) {
  const std::string one = make_policy("one");
  const std::string other = make_policy("other");
  const std::string rule =
      post(one + "/unusable_ip_octets", R"({"ip_octet":{"octet":1}})").field("Location");
  EXPECT_EQ(get(rule).status, 200u);
  EXPECT_EQ(get(other + "/unusable_ip_octets/" + id_of(rule)).status, 404u);
  EXPECT_EQ(remove(other + "/unusable_ip_octets/" + id_of(rule)).status, 404u);
  EXPECT_EQ(get(one + "/unusable_ip_ranges/" + id_of(rule)).status, 404u);
}

TEST_F(Policies, RulesAreListedAPageAtATime) {
  const std::string octets = make_policy("p") + "/unusable_ip_octets";
  for (const std::string_view octet : {"1", "2", "3"}) {
    post(octets, R"({"ip_octet":{"octet":)" + std::string(octet) + "}}");
  }
  const Asked page = get(octets + "?limit=2");
  EXPECT_EQ(page.at("/ip_octets/1/octet"), "2");
  EXPECT_EQ(get(page.text_at("/ip_octets_links/0/href")).at("/ip_octets/0/octet"), "3");
  EXPECT_EQ(get(octets + "?marker=x").status, 400u);
}

TEST_F(Policies, ADeletedPolicyLeavesItsBlocksWithoutOne) {
  const std::string policy = make_policy("p");
  post(policy + "/unusable_ip_octets", R"({"ip_octet":{"octet":3}})");
  make_block(policy, "192.0.2.0/29");
  EXPECT_EQ(remove(policy).status, 204u);
  look([](const store::View& view) {
    const auto block = view.block(store::BlockId{1});
    ASSERT_TRUE(block);
    EXPECT_TRUE(block->policy.empty());
    EXPECT_TRUE(block->denied_octets.empty());
  });
}

}  // namespace
}  // namespace melange::admin
