// SPDX-License-Identifier: Apache-2.0
//
// What a topology is made of. The lists are copied from one topology to the next, which costs some
// microseconds per thousand; what they point to is shared. All are sorted, and all but the links
// hold values or point to what `blocks` and `networks` keep alive.
#pragma once

#include <map>
#include <set>
#include <string_view>
#include <utility>

#include "melange/dhcp/topology.h"
#include "routes.h"

namespace melange::dhcp {

// The host, as the kernel tells.
struct Host {
  std::vector<net::HostLink> links;  // that could be served, ascending by ifindex
  std::vector<net::Ipv4> own;        // on whatever link, ascending
};

// A name or glob of a network's `interfaces`.
struct Pattern {
  std::string_view text;
  Rank rank;
  auto operator<=>(const Pattern&) const = default;
};

// The last word of a list of changes on each object that a topology is made of. Null: erased.
struct Touched {
  std::map<store::BlockId, const store::Block*> blocks;
  std::map<store::NetworkId, const store::Network*> networks;
};

struct Topology::Parts {
  std::vector<BlockPtr> blocks;                                     // by id
  std::vector<std::pair<store::BlockId, store::BlockId>> children;  // parent, child
  std::vector<NetworkPtr> networks;                                 // by id

  Routes client_routes;
  Routes relay_routes;
  Routes link_routes;
  std::vector<std::pair<net::Ipv4, Rank>> relays;
  std::vector<Pattern> names;  // without wildcards, by text
  std::vector<Pattern> globs;  // by rank

  std::shared_ptr<const Host> host = std::make_shared<const Host>();
  std::vector<ServedLink> all_links;     // of the host; some with no network
  std::vector<ServedLink> links;         // those with one
  std::vector<store::NetworkId> linked;  // networks that have a link

  const ServedNetwork* network(store::NetworkId id) const;
  const ServedNetwork* network(const std::optional<Rank>& rank) const;
  BlockPtr block(store::BlockId id) const;
  bool has_children(store::BlockId id) const;

  void apply(const Touched& touched);
  // Finds the network of each link of `host` that was not the same in `before`, or that one of the
  // networks `changed` serves or served.
  void serve_links(const std::vector<ServedLink>& before,
                   const std::set<store::NetworkId>& changed);

 private:
  // What may have another place than before.
  struct Scope {
    std::set<store::BlockId> blocks;
    std::set<store::NetworkId> networks;
  };

  void note(const BlockPtr& block, Scope& scope) const;
  Scope replace_blocks(const Touched& touched);
  std::map<store::NetworkId, std::vector<BlockPtr>> placed(const Touched& touched,
                                                           const Scope& scope) const;
  std::vector<NetworkPtr> compile_networks(const Touched& touched, const Scope& scope) const;
  void replace_routes(const Scope& scope, const std::vector<NetworkPtr>& come);
  void replace_names(const Scope& scope, const std::vector<NetworkPtr>& come);
  bool concerns(const ServedLink& link, const std::set<store::NetworkId>& changed) const;
  const ServedNetwork* network_for(const net::HostLink& link) const;
};

}  // namespace melange::dhcp
