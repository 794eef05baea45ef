// SPDX-License-Identifier: Apache-2.0
//
// The far end of a link under test: puts whole frames on an interface and shows what arrives there.
// A packet socket of its own, without filter, so that it shares nothing with the code under test.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "melange/base/bytes.h"
#include "melange/base/time.h"
#include "melange/io/poller.h"

namespace melange::test {

class WireTap {
 public:
  explicit WireTap(int ifindex);
  // True if the interface took it.
  bool send(base::Bytes frame) const;
  // The next frame that arrived at this end; nothing if none comes in time.
  std::optional<std::vector<std::uint8_t>> next(base::Millis timeout = base::Millis(1000)) const;

 private:
  io::Descriptor fd_;
};

// Waits until `fd` is readable (or has an error); false if it is not in time.
bool wait_readable(int fd, base::Millis timeout = base::Millis(1000));

}  // namespace melange::test
