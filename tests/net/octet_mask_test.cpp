// SPDX-License-Identifier: Apache-2.0
#include "melange/net/octet_mask.h"

#include <gtest/gtest.h>

#include <random>

namespace melange::net {
namespace {

OctetMask mask(std::initializer_list<int> octets) {
  OctetMask made;
  for (const int octet : octets) made.add(static_cast<std::uint8_t>(octet));
  return made;
}

OctetMask all_octets() {
  OctetMask made;
  for (int octet = 0; octet < 256; ++octet) made.add(static_cast<std::uint8_t>(octet));
  return made;
}

Address address(std::string_view text) { return *Address::parse(text); }
Range range(std::string_view text) { return *Range::parse(text); }

std::string first_clear(const OctetMask& octets, std::string_view of) {
  const auto found = octets.first_clear(range(of));
  return found ? text(*found) : "none";
}

TEST(OctetMask, CoversTheLastOctetOfIpv4) {
  const OctetMask octets = mask({0, 123, 255});
  EXPECT_TRUE(octets.covers(address("10.0.0.123")));
  EXPECT_TRUE(octets.covers(address("10.9.8.255")));
  EXPECT_TRUE(octets.covers(address("10.0.0.0")));
  EXPECT_FALSE(octets.covers(address("10.0.123.1")));
}

TEST(OctetMask, CoversTheLastWordOfIpv6) {
  const OctetMask octets = mask({0x7b});
  EXPECT_TRUE(octets.covers(address("2001:db8::7b")));
  EXPECT_TRUE(octets.covers(address("2001:db8::1:7b")));
  EXPECT_FALSE(octets.covers(address("2001:db8::17b"))) << "the whole word counts";
}

TEST(OctetMask, WithoutOctetsCoversNothing) {
  const OctetMask none;
  EXPECT_TRUE(none.empty());
  EXPECT_FALSE(none.covers(address("10.0.0.0")));
  EXPECT_TRUE(none.count(range("0.0.0.0/0")) == 0);
  EXPECT_EQ(first_clear(none, "10.0.0.0/8"), "10.0.0.0");
}

TEST(OctetMask, CountsWithoutListing) {
  const OctetMask octets = mask({0, 255});
  EXPECT_TRUE(octets.count(range("0.0.0.0/0")) == Uint128{2} << 24);
  EXPECT_TRUE(octets.count(range("10.0.0.1-10.0.0.254")) == 0);
  EXPECT_TRUE(octets.count(range("10.0.0.255-10.0.1.0")) == 2);
  EXPECT_TRUE(octets.count(range("2001:db8::/64")) == Uint128{2} << 48);
  EXPECT_TRUE(octets.count(range("255.255.255.255")) == 1);
}

TEST(OctetMask, CountsAsOneByOneWouldWhateverTheRange) {
  std::mt19937 engine(3);
  for (int round = 0; round < 200; ++round) {
    OctetMask octets;
    for (auto left = engine() % 40; left > 0; --left) {
      octets.add(static_cast<std::uint8_t>(engine()));
    }
    const auto first = static_cast<std::uint32_t>(engine() % 2000);
    const auto last = first + static_cast<std::uint32_t>(engine() % 2000);
    Uint128 counted = 0;
    std::optional<Address> clear;
    for (std::uint32_t value = last + 1; value-- > first;) {
      if (octets.covers(Ipv4(value))) {
        ++counted;
      } else {
        clear = Ipv4(value);
      }
    }
    const Range whole = *Range::make(Ipv4(first), Ipv4(last));
    ASSERT_TRUE(octets.count(whole) == counted) << round;
    ASSERT_EQ(octets.first_clear(whole), clear) << round;
  }
}

TEST(OctetMask, FindsTheFirstAddressThatItLeaves) {
  const OctetMask octets = mask({7, 8, 9, 255, 0});
  EXPECT_EQ(first_clear(octets, "10.0.0.6-10.0.0.20"), "10.0.0.6");
  EXPECT_EQ(first_clear(octets, "10.0.0.7-10.0.0.20"), "10.0.0.10");
  EXPECT_EQ(first_clear(octets, "10.0.0.7-10.0.0.9"), "none");
  EXPECT_EQ(first_clear(octets, "10.0.0.255-10.0.1.9"), "10.0.1.1");
  EXPECT_EQ(first_clear(octets, "255.255.255.255"), "none");
}

TEST(OctetMask, OfAllOctetsLeavesNothingOfIpv4) {
  EXPECT_EQ(first_clear(all_octets(), "0.0.0.0/0"), "none");
}

TEST(OctetMask, OfAllOctetsLeavesTheOtherWordsOfIpv6) {
  EXPECT_EQ(first_clear(all_octets(), "2001:db8::/64"), "2001:db8::100");
  EXPECT_EQ(first_clear(all_octets(), "2001:db8::-2001:db8::ff"), "none");
}

}  // namespace
}  // namespace melange::net
