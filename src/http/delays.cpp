// SPDX-License-Identifier: Apache-2.0
#include "delays.h"

#include <algorithm>

#include "http_limits.h"

namespace melange::http {

base::Millis Delays::next(std::string_view source, base::Millis now) {
  const auto [place, fresh] = entries_.try_emplace(std::string(source));
  Entry& entry = place->second;
  if (fresh || now - entry.last >= limits::kDelayMemory) {
    entry.delay = limits::kFirstDelay;
  } else {
    entry.delay = std::min(entry.delay * 2, limits::kLongestDelay);
  }
  entry.last = now;
  const base::Millis delay = entry.delay;
  if (entries_.size() > limits::kDelayedSources) make_room(now);
  return delay;
}

void Delays::make_room(base::Millis now) {
  std::erase_if(entries_,
                [&](const auto& item) { return now - item.second.last >= limits::kDelayMemory; });
  while (entries_.size() > limits::kDelayedSources) {
    entries_.erase(
        std::ranges::min_element(entries_, {}, [](const auto& item) { return item.second.last; }));
  }
}

}  // namespace melange::http
