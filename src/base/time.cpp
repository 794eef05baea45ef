// SPDX-License-Identifier: Apache-2.0
#include "melange/base/time.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>

namespace melange::base {
namespace {

struct Unit {
  char letter;
  std::int64_t seconds;
};
constexpr std::array kUnits{Unit{'w', 7 * 86400}, Unit{'d', 86400}, Unit{'h', 3600}, Unit{'m', 60},
                            Unit{'s', 1}};
constexpr std::int64_t kLongest = 0xffffffff;

}  // namespace

std::string text(Seconds duration) {
  if (duration == kInfinite) return "infinite";
  if (duration.count() == 0) return "0s";
  std::string out = duration.count() < 0 ? "-" : "";
  std::int64_t rest = duration.count() < 0 ? -duration.count() : duration.count();
  for (const Unit& unit : kUnits) {
    if (unit.letter == 'w' || rest < unit.seconds) continue;
    out += std::to_string(rest / unit.seconds) + unit.letter;
    rest %= unit.seconds;
  }
  return out;
}

std::string text(Instant instant) {
  using namespace std::chrono;
  const auto seconds = floor<Seconds>(instant.time_since_epoch());
  const sys_seconds utc{duration_cast<std::chrono::seconds>(seconds)};
  const auto day = floor<days>(utc);
  const year_month_day date{day};
  const hh_mm_ss clock{utc - day};
  std::array<char, 40> buffer{};
  std::snprintf(buffer.data(), buffer.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ",
                static_cast<int>(date.year()), static_cast<unsigned>(date.month()),
                static_cast<unsigned>(date.day()), static_cast<int>(clock.hours().count()),
                static_cast<int>(clock.minutes().count()),
                static_cast<int>(clock.seconds().count()));
  return buffer.data();
}

std::optional<Seconds> parse_duration(std::string_view text) {
  if (text == "infinite") return kInfinite;
  if (text.empty()) return std::nullopt;
  std::int64_t total = 0;
  while (!text.empty()) {
    std::int64_t count = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
    if (error != std::errc{} || end == text.data() + text.size() || count < 0) return std::nullopt;
    const auto unit = std::ranges::find(kUnits, *end, &Unit::letter);
    if (unit == kUnits.end() || count > kLongest / unit->seconds) return std::nullopt;
    total += count * unit->seconds;
    if (total > kLongest) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end + 1 - text.data()));
  }
  return Seconds{total};
}

}  // namespace melange::base
