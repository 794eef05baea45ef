// SPDX-License-Identifier: Apache-2.0
//
// Addresses left out by how they end (ipam.md section 3, "Policy"): those whose last octet (IPv4)
// or last 16-bit word (IPv6) is one of up to 256 values. A /64 has 2^48 of each, so they are
// counted and stepped over by arithmetic, never listed.
#pragma once

#include <bitset>
#include <cstdint>
#include <optional>

#include "melange/net/address.h"
#include "melange/net/range.h"

namespace melange::net {

class OctetMask {
 public:
  void add(std::uint8_t octet) { octets_.set(octet); }
  bool has(std::uint8_t octet) const { return octets_.test(octet); }
  bool empty() const { return octets_.none(); }
  // True if the mask leaves the address out.
  bool covers(const Address& address) const;
  // How many addresses of the range it leaves out.
  Uint128 count(const Range& range) const;
  // The lowest address of the range that it does not leave out.
  std::optional<Address> first_clear(const Range& range) const;
  bool operator==(const OctetMask&) const = default;

 private:
  // Of the numbers 0..last.
  Uint128 count_to(Family family, Uint128 last) const;

  std::bitset<256> octets_;
};

}  // namespace melange::net
