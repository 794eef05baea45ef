// SPDX-License-Identifier: Apache-2.0
#include "melange/net/mac.h"

#include <algorithm>

#include "melange/base/text.h"

namespace melange::net {

std::optional<Mac> Mac::parse(std::string_view text) {
  if (text.size() != 12 && text.size() != 17) return std::nullopt;
  const auto octets = base::parse_hex(text);
  return octets ? from_bytes(*octets) : std::nullopt;
}

std::optional<Mac> Mac::from_bytes(base::Bytes bytes) {
  if (bytes.size() != 6) return std::nullopt;
  std::array<std::uint8_t, 6> octets{};
  std::ranges::copy(bytes, octets.begin());
  return Mac(octets);
}

std::string text(const Mac& mac) {
  std::string out;
  for (const std::uint8_t octet : mac.bytes()) {
    if (!out.empty()) out += ':';
    out += base::hex({&octet, 1});
  }
  return out;
}

}  // namespace melange::net
