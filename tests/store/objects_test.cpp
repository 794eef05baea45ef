// SPDX-License-Identifier: Apache-2.0
#include "melange/store/objects.h"

#include <gtest/gtest.h>

#include "records.h"

namespace melange::store {
namespace {

using test::at;
using test::client;
using test::in_state;
using test::key;

TEST(AddressRecord, IsLiveWhileALeaseRunsOnIt) {
  for (std::size_t state = 1; state < kAddressStates; ++state) {
    AddressRecord record =
        in_state(static_cast<AddressState>(state), key(1, "10.0.0.1"), client(1));
    record.expires = at(3700);
    const bool can_be_live =
        record.state == AddressState::kBound || record.state == AddressState::kLeased;
    EXPECT_EQ(is_live(record, at(3699)), can_be_live) << text(record.state);
    EXPECT_FALSE(is_live(record, at(3700))) << text(record.state);
  }
  AddressRecord forever = test::leased(key(1, "10.0.0.1"), client(1));
  forever.expires = base::Instant::max();
  EXPECT_TRUE(is_live(forever, at(1'000'000'000'000)));
}

TEST(AddressRecord, KnowsTheHardwareFromTheIdentityOrBesideIt) {
  AddressRecord record = test::leased(key(1, "10.0.0.1"), client(1));
  EXPECT_EQ(hardware(record), net::Mac({2, 0, 0, 0, 0, 1}));
  record.identity = test::client_id({0, 1, 2});
  EXPECT_EQ(hardware(record), std::nullopt);
  record.mac = net::Mac({2, 0, 0, 0, 0, 9});
  EXPECT_EQ(hardware(record), net::Mac({2, 0, 0, 0, 0, 9}));
}

TEST(AddressRecord, PrintsWhatItIs) {
  AddressRecord record = test::leased(key(1, "192.0.2.100"), client(1));
  EXPECT_EQ(text(record), "192.0.2.100 leased mac 02:00:00:00:00:01 until 1970-01-01T01:01:40Z");
  record.reserved_for = client(2);
  record.expires = base::Instant::max();
  EXPECT_EQ(text(record),
            "192.0.2.100 leased mac 02:00:00:00:00:01 reserved-for "
            "mac 02:00:00:00:00:02 until forever");
  record = in_state(AddressState::kReserved, key(1, "192.0.2.100"), test::client_id({0, 10}));
  record.mac = net::Mac({2, 0, 0, 0, 0, 9});
  EXPECT_EQ(text(record), "192.0.2.100 reserved client-id 000a hardware 02:00:00:00:00:09");
}

TEST(AddressState, HasANameOfItsOwn) {
  std::vector<std::string_view> names;
  for (std::size_t state = 1; state < kAddressStates; ++state) {
    names.push_back(text(static_cast<AddressState>(state)));
  }
  EXPECT_EQ(names, (std::vector<std::string_view>{"reserved", "bound", "leased", "held", "declined",
                                                  "quarantined"}));
  EXPECT_EQ(text(AddressState{0}), "");
  EXPECT_EQ(text(AddressState{7}), "");
}

TEST(Usage, CountsAllRecords) {
  Usage usage;
  usage.records = {0, 1, 2, 3, 4, 5, 6};
  usage.free = 100;
  EXPECT_EQ(usage.total(), 21u);
  EXPECT_EQ(usage.of(AddressState::kHeld), 4u);
}

}  // namespace
}  // namespace melange::store
