// SPDX-License-Identifier: Apache-2.0
#include "melange/io/clock.h"

#include <gtest/gtest.h>

#include <chrono>
#include <thread>

namespace melange::io {
namespace {

using base::Instant;
using base::Millis;

Instant wall_clock() {
  const auto since_1970 = std::chrono::system_clock::now().time_since_epoch();
  return Instant(std::chrono::floor<Millis>(since_1970));
}

TEST(Clock, StartsAtTheWallClockForANewStore) {
  const Instant before = wall_clock();
  const Clock clock{Instant()};
  EXPECT_GE(clock.now(), before);
  EXPECT_LE(clock.now(), wall_clock() + Millis(1));
  EXPECT_FALSE(clock.started_behind());
}

TEST(Clock, S14_StartsAtTheStoresLastStampIfTheWallClockIsBehindIt) {
  const Instant stamp = wall_clock() + std::chrono::hours(1);
  const Clock clock(stamp);
  EXPECT_TRUE(clock.started_behind());
  EXPECT_GE(clock.now(), stamp);
  EXPECT_LT(clock.now(), stamp + std::chrono::minutes(1));
}

TEST(Clock, TellsHowFarTheWallClockIsAhead) {
  const Clock behind(wall_clock() + std::chrono::hours(1));
  EXPECT_LT(behind.wall_clock_lead(), std::chrono::minutes(-59));
  EXPECT_GT(behind.wall_clock_lead(), std::chrono::minutes(-61));
  const Clock right{Instant()};
  EXPECT_LT(right.wall_clock_lead(), std::chrono::seconds(5));
  EXPECT_GT(right.wall_clock_lead(), std::chrono::seconds(-5));
}

TEST(Clock, AdvancesAndNeverGoesBack) {
  const Clock clock{Instant()};
  const Instant start = clock.now();
  Instant last = start;
  for (int i = 0; i < 10000; ++i) {
    const Instant now = clock.now();
    ASSERT_GE(now, last);
    last = now;
  }
  std::this_thread::sleep_for(Millis(20));
  EXPECT_GE(clock.now() - start, Millis(20));
  EXPECT_LT(clock.now() - start, std::chrono::seconds(30));
}

TEST(JumpAlarm, S14_TellsEachJumpOfMoreThanAnHourOnce) {
  constexpr Millis kDay = std::chrono::hours(24);
  JumpAlarm alarm(Millis(5));
  EXPECT_EQ(alarm.look(Millis(5)), std::nullopt);
  EXPECT_EQ(alarm.look(kDay), kDay - Millis(5));
  EXPECT_EQ(alarm.look(kDay), std::nullopt);
  EXPECT_EQ(alarm.look(kDay + Millis(100)), std::nullopt);
  EXPECT_EQ(alarm.look(-kDay), -2 * kDay);
  EXPECT_EQ(alarm.look(-kDay), std::nullopt);
}

TEST(JumpAlarm, IsSilentUpToAnHour) {
  constexpr Millis kHour = std::chrono::hours(1);
  JumpAlarm alarm(Millis(0));
  EXPECT_EQ(alarm.look(kHour), std::nullopt);
  EXPECT_EQ(alarm.look(-kHour), std::nullopt);
  EXPECT_EQ(alarm.look(kHour + Millis(1)), kHour + Millis(1));
}

TEST(JumpAlarm, CountsFromTheLeadAtTheStart) {
  const Clock clock(wall_clock() + std::chrono::hours(48));
  JumpAlarm alarm(clock.wall_clock_lead());
  EXPECT_EQ(alarm.look(clock.wall_clock_lead()), std::nullopt);
}

TEST(Monotonic, MeasuresWhatSomethingTook) {
  const base::Nanos before = monotonic();
  std::this_thread::sleep_for(Millis(5));
  EXPECT_GE(monotonic() - before, Millis(5));
}

}  // namespace
}  // namespace melange::io
