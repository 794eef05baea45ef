// SPDX-License-Identifier: Apache-2.0
//
// A view and what a request is about to change in it: each step of a request sees the steps before,
// and nothing is applied until all of them are known to work. What comes out is a list of changes.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>
#include <vector>

#include "melange/base/time.h"
#include "melange/store/change.h"
#include "melange/store/view.h"

namespace melange::ipam {

class Draft {
 public:
  Draft(const store::View& view, base::Instant now);

  const store::View& view() const { return view_; }  // without what is drafted
  base::Instant now() const { return now_; }
  // That of the commit to come.
  std::uint64_t revision() const { return view_.revision() + 1; }

  // Records and objects as they will be.
  std::optional<store::AddressRecord> address(const store::AddressKey& key) const;
  std::optional<store::Interface> interface(store::InterfaceId id) const;
  std::optional<store::Interface> interface_named(std::string_view vif) const;
  std::optional<store::Interface> interface_with(const net::Mac& mac) const;
  std::vector<store::Interface> interfaces_on(std::string_view device) const;  // oldest first
  std::optional<store::Network> network(store::NetworkId id) const;
  std::optional<store::Network> network_named(std::string_view tenant, std::string_view name) const;
  std::optional<store::Block> block(store::BlockId id) const;
  std::vector<store::BlockId> blocks_of(store::NetworkId network) const;  // oldest first
  bool has_children(store::BlockId block) const;
  std::optional<store::Block> overlapping(const store::CidrScope& scope,
                                          const net::Prefix& cidr) const;
  std::optional<store::Reservation> reservation(store::NetworkId network,
                                                const wire::Identity& identity) const;
  // The one of the client that is known by `identity` among others, in whatever place.
  std::optional<store::Reservation> reservation_with(store::NetworkId network,
                                                     const wire::Identity& identity) const;
  std::optional<store::Allocation> allocation_named(std::string_view tenant,
                                                    std::string_view handle) const;
  std::vector<store::AddressKey> addresses_on(store::InterfaceId interface) const;
  // Of those, the ones that are drafted.
  std::vector<store::AddressKey> drafted_on(store::InterfaceId interface) const;
  std::vector<store::AddressKey> nat_of(store::NatDirection direction,
                                        const store::AddressKey& end) const;

  bool is_drafted(const store::AddressKey& key) const { return addresses_.contains(key); }
  // The lowest run of the block's fixed ranges that ends at or after `from` and that is free in the
  // view: what is drafted in it is left to `is_drafted`.
  std::optional<net::Range> next_fixed(const store::Block& block, const net::Address& from) const;
  // MACs of interfaces that are in the view and will be gone.
  std::vector<net::Mac> freed_macs() const;

  // Numbers that no object has had yet.
  store::NetworkId new_network() { return {static_cast<std::uint32_t>(number(kNetwork))}; }
  store::BlockId new_block() { return {static_cast<std::uint32_t>(number(kBlock))}; }
  store::InterfaceId new_interface() { return {number(kInterface)}; }
  store::ReservationId new_reservation() { return {number(kReservation)}; }
  store::AllocationId new_allocation() { return {number(kAllocation)}; }

  // Each gives back what it will be, with the revision of the commit to come.
  store::AddressRecord put(store::AddressRecord record);
  store::Interface put(store::Interface interface);
  store::Block put(store::Block block);
  store::Network put(store::Network network);
  store::Reservation put(store::Reservation reservation);
  store::Allocation put(store::Allocation allocation);
  void put(const store::Nat& nat) { relations_[{nat.local, nat.global}] = true; }
  void erase(const store::AddressKey& key);
  void erase(store::InterfaceId id) { interfaces_[id] = std::nullopt; }
  void erase(store::BlockId id) { blocks_[id] = std::nullopt; }
  void erase(const store::Reservation& reservation);
  void erase(store::AllocationId id) { allocations_[id] = std::nullopt; }
  void erase(const store::Nat& nat) { relations_[{nat.local, nat.global}] = false; }
  // Any other change, after those of objects and addresses.
  void add(store::Change change) { others_.push_back(std::move(change)); }

  // All of it, in an order in which it can be applied.
  store::Changes changes() const;

 private:
  static constexpr auto kNetwork = store::ObjectKind::kNetwork;
  static constexpr auto kBlock = store::ObjectKind::kBlock;
  static constexpr auto kInterface = store::ObjectKind::kInterface;
  static constexpr auto kReservation = store::ObjectKind::kReservation;
  static constexpr auto kAllocation = store::ObjectKind::kAllocation;
  using ReservationKey = std::pair<store::NetworkId, wire::Identity>;
  using Relation = std::pair<store::AddressKey, store::AddressKey>;  // local, global

  std::uint64_t number(store::ObjectKind kind);
  void forget_owner(const store::AddressKey& key);
  void add_addresses(store::Changes& all) const;
  void add_relations(store::Changes& all) const;

  store::View view_;
  base::Instant now_;
  std::map<store::ObjectKind, std::uint64_t> next_;
  std::map<store::AddressKey, std::optional<store::AddressRecord>> addresses_;
  std::map<store::InterfaceId, std::set<store::AddressKey>> drafted_on_;
  std::map<store::InterfaceId, std::optional<store::Interface>> interfaces_;
  std::map<store::BlockId, std::optional<store::Block>> blocks_;
  std::map<store::NetworkId, store::Network> networks_;
  std::map<ReservationKey, std::optional<store::Reservation>> reservations_;
  std::map<store::AllocationId, std::optional<store::Allocation>> allocations_;
  std::map<Relation, bool> relations_;  // true: it will be there
  store::Changes others_;
};

}  // namespace melange::ipam
