// SPDX-License-Identifier: Apache-2.0
//
// Addresses for an interface from whichever blocks of a network have room: ipam.md section 4, cases
// 39 to 43.
#include "network_fixture.h"

namespace melange::admin {
namespace {

class IpAllocations : public NetworkApi {
 protected:
  static std::string path(std::string_view vif) {
    return base::cat("/v1/tenants/acme/networks/lab/interfaces/", vif, "/ip_allocations");
  }
};

TEST_F(IpAllocations, Case39_AreOneOfEachFamilyThatTheNetworkHas) {
  make_block("192.0.2.0/24");
  make_block("2001:db8::/64");
  const Asked made = post(path("vif-1"), R"({"network":{"mac_address":"52:54:00:12:34:56",
      "used_by_device":"vm-1"}})");
  ASSERT_EQ(made.status, 201u) << made.text;
  EXPECT_EQ(made.field("Location"), path("vif-1"));
  EXPECT_EQ(made.at("/ip_addresses/0/address"), R"("192.0.2.1")");
  EXPECT_EQ(made.at("/ip_addresses/0/state"), R"("reserved")");
  EXPECT_EQ(made.at("/ip_addresses/0/interface_id"), R"("vif-1")");
  EXPECT_EQ(made.at("/ip_addresses/0/used_by_tenant"), R"("acme")");
  EXPECT_EQ(made.at("/ip_addresses/0/used_by_device"), R"("vm-1")");
  EXPECT_EQ(made.at("/ip_addresses/0/mac_address"), R"("52:54:00:12:34:56")");
  EXPECT_EQ(made.at("/ip_addresses/0/network_id"), R"("lab")");
  EXPECT_EQ(made.at("/ip_addresses/1/version"), "6");
  EXPECT_EQ(made.at("/ip_addresses/2"), "(nothing)");
  EXPECT_EQ(get(path("vif-1")).text, made.text) << "what was promised is what became";
}

TEST_F(IpAllocations, Case40_ComeFromTheSecondBlockWhenTheFirstIsFull) {
  make_block("192.0.2.0/31");
  make_block("198.51.100.0/31");
  EXPECT_EQ(post(path("a"), "").at("/ip_addresses/0/address"), R"("192.0.2.0")");
  EXPECT_EQ(post(path("b"), "").at("/ip_addresses/0/address"), R"("192.0.2.1")");
  EXPECT_EQ(post(path("c"), "").at("/ip_addresses/0/address"), R"("198.51.100.0")");
}

TEST_F(IpAllocations, Case41_EndWithA422WhenAllBlocksAreFull) {
  make_block("192.0.2.0/32");
  make_block("198.51.100.0/32");
  post(path("a"), "");
  post(path("b"), "");
  const Asked full = post(path("c"), "");
  EXPECT_EQ(full.status, 422u);
  EXPECT_EQ(full.text_at("/detail"), "IpBlock is full");
  EXPECT_EQ(get("/v1/tenants/acme/interfaces/c").status, 404u) << "no interface is left behind";
}

TEST_F(IpAllocations, MayLeaveOutAFamilyThatIsFullIfAsked) {
  make_block("192.0.2.0/32");
  make_block("2001:db8::/64");
  post(path("a"), "");
  EXPECT_EQ(post(path("b"), "").status, 422u);
  EXPECT_EQ(post(path("b"), R"({"network":{"partial":false}})").status, 422u);
  const Asked by_query = post(path("b") + "?partial=true", "");
  EXPECT_EQ(by_query.status, 201u);
  EXPECT_EQ(by_query.at("/ip_addresses/0/version"), "6");
  EXPECT_EQ(post(path("c"), R"({"network":{"partial":true}})").status, 201u);
  EXPECT_EQ(post(path("d") + "?partial=maybe", "").at("/errors/0/field"), R"("partial")");
}

TEST_F(IpAllocations, Case42_AreAllOfThoseAskedForOrNone) {
  const std::string block = make_block("192.0.2.0/24");
  post(path("a"), R"({"network":{"addresses":["192.0.2.5"]}})");
  const Asked refused = post(path("b"), R"({"network":{"addresses":["192.0.2.4","192.0.2.5"]}})");
  EXPECT_EQ(refused.status, 409u);
  EXPECT_EQ(refused.at("/errors/0/field"), R"("addresses")");
  EXPECT_TRUE(refused.text_at("/detail").contains("192.0.2.5")) << refused.text;
  EXPECT_EQ(state_of(block, "192.0.2.4"), "(nothing)");
  EXPECT_EQ(post(path("b"), R"({"network":{"addresses":["192.0.2.4","192.0.2.6"]}})").status, 201u);
  EXPECT_EQ(post(path("b"), R"({"network":{"addresses":["198.51.100.1"]}})").status, 422u);
}

TEST_F(IpAllocations, Case43_AreQuarantinedTogether) {
  const std::string block = make_block("192.0.2.0/24");
  post(path("a"), R"({"network":{"addresses":["192.0.2.4","192.0.2.5"]}})");
  post(path("b"), R"({"network":{"addresses":["192.0.2.6"]}})");
  EXPECT_EQ(remove(path("a")).status, 204u);
  EXPECT_EQ(state_of(block, "192.0.2.4"), R"("quarantined")");
  EXPECT_EQ(state_of(block, "192.0.2.5"), R"("quarantined")");
  EXPECT_EQ(state_of(block, "192.0.2.6"), R"("reserved")");
  EXPECT_EQ(get(path("a")).at("/ip_addresses"), "[]");
  EXPECT_EQ(remove(path("a")).status, 204u);
}

TEST_F(IpAllocations, MakeTheNetworkIfTheConfigurationSaysOfWhichAddresses) {
  const Asked refused = post(path("a"), "");
  EXPECT_EQ(refused.status, 404u);
  settings_.default_cidr = test::prefix("10.9.0.0/24");
  settings_.dns = {test::address("10.9.0.53"), test::address("2001:db8::53")};
  const Asked made = post(path("a"), "");
  ASSERT_EQ(made.status, 201u) << made.text;
  EXPECT_EQ(made.at("/ip_addresses/0/address"), R"("10.9.0.1")");
  EXPECT_EQ(made.at("/ip_addresses/0/network_id"), R"("lab")");
  const Asked blocks = get("/v1/tenants/acme/ip_blocks");
  EXPECT_EQ(blocks.at("/ip_blocks/0/type"), R"("private")");
  EXPECT_EQ(blocks.at("/ip_blocks/0/dns"), R"(["10.9.0.53"])");
  EXPECT_EQ(blocks.at("/ip_blocks/0/tenant_id"), R"("acme")");
  EXPECT_EQ(post(path("b"), "").at("/ip_addresses/0/address"), R"("10.9.0.2")");
}

TEST_F(IpAllocations, Case46_OfAnotherTenantsInterfaceAreNobodysToSee) {
  make_block("192.0.2.0/24");
  EXPECT_EQ(post(path("vif-1"), R"({"network":{"tenant_id":"umbrella"}})").status, 201u);
  const std::string absent = get(path("vif-2")).text;
  principal_ = tenant_token("acme");
  const Asked foreign = get(path("vif-1"));
  EXPECT_EQ(foreign.status, 404u);
  EXPECT_EQ(foreign.text, absent);
  EXPECT_EQ(remove(path("vif-1")).status, 404u);
  EXPECT_EQ(post(path("vif-1"), "").status, 404u);
  const Asked unreachable = post(path("vif-3"), R"({"network":{"tenant_id":"umbrella"}})");
  EXPECT_EQ(unreachable.status, 404u);
  EXPECT_EQ(unreachable.at("/errors/0/field"), R"("tenant_id")");
}

TEST_F(IpAllocations, TellEverythingThatIsWrongWithABody) {
  make_block("192.0.2.0/24");
  const Asked wrong = post(path("a"), R"({"network":{"addresses":["192.0.2.1","x"],
      "mac_address":5,"adresses":[]}})");
  EXPECT_EQ(wrong.status, 400u);
  EXPECT_EQ(wrong.at("/errors/0/field"), R"("addresses[1]")");
  EXPECT_EQ(wrong.at("/errors/1/field"), R"("mac_address")");
  EXPECT_EQ(wrong.at("/errors/2/field"), R"("adresses")");
  EXPECT_TRUE(wrong.text_at("/errors/2/message").contains("'addresses'"));
  const Asked meaning = post(path("a%20b"), R"({"network":{"mac_address":"01:00:5e:00:00:01",
      "used_by_device":"x","device_id":"y"}})");
  EXPECT_EQ(meaning.status, 400u);
  EXPECT_EQ(meaning.body().at("errors").as_array().size(), 3u) << meaning.text;
}

TEST_F(IpAllocations, AnswerTheOldPathsWithTheOldStatuses) {
  make_block("192.0.2.0/24");
  const std::string old = "/v0.1/ipam/tenants/acme/networks/lab/interfaces/a/ip_allocations";
  const Asked made = post(old, R"({"network":{"used_by_device_id":"vm-9"}})");
  EXPECT_EQ(made.status, 201u);
  EXPECT_EQ(made.field("Location"), old);
  EXPECT_EQ(made.at("/ip_addresses/0/used_by_device"), R"("vm-9")");
  EXPECT_EQ(remove(old).status, 200u);
  EXPECT_EQ(
      get("/v0.1/ipam/tenants/acme/networks/lab/interfaces/zz/ip_allocations").at("/NotFound/code"),
      "404");
}

}  // namespace
}  // namespace melange::admin
