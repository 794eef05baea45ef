// SPDX-License-Identifier: Apache-2.0
#include "block_options.h"

#include <map>

#include "melange/base/bytes.h"
#include "melange/wire/options4.h"

namespace melange::dhcp {
namespace {

namespace code = wire::option4;
using Octets = std::vector<std::uint8_t>;

void append(Octets& out, net::Ipv4 address) {
  const auto octets = address.octets();
  out.insert(out.end(), octets.begin(), octets.end());
}

Octets octets_of(net::Ipv4 address) {
  Octets out;
  append(out, address);
  return out;
}

// RFC 3442: the prefix length, as many octets of the destination as it covers, the router.
void append_route(Octets& out, const net::Prefix& destination, net::Ipv4 router) {
  out.push_back(static_cast<std::uint8_t>(destination.length()));
  const auto octets = destination.network().v4().octets();
  const auto covered = static_cast<std::ptrdiff_t>((destination.length() + 7) / 8);
  out.insert(out.end(), octets.begin(), octets.begin() + covered);
  append(out, router);
}

// RFC 3442: a client that takes option 121 ignores option 3, so the default route stands in it too.
Octets classless_routes(const store::Block& block) {
  Octets out;
  bool has_default = false;
  for (const store::Route& route : block.routes) {
    if (route.destination.family() != net::Family::kV4) continue;
    append_route(out, route.destination, route.gateway.v4());
    has_default = has_default || route.destination.length() == 0;
  }
  if (block.gateway && !has_default) {
    append_route(out, *net::Prefix::make(net::Ipv4{}, 0), block.gateway->v4());
  }
  return out;
}

std::map<std::uint8_t, Octets> options_of_fields(const store::Block& block) {
  std::map<std::uint8_t, Octets> options;
  options[code::kSubnetMask] = octets_of(block.cidr.netmask());
  if (block.cidr.length() <= 30) {
    options[code::kBroadcastAddress] = octets_of(block.cidr.last().v4());
  }
  if (block.gateway) options[code::kRouters] = octets_of(block.gateway->v4());
  for (const net::Address& server : block.dns) {
    append(options[code::kDomainNameServers], server.v4());
  }
  if (block.mtu) {
    options[code::kInterfaceMtu] = {static_cast<std::uint8_t>(*block.mtu >> 8),
                                    static_cast<std::uint8_t>(*block.mtu)};
  }
  if (!block.routes.empty()) options[code::kClasslessRoutes] = classless_routes(block);
  return options;
}

}  // namespace

std::vector<store::OptionValue> block_options(const store::Block& block) {
  std::map<std::uint8_t, Octets> options = options_of_fields(block);
  for (const auto& value : block.options) options[value.code] = value.octets;
  std::vector<store::OptionValue> values;
  for (auto& [option, octets] : options) values.push_back({option, std::move(octets)});
  return values;
}

}  // namespace melange::dhcp
