// SPDX-License-Identifier: Apache-2.0
#include "ownership.h"

#include <algorithm>

#include "melange/base/limits.h"
#include "melange/base/text.h"
#include "melange/ipam/interfaces.h"

namespace melange::ipam {
namespace {

using base::cat;
namespace limits = base::limits;
using store::AddressRecord;
using store::AddressState;
using store::NatDirection;

constexpr std::size_t kHostname = 253;  // RFC 1035 section 2.3.4, without the root's dot
// What an address's record has room for, beside what the wire writes there.
constexpr std::size_t kInAll = 6144;

}  // namespace

Refusal managed_by_config(std::string_view what) {
  return {Why::kManagedByConfig,
          {{"", cat("the ", what, " comes from the configuration file; change it there")}}};
}

const wire::Identity& owner_of(const AddressRecord& record) {
  return record.reserved_for.empty() ? record.identity : record.reserved_for;
}

bool is_allocated(const AddressRecord& record) {
  return record.state == AddressState::kReserved || record.state == AddressState::kBound;
}

bool is_awaited(const AddressRecord& record) { return !record.reserved_for.empty(); }

Verdict<void> leave_reservation(Draft& draft, const AddressRecord& record) {
  if (owner_of(record).empty()) return {};
  auto reservation = draft.reservation(record.network, owner_of(record));
  if (!reservation) return {};
  const auto at = std::ranges::find(reservation->addresses, record.key.address);
  if (at == reservation->addresses.end()) return {};
  if (reservation->managed_by == store::ManagedBy::kConfig) {
    return refuse(Why::kManagedByConfig, "",
                  cat("the configuration reserves ", text(record.key.address)));
  }
  reservation->addresses.erase(at);
  if (reservation->addresses.empty()) {
    draft.erase(*reservation);
  } else {
    draft.put(*reservation);
  }
  return {};
}

void drop_if_idle(Draft& draft, store::InterfaceId id) {
  if (id.empty() || !draft.addresses_on(id).empty()) return;
  const auto interface = draft.interface(id);
  if (interface && is_made_for_address(draft.view(), *interface)) draft.erase(id);
}

void end_relations(Draft& draft, const store::AddressKey& key) {
  for (const auto& other : draft.nat_of(NatDirection::kGlobalsOfLocal, key)) {
    draft.erase(store::Nat{key, other});
  }
  for (const auto& other : draft.nat_of(NatDirection::kLocalsOfGlobal, key)) {
    draft.erase(store::Nat{other, key});
  }
}

void tell(AddressRecord& record, const Particulars& particulars) {
  record.hostname = base::InlineBytes<253>(base::bytes_of(particulars.hostname));
  record.options = particulars.options;
  record.forced = particulars.forced;
  record.boot = particulars.boot;
  record.classes = particulars.classes;
  record.also = particulars.also;
}

AddressRecord filed_under(AddressRecord record, const wire::Identity& owner,
                          const std::vector<wire::Identity>& also) {
  if (std::ranges::count(also, record.identity) == 0) return record;
  record.mac = hardware(record);
  record.identity = owner;
  return record;
}

namespace {

std::size_t size_of(const std::vector<store::OptionValue>& options) {
  std::size_t octets = 0;
  for (const store::OptionValue& option : options) {
    octets += limits::kOptionOverhead + option.octets.size();
  }
  return octets;
}

std::size_t size_of(const Particulars& particulars) {
  constexpr std::size_t overhead = 2;  // of each element
  std::size_t octets = particulars.hostname.size() + size_of(particulars.options) +
                       particulars.forced.size() + particulars.boot.server_name.size() +
                       particulars.boot.file.size();
  for (const std::string& name : particulars.classes) octets += overhead + name.size();
  for (const wire::Identity& one : particulars.also) octets += overhead + one.bytes().size();
  return octets;
}

}  // namespace

std::optional<Refusal> unfit(const Particulars& particulars) {
  std::vector<Fault> faults;
  const auto check = [&](std::size_t size, std::size_t most, std::string_view field,
                         std::string_view what) {
    if (size > most) faults.push_back({std::string(field), cat(what, ' ', most, " octets")});
  };
  check(particulars.hostname.size(), kHostname, "hostname", "is longer than");
  check(size_of(particulars.options), limits::kAddressOptions, "options", "are longer than");
  check(particulars.boot.server_name.size(), limits::kServerNameSize, "boot.server_name",
        "is longer than");
  check(particulars.boot.file.size(), limits::kBootFileSize, "boot.file", "is longer than");
  for (const std::string& name : particulars.classes) {
    check(name.size(), limits::kNameSize, "classes", "have a name that is longer than");
  }
  if (particulars.classes.size() > limits::kClassesOfOne) {
    faults.push_back({"classes", cat("are more than ", limits::kClassesOfOne)});
  }
  if (faults.empty()) check(size_of(particulars), kInAll, "", "all of it is longer than");
  if (faults.empty()) return std::nullopt;
  return Refusal{Why::kInvalid, std::move(faults)};
}

std::optional<Refusal> plugged_elsewhere(const Draft& draft, store::InterfaceId interface,
                                         store::NetworkId network) {
  if (network.value == 0) return std::nullopt;  // a block of no network plugs in nowhere
  const store::NetworkId plugged = network_of(draft, interface);
  if (plugged.value == 0 || plugged == network) return std::nullopt;
  return Refusal{Why::kImpossible,
                 {{"interface_id", "the interface is plugged into another network"}}};
}

}  // namespace melange::ipam
