// SPDX-License-Identifier: Apache-2.0
//
// Which addresses interfaces have, whatever the block: in the order of the interfaces, then of the
// addresses. What was deallocated is not among them, and neither is what is leased dynamically.
#pragma once

#include <array>

#include "route.h"

namespace melange::admin {

inline constexpr std::array kAllocatedParameters{
    Parameter{"used_by_device", "Only those of that instance."},
};

Answer list_allocated_addresses(const Call& call);      // the tenant's
Answer list_all_allocated_addresses(const Call& call);  // everybody's

}  // namespace melange::admin
