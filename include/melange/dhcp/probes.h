// SPDX-License-Identifier: Apache-2.0
//
// Conflict checks that are running: before an address is offered, its link is asked whether
// somebody has it (RFC 2131 section 2.2), and the client's DISCOVER waits here meanwhile. Only the
// books are kept: others send the ARP probe, hear the answers (io/arp_link.h) and know the time.
// Read RFC 5227 section 2.1.1 first.
//
//   start ──▶ running ──▶ heard: somebody has it   ──▶ quarantine, decide the DISCOVER again
//                    └──▶ take_due: nobody said so ──▶ the offer is checked, decide it again
//
// Anybody on a wire can answer any probe. So what is heard may quarantine only a few addresses for
// one client and on one link (hostile.md W25); beyond that the address is offered all the same, and
// a client that finds it in use declines it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory_resource>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "melange/base/limits.h"
#include "melange/base/time.h"
#include "melange/net/address.h"
#include "melange/net/mac.h"
#include "melange/store/address.h"
#include "melange/wire/arp.h"
#include "melange/wire/frame.h"
#include "melange/wire/identity.h"

namespace melange::dhcp {

struct Probe {
  int ifindex = 0;  // where the address is looked for
  store::NetworkId network;
  wire::Identity identity;  // of the client, by the network's policy
  store::AddressKey key;    // what it is to be offered; IPv4
  net::Mac chaddr;          // its own ARP proves nothing
  net::Mac ours;            // the sender of our probe
  base::Instant due;        // when the wait for an answer is over
  wire::Datagram datagram;  // its DISCOVER
};
// "probe 192.0.2.100 on link 3 for mac 02:00:00:00:00:01"
std::string text(const Probe& probe);

struct Conflict {
  Probe probe;
  net::Mac evidence;          // who has the address, or is about to take it
  bool within_budget = true;  // false: offer the address all the same
};
// "conflict 192.0.2.100 on link 3 with 02:00:00:00:00:02"
std::string text(const Conflict& conflict);

enum class ProbeStart : std::uint8_t {
  kStarted,  // send the ARP probe
  kRunning,  // it was sent before: nothing is to be done
  kFull,     // too many are running: answer without a check
};
std::string_view text(ProbeStart start);

// How many conflicts of the last hour were believed. Times must not go back. Its memory is taken
// at once and never grows: if it is full, no conflict is believed.
class ConflictBudget {
 public:
  explicit ConflictBudget(std::size_t capacity = base::limits::kConflicts);

  // True, and noted, if one more for this client and on this link is within the limits.
  bool take(const net::Mac& chaddr, int ifindex, base::Instant now);

 private:
  struct Hit {
    base::Instant at;
    net::Mac chaddr;
    int ifindex;
  };
  std::size_t capacity_;
  std::vector<Hit> hits_;  // oldest first
};

// At most `capacity` at one time; allocates nothing once that many were there.
class Probes {
 public:
  explicit Probes(std::size_t capacity = base::limits::kProbes);
  Probes(const Probes&) = delete;
  Probes& operator=(const Probes&) = delete;

  // The datagram is copied, with its octets. If the address is being looked for already for the
  // same client, the wait goes on, for this DISCOVER in place of the earlier one: a client expects
  // the answer to its last. If it is for another client, to whom the address went meanwhile, the
  // wait starts anew, for that one alone.
  ProbeStart start(const Probe& probe);

  // What a packet that was heard on a link proves; nothing, most of the time, and nothing if it is
  // our own probe that came back. A conflict ends its probe.
  std::optional<Conflict> heard(const wire::ArpPacket& packet, int ifindex, base::Instant now);

  // Ends one probe whose wait is over with nothing heard, the one that was due first. To be called
  // until there is none, or as long as there is room for its datagram.
  std::optional<Probe> take_due(base::Instant now);
  // When that will be.
  std::optional<base::Instant> next_due() const;

  // The datagrams of the probes that ended are valid until this is called, and count as running as
  // to the capacity: so it is to be called once they have been decided.
  void forget_ended();

  std::size_t running() const { return running_.size(); }

 private:
  struct Slot {
    Probe probe;
    std::vector<std::uint8_t> payload;
  };
  using Slots = std::pmr::list<Slot>;
  struct Where {
    int ifindex;
    net::Ipv4 address;
    bool operator==(const Where&) const = default;
  };
  struct WhereHash {
    std::size_t operator()(const Where& where) const;
  };

  static Where where(const Probe& probe);
  static void keep(Slot& slot, const Probe& probe);
  Slots::iterator place_for(base::Instant due);
  bool make_room();
  const Probe& end(Slots::iterator slot);

  std::pmr::unsynchronized_pool_resource memory_;
  std::size_t capacity_;
  Slots running_;  // the next that is due first
  Slots ended_;
  Slots unused_;
  std::pmr::unordered_map<Where, Slots::iterator, WhereHash> by_address_;  // what is running
  ConflictBudget budget_;
};

}  // namespace melange::dhcp
