// SPDX-License-Identifier: Apache-2.0
//
// Events: what an object was and is, from its stored form.
#include "melange/base/text.h"
#include "show.h"

namespace melange::admin {
namespace {

using store::Event;
using store::ObjectKind;
using store::View;

// The stored form lacks what its key says.
template <class T>
json::value body_of(const Sight& sight, const Event& event, std::string_view body) {
  auto object = store::decode_body<T>(body);
  if (!object) return nullptr;
  object->id.value = static_cast<decltype(object->id.value)>(event.id);
  return show(sight, *object);
}

std::optional<store::AddressRecord> record_of(const Event& event, std::string_view body) {
  auto record = body.empty() ? std::nullopt : store::decode_body<store::AddressRecord>(body);
  if (record && event.address) record->key = {event.block, *event.address};
  return record;
}

json::value address_body(const Sight& sight, const Event& event, std::string_view body) {
  const auto record = record_of(event, body);
  return record ? json::value(show(sight, *record)) : json::value();
}

// Whose client it is, is in the reservation's key alone; as long as it is there, that tells.
json::value reservation_body(const Sight& sight, const Event& event, std::string_view body) {
  auto reservation = store::decode_body<store::Reservation>(body);
  if (!reservation) return nullptr;
  reservation->network = event.network;
  if (const auto stored = sight.view.reservation(reservation->id)) {
    reservation->identity = stored->identity;
  }
  return show(sight, *reservation);
}

json::value nat_body(const View& view, std::string_view body) {
  const auto nat = store::decode_body<store::Nat>(body);
  if (!nat) return nullptr;
  return {{"inside_local", address_id(view, nat->local)},
          {"inside_global", address_id(view, nat->global)}};
}

json::value body_of(const Sight& sight, const Event& event, std::string_view body) {
  if (body.empty()) return nullptr;
  switch (event.object) {
    case ObjectKind::kNetwork:
      return body_of<store::Network>(sight, event, body);
    case ObjectKind::kBlock:
      return body_of<store::Block>(sight, event, body);
    case ObjectKind::kPolicy:
      return body_of<store::Policy>(sight, event, body);
    case ObjectKind::kInterface:
      return body_of<store::Interface>(sight, event, body);
    case ObjectKind::kMacRange:
      return body_of<store::MacRange>(sight, event, body);
    case ObjectKind::kAllocation:
      return body_of<store::Allocation>(sight, event, body);
    case ObjectKind::kReservation:
      return reservation_body(sight, event, body);
    case ObjectKind::kAddress:
      return address_body(sight, event, body);
    case ObjectKind::kNat:
      return nat_body(sight.view, body);
    case ObjectKind::kPolicyRange:
    case ObjectKind::kPolicyOctet:
    case ObjectKind::kRoute:
      break;  // they change with the object that they are in
  }
  return nullptr;
}

json::value name_of(const View& view, store::NetworkId id) {
  const auto network = id.value != 0 ? view.network(id) : std::nullopt;
  return network ? json::value(network->name) : json::value();
}

json::value block_of(const Sight& sight, const Event& event) {
  if (event.block.value == 0) return nullptr;
  return json::value(uuid(sight.view.store_id(), ObjectKind::kBlock, event.block.value));
}

json::value member_of(const json::value& body, std::string_view name) {
  const json::object* object = body.if_object();
  const json::value* member = object != nullptr ? object->if_contains(name) : nullptr;
  return member != nullptr ? *member : json::value();
}

}  // namespace

json::object show(const Sight& sight, const Event& event) {
  json::value before = body_of(sight, event, event.before);
  json::value after = body_of(sight, event, event.after);
  json::value id = member_of(after.is_null() ? before : after, "id");
  return {
      {"number", event.number},
      {"revision", event.revision},
      {"time", show(event.time)},
      {"event", text(event.object, event.kind)},
      {"object", text(event.object)},
      {"object_id", std::move(id)},
      {"tenant_id", event.tenant},
      {"actor", event.actor},
      {"network_id", name_of(sight.view, event.network)},
      {"ip_block_id", block_of(sight, event)},
      {"address", event.address ? json::value(text(*event.address)) : json::value()},
      {"before", std::move(before)},
      {"after", std::move(after)},
  };
}

json::object show_history(const Sight& sight, const Event& event) {
  const json::value after = address_body(sight, event, event.after);
  const json::value holder = after.is_null() ? address_body(sight, event, event.before) : after;
  return {
      {"time", show(event.time)},
      {"event", text(event.object, event.kind)},
      {"number", event.number},
      {"address", event.address ? json::value(text(*event.address)) : json::value()},
      {"ip_block_id", block_of(sight, event)},
      {"network_id", name_of(sight.view, event.network)},
      {"tenant_id", event.tenant},
      {"state", member_of(after, "state")},
      {"mac_address", member_of(holder, "mac_address")},
      {"identity", member_of(holder, "identity")},
      {"interface_id", member_of(holder, "interface_id")},
      {"hostname", member_of(holder, "hostname")},
      {"client_hostname", member_of(holder, "client_hostname")},
      {"expires_at", member_of(after, "expires_at")},
      {"actor", event.actor},
  };
}

}  // namespace melange::admin
