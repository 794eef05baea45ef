// SPDX-License-Identifier: Apache-2.0
//
// Leases: the addresses that clients have or had by DHCP, as records in state leased, bound, held
// or declined. A lease that ended without anybody having noted it yet is shown as what it is now.
#pragma once

#include <array>

#include "route.h"

namespace melange::admin {

inline constexpr std::array kLeaseStates{std::string_view("leased"), std::string_view("bound"),
                                         std::string_view("held"), std::string_view("declined")};
inline constexpr std::array kLeaseParameters{
    Parameter{"address", "The lease of this address."},
    Parameter{"mac", "Those of the client with this MAC."},
    Parameter{"client_id", "Those of the client with this client identifier, in hex."},
    Parameter{"duid", "Those of the client with this DUID, in hex."},
    Parameter{"hostname", "Those of the address with this host name."},
    Parameter{"state", "Those in this state.", kLeaseStates},
};

// By block, then by address. A page may be short, or empty, and still link to the next one: a
// request looks at so many records and no more.
Answer list_leases(const Call& call);
Answer list_all_leases(const Call& call);  // of all networks
Answer release_lease(const Call& call);
Answer reserve_lease(const Call& call);

}  // namespace melange::admin
