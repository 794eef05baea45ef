// SPDX-License-Identifier: Apache-2.0
#include "melange/store/event.h"

#include <gtest/gtest.h>

#include <set>

#include "records.h"

namespace melange::store {
namespace {

using test::at;
using test::client;
using test::in_state;
using test::key;

constexpr auto kReserved = AddressState::kReserved;
constexpr auto kBound = AddressState::kBound;
constexpr auto kLeased = AddressState::kLeased;
constexpr auto kHeld = AddressState::kHeld;
constexpr auto kDeclined = AddressState::kDeclined;
constexpr auto kQuarantined = AddressState::kQuarantined;

// Of client 1, since second 100, until second 3700 where that means something.
AddressRecord in(AddressState state) { return in_state(state, key(1, "10.0.0.1"), client(1)); }

std::string told(const AddressRecord* before, const AddressRecord* after) {
  const auto kind = event_of(before, after);
  return kind ? text(ObjectKind::kAddress, *kind) : "nothing";
}

// From one state to another, with the lease that was there ended or not.
std::string step(AddressState from, AddressState to, std::int64_t when) {
  const AddressRecord before = in(from);
  AddressRecord after = in(to);
  after.since = at(when);
  return told(&before, &after);
}

TEST(EventOf, ANewRecordIsNamedAfterItsState) {
  const auto first = [](AddressState state) {
    const AddressRecord after = in(state);
    return told(nullptr, &after);
  };
  EXPECT_EQ(first(kReserved), "address.reserved");
  EXPECT_EQ(first(kBound), "address.bound");
  EXPECT_EQ(first(kLeased), "address.leased");
  EXPECT_EQ(first(kHeld), "address.released");
  EXPECT_EQ(first(kDeclined), "address.declined");
  EXPECT_EQ(first(kQuarantined), "address.quarantined");
}

TEST(EventOf, TheEndOfARecordIsFreedWhateverItWas) {
  for (std::size_t state = 1; state < kAddressStates; ++state) {
    const AddressRecord before = in(static_cast<AddressState>(state));
    EXPECT_EQ(told(&before, nullptr), "address.freed");
  }
}

// What each state becomes at second 200, in the middle of a lease.
TEST(EventOf, AStepBetweenStatesHasOneName) {
  struct Row {
    AddressState from;
    AddressState to;
    std::string_view event;
  };
  const Row rows[] = {
      {kReserved, kBound, "bound"},
      {kReserved, kQuarantined, "quarantined"},
      {kReserved, kDeclined, "declined"},
      {kBound, kReserved, "released"},
      {kBound, kLeased, "leased"},
      {kBound, kDeclined, "declined"},
      {kBound, kQuarantined, "quarantined"},
      {kLeased, kHeld, "released"},
      {kLeased, kReserved, "released"},
      {kLeased, kBound, "bound"},
      {kLeased, kDeclined, "declined"},
      {kLeased, kQuarantined, "quarantined"},
      {kHeld, kLeased, "leased"},
      {kHeld, kReserved, "reserved"},
      {kHeld, kBound, "bound"},
      {kDeclined, kReserved, "reserved"},
      {kDeclined, kLeased, "leased"},
      {kQuarantined, kReserved, "restored"},
      {kQuarantined, kBound, "restored"},
      {kQuarantined, kLeased, "leased"},
      {kQuarantined, kHeld, "released"},
  };
  for (const Row& row : rows) {
    EXPECT_EQ(step(row.from, row.to, 200), "address." + std::string(row.event))
        << text(row.from) << " to " << text(row.to);
  }
}

TEST(EventOf, ALeaseThatRanOutExpiredAndIsNotReleased) {
  for (const AddressState state : {kBound, kLeased}) {
    for (const AddressState next : {kHeld, kReserved}) {
      EXPECT_EQ(step(state, next, 3699), "address.released");
      EXPECT_EQ(step(state, next, 3700), "address.expired");
    }
  }
}

TEST(EventOf, ARenewalIsNotToldUnlessTheLeaseHadRunOut) {
  for (const AddressState state : {kBound, kLeased}) {
    EXPECT_EQ(step(state, state, 3699), "nothing");
    EXPECT_EQ(step(state, state, 3700), state == kBound ? "address.bound" : "address.leased");
    AddressRecord forever = in(state);
    forever.expires = base::Instant::max();
    AddressRecord renewed = forever;
    renewed.since = at(1'000'000'000);
    renewed.revision = 9;
    EXPECT_EQ(told(&forever, &renewed), "nothing");
  }
  EXPECT_EQ(step(kQuarantined, kQuarantined, 9999), "nothing");
  EXPECT_EQ(step(kReserved, kReserved, 9999), "nothing");
}

TEST(EventOf, AnotherHolderInTheSameStateIsANewLease) {
  for (const auto& [state, event] :
       {std::pair(kLeased, "address.leased"), std::pair(kReserved, "address.reserved"),
        std::pair(kDeclined, "address.declined")}) {
    const AddressRecord before = in(state);
    AddressRecord after = before;
    after.identity = client(2);
    EXPECT_EQ(told(&before, &after), event);
  }
}

TEST(EventOf, AnythingElseOfARecordIsAnUpdate) {
  const AddressRecord before = in(kReserved);
  const auto with = [&](const auto& change) {
    AddressRecord after = before;
    change(after);
    return told(&before, &after);
  };
  const std::string updated = "address.updated";
  EXPECT_EQ(with([](AddressRecord& r) { r.reserved_for = client(2); }), updated);
  EXPECT_EQ(with([](AddressRecord& r) { r.mac = net::Mac({2, 0, 0, 0, 0, 9}); }), updated);
  EXPECT_EQ(with([](AddressRecord& r) { r.interface = InterfaceId{1}; }), updated);
  EXPECT_EQ(with([](AddressRecord& r) { r.options = {{6, {1, 2, 3, 4}}}; }), updated);
  EXPECT_EQ(
      with([](AddressRecord& r) { r.hostname = base::InlineBytes<253>(base::bytes_of("web1")); }),
      updated);
}

TEST(Event, OfEachKindOfObjectHasANameOfItsOwn) {
  std::set<std::string> names;
  for (std::size_t object = 1; object < kObjectKinds; ++object) {
    for (int kind = 1; kind <= 25; ++kind) {
      if (kind > 3 && kind < 16) continue;
      names.insert(text(static_cast<ObjectKind>(object), static_cast<EventKind>(kind)));
    }
  }
  EXPECT_EQ(names.size(), (kObjectKinds - 1) * 13);
  EXPECT_TRUE(names.contains("mac_range.deleted"));
  EXPECT_TRUE(names.contains("address.moved"));
  EXPECT_EQ(text(ObjectKind{0}), "");
  EXPECT_EQ(text(ObjectKind{13}), "");
}

}  // namespace
}  // namespace melange::store
