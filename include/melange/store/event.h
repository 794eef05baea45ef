// SPDX-License-Identifier: Apache-2.0
//
// The change log: what became true, when, and by whom. The store writes an event with each change
// that it applies, in the same transaction (src/store/applier.cpp); events, history, audit, and
// later webhooks and replication read it. Its numbers have no gap; it is bounded by count and age
// (config [changes]), the oldest go first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "melange/base/time.h"
#include "melange/store/objects.h"

namespace melange::store {

enum class EventKind : std::uint8_t {
  kCreated = 1,
  kUpdated = 2,
  kDeleted = 3,
  // Of an address (ipam.md section 3).
  kReserved = 16,
  kBound = 17,
  kLeased = 18,
  kReleased = 19,
  kExpired = 20,
  kDeclined = 21,
  kQuarantined = 22,
  kRestored = 23,
  kFreed = 24,
  kMoved = 25,  // to another block, when the blocks of a network were cut anew
};

struct Event {
  std::uint64_t number = 0;    // counts up by one
  std::uint64_t revision = 0;  // of the commit that it was part of
  base::Instant time;
  ObjectKind object = ObjectKind::kAddress;
  EventKind kind = EventKind::kUpdated;
  std::string tenant;  // whose object it is
  std::string actor;   // "dhcp", "sweeper", "config", "local" (the unix socket) or "token:<id>"
  NetworkId network;
  BlockId block;                        // of an address
  std::optional<net::Address> address;  // of an address
  std::uint64_t id = 0;                 // of any other object
  // The object's stored form; see View::decode. Empty: it was not there, or is no more.
  std::string before;
  std::string after;

  bool operator==(const Event&) const = default;
};

// "address.leased", "block.created"
std::string text(ObjectKind object, EventKind kind);
std::string_view text(ObjectKind object);

// What happened to an address whose record was `before` and now is `after` (null: none); nothing
// if it is not told: a renewal.
std::optional<EventKind> event_of(const AddressRecord* before, const AddressRecord* after);

template <class E, class Visitor>
  requires std::same_as<std::remove_const_t<E>, Event>
void visit_fields(E& e, Visitor& v) {
  v(1, e.revision), v(2, e.time), v(3, e.object), v(4, e.kind), v(5, e.tenant), v(6, e.actor);
  v(7, e.network), v(8, e.block), v(9, e.address), v(10, e.id), v(11, e.before), v(12, e.after);
}

// An event's stored form as the object that it was; nothing if it is not of that type.
template <class T>
std::optional<T> decode_body(std::string_view body);

}  // namespace melange::store
