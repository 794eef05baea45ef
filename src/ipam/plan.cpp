// SPDX-License-Identifier: Apache-2.0
#include "melange/ipam/plan.h"

#include <algorithm>
#include <map>
#include <ranges>
#include <set>

#include "melange/base/check.h"
#include "melange/ipam/usable.h"
#include "records.h"

namespace melange::ipam {
namespace {

using base::Instant;
using store::AddressKey;
using store::AddressRecord;
using store::AddressState;
using store::Block;
using store::BlockId;
using store::Changes;
using store::Network;
using store::NetworkId;
using store::Reservation;
using store::View;
using wire::Identity;

std::vector<store::OptionValue> to_options(const config::Options4& options) {
  std::vector<store::OptionValue> values;
  for (const auto& [code, octets] : options) values.push_back({code, octets});
  return values;
}

Network to_network(const config::Network& from, NetworkId id) {
  Network network;
  network.id = id;
  network.name = from.id.value;
  network.tenant = from.tenant;
  network.managed_by = store::ManagedBy::kConfig;
  network.identity = from.identity == config::IdentityPolicy::kMac
                         ? store::IdentityPolicy::kMac
                         : store::IdentityPolicy::kClientId;
  network.authoritative = from.authoritative;
  network.interfaces = from.interfaces;
  network.relays.assign(from.relays.begin(), from.relays.end());
  network.decline_time = from.decline_time;
  network.hold_time = from.hold_time;
  network.options = to_options(from.options);
  return network;
}

std::vector<net::Range> to_ranges(const std::vector<config::At<net::Range>>& from) {
  std::vector<net::Range> ranges;
  for (const auto& range : from) ranges.push_back(range.value);
  return ranges;
}

Block to_block(const config::Block& from, NetworkId network, BlockId id) {
  base::check(from.cidr.value.has_value());
  Block block;
  block.id = id;
  block.network = network;
  block.cidr = *from.cidr.value;
  block.managed_by = store::ManagedBy::kConfig;
  if (from.gateway.value) block.gateway = *from.gateway.value;
  block.dns.assign(from.dns.begin(), from.dns.end());
  block.pools = to_ranges(from.pools);
  block.exclude = to_ranges(from.exclude);
  block.lease_time = from.lease_time.value;
  block.min_lease_time = from.min_lease_time.value.value_or(block.lease_time);
  block.max_lease_time = from.max_lease_time.value.value_or(block.lease_time);
  block.renew_time = from.renew_time.value;
  block.rebind_time = from.rebind_time.value;
  block.mtu = from.mtu;
  for (const config::Route& route : from.routes) {
    block.routes.push_back({route.destination, route.gateway});
  }
  block.options = to_options(from.options);
  const net::RangeSet ranges = dynamic(block);
  block.dynamic.assign(ranges.ranges().begin(), ranges.ranges().end());
  return block;
}

Reservation to_reservation(const config::Reservation& from, NetworkId network) {
  base::check(from.mac.value.has_value());
  Reservation reservation;
  reservation.network = network;
  reservation.identity = Identity::of(*from.mac.value);
  reservation.managed_by = store::ManagedBy::kConfig;
  for (const auto& address : from.addresses) reservation.addresses.push_back(address.value);
  reservation.hostname = from.hostname;
  return reservation;
}

// The same but for the revision, which the store gives.
template <class T>
bool same(T a, const T& b) {
  a.revision = b.revision;
  return a == b;
}

class Planner {
 public:
  Planner(const View& view, Instant now)
      : view_(view),
        now_(now),
        records_(view),
        old_networks_(view.networks()),
        old_blocks_(view.blocks()),
        next_network_(view.next_network_id()),
        next_block_(view.next_block_id()) {}

  Changes plan(const std::vector<config::Network>& networks) {
    for (const config::Network& network : networks) names_.insert(network.id.value);
    for (const config::Network& network : networks) plan_network(network);
    plan_gone_blocks();
    for (const config::Network& network : networks) plan_reservations(network);
    plan_gone_networks();
    records_.append_to(changes_);
    return std::move(changes_);
  }

 private:
  struct PlannedNetwork {
    NetworkId id;
    std::vector<Block> blocks;
  };

  bool is_planned(NetworkId id) const;
  const Network* known_as(const config::Network& wanted) const;
  void plan_network(const config::Network& wanted);
  void plan_gone_blocks();
  void plan_gone_networks();
  void plan_reservations(const config::Network& wanted);
  bool move_records(const Block& from);
  void retire(const Block& block);
  void withdraw(const Reservation& reservation);
  void withdraw_from(const Block& block, const Reservation& reservation);
  void reserve(const PlannedNetwork& network, const Reservation& reservation);

  const View& view_;
  Instant now_;
  PendingRecords records_;
  std::vector<Network> old_networks_;
  std::vector<Block> old_blocks_;
  NetworkId next_network_;
  BlockId next_block_;
  std::set<std::string> names_;                    // of all networks in the file
  std::map<std::string, PlannedNetwork> planned_;  // by name
  Changes changes_;
};

bool Planner::is_planned(NetworkId id) const {
  const auto planned = planned_ | std::views::values;
  return std::ranges::find(planned, id, &PlannedNetwork::id) != planned.end();
}

// The network that `wanted` was so far: the one of its name, or else one whose name has left the
// file and that has a block of it. A network that is renamed keeps its leases: as two networks, old
// and new would give the same addresses to two clients of one link.
const Network* Planner::known_as(const config::Network& wanted) const {
  const auto named = std::ranges::find(old_networks_, wanted.id.value, &Network::name);
  if (named != old_networks_.end()) return &*named;
  for (const Network& old : old_networks_) {
    if (old.managed_by != store::ManagedBy::kConfig || names_.contains(old.name)) continue;
    const bool shares = std::ranges::any_of(old_blocks_, [&](const Block& block) {
      return block.network == old.id && std::ranges::any_of(wanted.blocks, [&](const auto& other) {
               return *other.cidr.value == block.cidr;
             });
    });
    if (!is_planned(old.id) && shares) return &old;
  }
  return nullptr;
}

void Planner::plan_network(const config::Network& wanted) {
  const Network* old = known_as(wanted);
  const NetworkId id = old != nullptr ? old->id : NetworkId{next_network_.value++};
  Network network = to_network(wanted, id);
  if (old == nullptr || !same(network, *old)) changes_.push_back(store::PutNetwork{network});

  PlannedNetwork& planned = planned_[wanted.id.value];
  planned.id = id;
  for (const config::Block& block : wanted.blocks) {
    const auto old_block = std::ranges::find_if(old_blocks_, [&](const Block& other) {
      return other.network == id && other.cidr == *block.cidr.value;
    });
    const bool block_known = old_block != old_blocks_.end();
    const BlockId block_id = block_known ? old_block->id : BlockId{next_block_.value++};
    planned.blocks.push_back(to_block(block, id, block_id));
    if (block_known && same(planned.blocks.back(), *old_block)) continue;
    changes_.push_back(store::PutBlock{planned.blocks.back()});
  }
}

void Planner::plan_gone_blocks() {
  for (const Block& old : old_blocks_) {
    if (old.managed_by != store::ManagedBy::kConfig) continue;
    const bool stays = std::ranges::any_of(planned_ | std::views::values, [&](const auto& network) {
      return std::ranges::find(network.blocks, old.id, &Block::id) != network.blocks.end();
    });
    if (stays) continue;
    if (move_records(old)) {
      retire(old);
    } else {
      records_.append_to(changes_);  // the block must be empty before it goes
      changes_.push_back(store::EraseBlock{old.id});
    }
  }
}

// Moves the records of a block that is gone to the block of its network that now has their
// addresses, and drops those that nobody waits for. True if leases remain that no block covers.
bool Planner::move_records(const Block& from) {
  const auto network = std::ranges::find_if(
      planned_, [&](const auto& entry) { return entry.second.id == from.network; });
  bool remaining = false;
  view_.scan(from.id, net::Address::of(from.cidr.family(), 0), [&](const AddressRecord& record) {
    const Block* to = nullptr;
    if (network != planned_.end()) to = covering(network->second.blocks, record.key.address);
    if (to == nullptr && is_live(record, now_)) {
      remaining = true;
      return true;
    }
    records_.erase(record.key);
    if (to == nullptr) return true;
    AddressRecord moved = record;
    moved.key.block = to->id;
    records_.put(moved);
    return true;
  });
  return remaining;
}

void Planner::retire(const Block& block) {
  Block retired = block;
  retired.pools.clear();
  retired.dynamic.clear();
  retired.retired = true;
  if (!same(retired, block)) changes_.push_back(store::PutBlock{retired});
}

void Planner::plan_gone_networks() {
  for (const Network& old : old_networks_) {
    if (old.managed_by != store::ManagedBy::kConfig || is_planned(old.id)) continue;
    for (const Reservation& reservation : view_.reservations(old.id)) withdraw(reservation);
    records_.append_to(changes_);
    const bool has_blocks = std::ranges::any_of(old_blocks_, [&](const Block& block) {
      const bool erased = std::ranges::any_of(changes_, [&](const store::Change& change) {
        const auto* erase = std::get_if<store::EraseBlock>(&change);
        return erase != nullptr && erase->id == block.id;
      });
      return block.network == old.id && !erased;
    });
    if (!has_blocks) changes_.push_back(store::EraseNetwork{old.id});
  }
}

void Planner::plan_reservations(const config::Network& wanted) {
  const PlannedNetwork& network = planned_.at(wanted.id.value);
  std::map<Identity, Reservation> desired;
  for (const config::Reservation& reservation : wanted.reservations) {
    Reservation made = to_reservation(reservation, network.id);
    desired.emplace(made.identity, std::move(made));
  }
  std::map<Identity, Reservation> known;
  for (Reservation& old : view_.reservations(network.id))
    known.emplace(old.identity, std::move(old));
  // First what goes: an address may pass from one client to another.
  for (const auto& [identity, old] : known) {
    const auto kept = desired.find(identity);
    if (kept == desired.end() || !same(kept->second, old)) withdraw(old);
  }
  for (const auto& [identity, reservation] : desired) {
    const auto old = known.find(identity);
    if (old == known.end() || !same(reservation, old->second)) {
      changes_.push_back(store::PutReservation{reservation});
    }
    reserve(network, reservation);
  }
}

void Planner::withdraw(const Reservation& reservation) {
  changes_.push_back(store::EraseReservation{reservation.network, reservation.identity});
  // A record may just have moved from one block to another: both are looked at.
  for (const Block& block : old_blocks_) withdraw_from(block, reservation);
  for (const auto& [name, network] : planned_) {
    for (const Block& block : network.blocks) withdraw_from(block, reservation);
  }
}

void Planner::withdraw_from(const Block& block, const Reservation& reservation) {
  if (block.network != reservation.network) return;
  for (const net::Address& address : reservation.addresses) {
    const AddressKey key{block.id, address};
    const auto record = block.cidr.contains(address) ? records_.find(key) : std::nullopt;
    if (!record) continue;
    const auto left = without_owner(*record, reservation.identity, now_);
    if (left) {
      records_.put(*left);
    } else {
      records_.erase(key);
    }
  }
}

void Planner::reserve(const PlannedNetwork& network, const Reservation& reservation) {
  const base::InlineBytes<253> hostname(base::bytes_of(reservation.hostname));
  for (const net::Address& address : reservation.addresses) {
    const Block* block = covering(network.blocks, address);
    base::check(block != nullptr);  // config::load has made sure
    AddressRecord fresh;
    fresh.key = {block->id, address};
    fresh.network = network.id;
    const auto record = records_.find(fresh.key);
    AddressRecord owned =
        with_owner(record.value_or(fresh), record.has_value(), reservation.identity, now_);
    owned.hostname = hostname;
    if (!record || !same(owned, *record)) records_.put(owned);
  }
}

}  // namespace

Changes plan_config(const View& view, const std::vector<config::Network>& networks, Instant now) {
  return Planner(view, now).plan(networks);
}

}  // namespace melange::ipam
