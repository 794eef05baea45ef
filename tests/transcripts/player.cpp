// SPDX-License-Identifier: Apache-2.0
#include "player.h"

#include <algorithm>
#include <stdexcept>

#include "melange/base/text.h"
#include "records.h"

namespace melange::test {

using base::cat;

Player::Player(const std::string& path, const Setup& setup) : setup_(&setup), lab_(path) {
  lab_.set_hosts(setup.hosts);
  lab_.set_limits({setup.config.dhcp.offer_time});
  lab_.set_globals(dhcp::compile(setup.config));
  lab_.configure(setup.config.networks, kStart);
  write_beside(setup.beside);
  told_ = records();
  for (const SeededLease& lease : setup.beside.leases) seed(lease);
  for (const WriteAddress& written : setup.addresses) write(written, kStart);
}

void Player::write_beside(const Beside& beside) {
  store::Changes changes;
  {
    auto snapshot = lab_.store().snapshot();
    const store::View view = snapshot->view();
    for (store::Network& network : view.networks()) {
      const auto& named = beside.named_links_only;
      network.named_links_only = std::ranges::find(named, network.name) != named.end();
      if (network.named_links_only) changes.push_back(store::PutNetwork{network});
    }
    for (store::Block& block : view.blocks()) {
      const auto denied = std::ranges::find(beside.denied, block.cidr, &DeniedOctets::cidr);
      if (denied == beside.denied.end()) continue;
      block.denied_octets = denied->octets;
      changes.push_back(store::PutBlock{block});
    }
  }
  lab_.apply(changes, "local", kStart);
}

store::AddressRecord Player::record_at(net::Ipv4 address) {
  store::AddressRecord record;
  auto snapshot = lab_.store().snapshot();
  for (const store::Block& block : snapshot->view().blocks()) {
    if (!block.cidr.contains(address)) continue;
    record.key = {block.id, address};
    record.network = block.network;
  }
  if (record.network == store::NetworkId{}) {
    throw std::invalid_argument("outside of all blocks: " + text(address));
  }
  return snapshot->view().address(record.key).value_or(record);
}

void Player::write(const WriteAddress& written, base::Instant now) {
  store::AddressRecord record = record_at(written.address);
  record.state = written.state;
  record.identity = written.identity;
  record.reserved_for = written.reserved_for;
  record.hostname = base::InlineBytes<253>(base::bytes_of(written.hostname));
  record.since = now;
  record.expires = written.until ? kStart + *written.until : base::Instant{};
  record.options = written.options;
  lab_.apply({store::PutAddress{record}}, "local", now);
}

void Player::seed(const SeededLease& lease) {
  store::AddressRecord record = record_at(lease.address);
  const auto identity = wire::Identity::of(lease.mac);
  const bool own = record.identity == identity;
  const bool reserved = record.state == store::AddressState::kReserved;
  if (reserved && !own) record.reserved_for = record.identity;
  record.state = reserved && own ? store::AddressState::kBound : store::AddressState::kLeased;
  record.identity = identity;
  record.since = kStart;
  record.expires = lease.time == base::kInfinite ? base::Instant::max() : kStart + lease.time;
  commit(lab_.store(), {store::PutAddress{record}}, kStart);
}

std::string Player::play(Event& event) {
  std::string out;
  std::visit([&](auto& what) { act(what, kStart + event.at, out); }, event.what);
  return out + changed_records();
}

void Player::act(Receive& receive, base::Instant now, std::string& out) {
  receive.datagram.payload = receive.payload;
  lab_.recorder().decisions.clear();
  const auto done = lab_.receive(std::span(&receive.datagram, 1), now);
  if (!done) out += cat("failed ", done.error().message, '\n');
  const auto& decisions = lab_.recorder().decisions;
  if (decisions.size() != 1) throw std::logic_error("one packet, not one decision");
  const auto sent = lab_.take_sent();
  if (sent.size() > 1) throw std::logic_error("one packet, several replies");
  const std::string_view reason = dhcp::text(decisions.front().reason);
  if (!sent.empty()) {
    const auto& classes = decisions.front().classes;
    out += describe(sent.front(), receive, *setup_);
    if (receive.show_classes) out += cat(" classes=", base::join(classes, ","));
    out += cat(" reason=", reason, '\n');
  } else {
    out += cat(decisions.front().changes > 0 ? "done" : "drop", " reason=", reason, '\n');
  }
}

void Player::act(const Restart&, base::Instant, std::string&) { lab_.reopen(); }

void Player::act(const Sweep&, base::Instant now, std::string&) { lab_.sweep(now); }

void Player::act(const Configure& configure, base::Instant now, std::string&) {
  lab_.configure(configure.networks, now);
}

void Player::act(const WriteAddress& written, base::Instant now, std::string&) {
  write(written, now);
}

Player::Records Player::records() {
  Records records;
  auto snapshot = lab_.store().snapshot();
  const store::View view = snapshot->view();
  for (const store::Block& block : view.blocks()) {
    view.scan(block.id, block.cidr.network(), [&](const store::AddressRecord& record) {
      records[record.key] = describe(record);
      return true;
    });
  }
  if (!view.ok()) throw std::runtime_error(view.error().message);
  return records;
}

std::string Player::changed_records() {
  std::string out;
  const Records now = records();
  for (const auto& [key, was] : told_) {
    if (!now.contains(key)) out += cat("lease ", text(key.address), " free\n");
  }
  for (const auto& [key, record] : now) {
    const auto was = told_.find(key);
    if (was == told_.end() || was->second != record) out += record + '\n';
  }
  told_ = now;
  return out;
}

}  // namespace melange::test
