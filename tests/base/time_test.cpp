// SPDX-License-Identifier: Apache-2.0
#include "melange/base/time.h"

#include <gtest/gtest.h>

namespace melange::base {
namespace {

TEST(Duration, IsWrittenInItsLargestUnits) {
  EXPECT_EQ(text(Seconds{0}), "0s");
  EXPECT_EQ(text(Seconds{90}), "1m30s");
  EXPECT_EQ(text(Seconds{3600}), "1h");
  EXPECT_EQ(text(Seconds{2 * 86400 + 1}), "2d1s");
  EXPECT_EQ(text(Seconds{-5}), "-5s");
  EXPECT_EQ(text(kInfinite), "infinite");
}

TEST(Duration, IsReadBackAsItWasWritten) {
  for (std::int64_t seconds = 0; seconds < 0xffffffff; seconds = seconds * 3 + 1) {
    EXPECT_EQ(parse_duration(text(Seconds{seconds})), Seconds{seconds});
  }
  EXPECT_EQ(parse_duration("infinite"), kInfinite);
}

TEST(Duration, IsAnySumOfUnits) {
  EXPECT_EQ(parse_duration("1w"), Seconds{7 * 86400});
  EXPECT_EQ(parse_duration("30m1h"), Seconds{5400});
  EXPECT_EQ(parse_duration("4294967295s"), Seconds{4294967295});
}

TEST(Duration, IsRefusedWithoutUnitOrBeyond32Bits) {
  for (const auto* wrong : {"", "10", "h", "1h30", "-1h", "1.5h", "1 h", "1x", "4294967296s",
                            "8000w", "7000w7000w", "99999999999999999999s"}) {
    EXPECT_EQ(parse_duration(wrong), std::nullopt) << wrong;
  }
}

TEST(Instant, IsWrittenAsUtcOfRfc3339) {
  EXPECT_EQ(text(Instant{}), "1970-01-01T00:00:00Z");
  EXPECT_EQ(text(Instant{Millis{951782399999}}), "2000-02-28T23:59:59Z");
  EXPECT_EQ(text(Instant{Millis{951782400000}}), "2000-02-29T00:00:00Z");
}

}  // namespace
}  // namespace melange::base
