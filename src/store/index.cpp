// SPDX-License-Identifier: Apache-2.0
#include "index.h"

#include "codec.h"
#include "melange/base/check.h"
#include "melange/base/limits.h"

namespace melange::store {
namespace {

void sealed(EachKey visit, const Key& key, const Key& value) {
  std::array<std::uint8_t, kLongestKey + kChecksumSize> buffer;
  visit(key.bytes(), seal(key.bytes(), value.bytes(), buffer));
}

void list(EachKey visit, IndexKind kind, std::string_view owner, std::uint64_t number) {
  Key key;
  visit(begin_index(key, kind, owner).add(number).bytes(), {});
}

void list(EachKey visit, IndexKind kind, std::uint64_t owner, std::uint64_t number) {
  if (owner == 0) return;
  Key key;
  visit(begin_index(key, kind).add(owner).add(number).bytes(), {});
}

void name(EachKey visit, const Key& key, std::uint64_t number) {
  Key value;
  sealed(visit, key, value.add(number));
}

// Siblings do not overlap, and so an overlap is found by looking at the two neighbours.
void cidr(EachKey visit, const CidrScope& scope, const Block& block) {
  Key key;
  begin_index(key, scope);
  name(visit, add_cidr(key, block.cidr), block.id.value);
}

}  // namespace

Key& begin_index(Key& key, IndexKind kind) { return key.add(static_cast<std::uint8_t>(kind)); }

Key& begin_index(Key& key, IndexKind kind, std::string_view owner) {
  return add_owner(begin_index(key, kind), owner);
}

Key& begin_index(Key& key, const CidrScope& scope) {
  return begin_index(key, IndexKind::kBlockCidr)
      .add(static_cast<std::uint8_t>(scope.kind))
      .add(BlockId{scope.id});
}

Key& add_cidr(Key& key, const net::Prefix& cidr) {
  return key.add_with_family(cidr.network()).add(static_cast<std::uint8_t>(cidr.length()));
}

Key& add_owner(Key& key, std::string_view owner) {
  base::check(owner.size() <= base::limits::kNameSize);
  return key.add(static_cast<std::uint8_t>(owner.size())).add(owner);
}

void each_key(const Network& network, EachKey visit) {
  Key key;
  name(visit, begin_index(key, IndexKind::kNetworkName, network.tenant).add(network.name),
       network.id.value);
  list(visit, IndexKind::kNetworksOfTenant, network.tenant, network.id.value);
}

void each_key(const Block& block, EachKey visit) {
  list(visit, IndexKind::kBlocksOfTenant, block.tenant, block.id.value);
  list(visit, IndexKind::kBlocksOfNetwork, block.network.value, block.id.value);
  list(visit, IndexKind::kBlocksOfParent, block.parent.value, block.id.value);
  list(visit, IndexKind::kBlocksOfPolicy, block.policy.value, block.id.value);
  // A retired block may lie across those that took its place.
  if (block.retired) return;
  const bool root = block.parent.value == 0;
  if (!root) cidr(visit, CidrScope::children_of(block.parent), block);
  if (block.network.value != 0 && (root || block.tops_network)) {
    cidr(visit, CidrScope::top_of(block.network), block);
  }
  if (root && block.type == BlockType::kPublic) cidr(visit, CidrScope::public_roots(), block);
}

void each_key(const Policy& policy, EachKey visit) {
  list(visit, IndexKind::kPoliciesOfTenant, policy.tenant, policy.id.value);
}

void each_key(const Interface& interface, EachKey visit) {
  Key vif;
  name(visit, begin_index(vif, IndexKind::kVif).add(interface.vif), interface.id.value);
  Key mac;
  if (interface.mac) {
    name(visit, begin_index(mac, IndexKind::kMac).add(interface.mac->bytes()), interface.id.value);
  }
  list(visit, IndexKind::kInterfacesOfTenant, interface.tenant, interface.id.value);
  if (!interface.device.empty()) {
    list(visit, IndexKind::kInterfacesOfDevice, interface.device, interface.id.value);
  }
}

void each_key(const MacRange&, EachKey) {}

void each_key(const Allocation& allocation, EachKey visit) {
  Key key;
  name(visit, begin_index(key, IndexKind::kHandle, allocation.tenant).add(allocation.handle),
       allocation.id.value);
}

void each_key(const Reservation& reservation, EachKey visit) {
  if (reservation.id.empty()) return;
  Key key;
  begin_index(key, IndexKind::kReservation).add(reservation.id.value);
  Key value;
  sealed(visit, key, value.add(reservation.network).add(reservation.identity));
}

}  // namespace melange::store
