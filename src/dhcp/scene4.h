// SPDX-License-Identifier: Apache-2.0
//
// Everything that a decision looks at, gathered once: where the packet came in, who sent it, and
// what that client has already. The parts of `decide` take this one argument.
#pragma once

#include <expected>

#include "melange/dhcp/decide4.h"

namespace melange::dhcp {

// Where the packet stands in the topology.
struct Place4 {
  const ServedNetwork* network = nullptr;
  const ServedLink* link = nullptr;         // null for relayed and routed packets
  const ServedBlock* near_block = nullptr;  // the relay's: looked at first for an address
  net::Ipv4 server_id;                      // of ours, by which the client knows us
};

struct Scene4 {
  const Query4& query;
  const store::View& view;
  const Topology& topology;
  const Offers& offers;
  const Limits4& limits;
  base::Instant now;
  Place4 place;
  wire::Identity identity;
  store::AddressKeys own;  // addresses filed under the client in this network

  const ServedNetwork& network() const { return *place.network; }
  const Offer* offer() const { return offers.find(place.network->id, identity); }
  store::AddressKey key(const ServedBlock& block, net::Ipv4 address) const {
    return {block.id, address};
  }
};

std::expected<Place4, Reason> find_place(const Query4& query, const Topology& topology);

// By the network's policy; dhcp.md rule 10.
wire::Identity identify(const Query4& query, const ServedNetwork& network);

// Our address that a client of `block` shall know us by: one inside the block first.
net::Ipv4 server_id_for(const Place4& place, const ServedBlock* block);

// RFC 2131 section 4.1 for OFFER and ACK, section 4.3.2 for NAK (dhcp.md rules 5, 6 and 8).
Destination4 destination_of_reply(const Query4& query, net::Ipv4 yiaddr);
Destination4 destination_of_nak(const Query4& query);
Destination4 destination_of_inform(const Query4& query, net::Ipv4 client);

}  // namespace melange::dhcp
