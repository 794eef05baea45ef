// SPDX-License-Identifier: Apache-2.0
//
// Interfaces: what addresses are allocated to, and where their MACs come from (ipam.md section 3,
// "Interfaces, MACs").
#pragma once

#include <optional>
#include <span>
#include <string>

#include "melange/ipam/draft.h"
#include "melange/ipam/refusal.h"

namespace melange::ipam {

// For whom an address is asked.
struct Claimant {
  std::string tenant;
  std::string vif;     // empty: an interface is made, which is called by its own id
  std::string device;  // empty: as it is
  std::optional<net::Mac> mac;
  bool without_mac = false;  // it is known by something else, and takes none from the MAC ranges
  bool lasting = false;      // it is wanted itself: without a name, it outlives its addresses too
};

// The interface of that name, or of that MAC if there is no name, made if it is not there. A
// stranger's is kNotFound by name and kConflict by MAC.
Verdict<store::Interface> find_or_make(Draft& draft, const Claimant& claimant);
// A new one: kConflict if the name is taken. A MAC that was given wins over one of the MAC ranges.
Verdict<store::Interface> make_interface(Draft& draft, const Claimant& claimant);
// With its addresses deallocated and its MAC free again.
Verdict<void> delete_interface(Draft& draft, const store::Interface& interface);

// True if its name was given by this server, because the caller had none.
bool is_named_here(const store::View& view, const store::Interface& interface);
// True if the interface was made because an address was asked for without naming one: it goes with
// its last address.
bool is_made_for_address(const store::View& view, const store::Interface& interface);
// Whoever frees quarantined addresses for good (the sweeper) applies this as well: it takes away
// the interfaces that were made for them and have no other.
store::Changes forget_interfaces_of(const store::View& view,
                                    std::span<const store::AddressRecord> freed);

// The next MAC of the ranges, in the order of their creation: freed ones first. Nothing if there
// are no ranges; kImpossible if they are used up.
Verdict<std::optional<net::Mac>> next_mac(const Draft& draft);

// What its clients are known by on the wire; nobody if the interface has no MAC.
wire::Identity identity_of(const store::Interface& interface);
// The network that it is plugged into: that of its addresses. 0 if none.
store::NetworkId network_of(const Draft& draft, store::InterfaceId interface);

}  // namespace melange::ipam
