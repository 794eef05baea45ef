// SPDX-License-Identifier: Apache-2.0
#include "melange/net/range.h"

#include <gtest/gtest.h>

#include <random>
#include <set>

namespace melange::net {
namespace {

Address v4(std::uint32_t value) { return Ipv4(value); }
Range range(std::string_view text) {
  const auto parsed = Range::parse(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(*Range::make(Ipv4{}, Ipv4{}));
}
Prefix prefix(std::string_view text) {
  const auto parsed = Prefix::parse(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(*Prefix::make(Ipv4{}, 0));
}

std::string ranges_text(const RangeSet& set) {
  std::string out;
  for (const Range& part : set.ranges()) out += text(part) + ' ';
  return out;
}

TEST(Range, IsReadFromEndsOrBlockOrOneAddress) {
  EXPECT_EQ(text(range("192.0.2.10-192.0.2.20")), "192.0.2.10-192.0.2.20");
  EXPECT_EQ(text(range("192.0.2.0/30")), "192.0.2.0-192.0.2.3");
  EXPECT_EQ(text(range("192.0.2.7")), "192.0.2.7");
  EXPECT_EQ(text(range("2001:db8::1:0/112")), "2001:db8::1:0-2001:db8::1:ffff");
  for (const auto* wrong : {"", "-", "192.0.2.9-192.0.2.8", "192.0.2.1-::1", "192.0.2.1-",
                            "192.0.2.0/33", "192.0.2.1-192.0.2.2-192.0.2.3"}) {
    EXPECT_EQ(Range::parse(wrong), std::nullopt) << wrong;
  }
}

TEST(Range, CountsBothItsEnds) {
  EXPECT_EQ(range("192.0.2.10-192.0.2.20").size(), 11u);
  EXPECT_EQ(range("0.0.0.0/0").size(), Uint128{1} << 32);
  EXPECT_EQ(text(range("::/0").size()), text(last_value(Family::kV6)));
}

TEST(Range, ContainsNothingOfTheOtherFamily) {
  EXPECT_FALSE(range("::/0").contains(v4(1)));
  EXPECT_FALSE(range("0.0.0.0/0").contains(*Address::parse("::1")));
}

TEST(Prefix, ClearsItsHostBits) {
  EXPECT_EQ(text(prefix("10.0.0.1/31")), "10.0.0.0/31");
  EXPECT_EQ(text(prefix("2001:db8::1/64")), "2001:db8::/64");
  EXPECT_EQ(text(prefix("255.255.255.255/0")), "0.0.0.0/0");
  EXPECT_EQ(text(prefix("192.0.2.1/32")), "192.0.2.1/32");
  for (const auto* wrong : {"10.0.0.0", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/08", "10.0.0.0/-1",
                            "10.0.0.0/8x", "::/129"}) {
    EXPECT_EQ(Prefix::parse(wrong), std::nullopt) << wrong;
  }
}

TEST(Prefix, KnowsItsLastAddressAndNetmask) {
  EXPECT_EQ(text(prefix("192.0.2.0/24").last()), "192.0.2.255");
  EXPECT_EQ(text(prefix("2001:db8::/32").last()), "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff");
  EXPECT_EQ(text(prefix("192.0.2.0/24").netmask()), "255.255.255.0");
  EXPECT_EQ(text(prefix("0.0.0.0/0").netmask()), "0.0.0.0");
  EXPECT_EQ(text(prefix("192.0.2.1/32").netmask()), "255.255.255.255");
}

TEST(Prefix, OverlapsWhatHoldsItAndWhatItHolds) {
  EXPECT_TRUE(prefix("10.0.0.0/8").overlaps(prefix("10.1.0.0/16")));
  EXPECT_TRUE(prefix("10.1.0.0/16").overlaps(prefix("10.0.0.0/8")));
  EXPECT_FALSE(prefix("10.0.0.0/9").overlaps(prefix("10.128.0.0/9")));
}

TEST(RangeSet, JoinsNeighboursAndOverlaps) {
  RangeSet set;
  set.add(range("10.0.0.0-10.0.0.3"));
  set.add(range("10.0.0.8-10.0.0.9"));
  set.add(range("10.0.0.4-10.0.0.5"));
  EXPECT_EQ(ranges_text(set), "10.0.0.0-10.0.0.5 10.0.0.8-10.0.0.9 ");
  set.add(range("10.0.0.5-10.0.0.8"));
  EXPECT_EQ(ranges_text(set), "10.0.0.0-10.0.0.9 ");
}

TEST(RangeSet, ReachesBothEndsOfTheAddressSpace) {
  RangeSet set;
  set.add(range("255.255.255.255"));
  set.add(range("0.0.0.0"));
  set.add(range("0.0.0.1-255.255.255.254"));
  EXPECT_EQ(ranges_text(set), "0.0.0.0-255.255.255.255 ");
  set.remove(range("0.0.0.0"));
  set.remove(range("255.255.255.255"));
  EXPECT_EQ(ranges_text(set), "0.0.0.1-255.255.255.254 ");
}

TEST(RangeSet, FindsTheRangeThatHoldsAnAddress) {
  const std::vector<Range> ranges{range("10.0.0.8-10.0.0.9"), range("10.0.0.0-10.0.0.3")};
  const RangeSet set(ranges);
  EXPECT_EQ(set.find(v4(0x0a000003)), ranges[1]);
  EXPECT_EQ(set.find(v4(0x0a000004)), std::nullopt);
  EXPECT_EQ(set.find(v4(0x09ffffff)), std::nullopt);
  EXPECT_EQ(set.find(v4(0x0a000009)), ranges[0]);
}

// Every operation on a space of 24 addresses gives the same as on a set of single ones, and the
// ranges are ascending with a gap between each two.
TEST(RangeSet, AgreesWithASetOfSingleAddresses) {
  constexpr std::uint32_t kSpace = 24;
  std::mt19937 random(20240607);
  const auto below = [&](std::uint32_t bound) {
    return static_cast<std::uint32_t>(random() % bound);
  };
  for (int round = 0; round < 300; ++round) {
    RangeSet set;
    std::set<std::uint32_t> model;
    for (int step = 0; step < 20; ++step) {
      const std::uint32_t a = below(kSpace);
      const std::uint32_t b = a + below(kSpace - a);
      const Range change = *Range::make(v4(a), v4(b));
      const bool adding = below(2) == 0;
      adding ? set.add(change) : set.remove(change);
      for (std::uint32_t i = a; i <= b; ++i) adding ? void(model.insert(i)) : void(model.erase(i));
      ASSERT_EQ(set.size(), model.size());
      for (std::uint32_t i = 0; i < kSpace; ++i) {
        ASSERT_EQ(set.contains(v4(i)), model.contains(i)) << ranges_text(set) << i;
      }
      for (std::size_t i = 1; i < set.ranges().size(); ++i) {
        ASSERT_LT(set.ranges()[i - 1].last().next(), set.ranges()[i].first()) << ranges_text(set);
      }
    }
  }
}

}  // namespace
}  // namespace melange::net
