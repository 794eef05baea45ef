// SPDX-License-Identifier: Apache-2.0
#include "melange/io/link.h"

#include <algorithm>

namespace melange::io {

void Batch::clear() {
  datagrams.clear();
  refused.clear();
  ring_drops = 0;
}

void Batch::refuse(int ifindex, wire::FrameError error) {
  const auto at = std::ranges::find_if(refused, [&](const Refused& entry) {
    return entry.ifindex == ifindex && entry.error == error;
  });
  if (at == refused.end()) {
    refused.push_back({ifindex, error, 1});
  } else {
    ++at->count;
  }
}

}  // namespace melange::io
