// SPDX-License-Identifier: Apache-2.0
//
// Reservations that come, move and go with the configuration, whatever their addresses are doing
// (the table of ipam.md section 3).
#include <array>

#include "plan_fixture.h"

namespace melange::ipam {
namespace {

using store::AddressRecord;
using store::AddressState;
using test::at;
using test::client;
using test::in_state;
using test::key;

wire::Identity duid(std::uint8_t last) {
  const std::array<std::uint8_t, 10> octets{0, 3, 0, 1, 2, 0, 0, 0, 0, last};
  return *wire::Identity::make(wire::IdentityKind::kDuid, octets);
}
wire::Identity circuit(std::uint8_t number) {
  const std::array octets{number};
  return *wire::Identity::make(wire::IdentityKind::kCircuitId, octets);
}

class PlanReservations : public PlanTest {
 protected:
  static constexpr const char* kAddress = "10.0.0.9";

  std::vector<config::Network> with(std::vector<config::Reservation> reservations) {
    return {network({block("10.0.0.0/24", "10.0.0.1-10.0.0.20")}, std::move(reservations))};
  }
  // The address is in the state for the client when the reservation for client 1 comes.
  void reserve_when(AddressState state, std::uint32_t who, std::int64_t now = kNow) {
    apply(with({}));
    put(in_state(state, key(1, kAddress), client(who)));
    apply(with({reservation(1, kAddress)}), now);
  }
  std::string owned(std::uint32_t who) { return owned(client(who)); }
  std::string owned(const wire::Identity& who) {
    std::string out;
    for (const store::AddressKey& at : store_.snapshot()->view().addresses_of(test::kLab, who)) {
      out += (out.empty() ? "" : " ") + text(at.address);
    }
    return out;
  }
};

TEST_F(PlanReservations, OfAFreeAddressTakeIt) {
  EXPECT_EQ(apply(with({reservation(1, "10.0.0.9, 10.0.0.200", "web1")})), 5u);
  EXPECT_EQ(state(1, "10.0.0.9"), "reserved mac 02:00:00:00:00:01");
  EXPECT_EQ(state(1, "10.0.0.200"), "reserved mac 02:00:00:00:00:01");
  EXPECT_EQ(free(1), "10.0.0.1-10.0.0.8 10.0.0.10-10.0.0.20");
  EXPECT_EQ(owned(1), "10.0.0.9 10.0.0.200");
  EXPECT_EQ(base::text_of(find(1, "10.0.0.9")->hostname.view()), "web1");
  const auto stored = store_.snapshot()->view().reservation(test::kLab, client(1));
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->addresses,
            (std::vector{test::address("10.0.0.9"), test::address("10.0.0.200")}));
  EXPECT_EQ(stored->hostname, "web1");
  EXPECT_EQ(stored->managed_by, store::ManagedBy::kConfig);
}

TEST_F(PlanReservations, OfAnAddressThatItsOwnerHasOnLeaseBindIt) {
  reserve_when(AddressState::kLeased, 1);
  EXPECT_EQ(state(1, kAddress), "bound mac 02:00:00:00:00:01 until 1970-01-01T01:01:40Z");
}

TEST_F(PlanReservations, OfAnAddressThatItsOwnerHadOnLeaseReserveIt) {
  reserve_when(AddressState::kLeased, 1, 3700);
  EXPECT_EQ(state(1, kAddress), "reserved mac 02:00:00:00:00:01");
}

TEST_F(PlanReservations, OfAnAddressThatAnotherHasOnLeaseWait) {
  reserve_when(AddressState::kLeased, 2);
  EXPECT_EQ(state(1, kAddress),
            "leased mac 02:00:00:00:00:02 reserved-for mac 02:00:00:00:00:01 "
            "until 1970-01-01T01:01:40Z");
  EXPECT_EQ(owned(1), kAddress);
  EXPECT_EQ(owned(2), kAddress);
  // At the next start after its end, the owner has it.
  apply(with({reservation(1, kAddress)}), 3700);
  EXPECT_EQ(state(1, kAddress), "reserved mac 02:00:00:00:00:01");
  EXPECT_EQ(owned(2), "");
}

TEST_F(PlanReservations, OfAnAddressThatAnotherHadOnLeaseTakeIt) {
  reserve_when(AddressState::kLeased, 2, 3700);
  EXPECT_EQ(state(1, kAddress), "reserved mac 02:00:00:00:00:01");
}

TEST_F(PlanReservations, OfAHeldAddressTakeIt) {
  for (const std::uint32_t holder : {1u, 2u}) {
    reserve_when(AddressState::kHeld, holder);
    EXPECT_EQ(state(1, kAddress), "reserved mac 02:00:00:00:00:01");
    EXPECT_EQ(owned(2), "");
    store_.snapshot()->view().scan_held(store::BlockId{1}, [](const store::AddressKey&) {
      ADD_FAILURE() << "it is still among the held";
      return false;
    });
  }
}

TEST_F(PlanReservations, OfADeclinedOrQuarantinedAddressWaitForTheEndOfIt) {
  for (const AddressState probation : {AddressState::kDeclined, AddressState::kQuarantined}) {
    for (const std::uint32_t who : {1u, 2u}) {
      reserve_when(probation, who);
      const auto record = find(1, kAddress);
      ASSERT_TRUE(record);
      EXPECT_EQ(record->state, probation);
      EXPECT_EQ(record->reserved_for, client(1));
      EXPECT_EQ(owned(1), kAddress);
      apply(with({reservation(1, kAddress)}), 3700);
      EXPECT_EQ(state(1, kAddress), "reserved mac 02:00:00:00:00:01");
    }
  }
}

TEST_F(PlanReservations, ThatGoFreeTheirAddress) {
  apply(with({reservation(1, "10.0.0.9, 10.0.0.200", "web1")}));
  EXPECT_EQ(apply(with({})), 3u);
  EXPECT_EQ(state(1, "10.0.0.9") + state(1, "10.0.0.200"), "");
  EXPECT_EQ(free(1), "10.0.0.1-10.0.0.20");
  EXPECT_FALSE(store_.snapshot()->view().reservation(test::kLab, client(1)));
}

TEST_F(PlanReservations, ThatGoLeaveARunningLeaseAsADynamicOne) {
  apply(with({reservation(1, kAddress, "web1")}));
  AddressRecord bound = *find(1, kAddress);
  bound.state = AddressState::kBound;
  bound.expires = at(3700);
  put(bound);
  apply(with({}));
  EXPECT_EQ(state(1, kAddress), "leased mac 02:00:00:00:00:01 until 1970-01-01T01:01:40Z");
  EXPECT_TRUE(find(1, kAddress)->hostname.empty());
}

TEST_F(PlanReservations, ThatGoAfterTheLeaseFreeTheAddress) {
  apply(with({reservation(1, kAddress)}));
  put(in_state(AddressState::kBound, key(1, kAddress), client(1)));
  apply(with({}), 3700);
  EXPECT_EQ(state(1, kAddress), "");
}

TEST_F(PlanReservations, ThatGoWhileTheyWaitLeaveTheHolderAlone) {
  apply(with({}));
  lease(1, kAddress, 2);
  const auto before = find(1, kAddress);
  apply(with({reservation(1, kAddress, "web1")}));
  apply(with({}));
  auto after = find(1, kAddress);
  ASSERT_TRUE(after);
  after->revision = before->revision;
  EXPECT_EQ(*after, *before);
  EXPECT_EQ(owned(1), "");
}

TEST_F(PlanReservations, PassFromOneClientToAnotherInOnePlan) {
  apply(with({reservation(1, kAddress), reservation(2, "10.0.0.10")}));
  apply(with({reservation(1, "10.0.0.10"), reservation(2, kAddress)}));
  EXPECT_EQ(owned(1), "10.0.0.10");
  EXPECT_EQ(owned(2), kAddress);
  EXPECT_EQ(state(1, kAddress), "reserved mac 02:00:00:00:00:02");
  EXPECT_EQ(state(1, "10.0.0.10"), "reserved mac 02:00:00:00:00:01");
}

TEST_F(PlanReservations, PassToAnotherAfterTheRunningLease) {
  apply(with({reservation(1, kAddress)}));
  put(in_state(AddressState::kBound, key(1, kAddress), client(1)));
  apply(with({reservation(2, kAddress)}));
  EXPECT_EQ(state(1, kAddress),
            "leased mac 02:00:00:00:00:01 reserved-for mac 02:00:00:00:00:02 "
            "until 1970-01-01T01:01:40Z");
  // And to a third one while they wait.
  apply(with({reservation(3, kAddress)}));
  EXPECT_EQ(owned(2), "");
  EXPECT_EQ(owned(3), kAddress);
}

TEST_F(PlanReservations, ChangeTheirNameInPlace) {
  apply(with({reservation(1, kAddress, "web1")}));
  put([&] {
    AddressRecord bound = *find(1, kAddress);
    bound.state = AddressState::kBound;
    bound.expires = at(3700);
    return bound;
  }());
  apply(with({reservation(1, kAddress, "web2")}));
  EXPECT_EQ(base::text_of(find(1, kAddress)->hostname.view()), "web2");
  EXPECT_EQ(state(1, kAddress), "bound mac 02:00:00:00:00:01 until 1970-01-01T01:01:40Z");
}

TEST_F(PlanReservations, MoveWithTheirBlock) {
  apply(with({reservation(1, kAddress, "web1"), reservation(2, "10.0.0.10")}));
  put(in_state(AddressState::kBound, key(1, "10.0.0.10"), client(2)));
  apply({network({block("10.0.0.0/23", "10.0.0.1-10.0.0.20")},
                 {reservation(1, kAddress, "web1"), reservation(2, "10.0.0.10")})});
  EXPECT_EQ(state(2, kAddress), "reserved mac 02:00:00:00:00:01");
  EXPECT_EQ(base::text_of(find(2, kAddress)->hostname.view()), "web1");
  EXPECT_EQ(state(2, "10.0.0.10"), "bound mac 02:00:00:00:00:02 until 1970-01-01T01:01:40Z");
}

TEST_F(PlanReservations, GoWhenTheirBlockMovesAway) {
  apply(with({reservation(1, kAddress), reservation(2, "10.0.0.10")}));
  put(in_state(AddressState::kBound, key(1, "10.0.0.10"), client(2)));
  apply({network({block("10.0.0.0/23", "10.0.0.1-10.0.0.20")})});
  EXPECT_EQ(state(2, kAddress), "");
  EXPECT_EQ(state(2, "10.0.0.10"), "leased mac 02:00:00:00:00:02 until 1970-01-01T01:01:40Z");
  EXPECT_EQ(free(2), "10.0.0.1-10.0.0.9 10.0.0.11-10.0.0.20");
}

TEST_F(PlanReservations, PassToAnotherWhileTheirBlockMoves) {
  apply(with({reservation(1, kAddress)}));
  apply({network({block("10.0.0.0/23", "10.0.0.1-10.0.0.20")}, {reservation(2, kAddress)})});
  EXPECT_EQ(state(2, kAddress), "reserved mac 02:00:00:00:00:02");
  EXPECT_EQ(owned(1), "");
}

// A client may own more addresses than are looked at for one of its packets.
TEST_F(PlanReservations, OfManyAddressesGoWhole) {
  std::string many = "10.0.0.100";
  for (int i = 101; i < 140; ++i) many += ", 10.0.0." + std::to_string(i);
  apply(with({reservation(1, many)}));
  EXPECT_EQ(store_.snapshot()->view().usage(store::BlockId{1}).of(AddressState::kReserved), 40u);
  apply(with({reservation(1, "10.0.0.100")}));
  EXPECT_EQ(store_.snapshot()->view().usage(store::BlockId{1}).of(AddressState::kReserved), 1u);
  apply(with({}));
  EXPECT_EQ(store_.snapshot()->view().usage(store::BlockId{1}).total(), 0u);
}

// A reservation with everything that an operator can give.
config::Reservation rich(std::uint32_t number, std::string_view address) {
  config::Reservation made = reservation(number, address, "web1");
  made.options = {{17, {'/', 'x'}}, {224, {1, 2}}};
  made.force.codes = {17};
  made.boot = {test::address("10.0.0.2").v4(), "boot", "web1.efi"};
  made.classes = {{"ipxe"}, {"lab"}};
  made.duid.value = config::Identities({duid(7)});
  made.circuit_id.value = config::Identities({circuit(1), circuit(2)});
  return made;
}

TEST_F(PlanReservations, GiveTheirAddressesAllThatTheFileSays) {
  apply(with({rich(1, kAddress)}));
  const auto stored = store_.snapshot()->view().reservation(test::kLab, client(1));
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->also, (std::vector{duid(7), circuit(1), circuit(2)}));
  const std::vector<store::OptionValue> options{{17, {'/', 'x'}}, {224, {1, 2}}};
  EXPECT_EQ(stored->options, options);
  EXPECT_EQ(stored->forced, std::vector<std::uint8_t>{17});
  EXPECT_EQ(stored->boot, (store::Boot{test::address("10.0.0.2"), "boot", "web1.efi"}));
  EXPECT_EQ(stored->classes, (std::vector<std::string>{"ipxe", "lab"}));
  const auto record = find(1, kAddress);
  ASSERT_TRUE(record);
  EXPECT_EQ(record->identity, client(1));
  EXPECT_EQ(record->also, stored->also);
  EXPECT_EQ(record->options, options);
  EXPECT_EQ(record->forced, stored->forced);
  EXPECT_EQ(record->boot, stored->boot);
  EXPECT_EQ(record->classes, stored->classes);
  EXPECT_EQ(owned(circuit(2)), kAddress) << "by each of the client's identities";
}

TEST_F(PlanReservations, TakeAllOfItAwayWhenTheyGoBeforeTheLeaseEnds) {
  apply(with({}));
  lease(1, kAddress, 1);
  const auto before = find(1, kAddress);
  apply(with({rich(1, kAddress)}));
  EXPECT_EQ(find(1, kAddress)->boot.file, "web1.efi");
  apply(with({}));
  auto after = find(1, kAddress);
  ASSERT_TRUE(after);
  after->revision = before->revision;
  EXPECT_EQ(*after, *before);
}

TEST_F(PlanReservations, ChangeWhatTheyGiveInPlace) {
  apply(with({rich(1, kAddress)}));
  const auto id = store_.snapshot()->view().reservation(test::kLab, client(1))->id;
  put([&] {
    AddressRecord bound = *find(1, kAddress);
    bound.state = AddressState::kBound;
    bound.expires = at(3700);
    return bound;
  }());
  config::Reservation changed = rich(1, kAddress);
  changed.boot = {};
  changed.circuit_id.value = config::Identities({circuit(3)});
  changed.classes.clear();
  apply(with({changed}));
  const auto stored = store_.snapshot()->view().reservation(test::kLab, client(1));
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->id, id) << "its first identity is what it is known by";
  EXPECT_EQ(stored->also, (std::vector{duid(7), circuit(3)}));
  EXPECT_EQ(state(1, kAddress), "bound mac 02:00:00:00:00:01 until 1970-01-01T01:01:40Z");
  EXPECT_TRUE(find(1, kAddress)->boot.empty());
  EXPECT_TRUE(find(1, kAddress)->classes.empty());
  EXPECT_EQ(owned(circuit(1)), "");
  EXPECT_EQ(owned(circuit(3)), kAddress);
}

TEST_F(PlanReservations, AreOthersOnceTheirFirstIdentityIsAnother) {
  apply(with({rich(1, kAddress)}));
  const auto id = store_.snapshot()->view().reservation(test::kLab, client(1))->id;
  config::Reservation other = rich(1, kAddress);
  other.mac.value = config::Identities({client(2), client(1)});
  apply(with({other}));
  EXPECT_FALSE(store_.snapshot()->view().reservation(test::kLab, client(1)));
  const auto stored = store_.snapshot()->view().reservation(test::kLab, client(2));
  ASSERT_TRUE(stored);
  EXPECT_NE(stored->id, id);
  EXPECT_EQ(state(1, kAddress), "reserved mac 02:00:00:00:00:02");
}

TEST_F(PlanReservations, TakeOverALeaseThatTheirClientHasUnderAnotherIdentity) {
  apply(with({}));
  put(test::leased(key(1, kAddress), duid(7)));
  apply(with({rich(1, kAddress)}));
  EXPECT_EQ(state(1, kAddress), "bound mac 02:00:00:00:00:01 until 1970-01-01T01:01:40Z");
  EXPECT_EQ(owned(1), kAddress);
}

TEST_F(PlanReservations, OfOneNetworkAreNotThoseOfAnother) {
  const auto other = network({block("10.0.0.0/24", "")}, {reservation(1, "10.0.0.77")}, "other");
  apply({with({reservation(1, kAddress)})[0], other});
  apply({with({})[0], other});
  EXPECT_EQ(state(1, kAddress), "");
  EXPECT_EQ(state(2, "10.0.0.77"), "reserved mac 02:00:00:00:00:01");
}

}  // namespace
}  // namespace melange::ipam
