// SPDX-License-Identifier: Apache-2.0
//
// Reservations: addresses of a network that belong to one client, in one step.
#pragma once

#include <array>

#include "particulars.h"
#include "route.h"
#include "schemas.h"

namespace melange::admin {

inline constexpr std::int64_t kLongestHex = 3 * 255;  // 255 octets with colons between them

inline constexpr std::array kReservationGiven{
    Field{
        "mac", Type::kMacs,
        "The client's MAC, or several. The client is known by all that is given of these five; the "
        "first in their order stays, the others may change. At most nine in all."},
    Field{.name = "client_id",
          .help = "Its client identifier (option 61) in hex.",
          .most = kLongestHex},
    Field{.name = "duid",
          .help = "Its DUID in hex; heeded where DHCPv6 is served.",
          .most = kLongestHex},
    Field{.name = "circuit_id",
          .help = "What its relay calls its circuit (option 82, sub-option 1), in hex.",
          .most = kLongestHex},
    Field{.name = "remote_id",
          .help = "What its relay calls its end of it (option 82, sub-option 2), in hex.",
          .most = kLongestHex},
    Field{.name = "addresses",
          .type = Type::kAnyAddresses,
          .help = "What belongs to it; any: the next free one of each family, or, in an update, "
                  "what it has.",
          .need = Need::kCreation},
    Field{.name = "hostname", .help = "The name that it is told.", .most = kLongestHostname},
    Field{"options", Type::kOptions, "DHCP options for it alone, by name or number."},
    kForceField,
    kBootField,
    kClassesField,
    Field{.name = "on_conflict",
          .help = "wait: whoever leases an address is told to move at its next renewal. refuse if "
                  "omitted.",
          .choices = kOnConflict},
};
inline constexpr Shape kReservationBody{"new_reservation", "reservation", kReservationGiven};

Answer list_reservations(const Call& call);
Answer create_reservation(const Call& call);
Answer show_reservation(const Call& call);
Answer update_reservation(const Call& call);
Answer delete_reservation(const Call& call);

// What a response shows of a reservation that `draft` makes or changes.
Reply reservation_reply(const Call& call, const ipam::Draft& draft, const store::Network& network,
                        const store::Reservation& reservation);

}  // namespace melange::admin
