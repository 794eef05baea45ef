// SPDX-License-Identifier: Apache-2.0
//
// Instances: the interfaces of one device, read and replaced as a whole.
#pragma once

#include <array>

#include "plug.h"
#include "route.h"

namespace melange::admin {

inline constexpr std::array kInstanceInterfaceGiven{
    Field{"id", Type::kName, "What the orchestrator calls it; omitted: a name of its own."},
    Field{"mac_address", Type::kMac,
          "Omitted: the one that it has, or the next one of the MAC ranges."},
    Field{"tenant_id", Type::kName, "If given, the instance's."},
    Field{"device_id", Type::kName, "If given, the instance's."},
    Field{.name = "network",
          .type = Type::kObject,
          .help = "Where to plug it in; omitted: nowhere.",
          .inner = &kPlugBody},
};
inline constexpr Shape kInstanceInterfaceBody{"instance_interface", "", kInstanceInterfaceGiven};

inline constexpr std::array kInstanceGiven{
    Field{.name = "tenant_id", .type = Type::kName, .help = "Whose it is.", .need = Need::kAlways},
    Field{.name = "interfaces",
          .type = Type::kObjects,
          .help = "All that it is to have.",
          .need = Need::kAlways,
          .inner = &kInstanceInterfaceBody},
};
inline constexpr Shape kInstanceBody{"new_instance", "instance", kInstanceGiven};

Answer show_instance(const Call& call);
Answer put_instance(const Call& call);
Answer delete_instance(const Call& call);

}  // namespace melange::admin
