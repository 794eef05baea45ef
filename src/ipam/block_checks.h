// SPDX-License-Identifier: Apache-2.0
//
// What is checked of a block by itself, whatever else the store holds.
#pragma once

#include <vector>

#include "melange/ipam/refusal.h"
#include "melange/store/objects.h"

namespace melange::ipam {

// Adds what is wrong with the block's fields.
void check_fields(const store::Block& block, std::vector<Fault>& faults);

}  // namespace melange::ipam
