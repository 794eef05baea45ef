// SPDX-License-Identifier: Apache-2.0
//
// Which addresses of a block may be given to anyone (ipam.md section 3, "Usable addresses"),
// compiled to ranges so that the answer costs the same for a /30 and a /8.
#pragma once

#include "melange/net/range.h"
#include "melange/store/objects.h"

namespace melange::ipam {

// All addresses of the block but the network and broadcast address (IPv4 up to /30), the
// subnet-router anycast address (IPv6 up to /126), and the gateway.
net::RangeSet usable(const store::Block& block);
// What may be leased dynamically: the pools, as far as usable and neither excluded nor denied by
// the policy's ranges.
net::RangeSet dynamic(const store::Block& block);
// What is allocated automatically: the usable addresses outside of the pools, as far as neither
// excluded nor denied by the policy's ranges.
net::RangeSet fixed(const store::Block& block);

}  // namespace melange::ipam
