// SPDX-License-Identifier: Apache-2.0
//
// What becomes of an address's record when the lease on it ends (ipam.md section 3), whoever ends
// it: the client, time, or an operator.
#pragma once

#include <optional>

#include "melange/store/address.h"

namespace melange::ipam {

// `pooled`: the address may be leased dynamically. Nothing: the address becomes free.
std::optional<store::AddressRecord> after_lease(const store::AddressRecord& record, bool pooled,
                                                base::Instant now);

}  // namespace melange::ipam
