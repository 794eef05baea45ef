// SPDX-License-Identifier: Apache-2.0
//
// The ARP sockets: one on each served link whose network looks for conflicts.
#pragma once

#include <map>
#include <set>
#include <string>

#include "conflict_check.h"
#include "log.h"
#include "melange/dhcp/topology.h"
#include "melange/io/arp_link.h"
#include "melange/io/poller.h"

namespace melange::daemon {

class ArpLinks final : public ArpPort {
 public:
  // A descriptor's token in the poller is `token` plus its ifindex.
  ArpLinks(io::Poller& poller, std::uint64_t token, Log& log);

  // Opens and closes sockets until they are those that the topology wants.
  void follow(const dhcp::Topology& topology);
  void close(int ifindex);
  void set_ready(int ifindex) { ready_.insert(ifindex); }
  // Gives what was heard on the links that are ready, as much as there is room for.
  void receive(ConflictCheck& check, base::Instant now);

  bool is_open(int ifindex) const override { return links_.contains(ifindex); }
  void probe(int ifindex, const net::Mac& sender, net::Ipv4 address) override;

 private:
  void open(const net::HostLink& host);

  io::Poller* poller_;
  std::uint64_t token_;
  Log* log_;
  std::map<int, io::ArpLink> links_;  // by ifindex
  std::set<int> ready_;
  io::ArpBatch batch_;
};

}  // namespace melange::daemon
