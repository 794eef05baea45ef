// SPDX-License-Identifier: Apache-2.0
//
// How many addresses are in each state, exactly. Of a block it costs the same whatever its size:
// the store counts as things change.
#pragma once

#include <array>

#include "route.h"
#include "schemas.h"

namespace melange::admin {

inline constexpr std::array kUtilizationFields{
    Field{"size", kAny,
          "All addresses. This and all that follow: a number, or a text of digits "
          "where it is beyond 2^53 - 1. Those from free to excluded add up to it."},
    Field{"free", kAny, "Of them, those that may be leased or allocated now."},
    Field{"reserved", kAny, "Allocated, without a lease."},
    Field{"bound", kAny, "Allocated, and leased to their owner."},
    Field{"leased", kAny, "Leased to anyone."},
    Field{"held", kAny, "Kept for their last holder."},
    Field{"declined", kAny, "On probation."},
    Field{"quarantined", kAny, "Deallocated a short time ago."},
    Field{"excluded", kAny, "Never given out automatically."},
    Field{"free_in_pools", kAny, "Of the free ones, those of the pools."},
    Field{"offered", kAny, "On offer; counted above, too, by their state."},
};
inline constexpr Shape kUtilizationShown{"utilization", "utilization", kUtilizationFields};

Answer show_block_utilization(const Call& call);
Answer show_tenant_utilization(const Call& call);
Answer show_utilization(const Call& call);

}  // namespace melange::admin
