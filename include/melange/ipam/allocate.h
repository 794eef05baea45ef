// SPDX-License-Identifier: Apache-2.0
//
// Giving addresses to interfaces and taking them back (ipam.md section 3, "Allocation" and
// "Deallocation is soft"). Next free costs O(log n), whatever the block's size and fill.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "melange/ipam/draft.h"
#include "melange/ipam/interfaces.h"
#include "melange/ipam/refusal.h"

namespace melange::ipam {

inline constexpr std::size_t kAddressesAtOnce = 1024;  // of one request

// What an operator gives to an address beside its owner.
struct Particulars {
  std::string hostname;                     // empty: none
  std::vector<store::OptionValue> options;  // ascending by code
  std::vector<std::uint8_t> forced{};       // codes that are sent unasked, ascending
  store::Boot boot{};
  std::vector<std::string> classes{};  // what the owner belongs to
  std::vector<wire::Identity> also{};  // of the owner, beside the one that it is filed under
  bool operator==(const Particulars&) const = default;
};

enum class OnConflict : std::uint8_t {
  kRefuse,
  kWait,  // whoever has a lease on it is told to move at its next renewal, then it is the owner's
};

struct Grantee {
  store::Interface interface;
  wire::Identity identity;  // by which the wire knows it: that of the interface, or a reservation's
  Particulars particulars;
};

// That address of the block.
Verdict<store::AddressRecord> allocate(Draft& draft, const store::Block& block,
                                       const net::Address& address, const Grantee& grantee,
                                       OnConflict on_conflict = OnConflict::kRefuse);
// The next free one: for IPv6 the one that the block's generator makes of the MAC, if there is one.
Verdict<store::AddressRecord> allocate_next(Draft& draft, const store::Block& block,
                                            const Grantee& grantee);

struct Several {
  std::size_t count = 1;
  bool contiguous = false;
  std::vector<net::Range> exclude;
  std::optional<net::Address> preferred;  // where to begin to look
};
// All or nothing.
Verdict<std::vector<store::AddressRecord>> allocate_several(Draft& draft, const store::Block& block,
                                                            const Several& wish,
                                                            const Grantee& grantee);

struct NetworkWish {
  std::vector<net::Address> addresses;  // these; none: one of each family that the network has
  bool v4 = true;
  bool v6 = true;
  bool partial = false;  // a family that is full is left out
  OnConflict on_conflict = OnConflict::kRefuse;
};
// From the first block of each family with room, in the order of their creation. All or nothing.
Verdict<std::vector<store::AddressRecord>> allocate_in(Draft& draft, const store::Network& network,
                                                       const NetworkWish& wish,
                                                       const Grantee& grantee);

// Quarantined: nobody else's before max(retention, end of the lease that runs on it). One that is
// quarantined already stays as it is; a declined one is free at once: the operator has cleared it.
Verdict<void> deallocate(Draft& draft, const store::AddressRecord& record);
// Back to its former interface.
Verdict<store::AddressRecord> restore(Draft& draft, const store::AddressRecord& record);
// Ends the lease on it, as a RELEASE does.
Verdict<void> release_lease(Draft& draft, const store::AddressRecord& record);

// The leaf block of the network that holds the address.
std::optional<store::Block> block_around(const Draft& draft, store::NetworkId network,
                                         const net::Address& address);

}  // namespace melange::ipam
