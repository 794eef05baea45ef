// SPDX-License-Identifier: Apache-2.0
//
// The table `index`: how objects are found by something else than their number. Every key begins
// with what it is for; each object's keys follow from its fields alone (`each_key`), so that the
// applier can tell which ones a change adds and takes away.
//
//   name of a network      length(1) tenant, name                     -> number(8)
//   cidr of a block        scope(1) id(4) family(1) address length(1) -> number(8)
//   vif, mac               text | octets                              -> number(8)
//   handle                 length(1) tenant, handle                   -> number(8)
//   reservation            number(8)                                  -> its key in `reservations`
//   answer                 digest(32)                                 -> number(8)
//   lists                  owner number(8)                            -> nothing
//   addresses of interface number(8) block(4) address(4|16)           -> nothing
//
// Values are sealed: one flipped bit would lead to another tenant's object.
#pragma once

#include <string_view>

#include "keys.h"
#include "melange/base/function_ref.h"
#include "melange/store/objects.h"
#include "melange/store/view.h"

namespace melange::store {

enum class IndexKind : std::uint8_t {
  kNetworkName = 1,
  kBlockCidr = 2,
  kVif = 3,
  kMac = 4,
  kHandle = 5,
  kReservation = 6,
  kAnswer = 7,
  kInterfaceAddress = 8,
  // Lists; those of a tenant have its name behind its length as owner, others a number of 8 octets.
  kNetworksOfTenant = 16,
  kBlocksOfTenant = 17,
  kPoliciesOfTenant = 18,
  kInterfacesOfTenant = 19,
  kInterfacesOfDevice = 20,  // owner: the device, likewise
  kBlocksOfNetwork = 21,
  kBlocksOfParent = 22,
  kBlocksOfPolicy = 23,
};

// Both are valid during the call only.
using EachKey = base::FunctionRef<void(base::Bytes key, base::Bytes value)>;

void each_key(const Network& network, EachKey visit);
void each_key(const Block& block, EachKey visit);
void each_key(const Policy& policy, EachKey visit);
void each_key(const Interface& interface, EachKey visit);
void each_key(const MacRange& range, EachKey visit);
void each_key(const Allocation& allocation, EachKey visit);
void each_key(const Reservation& reservation, EachKey visit);

// Begins `key`.
Key& begin_index(Key& key, IndexKind kind);
Key& begin_index(Key& key, IndexKind kind, std::string_view owner);
Key& begin_index(Key& key, const CidrScope& scope);
Key& add_cidr(Key& key, const net::Prefix& cidr);
// Behind its length, so that no owner's keys are among those of another.
Key& add_owner(Key& key, std::string_view owner);

}  // namespace melange::store
