// SPDX-License-Identifier: Apache-2.0
//
// A block's options in wire form, gathered once when the topology is compiled.
#pragma once

#include <vector>

#include "melange/store/objects.h"

namespace melange::dhcp {

// One value per code; the more specific one wins: network's options, then what the block's fields
// say, then the block's options.
std::vector<store::OptionValue> block_options(const store::Block& block,
                                              const store::Network& network);

}  // namespace melange::dhcp
