// SPDX-License-Identifier: Apache-2.0
//
// The rules of blocks and networks (ipam.md section 3, "Blocks"; the numbers are the cases of its
// section 4).
#include "ipam_fixture.h"

namespace melange::ipam {
namespace {

class Blocks : public IpamTest {
 protected:
  static void make_public(store::Block& block) { block.type = store::BlockType::kPublic; }
  std::string update(const store::Block& block) {
    return ask([&](Draft& draft) { return update_block(draft, block); });
  }
  std::string erase(const store::Block& block, bool force = false) {
    return ask([&](Draft& draft) { return delete_block(draft, block, force); });
  }
  std::string next_subnet(const store::Block& parent, unsigned length) {
    const auto made =
        run([&](Draft& draft) { return create_subnet(draft, parent, store::Block{}, length); });
    return made ? text(made->cidr) : told(made.error());
  }
};

TEST_F(Blocks, Case3_AreStoredByTheirNetworkAddress) {
  EXPECT_EQ(text(add_block("10.0.0.1/31").cidr), "10.0.0.0/31");
}

TEST_F(Blocks, AreTheApisAndHaveWhatFollowsFromTheirFields) {
  const store::Block made = add_block("10.0.0.0/29", "net1", [](store::Block& block) {
    block.gateway = test::address("10.0.0.1");
    block.pools = test::ranges("10.0.0.4-10.0.0.5");
  });
  EXPECT_EQ(made.managed_by, store::ManagedBy::kApi);
  EXPECT_EQ(made.created, now());
  EXPECT_EQ(made.fixed, test::ranges("10.0.0.2-10.0.0.3, 10.0.0.6"));
  EXPECT_EQ(made.dynamic, test::ranges("10.0.0.4-10.0.0.5"));
  EXPECT_EQ(reread(made), made);
}

TEST_F(Blocks, Case4_ThatArePublicOverlapNoOther) {
  add_block("10.0.0.0/8", "net1", make_public);
  EXPECT_EQ(told(make_block("10.0.0.4/30", "net2", make_public, "other")),
            "invalid; cidr: cidr overlaps with public block 10.0.0.0/8");
  EXPECT_EQ(told(make_block("10.0.0.4/30", "net2", {}, "other")), "ok");
}

TEST_F(Blocks, Case5_OfTwoNetworksMayOverlap) {
  add_block("10.0.0.0/29", "net1");
  add_block("10.0.0.0/29", "net2");
}

TEST_F(Blocks, Case6_OfOneNetworkDoNotOverlap) {
  add_block("10.0.0.0/29", "net1");
  for (const char* cidr : {"10.0.0.0/31", "10.0.0.0/29", "10.0.0.0/8", "10.0.0.6/31"}) {
    EXPECT_EQ(told(make_block(cidr, "net1")),
              "invalid; cidr: cidr overlaps with block 10.0.0.0/29 in same network");
  }
  add_block("10.0.0.8/29", "net1");
}

TEST_F(Blocks, Case7_OfOneNetworkAreOfOneType) {
  add_block("10.0.0.0/29", "net1");
  EXPECT_EQ(told(make_block("10.0.1.0/29", "net1", make_public)),
            "invalid; type: type should be same within a network");
  EXPECT_EQ(told(make_block("2001:db8::/64", "net1", make_public)),
            "invalid; type: type should be same within a network");
}

TEST_F(Blocks, Case8_ThatAreSubnetsLieInTheirParent) {
  const auto parent = add_block("10.0.0.0/28");
  EXPECT_EQ(told(make_subnet(parent, "10.0.0.20/29")),
            "invalid; cidr: cidr should be within parent block's cidr");
  EXPECT_EQ(told(make_subnet(parent, "2001:db8::/64")),
            "invalid; cidr: cidr should be within parent block's cidr");
}

TEST_F(Blocks, Case9_ThatAreSubnetsDoNotOverlapTheirSiblings) {
  const auto parent = add_block("10.0.0.0/28");
  EXPECT_EQ(told(make_subnet(parent, "10.0.0.0/30")), "ok");
  EXPECT_EQ(told(make_subnet(parent, "10.0.0.4/30")), "ok");
  EXPECT_EQ(told(make_subnet(parent, "10.0.0.0/31")),
            "invalid; cidr: cidr overlaps with sibling 10.0.0.0/30");
}

TEST_F(Blocks, Case10_WithAnAddressHaveNoSubnets) {
  const auto parent = add_block("10.0.0.0/28");
  EXPECT_EQ(take_next(parent), "10.0.0.1");
  EXPECT_EQ(told(make_subnet(parent, "10.0.0.8/30")),
            "invalid; parent is not subnettable since it has allocated ips");
}

TEST_F(Blocks, Case11_ThatAreSubnetsInheritNetworkTenantAndType) {
  const auto parent = add_block("10.0.0.0/28", "net1", make_public);
  const auto child = make_subnet(parent, "10.0.0.8/30");
  ASSERT_EQ(told(child), "ok");
  EXPECT_EQ(child->network, parent.network);
  EXPECT_EQ(child->tenant, "acme");
  EXPECT_EQ(child->type, store::BlockType::kPublic);
  EXPECT_EQ(child->parent, parent.id);
  EXPECT_FALSE(child->tops_network);
}

TEST_F(Blocks, ThatAreSubnetsKeepToTheNetworkOfTheirParent) {
  const auto parent = add_block("10.0.0.0/28");
  const auto other = add_block("10.1.0.0/28", "net2");
  EXPECT_EQ(told(make_subnet(parent, "10.0.0.8/30",
                             [&](store::Block& block) { block.network = other.network; })),
            "invalid; network_id: network_id should be same as that of parent");
}

TEST_F(Blocks, ThatAreSubnetsOfABlockOfNoNetworkTopTheirOwn) {
  const auto parent = add_block("10.0.0.0/24", "");
  add_block("10.0.0.0/29", "net1");
  const auto in_net1 = [&](store::Block& block) { block.network = network_named("net1").id; };
  EXPECT_EQ(told(make_subnet(parent, "10.0.0.0/28", in_net1)),
            "invalid; cidr: cidr overlaps with block 10.0.0.0/29 in same network");
  const auto child = make_subnet(parent, "10.0.0.16/28", in_net1);
  ASSERT_EQ(told(child), "ok");
  EXPECT_TRUE(child->tops_network);
  EXPECT_EQ(told(make_block("10.0.0.16/30", "net1")),
            "invalid; cidr: cidr overlaps with block 10.0.0.16/28 in same network");
  // And it is of the network's type.
  const auto open = add_block("192.0.2.0/24", "", make_public);
  EXPECT_EQ(told(make_subnet(open, "192.0.2.0/28", in_net1)),
            "invalid; type: type should be same within a network");
}

TEST_F(Blocks, ThatAreSubnetsTakeTheLowestFreePlaceOfTheirLength) {
  const auto parent = add_block("10.0.0.0/28");
  EXPECT_EQ(told(make_subnet(parent, "10.0.0.4/30")), "ok");
  EXPECT_EQ(next_subnet(parent, 30), "10.0.0.0/30");
  EXPECT_EQ(next_subnet(parent, 29), "10.0.0.8/29");
  EXPECT_EQ(next_subnet(parent, 30), "impossible; prefix_length: IpBlock is full");
  EXPECT_EQ(next_subnet(parent, 27), "invalid; prefix_length: does not fit into the parent block");
  EXPECT_EQ(next_subnet(parent, 33), "invalid; prefix_length: does not fit into the parent block");
}

TEST_F(Blocks, Case12_NeedAPolicyOfTheirTenant) {
  store::Policy policy;
  policy.id = store::PolicyId{1};
  policy.tenant = "other";
  test::commit(store_, {store::Put<store::Policy>{policy}}, now());
  for (const std::uint64_t id : {1u, 7u}) {
    const auto made = make_block("10.0.0.0/29", "net1",
                                 [&](store::Block& block) { block.policy = store::PolicyId{id}; });
    ASSERT_FALSE(made);
    EXPECT_EQ(made.error().faults.at(0).field, "policy_id");
    EXPECT_TRUE(made.error().faults.at(0).message.ends_with("' doesn't exist"));
  }
}

TEST_F(Blocks, AreToldAllThatIsWrongWithThemAtOnce) {
  const auto made = make_block("127.0.0.0/8", "net1", [](store::Block& block) {
    block.gateway = test::address("2001:db8::1");
    block.dns = {test::address("10.0.0.1"), test::address("::2")};
    block.pools = test::ranges("10.0.0.0-10.0.0.5, 127.0.0.5, 127.0.0.1-127.0.0.9");
    block.lease_time = base::Seconds{5};
    block.quarantine_time = base::Seconds{std::int64_t{1} << 40};
    block.mtu = std::uint16_t{67};
    block.generator = store::Generator::kEui64;
  });
  std::string fields;
  ASSERT_FALSE(made);
  for (const Fault& fault : made.error().faults) fields += fault.field + ' ';
  EXPECT_EQ(fields,
            "cidr gateway dns[1] pools[0] pools[2] lease_time quarantine_time mtu generator ");
}

TEST_F(Blocks, KeepWhatIsFixedAboutThem) {
  const auto block = add_block("10.0.0.0/29");
  store::Block changed = block;
  changed.cidr = test::prefix("10.0.0.0/28");
  changed.type = store::BlockType::kPublic;
  changed.tenant = "other";
  EXPECT_EQ(
      update(changed),
      "invalid; cidr: cannot be changed; type: cannot be changed; tenant_id: cannot be changed");
}

TEST_F(Blocks, ChangePoolsAndGatewayUnderTheirAddresses) {
  auto block = add_block("10.0.0.0/29");
  EXPECT_EQ(take_next(block), "10.0.0.1");
  lease(block, "10.0.0.2", 2, 5000);
  block = reread(block);
  block.pools = test::ranges("10.0.0.1-10.0.0.3");
  block.gateway = test::address("10.0.0.4");
  EXPECT_EQ(update(block), "ok");
  EXPECT_EQ(state(block, "10.0.0.1"), "reserved");
  EXPECT_EQ(take_next(reread(block)), "10.0.0.5");
  EXPECT_EQ(
      told(take(reread(block), "10.0.0.4")),
      "conflict; address: Address is already allocated: it is the block's gateway, network or "
      "broadcast");
}

TEST_F(Blocks, MoveToAnotherNetworkOnlyWhileTheyAreEmpty) {
  auto block = add_block("10.0.0.0/29");
  const auto other = add_block("10.0.0.0/30", "net2");
  block.network = other.network;
  EXPECT_EQ(update(block), "invalid; cidr: cidr overlaps with block 10.0.0.0/30 in same network");
  EXPECT_EQ(erase(other), "ok");
  EXPECT_EQ(update(block), "ok");
  EXPECT_EQ(take_next(reread(block)), "10.0.0.1");
  block.network = network_named("net1").id;
  EXPECT_EQ(update(block), "conflict; network_id: the block has addresses or subnets");
}

TEST_F(Blocks, OfTheConfigurationChangeOnlyThere) {
  const store::Network network = test::network(store::NetworkId{1}, "lab");
  auto block = test::block(1, "10.0.0.0/24", "");
  test::commit(store_, {store::PutNetwork{network}, store::PutBlock{block}}, now());
  const std::string_view what = "comes from the configuration file; change it there";
  EXPECT_EQ(update(block), base::cat("config; the block ", what));
  EXPECT_EQ(erase(block, true), base::cat("config; the block ", what));
  EXPECT_EQ(told(make_subnet(block, "10.0.0.0/28")), base::cat("config; the parent block ", what));
  EXPECT_EQ(told(make_block("10.1.0.0/24", "lab", {}, "default")),
            base::cat("config; the network ", what));
  EXPECT_EQ(ask([&](Draft& draft) { return delete_network(draft, network); }),
            base::cat("config; the network ", what));
}

TEST_F(Blocks, AreDeletedOnlyWhenNothingIsInUse) {
  const auto block = add_block("10.0.0.0/29");
  EXPECT_EQ(take_next(block), "10.0.0.1");
  EXPECT_EQ(erase(block).substr(0, 40), "conflict; the block has live leases or a");
  EXPECT_EQ(drop(block, "10.0.0.1"), "ok");
  lease(block, "10.0.0.5", 5, now_ + 1);
  EXPECT_EQ(erase(block).substr(0, 40), "conflict; the block has live leases or a");
  ++now_;
  EXPECT_EQ(erase(block), "ok");
  EXPECT_EQ(dump(), "network 1 net1\n");
}

TEST_F(Blocks, Case15_AreDeletedByForceWithAllThatIsInThem) {
  const auto parent = add_block("10.0.0.0/24");
  const auto child = make_subnet(parent, "10.0.0.0/26").value();
  const auto leaf = make_subnet(child, "10.0.0.0/28").value();
  EXPECT_EQ(take_next(leaf, "", 1), "10.0.0.1");
  EXPECT_EQ(take_next(leaf, "eth0", 2), "10.0.0.2");
  lease(leaf, "10.0.0.9", 9, 5000);
  EXPECT_EQ(erase(parent), "conflict; the block has subnets; delete them, or use ?force=true");
  EXPECT_EQ(erase(parent, true), "ok");
  // The interface that was made for an address is gone with it, the other one stays.
  EXPECT_EQ(dump(), "network 1 net1\ninterface 2 eth0 02:00:00:00:00:02\n");
}

TEST_F(Blocks, GiveTheirNetworkUpBeforeItIsDeleted) {
  const auto block = add_block("10.0.0.0/29");
  const auto erase_network = [&] {
    return ask([&](Draft& draft) { return delete_network(draft, network_named("net1")); });
  };
  EXPECT_EQ(erase_network(), "conflict; the network has blocks; delete them first");
  EXPECT_EQ(erase(block), "ok");
  EXPECT_EQ(erase_network(), "ok");
  EXPECT_EQ(dump(), "");
}

TEST_F(Blocks, OfADefaultCidrAreMadeForANetworkThatIsNamedFirst) {
  store::Block first;
  first.cidr = test::prefix("10.0.0.0/29");
  const auto allocate_by_name = [&](const std::string& name, const auto& block) {
    return ask([&](Draft& draft) -> Verdict<std::vector<store::AddressRecord>> {
      const auto network = require_network(draft, "acme", name, block);
      if (!network) return std::unexpected(network.error());
      return allocate_in(draft, *network, {}, grantee(draft, ""));
    });
  };
  EXPECT_EQ(allocate_by_name("new", std::optional<store::Block>()),
            "not found; network_id: Network not found");
  EXPECT_EQ(dump(), "");
  for (int i = 0; i < 6; ++i) EXPECT_EQ(allocate_by_name("new", std::optional(first)), "ok");
  EXPECT_EQ(allocate_by_name("new", std::optional(first)), "impossible; IpBlock is full");
  EXPECT_EQ(allocate_by_name("newer", std::optional(first)), "ok");
  EXPECT_TRUE(network_named("new").named_links_only);
  EXPECT_EQ(store_.snapshot()->view().blocks().at(0).type, store::BlockType::kPrivate);
}

}  // namespace
}  // namespace melange::ipam
