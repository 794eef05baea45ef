// SPDX-License-Identifier: Apache-2.0
//
// IP addresses as values. Ipv4 is for code that speaks DHCPv4; Address is either family and is what
// the store, the allocation rules and the API use, so that one piece of code serves IPv4, IPv6 and
// delegated prefixes. An Address is ordered by family, then by number.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "melange/base/bytes.h"

namespace melange::net {

// The number of addresses between two of them can need 128 bits.
__extension__ using Uint128 = unsigned __int128;

std::string text(Uint128 number);

class Ipv4 {
 public:
  constexpr Ipv4() = default;  // 0.0.0.0
  constexpr explicit Ipv4(std::uint32_t value) : value_(value) {}
  // Dotted quad; leading zeros, spaces and short forms are refused.
  static std::optional<Ipv4> parse(std::string_view text);

  constexpr std::uint32_t value() const { return value_; }
  constexpr bool is_unspecified() const { return value_ == 0; }
  constexpr bool is_broadcast() const { return value_ == 0xffffffff; }
  constexpr bool is_loopback() const { return value_ >> 24 == 127; }
  constexpr bool is_multicast() const { return value_ >> 28 == 0xe; }
  std::array<std::uint8_t, 4> octets() const;
  auto operator<=>(const Ipv4&) const = default;

 private:
  std::uint32_t value_ = 0;
};
inline constexpr Ipv4 kBroadcast{0xffffffff};

enum class Family : std::uint8_t { kV4 = 4, kV6 = 6 };
// 32 or 128.
unsigned width(Family family);
// The highest address's number.
Uint128 last_value(Family family);

class Address {
 public:
  constexpr Address() = default;                                // 0.0.0.0
  constexpr Address(Ipv4 address) : value_(address.value()) {}  // NOLINT: an Ipv4 is an Address
  static constexpr Address v6(Uint128 value) { return Address(Family::kV6, value); }
  // `value` must be within the family.
  static Address of(Family family, Uint128 value);
  // IPv4 as above, IPv6 in any spelling of RFC 4291 without a zone.
  static std::optional<Address> parse(std::string_view text);
  // 4 or 16 octets in network order; nothing for any other length.
  static std::optional<Address> from_bytes(base::Bytes bytes);

  constexpr Family family() const { return family_; }
  constexpr bool is_v4() const { return family_ == Family::kV4; }
  constexpr Uint128 value() const { return value_; }
  Ipv4 v4() const;  // must be IPv4
  // Writes 4 or 16 octets; false if they do not fit.
  bool put(base::ByteWriter& out) const;
  // The neighbours; must exist.
  Address next() const;
  Address previous() const;
  auto operator<=>(const Address&) const = default;

 private:
  constexpr Address(Family family, Uint128 value) : family_(family), value_(value) {}

  Family family_ = Family::kV4;
  Uint128 value_ = 0;
};

std::string text(Ipv4 address);
std::string text(const Address& address);  // RFC 5952 for IPv6

}  // namespace melange::net
