// SPDX-License-Identifier: Apache-2.0
//
// Rules between values: what each key allows, but the file as a whole does not (hostile.md C4, C5).
#pragma once

#include "melange/config/config.h"
#include "melange/config/load.h"

namespace melange::config {

// Adds to `mistakes`, which holds those of single values; what has one already is not judged by its
// default. Costs O(n log n) in the size of the file.
void check_meaning(const Config& config, Mistakes& mistakes);

}  // namespace melange::config
