// SPDX-License-Identifier: Apache-2.0
#include "melange/ipam/plan.h"

#include "melange/base/check.h"
#include "melange/base/text.h"
#include "melange/ipam/policy.h"
#include "planner.h"

namespace melange::ipam {
namespace {

using base::Instant;
using store::AddressRecord;
using store::AddressState;
using store::Block;
using store::BlockId;
using store::Changes;
using store::Network;
using store::NetworkId;
using store::Reservation;
using store::View;

std::vector<store::Route> to_routes(const std::vector<config::Route>& from) {
  std::vector<store::Route> routes;
  for (const config::Route& route : from) {
    const auto number = static_cast<std::uint32_t>(routes.size() + 1);
    routes.push_back({route.destination, route.gateway, number});
  }
  return routes;
}

store::IdentityPolicy to_policy(config::IdentityPolicy policy) {
  switch (policy) {
    case config::IdentityPolicy::kMac:
      break;
    case config::IdentityPolicy::kClientId:
      return store::IdentityPolicy::kClientId;
    case config::IdentityPolicy::kCircuitId:
      return store::IdentityPolicy::kCircuitId;
  }
  return store::IdentityPolicy::kMac;
}

Network to_network(const config::Network& from, NetworkId id) {
  Network network;
  network.id = id;
  network.name = from.id.value;
  network.tenant = from.tenant;
  network.managed_by = store::ManagedBy::kConfig;
  network.identity = to_policy(from.identity);
  network.authoritative = from.authoritative;
  network.interfaces = from.interfaces;
  network.relays.assign(from.relays.begin(), from.relays.end());
  network.decline_time = from.decline_time;
  network.hold_time = from.hold_time;
  network.seen_time = from.seen_time;
  if (from.server_id) network.server_id = *from.server_id;
  network.rapid_commit = from.rapid_commit;
  network.bootp = from.bootp;
  network.trust_relay_information = from.trust_relay_information;
  network.conflict_check = from.conflict_check;
  network.options = to_options(from.options);
  network.forced = from.force.codes;
  network.boot = to_boot(from.boot);
  return network;
}

std::vector<net::Range> to_ranges(const std::vector<config::At<net::Range>>& from) {
  std::vector<net::Range> ranges;
  for (const auto& range : from) ranges.push_back(range.value);
  return ranges;
}

// The ranges of all pools, whether they have something of their own or not.
std::vector<net::Range> to_pools(const config::Block& from) {
  std::vector<net::Range> pools = to_ranges(from.pools);
  for (const config::Pool& pool : from.pool) pools.push_back(*pool.range.value);
  return pools;
}

std::vector<store::PoolRule> to_pool_rules(const std::vector<config::Pool>& from) {
  std::vector<store::PoolRule> rules;
  for (const config::Pool& pool : from) {
    rules.push_back(
        {*pool.range.value, to_names(pool.classes), to_options(pool.options), pool.force.codes});
  }
  std::ranges::sort(rules, {}, [](const store::PoolRule& rule) { return rule.range; });
  return rules;
}

Block to_block(const config::Block& from, const Network& network, BlockId id) {
  base::check(from.cidr.value.has_value());
  Block block;
  block.id = id;
  block.network = network.id;
  block.tenant = network.tenant;
  block.cidr = *from.cidr.value;
  block.managed_by = store::ManagedBy::kConfig;
  if (from.gateway.value) block.gateway = *from.gateway.value;
  block.dns.assign(from.dns.begin(), from.dns.end());
  block.pools = to_pools(from);
  block.exclude = to_ranges(from.exclude);
  block.lease_time = from.lease_time.value;
  block.min_lease_time = from.min_lease_time.value.value_or(block.lease_time);
  block.max_lease_time = from.max_lease_time.value.value_or(block.lease_time);
  block.renew_time = from.renew_time.value;
  block.rebind_time = from.rebind_time.value;
  block.mtu = from.mtu;
  block.routes = to_routes(from.routes);
  block.next_route = static_cast<std::uint32_t>(block.routes.size() + 1);
  block.options = to_options(from.options);
  block.forced = from.force.codes;
  block.boot = to_boot(from.boot);
  block.classes = to_names(from.classes);
  block.pool_rules = to_pool_rules(from.pool);
  derive(block, nullptr);
  return block;
}

}  // namespace

std::vector<store::OptionValue> to_options(const config::Options4& options) {
  std::vector<store::OptionValue> values;
  for (const auto& [code, octets] : options) values.push_back({code, octets});
  return values;
}

store::Boot to_boot(const config::Boot& boot) {
  store::Boot made{.server = {}, .server_name = boot.server_name, .file = boot.file};
  if (boot.server) made.server = *boot.server;
  return made;
}

std::vector<std::string> to_names(const std::vector<config::At<std::string>>& names) {
  std::vector<std::string> made;
  for (const auto& name : names) made.push_back(name.value);
  return made;
}

bool is_apis(const AddressRecord& record) {
  return !record.interface.empty() && record.state != AddressState::kQuarantined;
}

Planner::Planner(const View& view, Instant now, base::Seconds quarantine_time)
    : view_(view),
      now_(now),
      quarantine_time_(quarantine_time),
      records_(view),
      old_networks_(view.networks()),
      old_blocks_(view.blocks()),
      next_network_(view.next_network_id()),
      next_block_(view.next_block_id()),
      next_reservation_(view.next_number(store::ObjectKind::kReservation)) {}

base::Result<Changes> Planner::plan(const std::vector<config::Network>& networks) {
  for (const config::Network& network : networks) names_.insert(network.id.value);
  for (const config::Network& network : networks) plan_network(network);
  plan_gone_blocks();
  for (const config::Network& network : networks) plan_reservations(network);
  plan_gone_networks();
  records_.append_to(changes_);
  move_relations();
  move_handles();
  drop_adopted_interfaces();
  if (!in_the_way_.empty()) return base::failure(base::Fault::kInvalid, in_the_way_);
  return std::move(changes_);
}

void Planner::tell(std::string what) {
  if (in_the_way_.empty()) in_the_way_ = std::move(what);
}

bool Planner::is_planned(NetworkId id) const {
  const auto planned = planned_ | std::views::values;
  return std::ranges::find(planned, id, &PlannedNetwork::id) != planned.end();
}

// The network that `wanted` was so far: the one of its name, or else one whose name has left the
// file and that has a block of it. A network that is renamed keeps its leases: as two networks, old
// and new would give the same addresses to two clients of one link.
const Network* Planner::known_as(const config::Network& wanted) const {
  const auto named = [&](auto&& is_ours) -> const Network* {
    const auto at = std::ranges::find_if(old_networks_, [&](const Network& old) {
      return old.name == wanted.id.value && is_ours(old);
    });
    return at == old_networks_.end() ? nullptr : &*at;
  };
  const auto of_tenant = [&](const Network& old) { return old.tenant == wanted.tenant; };
  if (const Network* old = named(of_tenant)) return old;
  const auto of_config = [](const Network& old) {
    return old.managed_by == store::ManagedBy::kConfig;
  };
  if (const Network* old = named(of_config)) return old;
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
  network.created = old != nullptr ? old->created : now_;
  if (old == nullptr || !same(network, *old)) changes_.push_back(store::PutNetwork{network});
  planned_[wanted.id.value].id = id;
  for (const config::Block& block : wanted.blocks) plan_block(block, network);
}

void Planner::plan_block(const config::Block& wanted, const Network& network) {
  const auto old = std::ranges::find_if(old_blocks_, [&](const Block& other) {
    return other.network == network.id && other.cidr == *wanted.cidr.value;
  });
  const bool known = old != old_blocks_.end();
  Block block = to_block(wanted, network, known ? old->id : BlockId{next_block_.value++});
  block.created = known ? old->created : now_;
  block.quarantine_time = quarantine_time_;
  planned_[network.name].blocks.push_back(block);
  check_overlap(block);
  if (!known || !same(block, *old)) changes_.push_back(store::PutBlock{block});
}

// A block that was made through the API and is not the same stays, and so `wanted` cannot be.
void Planner::check_overlap(const Block& wanted) {
  for (const Block& other : old_blocks_) {
    const bool stays = other.managed_by == store::ManagedBy::kApi && other.id != wanted.id;
    if (!stays || other.network != wanted.network || !other.cidr.overlaps(wanted.cidr)) continue;
    tell(base::cat("block ", text(wanted.cidr), " overlaps with ", text(other.cidr),
                   ", which was made through the API; delete that first"));
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
      erased_.insert(old.id);
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
    const bool quarantined = record.state == AddressState::kQuarantined && now_ < record.expires;
    if (to == nullptr && (is_live(record, now_) || is_apis(record) || quarantined)) {
      remaining = true;
      return true;
    }
    records_.erase(record.key);
    if (to == nullptr) return true;
    AddressRecord moved = record;
    moved.key.block = to->id;
    records_.put(moved);
    moved_.emplace(record.key, moved.key);
    return true;
  });
  return remaining;
}

void Planner::retire(const Block& block) {
  Block retired = block;
  retired.pools.clear();
  retired.dynamic.clear();
  retired.fixed.clear();
  retired.retired = true;
  if (!same(retired, block)) changes_.push_back(store::PutBlock{retired});
}

void Planner::plan_gone_networks() {
  for (const Network& old : old_networks_) {
    if (old.managed_by != store::ManagedBy::kConfig || is_planned(old.id)) continue;
    for (const Reservation& reservation : view_.reservations(old.id)) {
      if (reservation.managed_by == store::ManagedBy::kConfig) withdraw(reservation);
    }
    records_.append_to(changes_);
    leave_network(old);
  }
}

// A network that has left the file: it stays for what is still in it. The blocks that the API made
// in it can be changed through the API only if the network can.
void Planner::leave_network(const Network& network) {
  bool is_empty = true;
  bool has_apis = false;
  for (const Block& block : old_blocks_) {
    if (block.network != network.id || erased_.contains(block.id)) continue;
    is_empty = false;
    has_apis = has_apis || block.managed_by == store::ManagedBy::kApi;
  }
  if (has_apis) {
    Network left = network;
    left.managed_by = store::ManagedBy::kApi;
    changes_.push_back(store::PutNetwork{std::move(left)});
  }
  if (!is_empty) return;
  for (const Reservation& left : view_.reservations(network.id)) {
    if (left.managed_by == store::ManagedBy::kApi) withdraw(left);
  }
  changes_.push_back(store::EraseNetwork{network.id});
}

base::Result<Changes> plan_config(const View& view, const std::vector<config::Network>& networks,
                                  Instant now, base::Seconds quarantine_time) {
  return Planner(view, now, quarantine_time).plan(networks);
}

}  // namespace melange::ipam
