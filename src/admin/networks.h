// SPDX-License-Identifier: Apache-2.0
//
// Networks. Which links and relays one serves concerns the host, not the tenant: that takes an
// admin.
#pragma once

#include <array>

#include "particulars.h"
#include "route.h"
#include "schemas.h"

namespace melange::admin {

inline constexpr std::int64_t kLongestTime = 0xfffffffe;

inline constexpr std::array kNetworkGiven{
    Field{"interfaces", Type::kTexts, "Links that it serves: names or globs. Needs an admin."},
    Field{"relays", Type::kAddresses, "Relays that it serves. Needs an admin."},
    Field{.name = "identity", .help = "What a client is known by.", .choices = kIdentities},
    Field{"authoritative", Type::kBoolean, "Whether it refuses what other servers gave out."},
    Field{.name = "decline_time",
          .type = Type::kSeconds,
          .help = "How long a declined address is on probation.",
          .least = 1,
          .most = kLongestTime},
    Field{.name = "hold_time",
          .type = Type::kSeconds,
          .help = "How long an address is kept for its last holder.",
          .most = kLongestTime},
    Field{.name = "seen_time",
          .type = Type::kSeconds,
          .help = "How long an address in use without a lease is remembered.",
          .most = kLongestTime},
    Field{"server_id", Type::kAddress,
          "An IPv4 address of ours, by which clients know us; omitted: that of the link."},
    Field{"rapid_commit", Type::kBoolean,
          "Whether two messages may do for four (RFC 4039); omitted: where there are no pools."},
    Field{"bootp", Type::kBoolean, "Whether BOOTP clients are given what is reserved for them."},
    Field{"trust_relay_information", Type::kBoolean,
          "Whether a switch on the clients' own wire may say what only a relay may (option 82): a "
          "client that is on that wire may, too. Needs an admin."},
    Field{"conflict_check", Type::kBoolean,
          "Whether somebody is looked for at an address before it is offered (ARP); omitted: where "
          "there are pools."},
    Field{"options", Type::kOptions, "DHCP options by name or number."},
    kForceField,
    kBootField,
};
inline constexpr Shape kNetworkBody{"network_settings", "network", kNetworkGiven};

Answer list_networks(const Call& call);
Answer show_network(const Call& call);
Answer put_network(const Call& call);    // makes it, or changes the fields that are given
Answer patch_network(const Call& call);  // changes it
Answer delete_network(const Call& call);

// The tenant's network of that name: for handlers of what is in one.
std::expected<store::Network, Problem> find_network(const Call& call, std::string_view name);

}  // namespace melange::admin
