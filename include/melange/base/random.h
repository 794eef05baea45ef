// SPDX-License-Identifier: Apache-2.0
//
// Octets that nobody can guess, for ids and secrets. Decisions never take any: they are functions
// of their arguments (design.md section 1).
#pragma once

#include "melange/base/bytes.h"
#include "melange/base/error.h"

namespace melange::base {

// Fills all of `out` from the kernel's generator.
[[nodiscard]] Status fill_random(MutableBytes out);

}  // namespace melange::base
