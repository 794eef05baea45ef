// SPDX-License-Identifier: Apache-2.0
//
// The routes that a block tells its clients: options 121 and 249 (RFC 3442), later RFC 4191.
#pragma once

#include <array>

#include "route.h"
#include "schemas.h"

namespace melange::admin {

inline constexpr std::array kIpRouteGiven{
    Field{.name = "destination",
          .type = Type::kText,
          .help = "Where to: a CIDR, or an address with its netmask beside it.",
          .need = Need::kCreation},
    Field{.name = "gateway",
          .type = Type::kAddress,
          .help = "By which router.",
          .need = Need::kCreation},
    Field{"netmask", Type::kText, "Of a destination that has no length: 255.255.0.0, or a length."},
};
inline constexpr Shape kIpRouteBody{"new_ip_route", "ip_route", kIpRouteGiven};

Answer list_ip_routes(const Call& call);
Answer create_ip_route(const Call& call);
Answer show_ip_route(const Call& call);
Answer update_ip_route(const Call& call);
Answer delete_ip_route(const Call& call);

}  // namespace melange::admin
