// SPDX-License-Identifier: Apache-2.0
//
// The free addresses of a space as a set of disjoint runs in the table `free`: key (space, last),
// value first, sealed. Seeking (space, a) finds the only run that can hold `a`, and the next one if
// none does, so each operation is O(log n) in the number of runs, whatever their size: a /64 or a
// /8 that is almost full costs the same as an empty /24. Neighbouring runs are always joined.
#pragma once

#include <optional>

#include "keys.h"
#include "melange/net/octet_mask.h"
#include "melange/net/range.h"
#include "melange/store/objects.h"
#include "tables.h"

namespace melange::store {

// Whatever is given out one by one is such a space. A MAC is the IPv6 address of its number.
struct Space {
  enum class Kind : std::uint8_t {
    kDynamic = 1,  // of a block: what may be leased
    kFixed = 2,    // of a block: what is allocated automatically
    kMacs = 3,     // of a MAC range
  };
  Kind kind = Kind::kDynamic;
  std::uint32_t id = 0;

  static constexpr Space dynamic(BlockId block) { return {Kind::kDynamic, block.value}; }
  static constexpr Space fixed(BlockId block) { return {Kind::kFixed, block.value}; }
  static Space macs(MacRangeId range);
  bool operator==(const Space&) const = default;
};

class FreeRanges {
 public:
  // Addresses that `mask` leaves out lie in the runs like others, but are not counted.
  FreeRanges(Tables& tables, Space space, const net::OctetMask& mask = {})
      : tables_(&tables), space_(space), mask_(mask) {}

  // The lowest run that ends at or after `from`, whole.
  std::optional<net::Range> at_or_after(const net::Address& from) const;
  bool contains(const net::Address& address) const;
  // None of the range may be free yet: that would be damage. Gives the number of addresses added.
  net::Uint128 add(const net::Range& range);
  // Takes out what of the range is free, and gives how many addresses that was.
  net::Uint128 remove(const net::Range& range);
  // All that is free. O(runs)
  net::Uint128 count() const;

 private:
  void put(const net::Range& run);
  void erase(const net::Address& last);

  net::Uint128 size(const net::Range& range) const { return range.size() - mask_.count(range); }
  Key& begin(Key& key) const;

  Tables* tables_;
  Space space_;
  net::OctetMask mask_;
};

}  // namespace melange::store
