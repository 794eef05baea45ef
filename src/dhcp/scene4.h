// SPDX-License-Identifier: Apache-2.0
//
// Everything that a decision looks at, gathered once: where the packet came in, who sent it, what
// that client has already and which classes it belongs to. The parts of `decide` take this one
// argument.
#pragma once

#include <expected>

#include "melange/base/function_ref.h"
#include "melange/base/inline.h"
#include "melange/dhcp/decide4.h"

namespace melange::dhcp {

// Where the packet stands in the topology.
struct Place4 {
  const ServedNetwork* network = nullptr;
  const ServedLink* link = nullptr;         // null for relayed and routed packets
  const ServedBlock* near_block = nullptr;  // the relay's: looked at first for an address
  net::Ipv4 source;                         // of ours, that replies of this place leave from
  std::optional<net::Ipv4> server_id;       // that the relay or the network wants clients to see
};

// By all of these a client may have a reservation; what is leased to it is filed under the first.
inline constexpr std::size_t kIdentitiesOfOne = 5;
using Identities = base::InlineVector<wire::Identity, kIdentitiesOfOne>;

struct Scene4 {
  const Query4& query;
  const store::View& view;
  const Topology& topology;
  const Offers& offers;
  const Limits4& limits;
  base::Instant now;
  Place4 place;
  Identities identities;
  store::AddressKeys own;  // addresses filed under the client in this network
  ClassList classes;

  const ServedNetwork& network() const { return *place.network; }
  const wire::Identity& identity() const { return identities[0]; }
  const Offer* offer() const { return offers.find(place.network->id, identity()); }
  store::AddressKey key(const ServedBlock& block, net::Ipv4 address) const {
    return {block.id, address};
  }
  // True if the identity is one of the client's.
  bool is_client(const wire::Identity& identity) const;
  // True if the lease that the record tells of is the client's, or was. Only an operator's word
  // makes two identities one client: what is leased without it is the first identity's alone.
  bool holds(const store::AddressRecord& record) const;
  // True if the address was given to the client by an operator.
  bool is_owner(const store::AddressRecord& record) const;
  // True if the client is a member of one of the classes, or there are none.
  bool belongs_to(std::span<const std::string> names) const;
  // True if the client is served from where `address` is, be it in a pool or not.
  bool is_served(const ServedBlock& block, const net::Address& address) const;
  // True if it may have the address as a dynamic lease, were nobody else there.
  bool may_lease(const ServedBlock& block, const net::Address& address) const;
  // True if offers hold most of what is free in the block (hostile.md W30): then they are advice,
  // and who takes up an address first shall have it (RFC 2131 section 3.1).
  bool is_crowded(const ServedBlock& block) const;
  // True if clients know us by that server identifier.
  bool is_us(net::Ipv4 server_id) const;
  // The record at `key`, as `view.address` has it. What the client has already is asked for by one
  // part of a decision after the other: the last answer is kept.
  const std::optional<store::AddressRecord>& record(const store::AddressKey& key) const;

  struct Recent {
    std::optional<store::AddressKey> key;
    std::optional<store::AddressRecord> record;
  };
  mutable Recent recent{};
};

std::expected<Place4, Reason> find_place(const Query4& query, const Topology& topology);

// False for what is no client's address whatever anybody says: ours, and a block's first and last.
bool may_be_host(const ServedNetwork& network, const Topology& topology, net::Ipv4 address);

// As the public one (decide4.h). `look` is shown the client, if it has an identity, before anything
// is decided of it.
Decision4 decide(const Query4& query, const store::View& view, const Topology& topology,
                 const Offers& offers, const Limits4& limits, base::Instant now,
                 base::FunctionRef<void(const Scene4&)> look);

// By the network's policy first; none if the policy finds nothing. dhcp.md rule 10. `relay` is what
// a relay says of the client, now or at its last REQUEST; null if nothing.
Identities identify(const Query4& query, const wire::RelayInfo* relay,
                    const ServedNetwork& network);

// What is filed under any of the identities, the first's before the others'.
store::AddressKeys addresses_of(const store::View& view, store::NetworkId network,
                                const Identities& identities);

// Our address that a client of `block` shall know us by: what its relay or the network says, one
// inside the block, any of the link.
net::Ipv4 server_id_for(const Place4& place, const ServedBlock* block);
// Our address that a reply leaves from.
net::Ipv4 source_for(const Place4& place, const ServedBlock* block);

// RFC 2131 section 4.1 for OFFER and ACK, section 4.3.2 for NAK (dhcp.md rules 5, 6 and 8).
Destination4 destination_of_reply(const Query4& query, net::Ipv4 yiaddr);
Destination4 destination_of_nak(const Query4& query);
// Of an OFFER without an address: nobody can be reached by it.
Destination4 destination_of_advice(const Query4& query);
Destination4 destination_of_inform(const Query4& query, net::Ipv4 client);

}  // namespace melange::dhcp
