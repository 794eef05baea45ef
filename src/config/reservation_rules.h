// SPDX-License-Identifier: Apache-2.0
//
// The part of semantic.cpp that looks at reservations: each client once, each address once and in a
// block, and no more than a record of the store takes.
#pragma once

#include "melange/config/config.h"
#include "melange/config/load.h"

namespace melange::config {

// `blocks_known`: all blocks of the network have their addresses, and none has another's.
void check_reservations(const Network& network, bool blocks_known, Mistakes& mistakes);

}  // namespace melange::config
