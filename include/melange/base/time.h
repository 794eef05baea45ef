// SPDX-License-Identifier: Apache-2.0
//
// Time as an argument. An Instant is read from the lease clock (io/clock.h): it counts milliseconds
// since 1970 like the wall clock, but never goes back and does not follow the wall clock's jumps
// while the server runs, so that no jump expires or reassigns a lease (design.md, invariant 6).
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace melange::base {

using Seconds = std::chrono::duration<std::int64_t>;
using Millis = std::chrono::duration<std::int64_t, std::milli>;
using Nanos = std::chrono::duration<std::int64_t, std::nano>;

struct LeaseClock {
  using rep = std::int64_t;
  using period = std::milli;
  using duration = Millis;
  using time_point = std::chrono::time_point<LeaseClock>;
  static constexpr bool is_steady = true;
};
using Instant = LeaseClock::time_point;

// A lease that never ends: 0xffffffff seconds on the wire (RFC 2131 section 3.3).
inline constexpr Seconds kInfinite{0xffffffff};

// "90s", "1h30m", "2d"; the largest units first, nothing left out. "infinite" for kInfinite.
std::string text(Seconds duration);
// "2026-11-23T08:15:30Z" (RFC 3339, UTC, whole seconds).
std::string text(Instant instant);

// What `text` prints, and any sum of w, d, h, m, s such as "1h30m". A bare number is refused: its
// unit would be a guess.
std::optional<Seconds> parse_duration(std::string_view text);

}  // namespace melange::base
