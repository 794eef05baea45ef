// SPDX-License-Identifier: Apache-2.0
//
// The turn: a batch of datagrams is decided inside one write transaction, committed once, and
// answered. Replies that promise nothing leave before the commit; those that do leave after it, or,
// if it failed, never (design.md section 1). One thread takes turns.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "melange/base/error.h"
#include "melange/base/limits.h"
#include "melange/base/time.h"
#include "melange/dhcp/decide4.h"
#include "melange/dhcp/offers.h"
#include "melange/dhcp/probes.h"
#include "melange/dhcp/topology.h"
#include "melange/io/link.h"
#include "melange/store/store.h"
#include "melange/wire/dhcp4.h"

namespace melange::daemon {

// Looks for addresses on links before they are offered (RFC 2131 section 2.2).
class Prober {
 public:
  virtual ~Prober() = default;
  // True if it looks for the address; then it sees to it that the datagram, of which it keeps a
  // copy, is decided again. False: nobody can, and the client is to be answered without.
  virtual bool start(const dhcp::Probe& probe) = 0;
};

// Where replies leave.
struct Ports {
  std::unordered_map<int, io::Link*> raw;  // by ifindex
  io::Link* routed = nullptr;              // the UDP socket
  Prober* prober = nullptr;                // null: no address is looked for
};

struct Counters {
  using Refused = std::array<std::uint64_t, wire::kFrameErrors>;  // frames, by wire::FrameError

  std::array<std::uint64_t, dhcp::kReasons> decisions{};  // by dhcp::Reason
  std::map<int, Refused> refused;  // by ifindex; 0 has those of links that are gone
  std::uint64_t ring_drops = 0;
  std::uint64_t sent = 0;
  std::uint64_t lost = 0;  // replies that the kernel did not take
  std::uint64_t commits = 0;
  std::uint64_t failed_commits = 0;

  std::uint64_t refused_on(int ifindex, wire::FrameError error) const;
};

// Is told what was decided, for the log or a test.
class Observer {
 public:
  virtual ~Observer() = default;
  // `query` is null if the packet has no meaning; both arguments are valid during the call only.
  virtual void decided(const wire::Datagram& datagram, const dhcp::Query4* query,
                       const dhcp::Decision4& decision) = 0;
  // Frames that the links refused, new ones since the last call.
  virtual void refused(const io::Batch::Refused&) {}
  // Somebody on the link has an address that was about to be offered.
  virtual void conflicted(const dhcp::Conflict&) {}
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
  const dhcp::Limits4& limits() const { return limits_; }
  const Counters& counters() const { return counters_; }

  // Nobody has the address of the probe: the offer that waits for it may leave. False if the offer
  // is gone, or is of another address by now.
  bool confirm(const dhcp::Probe& probe);
  // Somebody has it: there is no such offer any more. False likewise.
  bool withdraw(const dhcp::Probe& probe);
  // The link is gone for good.
  void forget_link(int ifindex);

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
  dhcp::Decision4 decide(const dhcp::Query4& query, const store::View& view, base::Instant now,
                         const Ports& ports);
  bool probe(const dhcp::Query4& query, const dhcp::Decision4& decision, base::Instant now,
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
