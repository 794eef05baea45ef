// SPDX-License-Identifier: Apache-2.0
//
// Networks and blocks as packets need them: compiled from the store's objects, immutable, and
// shared by every topology (topology.h) since the change that made them. IPv4 only.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "melange/base/bytes.h"
#include "melange/base/time.h"
#include "melange/dhcp/option_set.h"
#include "melange/net/octet_mask.h"
#include "melange/net/range.h"
#include "melange/store/objects.h"

namespace melange::dhcp {

// What may be leased of a block: its ranges, but for what ends in an octet that its policy denies.
// The store's free ranges know nothing of these octets (store/view.h).
struct Pool {
  net::RangeSet ranges;
  net::OctetMask denied;

  bool contains(const net::Address& address) const;
  // Nothing if every octet is denied, whatever the ranges.
  bool empty() const;
};

// A part of a block's pools with something of its own.
struct ServedPool {
  net::Range range;
  std::vector<std::string> classes;  // only their members are served from it; none: everybody
  OptionSet4 options;
};

struct ServedBlock {
  store::BlockId id;
  store::NetworkId network;  // 0: none
  store::BlockId parent;     // 0: none
  net::Prefix cidr = *net::Prefix::make(net::Ipv4{}, 0);
  Pool dynamic;  // with the host's own addresses: ask Topology::may_lease
  base::Seconds lease_time{};
  base::Seconds min_lease_time{};
  base::Seconds max_lease_time{};
  std::optional<base::Seconds> renew_time;
  std::optional<base::Seconds> rebind_time;
  bool retired = false;
  OptionSet4 options;  // its own, over what its fields say (mask, routers, DNS, MTU, routes)
  store::Boot boot;
  std::vector<std::string> classes;  // only their members lease from it; none: everybody
  std::vector<ServedPool> pools;     // disjoint, ascending

  // The pool with something of its own that holds `address`; null if none does.
  const ServedPool* pool_of(const net::Address& address) const;
};
using BlockPtr = std::shared_ptr<const ServedBlock>;

struct ServedNetwork {
  store::NetworkId id;
  std::string name;
  store::IdentityPolicy identity = store::IdentityPolicy::kMac;
  bool authoritative = true;
  base::Seconds decline_time{};
  base::Seconds hold_time{};
  store::ManagedBy managed_by = store::ManagedBy::kConfig;
  bool named_links_only = false;
  std::vector<std::string> interfaces;
  std::vector<net::Address> relays;
  OptionSet4 options;
  store::Boot boot;
  std::optional<net::Ipv4> server_id;
  std::optional<bool> rapid_commit;
  bool bootp = false;
  bool trust_relay_information = false;
  std::optional<bool> conflict_check;
  base::Seconds seen_time{};
  // Those that hold addresses, not those that are cut into subnets; in the order of their creation,
  // retired ones last.
  std::vector<BlockPtr> blocks;

  // Blocks in use in the order of their addresses, a block before those within it.
  struct Start {
    net::Ipv4 first;
    unsigned length = 0;
    const ServedBlock* block = nullptr;
    std::size_t around = kNone;  // index of the smallest block around this one
  };
  static constexpr std::size_t kNone = ~std::size_t{0};
  std::vector<Start> starts;
  // Blocks in use that lease at all, in the order of their creation.
  std::vector<const ServedBlock*> pooled;

  // Makes the two lists of `blocks`.
  void index_blocks();
  std::span<const BlockPtr> retired() const { return std::span(blocks).subspan(starts.size()); }
  // The smallest block that holds `address`; null if none does. O(log n)
  const ServedBlock* block_of(net::Ipv4 address) const;
  // RFC 4039, unless it is said: where only reservations are served nobody else may answer.
  bool commits_rapidly() const { return rapid_commit.value_or(pooled.empty()); }
  // Before a fresh address is offered, unless it is said: where any address is leased.
  bool checks_conflicts() const { return conflict_check.value_or(!pooled.empty()); }

 private:
  std::size_t holder(std::size_t at, net::Ipv4 address) const;
};
using NetworkPtr = std::shared_ptr<const ServedNetwork>;

ServedBlock compile(const store::Block& block);
// Without blocks.
ServedNetwork compile(const store::Network& network);

}  // namespace melange::dhcp
