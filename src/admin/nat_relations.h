// SPDX-License-Identifier: Apache-2.0
//
// Network address translation between allocated addresses, as bookkeeping: the global addresses
// inside of which a local one is seen, and the local ones behind a global one. Either end shows a
// relation, and either may end it.
#pragma once

#include <array>

#include "route.h"
#include "shape.h"

namespace melange::admin {

inline constexpr std::array kOtherEndGiven{
    Field{
        .name = "ip_block_id", .help = "The id of the block that it is in.", .need = Need::kAlways},
    Field{.name = "ip_address",
          .type = Type::kAddress,
          .help = "The address.",
          .need = Need::kAlways},
};
inline constexpr Shape kOtherEndBody{"other_end", "", kOtherEndGiven};

inline constexpr std::array kOtherEndsGiven{
    Field{.name = "ip_addresses",
          .type = Type::kObjects,
          .help = "The other ends.",
          .need = Need::kAlways,
          .inner = &kOtherEndBody},
};
inline constexpr Shape kOtherEndsBody{"other_ends", "", kOtherEndsGiven};

Answer list_inside_globals(const Call& call);
Answer add_inside_globals(const Call& call);
Answer remove_inside_globals(const Call& call);  // all
Answer remove_inside_global(const Call& call);   // those with the path's {other}

Answer list_inside_locals(const Call& call);
Answer add_inside_locals(const Call& call);
Answer remove_inside_locals(const Call& call);
Answer remove_inside_local(const Call& call);

}  // namespace melange::admin
