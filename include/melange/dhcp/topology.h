// SPDX-License-Identifier: Apache-2.0
//
// What changes rarely and is read for every packet, compiled from the store and the host's links
// into one immutable value: which network a packet belongs to, and the option bytes of each block.
// A new one replaces it as a whole when either changed.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "melange/base/bytes.h"
#include "melange/base/time.h"
#include "melange/net/host_link.h"
#include "melange/net/range.h"
#include "melange/store/objects.h"

namespace melange::dhcp {

// Options in wire form, ready to be copied: network's, under block's, with what the block's own
// fields say (mask, routers, DNS, MTU, routes) between the two.
class OptionSet4 {
 public:
  explicit OptionSet4(std::vector<store::OptionValue> values);

  // Empty if the option is not there. All options here have at least one octet.
  base::Bytes find(std::uint8_t code) const;
  std::span<const std::uint8_t> codes() const { return codes_; }  // ascending

 private:
  std::vector<std::uint8_t> codes_;
  std::vector<std::uint32_t> ends_;  // of each option's octets
  std::vector<std::uint8_t> octets_;
};

struct ServedBlock {
  store::BlockId id;
  net::Prefix cidr = *net::Prefix::make(net::Ipv4{}, 0);
  net::RangeSet dynamic;  // without the host's own addresses
  base::Seconds lease_time{};
  base::Seconds min_lease_time{};
  base::Seconds max_lease_time{};
  std::optional<base::Seconds> renew_time;
  std::optional<base::Seconds> rebind_time;
  bool retired = false;
  OptionSet4 options{{}};
};

struct ServedNetwork {
  store::NetworkId id;
  std::string name;
  store::IdentityPolicy identity = store::IdentityPolicy::kMac;
  bool authoritative = true;
  base::Seconds decline_time{};
  base::Seconds hold_time{};
  std::vector<ServedBlock> blocks;  // IPv4, in creation order; retired ones last

  // The block that holds `address`; null if none does. O(log n)
  const ServedBlock* block_of(net::Ipv4 address) const;

  std::vector<std::uint32_t> by_address;  // indices into `blocks` of those in use, ascending
};

struct ServedLink {
  net::HostLink host;
  const ServedNetwork* network = nullptr;
};

class Topology {
 public:
  // Both lists as the store gives them. A link is served by the first network with a pattern that
  // matches its name, or else, of the networks without patterns, one that has a block with an
  // address of the link. Only links that match one of `interfaces` (names or globs) are served at
  // all. Networks whose blocks are all retired come last, and the host's own addresses are in no
  // pool.
  Topology(std::span<const store::Network> networks, std::span<const store::Block> blocks,
           std::span<const net::HostLink> links, std::span<const std::string> interfaces);
  Topology(const Topology&) = delete;
  Topology& operator=(const Topology&) = delete;

  const ServedLink* link(int ifindex) const;  // null if it is not served
  std::span<const ServedLink> links() const { return links_; }
  bool has_link(const ServedNetwork& network) const;
  std::span<const ServedNetwork> networks() const { return networks_; }
  const ServedNetwork* network(store::NetworkId id) const;
  // The network of a relay: one that names it, else the one with the longest prefix around it that
  // names no relays. Null if none.
  const ServedNetwork* relayed(net::Ipv4 giaddr) const;
  // The network with the longest prefix around `address`; null if none.
  const ServedNetwork* routed(net::Ipv4 address) const;
  bool is_own(net::Ipv4 address) const;  // an address of this host, on whatever link

 private:
  struct Route {
    net::Prefix prefix;
    std::uint32_t network;
    bool any_relay;
  };
  void add_networks(std::span<const store::Network> networks, std::span<const store::Block> blocks);
  const ServedNetwork* longest(net::Ipv4 address, bool for_relay) const;

  std::vector<ServedNetwork> networks_;
  std::vector<ServedLink> links_;                            // ascending by ifindex
  std::vector<net::Ipv4> own_;                               // ascending
  std::vector<std::pair<net::Ipv4, std::uint32_t>> relays_;  // ascending
  std::vector<Route> routes_;  // by length, longest first, then by address
};

}  // namespace melange::dhcp
