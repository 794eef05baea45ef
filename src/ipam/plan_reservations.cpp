// SPDX-License-Identifier: Apache-2.0
#include "melange/base/check.h"
#include "melange/base/text.h"
#include "melange/ipam/interfaces.h"
#include "melange/ipam/plan.h"
#include "melange/ipam/reservations.h"
#include "ownership.h"
#include "planner.h"

namespace melange::ipam {
namespace {

using store::AddressKey;
using store::AddressRecord;
using store::Block;
using store::NetworkId;
using store::Reservation;
using wire::Identity;

Reservation to_reservation(const config::Reservation& from, NetworkId network) {
  const std::vector<Identity> identities = from.identities();
  base::check(!identities.empty());
  Reservation reservation;
  reservation.network = network;
  reservation.identity = identities.front();
  reservation.also.assign(identities.begin() + 1, identities.end());
  reservation.managed_by = store::ManagedBy::kConfig;
  for (const auto& address : from.addresses) reservation.addresses.push_back(address.value);
  reservation.hostname = from.hostname;
  reservation.options = to_options(from.options);
  reservation.forced = from.force.codes;
  reservation.boot = to_boot(from.boot);
  reservation.classes = to_names(from.classes);
  return reservation;
}

}  // namespace

// Those that the network has and that are ours to change; what they are known by passes to the
// desired ones of the same clients.
Planner::Reservations Planner::known_reservations(NetworkId network, Reservations& desired) {
  Owners owners;
  for (const auto& [first, reservation] : desired) {
    owners.emplace(first, first);
    for (const Identity& identity : reservation.also) owners.emplace(identity, first);
  }
  Reservations known;
  for (Reservation& old : view_.reservations(network)) {
    const auto same_client = desired.find(old.identity);
    const bool wanted = same_client != desired.end();
    if (!wanted && old.managed_by != store::ManagedBy::kConfig) {
      check_client(old, owners);
      continue;
    }
    if (wanted) {
      same_client->second.id = old.id;
      same_client->second.created = old.created;
    }
    if (!old.interface.empty()) adopted_.insert(old.interface);
    known.emplace(old.identity, std::move(old));
  }
  return known;
}

// A client with two reservations would have the addresses of either, as it happens.
void Planner::check_client(const Reservation& apis, const Owners& owners) {
  std::vector<Identity> identities = apis.also;
  identities.push_back(apis.identity);
  for (const Identity& identity : identities) {
    const auto owner = owners.find(identity);
    if (owner == owners.end()) continue;
    tell(base::cat("reservation for ", text(owner->second), ": ", text(identity),
                   " belongs to the reservation for ", text(apis.identity),
                   ", which was made through the API; delete that first"));
  }
}

void Planner::plan_reservations(const config::Network& wanted) {
  const PlannedNetwork& network = planned_.at(wanted.id.value);
  Reservations desired;
  for (const config::Reservation& reservation : wanted.reservations) {
    Reservation made = to_reservation(reservation, network.id);
    desired.emplace(made.identity, std::move(made));
  }
  const Reservations known = known_reservations(network.id, desired);
  // First what goes: an address may pass from one client to another.
  for (const auto& [identity, old] : known) {
    const auto kept = desired.find(identity);
    if (kept == desired.end() || !same(kept->second, old)) withdraw(old);
  }
  for (auto& [identity, reservation] : desired) {
    if (reservation.id.empty()) {
      reservation.id = store::ReservationId{next_reservation_++};
      reservation.created = now_;
    }
    const auto old = known.find(identity);
    if (old == known.end() || !same(reservation, old->second)) {
      changes_.push_back(store::PutReservation{reservation});
    }
    reserve(network, reservation);
  }
}

void Planner::withdraw(const Reservation& reservation) {
  changes_.push_back(store::EraseReservation{reservation.network, reservation.identity});
  // A record may just have moved from one block to another: both are looked at.
  for (const Block& block : old_blocks_) withdraw_from(block, reservation);
  for (const auto& [name, network] : planned_) {
    for (const Block& block : network.blocks) withdraw_from(block, reservation);
  }
}

void Planner::withdraw_from(const Block& block, const Reservation& reservation) {
  if (block.network != reservation.network) return;
  for (const net::Address& address : reservation.addresses) {
    const AddressKey key{block.id, address};
    auto record = block.cidr.contains(address) ? records_.find(key) : std::nullopt;
    if (!record) continue;
    if (is_apis(*record)) {
      const bool is_ours = reservation.managed_by == store::ManagedBy::kConfig &&
                           owner_of(*record) == reservation.identity;
      if (!is_ours) continue;
      ipam::tell(*record, {});  // what the configuration told it goes; the API's allocation stays
      records_.put(*record);
      continue;
    }
    const auto left = without_owner(*record, reservation.identity, now_);
    if (left) {
      records_.put(*left);
    } else {
      records_.erase(key);
    }
  }
}

void Planner::reserve(const PlannedNetwork& network, const Reservation& reservation) {
  for (const net::Address& address : reservation.addresses) {
    const Block* block = covering(network.blocks, address);
    base::check(block != nullptr);  // config::load has made sure
    reserve_in(*block, address, reservation);
  }
}

void Planner::reserve_in(const Block& block, const net::Address& address,
                         const Reservation& reservation) {
  AddressRecord fresh;
  fresh.key = {block.id, address};
  fresh.network = block.network;
  const auto record = records_.find(fresh.key);
  const bool taken = record && is_apis(*record) && owner_of(*record) != reservation.identity;
  if (taken) {
    return tell(base::cat("reservation of ", text(address), " for ", text(reservation.identity),
                          ": the address is allocated through the API; deallocate it first"));
  }
  AddressRecord owned =
      with_owner(filed_under(record.value_or(fresh), reservation.identity, reservation.also),
                 record.has_value(), reservation.identity, now_);
  ipam::tell(owned, particulars_of(reservation));
  if (adopted_.contains(owned.interface)) owned.interface = {};
  if (!record || !same(owned, *record)) records_.put(owned);
}

// Interfaces that the API made for addresses which are all the configuration's now.
void Planner::drop_adopted_interfaces() {
  for (const store::InterfaceId id : adopted_) {
    const auto interface = view_.interface(id);
    if (!interface || !is_made_for_address(view_, *interface)) continue;
    const bool has_some = std::ranges::any_of(view_.addresses_on(id), [&](const AddressKey& key) {
      const auto record = records_.find(now_at(key));
      return record && record->interface == id;
    });
    if (!has_some) changes_.push_back(store::Erase<store::Interface>{id});
  }
}

// Where the record is that was at `key` before the plan.
AddressKey Planner::now_at(const AddressKey& key) const {
  const auto moved = moved_.find(key);
  return moved == moved_.end() ? key : moved->second;
}

// A relation goes when an address at one of its ends is erased, as it is when it is moved.
void Planner::move_relations() {
  for (const auto& [from, to] : moved_) {
    for (const AddressKey& other : view_.nat_of(store::NatDirection::kGlobalsOfLocal, from)) {
      changes_.push_back(store::PutNat{{to, now_at(other)}});
    }
    for (const AddressKey& other : view_.nat_of(store::NatDirection::kLocalsOfGlobal, from)) {
      changes_.push_back(store::PutNat{{now_at(other), to}});
    }
  }
}

void Planner::move_handles() {
  if (moved_.empty()) return;
  const auto all = store::Listing::all(store::ObjectKind::kAllocation);
  for (const std::uint64_t number : view_.list(all, 0, SIZE_MAX)) {
    auto handle = view_.allocation(store::AllocationId{number});
    if (!handle) continue;
    bool moves = false;
    for (AddressKey& key : handle->addresses) {
      if (!moved_.contains(key)) continue;
      if (handle->block == key.block) handle->block = now_at(key).block;
      key = now_at(key);
      moves = true;
    }
    if (moves) changes_.push_back(store::Put<store::Allocation>{*std::move(handle)});
  }
}

}  // namespace melange::ipam
