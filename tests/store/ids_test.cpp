// SPDX-License-Identifier: Apache-2.0
#include "melange/store/ids.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "one_store.h"

namespace melange::store {
namespace {

constexpr StoreId kStore{0x123456789abc};

TEST(Uuid, IsOfVersion8AndNamesStoreKindAndNumber) {
  EXPECT_EQ(uuid(kStore, ObjectKind::kBlock, 0x42), "12345678-9abc-8002-8000-000000000042");
  EXPECT_EQ(uuid(kStore, ObjectKind::kNat, kMaxObjectNumber),
            "12345678-9abc-800c-8000-ffffffffffff");
}

TEST(Uuid, IsReadInAnyCase) {
  const std::string text = "12345678-9ABC-8004-8000-00000000ABCD";
  EXPECT_EQ(parse_uuid(text, kStore, ObjectKind::kInterface), 0xabcdu);
}

TEST(Uuid, OfAnotherStoreOrKindIsNone) {
  const std::string text = uuid(kStore, ObjectKind::kPolicy, 7);
  EXPECT_EQ(parse_uuid(text, kStore, ObjectKind::kPolicy), 7u);
  EXPECT_FALSE(parse_uuid(text, kStore, ObjectKind::kBlock));
  EXPECT_FALSE(parse_uuid(text, StoreId{kStore.value + 1}, ObjectKind::kPolicy));
}

TEST(Uuid, ThatWeDidNotMakeIsNone) {
  for (const std::string_view text :
       {"", "12345678-9abc-8003-8000-00000000000", "12345678-9abc-8003-8000-0000000000011",
        "123456789abc-8003-8000-000000000001-", "12345678-9abc-8003-8000-00000000000g",
        "12345678-9abc-4003-8000-000000000001", "12345678-9abc-8003-9000-000000000001",
        "12345678-9abc-8003-8001-000000000001", "{2345678-9abc-8003-8000-00000000000}",
        "12345678-9abc-8003-8000-000000000000"}) {
    EXPECT_FALSE(parse_uuid(text, kStore, ObjectKind::kPolicy)) << text;
  }
}

// A number cut to 32 bits would name another block.
TEST(Uuid, OfAKindThatCountsIn32BitsIsNoLonger) {
  for (const ObjectKind kind : {ObjectKind::kNetwork, ObjectKind::kBlock, ObjectKind::kMacRange}) {
    EXPECT_TRUE(parse_uuid(uuid(kStore, kind, 0xffffffff), kStore, kind));
    EXPECT_FALSE(parse_uuid(uuid(kStore, kind, 0x100000001), kStore, kind));
  }
}

RC_GTEST_PROP(Uuid, GivesTheNumberBack, ()) {
  const StoreId store{*rc::gen::inRange<std::uint64_t>(0, kMaxObjectNumber)};
  const auto kind = static_cast<ObjectKind>(*rc::gen::inRange<int>(1, kObjectKinds));
  const auto number = *rc::gen::inRange<std::uint64_t>(1, 0xffffffff);
  const std::string text = uuid(store, kind, number);
  RC_ASSERT(parse_uuid(text, store, kind) == number);
  RC_ASSERT(text.size() == 36u);
}

TEST(StoreId, IsItsOwnAndStays) {
  OneStore one;
  OneStore other;
  const auto id = [](const View& view) { return view.store_id(); };
  const StoreId before = one.ask(id);
  EXPECT_NE(before, StoreId{});
  EXPECT_LE(before.value, kMaxObjectNumber);
  EXPECT_NE(before, other.ask(id));
  one.reopen();
  EXPECT_EQ(one.ask(id), before);
}

TEST(Numbers, OfEachKindCountForThemselves) {
  OneStore one;
  Policy policy;
  policy.id = PolicyId{5};
  Allocation allocation;
  allocation.id = AllocationId{9};
  Reservation reservation;
  reservation.network = test::kLab;
  reservation.identity = test::client(1);
  reservation.id = ReservationId{3};
  one.commit({Put<Policy>{policy}, Put<Allocation>{allocation},
              Put<Interface>{test::interface(7, "a")}, PutReservation{reservation}});
  one.commit({Erase<Policy>{PolicyId{5}}, Erase<Interface>{InterfaceId{7}},
              EraseReservation{test::kLab, test::client(1)}});
  const auto next = [&](ObjectKind kind) {
    return one.ask([&](const View& view) { return view.next_number(kind); });
  };
  EXPECT_EQ(next(ObjectKind::kPolicy), 6u);
  EXPECT_EQ(next(ObjectKind::kInterface), 8u);
  EXPECT_EQ(next(ObjectKind::kAllocation), 10u);
  EXPECT_EQ(next(ObjectKind::kReservation), 4u);
  EXPECT_EQ(next(ObjectKind::kMacRange), 1u);
  EXPECT_EQ(next(ObjectKind::kNetwork), 1u);
}

}  // namespace
}  // namespace melange::store
