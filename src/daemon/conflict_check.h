// SPDX-License-Identifier: Apache-2.0
//
// The conflict check as the server's loop sees it: what a turn wants to know of an address is asked
// on the link, what is heard there is judged (dhcp/probes.h), and whoever waited is decided again
// in a later turn. No turn waits. RFC 2131 section 2.2.
#pragma once

#include <optional>
#include <vector>

#include "melange/daemon/turn.h"
#include "melange/dhcp/probes.h"
#include "melange/io/link.h"
#include "melange/store/store.h"
#include "melange/wire/arp.h"

namespace melange::daemon {

// Where ARP probes leave.
class ArpPort {
 public:
  virtual ~ArpPort() = default;
  // False if nothing is asked, and nothing heard, on that link.
  virtual bool is_open(int ifindex) const = 0;
  virtual void probe(int ifindex, const net::Mac& sender, net::Ipv4 address) = 0;
};

class ConflictCheck final : public Prober {
 public:
  ConflictCheck(store::Store& store, Turn& turn, Observer& observer, ArpPort& port);

  bool start(const dhcp::Probe& probe) override;
  // A packet that was heard. To be called only while there is room.
  void hear(const wire::ArpPacket& packet, int ifindex, base::Instant now);
  bool has_room() const;
  // Quarantines what was heard to be in use, and puts into the batch who is to be decided again. A
  // failure means that the store took nothing: then those of the former are left out, and their
  // clients ask again.
  base::Status resume(io::Batch& batch, base::Instant now);
  // Once what `resume` gave has been decided.
  void forget_ended() { probes_.forget_ended(); }
  std::optional<base::Instant> next_due() const { return probes_.next_due(); }

 private:
  base::Status quarantine(io::Batch& batch, base::Instant now);

  store::Store* store_;
  Turn* turn_;
  Observer* observer_;
  ArpPort* port_;
  dhcp::Probes probes_;
  std::vector<dhcp::Conflict> heard_;
};

}  // namespace melange::daemon
