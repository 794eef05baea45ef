// SPDX-License-Identifier: Apache-2.0
//
// The free addresses of a block as a set of disjoint runs in the table `free`: key (block, last),
// value first, sealed. Seeking (block, a) finds the only run that can hold `a`, and the next one if
// none does, so each operation is O(log n) in the number of runs, whatever their size: a /64 or a
// /8 that is almost full costs the same as an empty /24. Neighbouring runs are always joined.
#pragma once

#include <optional>

#include "melange/net/range.h"
#include "melange/store/objects.h"
#include "tables.h"

namespace melange::store {

class FreeRanges {
 public:
  FreeRanges(Tables& tables, BlockId block) : tables_(&tables), block_(block) {}

  // The lowest run that ends at or after `from`, whole.
  std::optional<net::Range> at_or_after(const net::Address& from) const;
  bool contains(const net::Address& address) const;
  // None of the range may be free yet. Gives the number of addresses added.
  net::Uint128 add(const net::Range& range);
  // Takes out what of the range is free, and gives how many addresses that was.
  net::Uint128 remove(const net::Range& range);

 private:
  void put(const net::Range& run);
  void erase(const net::Address& last);

  Tables* tables_;
  BlockId block_;
};

}  // namespace melange::store
