// SPDX-License-Identifier: Apache-2.0
#include "melange/ipam/instances.h"

#include <algorithm>
#include <set>

#include "melange/base/text.h"
#include "melange/ipam/interfaces.h"
#include "ownership.h"

namespace melange::ipam {
namespace {

using base::cat;
using store::AddressKey;
using store::AddressRecord;
using store::Interface;

// Which of the wanted interfaces each present one stays as.
struct Match {
  std::vector<std::optional<Interface>> kept;  // by the index of the wanted one
  std::vector<Interface> gone;
};

bool stays_as(const Interface& present, const std::string& tenant, const WantedInterface& wanted) {
  if (present.tenant != tenant) return false;
  if (wanted.mac && wanted.mac != present.mac) return false;
  return wanted.vif.empty() ? wanted.mac.has_value() : wanted.vif == present.vif;
}

// One without a name and a MAC is any of those that this server named.
bool may_stay_as(const Draft& draft, const Interface& present, const std::string& tenant,
                 const WantedInterface& wanted) {
  return present.tenant == tenant && wanted.vif.empty() && !wanted.mac &&
         is_named_here(draft.view(), present);
}

Match match(const Draft& draft, const std::string& tenant, std::vector<Interface> present,
            std::span<const WantedInterface> wanted) {
  Match match;
  match.kept.resize(wanted.size());
  const auto settle = [&](auto&& fits) {
    for (std::size_t i = 0; i < wanted.size(); ++i) {
      const auto at = std::ranges::find_if(
          present, [&](const Interface& each) { return !match.kept[i] && fits(each, wanted[i]); });
      if (at == present.end()) continue;
      match.kept[i] = std::move(*at);
      present.erase(at);
    }
  };
  settle([&](const Interface& each, const WantedInterface& other) {
    return stays_as(each, tenant, other);
  });
  settle([&](const Interface& each, const WantedInterface& other) {
    return may_stay_as(draft, each, tenant, other);
  });
  match.gone = std::move(present);
  return match;
}

// The wanted interface that lists the address; none: nobody wants it.
const WantedInterface* listed_in(std::span<const WantedInterface> wanted,
                                 const AddressRecord& record) {
  const auto at = std::ranges::find_if(wanted, [&](const WantedInterface& each) {
    const auto& list = each.addresses.addresses;
    return each.network && each.network->id == record.network &&
           std::ranges::find(list, record.key.address) != list.end();
  });
  return at == wanted.end() ? nullptr : &*at;
}

// Another interface of the instance is about to take the address: it is free but for the lease that
// may run on it.
Verdict<void> let_go(Draft& draft, const AddressRecord& record) {
  if (auto left = leave_reservation(draft, record); !left) return left;
  if (!is_live(record, draft.now())) {
    draft.erase(record.key);
    return {};
  }
  AddressRecord leased = record;
  leased.state = store::AddressState::kLeased;
  leased.reserved_for = {};
  leased.interface = {};
  draft.put(std::move(leased));
  return {};
}

// Takes from the interface what it shall not have as `self` (null: it goes).
Verdict<void> strip(Draft& draft, const Interface& interface, const WantedInterface* self,
                    std::span<const WantedInterface> wanted) {
  for (const AddressKey& key : draft.addresses_on(interface.id)) {
    const auto record = draft.address(key);
    if (!record || record->state == store::AddressState::kQuarantined) continue;
    const WantedInterface* const lister = listed_in(wanted, *record);
    const bool any = self != nullptr && self->network && self->addresses.addresses.empty() &&
                     self->network->id == record->network;
    if (self != nullptr && (lister == self || (any && lister == nullptr))) continue;
    auto gone = lister != nullptr ? let_go(draft, *record) : deallocate(draft, *record);
    if (!gone) return gone;
  }
  return {};
}

// Allocates what of the wish the interface does not have yet.
Verdict<void> fill(Draft& draft, const Interface& interface, const WantedInterface& wanted) {
  if (!wanted.network) return {};
  NetworkWish wish = wanted.addresses;
  const bool listed = !wish.addresses.empty();
  for (const AddressKey& key : draft.addresses_on(interface.id)) {
    const auto record = draft.address(key);
    if (!record || record->network != wanted.network->id) continue;
    if (record->state == store::AddressState::kQuarantined) continue;
    if (!listed) return {};
    std::erase(wish.addresses, key.address);
  }
  if (listed && wish.addresses.empty()) return {};
  const auto given =
      allocate_in(draft, *wanted.network, wish, {interface, identity_of(interface), {}});
  if (!given) return std::unexpected(given.error());
  return {};
}

std::optional<Refusal> not_sensible(const std::string& device,
                                    std::span<const WantedInterface> wanted) {
  std::vector<Fault> faults;
  if (device.empty()) faults.push_back({"device_id", "is missing"});
  if (wanted.size() > kInterfacesOfInstance) {
    faults.push_back({"interfaces", cat("are more than ", kInterfacesOfInstance)});
  }
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (wanted[i].vif.empty() || names.insert(wanted[i].vif).second) continue;
    faults.push_back({cat("interfaces[", i, "].id"), "is named twice"});
  }
  if (faults.empty()) return std::nullopt;
  return Refusal{Why::kInvalid, std::move(faults)};
}

Refusal within(std::size_t index, Refusal refusal) {
  for (Fault& fault : refusal.faults) {
    const bool whole = fault.field.empty();
    fault.field = cat("interfaces[", index, whole ? "]" : "].", fault.field);
  }
  return refusal;
}

// By name, an interface of the tenant's comes along from another device.
Verdict<Interface> make(Draft& draft, const std::string& tenant, const std::string& device,
                        const WantedInterface& wanted) {
  Claimant claimant{.tenant = tenant, .vif = wanted.vif, .device = device, .mac = wanted.mac};
  claimant.lasting = true;
  return wanted.vif.empty() ? make_interface(draft, claimant) : find_or_make(draft, claimant);
}

}  // namespace

Verdict<std::vector<Interface>> replace_instance(Draft& draft, const std::string& tenant,
                                                 const std::string& device,
                                                 std::span<const WantedInterface> wanted) {
  if (auto reason = not_sensible(device, wanted)) return std::unexpected(std::move(*reason));
  Match matched = match(draft, tenant, draft.interfaces_on(device), wanted);
  for (const Interface& interface : matched.gone) {
    auto stripped = strip(draft, interface, nullptr, wanted);
    if (!stripped) return std::unexpected(std::move(stripped.error()));
    draft.erase(interface.id);
  }
  std::vector<Interface> interfaces;
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    if (!matched.kept[i]) {
      auto made = make(draft, tenant, device, wanted[i]);
      if (!made) return std::unexpected(within(i, std::move(made.error())));
      matched.kept[i] = std::move(*made);
    }
    interfaces.push_back(*matched.kept[i]);
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    auto stripped = strip(draft, interfaces[i], &wanted[i], wanted);
    if (!stripped) return std::unexpected(within(i, std::move(stripped.error())));
  }
  for (std::size_t i = 0; i < wanted.size(); ++i) {
    auto filled = fill(draft, interfaces[i], wanted[i]);
    if (!filled) return std::unexpected(within(i, std::move(filled.error())));
  }
  return interfaces;
}

Verdict<void> delete_instance(Draft& draft, std::string_view device) {
  for (const Interface& interface : draft.interfaces_on(device)) {
    if (auto gone = delete_interface(draft, interface); !gone) return gone;
  }
  return {};
}

}  // namespace melange::ipam
