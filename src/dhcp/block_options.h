// SPDX-License-Identifier: Apache-2.0
//
// A block's options in wire form, gathered once when the topology is compiled.
#pragma once

#include <vector>

#include "melange/store/objects.h"

namespace melange::dhcp {

// One value per code: the block's own options go before what its fields say (mask, routers, DNS,
// MTU, routes). The block must be of IPv4.
std::vector<store::OptionValue> block_options(const store::Block& block);

}  // namespace melange::dhcp
