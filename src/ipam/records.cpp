// SPDX-License-Identifier: Apache-2.0
#include "records.h"

#include <algorithm>

#include "melange/ipam/lease.h"
#include "ownership.h"

namespace melange::ipam {

using base::Instant;
using store::AddressKey;
using store::AddressRecord;
using store::AddressState;
using wire::Identity;

const store::Block* covering(std::span<const store::Block> blocks, const net::Address& address) {
  const auto block = std::ranges::find_if(
      blocks, [&](const store::Block& candidate) { return candidate.cidr.contains(address); });
  return block == blocks.end() ? nullptr : &*block;
}

AddressRecord with_owner(AddressRecord record, bool exists, const Identity& owner, Instant now) {
  const bool live = exists && is_live(record, now);
  const bool probation =
      exists && now < record.expires &&
      (record.state == AddressState::kDeclined || record.state == AddressState::kQuarantined);
  if (probation || (live && record.identity != owner)) {
    record.reserved_for = owner;
    return record;
  }
  record.reserved_for = {};
  if (live) {
    record.state = AddressState::kBound;
    return record;
  }
  if (exists && record.state == AddressState::kReserved && record.identity == owner) return record;
  record.state = AddressState::kReserved;
  record.identity = owner;
  record.mac.reset();
  record.since = now;
  record.expires = {};
  return record;
}

std::optional<AddressRecord> without_owner(AddressRecord record, const Identity& owner,
                                           Instant now) {
  if (record.reserved_for != owner && record.identity != owner) return record;
  tell(record, {});
  if (record.reserved_for == owner) {
    record.reserved_for = {};
    return record;
  }
  if (record.state == AddressState::kReserved) return std::nullopt;
  if (record.state != AddressState::kBound) return record;
  if (!is_live(record, now)) return std::nullopt;
  record.state = AddressState::kLeased;
  return record;
}

std::optional<AddressRecord> after_lease(const AddressRecord& record, bool pooled, Instant now) {
  AddressRecord left = record;
  left.since = now;
  left.expires = {};
  if (!record.reserved_for.empty()) {
    left.state = AddressState::kReserved;
    left.identity = record.reserved_for;
    left.reserved_for = {};
    left.mac.reset();
    return left;
  }
  if (record.state == AddressState::kBound) {
    left.state = AddressState::kReserved;
    return left;
  }
  if (!pooled) return std::nullopt;
  left.state = AddressState::kHeld;
  forget_operator(left);
  return left;
}

std::optional<AddressRecord> PendingRecords::find(const AddressKey& key) const {
  if (const auto pending = pending_.find(key); pending != pending_.end()) return pending->second;
  if (const auto done = appended_.find(key); done != appended_.end()) return done->second;
  return view_->address(key);
}

void PendingRecords::append_to(store::Changes& changes) {
  for (const auto& [key, record] : pending_) {
    if (!record) changes.push_back(store::EraseAddress{key});
  }
  for (const auto& [key, record] : pending_) {
    if (record) changes.push_back(store::PutAddress{*record});
    appended_[key] = record;
  }
  pending_.clear();
}

}  // namespace melange::ipam
