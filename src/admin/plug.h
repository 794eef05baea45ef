// SPDX-License-Identifier: Apache-2.0
//
// An interface with the network that it is to be plugged into, as the bodies of several resources
// say it, and the network itself, which may have to be made.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <vector>

#include "melange/ipam/interfaces.h"
#include "route.h"
#include "shape.h"

namespace melange::admin {

inline constexpr std::array kPlugGiven{
    Field{.name = "id", .type = Type::kName, .help = "Its name.", .need = Need::kAlways},
    Field{.name = "tenant_id", .type = Type::kName, .help = "Its tenant.", .need = Need::kAlways},
    Field{"addresses", Type::kAddresses,
          "These; omitted: the next free one of each family that the network has."},
};
inline constexpr Shape kPlugBody{"interface_network", "", kPlugGiven};

struct NamedNetwork {
  std::string tenant;
  std::string name;
};

// What a body says of an interface; `network` is none if it is plugged in nowhere.
struct Plug {
  ipam::Claimant claimant;
  std::optional<NamedNetwork> network;
  std::vector<net::Address> addresses;
};
// The fields `id`, `mac_address` and `network` of `body`.
Plug read_plug(const Body& body, const std::string& tenant, const std::string& at, Faults& faults);

// The network of that name. One that is not there is made with a private block, if the
// configuration says of which addresses.
std::expected<store::Network, Problem> network_to_plug_in(const Call& call, ipam::Draft& draft,
                                                          const NamedNetwork& named);
// Gives the interface its addresses.
std::optional<Problem> plug_in(const Call& call, ipam::Draft& draft,
                               const store::Interface& interface, const Plug& plug);

}  // namespace melange::admin
