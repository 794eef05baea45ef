// SPDX-License-Identifier: Apache-2.0
//
// The Internet checksum (RFC 1071): the one's complement sum of 16-bit words.
#pragma once

#include <cstdint>

#include "melange/base/bytes.h"

namespace melange::wire {

class ChecksumSum {
 public:
  // Octets whose first one stands at an even place; an odd last octet counts as if a zero followed.
  void add(base::Bytes octets);
  void add_u16(std::uint16_t word) { sum_ += word; }
  void add_u32(std::uint32_t words) { sum_ += (words >> 16) + (words & 0xffff); }
  // 0xffff over octets that contain their own right checksum.
  std::uint16_t folded() const;
  // What goes into the checksum field.
  std::uint16_t checksum() const { return static_cast<std::uint16_t>(~folded()); }

 private:
  std::uint64_t sum_ = 0;  // of fewer than 2^32 words: it cannot overflow
};

}  // namespace melange::wire
