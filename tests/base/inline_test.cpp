// SPDX-License-Identifier: Apache-2.0
#include "melange/base/inline.h"

#include <gtest/gtest.h>

#include <vector>

namespace melange::base {
namespace {

using Three = InlineVector<int, 3>;

TEST(InlineVector, HoldsWhatWasPushedInOrder) {
  Three three;
  EXPECT_TRUE(three.empty());
  three.push_back(5);
  three.push_back(6);
  three.push_back(7);
  EXPECT_TRUE(three.full());
  three.pop_back();
  EXPECT_EQ(std::vector<int>(three.begin(), three.end()), (std::vector<int>{5, 6}));
  EXPECT_EQ(three[1], 6);
  three.clear();
  EXPECT_TRUE(three.empty());
}

TEST(InlineVector, ComparesItsElementsAlone) {
  Three a;
  Three b;
  a.push_back(1);
  a.push_back(2);
  b.push_back(1);
  EXPECT_NE(a, b);
  a.pop_back();
  EXPECT_EQ(a, b) << "the element that was popped still lies behind the end";
}

TEST(InlineVectorDeathTest, StopsAtItsCapacity) {
  Three three;
  EXPECT_DEATH(three.pop_back(), "check failed");
  EXPECT_DEATH(static_cast<void>(three[0]), "check failed");
  for (int i = 0; i < 3; ++i) three.push_back(i);
  EXPECT_DEATH(three.push_back(4), "check failed");
}

TEST(InlineBytes, CopiesAndOrdersByContent) {
  const std::vector<std::uint8_t> low{1, 2};
  const std::vector<std::uint8_t> high{1, 2, 0};
  const InlineBytes<4> a(low);
  const InlineBytes<4> b(high);
  InlineBytes<4> c = b;
  EXPECT_LT(a, b);
  EXPECT_EQ(b, c);
  c = a;
  EXPECT_EQ(a, c);
  EXPECT_EQ(c.size(), 2u);
  EXPECT_TRUE(InlineBytes<4>().empty());
}

TEST(InlineBytesDeathTest, RefusesMoreThanItHolds) {
  const std::vector<std::uint8_t> five(5);
  EXPECT_DEATH(InlineBytes<4>{five}, "check failed");
}

}  // namespace
}  // namespace melange::base
