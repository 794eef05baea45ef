// SPDX-License-Identifier: Apache-2.0
//
// Taking addresses from a block. The numbers are the cases of ipam.md section 4.
#include <set>

#include "address_fixture.h"

namespace melange::admin {
namespace {

class Addresses : public AddressApi {};

TEST_F(Addresses, Case17ASlash30HasTwoAndThenIsFull) {
  const std::string block = make_block("10.0.0.0/30");
  EXPECT_EQ(allocated(block), "10.0.0.1");
  EXPECT_EQ(allocated(block), "10.0.0.2");
  EXPECT_EQ(allocated(block), "422 IpBlock is full");
}

TEST_F(Addresses, Case18ASlash31HasTwoAndASlash32One) {
  const std::string pair = make_block("10.0.0.0/31");
  EXPECT_EQ(allocated(pair), "10.0.0.0");
  EXPECT_EQ(allocated(pair), "10.0.0.1");
  EXPECT_EQ(allocated(pair), "422 IpBlock is full");
  const std::string single = make_block("10.0.1.7/32");
  EXPECT_EQ(allocated(single), "10.0.1.7");
  EXPECT_EQ(allocated(single), "422 IpBlock is full");
}

TEST_F(Addresses, Case19TheGatewayAndTheEndsAreTaken) {
  const std::string block = make_block("10.0.0.0/29", R"(,"gateway":"10.0.0.1")");
  for (const auto* taken : {"10.0.0.1", "10.0.0.0", "10.0.0.7"}) {
    const Asked refused = allocate(block, named(taken));
    EXPECT_EQ(refused.status, 409u) << taken;
    EXPECT_EQ(refused.at("/errors/0/field"), R"("address")");
  }
  EXPECT_EQ(allocated(block), "10.0.0.2");
}

TEST_F(Addresses, Case20AnAddressIsGivenOnce) {
  const std::string block = make_block("10.0.0.0/29");
  EXPECT_EQ(allocated(block, named("10.0.0.3")), "10.0.0.3");
  EXPECT_EQ(allocated(block, named("10.0.0.3")), "409 Address is already allocated");
}

TEST_F(Addresses, Case21AnAddressOutsideOfTheBlockIsRefused) {
  const std::string block = make_block("10.0.0.0/29");
  EXPECT_EQ(allocated(block, named("10.0.0.8")), "422 Address does not belong to IpBlock");
  EXPECT_EQ(allocated(block, named("2001:db8::1")), "422 Address does not belong to IpBlock");
}

TEST_F(Addresses, Case22ABlockWithSubnetsHasNone) {
  const std::string block = make_block("10.0.0.0/28");
  ASSERT_EQ(post(block + "/subnets", R"({"subnet":{"cidr":"10.0.0.0/30"}})").status, 201u);
  EXPECT_EQ(allocated(block), "422 Subnetted block cannot allocate IPAddress");
  EXPECT_EQ(allocated(block, named("10.0.0.9")), "422 Subnetted block cannot allocate IPAddress");
}

TEST_F(Addresses, Case23APolicyIsHeeded) {
  const std::string policy = make_policy("first");
  post(policy + "/unusable_ip_ranges", R"({"ip_range":{"offset":1,"length":1}})");
  const std::string block = make_block("10.0.0.0/29", R"(,"policy_id":")" + id_of(policy) + "\"");
  EXPECT_EQ(allocated(block), "10.0.0.2");
  EXPECT_EQ(allocated(block, named("10.0.0.1")), "422 Block policy does not allow this address");
}

TEST_F(Addresses, Case24AnInterfaceIsPluggedIntoOneNetwork) {
  const std::string one = make_block("10.0.0.0/29", R"(,"network_id":"one")");
  const std::string two = make_block("10.0.0.0/29", R"(,"network_id":"two")");
  EXPECT_EQ(allocated(one, R"("interface_id":"vif1")"), "10.0.0.1");
  const Asked refused = allocate(two, R"("interface_id":"vif1")");
  EXPECT_EQ(refused.status, 422u);
  EXPECT_EQ(refused.at("/errors/0/field"), R"("interface_id")");
  EXPECT_EQ(allocated(one, R"("interface_id":"vif1")"), "10.0.0.2");
}

TEST_F(Addresses, Case25TwoNetworksMayHaveTheSameAddress) {
  const std::string one = make_block("10.0.0.0/29", R"(,"network_id":"one")");
  const std::string two = make_block("10.0.0.0/29", R"(,"network_id":"two")");
  EXPECT_EQ(allocated(one, named("10.0.0.5")), "10.0.0.5");
  EXPECT_EQ(allocated(two, named("10.0.0.5")), "10.0.0.5");
}

TEST_F(Addresses, Case26TwoThousandOfASlash16AreDistinct) {
  const std::string block = make_block("10.1.0.0/16");
  std::set<std::string> all;
  for (int i = 0; i < 2000; ++i) {
    const Asked made = allocate(block);
    ASSERT_EQ(made.status, 201u) << made.text;
    all.insert(made.text_at("/ip_address/address"));
  }
  EXPECT_EQ(all.size(), 2000u);
}

TEST_F(Addresses, Case31AnIPv6AddressIsMadeOfTheMac) {
  const std::string mac = R"("mac_address":"52:54:00:12:34:56")";
  const std::string eui64 = make_block("2001:db8:1:2::/64", R"(,"generator":"eui64")");
  EXPECT_EQ(allocated(eui64, mac), "2001:db8:1:2:5054:ff:fe12:3456");
  EXPECT_EQ(allocated(eui64, mac), "2001:db8:1:2:5054:ff:fe12:3457");
  const std::string tenant = make_block("2001:db8:1:3::/64", R"(,"generator":"tenant")");
  EXPECT_EQ(allocated(tenant, mac), "2001:db8:1:3:293a:bb6b:ff12:3456");
  EXPECT_EQ(allocated(tenant, mac), "2001:db8:1:3:293a:bb6b:ff12:3457");
  EXPECT_EQ(allocated(eui64), "2001:db8:1:2::1");  // nothing to make it of
}

TEST_F(Addresses, Case32AFullIPv6BlockIsToldAtOnce) {
  const std::string block = make_block("2001:db8::/126", R"(,"generator":"eui64")");
  EXPECT_EQ(allocated(block), "2001:db8::1");
  EXPECT_EQ(allocate(block, R"("count":2)").status, 201u);
  EXPECT_EQ(allocated(block, R"("mac_address":"52:54:00:12:34:56")"), "422 IpBlock is full");
}

TEST_F(Addresses, Case33PoliciesDenyIPv6Too) {
  const std::string policy = make_policy("v6");
  post(policy + "/unusable_ip_ranges", R"({"ip_range":{"offset":0,"length":3}})");
  post(policy + "/unusable_ip_octets", R"({"ip_octet":{"octet":3}})");
  const std::string block = make_block("2001:db8::/64", R"(,"policy_id":")" + id_of(policy) + "\"");
  EXPECT_EQ(allocated(block), "2001:db8::4");
  EXPECT_EQ(allocated(block, named("2001:db8::2")), "422 Block policy does not allow this address");
  EXPECT_EQ(allocated(block, named("2001:db8::1:3")),
            "422 Block policy does not allow this address");
}

TEST_F(Addresses, AreShownWithAllThatTheyWereGiven) {
  const std::string block = make_block("10.0.0.0/29", R"(,"network_id":"lab")");
  const Asked made = allocate(block, R"("interface_id":"vif1","used_by_device":"vm1",
      "mac_address":"52-54-00-12-34-56","hostname":"web1",
      "options":{"domain-name":"lab.example"})");
  ASSERT_EQ(made.status, 201u) << made.text;
  EXPECT_EQ(made.field("Location"), address_path(block, "10.0.0.1"));
  EXPECT_EQ(made.text_at("/ip_address/id"), id_of(block) + ":10.0.0.1");
  EXPECT_EQ(made.at("/ip_address/state"), R"("reserved")");
  EXPECT_EQ(made.at("/ip_address/network_id"), R"("lab")");
  EXPECT_EQ(made.at("/ip_address/interface_id"), R"("vif1")");
  EXPECT_EQ(made.at("/ip_address/used_by_tenant"), R"("acme")");
  EXPECT_EQ(made.at("/ip_address/used_by_device"), R"("vm1")");
  EXPECT_EQ(made.at("/ip_address/mac_address"), R"("52:54:00:12:34:56")");
  EXPECT_EQ(made.at("/ip_address/hostname"), R"("web1")");
  EXPECT_EQ(made.at("/ip_address/options"), R"({"domain-name":"lab.example"})");
  const Asked read = get(made.field("Location"));
  EXPECT_EQ(read.text, made.text);
  EXPECT_EQ(read.field("ETag"), made.field("ETag"));
}

TEST_F(Addresses, ABodyIsNotNeeded) {
  const std::string block = make_block("10.0.0.0/29");
  EXPECT_EQ(post(block + "/ip_addresses", "").at("/ip_address/address"), R"("10.0.0.1")");
}

TEST_F(Addresses, SeveralAreGivenTogetherOrNotAtAll) {
  const std::string block = make_block("10.0.0.0/28");
  const Asked three = allocate(
      block, R"("count":3,"contiguous":true,"preferred":"10.0.0.5","exclude":["10.0.0.6"])");
  EXPECT_EQ(three.status, 201u) << three.text;
  EXPECT_EQ(addresses(three), "10.0.0.7 10.0.0.8 10.0.0.9");
  EXPECT_EQ(three.at("/ip_addresses/0/interface_id"), three.at("/ip_addresses/2/interface_id"));
  EXPECT_EQ(addresses(allocate(block, R"("count":2,"preferred":"10.0.0.6")")),
            "10.0.0.6 10.0.0.10");
  EXPECT_EQ(allocated(block, R"("count":10)"), "422 IpBlock is full");
  EXPECT_EQ(allocated(block, R"("exclude":["10.0.0.0/30"])"), "10.0.0.4");
}

TEST_F(Addresses, WhatIsExcludedMayOverlapOrLieElsewhere) {
  const std::string block = make_block("10.0.0.0/28");
  EXPECT_EQ(allocated(block, R"("exclude":["2001:db8::/32","10.0.0.0/30","10.0.0.2-10.0.0.5"])"),
            "10.0.0.6");
  EXPECT_EQ(allocated(block, R"("exclude":["0.0.0.0/0"])"), "422 IpBlock is full");
  EXPECT_EQ(allocated(block, R"("preferred":"2001:db8::1")"),
            "422 Address does not belong to IpBlock");
}

TEST_F(Addresses, ANullIsAsIfTheFieldWereAbsent) {
  const std::string block = make_block("2001:db8:1:2::/64", R"(,"generator":"eui64")");
  EXPECT_EQ(allocated(block, R"("address":null,"count":null,"exclude":null,"interface_id":null,
      "mac_address":"52:54:00:12:34:56","hostname":null)"),
            "2001:db8:1:2:5054:ff:fe12:3456");
  EXPECT_EQ(allocated(block, named("2001:db8:1:2::9") + R"(,"count":null)"), "2001:db8:1:2::9");
}

TEST_F(Addresses, OneOnLeaseIsRefusedOrWaitedFor) {
  const std::string block =
      make_block("10.0.0.0/28", R"(,"network_id":"lab","pools":["10.0.0.8-10.0.0.12"])");
  apply({store::PutAddress{test::leased(test::key(1, "10.0.0.9"), test::client(9))}});
  const std::string mine = R"(,"mac_address":"02:00:00:00:00:01")";
  const Asked refused = allocate(block, named("10.0.0.9") + mine);
  EXPECT_EQ(refused.status, 409u);
  EXPECT_NE(refused.text.find("02:00:00:00:00:09"), std::string::npos) << refused.text;
  const Asked waits = allocate(block, named("10.0.0.9") + mine + R"(,"on_conflict":"wait")");
  EXPECT_EQ(waits.status, 201u) << waits.text;
  EXPECT_EQ(waits.at("/ip_address/state"), R"("leased")");
  EXPECT_EQ(allocate(block, R"("on_conflict":"wait")").status, 400u);
}

TEST_F(Addresses, AllThatIsWrongWithABodyIsToldAtOnce) {
  const std::string block = make_block("10.0.0.0/29");
  const Asked shape = allocate(block, R"("adress":"10.0.0.1","count":0,"hostname":"a\nb",
      "options":{"domain-name":"a\u0000b"},"on_conflict":"steal","contiguous":"yes")");
  EXPECT_EQ(shape.status, 400u);
  EXPECT_EQ(each(shape, "errors", "field"),
            "count contiguous hostname options.domain-name on_conflict adress");
  const Asked meaning = allocate(block, named("10.0.0.1") + R"(,"count":2,"hostname":"-web",
      "mac_address":"01:00:5e:00:00:01","used_by_device":"vm1","device_id":"vm2")");
  EXPECT_EQ(meaning.status, 400u);
  EXPECT_EQ(each(meaning, "errors", "field"), "count device_id mac_address hostname");
  EXPECT_EQ(allocate(block, named("10.0.0.01")).status, 400u);
  EXPECT_EQ(post(block + "/ip_addresses", R"({"address":{}})").status, 400u);
  EXPECT_EQ(addresses(get(block + "/ip_addresses")), "");
}

TEST_F(Addresses, Case50AStrangersBlockAndTenantAreNotThere) {
  const std::string block = make_block("10.0.0.0/29", "", "umbrella");
  const std::string through_acme = "/v1/tenants/acme/ip_blocks/" + id_of(block);
  EXPECT_EQ(allocate(through_acme).status, 404u);
  EXPECT_EQ(get(through_acme + "/ip_addresses").status, 404u);
  principal_ = tenant_token("acme");
  EXPECT_EQ(allocate(block).status, 404u);
  EXPECT_EQ(get(block + "/ip_addresses").status, 404u);
  EXPECT_EQ(remove(block + "/ip_addresses/10.0.0.1").status, 404u);
  const std::string own = make_block("10.0.1.0/29");
  const Asked foreign = allocate(own, R"("tenant_id":"umbrella")");
  EXPECT_EQ(foreign.status, 404u);
  EXPECT_EQ(foreign.at("/errors/0/field"), R"("tenant_id")");
  principal_.may_write = false;
  EXPECT_EQ(allocate(own).status, 403u);
}

TEST_F(Addresses, AnotherTenantsInterfaceIsNeverTaken) {
  const std::string block = make_block("10.0.0.0/29");
  EXPECT_EQ(allocated(block, R"("interface_id":"vif1","tenant_id":"umbrella")"), "10.0.0.1");
  EXPECT_EQ(get(address_path(block, "10.0.0.1")).at("/ip_address/used_by_tenant"), R"("umbrella")");
  const Asked refused = allocate(block, R"("interface_id":"vif1")");
  EXPECT_EQ(refused.status, 404u);
  EXPECT_EQ(refused.at("/errors/0/field"), R"("interface_id")");
}

TEST_F(Addresses, Case51TheSameIdempotencyKeyGivesTheSameAddressAlsoAfterARestart) {
  const std::string block = make_block("10.0.0.0/29");
  const std::vector<http::Field> key{{"idempotency-key", "order-7"}};
  const std::string path = block + "/ip_addresses";
  const Asked first = post(path, R"({"ip_address":{}})", key);
  EXPECT_EQ(first.status, 201u);
  EXPECT_EQ(post(path, R"({"ip_address":{}})", key).text, first.text);
  restart();
  const Asked again = post(path, R"({"ip_address":{}})", key);
  EXPECT_EQ(again.status, 201u);
  EXPECT_EQ(again.text, first.text);
  EXPECT_EQ(again.field("Location"), first.field("Location"));
  EXPECT_EQ(addresses(get(path)), "10.0.0.1");
  EXPECT_EQ(post(path, R"({"ip_address":{"count":2}})", key).status, 422u);
}

TEST_F(Addresses, TheFirstMelangesClientsAreAnsweredInItsWay) {
  const std::string old = "/v0.1/ipam" + make_block("10.0.0.0/30").substr(3) + "/ip_addresses";
  const Asked made = post(old, R"({"ip_address":{"used_by_device_id":"vm1"}})");
  EXPECT_EQ(made.status, 201u);
  EXPECT_EQ(made.field("Location"), old + "/10.0.0.1");
  EXPECT_EQ(made.at("/ip_address/used_by_device"), R"("vm1")");
  EXPECT_EQ(remove(old + "/10.0.0.1").status, 200u);
  EXPECT_EQ(put(old + "/10.0.0.1/restore", "").status, 200u);
  EXPECT_EQ(get(old + "/10.0.0.2").at("/NotFound/code"), "404");
}

TEST_F(Addresses, TakeForcedOptionsBootAndClasses) {
  const std::string block = make_block("10.0.0.0/24");
  const Asked made = allocate(block, R"("force":["routers"],"classes":["pxe"],
      "boot":{"server":"10.0.0.9","file":"x"})");
  ASSERT_EQ(made.status, 201u) << made.text;
  EXPECT_EQ(made.at("/ip_address/force"), R"(["routers"])");
  EXPECT_EQ(made.at("/ip_address/classes"), R"(["pxe"])");
  EXPECT_EQ(made.at("/ip_address/boot"), R"({"server":"10.0.0.9","server_name":null,"file":"x"})");
  EXPECT_EQ(get(made.field("Location")).text, made.text);
  EXPECT_EQ(allocate(block, R"("boot":{"server":"::1"})").at("/errors/0/field"),
            R"("boot.server")");
}

}  // namespace
}  // namespace melange::admin
