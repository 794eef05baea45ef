// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/served.h"

#include <algorithm>

#include "block_options.h"

namespace melange::dhcp {

bool Pool::contains(const net::Address& address) const {
  return ranges.contains(address) && !denied.covers(address);
}

bool Pool::empty() const {
  // Where 256 endings repeat, one block of them tells whether any is left.
  const auto endings = net::Range::make(net::Ipv4(0), net::Ipv4(255));
  return ranges.empty() || !denied.first_clear(*endings);
}

void ServedNetwork::index_blocks() {
  starts.clear();
  pooled.clear();
  starts.reserve(blocks.size());
  for (const BlockPtr& block : blocks) {
    if (block->retired) break;
    starts.push_back({block->cidr.network().v4(), block->cidr.length(), block.get()});
    if (!block->dynamic.empty()) pooled.push_back(block.get());
  }
  std::ranges::sort(starts, {}, [](const Start& at) { return std::pair(at.first, at.length); });
  for (std::size_t i = 1; i < starts.size(); ++i) starts[i].around = holder(i - 1, starts[i].first);
}

// Of that block and those around it, the smallest that holds `address`.
std::size_t ServedNetwork::holder(std::size_t at, net::Ipv4 address) const {
  while (at != kNone && !starts[at].block->cidr.contains(address)) at = starts[at].around;
  return at;
}

const ServedBlock* ServedNetwork::block_of(net::Ipv4 address) const {
  const auto after = std::ranges::upper_bound(starts, address, {}, &Start::first);
  if (after != starts.begin()) {
    const auto before = static_cast<std::size_t>(after - starts.begin()) - 1;
    if (const auto at = holder(before, address); at != kNone) return starts[at].block;
  }
  // Retired blocks are few, and may lie around one in use.
  const auto found = std::ranges::find_if(
      retired(), [&](const BlockPtr& block) { return block->cidr.contains(address); });
  return found == retired().end() ? nullptr : found->get();
}

const ServedPool* ServedBlock::pool_of(const net::Address& address) const {
  const auto after = std::ranges::upper_bound(
      pools, address, {}, [](const ServedPool& pool) { return pool.range.first(); });
  if (after == pools.begin()) return nullptr;
  const ServedPool& before = *std::prev(after);
  return before.range.contains(address) ? &before : nullptr;
}

ServedBlock compile(const store::Block& block) {
  ServedBlock served;
  served.id = block.id;
  served.network = block.network;
  served.parent = block.parent;
  served.cidr = block.cidr;
  served.dynamic = {net::RangeSet(block.dynamic), block.denied_octets};
  served.lease_time = block.lease_time;
  served.min_lease_time = block.min_lease_time;
  served.max_lease_time = block.max_lease_time;
  served.renew_time = block.renew_time;
  served.rebind_time = block.rebind_time;
  served.retired = block.retired;
  served.options = OptionSet4(block_options(block), block.forced);
  served.boot = block.boot;
  served.classes = block.classes;
  for (const store::PoolRule& rule : block.pool_rules) {
    served.pools.push_back({rule.range, rule.classes, OptionSet4(rule.options, rule.forced)});
  }
  return served;
}

ServedNetwork compile(const store::Network& network) {
  ServedNetwork served;
  served.id = network.id;
  served.name = network.name;
  served.identity = network.identity;
  served.authoritative = network.authoritative;
  served.decline_time = network.decline_time;
  served.hold_time = network.hold_time;
  served.managed_by = network.managed_by;
  served.named_links_only = network.named_links_only;
  served.interfaces = network.interfaces;
  served.relays = network.relays;
  served.options = OptionSet4(network.options, network.forced);
  served.boot = network.boot;
  if (network.server_id && network.server_id->is_v4()) served.server_id = network.server_id->v4();
  served.rapid_commit = network.rapid_commit;
  served.bootp = network.bootp;
  served.trust_relay_information = network.trust_relay_information;
  served.conflict_check = network.conflict_check;
  served.seen_time = network.seen_time;
  return served;
}

}  // namespace melange::dhcp
