// SPDX-License-Identifier: Apache-2.0
//
// Addresses under a name of the caller's choice, a handle: PUT gives the same ones each time, so
// that a caller who lost the answer asks again. A handle belongs to a tenant: the one that the body
// or the query names, else the token's only one; an admin's is "default".
#pragma once

#include <array>

#include "melange/ipam/allocate.h"
#include "particulars.h"
#include "route.h"
#include "schemas.h"

namespace melange::admin {

inline constexpr std::array kAllocationGiven{
    Field{"tenant_id", Type::kName, "Whose it is."},
    Field{"network_id", Type::kName, "The network that is asked: give this or ip_block_id."},
    Field{.name = "ip_block_id", .help = "The id of the block that is asked."},
    Field{.name = "count",
          .type = Type::kInteger,
          .help = "How many addresses of each family; 1 if omitted.",
          .least = 1,
          .most = ipam::kAddressesAtOnce},
    Field{.name = "families",
          .type = Type::kIntegers,
          .help = "4, 6 or both; omitted: those that the network has.",
          .least = 4,
          .most = 6},
    Field{"mac_address", Type::kMac, "Of the interface that they are for; omitted: it has none."},
    Field{"used_by_device", Type::kName, "The instance that the interface belongs to."},
    Field{"used_by_device_id", Type::kName, "The same, as the first Melange called it."},
    Field{"device_id", Type::kName, "The same."},
    Field{
        .name = "hostname", .help = "The name that the client is told.", .most = kLongestHostname},
    Field{"options", Type::kOptions, "DHCP options for these addresses, by name or number."},
    kForceField,
    kBootField,
    kClassesField,
};
inline constexpr Shape kAllocationBody{"wanted_allocation", "allocation", kAllocationGiven};

inline constexpr std::array kAllocationParameters{
    Parameter{"tenant_id", "Whose it is."},
};

Answer put_allocation(const Call& call);
Answer show_allocation(const Call& call);
Answer delete_allocation(const Call& call);

}  // namespace melange::admin
