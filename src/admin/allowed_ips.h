// SPDX-License-Identifier: Apache-2.0
//
// Addresses that an interface may use: its own, and those that it is allowed to beside them.
#pragma once

#include <array>

#include "route.h"
#include "shape.h"

namespace melange::admin {

inline constexpr std::array kAllowedGiven{
    Field{.name = "network_id",
          .type = Type::kName,
          .help = "The network's name.",
          .need = Need::kAlways},
    Field{.name = "ip_address",
          .type = Type::kAddress,
          .help = "The address; it need not be anybody's.",
          .need = Need::kAlways},
};
inline constexpr Shape kAllowedBody{"new_allowed_ip", "allowed_ip", kAllowedGiven};

Answer list_allowed_ips(const Call& call);
Answer create_allowed_ip(const Call& call);
Answer show_allowed_ip(const Call& call);
Answer delete_allowed_ip(const Call& call);

}  // namespace melange::admin
