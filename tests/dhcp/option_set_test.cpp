// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/option_set.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace melange::dhcp {
namespace {

using Octets = std::vector<std::uint8_t>;

Octets found(const OptionSet4& set, std::uint8_t code) {
  const base::Bytes octets = set.find(code);
  return {octets.begin(), octets.end()};
}

// As many octets as tell codes and lengths apart.
Octets octets_of(unsigned code) { return Octets(1 + code % 7, static_cast<std::uint8_t>(code)); }

TEST(OptionSet4, HasNothingWhenMadeOfNothing) {
  const OptionSet4 set;
  for (unsigned code = 0; code < 256; ++code) {
    EXPECT_TRUE(set.find(static_cast<std::uint8_t>(code)).empty()) << code;
  }
  EXPECT_TRUE(set.codes().empty());
  EXPECT_TRUE(set.forced().empty());
}

TEST(OptionSet4, FindsEachOfAll256Codes) {
  std::vector<store::OptionValue> values;
  for (unsigned i = 0; i < 256; ++i) {
    const unsigned code = (i * 91 + 17) % 256;  // each once, in no order
    values.push_back({static_cast<std::uint8_t>(code), octets_of(code)});
  }
  const OptionSet4 set(values);
  ASSERT_EQ(set.codes().size(), 256u);
  EXPECT_TRUE(std::ranges::is_sorted(set.codes()));
  for (unsigned code = 0; code < 256; ++code) {
    EXPECT_EQ(found(set, static_cast<std::uint8_t>(code)), octets_of(code)) << code;
  }
}

TEST(OptionSet4, FindsOneCodeAloneAndNoOther) {
  for (unsigned only = 0; only < 256; ++only) {
    const OptionSet4 set({{static_cast<std::uint8_t>(only), octets_of(only)}});
    for (unsigned code = 0; code < 256; ++code) {
      const Octets expected = code == only ? octets_of(only) : Octets{};
      ASSERT_EQ(found(set, static_cast<std::uint8_t>(code)), expected) << only << ' ' << code;
    }
  }
}

TEST(OptionSet4, CountsAcrossItsWords) {
  // The first and last codes of each word of 64, where a count that is off by one would show.
  const Octets edges{0, 63, 64, 127, 128, 191, 192, 255};
  std::vector<store::OptionValue> values;
  for (const std::uint8_t code : edges) values.push_back({code, octets_of(code)});
  const OptionSet4 set(values);
  for (unsigned code = 0; code < 256; ++code) {
    const bool there = std::ranges::find(edges, code) != edges.end();
    EXPECT_EQ(found(set, static_cast<std::uint8_t>(code)), there ? octets_of(code) : Octets{})
        << code;
  }
}

TEST(OptionSet4, KeepsLongOptionsWhole) {
  const Octets whole(4000, 7);
  const OptionSet4 set({{43, whole}, {6, {1, 2, 3, 4}}, {224, {9}}});
  EXPECT_EQ(found(set, 43), whole);
  EXPECT_EQ(found(set, 6), (Octets{1, 2, 3, 4}));
  EXPECT_EQ(found(set, 224), (Octets{9}));
}

TEST(OptionSet4, KeepsForcedCodesThatItDoesNotHave) {
  const Octets forced{15, 42};
  const OptionSet4 set({{15, {1}}}, forced);
  EXPECT_EQ(Octets(set.forced().begin(), set.forced().end()), forced);
  EXPECT_TRUE(set.find(42).empty());
}

}  // namespace
}  // namespace melange::dhcp
