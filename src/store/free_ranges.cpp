// SPDX-License-Identifier: Apache-2.0
#include "free_ranges.h"

#include <algorithm>

#include "codec.h"
#include "keys.h"
#include "melange/base/check.h"

namespace melange::store {

using net::Address;
using net::Range;
using net::Uint128;

Space Space::macs(MacRangeId range) {
  base::check(range.value <= 0xffffffff);
  return {Kind::kMacs, static_cast<std::uint32_t>(range.value)};
}

Key& FreeRanges::begin(Key& key) const {
  return key.add(static_cast<std::uint8_t>(space_.kind)).add(BlockId{space_.id});
}

std::optional<Range> FreeRanges::at_or_after(const Address& from) const {
  Key key;
  const auto entry = tables_->seek(Table::kFree, begin(key).add(from).bytes());
  if (!entry) return std::nullopt;
  base::ByteReader reader(entry->key);
  const auto kind = static_cast<Space::Kind>(reader.u8());
  if (Space{kind, reader.u32()} != space_) return std::nullopt;
  const auto last = Address::from_bytes(reader.take_rest());
  // Without the checksum, one flipped bit would free a million addresses.
  const auto value = unseal(entry->key, entry->value);
  const auto first = value ? Address::from_bytes(*value) : std::nullopt;
  const auto run = last && first ? Range::make(*first, *last) : std::nullopt;
  if (!run) tables_->fail_damaged(Table::kFree, entry->key);
  return run;
}

bool FreeRanges::contains(const Address& address) const {
  const auto run = at_or_after(address);
  return run && run->contains(address);
}

void FreeRanges::put(const Range& run) {
  Key key;
  begin(key).add(run.last());
  Key first;
  std::array<std::uint8_t, 16 + kChecksumSize> buffer;
  tables_->put(Table::kFree, key.bytes(),
               seal(key.bytes(), first.add(run.first()).bytes(), buffer));
}

void FreeRanges::erase(const Address& last) {
  Key key;
  tables_->erase(Table::kFree, begin(key).add(last).bytes());
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
  if (const auto after = at_or_after(range.first())) {
    if (after->first() <= last) {
      Key key;
      tables_->fail_damaged(Table::kFree, begin(key).add(after->last()).bytes());
      return 0;
    }
    // The run after keeps its key: only its first address changes.
    if (after->first() == last.next()) last = after->last();
  }
  put(*Range::make(first, last));
  return size(range);
}

Uint128 FreeRanges::remove(const Range& range) {
  Uint128 removed = 0;
  Address from = range.first();
  for (auto run = at_or_after(from); run && run->overlaps(range); run = at_or_after(from)) {
    removed += size(
        *Range::make(std::max(run->first(), range.first()), std::min(run->last(), range.last())));
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

Uint128 FreeRanges::count() const {
  Uint128 total = 0;
  Key key;
  begin(key);
  const base::Bytes prefix = key.bytes();
  for (auto entry = tables_->seek(Table::kFree, prefix); entry;
       entry = tables_->next(Table::kFree)) {
    const bool ours =
        entry->key.size() > prefix.size() && base::equal(entry->key.first(prefix.size()), prefix);
    if (!ours) break;
    const auto first =
        Address::from_bytes(unseal(entry->key, entry->value).value_or(base::Bytes{}));
    const auto last = Address::from_bytes(entry->key.subspan(prefix.size()));
    const auto run = first && last ? Range::make(*first, *last) : std::nullopt;
    if (!run) {
      tables_->fail_damaged(Table::kFree, entry->key);
      break;
    }
    total += size(*run);
  }
  return total;
}

}  // namespace melange::store
