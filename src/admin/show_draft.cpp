// SPDX-License-Identifier: Apache-2.0
#include "show_draft.h"

#include <algorithm>

namespace melange::admin {

using ipam::Draft;
using store::AddressRecord;

json::object show(const Sight& sight, const Draft& draft, const AddressRecord& record) {
  json::object shown = show(sight, record);
  if (const auto network = draft.network(record.network)) shown["network_id"] = network->name;
  const auto interface =
      record.interface.empty() ? std::nullopt : draft.interface(record.interface);
  if (!interface) return shown;
  shown["interface_id"] = interface->vif;
  shown["used_by_tenant"] = interface->tenant;
  shown["used_by_device"] =
      interface->device.empty() ? json::value() : json::value(interface->device);
  return shown;
}

json::object show(const Sight& sight, const Draft& draft, const store::Reservation& reservation) {
  json::object shown = show(sight, reservation);
  const auto interface =
      reservation.interface.empty() ? std::nullopt : draft.interface(reservation.interface);
  if (interface) shown["interface_id"] = interface->vif;
  return shown;
}

json::object show(const Sight& sight, const Draft& draft, const store::Interface& interface) {
  json::object shown = show(sight, interface);
  shown["ip_addresses"] = show(sight, draft, addresses_of(draft, interface.id, kShownAddresses));
  shown["revision"] = revision_of(draft, interface);
  return shown;
}

std::uint64_t revision_of(const Draft& draft, const store::Interface& interface) {
  std::uint64_t revision = interface.revision;
  for (const store::AddressKey& key : draft.addresses_on(interface.id)) {
    const auto record = draft.address(key);
    if (record) revision = std::max(revision, record->revision);
  }
  return revision;
}

json::array show(const Sight& sight, const Draft& draft,
                 const std::vector<AddressRecord>& records) {
  json::array all;
  for (const AddressRecord& record : records) all.push_back(show(sight, draft, record));
  return all;
}

std::vector<AddressRecord> addresses_of(const Draft& draft, store::InterfaceId interface,
                                        std::size_t limit) {
  std::vector<AddressRecord> records;
  for (const store::AddressKey& key : draft.addresses_on(interface)) {
    auto record = draft.address(key);
    if (!record || record->state == store::AddressState::kQuarantined) continue;
    if (records.size() == limit) break;
    records.push_back(std::move(*record));
  }
  return records;
}

}  // namespace melange::admin
