// SPDX-License-Identifier: Apache-2.0
//
// Reads CLOCK_REALTIME once for the start and CLOCK_BOOTTIME from then on: unlike CLOCK_MONOTONIC
// it counts the time that the host was suspended, in which leases run out as well.
#include "melange/io/clock.h"

#include <time.h>

#include <algorithm>

#include "melange/base/check.h"

namespace melange::io {
namespace {

base::Nanos read(clockid_t clock) {
  timespec now{};
  // It fails for clocks that the kernel does not have; these three are older than what we run on.
  base::check(clock_gettime(clock, &now) == 0);
  return base::Seconds(now.tv_sec) + base::Nanos(now.tv_nsec);
}

base::Instant wall_clock() {
  return base::Instant(std::chrono::floor<base::Millis>(read(CLOCK_REALTIME)));
}

}  // namespace

Clock::Clock(base::Instant last_stamp) : boottime_at_start_(read(CLOCK_BOOTTIME)) {
  const base::Instant wall = wall_clock();
  started_behind_ = wall < last_stamp;
  start_ = std::max(wall, last_stamp);
}

base::Instant Clock::now() const {
  return start_ + std::chrono::floor<base::Millis>(read(CLOCK_BOOTTIME) - boottime_at_start_);
}

base::Millis Clock::wall_clock_lead() const { return wall_clock() - now(); }

std::optional<base::Millis> JumpAlarm::look(base::Millis lead) {
  const base::Millis jump = lead - lead_;
  if (std::chrono::abs(jump) <= kJump) return std::nullopt;
  lead_ = lead;
  return jump;
}

base::Nanos monotonic() { return read(CLOCK_MONOTONIC); }

}  // namespace melange::io
