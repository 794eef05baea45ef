// SPDX-License-Identifier: Apache-2.0
//
// The second half of allocate.h: taking addresses back.
#include <algorithm>

#include "melange/base/text.h"
#include "melange/ipam/allocate.h"
#include "melange/ipam/interfaces.h"
#include "melange/ipam/lease.h"
#include "ownership.h"

namespace melange::ipam {
namespace {

using store::AddressRecord;
using store::AddressState;

base::Instant later(base::Instant now, base::Seconds time) {
  return time == base::kInfinite ? base::Instant::max() : now + time;
}

base::Seconds quarantine_time(const Draft& draft, const AddressRecord& record) {
  const auto block = draft.block(record.key.block);
  return block ? block->quarantine_time : base::Seconds{};
}

// The owner to be waits no longer; whoever has the lease keeps it.
void withdraw_claim(Draft& draft, const AddressRecord& record) {
  AddressRecord left = record;
  left.reserved_for = {};
  forget_operator(left);
  draft.put(left);
  drop_if_idle(draft, record.interface);
}

// A lease that runs, or ran when the address was deallocated, and what IPAM allocated have an owner
// to give them back to. The rest is nobody's, and an operator clears it.
bool is_nobodys(const AddressRecord& record, base::Instant now) {
  return record.interface.empty() && !is_allocated(record) && !is_live(record, now);
}

void quarantine(Draft& draft, const AddressRecord& record) {
  AddressRecord kept = record;
  kept.state = AddressState::kQuarantined;
  if (is_awaited(record)) {
    kept.identity = record.reserved_for;
    kept.mac.reset();
  }
  kept.reserved_for = {};
  kept.since = draft.now();
  kept.expires = later(draft.now(), quarantine_time(draft, record));
  if (is_live(record, draft.now())) kept.expires = std::max(kept.expires, record.expires);
  draft.put(kept);
}

// True if the quarantine is longer than it had to be: then it is a lease that ends with it.
bool outlasts_retention(const Draft& draft, const AddressRecord& record) {
  return record.expires > later(record.since, quarantine_time(draft, record));
}

}  // namespace

Verdict<void> deallocate(Draft& draft, const AddressRecord& record) {
  if (record.state == AddressState::kQuarantined) return {};
  if (auto left = leave_reservation(draft, record); !left) return left;
  if (is_awaited(record) && is_live(record, draft.now())) {
    withdraw_claim(draft, record);
  } else if (is_nobodys(record, draft.now()) && !is_awaited(record)) {
    draft.erase(record.key);
  } else {
    quarantine(draft, record);
  }
  return {};
}

namespace {

std::optional<Refusal> not_to_restore(const Draft& draft, const AddressRecord& record) {
  if (record.state != AddressState::kQuarantined) {
    return Refusal{Why::kConflict, {{"", "Address is not deallocated"}}};
  }
  if (record.expires <= draft.now()) {
    return Refusal{Why::kNotFound, {{"", "the time to restore the address is over"}}};
  }
  if (is_awaited(record)) return Refusal{Why::kConflict, {{"", "Address is already allocated"}}};
  if (record.interface.empty()) return std::nullopt;
  if (draft.interface(record.interface)) {
    return plugged_elsewhere(draft, record.interface, record.network);
  }
  return Refusal{Why::kConflict, {{"", "the interface that had the address is deleted"}}};
}

}  // namespace

Verdict<AddressRecord> restore(Draft& draft, const AddressRecord& record) {
  if (auto reason = not_to_restore(draft, record)) return std::unexpected(std::move(*reason));
  AddressRecord restored = record;
  restored.since = draft.now();
  // A dynamic lease that was ended. When it would have is not known any more, but it was not later:
  // until then its client may be using it.
  if (record.interface.empty()) {
    restored.state = AddressState::kLeased;
    return draft.put(restored);
  }
  if (record.identity.kind() == wire::IdentityKind::kMac || record.identity.empty()) {
    restored.identity = identity_of(*draft.interface(record.interface));
  }
  // Meanwhile another reservation may have taken them.
  std::erase_if(restored.also, [&](const wire::Identity& identity) {
    const auto others = draft.reservation_with(record.network, identity);
    return identity == restored.identity || (others && others->identity != restored.identity);
  });
  if (outlasts_retention(draft, record)) {
    restored.state = AddressState::kBound;
    return draft.put(restored);
  }
  restored.state = AddressState::kReserved;
  restored.expires = {};
  restored.mac.reset();
  return draft.put(restored);
}

Verdict<void> release_lease(Draft& draft, const AddressRecord& record) {
  if (!is_live(record, draft.now())) {
    return refuse(Why::kConflict, "", "no lease runs on the address");
  }
  const auto block = draft.block(record.key.block);
  const bool pooled = block && net::RangeSet(block->dynamic).contains(record.key.address);
  if (const auto left = after_lease(record, pooled, draft.now())) {
    draft.put(*left);
  } else {
    draft.erase(record.key);
  }
  return {};
}

}  // namespace melange::ipam
