// SPDX-License-Identifier: Apache-2.0
#include "melange/ipam/usable.h"

#include <gtest/gtest.h>

#include "records.h"

namespace melange::ipam {
namespace {

std::string shown(const net::RangeSet& set) {
  std::string out;
  for (const net::Range& range : set.ranges()) out += (out.empty() ? "" : " ") + text(range);
  return out;
}

std::string usable_of(std::string_view cidr, std::string_view gateway = "") {
  store::Block block = test::block(1, cidr, "");
  if (!gateway.empty()) block.gateway = test::address(gateway);
  return shown(usable(block));
}

std::string dynamic_of(std::string_view cidr, std::string_view pools, std::string_view exclude,
                       std::string_view gateway = "") {
  store::Block block = test::block(1, cidr, "");
  block.pools = test::ranges(pools);
  block.exclude = test::ranges(exclude);
  if (!gateway.empty()) block.gateway = test::address(gateway);
  return shown(dynamic(block));
}

// ipam.md section 3: "/31 and /32 all; otherwise network and broadcast are excluded".
TEST(Usable, LeavesOutNetworkAndBroadcastOfAnythingLarger) {
  EXPECT_EQ(usable_of("10.0.0.0/24"), "10.0.0.1-10.0.0.254");
  EXPECT_EQ(usable_of("10.0.0.4/30"), "10.0.0.5-10.0.0.6");
  EXPECT_EQ(usable_of("10.0.0.4/31"), "10.0.0.4-10.0.0.5");
  EXPECT_EQ(usable_of("10.0.0.4/32"), "10.0.0.4");
  EXPECT_EQ(usable_of("0.0.0.0/0"), "0.0.0.1-255.255.255.254");
}

// "/127 and /128 all; otherwise the subnet-router anycast is excluded".
TEST(Usable, LeavesOutTheAnycastAddressOfIpv6) {
  EXPECT_EQ(usable_of("2001:db8::/64"), "2001:db8::1-2001:db8::ffff:ffff:ffff:ffff");
  EXPECT_EQ(usable_of("2001:db8::/126"), "2001:db8::1-2001:db8::3");
  EXPECT_EQ(usable_of("2001:db8::/127"), "2001:db8::-2001:db8::1");
  EXPECT_EQ(usable_of("2001:db8::/128"), "2001:db8::");
}

TEST(Usable, LeavesOutTheGateway) {
  EXPECT_EQ(usable_of("10.0.0.0/29", "10.0.0.3"), "10.0.0.1-10.0.0.2 10.0.0.4-10.0.0.6");
  EXPECT_EQ(usable_of("10.0.0.0/24", "10.0.0.1"), "10.0.0.2-10.0.0.254");
  EXPECT_EQ(usable_of("10.0.0.4/31", "10.0.0.4"), "10.0.0.5");
  EXPECT_EQ(usable_of("10.0.0.4/32", "10.0.0.4"), "");
  EXPECT_EQ(usable_of("10.0.0.0/24", "192.0.2.1"), "10.0.0.1-10.0.0.254");
  EXPECT_EQ(usable_of("2001:db8::/126", "2001:db8::2"), "2001:db8::1 2001:db8::3");
}

TEST(Dynamic, IsThePoolsAsFarAsTheyAreUsable) {
  EXPECT_EQ(dynamic_of("10.0.0.0/24", "10.0.0.0-10.0.0.255", ""), "10.0.0.1-10.0.0.254");
  EXPECT_EQ(dynamic_of("10.0.0.0/24", "10.0.0.0/24", "", "10.0.0.100"),
            "10.0.0.1-10.0.0.99 10.0.0.101-10.0.0.254");
  EXPECT_EQ(dynamic_of("10.0.0.0/24", "10.0.0.50-10.0.0.59, 10.0.0.10-10.0.0.19", ""),
            "10.0.0.10-10.0.0.19 10.0.0.50-10.0.0.59");
  EXPECT_EQ(dynamic_of("2001:db8::/64", "2001:db8::/112", ""), "2001:db8::1-2001:db8::ffff");
}

TEST(Dynamic, JoinsPoolsThatTouchOrOverlap) {
  EXPECT_EQ(
      dynamic_of("10.0.0.0/24", "10.0.0.1-10.0.0.9, 10.0.0.10-10.0.0.20, 10.0.0.5-10.0.0.30", ""),
      "10.0.0.1-10.0.0.30");
}

TEST(Dynamic, LeavesOutWhatIsExcluded) {
  EXPECT_EQ(dynamic_of("10.0.0.0/24", "10.0.0.100-10.0.0.199", "10.0.0.110-10.0.0.119, 10.0.0.199"),
            "10.0.0.100-10.0.0.109 10.0.0.120-10.0.0.198");
  EXPECT_EQ(dynamic_of("10.0.0.0/24", "10.0.0.100-10.0.0.199", "10.0.0.0/24"), "");
}

// design.md section 4: "No pool: only reservations are served."
TEST(Dynamic, IsNothingWithoutPools) { EXPECT_EQ(dynamic_of("10.0.0.0/24", "", ""), ""); }

// design.md section 3: the same code, at the same cost, whatever the size.
TEST(Dynamic, KeepsToWholeRangesInTheLargestBlocks) {
  EXPECT_EQ(dynamic_of("10.0.0.0/8", "10.0.0.0/8", "10.5.0.0/16"),
            "10.0.0.1-10.4.255.255 10.6.0.0-10.255.255.254");
  EXPECT_EQ(dynamic_of("::/0", "::/0", ""), "::1-ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff");
}

}  // namespace
}  // namespace melange::ipam
