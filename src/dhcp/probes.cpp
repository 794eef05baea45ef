// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/probes.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "melange/base/check.h"
#include "melange/base/text.h"

namespace melange::dhcp {
namespace {

using base::limits::kConflictsPerClient;
using base::limits::kConflictsPerLink;
using base::limits::kConflictWindow;

// The address that a packet may prove to be in use: its sender's, or, of a probe, the one that the
// sender is about to take.
net::Ipv4 claimed(const wire::ArpPacket& packet) {
  return packet.sender_address.is_unspecified() ? packet.target_address : packet.sender_address;
}

// RFC 5227 2.1.1: "if [...] the host receives any ARP packet (Request *or* Reply) [...] where the
// packet's 'sender IP address' is the address being probed for, then the host MUST treat this
// address as being in use by some other host". Likewise "any ARP Probe where the packet's 'target
// IP address' is the address being probed for, and the packet's 'sender hardware address' is not
// the hardware address of any of the host's interfaces": two are about to take it at once.
bool proves_use(const wire::ArpPacket& packet, const Probe& probe) {
  // The client itself may have the address still, or look for it in its turn.
  if (packet.sender_mac == probe.chaddr) return false;
  if (!packet.sender_address.is_unspecified()) return true;
  // RFC 5227 1.1: a probe is a request.
  return packet.operation == wire::ArpOperation::kRequest && packet.sender_mac != probe.ours;
}

bool same_client(const Probe& a, const Probe& b) {
  return a.network == b.network && a.identity == b.identity;
}

}  // namespace

std::string text(const Probe& probe) {
  return base::cat("probe ", text(probe.key.address), " on link ", probe.ifindex, " for ",
                   text(probe.identity));
}

std::string text(const Conflict& conflict) {
  return base::cat("conflict ", text(conflict.probe.key.address), " on link ",
                   conflict.probe.ifindex, " with ", text(conflict.evidence),
                   conflict.within_budget ? "" : ", over budget");
}

std::string_view text(ProbeStart start) {
  switch (start) {
    case ProbeStart::kStarted:
      return "started";
    case ProbeStart::kRunning:
      return "running";
    case ProbeStart::kFull:
      return "full";
  }
  return "unknown";
}

ConflictBudget::ConflictBudget(std::size_t capacity) : capacity_(capacity) {
  hits_.reserve(capacity);
}

bool ConflictBudget::take(const net::Mac& chaddr, int ifindex, base::Instant now) {
  const auto is_old = [now](const Hit& hit) { return hit.at + kConflictWindow <= now; };
  hits_.erase(hits_.begin(), std::ranges::find_if_not(hits_, is_old));
  if (hits_.size() >= capacity_) return false;
  const auto of_client = std::ranges::count(hits_, chaddr, &Hit::chaddr);
  const auto on_link = std::ranges::count(hits_, ifindex, &Hit::ifindex);
  if (std::cmp_greater_equal(of_client, kConflictsPerClient)) return false;
  if (std::cmp_greater_equal(on_link, kConflictsPerLink)) return false;
  hits_.push_back({now, chaddr, ifindex});
  return true;
}

std::size_t Probes::WhereHash::operator()(const Where& where) const {
  const auto link = static_cast<std::uint32_t>(where.ifindex);
  return (std::uint64_t{link} << 32 | where.address.value()) * 0x9e3779b97f4a7c15;
}

Probes::Probes(std::size_t capacity)
    : capacity_(capacity),
      running_(&memory_),
      ended_(&memory_),
      unused_(&memory_),
      by_address_(&memory_) {
  base::check(capacity > 0);
  by_address_.reserve(capacity);
}

Probes::Where Probes::where(const Probe& probe) { return {probe.ifindex, probe.key.address.v4()}; }

void Probes::keep(Slot& slot, const Probe& probe) {
  slot.payload.assign(probe.datagram.payload.begin(), probe.datagram.payload.end());
  slot.probe = probe;
  slot.probe.datagram.payload = slot.payload;
}

// All wait about equally long: the place is at the end, or near to it.
Probes::Slots::iterator Probes::place_for(base::Instant due) {
  auto place = running_.end();
  while (place != running_.begin() && std::prev(place)->probe.due > due) --place;
  return place;
}

// Sees to it that `unused_` has a slot.
bool Probes::make_room() {
  if (!unused_.empty()) return true;
  if (running_.size() + ended_.size() >= capacity_) return false;
  unused_.emplace_back().payload.reserve(base::limits::kFrameSize);
  return true;
}

ProbeStart Probes::start(const Probe& probe) {
  const auto at = by_address_.find(where(probe));
  if (at != by_address_.end()) {
    Slot& slot = *at->second;
    const bool goes_on = same_client(slot.probe, probe);
    const base::Instant due = goes_on ? slot.probe.due : probe.due;
    if (!goes_on) running_.splice(place_for(due), running_, at->second);
    keep(slot, probe);
    slot.probe.due = due;
    return goes_on ? ProbeStart::kRunning : ProbeStart::kStarted;
  }
  if (!make_room()) return ProbeStart::kFull;
  const auto slot = unused_.begin();
  keep(*slot, probe);
  running_.splice(place_for(probe.due), unused_, slot);
  by_address_.emplace(where(probe), slot);
  return ProbeStart::kStarted;
}

const Probe& Probes::end(Slots::iterator slot) {
  by_address_.erase(where(slot->probe));
  ended_.splice(ended_.end(), running_, slot);
  return slot->probe;
}

std::optional<Conflict> Probes::heard(const wire::ArpPacket& packet, int ifindex,
                                      base::Instant now) {
  const auto at = by_address_.find(Where{ifindex, claimed(packet)});
  if (at == by_address_.end() || !proves_use(packet, at->second->probe)) return std::nullopt;
  Conflict conflict{.probe = end(at->second), .evidence = packet.sender_mac};
  conflict.within_budget = budget_.take(conflict.probe.chaddr, ifindex, now);
  return conflict;
}

std::optional<Probe> Probes::take_due(base::Instant now) {
  if (running_.empty() || running_.front().probe.due > now) return std::nullopt;
  return end(running_.begin());
}

std::optional<base::Instant> Probes::next_due() const {
  return running_.empty() ? std::nullopt : std::optional(running_.front().probe.due);
}

void Probes::forget_ended() { unused_.splice(unused_.begin(), ended_); }

}  // namespace melange::dhcp
