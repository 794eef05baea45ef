// SPDX-License-Identifier: Apache-2.0
#include "allowed_ips.h"

#include <algorithm>

#include "etag.h"
#include "interfaces.h"
#include "melange/base/text.h"
#include "melange/ipam/allowed.h"
#include "networks.h"

namespace melange::admin {
namespace {

using base::cat;
using store::AllowedAddress;
using store::Interface;

json::object shown(const Call& call, const AllowedAddress& allowed) {
  const auto network = call.view().network(allowed.network);
  return {{"network_id", network ? json::value(network->name) : json::value()},
          {"ip_address", text(allowed.address)}};
}

Reply reply_of(const Call& call, const AllowedAddress& allowed, const Interface& interface) {
  Reply reply;
  reply.body.emplace("allowed_ip", shown(call, allowed));
  reply.revision = interface.revision;
  return reply;
}

// A network may be another tenant's, as long as the interface is plugged into it.
std::expected<store::Network, Problem> named_network(const Call& call, const Interface& interface) {
  const std::string name = call.body.get_or<std::string>("network_id", "");
  auto plugged = call.view().network(network_of(call.draft(), interface.id));
  if (plugged && plugged->name == name) return std::move(*plugged);
  return find_network(call, name);
}

}  // namespace

Answer list_allowed_ips(const Call& call) {
  const auto interface = own_interface(call);
  if (!interface) return std::unexpected(interface.error());
  json::array objects;
  for (const AllowedAddress& allowed : ipam::allowed_addresses(call.draft(), *interface)) {
    objects.push_back(shown(call, allowed));
  }
  Reply reply;
  reply.body.emplace("allowed_ips", std::move(objects));
  return reply;
}

Answer create_allowed_ip(const Call& call) {
  const auto interface = own_interface(call);
  if (!interface) return std::unexpected(interface.error());
  const auto network = named_network(call, *interface);
  if (!network) return std::unexpected(network.error());
  const net::Address address = *call.body.get<net::Address>("ip_address");
  ipam::Draft draft = call.draft();
  const auto allowed = ipam::allow(draft, *interface, *network, address);
  if (!allowed) return std::unexpected(of(allowed.error()));
  Reply reply = reply_of(call, {network->id, address}, *allowed);
  reply.location =
      cat("/v1/tenants/", percent_encode(call.tenant()), "/interfaces/",
          percent_encode(interface->vif), "/allowed_ips/", percent_encode(text(address)));
  reply.changes = draft.changes();
  return reply;
}

Answer show_allowed_ip(const Call& call) {
  const auto interface = own_interface(call);
  if (!interface) return std::unexpected(interface.error());
  const auto address = net::Address::parse(call.path.get("address"));
  const auto all = ipam::allowed_addresses(call.draft(), *interface);
  const auto found = std::ranges::find_if(
      all, [&](const AllowedAddress& allowed) { return allowed.address == address; });
  if (found == all.end()) return std::unexpected(not_found("allowed_ip"));
  return reply_of(call, *found, *interface);
}

Answer delete_allowed_ip(const Call& call) {
  const auto interface = own_interface(call);
  if (!interface) return std::unexpected(interface.error());
  const auto address = net::Address::parse(call.path.get("address"));
  if (!address) return std::unexpected(not_found("allowed_ip"));
  if (auto problem = check_match(call, interface->revision)) return std::unexpected(*problem);
  ipam::Draft draft = call.draft();
  if (const auto done = ipam::disallow(draft, *interface, *address); !done) {
    return std::unexpected(of(done.error()));
  }
  Reply reply;
  reply.changes = draft.changes();
  return reply;
}

}  // namespace melange::admin
