// SPDX-License-Identifier: Apache-2.0
//
// Networks. Which links and relays one serves concerns the host, not the tenant: that takes an
// admin.
#pragma once

#include <array>

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
    Field{"options", Type::kOptions, "DHCP options by name or number."},
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
