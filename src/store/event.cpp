// SPDX-License-Identifier: Apache-2.0
#include "melange/store/event.h"

#include <array>

#include "melange/base/text.h"

namespace melange::store {
namespace {

constexpr std::array<std::string_view, kObjectKinds> kObjectNames{
    "",           "network",      "block",        "policy", "interface", "reservation", "mac_range",
    "allocation", "policy_range", "policy_octet", "route",  "address",   "nat"};

std::string_view verb(EventKind kind) {
  switch (kind) {
    case EventKind::kCreated:
      return "created";
    case EventKind::kUpdated:
      return "updated";
    case EventKind::kDeleted:
      return "deleted";
    case EventKind::kReserved:
      return "reserved";
    case EventKind::kBound:
      return "bound";
    case EventKind::kLeased:
      return "leased";
    case EventKind::kReleased:
      return "released";
    case EventKind::kExpired:
      return "expired";
    case EventKind::kDeclined:
      return "declined";
    case EventKind::kQuarantined:
      return "quarantined";
    case EventKind::kRestored:
      return "restored";
    case EventKind::kFreed:
      return "freed";
    case EventKind::kMoved:
      return "moved";
  }
  return {};
}

bool has_lease(AddressState state) {
  return state == AddressState::kBound || state == AddressState::kLeased;
}

// A lease that ran out was stamped before the record that took its place.
EventKind end_of_lease(const AddressRecord& before, const AddressRecord& after) {
  return before.expires <= after.since ? EventKind::kExpired : EventKind::kReleased;
}

EventKind begin_of(const AddressRecord& after) {
  switch (after.state) {
    case AddressState::kReserved:
      return EventKind::kReserved;
    case AddressState::kBound:
      return EventKind::kBound;
    case AddressState::kLeased:
      return EventKind::kLeased;
    case AddressState::kHeld:
      return EventKind::kReleased;
    case AddressState::kDeclined:
      return EventKind::kDeclined;
    case AddressState::kQuarantined:
      return EventKind::kQuarantined;
  }
  return EventKind::kUpdated;
}

std::optional<EventKind> within_state(const AddressRecord& before, const AddressRecord& after) {
  if (before.identity != after.identity) return begin_of(after);
  AddressRecord renewed = before;
  renewed.since = after.since;
  renewed.expires = after.expires;
  renewed.revision = after.revision;
  if (renewed != after) return EventKind::kUpdated;
  // The same client again, but the lease had run out in between: it is a new one.
  if (has_lease(after.state) && before.expires <= after.since) return begin_of(after);
  return std::nullopt;
}

}  // namespace

std::string_view text(ObjectKind object) {
  const auto index = static_cast<std::size_t>(object);
  return index < kObjectNames.size() ? kObjectNames[index] : std::string_view();
}

std::string text(ObjectKind object, EventKind kind) {
  return base::cat(text(object), '.', verb(kind));
}

std::optional<EventKind> event_of(const AddressRecord* before, const AddressRecord* after) {
  if (after == nullptr) return EventKind::kFreed;
  if (before == nullptr) return begin_of(*after);
  if (before->state == after->state) return within_state(*before, *after);
  const bool is_owned =
      after->state == AddressState::kReserved || after->state == AddressState::kBound;
  if (before->state == AddressState::kQuarantined && is_owned) return EventKind::kRestored;
  const bool ends = has_lease(before->state) && (after->state == AddressState::kHeld ||
                                                 after->state == AddressState::kReserved);
  return ends ? end_of_lease(*before, *after) : begin_of(*after);
}

}  // namespace melange::store
