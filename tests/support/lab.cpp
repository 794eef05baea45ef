// SPDX-License-Identifier: Apache-2.0
#include "lab.h"

#include <stdexcept>

#include "melange/base/text.h"
#include "melange/dhcp/sweep.h"
#include "melange/ipam/plan.h"

namespace melange::test {
namespace {

const std::vector<std::string> kAllInterfaces{"*"};

template <class T>
T must(base::Result<T> result) {
  if (!result) throw std::runtime_error(result.error().message);
  return std::move(*result);
}

void must(const base::Status& status) {
  if (!status) throw std::runtime_error(status.error().message);
}

Sent read_back(int ifindex, const io::Outgoing& packet) {
  Sent sent{.ifindex = ifindex};
  if (ifindex == 0) {
    sent.addresses = {{}, {}, packet.source, packet.destination, wire::kServerPort4, packet.port};
    sent.payload.assign(packet.bytes.begin(), packet.bytes.end());
    return sent;
  }
  const auto datagram = wire::parse_frame(packet.bytes, wire::Checksum::kComplete, ifindex);
  if (!datagram) throw std::logic_error(base::cat("bad frame: ", text(datagram.error())));
  sent.addresses = {*datagram->source_mac, *net::Mac::from_bytes(packet.bytes.first(6)),
                    datagram->source,      datagram->destination,
                    datagram->source_port, datagram->destination_port};
  sent.payload.assign(datagram->payload.begin(), datagram->payload.end());
  return sent;
}

}  // namespace

std::size_t KeepingLink::send(std::span<const io::Outgoing> packets) {
  if (down_) return packets.size();
  for (const io::Outgoing& packet : packets) kept_->push_back(read_back(ifindex_, packet));
  return 0;
}

void Recorder::decided(const wire::Datagram&, const dhcp::Query4* query,
                       const dhcp::Decision4& decision) {
  Told told;
  told.reason = decision.reason;
  told.decision = text(decision);
  told.changes = decision.changes.size();
  told.identity = decision.identity;
  if (decision.network != nullptr) told.network = decision.network->id;
  if (query != nullptr) {
    told.query = text(*query);
    told.intent = query->intent;
    told.xid = query->message->header().xid;
    told.subject = query->subject();
  }
  if (decision.reply) {
    told.reply = decision.reply->type;
    told.yiaddr = decision.reply->yiaddr;
    told.lease_time = decision.reply->lease_time;
    for (const auto* each : decision.reply->classes) told.classes.push_back(each->name);
  }
  decisions.push_back(std::move(told));
}

void Recorder::committed(bool durable) {
  commits.push_back(durable);
  sent_at_commit.push_back(sent_->size());
}

Lab::Lab(std::string path, const store::Options& options)
    : path_(std::move(path)), options_(options) {
  raw_[0] = std::make_unique<KeepingLink>(0, sent_);
  ports_.routed = raw_[0].get();
  open();
  compile();
}

void Lab::open() {
  store_.emplace(must(store::Store::open(path_, options_)));
  turn_ = std::make_unique<daemon::Turn>(*store_, recorder_);
  turn_->set_limits(limits_);
}

void Lab::set_hosts(std::vector<net::HostLink> hosts) {
  hosts_ = std::move(hosts);
  for (const net::HostLink& host : hosts_) {
    auto& link = raw_[host.ifindex];
    link = std::make_unique<KeepingLink>(host.ifindex, sent_);
    ports_.raw[host.ifindex] = link.get();
  }
}

void Lab::set_globals(dhcp::Globals4 globals) {
  globals_ = std::make_shared<const dhcp::Globals4>(std::move(globals));
  compile();
}

void Lab::configure(const std::vector<config::Network>& networks, base::Instant now) {
  store::Changes changes;
  {
    auto snapshot = must(store_->snapshot());
    const store::View view = snapshot.view();
    changes = ipam::plan_config(view, networks, now).value();
    if (!view.ok()) throw std::runtime_error(view.error().message);
  }
  apply(changes, "config", now);
}

void Lab::apply(const store::Changes& changes, std::string_view actor, base::Instant now) {
  must(turn_->apply(changes, actor, now));
  const dhcp::Topology here = turn_->topology().relinked(hosts_, kAllInterfaces);
  turn_->set_topology(std::make_shared<const dhcp::Topology>(here.updated(changes)));
}

void Lab::compile() {
  auto snapshot = must(store_->snapshot());
  const store::View view = snapshot.view();
  turn_->set_topology(std::make_shared<const dhcp::Topology>(view.networks(), view.blocks(), hosts_,
                                                             kAllInterfaces, globals_));
}

void Lab::restart_turn() {
  turn_ = std::make_unique<daemon::Turn>(*store_, recorder_);
  turn_->set_limits(limits_);
  compile();
}

void Lab::set_limits(const dhcp::Limits4& limits) {
  limits_ = limits;
  turn_->set_limits(limits);
}

void Lab::close() {
  turn_.reset();
  store_.reset();
}

void Lab::reopen() {
  close();
  open();
  compile();
}

base::Status Lab::receive(std::span<const wire::Datagram> datagrams, base::Instant now) {
  batch_->clear();
  for (const wire::Datagram& datagram : datagrams) batch_->datagrams.push_back(datagram);
  return turn_->run(*batch_, now, ports_);
}

std::size_t Lab::sweep(base::Instant now) {
  std::size_t made = 0;
  std::optional<store::AddressKey> from;
  do {
    dhcp::Sweep swept;
    {
      auto snapshot = must(store_->snapshot());
      swept = dhcp::sweep(snapshot.view(), turn_->topology(), from, now);
    }
    must(turn_->apply(swept.changes, "sweeper", now));
    made += swept.changes.size();
    from = swept.next;
  } while (from);
  return made;
}

std::vector<Sent> Lab::take_sent() { return std::exchange(sent_, {}); }

net::HostLink host_link(int ifindex, std::initializer_list<std::string_view> addresses) {
  net::HostLink link;
  link.ifindex = ifindex;
  link.name = base::cat("eth", ifindex - 1);
  link.mac = mac_of(0xff000000u + static_cast<std::uint32_t>(ifindex));
  link.up = link.ethernet = true;
  for (const std::string_view text : addresses) {
    const auto address = net::Ipv4::parse(text.substr(0, text.find('/')));
    const auto prefix = net::Prefix::parse(text);
    if (!address || !prefix) throw std::invalid_argument(base::cat("not an address: ", text));
    link.addresses.push_back({*address, *prefix});
  }
  return link;
}

}  // namespace melange::test
