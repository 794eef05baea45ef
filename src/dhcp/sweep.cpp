// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/sweep.h"

#include <algorithm>

#include "lease4.h"
#include "melange/base/limits.h"

namespace melange::dhcp {
namespace {

using base::Instant;
using store::AddressRecord;
using store::AddressState;

// Declined records stay for the window in which a client's declines are counted (decide4.cpp).
bool is_past(const AddressRecord& record, const ServedNetwork& network, Instant now) {
  switch (record.state) {
    case AddressState::kReserved:
      return false;
    case AddressState::kBound:
    case AddressState::kLeased:
    case AddressState::kQuarantined:
      return now >= record.expires;
    case AddressState::kHeld:
      return now - record.since >= network.hold_time;
    case AddressState::kDeclined:
      return now >= record.expires && now - record.since >= base::limits::kDeclineWindow;
  }
  return false;
}

store::Change after(const AddressRecord& record, const ServedBlock& block, Instant now) {
  const bool was_leased = record.state == AddressState::kBound ||
                          record.state == AddressState::kLeased || !record.reserved_for.empty();
  if (was_leased) {
    const auto left = ended(record, block.dynamic.contains(record.key.address), now);
    if (left) return store::PutAddress{*left};
  }
  return store::EraseAddress{record.key};
}

struct Position {
  const ServedNetwork* network;
  const ServedBlock* block;
};

std::vector<Position> all_blocks(const Topology& topology) {
  std::vector<Position> blocks;
  for (const ServedNetwork& network : topology.networks()) {
    for (const ServedBlock& block : network.blocks) blocks.push_back({&network, &block});
  }
  std::ranges::sort(blocks, {}, [](const Position& at) { return at.block->id; });
  return blocks;
}

}  // namespace

Sweep sweep(const store::View& view, const Topology& topology,
            const std::optional<store::AddressKey>& from, Instant now) {
  Sweep swept;
  std::size_t left = base::limits::kSweepRecords;
  for (const Position& at : all_blocks(topology)) {
    if (from && at.block->id < from->block) continue;
    const bool resumed = from && at.block->id == from->block;
    const net::Address start = resumed ? from->address : at.block->cidr.network();
    view.scan(at.block->id, start, [&](const AddressRecord& record) {
      if (left == 0) {
        swept.next = record.key;
        return false;
      }
      --left;
      if (is_past(record, *at.network, now)) swept.changes.push_back(after(record, *at.block, now));
      return true;
    });
    if (swept.next) break;
  }
  return swept;
}

}  // namespace melange::dhcp
