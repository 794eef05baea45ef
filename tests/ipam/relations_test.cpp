// SPDX-License-Identifier: Apache-2.0
//
// What hangs on addresses and interfaces: allowed addresses, NAT relations, and handles (ipam.md
// section 3; the numbers are the cases of its section 4).
#include "ipam_fixture.h"
#include "melange/ipam/allowed.h"
#include "melange/ipam/handles.h"
#include "melange/ipam/nat.h"

namespace melange::ipam {
namespace {

using store::AddressState;
using store::NatDirection;

class Allowed : public IpamTest {
 protected:
  void SetUp() override {
    block_ = add_block("10.0.0.0/28");
    other_ = add_block("10.0.0.0/28", "net2");
    ASSERT_EQ(told(take(block_, "10.0.0.1", "eth0", 1)), "ok");
  }
  std::string add(std::string_view address, std::string_view network = "net1") {
    return ask([&](Draft& draft) {
      return allow(draft, *find_interface("eth0"), network_named(network), test::address(address));
    });
  }
  std::string remove(std::string_view address) {
    return ask([&](Draft& draft) {
      return disallow(draft, *find_interface("eth0"), test::address(address));
    });
  }
  std::string list() {
    const auto interface = *find_interface("eth0");
    auto snapshot = store_.snapshot();
    const store::View view = snapshot->view();
    std::string out;
    for (const auto& each : allowed_addresses(Draft(view, now()), interface)) {
      out += text(each.address) + ' ';
    }
    return out;
  }

  store::Block block_;
  store::Block other_;
};

TEST_F(Allowed, Case47_AreOfTheNetworkThatTheInterfaceIsPluggedInto) {
  EXPECT_EQ(add("10.0.0.9", "net2"),
            "impossible; network_id: the interface is not plugged into network net2");
  EXPECT_EQ(add("10.9.0.9"), "impossible; ip_address: 10.9.0.9 lies in no block of network net1");
  EXPECT_EQ(add("10.0.0.9"), "ok");
  EXPECT_EQ(list(), "10.0.0.1 10.0.0.9 ");
}

TEST_F(Allowed, Case47_ListTheOwnAddressOnce) {
  EXPECT_EQ(list(), "10.0.0.1 ");
  EXPECT_EQ(add("10.0.0.1"), "ok");
  EXPECT_EQ(add("10.0.0.1"), "ok");
  EXPECT_EQ(list(), "10.0.0.1 ");
}

TEST_F(Allowed, AreTakenBack) {
  EXPECT_EQ(add("10.0.0.9"), "ok");
  EXPECT_EQ(remove("10.0.0.9"), "ok");
  EXPECT_EQ(remove("10.0.0.9"), "not found; 10.0.0.9 is not allowed explicitly");
  EXPECT_EQ(remove("10.0.0.1"), "not found; 10.0.0.1 is not allowed explicitly");
  EXPECT_EQ(list(), "10.0.0.1 ");
}

TEST_F(Allowed, AreNoneOnceTheInterfaceHasLeftTheNetwork) {
  EXPECT_EQ(add("10.0.0.9"), "ok");
  EXPECT_EQ(drop(block_, "10.0.0.1"), "ok");
  EXPECT_EQ(list(), "");
  EXPECT_EQ(bring_back(block_, "10.0.0.1"), "ok");
  EXPECT_EQ(list(), "10.0.0.1 10.0.0.9 ");
}

TEST_F(Allowed, AreBounded) {
  auto interface = *find_interface("eth0");
  for (std::size_t i = 0; i < kAllowedAddresses; ++i) {
    interface.allowed.push_back({block_.network, net::Ipv4{static_cast<std::uint32_t>(i)}});
  }
  test::commit(store_, {store::Put<store::Interface>{interface}}, now());
  EXPECT_EQ(add("10.0.0.9"),
            "impossible; ip_address: an interface is allowed at most 256 addresses");
}

class Nat : public IpamTest {
 protected:
  void SetUp() override {
    inside_ = add_block("10.0.0.0/28");
    outside_ = add_block("192.0.2.0/28", "",
                         [](store::Block& block) { block.type = store::BlockType::kPublic; });
    for (const char* address : {"10.0.0.1", "10.0.0.2"}) {
      ASSERT_EQ(told(take(inside_, address, "eth0")), "ok");
    }
    for (const char* address : {"192.0.2.1", "192.0.2.2"}) {
      ASSERT_EQ(told(take(outside_, address, "eth0")), "ok");
    }
  }
  std::string join(std::string_view local, std::string_view global) {
    return ask([&](Draft& draft) {
      return relate(draft, *find(inside_, local), *find(outside_, global));
    });
  }
  std::string others(NatDirection direction, const store::Block& block, std::string_view end) {
    std::string out;
    for (const auto& key :
         store_.snapshot()->view().nat_of(direction, {block.id, test::address(end)})) {
      out += text(key.address) + ' ';
    }
    return out;
  }
  std::string globals(std::string_view local) {
    return others(NatDirection::kGlobalsOfLocal, inside_, local);
  }
  std::string locals(std::string_view global) {
    return others(NatDirection::kLocalsOfGlobal, outside_, global);
  }

  store::Block inside_;
  store::Block outside_;
};

TEST_F(Nat, Case48_IsSeenFromBothEnds) {
  EXPECT_EQ(join("10.0.0.1", "192.0.2.1"), "ok");
  EXPECT_EQ(join("10.0.0.1", "192.0.2.2"), "ok");
  EXPECT_EQ(join("10.0.0.2", "192.0.2.2"), "ok");
  EXPECT_EQ(join("10.0.0.2", "192.0.2.2"), "ok");
  EXPECT_EQ(globals("10.0.0.1"), "192.0.2.1 192.0.2.2 ");
  EXPECT_EQ(locals("192.0.2.2"), "10.0.0.1 10.0.0.2 ");
}

TEST_F(Nat, Case48_IsDeletedOneByOneOrAll) {
  for (const char* local : {"10.0.0.1", "10.0.0.2"}) {
    for (const char* global : {"192.0.2.1", "192.0.2.2"}) EXPECT_EQ(join(local, global), "ok");
  }
  const auto part = [&] {
    return ask([&](Draft& draft) {
      return unrelate(draft, {inside_.id, test::address("10.0.0.1")},
                      {outside_.id, test::address("192.0.2.1")});
    });
  };
  EXPECT_EQ(part(), "ok");
  EXPECT_EQ(part(), "not found; the addresses are not related");
  EXPECT_EQ(locals("192.0.2.1"), "10.0.0.2 ");
  run([&](Draft& draft) -> Verdict<void> {
    unrelate_all(draft, NatDirection::kLocalsOfGlobal, {outside_.id, test::address("192.0.2.2")});
    return {};
  });
  EXPECT_EQ(locals("192.0.2.2") + globals("10.0.0.1"), "");
  EXPECT_EQ(globals("10.0.0.2"), "192.0.2.1 ");
}

TEST_F(Nat, Case48_NeedsTwoAllocatedEndsOfOneTenant) {
  EXPECT_EQ(drop(inside_, "10.0.0.1"), "ok");
  EXPECT_EQ(join("10.0.0.1", "192.0.2.1"), "impossible; ip_addresses: 10.0.0.1 is not allocated");
  EXPECT_EQ(ask([&](Draft& draft) {
              return relate(draft, *find(inside_, "10.0.0.2"), *find(inside_, "10.0.0.2"));
            }),
            "invalid; ip_addresses: an address is not translated to itself");
  run([&](Draft& draft) -> Verdict<store::AddressRecord> {
    const auto interface = find_or_make(draft, claimant_of("other"));
    return allocate(draft, outside_, test::address("192.0.2.9"), {*interface, {}, {}});
  });
  EXPECT_EQ(join("10.0.0.2", "192.0.2.9"),
            "not found; ip_addresses: the addresses are not of one tenant");
}

TEST_F(Nat, StaysInQuarantineAndEndsWithTheAddress) {
  EXPECT_EQ(join("10.0.0.1", "192.0.2.1"), "ok");
  EXPECT_EQ(join("10.0.0.2", "192.0.2.1"), "ok");
  EXPECT_EQ(drop(inside_, "10.0.0.1"), "ok");
  EXPECT_EQ(drop(inside_, "10.0.0.2"), "ok");
  EXPECT_EQ(locals("192.0.2.1"), "10.0.0.1 10.0.0.2 ");
  now_ += 172800;
  // Whether it is swept or taken before that: the next owner has no part in it.
  EXPECT_EQ(told(take(inside_, "10.0.0.2", "eth9")), "ok");
  EXPECT_EQ(locals("192.0.2.1"), "10.0.0.1 ");
  sweep();
  EXPECT_EQ(locals("192.0.2.1"), "");
}

class Handles : public IpamTest {
 protected:
  Verdict<store::Allocation> ask_for(const HandleWish& wish) {
    return run([&](Draft& draft) { return ensure_allocation(draft, wish); });
  }
  static HandleWish of(const store::Block& block, std::uint32_t count = 1) {
    HandleWish wish = of(store::NetworkId{});
    wish.block = block.id;
    wish.count = count;
    return wish;
  }
  static HandleWish of(store::NetworkId network) {
    HandleWish wish;
    wish.tenant = "acme";
    wish.handle = "lb";
    wish.network = network;
    return wish;
  }
  std::string given(const HandleWish& wish) {
    const auto allocation = ask_for(wish);
    if (!allocation) return told(allocation);
    std::string out;
    for (const auto& key : allocation->addresses) out += text(key.address) + ' ';
    return out;
  }
};

TEST_F(Handles, GiveTheSameAddressesAgain) {
  const auto block = add_block("10.0.0.0/29");
  EXPECT_EQ(given(of(block, 2)), "10.0.0.1 10.0.0.2 ");
  const std::string before = dump();
  EXPECT_EQ(given(of(block, 2)), "10.0.0.1 10.0.0.2 ");
  EXPECT_EQ(dump(), before);
  EXPECT_EQ(given(of(block, 3)), "conflict; handle: the handle stands for another wish");
  HandleWish other = of(block, 2);
  other.tenant = "other";
  EXPECT_EQ(given(other), "10.0.0.3 10.0.0.4 ");
}

TEST_F(Handles, OfANetworkGiveEachFamily) {
  add_block("10.0.0.0/29");
  add_block("2001:db8::/64");
  HandleWish wish = of(network_named("net1").id);
  wish.count = 2;
  EXPECT_EQ(given(wish), "10.0.0.1 2001:db8::1 10.0.0.2 2001:db8::2 ");
  wish.handle = "v6";
  wish.v4 = false;
  EXPECT_EQ(given(wish), "2001:db8::3 2001:db8::4 ");
}

TEST_F(Handles, AreAllOrNothing) {
  const auto block = add_block("10.0.0.0/29");
  EXPECT_EQ(given(of(block, 7)), "impossible; IpBlock is full");
  HandleWish wish = of(block, 0);
  wish.handle.clear();
  wish.network = block.network;
  wish.v4 = wish.v6 = false;
  EXPECT_EQ(given(wish),
            "invalid; handle: is not of 1 to 200 octets; count: is not one of 1 to 1024; either a "
            "network or a block is asked for addresses; families: are none");
  EXPECT_TRUE(store_.snapshot()
                  ->view()
                  .list(store::Listing::all(store::ObjectKind::kInterface), 0, 9)
                  .empty());
}

TEST_F(Handles, RestoreWhatWasDeallocatedUnlessItIsGone) {
  const auto block = add_block("10.0.0.0/29");
  EXPECT_EQ(given(of(block, 2)), "10.0.0.1 10.0.0.2 ");
  EXPECT_EQ(drop(block, "10.0.0.2"), "ok");
  EXPECT_EQ(given(of(block, 2)), "10.0.0.1 10.0.0.2 ");
  EXPECT_EQ(find(block, "10.0.0.2")->state, AddressState::kReserved);
  EXPECT_EQ(drop(block, "10.0.0.2"), "ok");
  now_ += 172800;
  sweep();
  EXPECT_EQ(given(of(block, 2)),
            "conflict; handle: 10.0.0.2 is this handle's no more; delete the handle first");
}

TEST_F(Handles, AreDeletedWithTheirAddresses) {
  const auto block = add_block("10.0.0.0/29");
  const auto allocation = ask_for(of(block, 2));
  ASSERT_EQ(told(allocation), "ok");
  EXPECT_EQ(ask([&](Draft& draft) { return delete_allocation(draft, *allocation); }), "ok");
  EXPECT_EQ(find(block, "10.0.0.1")->state, AddressState::kQuarantined);
  now_ += 172800;
  sweep();
  EXPECT_EQ(
      dump(),
      "network 1 net1\nblock 1 10.0.0.0/29\n  fixed 10.0.0.1-10.0.0.6\n  usage 0 free 0 fixed "
      "6\n");
}

TEST_F(Handles, GoWithABlockThatIsDeletedByForce) {
  const auto v4 = add_block("10.0.0.0/29");
  const auto v6 = add_block("2001:db8::/64");
  const HandleWish wish = of(v4.network);
  EXPECT_EQ(given(wish), "10.0.0.1 2001:db8::1 ");
  EXPECT_EQ(ask([&](Draft& draft) { return delete_block(draft, v4, true); }), "ok");
  EXPECT_FALSE(store_.snapshot()->view().allocation_named("acme", "lb"));
  EXPECT_EQ(find(v6, "2001:db8::1")->state, AddressState::kQuarantined);
  EXPECT_EQ(given(wish), "2001:db8::2 ");
}

}  // namespace
}  // namespace melange::ipam
