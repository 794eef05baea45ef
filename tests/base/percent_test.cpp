// SPDX-License-Identifier: Apache-2.0
#include "melange/base/percent.h"

#include <gtest/gtest.h>

namespace melange::base {
namespace {

TEST(Percent, EncodesAllButUnreservedAndKept) {
  EXPECT_EQ(percent_encode("aZ09-._~"), "aZ09-._~");
  EXPECT_EQ(percent_encode("a/b:c d%"), "a%2Fb%3Ac%20d%25");
  EXPECT_EQ(percent_encode("2001:db8::1", ":"), "2001:db8::1");
  EXPECT_EQ(percent_encode(std::string_view("\0\xff", 2)), "%00%FF");
}

TEST(Percent, DecodesWhatItEncodesAndRefusesBadEscapes) {
  const std::string all("\0 %/\xc3\xbc~", 8);
  EXPECT_EQ(percent_decode(percent_encode(all)), all);
  for (const char* const bad : {"%", "a%1", "%zz", "%1g", "%-1", "%:1"}) {
    EXPECT_FALSE(percent_decode(bad)) << bad;
  }
}

}  // namespace
}  // namespace melange::base
