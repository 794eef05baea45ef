// SPDX-License-Identifier: Apache-2.0
#include "melange/io/link.h"

namespace melange::io {

void Batch::clear() {
  datagrams.clear();
  refused.fill(0);
  ring_drops = 0;
}

}  // namespace melange::io
