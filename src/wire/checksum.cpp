// SPDX-License-Identifier: Apache-2.0
#include "checksum.h"

#include <bit>
#include <cstring>

namespace melange::wire {
namespace {

std::uint16_t fold(std::uint64_t sum) {
  while (sum >> 16 != 0) sum = (sum >> 16) + (sum & 0xffff);
  return static_cast<std::uint16_t>(sum);
}

std::uint16_t from_host_order(std::uint16_t word) {
  if constexpr (std::endian::native == std::endian::big) return word;
  return static_cast<std::uint16_t>(word << 8 | word >> 8);
}

}  // namespace

void ChecksumSum::add(base::Bytes octets) {
  // RFC 1071 section 2 (B) and (C): the sum may be taken in the host's byte order and over wider
  // words, and swapped at the end.
  std::uint64_t sum = 0;
  while (octets.size() >= sizeof(std::uint64_t)) {
    std::uint64_t words = 0;
    std::memcpy(&words, octets.data(), sizeof words);
    sum += (words >> 32) + (words & 0xffffffff);
    octets = octets.subspan(sizeof words);
  }
  std::uint64_t words = 0;
  if (!octets.empty()) std::memcpy(&words, octets.data(), octets.size());
  sum += (words >> 32) + (words & 0xffffffff);
  sum_ += from_host_order(fold(sum));
}

std::uint16_t ChecksumSum::folded() const { return fold(sum_); }

}  // namespace melange::wire
