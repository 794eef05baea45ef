// SPDX-License-Identifier: Apache-2.0
//
// Interfaces, as orchestrators and their tenants see them.
#pragma once

#include <array>

#include "plug.h"
#include "route.h"

namespace melange::admin {

inline constexpr std::array kInterfaceGiven{
    Field{"id", Type::kName, "What the orchestrator calls it; omitted: a name of its own."},
    Field{"device_id", Type::kName, "The instance that it belongs to."},
    Field{"used_by_device", Type::kName, "The same, as it is called elsewhere."},
    Field{"used_by_device_id", Type::kName, "The same."},
    Field{.name = "tenant_id", .type = Type::kName, .help = "Whose it is.", .need = Need::kAlways},
    Field{"mac_address", Type::kMac, "Omitted: the next one of the MAC ranges, if there are any."},
    Field{.name = "network",
          .type = Type::kObject,
          .help = "Where to plug it in; omitted: nowhere yet.",
          .inner = &kPlugBody},
};
inline constexpr Shape kInterfaceBody{"new_interface", "interface", kInterfaceGiven};

Answer list_interfaces(const Call& call);
Answer create_interface(const Call& call);
Answer show_interface(const Call& call);      // of the path's tenant
Answer show_any_interface(const Call& call);  // of any
Answer delete_interface(const Call& call);

// The interface of the path's {vif}: one of the path's tenant, or one that the principal reaches.
std::expected<store::Interface, Problem> own_interface(const Call& call);
std::expected<store::Interface, Problem> reachable_interface(const Call& call);

}  // namespace melange::admin
