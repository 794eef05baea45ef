// SPDX-License-Identifier: Apache-2.0
//
// `options = { name = value, ... }`: DHCPv4 options by the names and forms of wire/options4.h,
// turned into octets here, so that what cannot be sent is refused before the server starts.
#pragma once

#include "melange/config/config.h"
#include "melange/config/load.h"
#include "node.h"

namespace melange::config {

// The options of a table; what is wrong with each of the others goes to `mistakes`, at its own
// line.
Options4 read_options(const Node& node, Mistakes& mistakes);

}  // namespace melange::config
