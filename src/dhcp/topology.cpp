// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/topology.h"

#include "melange/base/text.h"
#include "topology_parts.h"

namespace melange::dhcp {
namespace {

std::shared_ptr<const Host> make_host(std::span<const net::HostLink> links,
                                      std::span<const std::string> interfaces) {
  auto host = std::make_shared<Host>();
  for (const net::HostLink& link : links) {
    for (const net::HostAddress& address : link.addresses) host->own.push_back(address.address);
    const bool served = std::ranges::any_of(interfaces, [&](const std::string& pattern) {
      return base::glob_match(pattern, link.name);
    });
    if (link.ethernet && served) host->links.push_back(link);
  }
  std::ranges::sort(host->own);
  std::ranges::sort(host->links, {}, &net::HostLink::ifindex);
  return host;
}

// Only what is of IPv4 counts; the family of a block never changes.
void note(const store::PutBlock& change, Touched& touched) {
  if (change.block.cidr.family() != net::Family::kV4) return;
  touched.blocks[change.block.id] = &change.block;
}
void note(const store::EraseBlock& change, Touched& touched) {
  touched.blocks[change.id] = nullptr;
}
void note(const store::PutNetwork& change, Touched& touched) {
  touched.networks[change.network.id] = &change.network;
}
void note(const store::EraseNetwork& change, Touched& touched) {
  touched.networks[change.id] = nullptr;
}
void note(const auto&, Touched&) {}

Touched touched_by(std::span<const store::Change> changes) {
  Touched touched;
  for (const store::Change& change : changes) {
    std::visit([&](const auto& each) { note(each, touched); }, change);
  }
  return touched;
}

bool touches(const Touched& touched) {
  return !touched.blocks.empty() || !touched.networks.empty();
}

}  // namespace

bool touches_topology(std::span<const store::Change> changes) {
  return touches(touched_by(changes));
}

Topology::Topology(std::span<const store::Network> networks, std::span<const store::Block> blocks,
                   std::span<const net::HostLink> links, std::span<const std::string> interfaces,
                   std::shared_ptr<const Globals4> globals)
    : globals_(std::move(globals)) {
  Touched all;
  for (const store::Network& network : networks) all.networks[network.id] = &network;
  for (const store::Block& block : blocks) {
    if (block.cidr.family() == net::Family::kV4) all.blocks[block.id] = &block;
  }
  const auto parts = std::make_shared<Parts>();
  parts->host = make_host(links, interfaces);
  parts->apply(all);
  parts_ = parts;
}

Topology::Topology(std::shared_ptr<const Parts> parts, std::shared_ptr<const Globals4> globals)
    : parts_(std::move(parts)), globals_(std::move(globals)) {}

Topology Topology::updated(std::span<const store::Change> changes) const {
  const Touched touched = touched_by(changes);
  if (!touches(touched)) return *this;
  const auto parts = std::make_shared<Parts>(*parts_);
  parts->apply(touched);
  return Topology(parts, globals_);
}

Topology Topology::relinked(std::span<const net::HostLink> links,
                            std::span<const std::string> interfaces) const {
  const auto parts = std::make_shared<Parts>(*parts_);
  parts->host = make_host(links, interfaces);
  parts->serve_links(parts_->all_links, {});
  return Topology(parts, globals_);
}

const ServedLink* Topology::link(int ifindex) const {
  const auto at = std::ranges::lower_bound(
      parts_->links, ifindex, {}, [](const ServedLink& link) { return link.host.ifindex; });
  return at != parts_->links.end() && at->host.ifindex == ifindex ? &*at : nullptr;
}

std::span<const ServedLink> Topology::links() const { return parts_->links; }

bool Topology::has_link(const ServedNetwork& network) const {
  return std::ranges::binary_search(parts_->linked, network.id);
}

std::span<const NetworkPtr> Topology::networks() const { return parts_->networks; }

const ServedNetwork* Topology::network(store::NetworkId id) const { return parts_->network(id); }

std::span<const BlockPtr> Topology::blocks() const { return parts_->blocks; }

const ServedNetwork* Topology::relayed(net::Ipv4 giaddr) const {
  const auto named =
      std::ranges::lower_bound(parts_->relays, giaddr, {}, &std::pair<net::Ipv4, Rank>::first);
  if (named != parts_->relays.end() && named->first == giaddr) {
    return parts_->network(named->second.id);
  }
  return parts_->network(parts_->relay_routes.longest(giaddr));
}

bool Topology::names_relay(net::Ipv4 giaddr) const {
  return std::ranges::binary_search(parts_->relays, giaddr, {}, &std::pair<net::Ipv4, Rank>::first);
}

const ServedNetwork* Topology::selected(net::Ipv4 giaddr, net::Ipv4 selected) const {
  const ServedNetwork* const named = relayed(giaddr);
  if (named != nullptr && named->block_of(selected) != nullptr) return named;
  return parts_->network(parts_->relay_routes.longest(selected));
}

const ServedNetwork* Topology::routed(net::Ipv4 address) const {
  return parts_->network(parts_->client_routes.longest(address));
}

bool Topology::is_own(net::Ipv4 address) const {
  return std::ranges::binary_search(parts_->host->own, address);
}

bool Topology::may_lease(const ServedBlock& block, const net::Address& address) const {
  return block.dynamic.contains(address) && !(address.is_v4() && is_own(address.v4()));
}

}  // namespace melange::dhcp
