// SPDX-License-Identifier: Apache-2.0
#include "applier.h"

#include "codec.h"
#include "free_ranges.h"
#include "keys.h"
#include "melange/base/check.h"
#include "melange/base/limits.h"
#include "melange/store/view.h"

namespace melange::store {
namespace {

using base::check;
using net::Range;
using net::RangeSet;

std::size_t slot(AddressState state) { return static_cast<std::size_t>(state); }

// Copies with the revision of this commit in them, encoded.
template <class T>
std::vector<std::uint8_t> stamped(T object, std::uint64_t revision, base::Bytes key) {
  object.revision = revision;
  return encode(object, key);
}

}  // namespace

void Applier::index(const AddressRecord& record, const wire::Identity& identity) {
  Key key;
  key.add(record.network).add(identity).add(record.key.block).add(record.key.address);
  tables_->put(Table::kIdentities, key.bytes(), {});
}

void Applier::unindex(const AddressRecord& record, const wire::Identity& identity) {
  Key key;
  key.add(record.network).add(identity).add(record.key.block).add(record.key.address);
  tables_->erase(Table::kIdentities, key.bytes());
}

void Applier::hold(const AddressRecord& record) {
  if (record.state != AddressState::kHeld) return;
  Key key;
  key.add(record.key.block).add(record.since).add(record.key.address);
  tables_->put(Table::kHeld, key.bytes(), {});
}

void Applier::unhold(const AddressRecord& record) {
  if (record.state != AddressState::kHeld) return;
  Key key;
  key.add(record.key.block).add(record.since).add(record.key.address);
  tables_->erase(Table::kHeld, key.bytes());
}

// A renewal changes no identity: it then touches the record's page alone.
void Applier::replace_derived(const AddressRecord* before, const AddressRecord* after) {
  const auto has = [](const AddressRecord* record, const wire::Identity& identity) {
    return record != nullptr && !identity.empty() &&
           (record->identity == identity || record->reserved_for == identity);
  };
  if (before != nullptr) {
    for (const wire::Identity* identity : {&before->identity, &before->reserved_for}) {
      if (!identity->empty() && !has(after, *identity)) unindex(*before, *identity);
    }
    unhold(*before);
    --usage_[before->key.block].records[slot(before->state)];
  }
  if (after != nullptr) {
    for (const wire::Identity* identity : {&after->identity, &after->reserved_for}) {
      if (!identity->empty() && !has(before, *identity)) index(*after, *identity);
    }
    hold(*after);
    ++usage_[after->key.block].records[slot(after->state)];
  }
}

void Applier::operator()(const PutAddress& change) {
  changed_ = true;
  AddressRecord record = change.record;
  record.revision = revision_;
  const auto before = View(*tables_).address(record.key);
  // One block belongs to one network for good.
  check(!before || before->network == record.network);
  if (!before) {
    // Its records are counted with the block: without one, the store would not open again.
    Key block;
    const bool has_block =
        tables_->get(Table::kBlocks, block.add(record.key.block).bytes()).has_value();
    check(has_block || tables_->error);
    FreeRanges free(*tables_, record.key.block);
    usage_[record.key.block].taken +=
        free.remove(*Range::make(record.key.address, record.key.address));
  }
  replace_derived(before ? &*before : nullptr, &record);
  Key key;
  key.add(record.key.block).add(record.key.address);
  std::array<std::uint8_t, kLongestAddressRecord> buffer;
  tables_->put(Table::kAddresses, key.bytes(), encode(record, key.bytes(), buffer));
}

void Applier::operator()(const EraseAddress& change) {
  changed_ = true;
  const View view(*tables_);
  const auto before = view.address(change.key);
  if (!before) return;
  replace_derived(&*before, nullptr);
  Key key;
  key.add(change.key.block).add(change.key.address);
  tables_->erase(Table::kAddresses, key.bytes());
  const auto block = view.block(change.key.block);
  if (!block || !RangeSet(block->dynamic).contains(change.key.address)) return;
  FreeRanges free(*tables_, change.key.block);
  usage_[change.key.block].freed += free.add(*Range::make(change.key.address, change.key.address));
}

void Applier::operator()(const NoteSeen& change) {
  Key key;
  key.add(change.seen.key.block).add(change.seen.key.address);
  const bool is_new = !tables_->get(Table::kSeen, key.bytes());
  if (is_new && tables_->count(Table::kSeen) >= base::limits::kSeenAddresses) return;
  changed_ = true;
  tables_->put(Table::kSeen, key.bytes(), encode(change.seen, key.bytes()));
}

void Applier::raise_next_id(std::string_view name, std::uint32_t used) {
  check(used != 0 && used != 0xffffffff);
  const View view(*tables_);
  const std::uint32_t next =
      name == meta_key::kNextBlock ? view.next_block_id().value : view.next_network_id().value;
  if (used < next) return;
  Key id;
  id.add(BlockId{used + 1});
  std::array<std::uint8_t, 4 + kChecksumSize> buffer;
  tables_->put(Table::kMeta, base::bytes_of(name), seal(base::bytes_of(name), id.bytes(), buffer));
}

void Applier::operator()(const PutNetwork& change) {
  changed_ = true;
  raise_next_id(meta_key::kNextNetwork, change.network.id.value);
  Key key;
  key.add(change.network.id);
  tables_->put(Table::kNetworks, key.bytes(), stamped(change.network, revision_, key.bytes()));
}

void Applier::operator()(const EraseNetwork& change) {
  changed_ = true;
  Key key;
  key.add(change.id);
  tables_->erase(Table::kNetworks, key.bytes());
}

// Frees every address of `range` that has no record.
void Applier::free_all(const Block& block, const Range& range) {
  FreeRanges free(*tables_, block.id);
  net::Uint128& freed = usage_[block.id].freed;
  std::vector<net::Address> taken;
  View(*tables_).scan(block.id, range.first(), [&](const AddressRecord& record) {
    if (!range.contains(record.key.address)) return false;
    taken.push_back(record.key.address);
    return true;
  });
  net::Address from = range.first();
  for (const net::Address& address : taken) {
    if (from < address) freed += free.add(*Range::make(from, address.previous()));
    if (address == range.last()) return;
    from = address.next();
  }
  freed += free.add(*Range::make(from, range.last()));
}

void Applier::operator()(const PutBlock& change) {
  changed_ = true;
  const Block& block = change.block;
  raise_next_id(meta_key::kNextBlock, block.id.value);
  const auto before = View(*tables_).block(block.id);
  const RangeSet old_dynamic(before ? std::span<const Range>(before->dynamic)
                                    : std::span<const Range>());
  const RangeSet new_dynamic(block.dynamic);
  RangeSet gone = old_dynamic;
  for (const Range& range : new_dynamic.ranges()) gone.remove(range);
  RangeSet come = new_dynamic;
  for (const Range& range : old_dynamic.ranges()) come.remove(range);
  FreeRanges free(*tables_, block.id);
  for (const Range& range : gone.ranges()) usage_[block.id].taken += free.remove(range);
  for (const Range& range : come.ranges()) free_all(block, range);
  Key key;
  key.add(block.id);
  tables_->put(Table::kBlocks, key.bytes(), stamped(block, revision_, key.bytes()));
}

void Applier::forget_seen(BlockId block) {
  Key start;
  start.add(block);
  while (const auto entry = tables_->seek(Table::kSeen, start.bytes())) {
    const auto at = read_address_key(entry->key);
    if (!at) return tables_->fail_damaged(Table::kSeen, entry->key);
    if (at->block != block) return;
    Key key;
    tables_->erase(Table::kSeen, key.add(at->block).add(at->address).bytes());
  }
}

void Applier::operator()(const EraseBlock& change) {
  changed_ = true;
  const View view(*tables_);
  const auto block = view.block(change.id);
  if (!block) return;
  bool empty = true;
  view.scan(change.id, net::Address::of(block->cidr.family(), 0), [&](const AddressRecord&) {
    empty = false;
    return false;
  });
  check(empty);
  FreeRanges free(*tables_, change.id);
  for (const Range& range : block->dynamic) free.remove(range);
  forget_seen(change.id);
  usage_.erase(change.id);
  Key usage;
  usage.add(meta_key::kUsage).add(change.id);
  tables_->erase(Table::kMeta, usage.bytes());
  Key key;
  key.add(change.id);
  tables_->erase(Table::kBlocks, key.bytes());
}

void Applier::operator()(const PutReservation& change) {
  changed_ = true;
  Key key;
  key.add(change.reservation.network).add(change.reservation.identity);
  tables_->put(Table::kReservations, key.bytes(),
               stamped(change.reservation, revision_, key.bytes()));
}

void Applier::operator()(const EraseReservation& change) {
  changed_ = true;
  Key key;
  key.add(change.network).add(change.identity);
  tables_->erase(Table::kReservations, key.bytes());
}

void Applier::write_usage() {
  for (const auto& [block, delta] : usage_) {
    if (delta == Delta{}) continue;
    Usage usage = View(*tables_).usage(block);
    for (std::size_t state = 0; state < kAddressStates; ++state) {
      const auto now = static_cast<std::int64_t>(usage.records[state]) + delta.records[state];
      if (now < 0) tables_->fail_damaged(Table::kMeta, base::bytes_of(meta_key::kUsage));
      usage.records[state] = static_cast<std::uint64_t>(now);
    }
    usage.free = usage.free + delta.freed - delta.taken;
    Key key;
    key.add(meta_key::kUsage).add(block);
    tables_->put(Table::kMeta, key.bytes(), encode(usage, key.bytes()));
  }
  usage_.clear();
}

}  // namespace melange::store
