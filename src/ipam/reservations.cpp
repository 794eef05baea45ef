// SPDX-License-Identifier: Apache-2.0
#include "melange/ipam/reservations.h"

#include <algorithm>
#include <set>

#include "melange/base/limits.h"
#include "melange/base/text.h"
#include "ownership.h"
#include "records.h"

namespace melange::ipam {
namespace {

using store::AddressRecord;
using store::Reservation;
using wire::Identity;

// Who is known by something else than a MAC needs none of the MAC ranges.
Claimant claimant_of(const std::string& tenant, const Identity& identity) {
  Claimant claimant{.tenant = tenant, .vif = {}, .device = {}, .mac = {}};
  claimant.without_mac = identity.kind() != wire::IdentityKind::kMac;
  if (!claimant.without_mac) claimant.mac = net::Mac::from_bytes(identity.bytes());
  return claimant;
}

// Gives the wish's particulars to an address that the reservation has already.
void retell(Draft& draft, const AddressRecord& record, const Particulars& particulars) {
  AddressRecord told = record;
  tell(told, particulars);
  if (told != record) draft.put(std::move(told));
}

void note(Reservation& reservation, const Particulars& particulars) {
  reservation.hostname = particulars.hostname;
  reservation.options = particulars.options;
  reservation.forced = particulars.forced;
  reservation.boot = particulars.boot;
  reservation.classes = particulars.classes;
  reservation.also = particulars.also;
}

// The reservation's addresses that are its client's, now or as soon as whoever has a lease on one
// was told. By its interface: the block of one may be retired.
std::vector<AddressRecord> records_of(const Draft& draft, const Reservation& reservation) {
  std::vector<AddressRecord> records;
  for (const store::AddressKey& key : draft.addresses_on(reservation.interface)) {
    auto record = draft.address(key);
    const bool listed =
        std::ranges::find(reservation.addresses, key.address) != reservation.addresses.end();
    if (!record || !listed || record->network != reservation.network) continue;
    if (record->state != store::AddressState::kQuarantined) records.push_back(std::move(*record));
  }
  return records;
}

// A new one, without addresses.
Reservation reservation_of(Draft& draft, const store::Network& network, const Identity& identity,
                           store::InterfaceId interface) {
  Reservation reservation;
  reservation.network = network.id;
  reservation.identity = identity;
  reservation.managed_by = store::ManagedBy::kApi;
  reservation.id = draft.new_reservation();
  reservation.interface = interface;
  reservation.created = draft.now();
  return reservation;
}

std::optional<Refusal> too_many(const std::vector<net::Address>& addresses) {
  constexpr std::size_t most = base::limits::kAddressesPerIdentity;
  if (addresses.size() <= most) return std::nullopt;
  return Refusal{Why::kInvalid, {{"addresses", base::cat("are more than ", most)}}};
}

// What is wrong with the client's identities, whatever the store holds.
std::optional<Refusal> unlike_one_client(const ReservationWish& wish) {
  constexpr std::size_t most = base::limits::kIdentities;
  const auto& also = wish.particulars.also;
  if (also.size() >= most) {
    return Refusal{Why::kInvalid, {{"", base::cat("a client is known by at most ", most)}}};
  }
  std::set<Identity> seen{wish.identity};
  for (const Identity& identity : also) {
    if (seen.insert(identity).second) continue;
    return Refusal{Why::kInvalid, {{"", base::cat(text(identity), " is named twice")}}};
  }
  return std::nullopt;
}

std::string already(const Identity& identity, const Reservation& reservation) {
  if (identity == reservation.identity) {
    return base::cat("there is a reservation for ", text(identity), " already");
  }
  return base::cat(text(identity), " belongs to the reservation for ", text(reservation.identity));
}

// Which reservation of the network stands in the way; `own` (0: none) does not.
std::optional<Refusal> belongs_elsewhere(const Draft& draft, store::NetworkId network,
                                         const ReservationWish& wish, store::ReservationId own) {
  std::vector<Identity> all = wish.particulars.also;
  all.insert(all.begin(), wish.identity);
  for (const Identity& identity : all) {
    const auto reservation = draft.reservation_with(network, identity);
    if (!reservation || (!own.empty() && reservation->id == own)) continue;
    return Refusal{Why::kConflict, {{"", already(identity, *reservation)}}};
  }
  return std::nullopt;
}

std::optional<Refusal> not_sensible(const Draft& draft, const store::Network& network,
                                    const ReservationWish& wish, store::ReservationId own) {
  if (auto reason = too_many(wish.addresses)) return reason;
  if (auto reason = unlike_one_client(wish)) return reason;
  return belongs_elsewhere(draft, network.id, wish, own);
}

}  // namespace

Particulars particulars_of(const Reservation& reservation) {
  return {reservation.hostname, reservation.options, reservation.forced,
          reservation.boot,     reservation.classes, reservation.also};
}

Verdict<Reservation> create_reservation(Draft& draft, const store::Network& network,
                                        const ReservationWish& wish) {
  if (auto reason = not_sensible(draft, network, wish, {})) {
    return std::unexpected(std::move(*reason));
  }
  auto interface = find_or_make(draft, claimant_of(wish.tenant, wish.identity));
  if (!interface) return std::unexpected(std::move(interface.error()));
  NetworkWish addresses{.addresses = wish.addresses};
  addresses.on_conflict = wish.on_conflict;
  const auto records =
      allocate_in(draft, network, addresses, {*interface, wish.identity, wish.particulars});
  if (!records) return std::unexpected(records.error());
  Reservation reservation = reservation_of(draft, network, wish.identity, interface->id);
  for (const AddressRecord& record : *records) {
    reservation.addresses.push_back(record.key.address);
  }
  note(reservation, wish.particulars);
  return draft.put(std::move(reservation));
}

Verdict<Reservation> update_reservation(Draft& draft, const store::Network& network,
                                        const Reservation& before, const ReservationWish& wish) {
  if (before.managed_by == store::ManagedBy::kConfig) {
    return std::unexpected(managed_by_config("reservation"));
  }
  auto reason = not_sensible(draft, network, wish, before.id);
  if (!reason) reason = unfit(wish.particulars);
  if (reason) return std::unexpected(std::move(*reason));
  const auto interface = draft.interface(before.interface);
  if (!interface) return refuse(Why::kConflict, "", "the reservation's interface is deleted");
  const bool any = wish.addresses.empty();  // those that it has are as good
  std::vector<net::Address> added = wish.addresses;
  for (const AddressRecord& record : records_of(draft, before)) {
    if (any || std::erase(added, record.key.address) > 0) {
      retell(draft, record, wish.particulars);
    } else if (auto gone = deallocate(draft, record); !gone) {
      return std::unexpected(std::move(gone.error()));
    }
  }
  if (!added.empty()) {
    NetworkWish addresses{.addresses = std::move(added)};
    addresses.on_conflict = wish.on_conflict;
    const Grantee grantee{*interface, before.identity, wish.particulars};
    const auto given = allocate_in(draft, network, addresses, grantee);
    if (!given) return std::unexpected(given.error());
  }
  Reservation after = before;
  if (!any) after.addresses = wish.addresses;
  note(after, wish.particulars);
  return draft.put(std::move(after));
}

Verdict<void> delete_reservation(Draft& draft, const Reservation& reservation) {
  if (reservation.managed_by == store::ManagedBy::kConfig) {
    return std::unexpected(managed_by_config("reservation"));
  }
  for (const AddressRecord& record : records_of(draft, reservation)) {
    if (auto gone = deallocate(draft, record); !gone) return gone;
  }
  draft.erase(reservation);
  drop_if_idle(draft, reservation.interface);
  return {};
}

namespace {

// The client's reservation in the network, or a new one without addresses.
Verdict<Reservation> reservation_for(Draft& draft, const store::Network& network,
                                     const Identity& identity) {
  auto known = draft.reservation_with(network.id, identity);
  if (known && known->managed_by == store::ManagedBy::kConfig) {
    return std::unexpected(managed_by_config("reservation"));
  }
  if (known && draft.interface(known->interface)) return *std::move(known);
  auto interface = find_or_make(draft, claimant_of(network.tenant, identity));
  if (!interface) return std::unexpected(std::move(interface.error()));
  return reservation_of(draft, network, identity, interface->id);
}

}  // namespace

Verdict<Reservation> reserve_lease(Draft& draft, const store::Network& network,
                                   const AddressRecord& record) {
  if (!is_live(record, draft.now()) || record.state != store::AddressState::kLeased) {
    return refuse(Why::kConflict, "", "no dynamic lease runs on the address");
  }
  if (is_awaited(record)) return refuse(Why::kConflict, "", "Address is already allocated");
  auto reservation = reservation_for(draft, network, record.identity);
  if (!reservation) return reservation;
  if (auto reason = plugged_elsewhere(draft, reservation->interface, network.id)) {
    return std::unexpected(std::move(*reason));
  }
  AddressRecord bound = with_owner(filed_under(record, reservation->identity, reservation->also),
                                   true, reservation->identity, draft.now());
  bound.interface = reservation->interface;
  tell(bound, particulars_of(*reservation));
  draft.put(std::move(bound));
  reservation->addresses.push_back(record.key.address);
  if (auto reason = too_many(reservation->addresses)) return std::unexpected(std::move(*reason));
  return draft.put(*std::move(reservation));
}

}  // namespace melange::ipam
