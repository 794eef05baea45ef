// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/sweep.h"

#include <algorithm>

#include "melange/base/limits.h"
#include "melange/ipam/interfaces.h"
#include "melange/ipam/lease.h"

namespace melange::dhcp {
namespace {

using base::Instant;
using store::AddressRecord;
using store::AddressState;

// Declined records stay for the window in which a client's declines are counted (decide4.cpp).
bool is_past(const AddressRecord& record, const ServedNetwork& network, Instant now) {
  switch (record.state) {
    case AddressState::kReserved:
    case AddressState::kQuarantined:  // kept in the order of their ends: see `due`
      return false;
    case AddressState::kBound:
    case AddressState::kLeased:
      return now >= record.expires;
    case AddressState::kHeld:
      return now - record.since >= network.hold_time;
    case AddressState::kDeclined:
      return now >= record.expires && now - record.since >= base::limits::kDeclineWindow;
  }
  return false;
}

store::Change after(const AddressRecord& record, bool pooled, Instant now) {
  const bool was_leased = record.state == AddressState::kBound ||
                          record.state == AddressState::kLeased || !record.reserved_for.empty();
  if (was_leased) {
    if (const auto left = ipam::after_lease(record, pooled, now)) return store::PutAddress{*left};
  }
  return store::EraseAddress{record.key};
}

// What was seen without a lease long ago, as far as there is room; the rest waits for the next
// pass.
void sweep_seen(const store::View& view, const ServedNetwork& network, store::BlockId block,
                Instant now, std::size_t& room, Sweep& swept) {
  view.scan_seen(block, [&](const store::Seen& seen) {
    if (now - seen.at < network.seen_time) return true;
    if (room == 0) return false;
    --room;
    swept.changes.push_back(store::EraseSeen{seen.key});
    return true;
  });
}

// Sweeps one block from `start` on; false once the slice has no room for more.
bool sweep_block(const store::View& view, const Topology& topology, const ServedBlock& block,
                 const net::Address& start, Instant now, std::size_t& room, Sweep& swept) {
  const ServedNetwork* const network = topology.network(block.network);
  if (network == nullptr) return true;
  view.scan(block.id, start, [&](const AddressRecord& record) {
    if (room == 0) {
      swept.next = record.key;
      return false;
    }
    --room;
    if (is_past(record, *network, now)) {
      const bool pooled = topology.may_lease(block, record.key.address);
      swept.changes.push_back(after(record, pooled, now));
    }
    return true;
  });
  if (!swept.next) sweep_seen(view, *network, block.id, now, room, swept);
  return !swept.next;
}

}  // namespace

store::Changes due(const store::View& view, Instant now, std::size_t most) {
  store::Changes changes;
  std::vector<AddressRecord> freed;
  view.scan_due(now, [&](const store::AddressKey& key) {
    if (changes.size() == most) return false;
    const auto record = view.address(key);
    if (!record) return true;
    changes.push_back(after(*record, false, now));
    if (std::holds_alternative<store::EraseAddress>(changes.back())) freed.push_back(*record);
    return true;
  });
  // What was made for an address alone goes with it.
  store::Changes forgotten = ipam::forget_interfaces_of(view, freed);
  changes.insert(changes.end(), forgotten.begin(), forgotten.end());
  return changes;
}

Sweep sweep(const store::View& view, const Topology& topology,
            const std::optional<store::AddressKey>& from, Instant now) {
  Sweep swept;
  swept.changes = due(view, now, base::limits::kSweepRecords);
  std::size_t room =
      base::limits::kSweepRecords - std::min(base::limits::kSweepRecords, swept.changes.size());
  const store::AddressKey begin = from.value_or(store::AddressKey{});
  const auto blocks = topology.blocks();
  const auto first = std::ranges::lower_bound(blocks, begin.block, {},
                                              [](const BlockPtr& block) { return block->id; });
  for (const BlockPtr& block : std::span(first, blocks.end())) {
    const bool resumed = block->id == begin.block;
    const net::Address start = resumed ? begin.address : block->cidr.network();
    if (room == 0) {
      swept.next = {block->id, start};
      break;
    }
    // Ten thousand empty blocks cost as much as so many records.
    --room;
    if (!sweep_block(view, topology, *block, start, now, room, swept)) break;
  }
  return swept;
}

}  // namespace melange::dhcp
