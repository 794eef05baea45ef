// SPDX-License-Identifier: Apache-2.0
#include "plug.h"

#include <algorithm>

#include "melange/ipam/allocate.h"
#include "melange/ipam/blocks.h"
#include "particulars.h"

namespace melange::admin {
namespace {

// What a network that has to be made begins with, if the configuration says.
std::optional<store::Block> first_block(const Settings& settings) {
  if (!settings.default_cidr) return std::nullopt;
  store::Block block;
  block.cidr = *settings.default_cidr;
  block.quarantine_time = settings.quarantine_time;
  std::ranges::copy_if(
      settings.dns, std::back_inserter(block.dns),
      [&](const net::Address& server) { return server.family() == block.cidr.family(); });
  return block;
}

}  // namespace

Plug read_plug(const Body& body, const std::string& tenant, const std::string& at, Faults& faults) {
  Plug plug;
  plug.claimant.tenant = tenant;
  plug.claimant.vif = body.get_or<std::string>("id", "");
  plug.claimant.mac = read_mac(body, "mac_address", at, faults);
  const auto* network = body.get<Bodies>("network");
  if (network == nullptr) return plug;
  plug.network = NamedNetwork{network->front().get_or<std::string>("tenant_id", ""),
                              network->front().get_or<std::string>("id", "")};
  plug.addresses = network->front().get_or<Addresses>("addresses", {});
  return plug;
}

std::expected<store::Network, Problem> network_to_plug_in(const Call& call, ipam::Draft& draft,
                                                          const NamedNetwork& named) {
  auto network =
      ipam::require_network(draft, named.tenant, named.name, first_block(call.context.settings));
  if (!network) return std::unexpected(of(network.error()));
  return std::move(*network);
}

std::optional<Problem> plug_in(const Call& call, ipam::Draft& draft,
                               const store::Interface& interface, const Plug& plug) {
  if (!plug.network) return std::nullopt;
  const auto network = network_to_plug_in(call, draft, *plug.network);
  if (!network) return network.error();
  const ipam::Grantee grantee{interface, ipam::identity_of(interface), {}};
  const auto records =
      ipam::allocate_in(draft, *network, ipam::NetworkWish{.addresses = plug.addresses}, grantee);
  return records ? std::nullopt : std::optional(of(records.error()));
}

}  // namespace melange::admin
