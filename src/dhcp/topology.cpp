// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/topology.h"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "block_options.h"
#include "melange/base/text.h"

namespace melange::dhcp {
namespace {

bool matches_any(std::span<const std::string> patterns, const std::string& name) {
  return std::ranges::any_of(
      patterns, [&](const std::string& pattern) { return base::glob_match(pattern, name); });
}

ServedBlock serve(const store::Block& block, const store::Network& network) {
  ServedBlock served;
  served.id = block.id;
  served.cidr = block.cidr;
  served.dynamic = net::RangeSet(block.dynamic);
  served.lease_time = block.lease_time;
  served.min_lease_time = block.min_lease_time;
  served.max_lease_time = block.max_lease_time;
  served.renew_time = block.renew_time;
  served.rebind_time = block.rebind_time;
  served.retired = block.retired;
  served.options = OptionSet4(block_options(block, network));
  return served;
}

// hostile.md W23: what the host itself uses is no client's, whatever the pools say.
void keep_own_out(std::span<const net::Ipv4> own, ServedBlock& block) {
  for (const net::Address address : own) {
    if (block.dynamic.contains(address)) block.dynamic.remove(*net::Range::make(address, address));
  }
}

ServedNetwork serve(const store::Network& network, std::span<const store::Block> blocks,
                    std::span<const net::Ipv4> own) {
  ServedNetwork served;
  served.id = network.id;
  served.name = network.name;
  served.identity = network.identity;
  served.authoritative = network.authoritative;
  served.decline_time = network.decline_time;
  served.hold_time = network.hold_time;
  for (const bool retired : {false, true}) {
    for (const store::Block& block : blocks) {
      const bool ours = block.network == network.id && block.cidr.family() == net::Family::kV4;
      if (!ours || block.retired != retired) continue;
      served.blocks.push_back(serve(block, network));
      keep_own_out(own, served.blocks.back());
    }
  }
  for (std::uint32_t i = 0; i < served.blocks.size(); ++i) {
    if (!served.blocks[i].retired) served.by_address.push_back(i);
  }
  std::ranges::sort(served.by_address, {}, [&](std::uint32_t i) { return served.blocks[i].cidr; });
  return served;
}

bool has_address_in(const net::HostLink& link, const ServedNetwork& network) {
  return std::ranges::any_of(link.addresses, [&](const net::HostAddress& host) {
    const ServedBlock* block = network.block_of(host.address);
    return block != nullptr && !block->retired;
  });
}

// A network whose blocks have all left the configuration waits for its last leases to end: links
// and relays are first the others'.
std::vector<store::Network> in_use_first(std::span<const store::Network> networks,
                                         std::span<const store::Block> blocks) {
  std::set<store::NetworkId> in_use;
  for (const store::Block& block : blocks) {
    if (!block.retired) in_use.insert(block.network);
  }
  std::vector<store::Network> ordered(networks.begin(), networks.end());
  std::ranges::stable_partition(
      ordered, [&](const store::Network& network) { return in_use.contains(network.id); });
  return ordered;
}

// The index of the network that serves the link: one that names it goes before one that has only a
// block around an address of it.
std::optional<std::size_t> network_of(const net::HostLink& link,
                                      std::span<const store::Network> networks,
                                      std::span<const ServedNetwork> served) {
  for (std::size_t i = 0; i < networks.size(); ++i) {
    if (matches_any(networks[i].interfaces, link.name)) return i;
  }
  for (std::size_t i = 0; i < networks.size(); ++i) {
    if (networks[i].interfaces.empty() && has_address_in(link, served[i])) return i;
  }
  return std::nullopt;
}

}  // namespace

OptionSet4::OptionSet4(std::vector<store::OptionValue> values) {
  std::ranges::sort(values, {}, &store::OptionValue::code);
  for (const store::OptionValue& value : values) {
    codes_.push_back(value.code);
    octets_.insert(octets_.end(), value.octets.begin(), value.octets.end());
    ends_.push_back(static_cast<std::uint32_t>(octets_.size()));
  }
}

base::Bytes OptionSet4::find(std::uint8_t code) const {
  const auto at = std::ranges::lower_bound(codes_, code);
  if (at == codes_.end() || *at != code) return {};
  const auto i = static_cast<std::size_t>(at - codes_.begin());
  const std::size_t start = i == 0 ? 0 : ends_[i - 1];
  return base::Bytes(octets_).subspan(start, ends_[i] - start);
}

const ServedBlock* ServedNetwork::block_of(net::Ipv4 address) const {
  const auto after = std::ranges::upper_bound(by_address, net::Address(address), {},
                                              [&](auto i) { return blocks[i].cidr.network(); });
  if (after != by_address.begin()) {
    const ServedBlock& block = blocks[*std::prev(after)];
    if (block.cidr.contains(address)) return &block;
  }
  // Retired blocks are few, and may lie around one in use.
  const auto retired = std::ranges::find_if(blocks, [&](const ServedBlock& block) {
    return block.retired && block.cidr.contains(address);
  });
  return retired == blocks.end() ? nullptr : &*retired;
}

Topology::Topology(std::span<const store::Network> networks, std::span<const store::Block> blocks,
                   std::span<const net::HostLink> links, std::span<const std::string> interfaces) {
  for (const net::HostLink& host : links) {
    for (const net::HostAddress& address : host.addresses) own_.push_back(address.address);
  }
  std::ranges::sort(own_);
  const std::vector<store::Network> ordered = in_use_first(networks, blocks);
  add_networks(ordered, blocks);
  for (const net::HostLink& host : links) {
    if (!host.ethernet || !matches_any(interfaces, host.name)) continue;
    if (const auto index = network_of(host, ordered, networks_)) {
      links_.push_back({host, &networks_[*index]});
    }
  }
  std::ranges::sort(links_, {}, [](const ServedLink& link) { return link.host.ifindex; });
}

void Topology::add_networks(std::span<const store::Network> networks,
                            std::span<const store::Block> blocks) {
  std::map<store::NetworkId, std::vector<store::Block>> blocks_of;
  for (const store::Block& block : blocks) blocks_of[block.network].push_back(block);
  for (const store::Network& network : networks) {
    const auto index = static_cast<std::uint32_t>(networks_.size());
    networks_.push_back(serve(network, blocks_of[network.id], own_));
    for (const net::Address& relay : network.relays) {
      if (relay.is_v4()) relays_.emplace_back(relay.v4(), index);
    }
    for (const std::uint32_t i : networks_.back().by_address) {
      routes_.push_back({networks_.back().blocks[i].cidr, index, network.relays.empty()});
    }
  }
  std::ranges::sort(relays_);
  std::ranges::sort(routes_, [](const Route& a, const Route& b) {
    if (a.prefix.length() != b.prefix.length()) return a.prefix.length() > b.prefix.length();
    return std::tie(a.prefix, a.network) < std::tie(b.prefix, b.network);
  });
}

const ServedLink* Topology::link(int ifindex) const {
  const auto at = std::ranges::lower_bound(
      links_, ifindex, {}, [](const ServedLink& link) { return link.host.ifindex; });
  return at != links_.end() && at->host.ifindex == ifindex ? &*at : nullptr;
}

bool Topology::has_link(const ServedNetwork& network) const {
  return std::ranges::find(links_, &network, &ServedLink::network) != links_.end();
}

const ServedNetwork* Topology::network(store::NetworkId id) const {
  const auto at = std::ranges::find(networks_, id, &ServedNetwork::id);
  return at == networks_.end() ? nullptr : &*at;
}

const ServedNetwork* Topology::relayed(net::Ipv4 giaddr) const {
  const auto named =
      std::ranges::lower_bound(relays_, giaddr, {}, &std::pair<net::Ipv4, std::uint32_t>::first);
  if (named != relays_.end() && named->first == giaddr) return &networks_[named->second];
  return longest(giaddr, true);
}

const ServedNetwork* Topology::routed(net::Ipv4 address) const { return longest(address, false); }

const ServedNetwork* Topology::longest(net::Ipv4 address, bool for_relay) const {
  // One binary search per prefix length in use, of which there are at most 33.
  for (auto length = routes_.begin(); length != routes_.end();) {
    const auto end =
        std::ranges::upper_bound(length, routes_.end(), length->prefix.length(), std::greater{},
                                 [](const Route& route) { return route.prefix.length(); });
    const auto wanted = net::Prefix::make(address, length->prefix.length());
    auto at = std::ranges::lower_bound(length, end, *wanted, {}, &Route::prefix);
    for (; at != end && at->prefix == *wanted; ++at) {
      if (!for_relay || at->any_relay) return &networks_[at->network];
    }
    length = end;
  }
  return nullptr;
}

bool Topology::is_own(net::Ipv4 address) const { return std::ranges::binary_search(own_, address); }

}  // namespace melange::dhcp
