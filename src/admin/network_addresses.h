// SPDX-License-Identifier: Apache-2.0
//
// Addresses for an interface from whichever blocks of a network have room: one of each family.
#pragma once

#include <array>

#include "route.h"

namespace melange::admin {

inline constexpr std::array kNetworkAddressesGiven{
    Field{"addresses", Type::kAddresses, "These, all or none; omitted: the next free ones."},
    Field{"tenant_id", Type::kName, "The interface's tenant; omitted: that of the path."},
    Field{"used_by_device", Type::kName, "The instance that the interface belongs to."},
    Field{"used_by_device_id", Type::kName, "The same, as the first Melange called it."},
    Field{"device_id", Type::kName, "The same."},
    Field{"mac_address", Type::kMac,
          "The interface's MAC; omitted: the next one of the MAC ranges, if it is made."},
    Field{"partial", Type::kBoolean, "Whether a family that is full is left out."},
};
inline constexpr Shape kNetworkAddressesBody{"network_addresses", "network",
                                             kNetworkAddressesGiven};

inline constexpr std::array kYesNo{std::string_view("true"), std::string_view("false")};
inline constexpr std::array kPartialParameters{
    Parameter{"partial", "As the field of that name.", kYesNo},
};

Answer list_network_addresses(const Call& call);
Answer allocate_network_addresses(const Call& call);
Answer delete_network_addresses(const Call& call);

}  // namespace melange::admin
