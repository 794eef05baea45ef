// SPDX-License-Identifier: Apache-2.0
#include "housekeeping.h"

#include <algorithm>

#include "melange/base/limits.h"

namespace melange::daemon {
namespace {

// The newest event that is one too many, or too old; 0 if none is. Looks no further than a slice.
std::uint64_t last_to_go(const store::View& view, const config::Changes& limits,
                         base::Instant now) {
  const std::uint64_t first = view.first_event();
  const std::uint64_t next = view.next_event();
  const std::uint64_t end = std::min(next, first + base::limits::kPrunedAtOnce);
  std::uint64_t last = next - first > limits.max_events ? next - limits.max_events - 1 : 0;
  for (std::uint64_t number = std::max(first, last + 1); number < end; ++number) {
    const auto event = view.event(number);
    if (!event || now - event->time < limits.max_age) break;
    last = number;
  }
  return last;
}

}  // namespace

store::Changes prune(const store::View& view, const config::Changes& limits, base::Instant now) {
  const base::Instant answers_before = now - base::limits::kAnswerTime;
  const std::uint64_t events_to = last_to_go(view, limits, now);
  const auto oldest = view.oldest_answer();
  if (events_to == 0 && (!oldest || *oldest >= answers_before)) return {};
  return {store::Prune{events_to, answers_before}};
}

}  // namespace melange::daemon
