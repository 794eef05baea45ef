// SPDX-License-Identifier: Apache-2.0
//
// CRC-32C (RFC 3720 appendix B.4), eight octets a step by tables that the compiler makes. Every
// record that is read or written pays for it: Boost's, an octet a step, was a sixth of a lease.
#pragma once

#include <array>
#include <cstdint>

#include "melange/base/bytes.h"

namespace melange::store {

namespace crc32c_tables {

inline constexpr std::uint32_t kPolynomial = 0x82f63b78;  // reflected
using Table = std::array<std::uint32_t, 256>;

consteval std::array<Table, 8> make() {
  std::array<Table, 8> tables{};
  for (std::uint32_t octet = 0; octet < 256; ++octet) {
    std::uint32_t crc = octet;
    for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? kPolynomial : 0);
    tables[0][octet] = crc;
  }
  for (std::size_t ahead = 1; ahead < tables.size(); ++ahead) {
    for (std::size_t octet = 0; octet < 256; ++octet) {
      const std::uint32_t crc = tables[ahead - 1][octet];
      tables[ahead][octet] = crc >> 8 ^ tables[0][crc & 0xff];
    }
  }
  return tables;
}
inline constexpr std::array<Table, 8> kTables = make();

}  // namespace crc32c_tables

// Of octets that come in parts.
class Crc32c {
 public:
  void add(base::Bytes octets) {
    const auto& t = crc32c_tables::kTables;
    std::size_t i = 0;
    for (; i + 8 <= octets.size(); i += 8) {
      const std::uint32_t low = crc_ ^ word(octets.subspan(i, 4));
      const std::uint32_t high = word(octets.subspan(i + 4, 4));
      crc_ = t[7][low & 0xff] ^ t[6][low >> 8 & 0xff] ^ t[5][low >> 16 & 0xff] ^ t[4][low >> 24] ^
             t[3][high & 0xff] ^ t[2][high >> 8 & 0xff] ^ t[1][high >> 16 & 0xff] ^
             t[0][high >> 24];
    }
    for (; i < octets.size(); ++i) crc_ = crc_ >> 8 ^ t[0][(crc_ ^ octets[i]) & 0xff];
  }
  std::uint32_t checksum() const { return ~crc_; }

 private:
  static std::uint32_t word(base::Bytes four) {
    return std::uint32_t{four[0]} | std::uint32_t{four[1]} << 8 | std::uint32_t{four[2]} << 16 |
           std::uint32_t{four[3]} << 24;
  }

  std::uint32_t crc_ = 0xffffffff;
};

}  // namespace melange::store
