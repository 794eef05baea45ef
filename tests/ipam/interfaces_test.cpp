// SPDX-License-Identifier: Apache-2.0
//
// Interfaces, their MACs, and the addresses that are made of those (ipam.md section 3, "Interfaces,
// MACs" and "Allocation"; the numbers are the cases of its section 4).
#include "ipam_fixture.h"

namespace melange::ipam {
namespace {

class Interfaces : public IpamTest {
 protected:
  void add_macs(std::uint64_t id, std::string_view first, std::uint8_t length) {
    store::MacRange range;
    range.id = store::MacRangeId{id};
    range.first = *net::Mac::parse(first);
    range.length = length;
    test::commit(store_, {store::Put<store::MacRange>{range}}, now());
  }
  Verdict<store::Interface> make(const Claimant& claimant) {
    return run([&](Draft& draft) { return make_interface(draft, claimant); });
  }
  Verdict<store::Interface> find_or(const Claimant& claimant) {
    return run([&](Draft& draft) { return find_or_make(draft, claimant); });
  }
  static Claimant named(std::string vif) { return claimant_of("acme", std::move(vif)); }
  // The MAC, or why there is none.
  std::string mac_of(const std::string& vif) {
    const auto made = make(named(vif));
    if (!made) return told(made);
    return made->mac ? text(*made->mac) : "none";
  }
  std::string erase(std::string_view vif) {
    return ask([&](Draft& draft) { return delete_interface(draft, *find_interface(vif)); });
  }
};

TEST_F(Interfaces, Case44_TakeTheNextMacAndFreedOnesAgain) {
  EXPECT_EQ(mac_of("none"), "none");
  add_macs(1, "02:aa:00:00:00:07", 48);
  EXPECT_EQ(mac_of("a"), "02:aa:00:00:00:07");
  EXPECT_EQ(mac_of("b"), "impossible; mac_address: No more mac Addresses");
  EXPECT_EQ(erase("a"), "ok");
  EXPECT_EQ(mac_of("b"), "02:aa:00:00:00:07");
}

TEST_F(Interfaces, TakeMacsFromTheRangesInTheOrderOfTheirCreation) {
  add_macs(1, "02:bb:00:00:00:00", 47);
  add_macs(2, "02:aa:00:00:00:00", 47);
  EXPECT_EQ(mac_of("a"), "02:bb:00:00:00:00");
  EXPECT_EQ(mac_of("b"), "02:bb:00:00:00:01");
  EXPECT_EQ(mac_of("c"), "02:aa:00:00:00:00");
  EXPECT_EQ(erase("b"), "ok");
  EXPECT_EQ(mac_of("d"), "02:bb:00:00:00:01");
}

TEST_F(Interfaces, OfOneRequestGetDifferentMacs) {
  add_macs(1, "02:aa:00:00:00:00", 46);
  EXPECT_EQ(ask([&](Draft& draft) -> Verdict<store::Interface> {
              const auto first = make_interface(draft, named("a"));
              auto second = make_interface(draft, named("b"));
              EXPECT_NE(first->mac, second->mac);
              return second;
            }),
            "ok");
}

// Replacing an interface must not need two MACs.
TEST_F(Interfaces, TakeTheMacOfOneThatTheSameRequestDeletes) {
  add_macs(1, "02:aa:00:00:00:07", 48);
  mac_of("a");
  EXPECT_EQ(ask([&](Draft& draft) {
              EXPECT_TRUE(delete_interface(draft, *find_interface("a")));
              return make_interface(draft, named("b"));
            }),
            "ok");
  EXPECT_EQ(text(*find_interface("b")->mac), "02:aa:00:00:00:07");
  EXPECT_EQ(mac_of("c"), "impossible; mac_address: No more mac Addresses");
}

TEST_F(Interfaces, PreferTheMacThatTheyAreGiven) {
  add_macs(1, "02:aa:00:00:00:00", 46);
  Claimant claimant = named("a");
  claimant.mac = net::Mac::parse("02:aa:00:00:00:00");
  EXPECT_EQ(told(make(claimant)), "ok");
  EXPECT_EQ(mac_of("b"), "02:aa:00:00:00:01");
  claimant.vif = "c";
  EXPECT_EQ(told(make(claimant)),
            "conflict; mac_address: 02:aa:00:00:00:00 is another interface's");
}

TEST_F(Interfaces, RefuseWhatNoInterfaceCanBe) {
  Claimant claimant = named(std::string(201, 'v'));
  claimant.tenant = std::string(201, 't');
  claimant.device = std::string(201, 'd');
  claimant.mac = net::Mac::parse("01:00:5e:00:00:01");
  EXPECT_EQ(told(make(claimant)),
            "invalid; tenant_id: is longer than 200 octets; interface_id: is longer than 200 "
            "octets; used_by_device: is longer than 200 octets; mac_address: 01:00:5e:00:00:01 is "
            "a multicast address");
  EXPECT_EQ(told(find_or({})), "invalid; tenant_id: is missing");
}

// Whoever took the next one's name would keep everybody from getting an address.
TEST_F(Interfaces, CannotTakeTheNameThatTheNextOneIsGiven) {
  const std::string mine = make(named(""))->vif;
  for (const std::string_view prefix : {"", "vif-"}) {
    const auto id = store_.snapshot()->view().store_id();
    const std::string next = base::cat(prefix, store::uuid(id, store::ObjectKind::kInterface, 2));
    EXPECT_EQ(told(make(named(next))),
              "invalid; interface_id: is of a form that only this server gives");
  }
  EXPECT_EQ(told(find_or(named(mine))), "ok");
}

TEST_F(Interfaces, AreFoundByTheirNameOrMac) {
  Claimant claimant = named("a");
  claimant.mac = mac(1);
  const auto made = find_or(claimant);
  ASSERT_EQ(told(made), "ok");
  EXPECT_EQ(find_or(claimant)->id, made->id);
  claimant.vif.clear();
  EXPECT_EQ(find_or(claimant)->id, made->id);
  claimant = named("a");
  claimant.device = "vm1";
  EXPECT_EQ(find_or(claimant)->device, "vm1");
  claimant.mac = mac(2);
  EXPECT_EQ(told(find_or(claimant)),
            "conflict; mac_address: the interface has the MAC address 02:00:00:00:00:01");
}

TEST_F(Interfaces, Case46_OfAnotherTenantAreNotThere) {
  Claimant claimant = named("a");
  claimant.mac = mac(1);
  ASSERT_EQ(told(make(claimant)), "ok");
  claimant.tenant = "other";
  EXPECT_EQ(told(find_or(claimant)), "not found; interface_id: Interface 'a' is not this tenant's");
  claimant.vif.clear();
  EXPECT_EQ(told(find_or(claimant)),
            "conflict; mac_address: 02:00:00:00:00:01 is another interface's");
}

TEST_F(Interfaces, ThatGetAMacLateAreFoundByItOnTheWire) {
  const auto block = add_block("10.0.0.0/29");
  EXPECT_EQ(take_next(block, "eth0"), "10.0.0.1");
  EXPECT_EQ(take_next(block, "eth0", 1), "10.0.0.2");
  for (const char* address : {"10.0.0.1", "10.0.0.2"}) {
    EXPECT_EQ(state(block, address), "reserved mac 02:00:00:00:00:01");
  }
}

TEST_F(Interfaces, Case56_ThatAreDeletedGiveUpMacAndAddresses) {
  const auto block = add_block("10.0.0.0/29");
  EXPECT_EQ(take_next(block, "eth0", 1), "10.0.0.1");
  EXPECT_EQ(erase("eth0"), "ok");
  EXPECT_FALSE(find_interface("eth0"));
  EXPECT_EQ(find(block, "10.0.0.1")->state, store::AddressState::kQuarantined);
  EXPECT_EQ(take_next(block, "eth1", 1), "10.0.0.2");
}

TEST_F(Interfaces, ThatWereMadeForAnAddressGoWithTheLastOne) {
  const auto block = add_block("10.0.0.0/29");
  EXPECT_EQ(take_next(block, "", 1), "10.0.0.1");
  EXPECT_EQ(take_next(block, "", 1), "10.0.0.2");
  EXPECT_EQ(take_next(block, "eth2", 2), "10.0.0.3");
  Claimant lasting = named("");
  lasting.lasting = true;
  const std::string stays = make(lasting)->vif;
  EXPECT_EQ(take_next(block, stays), "10.0.0.4");
  for (const char* address : {"10.0.0.1", "10.0.0.3", "10.0.0.4"}) {
    EXPECT_EQ(drop(block, address), "ok");
  }
  now_ += 172800;
  sweep();
  EXPECT_TRUE(store_.snapshot()->view().interface_with(mac(1)));
  EXPECT_EQ(drop(block, "10.0.0.2"), "ok");
  EXPECT_TRUE(store_.snapshot()->view().interface_with(mac(1)));
  now_ += 172800;
  sweep();
  EXPECT_FALSE(store_.snapshot()->view().interface_with(mac(1)));
  EXPECT_TRUE(find_interface("eth2"));
  EXPECT_TRUE(find_interface(stays));
}

TEST_F(Interfaces, ThatWereMadeForTwoAddressesGoWhenBothAreFreedAtOnce) {
  const auto block = add_block("10.0.0.0/29");
  EXPECT_EQ(take_next(block, "", 1), "10.0.0.1");
  EXPECT_EQ(take_next(block, "", 1), "10.0.0.2");
  EXPECT_EQ(drop(block, "10.0.0.1"), "ok");
  EXPECT_EQ(drop(block, "10.0.0.2"), "ok");
  now_ += 172800;
  sweep();
  EXPECT_EQ(state(block, "10.0.0.1") + state(block, "10.0.0.2"), "");
  EXPECT_FALSE(store_.snapshot()->view().interface_with(mac(1)));
}

class Generated : public IpamTest {
 protected:
  static constexpr const char* kMac = "52:54:00:12:34:56";

  std::string next(const store::Block& block, std::string_view mac = kMac) {
    const auto record = run([&](Draft& draft) {
      Claimant claimant = claimant_of("acme");
      claimant.mac = net::Mac::parse(mac);
      const auto interface = find_or_make(draft, claimant);
      return allocate_next(draft, block, {*interface, identity_of(*interface), {}});
    });
    return record ? text(record->key.address) : told(record.error());
  }
  store::Block with(store::Generator generator, std::string_view cidr = "2001:db8:1:2::/64",
                    const Tweak& tweak = {}) {
    return add_block(cidr, "net1", [&](store::Block& block) {
      block.generator = generator;
      if (tweak) tweak(block);
    });
  }
};

TEST_F(Generated, Case31_ByEui64) {
  const auto block = with(store::Generator::kEui64);
  EXPECT_EQ(next(block), "2001:db8:1:2:5054:ff:fe12:3456");
  EXPECT_EQ(next(block), "2001:db8:1:2:5054:ff:fe12:3457");
  EXPECT_EQ(next(block, "52:54:00:ff:ff:ff"), "2001:db8:1:2:5054:ff:feff:ffff");
  EXPECT_EQ(next(block, "52:54:00:ff:ff:ff"), "2001:db8:1:2:5054:1ff:fe00:0");
}

TEST_F(Generated, Case31_ByTenant) {
  const auto block = with(store::Generator::kTenant);
  EXPECT_EQ(next(block), "2001:db8:1:2:293a:bb6b:ff12:3456");
  EXPECT_EQ(next(block), "2001:db8:1:2:293a:bb6b:ff12:3457");
}

TEST_F(Generated, AreTheNextFreeOnesWithoutAMacOrAGenerator) {
  EXPECT_EQ(take_next(with(store::Generator::kEui64)), "2001:db8:1:2::1");
  EXPECT_EQ(next(with(store::Generator::kNext, "2001:db8:1:3::/64")), "2001:db8:1:3::1");
  // A /65 has no room for an interface identifier.
  EXPECT_EQ(next(with(store::Generator::kEui64, "2001:db8:1:4::/65")), "2001:db8:1:4::1");
}

TEST_F(Generated, KeepOutOfPoolsAndPolicies) {
  store::Policy policy;
  policy.id = store::PolicyId{1};
  policy.tenant = "acme";
  policy.octets = {{1, 0x57}};
  test::commit(store_, {store::Put<store::Policy>{policy}}, now());
  const auto block = with(store::Generator::kEui64, "2001:db8:1:2::/64", [](store::Block& made) {
    made.policy = store::PolicyId{1};
    made.pools = test::ranges("2001:db8:1:2:5054:ff:fe12:3456");
  });
  // The word 3457 is no octet 57: only words of up to 255 are.
  EXPECT_EQ(next(block), "2001:db8:1:2:5054:ff:fe12:3457");
  EXPECT_EQ(next(block, "52:54:00:12:00:57"), "2001:db8:1:2:5054:ff:fe12:58");
}

TEST_F(Generated, Case32_OfAFullSmallBlockAreRefusedAtOnce) {
  const auto block = with(store::Generator::kEui64, "2001:db8:1:2::/126");
  for (int i = 0; i < 3; ++i) EXPECT_EQ(next(block).substr(0, 12), "2001:db8:1:2");
  EXPECT_EQ(next(block), "impossible; IpBlock is full");
}

}  // namespace
}  // namespace melange::ipam
