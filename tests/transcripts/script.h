// SPDX-License-Identifier: Apache-2.0
//
// A transcript as values. README.md describes its lines.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "melange/config/config.h"
#include "melange/net/host_link.h"
#include "packets.h"

namespace melange::test {

struct SeededLease {
  net::Ipv4 address;
  net::Mac mac;
  base::Seconds time;
};

struct Setup {
  std::vector<config::Network> networks;
  std::vector<SeededLease> leases;
  std::vector<net::HostLink> hosts;
  base::Seconds offer_time{10};

  net::Ipv4 us() const { return hosts.front().addresses.front().address; }
};

struct Receive {
  wire::Datagram datagram;  // its payload is set when it is played
  Octets payload;
  std::vector<std::string> show;
};
struct Restart {};
struct Sweep {};
struct Configure {
  std::vector<config::Network> networks;
};

struct Event {
  base::Seconds at{};
  std::variant<Receive, Restart, Sweep, Configure> what;
};

struct Script {
  Setup setup;
  std::vector<Event> events;
};

// What stands above "----"; throws std::invalid_argument.
Script read_script(std::string_view text);

// The parts of it, a file each. `leases` takes those that the line seeds.
class Words;
config::Network read_network(Words& words, std::vector<SeededLease>& leases);
config::Block read_block(Words& words, net::Prefix cidr, std::vector<SeededLease>& leases);
net::HostLink read_link(Words& words, int ifindex);
Receive read_packet(Words& words, const Setup& setup);

}  // namespace melange::test
