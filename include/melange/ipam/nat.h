// SPDX-License-Identifier: Apache-2.0
//
// NAT relations: bookkeeping of which address (inside local) appears as which other (inside
// global), many to many (ipam.md section 3). They go when an address at either end is free again.
#pragma once

#include "melange/ipam/draft.h"
#include "melange/ipam/refusal.h"

namespace melange::ipam {

inline constexpr std::size_t kRelationsOfAddress = 1024;

// Both must be allocated (kImpossible: a quarantined one is not) and of one tenant (kNotFound).
// Relating them again changes nothing.
Verdict<void> relate(Draft& draft, const store::AddressRecord& local,
                     const store::AddressRecord& global);
// kNotFound if they are not related.
Verdict<void> unrelate(Draft& draft, const store::AddressKey& local,
                       const store::AddressKey& global);
// Whatever it is related to in that direction.
void unrelate_all(Draft& draft, store::NatDirection direction, const store::AddressKey& end);

}  // namespace melange::ipam
