// SPDX-License-Identifier: Apache-2.0
//
// The only place that reads a clock. The lease clock starts at the wall clock's time, or at the
// last time that the store has seen if the wall clock is behind it, and from then on advances with
// CLOCK_BOOTTIME: setting the wall clock moves no lease, and time never goes back (hostile.md S14).
#pragma once

#include <optional>

#include "melange/base/time.h"

namespace melange::io {

class Clock {
 public:
  // `last_stamp` is the newest Instant in the store; the epoch for a new store.
  explicit Clock(base::Instant last_stamp);

  base::Instant now() const;
  // True if the wall clock was behind the store at start: worth an alarm, expiries will be late.
  bool started_behind() const { return started_behind_; }
  // How far the wall clock is ahead of (or, negative, behind) the lease clock now.
  base::Millis wall_clock_lead() const;

 private:
  base::Instant start_;
  base::Nanos boottime_at_start_;
  bool started_behind_ = false;
};

// Notices that somebody set the wall clock. No lease moves by it, but logs and other hosts go by
// another time now, and so will the leases' ends after the next start.
class JumpAlarm {
 public:
  static constexpr base::Millis kJump = std::chrono::hours(1);

  // `lead`: Clock::wall_clock_lead, here at the start.
  explicit JumpAlarm(base::Millis lead) : lead_(lead) {}
  // How far the wall clock was set forward (or, negative, back) since the last alarm or the start,
  // if by more than an hour; each jump once.
  std::optional<base::Millis> look(base::Millis lead);

 private:
  base::Millis lead_;
};

// CLOCK_MONOTONIC, for measuring how long something took.
base::Nanos monotonic();

}  // namespace melange::io
