// SPDX-License-Identifier: Apache-2.0
//
// MACs as numbers, and IPv6 addresses that are made of a MAC (ipam.md section 3, "Allocation").
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "melange/net/mac.h"
#include "melange/store/objects.h"

namespace melange::ipam {

// The address that the block's generator makes; nothing if it makes none: `next`, or a block that
// is longer than a /64.
std::optional<net::Address> generate(const store::Block& block, std::string_view tenant,
                                     const net::Mac& mac);
std::uint64_t number_of(const net::Mac& mac);
net::Mac mac_of(std::uint64_t number);  // of its lowest 48 bits
// The MAC whose number is one higher; the highest is followed by 00:00:00:00:00:00.
net::Mac next_of(const net::Mac& mac);

}  // namespace melange::ipam
