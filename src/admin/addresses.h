// SPDX-License-Identifier: Apache-2.0
//
// The addresses of a block: what IPAM allocated and what clients leased, which are the same records
// (ipam.md section 3, "Allocation" and "Deallocation is soft").
#pragma once

#include <array>

#include "melange/ipam/allocate.h"
#include "particulars.h"
#include "route.h"
#include "schemas.h"

namespace melange::admin {

inline constexpr std::array kAddressGiven{
    Field{"address", Type::kAddress, "That one; omitted: the next free one."},
    Field{.name = "count",
          .type = Type::kInteger,
          .help = "So many free ones, all or none; the reply is a list then.",
          .least = 1,
          .most = ipam::kAddressesAtOnce},
    Field{"contiguous", Type::kBoolean, "Whether they must be neighbours."},
    Field{"exclude", Type::kRanges, "What not to choose: ranges, CIDRs or addresses."},
    Field{"preferred", Type::kAddress, "Where to begin to look for a free one."},
    Field{"interface_id", Type::kName,
          "The interface, made if it is not there; omitted: that of the MAC, or a new one."},
    Field{"tenant_id", Type::kName, "The interface's tenant; omitted: that of the path."},
    Field{"used_by_device", Type::kName, "The instance that the interface belongs to."},
    Field{"used_by_device_id", Type::kName, "The same, as the first Melange called it."},
    Field{"device_id", Type::kName, "The same."},
    Field{"mac_address", Type::kMac, "The interface's MAC; omitted: one of the MAC ranges."},
    Field{
        .name = "hostname", .help = "The name that the client is told.", .most = kLongestHostname},
    Field{"options", Type::kOptions, "DHCP options for this address alone, by name or number."},
    kForceField,
    kBootField,
    kClassesField,
    Field{.name = "on_conflict",
          .help = "Of an address on lease to another: refuse it, or wait until the holder has been "
                  "told to move. refuse if omitted.",
          .choices = kOnConflict},
};
inline constexpr Shape kAddressBody{"new_ip_address", "ip_address", kAddressGiven};

inline constexpr std::array kAddressParameters{
    Parameter{"state", "Only addresses in that state.", kStates},
};

Answer list_addresses(const Call& call);
Answer create_address(const Call& call);
Answer show_address(const Call& call);
Answer delete_address(const Call& call);
Answer restore_address(const Call& call);

// The address of the path's {block_id} and {address}, if it has a record.
std::expected<store::AddressRecord, Problem> address_of_path(const Call& call);
// The key in an address's id, "<uuid of the block>:<address>", whether it is there or not.
std::optional<store::AddressKey> parse_address_id(const Call& call, std::string_view id);

// The instance that the body names, under any of its names; empty if it names none.
std::string read_device(const Body& body, Faults& faults);
// Nothing is told of a tenant that the principal does not reach.
std::optional<Problem> unreachable(const Call& call, const std::string& tenant);

}  // namespace melange::admin
