// SPDX-License-Identifier: Apache-2.0
#include "melange/net/address.h"

#include <gtest/gtest.h>

#include <array>

#include "melange/net/mac.h"

namespace melange::net {
namespace {

Address address(std::string_view text) {
  const auto parsed = Address::parse(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed.value_or(Address{});
}

TEST(Ipv4, IsReadFromADottedQuadOnly) {
  EXPECT_EQ(Ipv4::parse("192.0.2.1"), Ipv4(0xc0000201));
  EXPECT_EQ(Ipv4::parse("0.0.0.0"), Ipv4());
  EXPECT_EQ(Ipv4::parse("255.255.255.255"), kBroadcast);
  for (const auto* wrong :
       {"", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.", "1..3.4", " 1.2.3.4",
        "1.2.3.4 ", "1.2.3.+4", "-1.2.3.4", "0x1.2.3.4", "a.b.c.d"}) {
    EXPECT_EQ(Ipv4::parse(wrong), std::nullopt) << wrong;
  }
  EXPECT_EQ(Ipv4::parse(std::string_view("1.2.3.4\0", 8)), std::nullopt);
}

TEST(Ipv4, KnowsItsSpecialAddresses) {
  EXPECT_TRUE(Ipv4::parse("127.255.0.1")->is_loopback());
  EXPECT_TRUE(Ipv4::parse("224.0.0.1")->is_multicast());
  EXPECT_TRUE(Ipv4::parse("239.255.255.255")->is_multicast());
  EXPECT_FALSE(Ipv4::parse("240.0.0.1")->is_multicast());
  EXPECT_TRUE(kBroadcast.is_broadcast());
  EXPECT_TRUE(Ipv4().is_unspecified());
}

TEST(Ipv4, PrintsWhatItReads) {
  for (const auto* quad : {"0.0.0.0", "10.20.30.40", "192.0.2.255", "255.255.255.255"}) {
    EXPECT_EQ(text(*Ipv4::parse(quad)), quad);
  }
  EXPECT_EQ(Ipv4::parse("1.2.3.4")->octets(), (std::array<std::uint8_t, 4>{1, 2, 3, 4}));
}

TEST(Address, PrintsIpv6InItsCanonicalForm) {
  EXPECT_EQ(text(address("2001:DB8:0:0:0:0:0:1")), "2001:db8::1");
  EXPECT_EQ(text(address("::")), "::");
  EXPECT_EQ(text(address("192.0.2.1")), "192.0.2.1");
}

TEST(Address, RefusesZonesAndGarbage) {
  for (const auto* wrong : {"", "fe80::1%eth0", "2001:db8::1/64", "1::2::3", "g::", "::1 "}) {
    EXPECT_EQ(Address::parse(wrong), std::nullopt) << wrong;
  }
  EXPECT_EQ(Address::parse(std::string_view("::1\0", 4)), std::nullopt);
}

TEST(Address, OrdersFamiliesBeforeNumbers) {
  EXPECT_LT(address("255.255.255.255"), address("::1"));
  EXPECT_LT(address("10.0.0.9"), address("10.0.0.10"));
  EXPECT_NE(address("0.0.0.1"), address("::1"));
}

TEST(Address, IsReadBackFromItsOctets) {
  for (const auto* written : {"192.0.2.1", "2001:db8:1:2:3:4:5:6", "::ffff:ffff"}) {
    std::array<std::uint8_t, 16> buffer{};
    base::ByteWriter writer(buffer);
    ASSERT_TRUE(address(written).put(writer));
    EXPECT_EQ(Address::from_bytes(writer.written()), address(written));
  }
  const std::array<std::uint8_t, 5> five{};
  EXPECT_EQ(Address::from_bytes(five), std::nullopt);
}

TEST(Address, WritesNothingWhereItDoesNotFit) {
  std::array<std::uint8_t, 15> buffer{};
  base::ByteWriter writer(buffer);
  EXPECT_FALSE(address("::1").put(writer));
  EXPECT_EQ(writer.size(), 0u);
}

TEST(Address, StepsToItsNeighboursAcrossEveryCarry) {
  EXPECT_EQ(address("10.0.255.255").next(), address("10.1.0.0"));
  EXPECT_EQ(address("2001:db8::ffff:ffff:ffff:ffff").next(), address("2001:db8:0:1::"));
  EXPECT_EQ(address("10.1.0.0").previous(), address("10.0.255.255"));
}

TEST(AddressDeathTest, HasNoNeighbourBeyondItsFamily) {
  EXPECT_DEATH(address("255.255.255.255").next(), "check failed");
  EXPECT_DEATH(address("::").previous(), "check failed");
  EXPECT_DEATH(Address::of(Family::kV4, Uint128{1} << 32), "check failed");
}

TEST(Uint128, PrintsAll39Digits) {
  EXPECT_EQ(text(Uint128{0}), "0");
  EXPECT_EQ(text(last_value(Family::kV6)), "340282366920938463463374607431768211455");
}

TEST(Mac, IsReadInEverySpellingAndPrintedInOne) {
  for (const auto* written : {"52:54:00:12:34:5F", "52-54-00-12-34-5f", "52540012345f"}) {
    const auto mac = Mac::parse(written);
    ASSERT_TRUE(mac.has_value()) << written;
    EXPECT_EQ(text(*mac), "52:54:00:12:34:5f");
  }
  for (const auto* wrong :
       {"", "52:54:00:12:34", "52:54:00:12:34:5g", "5254:00:12:34:5f", "02::1"}) {
    EXPECT_EQ(Mac::parse(wrong), std::nullopt) << wrong;
  }
}

TEST(Mac, KnowsGroupAddresses) {
  EXPECT_TRUE(kBroadcastMac.is_multicast());
  EXPECT_TRUE(Mac::parse("01:00:5e:00:00:01")->is_multicast());
  EXPECT_FALSE(Mac::parse("02:00:00:00:00:01")->is_multicast());
}

}  // namespace
}  // namespace melange::net
