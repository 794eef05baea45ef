// SPDX-License-Identifier: Apache-2.0
#include "free_ranges.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

#include "codec.h"
#include "keys.h"
#include "melange/base/text.h"
#include "records.h"
#include "scratch_tables.h"

namespace melange::store {
namespace {

using net::Address;
using net::Ipv4;
using net::Range;
using test::address;
using test::range;

constexpr Space kSpace = Space::dynamic(BlockId{7});

struct Fixture {
  ScratchTables tables;
  FreeRanges free{*tables, kSpace};

  std::string runs(std::string_view from = "10.0.0.0") {
    std::string out;
    for (auto run = free.at_or_after(address(from)); run;) {
      out += (out.empty() ? "" : " ") + text(*run);
      if (run->last().value() == net::last_value(run->family())) break;
      run = free.at_or_after(run->last().next());
    }
    return out;
  }
};

TEST(FreeRanges, AreNoneAtFirst) {
  Fixture f;
  EXPECT_EQ(f.runs(), "");
  EXPECT_FALSE(f.free.contains(address("10.0.0.1")));
}

TEST(FreeRanges, GivesTheLowestGapFirst) {
  Fixture f;
  f.free.add(range("10.0.0.50-10.0.0.60"));
  f.free.add(range("10.0.0.5-10.0.0.6"));
  f.free.add(range("10.0.1.0-10.0.1.255"));
  EXPECT_EQ(f.free.at_or_after(address("10.0.0.0")), range("10.0.0.5-10.0.0.6"));
  EXPECT_EQ(f.runs(), "10.0.0.5-10.0.0.6 10.0.0.50-10.0.0.60 10.0.1.0-10.0.1.255");
}

TEST(FreeRanges, GivesTheWholeRunThatHoldsTheAddress) {
  Fixture f;
  f.free.add(range("10.0.0.5-10.0.0.9"));
  for (const auto* inside : {"10.0.0.5", "10.0.0.7", "10.0.0.9"}) {
    EXPECT_EQ(f.free.at_or_after(address(inside)), range("10.0.0.5-10.0.0.9")) << inside;
    EXPECT_TRUE(f.free.contains(address(inside))) << inside;
  }
  EXPECT_FALSE(f.free.contains(address("10.0.0.4")));
  EXPECT_FALSE(f.free.contains(address("10.0.0.10")));
  EXPECT_FALSE(f.free.at_or_after(address("10.0.0.10")));
}

TEST(FreeRanges, JoinsNeighboursOnBothSides) {
  Fixture f;
  EXPECT_EQ(f.free.add(range("10.0.0.1-10.0.0.3")), 3u);
  EXPECT_EQ(f.free.add(range("10.0.0.5-10.0.0.7")), 3u);
  EXPECT_EQ(f.free.add(range("10.0.0.4")), 1u);
  EXPECT_EQ(f.runs(), "10.0.0.1-10.0.0.7");
  EXPECT_EQ(f.tables->count(Table::kFree), 1u);
}

TEST(FreeRanges, CountsOnlyWhatWasFreeWhenItTakesOut) {
  Fixture f;
  f.free.add(range("10.0.0.1-10.0.0.9"));
  EXPECT_EQ(f.free.remove(range("10.0.0.4-10.0.0.5")), 2u);
  EXPECT_EQ(f.free.remove(range("10.0.0.4-10.0.0.6")), 1u);
  EXPECT_EQ(f.free.remove(range("10.0.0.20-10.0.0.30")), 0u);
  EXPECT_EQ(f.runs(), "10.0.0.1-10.0.0.3 10.0.0.7-10.0.0.9");
  EXPECT_EQ(f.free.remove(range("10.0.0.0-10.0.0.255")), 6u);
  EXPECT_EQ(f.tables->count(Table::kFree), 0u);
}

TEST(FreeRanges, OfABlockEndWhereTheNextBlockBegins) {
  Fixture f;
  FreeRanges lower(*f.tables, Space::dynamic(BlockId{6}));
  FreeRanges upper(*f.tables, Space::dynamic(BlockId{8}));
  lower.add(range("10.0.0.1-10.0.0.9"));
  upper.add(range("10.0.0.1-10.0.0.9"));
  EXPECT_EQ(f.runs(), "");
  f.free.add(range("10.0.0.10"));
  EXPECT_EQ(f.runs(), "10.0.0.10");
  EXPECT_EQ(f.free.remove(range("0.0.0.0-255.255.255.255")), 1u);
  EXPECT_TRUE(lower.contains(address("10.0.0.9")));
  EXPECT_TRUE(upper.contains(address("10.0.0.1")));
}

TEST(FreeRanges, ReachTheFirstAndTheLastAddressOfAFamily) {
  Fixture f;
  f.free.add(range("0.0.0.0/0"));
  EXPECT_EQ(f.free.remove(range("0.0.0.0")), 1u);
  EXPECT_EQ(f.free.remove(range("255.255.255.255")), 1u);
  EXPECT_EQ(f.runs("0.0.0.0"), "0.0.0.1-255.255.255.254");
  f.free.add(range("0.0.0.0"));
  f.free.add(range("255.255.255.255"));
  EXPECT_EQ(f.runs("0.0.0.0"), "0.0.0.0-255.255.255.255");
}

TEST(FreeRanges, ServeIpv6ByTheSameCode) {
  Fixture f;
  const Range whole = test::prefix("2001:db8::/32").range();
  EXPECT_EQ(f.free.add(whole), net::Uint128{1} << 96);
  EXPECT_EQ(f.free.remove(range("2001:db8::-2001:db8::ff")), 256u);
  EXPECT_EQ(f.free.at_or_after(address("2001:db8::"))->first(), address("2001:db8::100"));
  EXPECT_EQ(f.free.remove(range("ffff::/16")), 0u);
}

TEST(FreeRanges, S9_RefuseAnEntryWhoseFirstAddressWasChanged) {
  Fixture f;
  f.free.add(range("10.0.0.5-10.0.0.9"));
  Key key;
  key.add(std::uint8_t{1}).add(BlockId{7}).add(address("10.0.0.9"));
  const base::Bytes stored = f.tables->get(Table::kFree, key.bytes()).value();
  std::vector<std::uint8_t> octets(stored.begin(), stored.end());
  octets[3] ^= 1;
  f.tables->put(Table::kFree, key.bytes(), octets);
  EXPECT_FALSE(f.free.at_or_after(address("10.0.0.1")));
  ASSERT_TRUE(f.tables->error);
  EXPECT_EQ(f.tables->error->fault, base::Fault::kDamaged);
}

TEST(FreeRanges, S9_RefuseAnEntryThatIsNoRange) {
  Fixture f;
  Key key;
  key.add(std::uint8_t{1}).add(BlockId{7}).add(address("10.0.0.9"));
  Key above;
  above.add(address("10.0.0.77"));
  std::array<std::uint8_t, 8> buffer;
  f.tables->put(Table::kFree, key.bytes(), seal(key.bytes(), above.bytes(), buffer));
  EXPECT_FALSE(f.free.at_or_after(address("10.0.0.1")));
  ASSERT_TRUE(f.tables->error);
  EXPECT_EQ(f.tables->error->fault, base::Fault::kDamaged);
}

TEST(FreeRanges, OfOneBlockAreApartByWhatTheyAreFor) {
  Fixture f;
  FreeRanges fixed(*f.tables, Space::fixed(BlockId{7}));
  FreeRanges macs(*f.tables, Space::macs(MacRangeId{7}));
  fixed.add(range("10.0.0.1-10.0.0.9"));
  macs.add(range("::1-::9"));
  EXPECT_EQ(f.runs(), "");
  f.free.add(range("10.0.0.20"));
  EXPECT_FALSE(fixed.contains(address("10.0.0.20")));
  EXPECT_EQ(fixed.count(), 9u);
  EXPECT_EQ(f.free.count(), 1u);
  EXPECT_EQ(macs.count(), 9u);
}

TEST(FreeRanges, CountNoAddressThatTheMaskLeavesOut) {
  Fixture f;
  net::OctetMask mask;
  mask.add(3);
  mask.add(255);
  FreeRanges masked(*f.tables, kSpace, mask);
  EXPECT_EQ(masked.add(range("10.0.0.0-10.0.1.255")), 508u);
  EXPECT_EQ(masked.count(), 508u);
  EXPECT_EQ(f.free.count(), 512u);
  EXPECT_EQ(masked.remove(range("10.0.0.3")), 0u);
  EXPECT_EQ(masked.remove(range("10.0.0.2-10.0.0.4")), 2u);
  EXPECT_EQ(masked.add(range("10.0.0.3-10.0.0.4")), 1u);
  // It lies in the runs all the same: who wants to give it out asks the mask.
  EXPECT_TRUE(masked.contains(address("10.0.0.3")));
}

TEST(FreeRanges, S9_RefuseToFreeWhatIsFree) {
  for (const auto* again : {"10.0.0.5", "10.0.0.9", "10.0.0.7-10.0.0.20", "10.0.0.0-10.0.0.5"}) {
    Fixture f;
    f.free.add(range("10.0.0.5-10.0.0.9"));
    EXPECT_EQ(f.free.add(range(again)), 0u) << again;
    ASSERT_TRUE(f.tables->error) << again;
    EXPECT_EQ(f.tables->error->fault, base::Fault::kDamaged);
  }
}

// What the set holds, against a std::set of the same addresses, in a space that is soon exhausted.
TEST(FreeRanges, AgreeWithASetOfAddresses) {
  Fixture f;
  std::set<std::uint32_t> model;
  std::mt19937 random(20110811);
  const auto pick = [&] { return static_cast<std::uint32_t>(random() % 64); };
  for (int step = 0; step < 20000; ++step) {
    const auto [low, high] = std::minmax({pick(), pick()});
    const Range span = *Range::make(Ipv4{low}, Ipv4{high});
    if (random() % 2 == 0) {
      std::size_t gone = 0;
      for (auto value = low; value <= high; ++value) gone += model.erase(value);
      ASSERT_EQ(f.free.remove(span), gone) << "step " << step;
    } else {
      for (auto value = low; value <= high; ++value) {
        if (!model.insert(value).second) continue;
        f.free.add(*Range::make(Ipv4{value}, Ipv4{value}));
      }
    }
    std::set<std::uint32_t> found;
    std::size_t entries = 0;
    for (auto run = f.free.at_or_after(Ipv4{0}); run;
         run = f.free.at_or_after(run->last().next())) {
      ++entries;
      for (auto value = run->first().value(); value <= run->last().value(); ++value) {
        found.insert(static_cast<std::uint32_t>(value));
      }
    }
    ASSERT_EQ(found, model) << "step " << step;
    ASSERT_EQ(entries, f.tables->count(Table::kFree)) << "step " << step;
  }
}

}  // namespace
}  // namespace melange::store
