// SPDX-License-Identifier: Apache-2.0
//
// The part of semantic.cpp that looks at client classes, and at who names them.
#pragma once

#include "melange/config/config.h"
#include "melange/config/load.h"

namespace melange::config {

void check_classes(const Config& config, Mistakes& mistakes);

}  // namespace melange::config
