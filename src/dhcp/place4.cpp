// SPDX-License-Identifier: Apache-2.0
#include "scene4.h"

namespace melange::dhcp {
namespace {

// hostile.md W22, R12: an answer to such an address would hit a bystander, or ourselves.
bool may_be_relay(net::Ipv4 giaddr, const Topology& topology) {
  return !giaddr.is_loopback() && !giaddr.is_multicast() && !giaddr.is_broadcast() &&
         !topology.is_own(giaddr);
}

// True unless it is the first or last address of its block, which stand for all hosts.
bool is_host_address(const ServedNetwork& network, net::Ipv4 address) {
  const ServedBlock* const block = network.block_of(address);
  if (block == nullptr || block->cidr.length() > 30) return true;
  return block->cidr.network() != net::Address(address) &&
         block->cidr.last() != net::Address(address);
}

bool is_in_pool(const ServedNetwork& network, net::Ipv4 address) {
  const ServedBlock* const block = network.block_of(address);
  return block != nullptr && block->dynamic.contains(address);
}

// hostile.md W22: a client that sends past its link's filter to our UDP socket and calls itself a
// relay. A relay's address is no client's.
bool is_client_of_link(const Query4& query, const Topology& topology) {
  const ServedLink* const link = topology.link(query.datagram->ifindex);
  return link != nullptr && !topology.names_relay(query.giaddr()) &&
         is_in_pool(*link->network, query.datagram->source);
}

std::expected<Place4, Reason> place_of_relayed(const Query4& query, const Topology& topology) {
  if (!may_be_relay(query.giaddr(), topology)) return std::unexpected(Reason::kBadRelay);
  if (is_client_of_link(query, topology)) return std::unexpected(Reason::kRelayOnLink);
  // RFC 3527: the relay's own address may be of another subnet than the client.
  const auto selected = query.relay ? query.relay->link_selection : std::nullopt;
  const ServedNetwork* network =
      selected ? topology.selected(query.giaddr(), *selected) : topology.relayed(query.giaddr());
  if (network == nullptr) return std::unexpected(Reason::kNoNetwork);
  if (!is_host_address(*network, query.giaddr()) || is_in_pool(*network, query.giaddr())) {
    return std::unexpected(Reason::kBadRelay);
  }
  Place4 place;
  place.network = network;
  place.near_block = network->block_of(selected.value_or(query.giaddr()));
  place.source = query.datagram->destination;
  place.server_id = network->server_id;
  // RFC 5107: clients renew with the relay, as if it were the server.
  if (query.relay && query.relay->server_id_override) {
    place.server_id = query.relay->server_id_override;
  }
  // A subnet's broadcast address reaches us too, but is no server's identifier.
  if (!topology.is_own(place.source)) return std::unexpected(Reason::kNoServerAddress);
  return place;
}

// hostile.md W27: what came through the kernel is answered to ciaddr, so it must have come from
// there.
bool names_another(const Query4& query) {
  const net::Ipv4 client = query.ciaddr();
  return !query.direct() && !client.is_unspecified() && query.datagram->source != client;
}

// Unicast to us, through a router: only a client that has an address can do that.
std::expected<Place4, Reason> place_of_routed(const Query4& query, const Topology& topology) {
  const net::Ipv4 client = query.ciaddr();
  if (client.is_unspecified()) return std::unexpected(Reason::kNoNetwork);
  const ServedNetwork* network = topology.routed(client);
  if (network == nullptr) return std::unexpected(Reason::kNoNetwork);
  if (names_another(query)) return std::unexpected(Reason::kSpoofedAddress);
  Place4 place;
  place.network = network;
  place.source = query.datagram->destination;
  place.server_id = network->server_id;
  if (!topology.is_own(place.source)) return std::unexpected(Reason::kNoServerAddress);
  return place;
}

// RFC 2131 section 4.3.2: a RENEWING client that is served through a relay sends past it. What it
// sends comes in on a link of ours that may have a network of its own. But a network that has a
// link here hears its clients there: whoever speaks for one of them elsewhere is another tenant.
bool is_from_elsewhere(const Query4& query, const ServedLink& link, const Topology& topology) {
  if (query.direct() || query.ciaddr().is_unspecified()) return false;
  if (link.network->block_of(query.ciaddr()) != nullptr) return false;
  const ServedNetwork* network = topology.routed(query.ciaddr());
  return network != nullptr && !topology.has_link(*network);
}

}  // namespace

bool may_be_host(const ServedNetwork& network, const Topology& topology, net::Ipv4 address) {
  return is_host_address(network, address) && !topology.is_own(address);
}

std::expected<Place4, Reason> find_place(const Query4& query, const Topology& topology) {
  if (query.relayed()) return place_of_relayed(query, topology);
  const ServedLink* link = topology.link(query.datagram->ifindex);
  if (link == nullptr && query.direct()) return std::unexpected(Reason::kNoNetwork);
  if (link == nullptr || is_from_elsewhere(query, *link, topology)) {
    return place_of_routed(query, topology);
  }
  if (names_another(query)) return std::unexpected(Reason::kSpoofedAddress);
  // dhcp.md rule 12: a client that speaks of circuits itself could take another's place.
  if (query.relay && !link->network->trust_relay_information) {
    return std::unexpected(Reason::kRelayOnLink);
  }
  Place4 place;
  place.network = link->network;
  place.link = link;
  place.server_id = link->network->server_id;
  if (server_id_for(place, nullptr).is_unspecified()) {
    return std::unexpected(Reason::kNoServerAddress);
  }
  return place;
}

net::Ipv4 source_for(const Place4& place, const ServedBlock* block) {
  if (place.link == nullptr) return place.source;
  const auto& addresses = place.link->host.addresses;
  for (const net::HostAddress& host : addresses) {
    if (block != nullptr && block->cidr.contains(host.address)) return host.address;
  }
  for (const net::HostAddress& host : addresses) {
    if (place.network->block_of(host.address) != nullptr) return host.address;
  }
  if (!addresses.empty()) return addresses.front().address;
  return place.server_id.value_or(net::Ipv4{});
}

net::Ipv4 server_id_for(const Place4& place, const ServedBlock* block) {
  return place.server_id ? *place.server_id : source_for(place, block);
}

namespace {

Destination4 to_relay(const Query4& query) {
  // RFC 2131 section 4.1: to the relay's server port; RFC 8357: or to the port that it sent from.
  const bool own_port = query.relay && query.relay->source_port;
  const std::uint16_t port = own_port ? query.datagram->source_port : wire::kServerPort4;
  return {Destination4::Path::kRouted, {}, query.giaddr(), port};
}

Destination4 to_everyone() {
  return {Destination4::Path::kLink, net::kBroadcastMac, net::kBroadcast, wire::kClientPort4};
}

// Unicast to an address that the client has: on its link we know the way without ARP.
Destination4 to_client(const Query4& query, net::Ipv4 address) {
  const auto path = query.direct() ? Destination4::Path::kLink : Destination4::Path::kRouted;
  return {path, query.chaddr, address, wire::kClientPort4};
}

}  // namespace

Destination4 destination_of_reply(const Query4& query, net::Ipv4 yiaddr) {
  if (query.relayed()) return to_relay(query);
  // RFC 2131 table 5: a DISCOVER has no ciaddr; whatever stands there is no address to answer to.
  const bool has_address = query.intent != Intent4::kDiscover && !query.ciaddr().is_unspecified();
  if (has_address) return to_client(query, query.ciaddr());
  if (query.wants_broadcast()) return to_everyone();
  // A client that cannot answer ARP yet: the frame goes to its hardware address.
  return {Destination4::Path::kLink, query.chaddr, yiaddr, wire::kClientPort4};
}

Destination4 destination_of_nak(const Query4& query) {
  // RFC 2131 section 4.1: broadcast whenever giaddr is zero, whatever ciaddr says.
  return query.relayed() ? to_relay(query) : to_everyone();
}

Destination4 destination_of_advice(const Query4& query) {
  return query.relayed() ? to_relay(query) : to_everyone();
}

Destination4 destination_of_inform(const Query4& query, net::Ipv4 client) {
  // RFC 2131 section 4.3.5: unicast to the client, also when a relay forwarded the message.
  return to_client(query, client);
}

}  // namespace melange::dhcp
