// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/globals.h"

#include "melange/ipam/plan.h"

namespace melange::dhcp {

Globals4 compile(const config::Config& config) {
  return {OptionSet4(ipam::to_options(config.dhcp.options), config.dhcp.force.codes),
          ipam::to_boot(config.dhcp.boot), ClassSet(config.classes)};
}

}  // namespace melange::dhcp
