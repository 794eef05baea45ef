// SPDX-License-Identifier: Apache-2.0
#include "melange/base/random.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <vector>

namespace melange::base {
namespace {

TEST(FillRandom, FillsAllOfASpanLongerThanOneCallGives) {
  std::vector<std::uint8_t> octets(1u << 20);
  ASSERT_TRUE(fill_random(octets));
  // 64 octets at zero in one place would come by chance once in 2^512.
  const std::vector<std::uint8_t> zeros(64);
  EXPECT_TRUE(std::ranges::search(octets, zeros).empty());
}

TEST(FillRandom, GivesOthersEachTime) {
  std::array<std::uint8_t, 32> first{};
  std::array<std::uint8_t, 32> second{};
  ASSERT_TRUE(fill_random(first));
  ASSERT_TRUE(fill_random(second));
  EXPECT_NE(first, second);
}

TEST(FillRandom, TakesNothingForNothing) { EXPECT_TRUE(fill_random({})); }

}  // namespace
}  // namespace melange::base
