// SPDX-License-Identifier: Apache-2.0
//
// Finding leases, a bounded piece of work at a time: by the identity index where the question names
// a client, by the address itself, and else by looking at records one after another.
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "melange/store/view.h"
#include "route.h"

namespace melange::admin {

struct WantedLeases {
  base::Instant now;
  std::optional<net::Address> address;
  std::optional<net::Mac> mac;
  std::optional<wire::Identity> client;
  std::string hostname;  // empty: any, as the state's name
  std::string state;
};
// What the query of `call` asks for.
std::expected<WantedLeases, Problem> read_wanted_leases(const Call& call);

struct LeasePage {
  std::vector<store::AddressRecord> leases;
  // Where to go on; nothing if there is no more.
  std::optional<store::AddressKey> next;
};
// The leases in `blocks` behind `after`, at most `limit` of them.
LeasePage find_leases(const store::View& view, const store::Listing& blocks,
                      const WantedLeases& wanted, const std::optional<store::AddressKey>& after,
                      std::size_t limit);

// True if a client has the address, or had it: whatever the time says of it.
bool is_lease(const store::AddressRecord& record);

}  // namespace melange::admin
