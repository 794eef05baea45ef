// SPDX-License-Identifier: Apache-2.0
#include "melange/daemon/turn.h"

#include <numeric>

#include "melange/base/check.h"
#include "melange/dhcp/query4.h"
#include "melange/dhcp/reply4.h"

namespace melange::daemon {

using base::limits::kBatchFrames;
using dhcp::Decision4;
using dhcp::Query4;
using dhcp::Reason;

namespace {

constexpr unsigned kGrowths = 16;  // the store doubles each time: from 1 MiB to 64 GiB

bool must_grow(const base::Status& done) {
  return !done && done.error().fault == base::Fault::kMapFull;
}

Decision4 failed_decision() {
  Decision4 decision;
  decision.reason = Reason::kStoreFailed;
  return decision;
}

}  // namespace

Turn::Turn(store::Store& store, Observer& observer)
    : store_(&store),
      observer_(&observer),
      topology_(std::make_shared<dhcp::Topology>(
          std::span<const store::Network>(), std::span<const store::Block>(),
          std::span<const net::HostLink>(), std::span<const std::string>())),
      message_(std::make_unique<wire::Message4>()),
      slots_(kBatchFrames) {
  now_.reserve(kBatchFrames);
  after_commit_.reserve(kBatchFrames);
  offers_to_release_.reserve(kBatchFrames);
  undone_.reserve(kBatchFrames);
  waiting_.reserve(kBatchFrames);
  outgoing_.reserve(kBatchFrames);
}

void Turn::set_topology(std::shared_ptr<const dhcp::Topology> topology) {
  topology_ = std::move(topology);
}

base::Status Turn::run(const io::Batch& batch, base::Instant now, const Ports& ports,
                       Guest* guest) {
  for (const io::Batch::Refused& entry : batch.refused) {
    counters_.refused[entry.ifindex].at(static_cast<std::size_t>(entry.error)) += entry.count;
    observer_->refused(entry);
  }
  counters_.ring_drops += batch.ring_drops;
  offers_.drop_expired(now);
  undone_.resize(batch.datagrams.size());
  std::iota(undone_.begin(), undone_.end(), std::size_t{0});
  base::Status done = decide_all(batch, now, ports, guest);
  // The store can only grow between transactions: what it did not take is decided once more.
  for (unsigned grown = 0; must_grow(done) && grown < kGrowths; ++grown) {
    done = decide_all(batch, now, ports, guest);
  }
  if (!done) counters_.decisions[static_cast<std::size_t>(Reason::kStoreFailed)] += undone_.size();
  if (guest != nullptr) guest->settled(done.has_value());
  return done;
}

// Decides what is in `undone_`, commits, and sends. On failure `undone_` keeps those datagrams
// whose outcome was lost with the transaction; all others have been answered.
base::Status Turn::decide_all(const io::Batch& batch, base::Instant now, const Ports& ports,
                              Guest* guest) {
  auto txn = store_->begin();
  if (!txn) return std::unexpected(txn.error());
  txn->act_as("dhcp", now);
  clear_queues();
  base::Status done = decide_packets(batch, now, ports, *txn);
  send(now_);
  if (done && guest != nullptr) {
    if (auto decided = guest->decide(*txn, now); !decided) done = std::unexpected(decided.error());
  }
  if (done) done = txn->commit(now);
  observer_->committed(done.has_value());
  if (!done) {
    ++counters_.failed_commits;
    return done;
  }
  ++counters_.commits;
  undone_.clear();
  for (const auto& [network, identity] : offers_to_release_) offers_.release(network, identity);
  send(after_commit_);
  return done;
}

// Afterwards `undone_` holds those that wait for the commit, and those that were not come to.
base::Status Turn::decide_packets(const io::Batch& batch, base::Instant now, const Ports& ports,
                                  store::Txn& txn) {
  base::Status done;
  std::size_t decided = 0;
  for (; decided < undone_.size() && done; ++decided) {
    const auto waits = decide_one(batch.datagrams[undone_[decided]], txn, now, ports);
    if (!waits) done = std::unexpected(waits.error());
    if (!waits || *waits) waiting_.push_back(undone_[decided]);
  }
  waiting_.insert(waiting_.end(), undone_.begin() + static_cast<std::ptrdiff_t>(decided),
                  undone_.end());
  undone_.swap(waiting_);
  return done;
}

void Turn::clear_queues() {
  now_.clear();
  after_commit_.clear();
  offers_to_release_.clear();
  waiting_.clear();
  slots_used_ = 0;
  changed_ = false;
}

// True if the outcome is only true once the transaction is committed.
base::Result<bool> Turn::decide_one(const wire::Datagram& datagram, store::Txn& txn,
                                    base::Instant now, const Ports& ports) {
  Decision4 decision;
  if (message_->read(datagram.payload)) {
    decision.reason = Reason::kMalformed;
    tell(datagram, nullptr, decision);
    return false;
  }
  const auto query = dhcp::read_query(*message_, datagram);
  if (!query) {
    decision.reason = query.error();
    tell(datagram, nullptr, decision);
    return false;
  }
  decision = decide(*query, txn.view(), now, ports);
  if (const auto damage = txn.forgive()) {
    observer_->damaged(*damage);
    tell(datagram, &*query, failed_decision());
    return false;
  }
  if (!txn.view().ok()) return std::unexpected(txn.view().error());
  if (auto applied = apply_all(decision, txn); !applied) return std::unexpected(applied.error());
  const bool waits = waits_for_commit(decision);
  follow_offer(decision, waits);
  if (decision.reply) queue_reply(*query, decision, ports, waits);
  tell(datagram, &*query, decision);
  return waits;
}

Decision4 Turn::decide(const Query4& query, const store::View& view, base::Instant now,
                       const Ports& ports) {
  dhcp::Limits4 limits = limits_;
  limits.can_probe = ports.prober != nullptr;
  Decision4 decision = dhcp::decide(query, view, *topology_, offers_, limits, now);
  // Of a view that has failed, the decision means nothing.
  if (!decision.probes || !view.ok()) return decision;
  if (probe(query, decision, now, ports)) return decision;
  limits.can_probe = false;
  return dhcp::decide(query, view, *topology_, offers_, limits, now);
}

bool Turn::probe(const Query4& query, const Decision4& decision, base::Instant now,
                 const Ports& ports) {
  const dhcp::Offer& offer = std::get<dhcp::HoldOffer>(decision.offer).offer;
  const wire::Datagram& datagram = *query.datagram;
  const dhcp::ServedLink* const link = topology_->link(datagram.ifindex);
  return link != nullptr &&
         ports.prober->start({datagram.ifindex, offer.network, offer.identity, offer.address,
                              query.chaddr, link->host.mac, now + limits_.conflict_wait, datagram});
}

bool Turn::confirm(const dhcp::Probe& probe) {
  return offers_.check(probe.network, probe.identity, probe.key);
}

bool Turn::withdraw(const dhcp::Probe& probe) {
  const dhcp::Offer* const offer = offers_.find(probe.network, probe.identity);
  if (offer == nullptr || offer->address != probe.key) return false;
  offers_.release(probe.network, probe.identity);
  return true;
}

void Turn::forget_link(int ifindex) {
  const auto at = counters_.refused.find(ifindex);
  if (at == counters_.refused.end() || ifindex == 0) return;
  const Counters::Refused counts = at->second;
  counters_.refused.erase(at);
  Counters::Refused& gone = counters_.refused[0];
  for (std::size_t i = 0; i < gone.size(); ++i) gone.at(i) += counts.at(i);
}

std::uint64_t Counters::refused_on(int ifindex, wire::FrameError error) const {
  const auto at = refused.find(ifindex);
  return at == refused.end() ? 0 : at->second.at(static_cast<std::size_t>(error));
}

// An ACK that only repeats what is stored promises it all the same: what this very transaction
// wrote is not durable yet (design.md, invariant 1).
bool Turn::waits_for_commit(const Decision4& decision) {
  changed_ = changed_ || !decision.changes.empty();
  const auto& reply = decision.reply;
  const bool promises = reply && reply->type == wire::MessageType4::kAck && reply->lease_time;
  return !decision.changes.empty() || (promises && changed_);
}

base::Status Turn::apply_all(const Decision4& decision, store::Txn& txn) {
  for (const store::LeaseChange& change : decision.changes) {
    if (auto applied = txn.apply(change); !applied) return applied;
  }
  return {};
}

void Turn::follow_offer(const Decision4& decision, bool waits) {
  if (const auto* hold = std::get_if<dhcp::HoldOffer>(&decision.offer)) {
    offers_.hold(hold->offer);
  } else if (std::holds_alternative<dhcp::ReleaseOffer>(decision.offer)) {
    // An offer that becomes a lease stands until the lease does.
    if (waits) {
      offers_to_release_.emplace_back(decision.network->id, decision.identity);
    } else {
      offers_.release(decision.network->id, decision.identity);
    }
  }
}

void Turn::queue_reply(const Query4& query, const Decision4& decision, const Ports& ports,
                       bool waits) {
  const dhcp::Reply4& reply = *decision.reply;
  base::check(slots_used_ < slots_.size());
  const base::MutableBytes slot(slots_[slots_used_]);
  const std::size_t size = dhcp::write_reply(query, reply, slot.subspan(wire::kFrameOverhead));
  const bool on_link = reply.to.path == dhcp::Destination4::Path::kLink;
  const auto raw = ports.raw.find(query.datagram->ifindex);
  const dhcp::ServedLink* link = topology_->link(query.datagram->ifindex);
  const bool reachable =
      on_link ? raw != ports.raw.end() && link != nullptr : ports.routed != nullptr;
  if (size == 0 || !reachable) {
    ++counters_.lost;
    return;
  }
  ++slots_used_;
  Packet packet{};
  if (on_link) {
    const base::MutableBytes frame = slot.first(wire::kFrameOverhead + size);
    wire::put_frame_headers(frame, {link->host.mac, reply.to.mac, reply.source, reply.to.address,
                                    wire::kServerPort4, reply.to.port});
    packet = {raw->second, {frame, {}, {}, 0}};
  } else {
    packet = {
        ports.routed,
        {slot.subspan(wire::kFrameOverhead, size), reply.source, reply.to.address, reply.to.port}};
  }
  (waits ? after_commit_ : now_).push_back(packet);
}

void Turn::tell(const wire::Datagram& datagram, const Query4* query, const Decision4& decision) {
  ++counters_.decisions[static_cast<std::size_t>(decision.reason)];
  observer_->decided(datagram, query, decision);
}

// In runs of one link each: a batch mostly came from one.
void Turn::send(std::vector<Packet>& packets) {
  for (std::size_t i = 0; i < packets.size();) {
    io::Link* const link = packets[i].link;
    outgoing_.clear();
    for (; i < packets.size() && packets[i].link == link; ++i) {
      outgoing_.push_back(packets[i].outgoing);
    }
    const std::size_t lost = link->send(outgoing_);
    counters_.lost += lost;
    counters_.sent += outgoing_.size() - lost;
  }
  packets.clear();
}

namespace {

base::Status apply_once(store::Store& store, const store::Changes& changes, std::string_view actor,
                        base::Instant now) {
  auto txn = store.begin();
  if (!txn) return std::unexpected(txn.error());
  txn->act_as(actor, now);
  for (const store::Change& change : changes) {
    if (auto applied = txn->apply(change); !applied) return applied;
  }
  return txn->commit(now);
}

}  // namespace

base::Status Turn::apply(const store::Changes& changes, std::string_view actor, base::Instant now) {
  if (changes.empty()) return {};
  base::Status done = apply_once(*store_, changes, actor, now);
  for (unsigned grown = 0; must_grow(done) && grown < kGrowths; ++grown) {
    done = apply_once(*store_, changes, actor, now);
  }
  return done;
}

}  // namespace melange::daemon
