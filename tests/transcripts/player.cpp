// SPDX-License-Identifier: Apache-2.0
#include "player.h"

#include <stdexcept>

#include "melange/base/text.h"
#include "records.h"

namespace melange::test {

using base::cat;

Player::Player(const std::string& path, const Setup& setup) : setup_(&setup), lab_(path) {
  lab_.set_hosts(setup.hosts);
  lab_.set_limits({setup.offer_time});
  lab_.configure(setup.networks, kStart);
  told_ = records();
  for (const SeededLease& lease : setup.leases) seed(lease);
}

void Player::seed(const SeededLease& lease) {
  store::AddressRecord record;
  {
    auto snapshot = lab_.store().snapshot();
    for (const store::Block& block : snapshot->view().blocks()) {
      if (!block.cidr.contains(lease.address)) continue;
      record.key = {block.id, lease.address};
      record.network = block.network;
    }
    if (record.network == store::NetworkId{}) {
      throw std::invalid_argument("a lease outside of all blocks: " + text(lease.address));
    }
    if (const auto stored = snapshot->view().address(record.key)) record = *stored;
  }
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
    out += cat(describe(sent.front(), receive, *setup_), " reason=", reason, '\n');
  } else {
    out += cat(decisions.front().changes > 0 ? "done" : "drop", " reason=", reason, '\n');
  }
}

void Player::act(const Restart&, base::Instant, std::string&) { lab_.reopen(); }

void Player::act(const Sweep&, base::Instant now, std::string&) { lab_.sweep(now); }

void Player::act(const Configure& configure, base::Instant now, std::string&) {
  lab_.configure(configure.networks, now);
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
