// SPDX-License-Identifier: Apache-2.0
#include "melange/wire/relay_info.h"

#include <gtest/gtest.h>

#include "melange/base/text.h"

namespace melange::wire {
namespace {

// What is read of the option, as text, or "malformed".
std::string read(std::string_view hex) {
  const auto octets = base::parse_hex(hex);
  if (!octets) return "no hex";
  const auto info = read_relay_info(*octets);
  return info ? text(*info) : "malformed";
}

TEST(RelayInfo, HoldsEverySubOptionThatDecisionsAreMadeFrom) {
  EXPECT_EQ(read("0102aabb"
                 "020101"
                 "0504c0000200"
                 "0603733031"
                 "0b04c0000201"
                 "0c03000301"
                 "1300"),
            "circuit-id=aabb remote-id=01 link-selection=192.0.2.0 subscriber-id=733031 "
            "server-id-override=192.0.2.1 relay-id=000301 source-port");
}

TEST(RelayInfo, ReadsSubOptionsInAnyOrder) {
  EXPECT_EQ(read("1300"
                 "0b04c0000201"
                 "0102aabb"),
            "circuit-id=aabb server-id-override=192.0.2.1 source-port");
}

TEST(RelayInfo, PointsIntoTheOption) {
  const std::vector<std::uint8_t> octets{1, 2, 0xaa, 0xbb};
  const auto info = read_relay_info(octets);
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->circuit_id.data(), octets.data() + 2);
  EXPECT_TRUE(info->remote_id.empty());
  EXPECT_EQ(info->link_selection, std::nullopt);
  EXPECT_EQ(info->server_id_override, std::nullopt);
  EXPECT_FALSE(info->source_port);
}

TEST(RelayInfo, PassesOverSubOptionsOfOthers) {
  // RFC 3046 section 2.0: there is no pad and no end, so 0 and 255 are sub-options like others.
  EXPECT_EQ(read("0000ff00970101970102"
                 "0101aa"),
            "circuit-id=aa");
  EXPECT_EQ(read("9700"), "");
}

TEST(RelayInfo, W21_RefusesSubOptionsThatPassTheEnd) {
  for (const auto* wrong : {"01", "0102aa", "0105aa", "97", "9701", "0101aa05", "0101aaff"}) {
    EXPECT_EQ(read(wrong), "malformed") << wrong;
  }
  EXPECT_EQ(read(""), "malformed");
}

TEST(RelayInfo, W21_RefusesACircuitIdThatNamesNothing) { EXPECT_EQ(read("0100"), "malformed"); }

TEST(RelayInfo, TakesOtherEmptyIdentifiersForNone) { EXPECT_EQ(read("020006000c00"), ""); }

TEST(RelayInfo, RefusesAddressesOfAnotherLength) {
  for (const auto* code : {"05", "0b"}) {
    for (const auto* value : {"00", "03c00002", "05c000020100", "0100"}) {
      EXPECT_EQ(read(base::cat(code, value)), "malformed") << code << value;
    }
  }
}

TEST(RelayInfo, RefusesASourcePortWithAValue) {
  // RFC 8357: in what a relay sends, the sub-option is empty.
  EXPECT_EQ(read("13020044"), "malformed");
}

TEST(RelayInfo, RefusesWhatIsGivenTwice) {
  for (const auto* once :
       {"0101aa", "0201aa", "0504c0000200", "0601aa", "0600", "0b04c0000201", "0c01aa", "1300"}) {
    EXPECT_NE(read(once), "malformed") << once;
    EXPECT_EQ(read(base::cat(once, once)), "malformed") << once;
    EXPECT_EQ(read(base::cat(once, "9700", once)), "malformed") << once;
  }
}

TEST(RelayInfo, W21_ReadsALongCircuitIdWhole) {
  EXPECT_EQ(read(base::cat("01ff", std::string(510, 'a'))),
            base::cat("circuit-id=", std::string(510, 'a')));
}

}  // namespace
}  // namespace melange::wire
