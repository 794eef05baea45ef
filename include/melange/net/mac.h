// SPDX-License-Identifier: Apache-2.0
//
// 48-bit Ethernet addresses.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "melange/base/bytes.h"

namespace melange::net {

class Mac {
 public:
  constexpr Mac() = default;  // 00:00:00:00:00:00
  constexpr explicit Mac(std::array<std::uint8_t, 6> octets) : octets_(octets) {}
  // Twelve hex digits with ':', '-' or nothing between the octets.
  static std::optional<Mac> parse(std::string_view text);
  // Nothing unless there are exactly six octets.
  static std::optional<Mac> from_bytes(base::Bytes bytes);

  base::Bytes bytes() const { return octets_; }
  constexpr bool is_multicast() const { return (octets_[0] & 1) != 0; }
  auto operator<=>(const Mac&) const = default;

 private:
  std::array<std::uint8_t, 6> octets_{};
};
inline constexpr Mac kBroadcastMac{{0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};

std::string text(const Mac& mac);  // 52:54:00:12:34:56

}  // namespace melange::net
