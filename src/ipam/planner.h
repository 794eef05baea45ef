// SPDX-License-Identifier: Apache-2.0
//
// The plan from the configuration to changes of the store, in the making. plan.cpp has what becomes
// of networks and blocks, plan_reservations.cpp what becomes of reservations and of all that hangs
// on a record that is moved.
#pragma once

#include <algorithm>
#include <map>
#include <ranges>
#include <set>
#include <string>
#include <vector>

#include "melange/base/error.h"
#include "melange/base/time.h"
#include "melange/config/config.h"
#include "melange/store/change.h"
#include "melange/store/view.h"
#include "records.h"

namespace melange::ipam {

// The same but for the revision, which the store gives.
template <class T>
bool same(T a, const T& b) {
  a.revision = b.revision;
  return a == b;
}

std::vector<std::string> to_names(const std::vector<config::At<std::string>>& names);

// Allocated through the API: it is nobody's to drop.
bool is_apis(const store::AddressRecord& record);

class Planner {
 public:
  Planner(const store::View& view, base::Instant now, base::Seconds quarantine_time);

  base::Result<store::Changes> plan(const std::vector<config::Network>& networks);

 private:
  struct PlannedNetwork {
    store::NetworkId id;
    std::vector<store::Block> blocks;
  };

  void tell(std::string what);
  bool is_planned(store::NetworkId id) const;
  const store::Network* known_as(const config::Network& wanted) const;
  void plan_network(const config::Network& wanted);
  void plan_block(const config::Block& wanted, const store::Network& network);
  void check_overlap(const store::Block& wanted);
  void plan_gone_blocks();
  bool move_records(const store::Block& from);
  void retire(const store::Block& block);
  void plan_gone_networks();
  void leave_network(const store::Network& network);

  using Reservations = std::map<wire::Identity, store::Reservation>;
  void plan_reservations(const config::Network& wanted);
  Reservations known_reservations(store::NetworkId network, Reservations& desired);
  using Owners = std::map<wire::Identity, wire::Identity>;  // each by its first identity
  void check_client(const store::Reservation& apis, const Owners& owners);
  void withdraw(const store::Reservation& reservation);
  void withdraw_from(const store::Block& block, const store::Reservation& reservation);
  void reserve(const PlannedNetwork& network, const store::Reservation& reservation);
  void reserve_in(const store::Block& block, const net::Address& address,
                  const store::Reservation& reservation);
  void drop_adopted_interfaces();
  store::AddressKey now_at(const store::AddressKey& key) const;
  void move_relations();
  void move_handles();

  const store::View& view_;
  base::Instant now_;
  base::Seconds quarantine_time_;
  PendingRecords records_;
  std::vector<store::Network> old_networks_;
  std::vector<store::Block> old_blocks_;
  store::NetworkId next_network_;
  store::BlockId next_block_;
  std::uint64_t next_reservation_;
  std::string in_the_way_;                         // the first thing that is
  std::set<std::string> names_;                    // of all networks in the file
  std::map<std::string, PlannedNetwork> planned_;  // by name
  std::set<store::BlockId> erased_;
  std::map<store::AddressKey, store::AddressKey> moved_;  // records, from where to where
  std::set<store::InterfaceId> adopted_;  // of API reservations that are the configuration's now
  store::Changes changes_;
};

}  // namespace melange::ipam
