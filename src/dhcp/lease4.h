// SPDX-License-Identifier: Apache-2.0
//
// Giving, keeping and ending leases: the records that a decision wants, and for how long.
#pragma once

#include "claim4.h"
#include "scene4.h"

namespace melange::dhcp {

// The client's wish, within the block's bounds (dhcp.md rule 18).
base::Seconds lease_time_for(const Scene4& scene, const ServedBlock& block);

struct Grant4 {
  base::Seconds lease_time{};   // as promised to the client
  bool written = true;          // false: what is stored says it already, nothing is to be committed
  store::LeaseChanges changes;  // with the client's other dynamic leases of the network ended
};

// `judged` must be a claim that `verdict` grants.
Grant4 grant(const Scene4& scene, const Judgement4& judged, net::Ipv4 address);

// For how long the lease of `record` still runs, in whole seconds.
base::Seconds remaining(const store::AddressRecord& record, base::Instant now);

}  // namespace melange::dhcp
