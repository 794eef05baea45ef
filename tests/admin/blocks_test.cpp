// SPDX-License-Identifier: Apache-2.0
//
// Blocks and subnets: ipam.md section 4, cases 1 to 16, and what a body may say of a block.
#include "api_fixture.h"

namespace melange::admin {
namespace {

const std::string kTenant = "/v1/tenants/acme";
const std::string kBlocks = kTenant + "/ip_blocks";

std::string id_of(std::string_view path) { return std::string(path.substr(path.rfind('/') + 1)); }

class Blocks : public Api {
 protected:
  Asked create(const std::string& fields) {
    return post(kBlocks, R"({"ip_block":{)" + fields + "}}");
  }
  // The path of a block that must come about.
  std::string made(const std::string& fields) {
    const Asked asked = create(fields);
    EXPECT_EQ(asked.status, 201u) << asked.text;
    return asked.field("Location");
  }
  // The messages of the faults, a line each.
  static std::string faults(const Asked& asked) {
    std::string out;
    const json::value body = asked.body();
    for (const json::value& fault : body.at("errors").as_array()) {
      out += std::string(fault.at("field").as_string()) + ": " +
             std::string(fault.at("message").as_string()) + "\n";
    }
    return out;
  }
};

TEST_F(Blocks, AreMadeShownChangedAndDeleted) {
  const std::string block = made(
      R"("cidr":"10.0.0.0/24","network_id":"lab","gateway":"10.0.0.1","dns1":"10.0.0.2",
         "pools":["10.0.0.100-10.0.0.199"],"lease_time":"2h","mtu":1450,"name":"b",
         "tags":{"rack":"r1"},"options":{"domain-name":"lab.example"})");
  const Asked shown = get(block);
  EXPECT_EQ(shown.at("/ip_block/network_id"), R"("lab")");
  EXPECT_EQ(shown.at("/ip_block/dns"), R"(["10.0.0.2"])");
  EXPECT_EQ(shown.at("/ip_block/max_lease_time"), "7200") << "it follows the lease time";
  EXPECT_EQ(shown.at("/ip_block/options/domain-name"), R"("lab.example")");
  const Asked changed =
      patch(block, R"({"ip_block":{"lease_time":60,"gateway":null,"dns2":"10.0.0.3","tags":{}}})");
  EXPECT_EQ(changed.status, 200u) << changed.text;
  EXPECT_EQ(changed.at("/ip_block/min_lease_time"), "60");
  EXPECT_EQ(changed.at("/ip_block/gateway"), "null");
  EXPECT_EQ(changed.at("/ip_block/dns"), R"(["10.0.0.2","10.0.0.3"])");
  EXPECT_EQ(remove(block).status, 204u);
  EXPECT_EQ(get(block).status, 404u);
}

TEST_F(Blocks, Case01_ABodyOfAnotherTenantIs400) {
  EXPECT_EQ(create(R"("cidr":"10.0.0.0/24","tenant_id":"other")").status, 400u);
  EXPECT_EQ(create(R"("cidr":"10.0.0.0/24","tenant_id":"acme")").status, 201u);
}

TEST_F(Blocks, Case02_ABadCidrIs400) {
  for (const char* const cidr : {"10...", "10.1.0.0/33", "10.0.0.0", "x/8", "2001:db8::/129",
                                 "010.0.0.0/8", "0.0.0.0/0", "224.0.0.0/8"}) {
    const Asked asked = create(R"("cidr":")" + std::string(cidr) + '"');
    EXPECT_EQ(asked.status, 400u) << cidr;
    EXPECT_NE(faults(asked).find("cidr: cidr is invalid"), std::string::npos) << faults(asked);
  }
}

TEST_F(Blocks, Case03_ACidrIsItsNetworkAddress) {
  EXPECT_EQ(get(made(R"("cidr":"10.0.0.1/31")")).at("/ip_block/cidr"), R"("10.0.0.0/31")");
}

TEST_F(Blocks, Case04_PublicRootsDoNotOverlapWhoeverOwnsThem) {
  made(R"("cidr":"10.0.0.0/8","type":"public")");
  const Asked asked =
      post("/v1/tenants/other/ip_blocks", R"({"ip_block":{"cidr":"10.1.2.0/30","type":"public"}})");
  EXPECT_EQ(asked.status, 400u);
  EXPECT_EQ(faults(asked), "cidr: cidr overlaps with public block 10.0.0.0/8\n");
}

TEST_F(Blocks, Case05_06_07_OfOneNetworkAreApartAndOfOneType) {
  made(R"("cidr":"10.0.0.0/29","network_id":"net1")");
  EXPECT_EQ(create(R"("cidr":"10.0.0.0/29","network_id":"net2")").status, 201u);
  EXPECT_EQ(faults(create(R"("cidr":"10.0.0.0/31","network_id":"net1")")),
            "cidr: cidr overlaps with block 10.0.0.0/29 in same network\n");
  EXPECT_EQ(faults(create(R"("cidr":"10.9.0.0/29","network_id":"net1","type":"public")")),
            "type: type should be same within a network\n");
}

TEST_F(Blocks, Case08_09_10_11_SubnetsLieInTheirParentAndInherit) {
  const std::string parent = made(R"("cidr":"10.0.0.0/28","network_id":"net1")");
  const auto subnet = [&](const std::string& fields) {
    return post(parent + "/subnets", R"({"subnet":{)" + fields + "}}");
  };
  EXPECT_EQ(faults(subnet(R"("cidr":"10.0.0.20/29")")),
            "cidr: cidr should be within parent block's cidr\n");
  const Asked first = subnet(R"("cidr":"10.0.0.0/30")");
  EXPECT_EQ(first.status, 201u) << first.text;
  EXPECT_EQ(first.at("/subnet/network_id"), R"("net1")");
  EXPECT_EQ(first.at("/subnet/type"), R"("private")");
  EXPECT_EQ(first.at("/subnet/tenant_id"), R"("acme")");
  EXPECT_EQ(first.at("/subnet/parent_id"), '"' + id_of(parent) + '"');
  EXPECT_EQ(subnet(R"("prefix_length":30)").at("/subnet/cidr"), R"("10.0.0.4/30")");
  EXPECT_EQ(faults(subnet(R"("cidr":"10.0.0.0/31")")),
            "cidr: cidr overlaps with sibling 10.0.0.0/30\n");
  EXPECT_EQ(subnet(R"("cidr":"10.0.0.8/30","prefix_length":30)").status, 400u);
  EXPECT_EQ(post(parent + "/ip_addresses", R"({"ip_address":{}})").status, 422u) << "case 22";
  EXPECT_EQ(get(parent + "/subnets").body().at("subnets").as_array().size(), 2u);
  const std::string used = made(R"("cidr":"10.5.0.0/28")");
  ASSERT_EQ(post(used + "/ip_addresses", R"({"ip_address":{}})").status, 201u);
  EXPECT_EQ(faults(post(used + "/subnets", R"({"subnet":{"prefix_length":30}})")),
            ": parent is not subnettable since it has allocated ips\n");
}

TEST_F(Blocks, Case12_AnUnknownPolicyIs400) {
  const Asked asked =
      create(R"("cidr":"10.0.0.0/24","policy_id":"00000000-0000-8003-8000-000000000001")");
  EXPECT_EQ(asked.status, 400u);
  EXPECT_NE(faults(asked).find("policy_id: Policy with id = '"), std::string::npos);
}

TEST_F(Blocks, Case13_ShowBroadcastAndNetmask) {
  const Asked v4 = get(made(R"("cidr":"10.0.0.0/24")"));
  EXPECT_EQ(v4.at("/ip_block/broadcast"), R"("10.0.0.255")");
  EXPECT_EQ(v4.at("/ip_block/netmask"), R"("255.255.255.0")");
  EXPECT_EQ(get(made(R"("cidr":"2001:db8::/64")")).at("/ip_block/netmask"), R"("64")");
}

TEST_F(Blocks, Case14_OfAnotherTenantAre404OnEveryVerb) {
  const std::string id = id_of(made(R"("cidr":"10.0.0.0/24")"));
  const std::string foreign = "/v1/tenants/other/ip_blocks/" + id;
  for (const char* const below : {"", "/subnets", "/ip_addresses", "/ip_routes", "/utilization"}) {
    EXPECT_EQ(get(foreign + below).status, 404u) << below;
  }
  EXPECT_EQ(put(foreign, R"({"ip_block":{"name":"x"}})").status, 404u);
  EXPECT_EQ(remove(foreign).status, 404u);
  EXPECT_EQ(post(foreign + "/subnets", R"({"subnet":{"prefix_length":28}})").status, 404u);
}

TEST_F(Blocks, Case15_ForceDeletesAllDepths) {
  const std::string block = made(R"("cidr":"10.0.0.0/24","network_id":"n")");
  const Asked child = post(block + "/subnets", R"({"subnet":{"prefix_length":26}})");
  const std::string below = child.field("Location");
  const std::string leaf =
      post(below + "/subnets", R"({"subnet":{"prefix_length":28}})").field("Location");
  ASSERT_EQ(post(leaf + "/ip_addresses", R"({"ip_address":{}})").status, 201u);
  EXPECT_EQ(remove(block).status, 409u);
  EXPECT_EQ(remove(leaf).status, 409u) << "it has an address";
  EXPECT_EQ(remove(block + "?force=true").status, 204u);
  for (const std::string& gone : {block, below, leaf}) EXPECT_EQ(get(gone).status, 404u);
}

TEST_F(Blocks, Case16_AreFiltered) {
  made(R"("cidr":"10.0.0.0/24","network_id":"n")");
  made(R"("cidr":"20.0.0.0/24","type":"public")");
  const auto count = [&](const char* query) {
    return get(kBlocks + query).body().at("ip_blocks").as_array().size();
  };
  EXPECT_EQ(count("?type=private"), 1u);
  EXPECT_EQ(count("?type=public"), 1u);
  EXPECT_EQ(count("?network_id=n"), 1u);
  EXPECT_EQ(count("?network_id=none"), 0u);
  EXPECT_EQ(count("?cidr=20.0.0.0/24"), 1u);
  EXPECT_EQ(get(kBlocks + "?type=secret").status, 400u);
}

TEST_F(Blocks, TellAllFaultsAtOnceAndChangeNothing) {
  const Asked asked = create(
      R"("cidr":"10.0.0.0/24","gateway":"2001:db8::1","pools":["10.0.1.0/24","10.0.0.9-10.0.0.3"],
         "lease_time":"x","colour":"red","name":"a\nb")");
  EXPECT_EQ(asked.status, 400u);
  for (const char* const field : {"pools[1]", "lease_time", "colour", "name"}) {
    EXPECT_NE(faults(asked).find(field), std::string::npos) << field << "\n" << asked.text;
  }
  const Asked later =
      create(R"("cidr":"10.0.0.0/24","gateway":"2001:db8::1","pools":["10.0.1.0/24"],
                                "renew_time":4000)");
  EXPECT_EQ(faults(later),
            "gateway: Gateway is not a valid address\n"
            "pools[0]: 10.0.1.0-10.0.1.255 lies outside the block\n"
            "renew_time: is not below rebind_time or min_lease_time\n");
  EXPECT_EQ(get(kBlocks).body().at("ip_blocks").as_array().size(), 0u);
}

TEST_F(Blocks, WhatCannotChangeIs400AndAStaleMatchIs412) {
  const std::string block = made(R"("cidr":"10.0.0.0/24")");
  EXPECT_EQ(faults(patch(block, R"({"ip_block":{"cidr":"10.0.0.0/25","type":"public"}})")),
            "cidr: cannot be changed\ntype: cannot be changed\n");
  const std::string etag = get(block).field("ETag");
  EXPECT_EQ(patch(block, R"({"ip_block":{"name":"x"}})", {{"if-match", etag}}).status, 200u);
  EXPECT_EQ(patch(block, R"({"ip_block":{"name":"y"}})", {{"if-match", etag}}).status, 412u);
  EXPECT_EQ(remove(block, {{"if-match", etag}}).status, 412u);
}

TEST_F(Blocks, OfANetworkThatATenantMakesTakeNoLinkByTheirAddress) {
  principal_ = tenant_token("acme");
  made(R"("cidr":"10.0.0.0/24","network_id":"mine")");
  EXPECT_EQ(get(kTenant + "/networks/mine").at("/network/named_links_only"), "true");
}

TEST_F(Blocks, RoutesAreMadeShownChangedAndDeleted) {
  const std::string routes = made(R"("cidr":"10.0.0.0/24")") + "/ip_routes";
  const Asked first = post(
      routes,
      R"({"ip_route":{"destination":"10.9.0.0","netmask":"255.255.0.0","gateway":"10.0.0.1"}})");
  ASSERT_EQ(first.status, 201u) << first.text;
  EXPECT_EQ(first.at("/ip_route/destination"), R"("10.9.0.0/16")");
  const std::string route = first.field("Location");
  EXPECT_EQ(get(route).at("/ip_route/netmask"), R"("255.255.0.0")");
  EXPECT_EQ(put(route, R"({"ip_route":{"gateway":"10.0.0.2"}})").at("/ip_route/gateway"),
            R"("10.0.0.2")");
  EXPECT_EQ(post(routes, R"({"ip_route":{"destination":"10.8.0.0","netmask":"255.0.255.0",
                                         "gateway":"10.0.0.1"}})")
                .status,
            400u);
  EXPECT_EQ(post(routes, R"({"ip_route":{"destination":"2001:db8::/64","gateway":"2001:db8::1"}})")
                .status,
            400u);
  EXPECT_EQ(remove(route).status, 204u);
  EXPECT_EQ(get(route).status, 404u);
  EXPECT_EQ(get(routes).body().at("ip_routes").as_array().size(), 0u);
}

TEST_F(Blocks, UtilizationIsExactAndAddsUp) {
  const std::string large = made(R"("cidr":"2001:db8::/32")");
  const Asked v6 = get(large + "/utilization");
  EXPECT_EQ(v6.at("/utilization/size"), R"("79228162514264337593543950336")");
  EXPECT_EQ(v6.at("/utilization/free"), R"("79228162514264337593543950335")");
  EXPECT_EQ(v6.at("/utilization/excluded"), "1");
  const std::string block =
      made(R"("cidr":"10.0.0.0/24","gateway":"10.0.0.1","pools":["10.0.0.128/25"])");
  const Asked taken = post(block + "/ip_addresses", R"({"ip_address":{}})");
  ASSERT_EQ(taken.status, 201u);
  const Asked v4 = get(block + "/utilization");
  EXPECT_EQ(v4.at("/utilization/size"), "256");
  EXPECT_EQ(v4.at("/utilization/free"), "252");
  EXPECT_EQ(v4.at("/utilization/free_in_pools"), "127");
  EXPECT_EQ(v4.at("/utilization/reserved"), "1");
  EXPECT_EQ(v4.at("/utilization/excluded"), "3");
  ASSERT_EQ(remove(taken.field("Location")).status, 204u);
  EXPECT_EQ(get(block + "/utilization").at("/utilization/quarantined"), "1");
  EXPECT_EQ(get(kTenant + "/utilization").status, 200u);
  EXPECT_EQ(get("/v1/utilization").at("/utilization/quarantined"), "1");
  principal_ = tenant_token("acme");
  EXPECT_EQ(get("/v1/utilization").status, 403u);
}

TEST_F(Blocks, OfTheOldPrefixAnswerItsStatuses) {
  const std::string old = "/v0.1/ipam/tenants/acme/ip_blocks";
  const Asked made = post(old, R"({"ip_block":{"cidr":"10.0.0.0/24","type":"private"}})");
  EXPECT_EQ(made.status, 201u);
  const std::string block = made.field("Location");
  EXPECT_TRUE(block.starts_with(old)) << block;
  EXPECT_EQ(remove(block).status, 200u);
  EXPECT_EQ(get(block).at("/NotFound/code"), "404");
}

TEST_F(Blocks, ShowPoolsInTheFormInWhichTheyWereGiven) {
  const std::string given =
      R"([{"range":"10.0.0.200-10.0.0.209","classes":["pxe"],"options":{"domain-name":"p"},)"
      R"("force":["domain-name"]},"10.0.0.100-10.0.0.109",)"
      R"({"range":"10.0.0.50-10.0.0.59","classes":[],"options":{},"force":[]}])";
  const std::string block = made(R"("cidr":"10.0.0.0/24","network_id":"lab","pools":)" + given);
  EXPECT_EQ(get(block).at("/ip_block/pools"), given);
  look([](const store::View& view) {
    const store::Block stored = *view.block(store::BlockId{1});
    EXPECT_EQ(stored.pools,
              test::ranges("10.0.0.200-10.0.0.209, 10.0.0.100-10.0.0.109, 10.0.0.50-10.0.0.59"));
    EXPECT_EQ(stored.dynamic,
              test::ranges("10.0.0.50-10.0.0.59, 10.0.0.100-10.0.0.109, 10.0.0.200-10.0.0.209"));
    ASSERT_EQ(stored.pool_rules.size(), 2u);
    EXPECT_EQ(text(stored.pool_rules[0].range.first()), "10.0.0.50") << "ascending";
    EXPECT_EQ(stored.pool_rules[1].classes, std::vector<std::string>{"pxe"});
    EXPECT_EQ(stored.pool_rules[1].forced, std::vector<std::uint8_t>{15});
  });
  // What is not given stays; what is, is all there is.
  EXPECT_EQ(patch(block, R"({"ip_block":{"name":"x"}})").at("/ip_block/pools"), given);
  EXPECT_EQ(patch(block, R"({"ip_block":{"pools":["10.0.0.50-10.0.0.59"]}})").at("/ip_block/pools"),
            R"(["10.0.0.50-10.0.0.59"])");
  look([](const store::View& view) {
    EXPECT_TRUE(view.block(store::BlockId{1})->pool_rules.empty());
  });
  patch(block, R"({"ip_block":{"pools":)" + given + "}}");
  EXPECT_EQ(patch(block, R"({"ip_block":{"pools":null}})").at("/ip_block/pools"), "[]");
}

TEST_F(Blocks, NameThePoolThatIsWrong) {
  const auto wrong = [&](const std::string& pools) {
    return faults(create(R"("cidr":"10.0.0.0/24","pools":)" + pools));
  };
  EXPECT_EQ(wrong(R"(["10.0.0.9",7,{"classes":["a"]},{"range":"x","options":{"no-such":1},)"
                  R"("force":[53],"kind":1}])"),
            "pools[1]: expects a range such as 192.0.2.10-192.0.2.20, a CIDR or an address\n"
            "pools[2].range: is missing\n"
            "pools[3].range: expects a range such as 192.0.2.10-192.0.2.20, a CIDR or an address; "
            "'x' is none\n"
            "pools[3].options.no-such: is no option; write the number of one that has no name "
            "here\n"
            "pools[3].force[0]: is set by the protocol or by clients\n"
            "pools[3].kind: is not known\n");
  EXPECT_EQ(wrong(R"("10.0.0.9")"), "pools: expects a list of at most 256 ranges or objects\n");
  EXPECT_EQ(wrong(R"([{"range":"10.0.0.0/28"},"10.0.0.9"])"),
            "pools[1]: 10.0.0.9 overlaps with 10.0.0.0-10.0.0.15\n");
  EXPECT_EQ(wrong(R"([{"range":"10.0.1.0/28"}])"),
            "pools[0]: 10.0.1.0-10.0.1.15 lies outside the block\n");
}

TEST_F(Blocks, HaveForcedOptionsBootAndClasses) {
  const std::string block = made(R"("cidr":"10.0.0.0/24","force":[3],"classes":["pxe"],
      "boot":{"server":"10.0.0.9","file":"pxelinux.0"})");
  EXPECT_EQ(get(block).at("/ip_block/force"), R"(["routers"])");
  EXPECT_EQ(get(block).at("/ip_block/classes"), R"(["pxe"])");
  EXPECT_EQ(get(block).at("/ip_block/boot"),
            R"({"server":"10.0.0.9","server_name":null,"file":"pxelinux.0"})");
  const Asked kept = patch(block, R"({"ip_block":{"name":"x"}})");
  EXPECT_EQ(kept.at("/ip_block/boot/file"), R"("pxelinux.0")");
  EXPECT_EQ(kept.at("/ip_block/classes"), R"(["pxe"])");
  EXPECT_EQ(faults(patch(block, R"({"ip_block":{"boot":{"server":"::1"}}})")),
            "boot.server: is no host's IPv4 address\n");
  EXPECT_EQ(faults(create(R"("cidr":"10.1.0.0/24","boot":{"server":"::1"})")),
            "boot.server: is no host's IPv4 address\n");
  EXPECT_EQ(faults(post(block + "/subnets",
                        R"({"subnet":{"prefix_length":28,"boot":{"server":"::1"}}})")),
            "boot.server: is no host's IPv4 address\n");
  const Asked cleared = patch(block, R"({"ip_block":{"force":null,"classes":null,"boot":null}})");
  EXPECT_EQ(cleared.at("/ip_block/force"), "[]");
  EXPECT_EQ(cleared.at("/ip_block/classes"), "[]");
  EXPECT_EQ(cleared.at("/ip_block/boot/file"), "null");
}

}  // namespace
}  // namespace melange::admin
