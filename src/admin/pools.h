// SPDX-License-Identifier: Apache-2.0
//
// The pools of a block, in either of two forms: a range, or an object of a range and what it has of
// its own.
#pragma once

#include <array>

#include "body.h"
#include "schemas.h"

namespace melange::admin {

inline constexpr std::array kPoolGiven{
    Field{.name = "range",
          .type = Type::kRange,
          .help = "A range, a CIDR or an address.",
          .need = Need::kAlways},
    Field{"classes", Type::kClasses, "Only their members are served from it; none: everybody."},
    Field{"options", Type::kOptions, "DHCP options by name or number."},
    Field{"force", Type::kOptionCodes, kForceHelp},
};
inline constexpr Shape kPoolBody{"new_pool", "", kPoolGiven};

// A value of Type::kPools.
Value read_pools(const json::value& value, const Field& field, const std::string& at,
                 const Reading& reading);
// In the form in which each was given.
json::array show_pools(const store::Block& block, const wire::OptionTable4& options);

}  // namespace melange::admin
