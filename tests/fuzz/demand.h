// SPDX-License-Identifier: Apache-2.0
//
// What fuzz targets share: an input copied to the heap with its exact size, so that a sanitizer
// sees the first octet that is read behind it, and a property whose violation stops the program.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <vector>

#include "melange/base/bytes.h"

namespace melange::fuzz {

inline std::vector<std::uint8_t> exact_copy(const std::uint8_t* data, std::size_t size) {
  return std::vector<std::uint8_t>(data, data + size);
}

inline void demand(bool holds, const char* property) {
  if (holds) return;
  std::cerr << "violated: " << property << '\n';
  std::abort();
}

// True if `part` lies inside `whole`.
inline bool inside(base::Bytes part, base::Bytes whole) {
  if (part.empty()) return true;
  const std::less_equal<const std::uint8_t*> not_behind;
  return not_behind(whole.data(), part.data()) &&
         not_behind(part.data() + part.size(), whole.data() + whole.size());
}

inline bool printable(const std::string& line) {
  for (const char c : line) {
    if (c < ' ' || c > '~') return false;
  }
  return true;
}

}  // namespace melange::fuzz
