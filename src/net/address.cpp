// SPDX-License-Identifier: Apache-2.0
#include "melange/net/address.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>

#include "melange/base/check.h"
#include "melange/base/text.h"

namespace melange::net {

using base::check;

std::string text(Uint128 number) {
  std::string digits;
  do {
    digits += static_cast<char>('0' + static_cast<int>(number % 10));
    number /= 10;
  } while (number != 0);
  std::ranges::reverse(digits);
  return digits;
}

std::optional<Ipv4> Ipv4::parse(std::string_view text) {
  const auto parts = base::split(text, '.');
  if (parts.size() != 4) return std::nullopt;
  std::uint32_t value = 0;
  for (const std::string_view part : parts) {
    std::uint8_t octet = 0;
    const auto [end, error] = std::from_chars(part.data(), part.data() + part.size(), octet);
    const bool leading_zero = part.size() > 1 && part.front() == '0';
    if (error != std::errc{} || end != part.data() + part.size() || leading_zero) {
      return std::nullopt;
    }
    value = value << 8 | octet;
  }
  return Ipv4(value);
}

std::array<std::uint8_t, 4> Ipv4::octets() const {
  return {static_cast<std::uint8_t>(value_ >> 24), static_cast<std::uint8_t>(value_ >> 16),
          static_cast<std::uint8_t>(value_ >> 8), static_cast<std::uint8_t>(value_)};
}

unsigned width(Family family) { return family == Family::kV4 ? 32 : 128; }

Uint128 last_value(Family family) {
  return family == Family::kV4 ? Uint128{0xffffffff} : ~Uint128{0};
}

Address Address::of(Family family, Uint128 value) {
  check(value <= last_value(family));
  return Address(family, value);
}

std::optional<Address> Address::parse(std::string_view text) {
  if (const auto v4 = Ipv4::parse(text)) return Address(*v4);
  in6_addr parsed{};
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  if (inet_pton(AF_INET6, std::string(text).c_str(), &parsed) != 1) return std::nullopt;
  return from_bytes(parsed.s6_addr);
}

std::optional<Address> Address::from_bytes(base::Bytes bytes) {
  if (bytes.size() != 4 && bytes.size() != 16) return std::nullopt;
  Uint128 value = 0;
  for (const std::uint8_t octet : bytes) value = value << 8 | octet;
  return Address(bytes.size() == 4 ? Family::kV4 : Family::kV6, value);
}

Ipv4 Address::v4() const {
  check(is_v4());
  return Ipv4(static_cast<std::uint32_t>(value_));
}

bool Address::put(base::ByteWriter& out) const {
  if (is_v4()) return out.u32(static_cast<std::uint32_t>(value_));
  if (out.room() < 16) return false;
  return out.u64(static_cast<std::uint64_t>(value_ >> 64)) &&
         out.u64(static_cast<std::uint64_t>(value_));
}

Address Address::next() const {
  check(value_ != last_value(family_));
  return Address(family_, value_ + 1);
}

Address Address::previous() const {
  check(value_ != 0);
  return Address(family_, value_ - 1);
}

std::string text(Ipv4 address) {
  const auto octets = address.octets();
  return base::cat(octets[0], '.', octets[1], '.', octets[2], '.', octets[3]);
}

std::string text(const Address& address) {
  if (address.is_v4()) return text(address.v4());
  std::array<std::uint8_t, 16> octets{};
  base::ByteWriter writer(octets);
  check(address.put(writer));
  std::array<char, INET6_ADDRSTRLEN> buffer{};
  check(inet_ntop(AF_INET6, octets.data(), buffer.data(), buffer.size()) != nullptr);
  return buffer.data();
}

}  // namespace melange::net
