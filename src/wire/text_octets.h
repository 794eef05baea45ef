// SPDX-License-Identifier: Apache-2.0
//
// Octets that are a text on the wire.
#pragma once

#include <string_view>

#include "melange/base/bytes.h"

namespace melange::wire {

// RFC 2132 section 2: a receiver must be prepared to cut trailing NULs off a text.
inline std::string_view text_without_nuls(base::Bytes octets) {
  std::string_view text = base::text_of(octets);
  while (text.ends_with('\0')) text.remove_suffix(1);
  return text;
}

}  // namespace melange::wire
