// SPDX-License-Identifier: Apache-2.0
#include "arp_links.h"

#include <vector>

namespace melange::daemon {

ArpLinks::ArpLinks(io::Poller& poller, std::uint64_t token, Log& log)
    : poller_(&poller), token_(token), log_(&log) {}

void ArpLinks::follow(const dhcp::Topology& topology) {
  const auto wanted = [](const dhcp::ServedLink* link) {
    return link != nullptr && link->network->checks_conflicts();
  };
  std::vector<int> gone;
  for (const auto& [ifindex, link] : links_) {
    if (!wanted(topology.link(ifindex))) gone.push_back(ifindex);
  }
  for (const int ifindex : gone) close(ifindex);
  for (const dhcp::ServedLink& link : topology.links()) {
    if (wanted(&link) && !is_open(link.host.ifindex)) open(link.host);
  }
}

void ArpLinks::open(const net::HostLink& host) {
  auto link = io::ArpLink::open(host.ifindex, host.name);
  if (!link) return log_->warn(link.error().message, {{"interface", host.name}});
  const auto token = token_ + static_cast<std::uint64_t>(host.ifindex);
  if (auto added = poller_->add(link->descriptor(), token); !added) {
    return log_->warn(added.error().message, {{"interface", host.name}});
  }
  links_.emplace(host.ifindex, std::move(*link));
}

void ArpLinks::close(int ifindex) {
  const auto at = links_.find(ifindex);
  if (at == links_.end()) return;
  poller_->remove(at->second.descriptor());
  ready_.erase(ifindex);
  links_.erase(at);
}

// A queue is emptied a batch at a time: what stays makes its descriptor ready again.
void ArpLinks::receive(ConflictCheck& check, base::Instant now) {
  std::vector<int> dead;
  for (const int ifindex : ready_) {
    if (!check.has_room()) break;
    const auto at = links_.find(ifindex);
    if (at == links_.end()) continue;
    batch_.clear();
    if (!at->second.receive(batch_)) dead.push_back(ifindex);
    for (const wire::ArpPacket& packet : batch_.packets) {
      if (check.has_room()) check.hear(packet, ifindex, now);
    }
  }
  ready_.clear();
  // Its interface is gone: netlink tells when there is another of that name.
  for (const int ifindex : dead) close(ifindex);
}

void ArpLinks::probe(int ifindex, const net::Mac& sender, net::Ipv4 address) {
  const auto at = links_.find(ifindex);
  if (at != links_.end()) at->second.probe(sender, address);
}

}  // namespace melange::daemon
