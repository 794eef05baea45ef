// SPDX-License-Identifier: Apache-2.0
//
// Taking addresses back, and giving them back (ipam.md section 3, "Deallocation is soft"; the
// numbers are the cases of its section 4).
#include "ipam_fixture.h"
#include "melange/ipam/reservations.h"

namespace melange::ipam {
namespace {

using store::AddressState;

constexpr std::int64_t kTwoDays = 172800;
constexpr const char* kReserved = "reserved mac 02:00:00:00:00:01";

class Deallocation : public IpamTest {
 protected:
  void SetUp() override { block_ = add_block("10.0.0.0/29"); }
  void set_quarantine(std::int64_t seconds) {
    block_.quarantine_time = base::Seconds{seconds};
    ASSERT_EQ(ask([&](Draft& draft) { return update_block(draft, block_); }), "ok");
  }
  std::string release(std::string_view address) {
    return ask([&](Draft& draft) { return release_lease(draft, *find(block_, address)); });
  }
  // Given to eth0, which has a lease on it until then.
  void bind(std::int64_t until) {
    ASSERT_EQ(told(take(block_, "10.0.0.1", "eth0", 1)), "ok");
    lease(block_, "10.0.0.1", 1, until, AddressState::kBound);
  }

  store::Block block_;
};

TEST_F(Deallocation, Case27_QuarantinesAndRestoresToTheFormerOwner) {
  ASSERT_EQ(told(take(block_, "10.0.0.1", "eth0", 1)), "ok");
  EXPECT_EQ(drop(block_, "10.0.0.1"), "ok");
  EXPECT_EQ(state(block_, "10.0.0.1"),
            "quarantined mac 02:00:00:00:00:01 until 1970-01-03T00:16:40Z");
  EXPECT_EQ(told(take(block_, "10.0.0.1", "eth1", 2)),
            "conflict; address: Address is already allocated: it is quarantined until "
            "1970-01-03T00:16:40Z");
  EXPECT_EQ(bring_back(block_, "10.0.0.1"), "ok");
  EXPECT_EQ(state(block_, "10.0.0.1"), kReserved);
  EXPECT_EQ(find(block_, "10.0.0.1")->interface, find_interface("eth0")->id);
  EXPECT_EQ(bring_back(block_, "10.0.0.1"), "conflict; Address is not deallocated");
}

TEST_F(Deallocation, Case28_EndsExactlyWithTheRetention) {
  ASSERT_EQ(told(take(block_, "10.0.0.1", "eth0", 1)), "ok");
  EXPECT_EQ(drop(block_, "10.0.0.1"), "ok");
  now_ += kTwoDays - 1;
  sweep();
  EXPECT_NE(state(block_, "10.0.0.1"), "");
  EXPECT_NE(told(take(block_, "10.0.0.1", "eth1", 2)), "ok");
  ++now_;
  sweep();
  EXPECT_EQ(state(block_, "10.0.0.1"), "");
  EXPECT_EQ(told(take(block_, "10.0.0.1", "eth1", 2)), "ok");
}

TEST_F(Deallocation, EndsToTheSecondWhetherItWasSweptOrNot) {
  ASSERT_EQ(told(take(block_, "10.0.0.1", "", 1)), "ok");
  EXPECT_EQ(drop(block_, "10.0.0.1"), "ok");
  now_ += kTwoDays;
  EXPECT_EQ(bring_back(block_, "10.0.0.1"), "not found; the time to restore the address is over");
  EXPECT_EQ(told(take(block_, "10.0.0.1", "eth1", 2)), "ok");
  EXPECT_EQ(state(block_, "10.0.0.1"), "reserved mac 02:00:00:00:00:02");
  // The interface that had been made for it went with it.
  EXPECT_FALSE(store_.snapshot()->view().interface_with(mac(1)));
}

TEST_F(Deallocation, OnceMoreDoesNotRestartTheClock) {
  ASSERT_EQ(told(take(block_, "10.0.0.1", "eth0", 1)), "ok");
  EXPECT_EQ(drop(block_, "10.0.0.1"), "ok");
  now_ += 1000;
  EXPECT_EQ(drop(block_, "10.0.0.1"), "ok");
  EXPECT_EQ(find(block_, "10.0.0.1")->expires, test::at(1000 + kTwoDays));
}

TEST_F(Deallocation, IsOfNoLengthIfTheBlockSaysSo) {
  set_quarantine(0);
  ASSERT_EQ(told(take(block_, "10.0.0.1", "eth0", 1)), "ok");
  EXPECT_EQ(drop(block_, "10.0.0.1"), "ok");
  sweep();
  EXPECT_EQ(take_next(block_, "eth1", 2), "10.0.0.1");
}

TEST_F(Deallocation, LastsAsLongAsTheLeaseThatRuns) {
  set_quarantine(100);
  bind(5000);
  EXPECT_EQ(drop(block_, "10.0.0.1"), "ok");
  EXPECT_EQ(find(block_, "10.0.0.1")->expires, test::at(5000));
  now_ = 4999;
  sweep();
  EXPECT_NE(told(take(block_, "10.0.0.1", "eth1", 2)), "ok");
}

// Or the lease would be forgotten on the way, and the address given to another while it runs.
TEST_F(Deallocation, RemembersTheLeaseWhenItIsTakenBackAndDoneAgain) {
  set_quarantine(0);
  bind(5000);
  EXPECT_EQ(drop(block_, "10.0.0.1"), "ok");
  EXPECT_EQ(bring_back(block_, "10.0.0.1"), "ok");
  EXPECT_EQ(state(block_, "10.0.0.1"), "bound mac 02:00:00:00:00:01 until 1970-01-01T01:23:20Z");
  now_ = 2000;
  EXPECT_EQ(drop(block_, "10.0.0.1"), "ok");
  EXPECT_EQ(find(block_, "10.0.0.1")->expires, test::at(5000));
}

TEST_F(Deallocation, OfADynamicLeaseEndsItForItsClient) {
  lease(block_, "10.0.0.3", 7, 5000);
  EXPECT_EQ(drop(block_, "10.0.0.3"), "ok");
  EXPECT_EQ(find(block_, "10.0.0.3")->state, AddressState::kQuarantined);
  // Its client may be using it until then.
  EXPECT_EQ(bring_back(block_, "10.0.0.3"), "ok");
  EXPECT_EQ(state(block_, "10.0.0.3"), "leased mac 02:00:00:00:00:07 until 1970-01-03T00:16:40Z");
}

TEST_F(Deallocation, OfWhatIsNobodysFreesIt) {
  lease(block_, "10.0.0.3", 7, 5000, AddressState::kDeclined);
  lease(block_, "10.0.0.4", 7, 0, AddressState::kHeld);
  lease(block_, "10.0.0.5", 7, 900);
  for (const char* address : {"10.0.0.3", "10.0.0.4", "10.0.0.5"}) {
    EXPECT_EQ(drop(block_, address), "ok");
    EXPECT_EQ(state(block_, address), "");
  }
}

TEST_F(Deallocation, OfAnAddressThatIsWaitedForLeavesItToItsHolder) {
  lease(block_, "10.0.0.3", 7, 5000);
  const std::string before = state(block_, "10.0.0.3");
  ASSERT_EQ(told(take(block_, "10.0.0.3", "", 1, OnConflict::kWait)), "ok");
  EXPECT_EQ(drop(block_, "10.0.0.3"), "ok");
  EXPECT_EQ(state(block_, "10.0.0.3"), before);
  EXPECT_TRUE(find(block_, "10.0.0.3")->interface.empty());
  EXPECT_FALSE(store_.snapshot()->view().interface_with(mac(1)));
}

TEST_F(Deallocation, OfAnAddressThatItsOwnerDeclinedCanBeRestored) {
  bind(5000);
  auto record = *find(block_, "10.0.0.1");
  record.state = AddressState::kDeclined;
  record.reserved_for = record.identity;
  record.identity = known_by(9);
  test::commit(store_, {store::PutAddress{record}}, now());
  EXPECT_EQ(drop(block_, "10.0.0.1"), "ok");
  EXPECT_EQ(bring_back(block_, "10.0.0.1"), "ok");
  EXPECT_EQ(state(block_, "10.0.0.1"), kReserved);
}

// What the client was known by beside its MAC, which another reservation may have by now.
TEST_F(Deallocation, IsTakenBackWithTheIdentitiesThatAreNobodyElses) {
  const auto reserve = [&](std::uint8_t last, std::string_view address,
                           std::vector<wire::Identity> also) {
    return ask([&](Draft& draft) {
      ReservationWish wish;
      wish.tenant = "acme";
      wish.identity = known_by(last);
      wish.addresses = {test::address(address)};
      wish.particulars.also = std::move(also);
      return create_reservation(draft, network_named("net1"), wish);
    });
  };
  ASSERT_EQ(reserve(1, "10.0.0.1", {known_by(11), known_by(12)}), "ok");
  EXPECT_EQ(drop(block_, "10.0.0.1"), "ok");
  ASSERT_EQ(reserve(2, "10.0.0.2", {known_by(12)}), "ok");
  EXPECT_EQ(bring_back(block_, "10.0.0.1"), "ok");
  EXPECT_EQ(state(block_, "10.0.0.1"), kReserved);
  EXPECT_EQ(find(block_, "10.0.0.1")->also, std::vector{known_by(11)});
  EXPECT_EQ(find(block_, "10.0.0.2")->also, std::vector{known_by(12)});
}

TEST_F(Deallocation, CannotBeTakenBackWithoutTheInterface) {
  ASSERT_EQ(told(take(block_, "10.0.0.1", "eth0", 1)), "ok");
  EXPECT_EQ(ask([&](Draft& draft) { return delete_interface(draft, *find_interface("eth0")); }),
            "ok");
  EXPECT_EQ(bring_back(block_, "10.0.0.1"),
            "conflict; the interface that had the address is deleted");
}

TEST_F(Deallocation, CannotBeTakenBackByAnInterfaceThatMovedOn) {
  ASSERT_EQ(told(take(block_, "10.0.0.1", "eth0", 1)), "ok");
  EXPECT_EQ(drop(block_, "10.0.0.1"), "ok");
  EXPECT_EQ(take_next(add_block("10.0.0.0/29", "net2"), "eth0"), "10.0.0.1");
  EXPECT_EQ(bring_back(block_, "10.0.0.1"),
            "impossible; interface_id: the interface is plugged into another network");
}

TEST_F(Deallocation, CannotBeTakenBackOnceAnotherWaits) {
  ASSERT_EQ(told(take(block_, "10.0.0.1", "eth0", 1)), "ok");
  EXPECT_EQ(drop(block_, "10.0.0.1"), "ok");
  auto record = *find(block_, "10.0.0.1");
  record.reserved_for = known_by(9);
  test::commit(store_, {store::PutAddress{record}}, now());
  EXPECT_EQ(bring_back(block_, "10.0.0.1"), "conflict; Address is already allocated");
}

TEST_F(Deallocation, Case43_OfANetworksAllocationsQuarantinesAll) {
  add_block("2001:db8::/64");
  ASSERT_EQ(ask([&](Draft& draft) {
              return allocate_in(draft, network_named("net1"), {}, grantee(draft, "eth0"));
            }),
            "ok");
  const auto interface = *find_interface("eth0");
  const auto keys = store_.snapshot()->view().addresses_on(interface.id);
  ASSERT_EQ(keys.size(), 2u);
  EXPECT_EQ(ask([&](Draft& draft) -> Verdict<void> {
              for (const auto& key : keys) {
                if (auto gone = deallocate(draft, *draft.address(key)); !gone) return gone;
              }
              return {};
            }),
            "ok");
  for (const auto& key : keys) {
    EXPECT_EQ(store_.snapshot()->view().address(key)->state, AddressState::kQuarantined);
  }
}

TEST_F(Deallocation, IsAnotherThingThanTheEndOfALease) {
  bind(5000);
  EXPECT_EQ(release("10.0.0.1"), "ok");
  EXPECT_EQ(state(block_, "10.0.0.1"), kReserved);
  EXPECT_EQ(release("10.0.0.1"), "conflict; no lease runs on the address");
  // Outside of the pools it is free, inside it is held.
  lease(block_, "10.0.0.3", 7, 5000);
  EXPECT_EQ(release("10.0.0.3"), "ok");
  EXPECT_EQ(state(block_, "10.0.0.3"), "");
  block_.pools = test::ranges("10.0.0.3");
  ASSERT_EQ(ask([&](Draft& draft) { return update_block(draft, block_); }), "ok");
  lease(block_, "10.0.0.3", 7, 5000);
  EXPECT_EQ(release("10.0.0.3"), "ok");
  EXPECT_EQ(state(block_, "10.0.0.3"), "held mac 02:00:00:00:00:07");
  // Who waits for it has it then.
  lease(block_, "10.0.0.3", 7, 5000);
  ASSERT_EQ(told(take(block_, "10.0.0.3", "eth9", 9, OnConflict::kWait)), "ok");
  EXPECT_EQ(release("10.0.0.3"), "ok");
  EXPECT_EQ(state(block_, "10.0.0.3"), "reserved mac 02:00:00:00:00:09");
}

}  // namespace
}  // namespace melange::ipam
