// SPDX-License-Identifier: Apache-2.0
#include "routes.h"

namespace melange::dhcp {
namespace {

net::Ipv4 network_of(net::Ipv4 address, unsigned host_bits) {
  return net::Ipv4(host_bits >= 32 ? 0 : address.value() >> host_bits << host_bits);
}

// Calls `visit` for the first network of each prefix around `address`, the longest prefix first,
// until it returns false: one search per length in use, of which there are at most 33.
void for_each_around(const std::vector<Route>& routes, net::Ipv4 address, const auto& visit) {
  for (auto length = routes.begin(); length != routes.end();) {
    const std::uint8_t host_bits = length->host_bits;
    const Route wanted{host_bits, network_of(address, host_bits), {}};
    const auto at = std::lower_bound(length, routes.end(), wanted);
    const bool found =
        at != routes.end() && at->host_bits == host_bits && at->first == wanted.first;
    if (found && !visit(at->rank)) return;
    length = std::ranges::upper_bound(at, routes.end(), host_bits, {}, &Route::host_bits);
  }
}

}  // namespace

std::optional<Rank> Routes::longest(net::Ipv4 address) const {
  std::optional<Rank> found;
  for_each_around(routes_, address, [&](const Rank& rank) {
    found = rank;
    return false;
  });
  return found;
}

std::optional<Rank> Routes::first(net::Ipv4 address) const {
  std::optional<Rank> found;
  for_each_around(routes_, address, [&](const Rank& rank) {
    found = found ? std::min(*found, rank) : rank;
    return true;
  });
  return found;
}

}  // namespace melange::dhcp
