// SPDX-License-Identifier: Apache-2.0
//
// What changes rarely and is read for every packet, compiled from the store and the host's links
// into one immutable value: which network a packet belongs to, and what its blocks say. After a
// change a new one takes its place, which shares with it all that the change did not touch: with
// 10,000 blocks that takes less than a millisecond or two, and reads nothing from the store.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "melange/dhcp/globals.h"
#include "melange/dhcp/served.h"
#include "melange/net/host_link.h"
#include "melange/store/change.h"

namespace melange::dhcp {

struct ServedLink {
  const net::HostLink& host;
  const ServedNetwork* network = nullptr;
};

// Where several networks could serve a link or a relay, the first is taken of: those with a block
// in use, those of the configuration, the lowest id.
class Topology {
 public:
  // All networks and all blocks of the store, in any order. A link is served by the network that
  // matches its name, or else, of the networks without patterns, one that has a block around an
  // address of the link. Only links that match one of `interfaces` (names or globs) are served at
  // all. A network that serves `named_links_only` is found by what it names, never by its blocks.
  Topology(std::span<const store::Network> networks, std::span<const store::Block> blocks,
           std::span<const net::HostLink> links, std::span<const std::string> interfaces,
           std::shared_ptr<const Globals4> globals = std::make_shared<const Globals4>());

  // The topology once these changes, all of one or more commits in their order, are made.
  Topology updated(std::span<const store::Change> changes) const;
  // The same networks on other links.
  Topology relinked(std::span<const net::HostLink> links,
                    std::span<const std::string> interfaces) const;

  const Globals4& globals() const { return *globals_; }
  const ServedLink* link(int ifindex) const;  // null if it is not served
  std::span<const ServedLink> links() const;
  bool has_link(const ServedNetwork& network) const;
  std::span<const NetworkPtr> networks() const;  // ascending by id
  const ServedNetwork* network(store::NetworkId id) const;
  // Every IPv4 block of the store, ascending by id; also those that no network serves.
  std::span<const BlockPtr> blocks() const;
  // The network of a relay: one that names it, else the one with the longest prefix around it that
  // names no relays. Null if none.
  const ServedNetwork* relayed(net::Ipv4 giaddr) const;
  // True if a network names that relay.
  bool names_relay(net::Ipv4 giaddr) const;
  // The network of clients in the subnet of `selected`, as their relay `giaddr` says (RFC 3527).
  const ServedNetwork* selected(net::Ipv4 giaddr, net::Ipv4 selected) const;
  // The network with the longest prefix around `address`; null if none. One that serves named
  // links only has clients behind a router only if it names relays.
  const ServedNetwork* routed(net::Ipv4 address) const;
  bool is_own(net::Ipv4 address) const;  // an address of this host, on whatever link
  // hostile.md W23: what the host itself uses is no client's, whatever the pools say.
  bool may_lease(const ServedBlock& block, const net::Address& address) const;

 private:
  struct Parts;
  Topology(std::shared_ptr<const Parts> parts, std::shared_ptr<const Globals4> globals);
  std::shared_ptr<const Parts> parts_;
  std::shared_ptr<const Globals4> globals_;
};

// True if applying the changes makes another topology.
bool touches_topology(std::span<const store::Change> changes);

}  // namespace melange::dhcp
