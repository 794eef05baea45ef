// SPDX-License-Identifier: Apache-2.0
#include "free_ranges.h"

#include <algorithm>

#include "codec.h"
#include "keys.h"

namespace melange::store {

using net::Address;
using net::Range;
using net::Uint128;

std::optional<Range> FreeRanges::at_or_after(const Address& from) const {
  Key key;
  const auto entry = tables_->seek(Table::kFree, key.add(block_).add(from).bytes());
  if (!entry) return std::nullopt;
  const auto last = read_address_key(entry->key);
  if (last && last->block != block_) return std::nullopt;
  // Without the checksum, one flipped bit would free a million addresses.
  const auto value = unseal(entry->key, entry->value);
  const auto first = value ? Address::from_bytes(*value) : std::nullopt;
  const auto run = last && first ? Range::make(*first, last->address) : std::nullopt;
  if (!run) tables_->fail_damaged(Table::kFree, entry->key);
  return run;
}

bool FreeRanges::contains(const Address& address) const {
  const auto run = at_or_after(address);
  return run && run->contains(address);
}

void FreeRanges::put(const Range& run) {
  Key key;
  key.add(block_).add(run.last());
  Key first;
  std::array<std::uint8_t, 16 + kChecksumSize> buffer;
  tables_->put(Table::kFree, key.bytes(),
               seal(key.bytes(), first.add(run.first()).bytes(), buffer));
}

void FreeRanges::erase(const Address& last) {
  Key key;
  tables_->erase(Table::kFree, key.add(block_).add(last).bytes());
}

Uint128 FreeRanges::add(const Range& range) {
  Address first = range.first();
  Address last = range.last();
  if (first.value() != 0) {
    const auto before = at_or_after(first.previous());
    if (before && before->last() == first.previous()) {
      first = before->first();
      erase(before->last());
    }
  }
  if (last.value() != net::last_value(last.family())) {
    const auto after = at_or_after(last.next());
    // The run after keeps its key: only its first address changes.
    if (after && after->first() == last.next()) last = after->last();
  }
  put(*Range::make(first, last));
  return range.size();
}

Uint128 FreeRanges::remove(const Range& range) {
  Uint128 removed = 0;
  Address from = range.first();
  for (auto run = at_or_after(from); run && run->overlaps(range); run = at_or_after(from)) {
    removed +=
        Range::make(std::max(run->first(), range.first()), std::min(run->last(), range.last()))
            ->size();
    const bool keeps_tail = range.last() < run->last();
    if (keeps_tail) {
      put(*Range::make(range.last().next(), run->last()));  // same key, later first
    } else {
      erase(run->last());
    }
    if (run->first() < range.first()) put(*Range::make(run->first(), range.first().previous()));
    if (keeps_tail || run->last() == range.last()) break;
    from = run->last().next();
  }
  return removed;
}

}  // namespace melange::store
