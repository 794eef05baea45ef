// SPDX-License-Identifier: Apache-2.0
#include "topology_parts.h"

#include "melange/base/text.h"

namespace melange::dhcp {
namespace {

using store::BlockId;
using store::NetworkId;

// With more changed networks than this, links are looked at anew rather than asked about each.
constexpr std::size_t kFewNetworks = 16;

bool by_id(const auto& a, const auto& b) { return a->id < b->id; }
bool by_creation(const BlockPtr& a, const BlockPtr& b) {
  return std::pair(a->retired, a->id) < std::pair(b->retired, b->id);
}
bool by_rank(const Pattern& a, const Pattern& b) { return a.rank < b.rank; }

template <class T, class Id>
const T* find(const std::vector<T>& sorted, Id id) {
  const auto at = std::ranges::lower_bound(sorted, id, {}, [](const T& each) { return each->id; });
  return at == sorted.end() || (*at)->id != id ? nullptr : &*at;
}

bool matches_any(std::span<const std::string> patterns, const std::string& name) {
  return std::ranges::any_of(
      patterns, [&](const std::string& pattern) { return base::glob_match(pattern, name); });
}

Rank rank_of(const ServedNetwork& network) {
  return {network.starts.empty(), network.managed_by == store::ManagedBy::kApi, network.id};
}

bool serves_links_by_address(const ServedNetwork& network) {
  return network.interfaces.empty() && !network.named_links_only;
}
bool serves_relays_by_address(const ServedNetwork& network) {
  return network.relays.empty() && !network.named_links_only;
}
bool has_clients_behind_routers(const ServedNetwork& network) {
  return !network.relays.empty() || !network.named_links_only;
}

std::vector<Route> routes_to(const std::vector<NetworkPtr>& networks, const auto& serves) {
  std::vector<Route> routes;
  for (const NetworkPtr& network : networks) {
    if (!serves(*network)) continue;
    for (const auto& start : network->starts) {
      routes.push_back(
          {static_cast<std::uint8_t>(32 - start.length), start.first, rank_of(*network)});
    }
  }
  return routes;
}

bool serves_by_address(const ServedNetwork& network, const net::HostLink& link) {
  return serves_links_by_address(network) &&
         std::ranges::any_of(link.addresses, [&](const net::HostAddress& host) {
           const ServedBlock* const block = network.block_of(host.address);
           return block != nullptr && !block->retired;
         });
}

}  // namespace

const ServedNetwork* Topology::Parts::network(NetworkId id) const {
  const NetworkPtr* const found = find(networks, id);
  return found == nullptr ? nullptr : found->get();
}

const ServedNetwork* Topology::Parts::network(const std::optional<Rank>& rank) const {
  return rank ? network(rank->id) : nullptr;
}

BlockPtr Topology::Parts::block(BlockId id) const {
  const BlockPtr* const found = find(blocks, id);
  return found == nullptr ? nullptr : *found;
}

bool Topology::Parts::has_children(BlockId id) const {
  const auto at = std::ranges::lower_bound(children, std::pair(id, BlockId{}));
  return at != children.end() && at->first == id;
}

void Topology::Parts::apply(const Touched& touched) {
  Scope scope = replace_blocks(touched);
  for (const auto& [id, source] : touched.networks) scope.networks.insert(id);
  const std::vector<NetworkPtr> come = compile_networks(touched, scope);
  amend(
      networks, [&](const NetworkPtr& network) { return scope.networks.contains(network->id); },
      come, by_id<NetworkPtr, NetworkPtr>);
  replace_routes(scope, come);
  replace_names(scope, come);
  serve_links(std::vector(all_links), scope.networks);
}

// A block's parent holds addresses itself once it has no child any more, and none from its first.
void Topology::Parts::note(const BlockPtr& block, Scope& scope) const {
  if (block == nullptr) return;
  scope.blocks.insert(block->id);
  scope.networks.insert(block->network);
  const BlockPtr* const parent = find(blocks, block->parent);
  if (parent == nullptr) return;
  scope.blocks.insert(block->parent);
  scope.networks.insert((*parent)->network);
}

Topology::Parts::Scope Topology::Parts::replace_blocks(const Touched& touched) {
  Scope scope;
  std::vector<BlockPtr> come;
  std::vector<std::pair<BlockId, BlockId>> born;
  for (const auto& [id, source] : touched.blocks) {
    note(block(id), scope);
    if (source == nullptr) continue;
    come.push_back(std::make_shared<const ServedBlock>(compile(*source)));
    note(come.back(), scope);
    if (source->parent != BlockId{}) born.emplace_back(source->parent, id);
  }
  amend(
      blocks, [&](const BlockPtr& block) { return touched.blocks.contains(block->id); },
      std::move(come), by_id<BlockPtr, BlockPtr>);
  amend(
      children, [&](const auto& child) { return touched.blocks.contains(child.second); },
      std::move(born));
  return scope;
}

// By network, the blocks that belong into its list and are not there: in the order of their ids.
std::map<NetworkId, std::vector<BlockPtr>> Topology::Parts::placed(const Touched& touched,
                                                                   const Scope& scope) const {
  std::set<NetworkId> fresh;
  for (const auto& [id, source] : touched.networks) {
    if (network(id) == nullptr) fresh.insert(id);
  }
  std::map<NetworkId, std::vector<BlockPtr>> by_network;
  for (const BlockPtr& block : blocks) {
    const bool moves = scope.blocks.contains(block->id) || fresh.contains(block->network);
    if (moves && !has_children(block->id)) by_network[block->network].push_back(block);
  }
  return by_network;
}

std::vector<NetworkPtr> Topology::Parts::compile_networks(const Touched& touched,
                                                          const Scope& scope) const {
  auto moved = placed(touched, scope);
  std::vector<NetworkPtr> made;
  for (const NetworkId id : scope.networks) {
    const ServedNetwork* const before = network(id);
    const auto change = touched.networks.find(id);
    const bool changed = change != touched.networks.end();
    if (changed ? change->second == nullptr : before == nullptr) continue;
    ServedNetwork now = changed ? compile(*change->second) : *before;
    if (changed && before != nullptr) now.blocks = before->blocks;
    amend(
        now.blocks, [&](const BlockPtr& block) { return scope.blocks.contains(block->id); },
        std::move(moved[id]), by_creation);
    now.index_blocks();
    made.push_back(std::make_shared<const ServedNetwork>(std::move(now)));
  }
  return made;
}

void Topology::Parts::replace_routes(const Scope& scope, const std::vector<NetworkPtr>& come) {
  const auto is_gone = [&](NetworkId id) { return scope.networks.contains(id); };
  client_routes.amend_networks(is_gone, routes_to(come, has_clients_behind_routers));
  relay_routes.amend_networks(is_gone, routes_to(come, serves_relays_by_address));
  link_routes.amend_networks(is_gone, routes_to(come, serves_links_by_address));
  std::vector<std::pair<net::Ipv4, Rank>> named;
  for (const NetworkPtr& network : come) {
    for (const net::Address& relay : network->relays) {
      if (relay.is_v4()) named.emplace_back(relay.v4(), rank_of(*network));
    }
  }
  amend(relays, [&](const auto& relay) { return is_gone(relay.second.id); }, std::move(named));
}

void Topology::Parts::replace_names(const Scope& scope, const std::vector<NetworkPtr>& come) {
  const auto is_gone = [&](const Pattern& name) { return scope.networks.contains(name.rank.id); };
  std::vector<Pattern> new_names;
  std::vector<Pattern> new_globs;
  for (const NetworkPtr& network : come) {
    for (const std::string& text : network->interfaces) {
      const bool plain = text.find_first_of("*?") == std::string::npos;
      (plain ? new_names : new_globs).push_back({text, rank_of(*network)});
    }
  }
  amend(names, is_gone, std::move(new_names));
  amend(globs, is_gone, std::move(new_globs), by_rank);
}

void Topology::Parts::serve_links(const std::vector<ServedLink>& before,
                                  const std::set<NetworkId>& changed) {
  all_links.clear();
  links.clear();
  linked.clear();
  auto was = before.begin();
  for (const net::HostLink& link : host->links) {
    while (was != before.end() && was->host.ifindex < link.ifindex) ++was;
    const bool same = was != before.end() && (&was->host == &link || was->host == link);
    const bool stays = same && !concerns(*was, changed);
    all_links.push_back({link, stays ? was->network : network_for(link)});
    if (all_links.back().network == nullptr) continue;
    links.push_back(all_links.back());
    linked.push_back(links.back().network->id);
  }
  std::ranges::sort(linked);
}

bool Topology::Parts::concerns(const ServedLink& link, const std::set<NetworkId>& changed) const {
  if (changed.size() > kFewNetworks) return true;
  if (link.network != nullptr && changed.contains(link.network->id)) return true;
  return std::ranges::any_of(changed, [&](NetworkId id) {
    const ServedNetwork* const now = network(id);
    return now != nullptr &&
           (matches_any(now->interfaces, link.host.name) || serves_by_address(*now, link.host));
  });
}

// A network that names the link goes before one that has only a block around an address of it.
const ServedNetwork* Topology::Parts::network_for(const net::HostLink& link) const {
  std::optional<Rank> first;
  const auto take = [&](const Rank& rank) { first = first ? std::min(*first, rank) : rank; };
  const auto name =
      std::ranges::lower_bound(names, std::string_view(link.name), {}, &Pattern::text);
  if (name != names.end() && name->text == link.name) take(name->rank);
  const auto glob = std::ranges::find_if(
      globs, [&](const Pattern& pattern) { return base::glob_match(pattern.text, link.name); });
  if (glob != globs.end()) take(glob->rank);
  if (first) return network(first);
  for (const net::HostAddress& address : link.addresses) {
    if (const auto rank = link_routes.first(address.address)) take(*rank);
  }
  return network(first);
}

}  // namespace melange::dhcp
