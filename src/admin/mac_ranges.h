// SPDX-License-Identifier: Apache-2.0
//
// MAC ranges: what interfaces that bring no MAC are given one of (ipam.md section 3, "Interfaces,
// MACs").
#pragma once

#include <array>

#include "route.h"
#include "shape.h"

namespace melange::admin {

inline constexpr std::array kMacRangeGiven{
    Field{.name = "cidr",
          .help = "All that begin with so many bits: BC:76:4E:20:00:00/27.",
          .need = Need::kCreation},
};
inline constexpr Shape kMacRangeBody{"new_mac_address_range", "mac_address_range", kMacRangeGiven};

Answer list_mac_ranges(const Call& call);
Answer create_mac_range(const Call& call);
Answer show_mac_range(const Call& call);
Answer delete_mac_range(const Call& call);

}  // namespace melange::admin
