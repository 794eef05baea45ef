// SPDX-License-Identifier: Apache-2.0
//
// Giving addresses out (ipam.md section 3, "Allocation"; the numbers are the cases of its section
// 4): one, several, and of a network.
#include "ipam_fixture.h"

namespace melange::ipam {
namespace {

using store::AddressState;

constexpr const char* kFull = "impossible; IpBlock is full";
constexpr const char* kTaken = "conflict; address: Address is already allocated";

class Allocation : public IpamTest {
 protected:
  std::string take_several(const store::Block& block, const Several& wish) {
    const auto given =
        run([&](Draft& draft) { return allocate_several(draft, block, wish, grantee(draft, "")); });
    return given ? texts(*given) : told(given.error());
  }
  std::string take_in(const std::string& network, const NetworkWish& wish = {},
                      const std::string& vif = "") {
    const auto given = run([&](Draft& draft) {
      return allocate_in(draft, network_named(network), wish, grantee(draft, vif));
    });
    return given ? texts(*given) : told(given.error());
  }
  store::Block with_octets(std::string_view cidr, std::initializer_list<std::uint8_t> octets) {
    store::Policy policy;
    policy.id = store::PolicyId{1};
    policy.tenant = "acme";
    for (const std::uint8_t octet : octets) policy.octets.push_back({policy.next_rule++, octet});
    test::commit(store_, {store::Put<store::Policy>{policy}}, now());
    return add_block(cidr, "net1", [](store::Block& block) { block.policy = store::PolicyId{1}; });
  }
};

Several row_of(std::size_t count) { return {count, true, {}, {}}; }
Several any_of(std::size_t count) { return {count, false, {}, {}}; }

TEST_F(Allocation, Case17_OfAThirtyGivesTwoAddresses) {
  const auto block = add_block("10.0.0.0/30");
  EXPECT_EQ(take_next(block), "10.0.0.1");
  EXPECT_EQ(take_next(block), "10.0.0.2");
  EXPECT_EQ(take_next(block), kFull);
}

TEST_F(Allocation, Case18_OfAThirtyOneGivesTwoAndOfAThirtyTwoOne) {
  const auto pair = add_block("10.0.0.0/31", "net1");
  EXPECT_EQ(take_next(pair), "10.0.0.0");
  EXPECT_EQ(take_next(pair), "10.0.0.1");
  EXPECT_EQ(take_next(pair), kFull);
  const auto one = add_block("10.0.0.8/32", "net1");
  EXPECT_EQ(take_next(one), "10.0.0.8");
  EXPECT_EQ(take_next(one), kFull);
}

TEST_F(Allocation, Case19_OfTheGatewayIsRefused) {
  const auto block = add_block(
      "10.0.0.0/29", "net1", [](store::Block& made) { made.gateway = test::address("10.0.0.1"); });
  for (const char* address : {"10.0.0.0", "10.0.0.1", "10.0.0.7"}) {
    EXPECT_EQ(told(take(block, address)).substr(0, 47), kTaken) << address;
  }
  EXPECT_EQ(take_next(block), "10.0.0.2");
}

TEST_F(Allocation, Case20_OfATakenAddressIsRefusedToAnyone) {
  const auto block = add_block("10.0.0.0/29");
  EXPECT_EQ(told(take(block, "10.0.0.3", "eth0", 1)), "ok");
  EXPECT_EQ(told(take(block, "10.0.0.3", "eth1", 2)), kTaken);
  EXPECT_EQ(told(take(block, "10.0.0.3", "eth0", 1)), kTaken);
  EXPECT_EQ(told(take(block, "10.0.0.3", "eth1", 2, OnConflict::kWait)), kTaken);
  EXPECT_EQ(state(block, "10.0.0.3"), "reserved mac 02:00:00:00:00:01");
}

TEST_F(Allocation, Case21_OutsideOfTheBlockIsRefused) {
  const auto block = add_block("10.0.0.0/29");
  for (const char* address : {"10.0.0.8", "9.255.255.255", "2001:db8::1"}) {
    EXPECT_EQ(told(take(block, address)),
              "impossible; address: Address does not belong to IpBlock");
  }
}

TEST_F(Allocation, Case22_FromASubnettedBlockIsRefused) {
  const auto parent = add_block("10.0.0.0/28");
  const auto child = make_subnet(parent, "10.0.0.0/30").value();
  const std::string_view refused = "impossible; Subnetted block cannot allocate IPAddress";
  EXPECT_EQ(take_next(parent), refused);
  EXPECT_EQ(told(take(parent, "10.0.0.9")), refused);
  EXPECT_EQ(take_several(parent, any_of(2)), refused);
  EXPECT_EQ(take_next(child), "10.0.0.1");
}

TEST_F(Allocation, Case24_ToAnInterfaceOnAnotherNetworkIsRefused) {
  const auto here = add_block("10.0.0.0/29", "net1");
  const auto there = add_block("10.0.0.0/29", "net2");
  EXPECT_EQ(take_next(here, "eth0"), "10.0.0.1");
  EXPECT_EQ(take_next(there, "eth0"),
            "impossible; interface_id: the interface is plugged into another network");
  // One that has left may go elsewhere; a block of no network is nowhere.
  EXPECT_EQ(take_next(add_block("192.0.2.0/29", ""), "eth0"), "192.0.2.1");
  EXPECT_EQ(drop(here, "10.0.0.1"), "ok");
  EXPECT_EQ(take_next(there, "eth0"), "10.0.0.1");
}

TEST_F(Allocation, Case25_OfOneAddressInTwoNetworksIsFine) {
  const auto here = add_block("10.0.0.0/29", "net1");
  const auto there = add_block("10.0.0.0/29", "net2");
  EXPECT_EQ(told(take(here, "10.0.0.1", "eth0")), "ok");
  EXPECT_EQ(told(take(there, "10.0.0.1", "eth1")), "ok");
}

// Subnetted, other network, inside, taken or gateway, policy: the first that holds is told.
TEST_F(Allocation, IsCheckedInOrder) {
  const auto block = with_octets("10.0.0.0/28", {1, 2});
  const auto there = add_block("10.0.0.0/28", "net2");
  EXPECT_EQ(take_next(there, "eth0"), "10.0.0.1");
  EXPECT_EQ(told(take(block, "192.0.2.1", "eth0")),
            "impossible; interface_id: the interface is plugged into another network");
  EXPECT_EQ(told(take(block, "10.0.0.1")),
            "impossible; address: Block policy does not allow this address");
  lease(block, "10.0.0.2", 2, 5000);
  EXPECT_EQ(told(take(block, "10.0.0.2")).substr(0, 47), kTaken);
}

TEST_F(Allocation, GivesPooledAddressesOnlyWhenTheyAreAskedFor) {
  const auto block = add_block("10.0.0.0/29", "net1", [](store::Block& made) {
    made.pools = test::ranges("10.0.0.1-10.0.0.5");
  });
  EXPECT_EQ(take_next(block), "10.0.0.6");
  EXPECT_EQ(take_next(block), kFull);
  EXPECT_EQ(told(take(block, "10.0.0.2")), "ok");
  EXPECT_FALSE(store_.snapshot()->view().is_free({block.id, test::address("10.0.0.2")}));
}

TEST_F(Allocation, OfAnAddressLeasedToAnotherIsRefusedUntilTheLeaseEnds) {
  const auto block = add_block("10.0.0.0/29");
  lease(block, "10.0.0.3", 7, 2000);
  EXPECT_EQ(told(take(block, "10.0.0.3", "eth0", 1)),
            base::cat(kTaken, ": leased to mac 02:00:00:00:00:07 until 1970-01-01T00:33:20Z"));
  now_ = 1999;
  EXPECT_NE(told(take(block, "10.0.0.3", "eth0", 1)), "ok");
  now_ = 2000;
  EXPECT_EQ(told(take(block, "10.0.0.3", "eth0", 1)), "ok");
  EXPECT_EQ(state(block, "10.0.0.3"), "reserved mac 02:00:00:00:00:01");
}

TEST_F(Allocation, OfAnAddressLeasedToItsOwnerBindsIt) {
  const auto block = add_block("10.0.0.0/29");
  lease(block, "10.0.0.3", 1, 2000);
  EXPECT_EQ(told(take(block, "10.0.0.3", "eth0", 1)), "ok");
  EXPECT_EQ(state(block, "10.0.0.3"), "bound mac 02:00:00:00:00:01 until 1970-01-01T00:33:20Z");
}

TEST_F(Allocation, MayWaitForTheLeaseOfAnotherToEnd) {
  const auto block = add_block("10.0.0.0/29");
  lease(block, "10.0.0.3", 7, 2000);
  EXPECT_EQ(told(take(block, "10.0.0.3", "eth0", 1, OnConflict::kWait)), "ok");
  EXPECT_EQ(state(block, "10.0.0.3"),
            "leased mac 02:00:00:00:00:07 reserved-for mac 02:00:00:00:00:01 until "
            "1970-01-01T00:33:20Z");
  EXPECT_EQ(told(take(block, "10.0.0.3", "eth1", 2, OnConflict::kWait)), kTaken);
  // Nobody waits who could not be found on the wire.
  lease(block, "10.0.0.4", 7, 2000);
  EXPECT_EQ(told(take(block, "10.0.0.4", "eth2", 0, OnConflict::kWait)).substr(0, 47), kTaken);
}

TEST_F(Allocation, OfADeclinedAddressIsRefusedOrWaits) {
  const auto block = add_block("10.0.0.0/29");
  lease(block, "10.0.0.3", 7, 2000, AddressState::kDeclined);
  EXPECT_EQ(told(take(block, "10.0.0.3", "eth0", 1)).substr(0, 47), kTaken);
  EXPECT_EQ(told(take(block, "10.0.0.3", "eth0", 1, OnConflict::kWait)), "ok");
  EXPECT_EQ(find(block, "10.0.0.3")->state, AddressState::kDeclined);
  EXPECT_EQ(find(block, "10.0.0.3")->reserved_for, known_by(1));
}

TEST_F(Allocation, OfSeveralIsAllOrNothing) {
  const auto block = add_block("10.0.0.0/29");
  EXPECT_EQ(take_several(block, any_of(7)), kFull);
  EXPECT_EQ(told(take(block, "10.0.0.2")), "ok");
  EXPECT_EQ(take_several(block, any_of(3)), "10.0.0.1 10.0.0.3 10.0.0.4");
  EXPECT_EQ(take_several(block, any_of(3)), kFull);
  EXPECT_EQ(take_several(block, any_of(2)), "10.0.0.5 10.0.0.6");
  for (const std::size_t count : {std::size_t{0}, kAddressesAtOnce + 1}) {
    EXPECT_EQ(take_several(block, any_of(count)), "invalid; count: is not one of 1 to 1024");
  }
}

TEST_F(Allocation, OfARowFindsNeighbours) {
  const auto block = add_block("10.0.0.0/28");
  EXPECT_EQ(told(take(block, "10.0.0.3")), "ok");
  EXPECT_EQ(told(take(block, "10.0.0.8")), "ok");
  EXPECT_EQ(take_several(block, row_of(7)), kFull);
  EXPECT_EQ(take_several(block, row_of(4)), "10.0.0.4 10.0.0.5 10.0.0.6 10.0.0.7");
  EXPECT_EQ(take_several(block, row_of(2)), "10.0.0.1 10.0.0.2");
  EXPECT_EQ(take_several(block, row_of(6)),
            "10.0.0.9 10.0.0.10 10.0.0.11 10.0.0.12 10.0.0.13 10.0.0.14");
  EXPECT_EQ(take_several(block, row_of(1)), kFull);
}

TEST_F(Allocation, OfARowMayFillTheBlock) {
  const auto last = add_block("255.255.254.0/24");
  EXPECT_EQ(take_several(last, row_of(254)).substr(0, 31), "255.255.254.1 255.255.254.2 255");
}

TEST_F(Allocation, OfSeveralHeedsWhatIsExcludedAndPreferred) {
  const auto block = add_block("10.0.0.0/28");
  Several wish = any_of(3);
  wish.exclude = test::ranges("10.0.0.1-10.0.0.4, 10.0.0.6, 255.255.255.255, 2001:db8::1");
  EXPECT_EQ(take_several(block, wish), "10.0.0.5 10.0.0.7 10.0.0.8");
  wish.preferred = test::address("10.0.0.13");
  wish.exclude.clear();
  EXPECT_EQ(take_several(block, wish), "10.0.0.13 10.0.0.14 10.0.0.1");
  wish.contiguous = true;
  EXPECT_EQ(take_several(block, wish), "10.0.0.2 10.0.0.3 10.0.0.4");
  wish.preferred = test::address("10.0.1.0");
  EXPECT_EQ(take_several(block, wish), "impossible; preferred: Address does not belong to IpBlock");
}

TEST_F(Allocation, OfARowStepsOverDeniedOctets) {
  const auto block = with_octets("10.0.0.0/28", {2, 7});
  EXPECT_EQ(take_several(block, row_of(5)), "10.0.0.8 10.0.0.9 10.0.0.10 10.0.0.11 10.0.0.12");
  EXPECT_EQ(take_several(block, row_of(5)), kFull);
  EXPECT_EQ(take_several(block, row_of(4)), "10.0.0.3 10.0.0.4 10.0.0.5 10.0.0.6");
  EXPECT_EQ(take_next(block), "10.0.0.1");
  EXPECT_EQ(take_next(block), "10.0.0.13");
}

TEST_F(Allocation, OfARowInAHugeBlockThatHasNoneEnds) {
  store::Policy policy;
  policy.id = store::PolicyId{1};
  policy.tenant = "acme";
  for (unsigned octet = 0; octet < 256; octet += 2) {
    policy.octets.push_back({policy.next_rule++, static_cast<std::uint8_t>(octet)});
  }
  test::commit(store_, {store::Put<store::Policy>{policy}}, now());
  const auto block =
      add_block("10.0.0.0/8", "net1", [](store::Block& made) { made.policy = store::PolicyId{1}; });
  EXPECT_EQ(take_several(block, row_of(2)),
            "impossible; count: no row of so many free neighbours was found among 1024 stretches; "
            "`preferred` says where to look for another");
  EXPECT_EQ(take_several(block, row_of(1)), "10.0.0.1");
}

TEST_F(Allocation, Case39_OfANetworkGivesOneOfEachFamily) {
  add_block("10.0.0.0/29");
  add_block("2001:db8::/64");
  EXPECT_EQ(take_in("net1"), "10.0.0.1 2001:db8::1");
  EXPECT_EQ(take_in("net1", {.addresses = {}, .v4 = false}), "2001:db8::2");
  EXPECT_EQ(take_in("net1", {.addresses = {}, .v4 = true, .v6 = false}), "10.0.0.2");
}

TEST_F(Allocation, Case40_OfANetworkGoesOnToItsNextBlock) {
  add_block("10.0.0.0/32");
  add_block("10.0.1.0/32");
  EXPECT_EQ(take_in("net1"), "10.0.0.0");
  EXPECT_EQ(take_in("net1"), "10.0.1.0");
}

TEST_F(Allocation, Case41_OfAFullNetworkIsRefused) {
  add_block("10.0.0.0/32");
  EXPECT_EQ(take_in("net1"), "10.0.0.0");
  EXPECT_EQ(take_in("net1"), kFull);
  add_block("2001:db8::/64");
  EXPECT_EQ(take_in("net1"), kFull);
  EXPECT_EQ(take_in("net1", {.addresses = {}, .partial = true}), "2001:db8::1");
}

TEST_F(Allocation, OfANetworkLooksIntoSubnetsOnly) {
  const auto parent = add_block("10.0.0.0/28");
  make_subnet(parent, "10.0.0.8/30").value();
  EXPECT_EQ(take_in("net1"), "10.0.0.9");
  EXPECT_EQ(take_in("net1", {.addresses = {test::address("10.0.0.10")}}), "10.0.0.10");
  EXPECT_EQ(take_in("net1"), kFull);
}

TEST_F(Allocation, OfANetworkWithoutBlocksIsRefused) {
  const auto block = add_block("10.0.0.0/29");
  ASSERT_EQ(ask([&](Draft& draft) { return delete_block(draft, block, false); }), "ok");
  EXPECT_EQ(take_in("net1"), "impossible; network net1 has no block for this");
}

TEST_F(Allocation, Case42_OfListedAddressesIsAllOrNothing) {
  const auto block = add_block("10.0.0.0/29");
  EXPECT_EQ(told(take(block, "10.0.0.2")), "ok");
  const std::string before = dump();
  const auto both = std::vector{test::address("10.0.0.1"), test::address("10.0.0.2")};
  EXPECT_EQ(take_in("net1", {.addresses = both}),
            "conflict; addresses: 10.0.0.2: Address is already allocated");
  EXPECT_EQ(take_in("net1", {.addresses = {test::address("10.0.0.1"), test::address("10.9.0.1")}}),
            "impossible; addresses: 10.9.0.1 lies in no block of network net1");
  EXPECT_EQ(dump(), before);
}

// What is asked of a full block is one look at the store.
TEST_F(Allocation, OfANetworkPassesThousandsOfFullBlocks) {
  run([&](Draft& draft) -> Verdict<store::Block> {
    const auto network = find_or_make_network(draft, "acme", "net1", false);
    Verdict<store::Block> made;
    for (std::uint32_t i = 0; i < 2000; ++i) {
      store::Block block;
      block.cidr = *net::Prefix::make(net::Ipv4{(10u << 24) + i}, 32);
      block.tenant = "acme";
      block.network = network->id;
      made = create_block(draft, block);
      if (!made || i == 1999) return made;
      allocate_next(draft, *made, grantee(draft, "eth0")).value();
    }
    return made;
  });
  EXPECT_EQ(take_in("net1"), "10.0.7.207");
  EXPECT_EQ(take_in("net1"), kFull);
}

}  // namespace
}  // namespace melange::ipam
