// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/sweep.h"

#include <gtest/gtest.h>

#include "melange/base/limits.h"
#include "melange/base/text.h"
#include "records.h"
#include "temp_directory.h"

namespace melange::dhcp {
namespace {

using store::AddressState;
using test::at;
using test::client;
using test::in_state;

class SweepTest : public testing::Test {
 protected:
  SweepTest() {
    network_.hold_time = base::Seconds{1000};
    test::commit(store_, {store::PutNetwork{network_}, store::PutBlock{block_}});
  }
  void put(AddressState state, std::string_view address, std::uint32_t owner = 0) {
    auto record = in_state(state, test::key(1, address), client(1));
    if (owner != 0) record.reserved_for = client(owner);
    test::commit(store_, {store::PutAddress{record}});
  }
  Sweep slice(base::Instant now, const std::optional<store::AddressKey>& from = {}) {
    static const std::vector<std::string> all{"*"};
    const Topology topology(std::span(&network_, 1), std::span(&block_, 1), {}, all);
    auto snapshot = store_.snapshot();
    return sweep(snapshot->view(), topology, from, now);
  }
  // What becomes of `address`: "free", "unchanged", or a record's state and identity.
  std::string fate(std::string_view address, std::int64_t second) {
    const Sweep swept = slice(at(second));
    for (const store::Change& change : swept.changes) {
      if (const auto* erase = std::get_if<store::EraseAddress>(&change)) {
        if (erase->key == test::key(1, address)) return "free";
      }
      const auto* put = std::get_if<store::PutAddress>(&change);
      if (put == nullptr || put->record.key != test::key(1, address)) continue;
      return base::cat(text(put->record.state), ' ', text(put->record.identity));
    }
    return "unchanged";
  }

  test::TempDirectory directory_;
  store::Store store_ = test::open(directory_.file("store"));
  store::Network network_ = test::network();
  store::Block block_ = test::block(1, "10.0.0.0/16", "10.0.1.0-10.0.9.255");
};

const std::string kOne = "mac 02:00:00:00:00:01";
const std::string kTwo = "mac 02:00:00:00:00:02";

TEST_F(SweepTest, ForgetsWhatWasSeenLongAgo) {
  network_.seen_time = base::Seconds{100};
  const store::AddressKey old = test::key(1, "10.0.0.5");
  test::commit(store_, {store::NoteSeen{{old, {}, at(10)}},
                        store::NoteSeen{{test::key(1, "10.0.0.6"), {}, at(60)}}});
  EXPECT_TRUE(slice(at(109)).changes.empty());
  const Sweep swept = slice(at(110));
  ASSERT_EQ(swept.changes.size(), 1u);
  const auto* erased = std::get_if<store::EraseSeen>(&swept.changes.front());
  ASSERT_NE(erased, nullptr);
  EXPECT_EQ(erased->key, old);
}

TEST_F(SweepTest, EndsALeaseWhenItsTimeIsOver) {
  put(AddressState::kLeased, "10.0.1.1");
  EXPECT_EQ(fate("10.0.1.1", 3699), "unchanged");
  EXPECT_EQ(fate("10.0.1.1", 3700), "held " + kOne);
}

TEST_F(SweepTest, FreesALeaseOutsideOfThePoolsAtOnce) {
  put(AddressState::kLeased, "10.0.0.5");
  EXPECT_EQ(fate("10.0.0.5", 3700), "free");
}

TEST_F(SweepTest, FreesAHeldAddressAfterTheHoldTime) {
  put(AddressState::kHeld, "10.0.1.1");
  EXPECT_EQ(fate("10.0.1.1", 1099), "unchanged");
  EXPECT_EQ(fate("10.0.1.1", 1100), "free");
}

TEST_F(SweepTest, KeepsReservations) {
  put(AddressState::kReserved, "10.0.1.1");
  put(AddressState::kBound, "10.0.1.2");
  EXPECT_EQ(fate("10.0.1.1", 100000), "unchanged");
  EXPECT_EQ(fate("10.0.1.2", 3699), "unchanged");
  EXPECT_EQ(fate("10.0.1.2", 3700), "reserved " + kOne);
}

TEST_F(SweepTest, GivesAnAddressToWhoWaitsForIt) {
  put(AddressState::kLeased, "10.0.1.1", 2);
  put(AddressState::kDeclined, "10.0.1.2", 2);
  put(AddressState::kQuarantined, "10.0.1.3", 2);
  for (const char* address : {"10.0.1.1", "10.0.1.2", "10.0.1.3"}) {
    EXPECT_EQ(fate(address, 3699), "unchanged") << address;
    EXPECT_EQ(fate(address, 3700), "reserved " + kTwo) << address;
  }
}

TEST_F(SweepTest, KeepsADeclinedAddressAsLongAsItCounts) {
  auto record = in_state(AddressState::kDeclined, test::key(1, "10.0.1.1"), client(1));
  record.expires = at(700);
  test::commit(store_, {store::PutAddress{record}});
  EXPECT_EQ(fate("10.0.1.1", 3699), "unchanged") << "an hour, for the limit on declines";
  EXPECT_EQ(fate("10.0.1.1", 3700), "free");
}

TEST_F(SweepTest, NeverEndsALeaseThatNeverEnds) {
  auto record = in_state(AddressState::kLeased, test::key(1, "10.0.1.1"), client(1));
  record.expires = base::Instant::max();
  test::commit(store_, {store::PutAddress{record}});
  EXPECT_EQ(fate("10.0.1.1", 1'000'000'000'000), "unchanged");
}

TEST_F(SweepTest, FreesAQuarantinedAddressAtItsTimeAndNotASecondEarlier) {
  put(AddressState::kQuarantined, "10.0.1.1");
  EXPECT_EQ(fate("10.0.1.1", 3699), "unchanged");
  EXPECT_EQ(fate("10.0.1.1", 3700), "free");
}

TEST_F(SweepTest, TakesWhatIsDueFirstWhereverItLies) {
  store::Changes changes;
  constexpr std::uint32_t kMany = 2 * base::limits::kSweepRecords;
  for (std::uint32_t i = 0; i < kMany; ++i) {
    const store::AddressKey key{store::BlockId{1}, net::Ipv4(0x0a000100u + i)};
    changes.push_back(store::PutAddress{in_state(AddressState::kReserved, key, client(i + 1))});
  }
  test::commit(store_, changes);
  put(AddressState::kQuarantined, "10.0.9.9");
  const Sweep swept = slice(at(3700));
  ASSERT_EQ(swept.changes.size(), 1u);
  const auto* erase = std::get_if<store::EraseAddress>(&swept.changes.front());
  ASSERT_NE(erase, nullptr);
  EXPECT_EQ(erase->key, test::key(1, "10.0.9.9"));
}

TEST_F(SweepTest, FreesQuarantinedAddressesOfBlocksThatAreNotServed) {
  store::Block unserved = test::block(2, "2001:db8::/64", "");
  unserved.network = {};
  auto record = in_state(AddressState::kQuarantined, test::key(2, "2001:db8::7"), client(1));
  record.network = {};
  test::commit(store_, {store::PutBlock{unserved}, store::PutAddress{record}});
  auto snapshot = store_.snapshot();
  EXPECT_TRUE(due(snapshot->view(), at(3699), 10).empty());
  EXPECT_EQ(due(snapshot->view(), at(3700), 10).size(), 1u);
}

TEST_F(SweepTest, TakesNoMoreOfWhatIsDueThanItIsTold) {
  for (const char* address : {"10.0.1.1", "10.0.1.2", "10.0.1.3"}) {
    put(AddressState::kQuarantined, address);
  }
  auto snapshot = store_.snapshot();
  EXPECT_EQ(due(snapshot->view(), at(3700), 2).size(), 2u);
  EXPECT_EQ(due(snapshot->view(), at(3700), 10).size(), 3u);
}

TEST_F(SweepTest, GoesOnAtTheSamePlaceWhenAllItsTimeGoesIntoWhatIsDue) {
  store::Changes changes;
  for (std::uint32_t i = 0; i < base::limits::kSweepRecords + 5; ++i) {
    const store::AddressKey key{store::BlockId{1}, net::Ipv4(0x0a000100u + i)};
    changes.push_back(store::PutAddress{in_state(AddressState::kQuarantined, key, client(i + 1))});
  }
  test::commit(store_, changes);
  const store::AddressKey from = test::key(1, "10.0.2.0");
  const Sweep swept = slice(at(3700), from);
  EXPECT_EQ(swept.changes.size(), base::limits::kSweepRecords);
  EXPECT_EQ(swept.next, from);
  test::commit(store_, swept.changes);
  EXPECT_EQ(slice(at(3700), from).changes.size(), 5u);
}

TEST_F(SweepTest, TakesASliceAtATime) {
  store::Changes changes;
  constexpr std::uint32_t kMany = 2 * base::limits::kSweepRecords + 7;
  for (std::uint32_t i = 0; i < kMany; ++i) {
    const store::AddressKey key{store::BlockId{1}, net::Ipv4(0x0a000100u + i)};
    changes.push_back(store::PutAddress{in_state(AddressState::kLeased, key, client(i + 1))});
  }
  test::commit(store_, changes);
  std::size_t swept_all = 0;
  int slices = 0;
  std::optional<store::AddressKey> from;
  do {
    const Sweep swept = slice(at(4000), from);
    EXPECT_LE(swept.changes.size(), base::limits::kSweepRecords);
    swept_all += swept.changes.size();
    from = swept.next;
    ++slices;
  } while (from && slices < 10);
  EXPECT_EQ(swept_all, kMany);
  EXPECT_EQ(slices, 3);
}

}  // namespace
}  // namespace melange::dhcp
