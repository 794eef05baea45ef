// SPDX-License-Identifier: Apache-2.0
#include "melange/ipam/interfaces.h"

#include <algorithm>
#include <set>

#include "generate.h"
#include "melange/base/limits.h"
#include "melange/base/text.h"
#include "melange/ipam/allocate.h"

namespace melange::ipam {
namespace {

using base::cat;
using store::Interface;
using store::InterfaceId;

constexpr std::string_view kLasting = "vif-";  // before the id, in the name of one that stays

std::string own_name(const store::View& view, InterfaceId id) {
  return store::uuid(view.store_id(), store::ObjectKind::kInterface, id.value);
}

// A name that an interface to come may be given: whoever took it now would stop that one.
bool is_own_name(const store::View& view, std::string_view name) {
  if (name.starts_with(kLasting)) name.remove_prefix(kLasting.size());
  return store::parse_uuid(name, view.store_id(), store::ObjectKind::kInterface).has_value();
}

// What is wrong with the claimant's words, whatever the store holds.
std::vector<Fault> faults_of(const store::View& view, const Claimant& claimant) {
  constexpr std::size_t most = base::limits::kNameSize;
  std::vector<Fault> faults;
  const auto check = [&](std::string_view name, std::string_view field) {
    if (name.size() <= most) return;
    faults.push_back({std::string(field), cat("is longer than ", most, " octets")});
  };
  check(claimant.tenant, "tenant_id");
  check(claimant.vif, "interface_id");
  check(claimant.device, "used_by_device");
  if (claimant.tenant.empty()) faults.push_back({"tenant_id", "is missing"});
  if (claimant.mac && claimant.mac->is_multicast()) {
    faults.push_back({"mac_address", cat(text(*claimant.mac), " is a multicast address")});
  }
  if (is_own_name(view, claimant.vif) && !view.interface_named(claimant.vif)) {
    faults.push_back({"interface_id", "is of a form that only this server gives"});
  }
  return faults;
}

std::unexpected<Refusal> others_mac(const net::Mac& mac) {
  return refuse(Why::kConflict, "mac_address", cat(text(mac), " is another interface's"));
}

// Addresses that were given to it while it had no MAC are found on the wire from now on.
void tell_addresses(Draft& draft, const Interface& interface) {
  for (const store::AddressKey& key : draft.addresses_on(interface.id)) {
    auto record = draft.address(key);
    const bool reserved = record && record->state == store::AddressState::kReserved;
    if (!reserved || !record->identity.empty()) continue;
    record->identity = identity_of(interface);
    draft.put(std::move(*record));
  }
}

// The name may be known already: another tenant's interface is none of this one's business.
Verdict<Interface> adopt(Draft& draft, Interface interface, const Claimant& claimant) {
  if (interface.tenant != claimant.tenant) {
    return refuse(Why::kNotFound, "interface_id",
                  cat("Interface '", claimant.vif, "' is not this tenant's"));
  }
  const Interface before = interface;
  if (claimant.mac && interface.mac && claimant.mac != interface.mac) {
    return refuse(Why::kConflict, "mac_address",
                  cat("the interface has the MAC address ", text(*interface.mac)));
  }
  if (claimant.mac && !interface.mac) {
    if (draft.interface_with(*claimant.mac)) return others_mac(*claimant.mac);
    interface.mac = claimant.mac;
    tell_addresses(draft, interface);
  }
  if (!claimant.device.empty()) interface.device = claimant.device;
  return interface == before ? interface : draft.put(interface);
}

bool is_of_ranges(const Draft& draft, std::span<const std::uint64_t> ranges, const net::Mac& mac) {
  return std::ranges::any_of(ranges, [&](std::uint64_t number) {
    const auto range = draft.view().mac_range(store::MacRangeId{number});
    return range && (number_of(range->first) ^ number_of(mac)) >> (48 - range->length) == 0;
  });
}

}  // namespace

Verdict<std::optional<net::Mac>> next_mac(const Draft& draft) {
  const auto ranges =
      draft.view().list(store::Listing::all(store::ObjectKind::kMacRange), 0, SIZE_MAX);
  if (ranges.empty()) return std::nullopt;
  for (const net::Mac& freed : draft.freed_macs()) {
    if (is_of_ranges(draft, ranges, freed)) return freed;
  }
  for (const std::uint64_t number : ranges) {
    net::Address from = net::Address::v6(0);
    while (const auto run = draft.view().next_mac(store::MacRangeId{number}, from)) {
      // Those that this request has given out already are few, and the lowest.
      for (net::Address at = run->first();; at = at.next()) {
        const net::Mac mac = mac_of(static_cast<std::uint64_t>(at.value()));
        if (!draft.interface_with(mac)) return mac;
        if (at == run->last()) break;
      }
      from = run->last().next();
    }
  }
  return refuse(Why::kImpossible, "mac_address", "No more mac Addresses");
}

Verdict<Interface> make_interface(Draft& draft, const Claimant& claimant) {
  if (auto faults = faults_of(draft.view(), claimant); !faults.empty()) {
    return std::unexpected(Refusal{Why::kInvalid, std::move(faults)});
  }
  Interface interface;
  interface.id = draft.new_interface();
  interface.vif = claimant.vif;
  if (claimant.vif.empty()) {
    interface.vif = cat(claimant.lasting ? kLasting : "", own_name(draft.view(), interface.id));
  }
  interface.tenant = claimant.tenant;
  interface.device = claimant.device;
  interface.created = draft.now();
  if (draft.interface_named(interface.vif)) {
    return refuse(Why::kConflict, "id", cat("there is an interface '", interface.vif, "' already"));
  }
  interface.mac = claimant.mac;
  if (!interface.mac && !claimant.without_mac) {
    const auto mac = next_mac(draft);
    if (!mac) return std::unexpected(mac.error());
    interface.mac = *mac;
  } else if (interface.mac && draft.interface_with(*interface.mac)) {
    return others_mac(*interface.mac);
  }
  return draft.put(interface);
}

Verdict<Interface> find_or_make(Draft& draft, const Claimant& claimant) {
  if (auto faults = faults_of(draft.view(), claimant); !faults.empty()) {
    return std::unexpected(Refusal{Why::kInvalid, std::move(faults)});
  }
  if (!claimant.vif.empty()) {
    const auto known = draft.interface_named(claimant.vif);
    return known ? adopt(draft, *known, claimant) : make_interface(draft, claimant);
  }
  const auto same_mac = claimant.mac ? draft.interface_with(*claimant.mac) : std::nullopt;
  if (!same_mac) return make_interface(draft, claimant);
  if (same_mac->tenant == claimant.tenant) return adopt(draft, *same_mac, claimant);
  return others_mac(*claimant.mac);
}

Verdict<void> delete_interface(Draft& draft, const Interface& interface) {
  for (const store::AddressKey& key : draft.addresses_on(interface.id)) {
    const auto record = draft.address(key);
    if (!record) continue;
    if (auto gone = deallocate(draft, *record); !gone) return gone;
  }
  draft.erase(interface.id);
  return {};
}

bool is_named_here(const store::View& view, const Interface& interface) {
  return is_made_for_address(view, interface) ||
         interface.vif == cat(kLasting, own_name(view, interface.id));
}

bool is_made_for_address(const store::View& view, const Interface& interface) {
  return interface.vif == own_name(view, interface.id);
}

store::Changes forget_interfaces_of(const store::View& view,
                                    std::span<const store::AddressRecord> freed) {
  std::set<store::AddressKey> gone;
  std::set<InterfaceId> touched;
  for (const store::AddressRecord& record : freed) {
    gone.insert(record.key);
    if (!record.interface.empty()) touched.insert(record.interface);
  }
  store::Changes changes;
  for (const InterfaceId id : touched) {
    const auto interface = view.interface(id);
    if (!interface || !is_made_for_address(view, *interface)) continue;
    const auto keys = view.addresses_on(id);
    const bool last =
        std::ranges::all_of(keys, [&](const store::AddressKey& key) { return gone.contains(key); });
    if (last) changes.push_back(store::Erase<Interface>{id});
  }
  return changes;
}

wire::Identity identity_of(const Interface& interface) {
  return interface.mac ? wire::Identity::of(*interface.mac) : wire::Identity();
}

store::NetworkId network_of(const Draft& draft, InterfaceId interface) {
  store::NetworkId network;
  // Goes no further than the first that says it: an interface may have thousands.
  const auto ask = [&](const store::AddressKey& key) {
    const auto record = draft.address(key);
    const bool on_it = record && record->state != store::AddressState::kQuarantined;
    if (on_it) network = record->network;
    return network.value == 0;
  };
  for (const store::AddressKey& key : draft.drafted_on(interface)) {
    if (!ask(key)) return network;
  }
  draft.view().scan_addresses_on(
      interface, [&](const store::AddressKey& key) { return draft.is_drafted(key) || ask(key); });
  return network;
}

}  // namespace melange::ipam
