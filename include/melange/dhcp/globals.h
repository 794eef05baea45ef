// SPDX-License-Identifier: Apache-2.0
//
// What the server's configuration says of all networks: options and boot fields of last resort, and
// the client classes. Unlike networks and blocks it is not in the store: it is this server's.
#pragma once

#include "melange/config/config.h"
#include "melange/dhcp/classes.h"
#include "melange/dhcp/option_set.h"

namespace melange::dhcp {

struct Globals4 {
  OptionSet4 options;
  store::Boot boot;
  ClassSet classes;
};

Globals4 compile(const config::Config& config);

}  // namespace melange::dhcp
