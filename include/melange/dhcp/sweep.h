// SPDX-License-Identifier: Apache-2.0
//
// What time does to records that nobody asks about: leases that ended become held, held addresses
// free, probations end. Expiry itself is judged whenever a record is read; this only keeps the
// store tidy and the free ranges full, in slices small enough for a turn.
#pragma once

#include <cstddef>
#include <optional>

#include "melange/base/time.h"
#include "melange/dhcp/topology.h"
#include "melange/store/change.h"
#include "melange/store/view.h"

namespace melange::dhcp {

struct Sweep {
  store::Changes changes;
  // Where the next slice begins; nothing when this one reached the end.
  std::optional<store::AddressKey> next;
};

// Looks at limits::kSweepRecords records and blocks: first at what is `due`, then from `from` on
// (from the first block if none).
Sweep sweep(const store::View& view, const Topology& topology,
            const std::optional<store::AddressKey>& from, base::Instant now);

// Frees quarantined addresses whose time is over, the longest over first, at most so many; one that
// somebody waits for becomes his. Whoever allocates calls it before: to the second, an address is
// free when its time is over.
store::Changes due(const store::View& view, base::Instant now, std::size_t most);

}  // namespace melange::dhcp
