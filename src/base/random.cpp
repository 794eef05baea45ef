// SPDX-License-Identifier: Apache-2.0
#include "melange/base/random.h"

#include <errno.h>
#include <sys/random.h>

namespace melange::base {

Status fill_random(MutableBytes out) {
  while (!out.empty()) {
    // Before the kernel has gathered enough at boot, this waits; it may give less than was asked.
    const ssize_t got = ::getrandom(out.data(), out.size(), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return system_error("cannot get random octets", errno);
    out = out.subspan(static_cast<std::size_t>(got));
  }
  return {};
}

}  // namespace melange::base
