// SPDX-License-Identifier: Apache-2.0
//
// Reservations: an interface with its addresses in a network, in one step. What the wire goes by is
// the addresses' records; the reservation keeps together which of them belong to one client.
#pragma once

#include <vector>

#include "melange/ipam/allocate.h"
#include "melange/ipam/draft.h"
#include "melange/ipam/refusal.h"

namespace melange::ipam {

struct ReservationWish {
  std::string tenant;                   // of the interface
  wire::Identity identity;              // the first; `particulars` has the client's others
  std::vector<net::Address> addresses;  // none: any, one of each family that the network has
  Particulars particulars;
  OnConflict on_conflict = OnConflict::kRefuse;
};

// kConflict if the client has one in this network already, under whichever of its identities.
Verdict<store::Reservation> create_reservation(Draft& draft, const store::Network& network,
                                               const ReservationWish& wish);
// Its addresses (unless the wish has none) and particulars become those of the wish; its first
// identity stays.
Verdict<store::Reservation> update_reservation(Draft& draft, const store::Network& network,
                                               const store::Reservation& before,
                                               const ReservationWish& wish);
Particulars particulars_of(const store::Reservation& reservation);
// Its addresses are deallocated; an interface that was made for it goes too.
Verdict<void> delete_reservation(Draft& draft, const store::Reservation& reservation);

// The lease on the address becomes a reservation of its client, who notices nothing.
Verdict<store::Reservation> reserve_lease(Draft& draft, const store::Network& network,
                                          const store::AddressRecord& record);

}  // namespace melange::ipam
