// SPDX-License-Identifier: Apache-2.0
//
// The turn: a batch of datagrams is decided inside one write transaction, committed once, and
// answered. Replies that promise nothing leave before the commit; those that do leave after it, or,
// if it failed, never (design.md section 1). One thread takes turns.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "melange/base/error.h"
#include "melange/base/limits.h"
#include "melange/base/time.h"
#include "melange/dhcp/decide4.h"
#include "melange/dhcp/offers.h"
#include "melange/dhcp/topology.h"
#include "melange/io/link.h"
#include "melange/store/store.h"
#include "melange/wire/dhcp4.h"

namespace melange::daemon {

// Where replies leave.
struct Ports {
  std::unordered_map<int, io::Link*> raw;  // by ifindex
  io::Link* routed = nullptr;              // the UDP socket
};

struct Counters {
  std::array<std::uint64_t, dhcp::kReasons> decisions{};    // by dhcp::Reason
  std::array<std::uint64_t, wire::kFrameErrors> refused{};  // frames, by wire::FrameError
  std::uint64_t ring_drops = 0;
  std::uint64_t sent = 0;
  std::uint64_t lost = 0;  // replies that the kernel did not take
  std::uint64_t commits = 0;
  std::uint64_t failed_commits = 0;
};

// Is told what was decided, for the log or a test.
class Observer {
 public:
  virtual ~Observer() = default;
  // `query` is null if the packet has no meaning; both arguments are valid during the call only.
  virtual void decided(const wire::Datagram& datagram, const dhcp::Query4* query,
                       const dhcp::Decision4& decision) = 0;
  // A record that this packet needed is damaged; the packet was dropped.
  virtual void damaged(const base::Error& error) = 0;
  // The changes of the decisions since the last call are durable, or (false) never were made.
  virtual void committed(bool durable) = 0;
};

// Who has something to change beside the packets: it is decided after them, in the same
// transaction.
class Guest {
 public:
  virtual ~Guest() = default;
  // Applies what there is. Called once more, for the same, if the store had to grow. True if it
  // applied anything. A failure is the whole turn's.
  virtual base::Result<bool> decide(store::Txn& txn, base::Instant now) = 0;
  // What it applied is durable, or (false) never was made.
  virtual void settled(bool durable) = 0;
};

class Turn {
 public:
  Turn(store::Store& store, Observer& observer);
  Turn(const Turn&) = delete;
  Turn& operator=(const Turn&) = delete;

  void set_topology(std::shared_ptr<const dhcp::Topology> topology);
  void set_limits(const dhcp::Limits4& limits) { limits_ = limits; }
  const dhcp::Topology& topology() const { return *topology_; }
  const dhcp::Offers& offers() const { return offers_; }
  const Counters& counters() const { return counters_; }

  // Takes one turn. A failure means that nothing of this batch was made durable, and that no reply
  // which needed it was sent; the next turn may succeed.
  base::Status run(const io::Batch& batch, base::Instant now, const Ports& ports,
                   Guest* guest = nullptr);
  // Applies `changes` of `actor` in a transaction of their own, again if the store must grow first.
  base::Status apply(const store::Changes& changes, std::string_view actor, base::Instant now);

 private:
  struct Packet {
    io::Link* link;
    io::Outgoing outgoing;
  };
  using Slot = std::array<std::uint8_t, base::limits::kReplySize + wire::kFrameOverhead>;

  base::Status decide_all(const io::Batch& batch, base::Instant now, const Ports& ports,
                          Guest* guest);
  base::Status decide_packets(const io::Batch& batch, base::Instant now, const Ports& ports,
                              store::Txn& txn);
  base::Result<bool> decide_one(const wire::Datagram& datagram, store::Txn& txn, base::Instant now,
                                const Ports& ports);
  base::Status apply_all(const dhcp::Decision4& decision, store::Txn& txn);
  bool waits_for_commit(const dhcp::Decision4& decision);
  void follow_offer(const dhcp::Decision4& decision, bool waits);
  void queue_reply(const dhcp::Query4& query, const dhcp::Decision4& decision, const Ports& ports,
                   bool waits);
  void tell(const wire::Datagram& datagram, const dhcp::Query4* query,
            const dhcp::Decision4& decision);
  void clear_queues();
  void send(std::vector<Packet>& packets);

  store::Store* store_;
  Observer* observer_;
  std::shared_ptr<const dhcp::Topology> topology_;
  dhcp::Limits4 limits_;
  dhcp::Offers offers_;
  Counters counters_;

  // Kept between turns so that a packet needs no heap.
  std::unique_ptr<wire::Message4> message_;
  std::vector<Slot> slots_;  // the bytes of the replies below
  std::size_t slots_used_ = 0;
  std::vector<Packet> now_;
  std::vector<Packet> after_commit_;
  std::vector<std::pair<store::NetworkId, wire::Identity>> offers_to_release_;
  std::vector<std::size_t> undone_;   // indices of the batch that are still to be decided
  std::vector<std::size_t> waiting_;  // of those that wait for the commit
  bool changed_ = false;              // the transaction has changes
  std::vector<io::Outgoing> outgoing_;
};

}  // namespace melange::daemon
