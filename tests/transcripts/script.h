// SPDX-License-Identifier: Apache-2.0
//
// A transcript as values. README.md describes its lines.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "melange/config/config.h"
#include "melange/net/host_link.h"
#include "melange/net/octet_mask.h"
#include "melange/store/address.h"
#include "packets.h"

namespace melange::test {

struct SeededLease {
  net::Ipv4 address;
  net::Mac mac;
  base::Seconds time;
};

// The octets that the policy of a block denies.
struct DeniedOctets {
  net::Prefix cidr;
  net::OctetMask octets;
};

// What lines of networks and blocks say that no configuration can.
struct Beside {
  std::vector<SeededLease> leases;
  std::vector<DeniedOctets> denied;
  std::vector<std::string> named_links_only;  // networks
};

// An address as an operator's request leaves it.
struct WriteAddress {
  net::Ipv4 address;
  store::AddressState state = store::AddressState::kReserved;
  wire::Identity identity;
  wire::Identity reserved_for;
  std::string hostname;
  std::optional<base::Seconds> until;  // counted from 0s
  std::vector<store::OptionValue> options;
};

struct Setup {
  config::Config config;
  Beside beside;
  std::vector<WriteAddress> addresses;
  std::vector<net::HostLink> hosts;

  // The address that most clients know the server by.
  net::Ipv4 us() const;
  // What ".100" is near of in events.
  net::Ipv4 near() const {
    return config.networks.front().blocks.front().cidr.value->network().v4();
  }
};

struct Receive {
  wire::Datagram datagram;  // its payload is set when it is played
  Octets payload;
  std::vector<std::string> show;
  bool show_classes = false;
};
struct Restart {};
struct Sweep {};
struct Configure {
  std::vector<config::Network> networks;
};

struct Event {
  base::Seconds at{};
  std::variant<Receive, Restart, Sweep, Configure, WriteAddress> what;
};

struct Script {
  Setup setup;
  std::vector<Event> events;
};

// What stands above "----"; throws std::invalid_argument.
Script read_script(std::string_view text);

// The parts of it, a file each.
class Words;
config::Network read_network(Words& words, Beside& beside);
config::Block read_block(Words& words, net::Prefix cidr, Beside& beside);
config::Class read_class(Words& words);
config::Reservation reservation_of(std::string_view address, std::string_view identities,
                                   net::Ipv4 near);
config::Reservation read_reservation(Words& words, net::Ipv4 near);
WriteAddress read_address(Words& words, const Setup& setup);
net::HostLink read_link(Words& words, int ifindex);
Receive read_packet(Words& words, const Setup& setup);

}  // namespace melange::test
