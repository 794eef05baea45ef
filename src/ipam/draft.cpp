// SPDX-License-Identifier: Apache-2.0
#include "melange/ipam/draft.h"

#include <algorithm>

namespace melange::ipam {
namespace {

using store::AddressKey;
using store::AddressRecord;
using store::Block;
using store::BlockId;
using store::CidrScope;
using store::Interface;
using store::InterfaceId;
using store::Listing;

// What is drafted under `key`: nothing there is decided, or nothing will be there, or this.
template <class Map>
const typename Map::mapped_type* drafted(const Map& map, const typename Map::key_type& key) {
  const auto at = map.find(key);
  return at == map.end() ? nullptr : &at->second;
}

BlockId block_id(std::uint64_t number) { return BlockId{static_cast<std::uint32_t>(number)}; }

bool is_in(const CidrScope& scope, const Block& block) {
  if (block.retired) return false;
  const bool root = block.parent.value == 0;
  switch (scope.kind) {
    case CidrScope::Kind::kPublicRoots:
      return root && block.type == store::BlockType::kPublic;
    case CidrScope::Kind::kTopOfNetwork:
      return block.network.value == scope.id && (root || block.tops_network);
    case CidrScope::Kind::kChildren:
      return block.parent.value == scope.id;
  }
  return false;
}

}  // namespace

Draft::Draft(const store::View& view, base::Instant now) : view_(view), now_(now) {}

std::uint64_t Draft::number(store::ObjectKind kind) {
  auto& next = next_[kind];
  if (next == 0) next = view_.next_number(kind);
  return next++;
}

std::optional<AddressRecord> Draft::address(const AddressKey& key) const {
  const auto* record = drafted(addresses_, key);
  return record != nullptr ? *record : view_.address(key);
}

std::optional<Interface> Draft::interface(InterfaceId id) const {
  const auto* interface = drafted(interfaces_, id);
  return interface != nullptr ? *interface : view_.interface(id);
}

std::optional<Interface> Draft::interface_named(std::string_view vif) const {
  for (const auto& [id, interface] : interfaces_) {
    if (interface && interface->vif == vif) return interface;
  }
  const auto id = view_.interface_named(vif);
  return id && !interfaces_.contains(*id) ? view_.interface(*id) : std::nullopt;
}

std::optional<Interface> Draft::interface_with(const net::Mac& mac) const {
  for (const auto& [id, interface] : interfaces_) {
    if (interface && interface->mac == mac) return interface;
  }
  const auto id = view_.interface_with(mac);
  return id && !interfaces_.contains(*id) ? view_.interface(*id) : std::nullopt;
}

std::vector<Interface> Draft::interfaces_on(std::string_view device) const {
  std::map<InterfaceId, Interface> found;
  for (const std::uint64_t number : view_.list(Listing::interfaces_on(device), 0, SIZE_MAX)) {
    const auto known = view_.interface(InterfaceId{number});
    if (known && !interfaces_.contains(known->id)) found.emplace(known->id, *known);
  }
  for (const auto& [id, interface] : interfaces_) {
    if (interface && interface->device == device) found.emplace(id, *interface);
  }
  std::vector<Interface> interfaces;
  for (auto& [id, interface] : found) interfaces.push_back(std::move(interface));
  return interfaces;
}

std::vector<net::Mac> Draft::freed_macs() const {
  std::vector<net::Mac> macs;
  for (const auto& [id, interface] : interfaces_) {
    const auto before = view_.interface(id);
    const bool freed = before && before->mac && (!interface || interface->mac != before->mac);
    if (freed && !interface_with(*before->mac)) macs.push_back(*before->mac);
  }
  return macs;
}

std::optional<store::Network> Draft::network(store::NetworkId id) const {
  const auto* network = drafted(networks_, id);
  return network != nullptr ? *network : view_.network(id);
}

std::optional<store::Network> Draft::network_named(std::string_view tenant,
                                                   std::string_view name) const {
  for (const auto& [id, network] : networks_) {
    if (network.tenant == tenant && network.name == name) return network;
  }
  const auto id = view_.network_named(tenant, name);
  return id ? network(*id) : std::nullopt;
}

std::optional<Block> Draft::block(BlockId id) const {
  const auto* block = drafted(blocks_, id);
  return block != nullptr ? *block : view_.block(id);
}

std::vector<BlockId> Draft::blocks_of(store::NetworkId network) const {
  std::vector<BlockId> ids;
  for (const std::uint64_t number : view_.list(Listing::blocks_of(network), 0, SIZE_MAX)) {
    if (!blocks_.contains(block_id(number))) ids.push_back(block_id(number));
  }
  for (const auto& [id, block] : blocks_) {
    if (block && block->network == network) ids.push_back(id);
  }
  std::ranges::sort(ids);
  return ids;
}

bool Draft::has_children(BlockId parent) const {
  for (const auto& [id, block] : blocks_) {
    if (block && block->parent == parent) return true;
  }
  const auto children = view_.list(Listing::children_of(parent), 0, blocks_.size() + 1);
  return std::ranges::any_of(
      children, [&](std::uint64_t number) { return !blocks_.contains(block_id(number)); });
}

std::optional<Block> Draft::overlapping(const CidrScope& scope, const net::Prefix& cidr) const {
  for (const auto& [id, block] : blocks_) {
    if (block && is_in(scope, *block) && block->cidr.overlaps(cidr)) return block;
  }
  const auto id = view_.overlapping(scope, cidr);
  return id && !blocks_.contains(*id) ? view_.block(*id) : std::nullopt;
}

std::optional<store::Reservation> Draft::reservation(store::NetworkId network,
                                                     const wire::Identity& identity) const {
  const auto* reservation = drafted(reservations_, {network, identity});
  return reservation != nullptr ? *reservation : view_.reservation(network, identity);
}

// No index knows the other identities of a reservation, but each of its addresses is found by them.
std::optional<store::Reservation> Draft::reservation_with(store::NetworkId network,
                                                          const wire::Identity& identity) const {
  if (auto first = reservation(network, identity)) return first;
  const auto has = [&](const std::optional<store::Reservation>& one) {
    return one && one->network == network && std::ranges::count(one->also, identity) != 0;
  };
  for (const auto& [key, reservation] : reservations_) {
    if (has(reservation)) return reservation;
  }
  for (const AddressKey& key : view_.addresses_of(network, identity)) {
    const auto record = address(key);
    if (!record || std::ranges::count(record->also, identity) == 0) continue;
    const bool waits = !record->reserved_for.empty();
    auto owners = reservation(network, waits ? record->reserved_for : record->identity);
    if (has(owners)) return owners;
  }
  return std::nullopt;
}

std::optional<store::Allocation> Draft::allocation_named(std::string_view tenant,
                                                         std::string_view handle) const {
  for (const auto& [id, allocation] : allocations_) {
    if (allocation && allocation->tenant == tenant && allocation->handle == handle) {
      return allocation;
    }
  }
  const auto id = view_.allocation_named(tenant, handle);
  return id && !allocations_.contains(*id) ? view_.allocation(*id) : std::nullopt;
}

std::vector<AddressKey> Draft::addresses_on(InterfaceId interface) const {
  std::vector<AddressKey> keys = view_.addresses_on(interface);
  std::erase_if(keys, [&](const AddressKey& key) { return addresses_.contains(key); });
  if (const auto* more = drafted(drafted_on_, interface)) {
    keys.insert(keys.end(), more->begin(), more->end());
  }
  std::ranges::sort(keys);
  return keys;
}

std::vector<AddressKey> Draft::drafted_on(InterfaceId interface) const {
  const auto* keys = drafted(drafted_on_, interface);
  return keys == nullptr ? std::vector<AddressKey>()
                         : std::vector<AddressKey>(keys->begin(), keys->end());
}

std::vector<AddressKey> Draft::nat_of(store::NatDirection direction, const AddressKey& end) const {
  const bool forth = direction == store::NatDirection::kGlobalsOfLocal;
  std::set<AddressKey> others;
  for (const AddressKey& other : view_.nat_of(direction, end)) others.insert(other);
  for (const auto& [relation, is_there] : relations_) {
    const auto& [local, global] = relation;
    if ((forth ? local : global) != end) continue;
    const AddressKey& other = forth ? global : local;
    if (is_there) {
      others.insert(other);
    } else {
      others.erase(other);
    }
  }
  return {others.begin(), others.end()};
}

std::optional<net::Range> Draft::next_fixed(const Block& block, const net::Address& from) const {
  if (block.id < view_.next_block_id()) return view_.next_fixed(block.id, from);
  for (const net::Range& range : block.fixed) {  // a block of this draft: it has no records yet
    if (range.last() >= from) return net::Range::make(std::max(range.first(), from), range.last());
  }
  return std::nullopt;
}

void Draft::forget_owner(const AddressKey& key) {
  const auto* before = drafted(addresses_, key);
  if (before != nullptr && *before) drafted_on_[(*before)->interface].erase(key);
}

AddressRecord Draft::put(AddressRecord record) {
  record.revision = revision();
  forget_owner(record.key);
  if (!record.interface.empty()) drafted_on_[record.interface].insert(record.key);
  addresses_[record.key] = record;
  return record;
}

void Draft::erase(const AddressKey& key) {
  forget_owner(key);
  addresses_[key] = std::nullopt;
}

Interface Draft::put(Interface interface) {
  interface.revision = revision();
  interfaces_[interface.id] = interface;
  return interface;
}

Block Draft::put(Block block) {
  block.revision = revision();
  blocks_[block.id] = block;
  return block;
}

store::Network Draft::put(store::Network network) {
  network.revision = revision();
  networks_[network.id] = network;
  return network;
}

store::Reservation Draft::put(store::Reservation reservation) {
  reservation.revision = revision();
  reservations_[{reservation.network, reservation.identity}] = reservation;
  return reservation;
}

void Draft::erase(const store::Reservation& reservation) {
  reservations_[{reservation.network, reservation.identity}] = std::nullopt;
}

store::Allocation Draft::put(store::Allocation allocation) {
  allocation.revision = revision();
  allocations_[allocation.id] = allocation;
  return allocation;
}

// An address leaves before another may take its place.
void Draft::add_addresses(store::Changes& all) const {
  for (const auto& [key, record] : addresses_) {
    if (!record) all.push_back(store::EraseAddress{key});
  }
  for (const auto& [key, record] : addresses_) {
    if (record) all.push_back(store::PutAddress{*record});
  }
}

void Draft::add_relations(store::Changes& all) const {
  for (const auto& [key, reservation] : reservations_) {
    if (reservation) all.push_back(store::PutReservation{*reservation});
    if (!reservation) all.push_back(store::EraseReservation{key.first, key.second});
  }
  for (const auto& [id, allocation] : allocations_) {
    if (allocation) all.push_back(store::Put<store::Allocation>{*allocation});
    if (!allocation) all.push_back(store::Erase<store::Allocation>{id});
  }
  for (const auto& [relation, is_there] : relations_) {
    const store::Nat nat{relation.first, relation.second};
    if (is_there) all.push_back(store::PutNat{nat});
    if (!is_there) all.push_back(store::EraseNat{nat});
  }
}

// What others refer to comes first and goes last.
store::Changes Draft::changes() const {
  store::Changes all;
  for (const auto& [id, network] : networks_) all.push_back(store::PutNetwork{network});
  for (const auto& [id, block] : blocks_) {
    if (block) all.push_back(store::PutBlock{*block});
  }
  for (const auto& [id, interface] : interfaces_) {
    if (interface) all.push_back(store::Put<Interface>{*interface});
  }
  add_addresses(all);
  add_relations(all);
  all.insert(all.end(), others_.begin(), others_.end());
  for (const auto& [id, interface] : interfaces_) {
    if (!interface) all.push_back(store::Erase<Interface>{id});
  }
  for (const auto& [id, block] : blocks_) {
    if (!block) all.push_back(store::EraseBlock{id});
  }
  return all;
}

}  // namespace melange::ipam
