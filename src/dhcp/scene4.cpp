// SPDX-License-Identifier: Apache-2.0
#include "scene4.h"

#include <algorithm>

#include "melange/base/limits.h"

namespace melange::dhcp {
namespace {

void add(Identities& identities, std::optional<wire::Identity> identity) {
  if (!identity || identities.full()) return;
  if (std::ranges::find(identities, *identity) == identities.end()) identities.push_back(*identity);
}

std::optional<wire::Identity> by_policy(const Query4& query, const wire::RelayInfo* relay,
                                        store::IdentityPolicy policy) {
  if (policy == store::IdentityPolicy::kCircuitId) {
    if (relay == nullptr) return std::nullopt;
    return wire::Identity::make(wire::IdentityKind::kCircuitId, relay->circuit_id);
  }
  const bool by_client_id = policy == store::IdentityPolicy::kClientId;
  if (by_client_id && query.client_id) return wire::Identity::of(*query.client_id);
  return wire::Identity::of(query.chaddr);
}

}  // namespace

Identities identify(const Query4& query, const wire::RelayInfo* relay,
                    const ServedNetwork& network) {
  Identities identities;
  add(identities, by_policy(query, relay, network.identity));
  if (identities.empty()) return identities;
  add(identities, wire::Identity::of(query.chaddr));
  if (query.client_id) {
    add(identities, wire::Identity::of(*query.client_id));
    // RFC 4361: a client has one DUID for both families.
    add(identities, wire::Identity::make(wire::IdentityKind::kDuid, query.client_id->duid()));
  }
  if (relay != nullptr) {
    add(identities, wire::Identity::make(wire::IdentityKind::kCircuitId, relay->circuit_id));
    add(identities, wire::Identity::make(wire::IdentityKind::kRemoteId, relay->remote_id));
  }
  return identities;
}

store::AddressKeys addresses_of(const store::View& view, store::NetworkId network,
                                const Identities& identities) {
  store::AddressKeys found;
  for (const wire::Identity& identity : identities) {
    for (const store::AddressKey& key : view.addresses_of(network, identity)) {
      const bool known = std::ranges::find(found, key) != found.end();
      if (!known && !found.full()) found.push_back(key);
    }
  }
  return found;
}

bool Scene4::is_client(const wire::Identity& identity) const {
  return std::ranges::find(identities, identity) != identities.end();
}

bool Scene4::holds(const store::AddressRecord& record) const {
  if (record.identity == identity()) return true;
  if (record.state != store::AddressState::kBound) return false;
  return is_client(record.identity) || (record.reserved_for.empty() && is_owner(record));
}

bool Scene4::is_owner(const store::AddressRecord& record) const {
  if (is_client(record.reserved_for.empty() ? record.identity : record.reserved_for)) return true;
  return std::ranges::any_of(record.also,
                             [&](const wire::Identity& identity) { return is_client(identity); });
}

bool Scene4::belongs_to(std::span<const std::string> names) const {
  if (names.empty()) return true;
  return std::ranges::any_of(classes, [&](const ServedClass* each) {
    return std::ranges::find(names, each->name) != names.end();
  });
}

bool Scene4::is_served(const ServedBlock& block, const net::Address& address) const {
  if (!belongs_to(block.classes)) return false;
  const ServedPool* const pool = block.pool_of(address);
  return pool == nullptr || belongs_to(pool->classes);
}

bool Scene4::may_lease(const ServedBlock& block, const net::Address& address) const {
  return topology.may_lease(block, address) && is_served(block, address);
}

const std::optional<store::AddressRecord>& Scene4::record(const store::AddressKey& key) const {
  if (recent.key != key) {
    recent.key = key;
    recent.record = view.address(key);
  }
  return recent.record;
}

bool Scene4::is_crowded(const ServedBlock& block) const {
  const std::size_t offered = offers.count(block.id);
  return offered >= base::limits::kOffersOfBlock && view.usage(block.id).free < 2 * offered;
}

bool Scene4::is_us(net::Ipv4 server_id) const {
  return topology.is_own(server_id) || server_id == place.server_id;
}

}  // namespace melange::dhcp
