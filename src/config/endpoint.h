// SPDX-License-Identifier: Apache-2.0
//
// What [http] listens on: "192.0.2.1:9898", "[2001:db8::1]:9898" or "unix:/run/x.sock".
#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <string>
#include <string_view>

#include "melange/net/address.h"

namespace melange::config {

struct Endpoint {
  std::string unix_path;  // absolute; empty for TCP
  net::Address address;
  std::uint16_t port = 0;

  // True if other hosts may get at it; 0.0.0.0 and [::] are such.
  bool is_beyond_loopback() const;
  auto operator<=>(const Endpoint&) const = default;
};

// The endpoint, or what is wrong with the text.
std::expected<Endpoint, std::string> parse_endpoint(std::string_view text);

}  // namespace melange::config
