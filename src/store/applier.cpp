// SPDX-License-Identifier: Apache-2.0
//
// Addresses and blocks: what is counted and kept in order as they change.
#include "applier.h"

#include <algorithm>

#include "codec.h"
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

Range single(const net::Address& address) { return *Range::make(address, address); }

// Of ranges that are disjoint and ascending, as a block's are.
bool contain(const std::vector<Range>& ranges, const net::Address& address) {
  const auto behind = std::ranges::upper_bound(ranges, address, {}, &Range::first);
  return behind != ranges.begin() && std::prev(behind)->contains(address);
}

// Everybody that the record is found by.
void for_each_identity(const AddressRecord& record, auto&& visit) {
  if (!record.identity.empty()) visit(record.identity);
  if (!record.reserved_for.empty()) visit(record.reserved_for);
  for (const wire::Identity& identity : record.also) visit(identity);
}

bool has_identity(const AddressRecord& record, const wire::Identity& identity) {
  return record.identity == identity || record.reserved_for == identity ||
         std::ranges::find(record.also, identity) != record.also.end();
}

}  // namespace

const Applier::BlockFacts& Applier::facts(BlockId id) {
  const auto known = facts_.find(id);
  if (known != facts_.end()) return known->second;
  auto block = View(*tables_).block(id);
  BlockFacts& facts = facts_[id];
  if (!block) return facts;
  facts = {true, std::move(block->tenant), std::move(block->dynamic), std::move(block->fixed),
           block->denied_octets};
  return facts;
}

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

// In or out of the orders by time, and of its interface's addresses.
void Applier::file(const AddressRecord& record, bool in) {
  const auto set = [&](Table table, const Key& key) {
    in ? tables_->put(table, key.bytes(), {}) : tables_->erase(table, key.bytes());
  };
  Key key;
  if (record.state == AddressState::kHeld) {
    set(Table::kHeld, key.add(record.key.block).add(record.since).add(record.key.address));
  } else if (record.state == AddressState::kQuarantined) {
    set(Table::kDue, key.add(record.expires).add(record.key.block).add(record.key.address));
  }
}

// A renewal changes no identity: it then touches the record's page alone.
void Applier::replace_derived(const AddressRecord* before, const AddressRecord* after) {
  const auto interface_entry = [](const AddressRecord& record, Key& key) -> const Key& {
    return begin_index(key, IndexKind::kInterfaceAddress)
        .add(record.interface.value)
        .add(record.key.block)
        .add(record.key.address);
  };
  const bool same_interface =
      before != nullptr && after != nullptr && before->interface == after->interface;
  if (before != nullptr) {
    for_each_identity(*before, [&](const wire::Identity& identity) {
      if (after == nullptr || !has_identity(*after, identity)) unindex(*before, identity);
    });
    file(*before, false);
    Key key;
    if (!before->interface.empty() && !same_interface) {
      tables_->erase(Table::kIndex, interface_entry(*before, key).bytes());
    }
    --usage_[before->key.block].records[slot(before->state)];
  }
  if (after != nullptr) {
    for_each_identity(*after, [&](const wire::Identity& identity) {
      if (before == nullptr || !has_identity(*before, identity)) index(*after, identity);
    });
    file(*after, true);
    Key key;
    if (!after->interface.empty() && !same_interface) {
      tables_->put(Table::kIndex, interface_entry(*after, key).bytes(), {});
    }
    ++usage_[after->key.block].records[slot(after->state)];
  }
}

void Applier::take_from_free(const AddressKey& key) {
  const BlockFacts& block = facts(key.block);
  Delta& delta = usage_[key.block];
  const Range range = single(key.address);
  if (contain(block.dynamic, key.address)) {
    delta.taken += FreeRanges(*tables_, Space::dynamic(key.block), block.denied).remove(range);
  } else if (contain(block.fixed, key.address)) {
    delta.taken_fixed += FreeRanges(*tables_, Space::fixed(key.block), block.denied).remove(range);
  }
}

void Applier::give_to_free(const AddressKey& key) {
  const BlockFacts& block = facts(key.block);
  Delta& delta = usage_[key.block];
  const Range range = single(key.address);
  if (contain(block.dynamic, key.address)) {
    delta.freed += FreeRanges(*tables_, Space::dynamic(key.block), block.denied).add(range);
  } else if (contain(block.fixed, key.address)) {
    delta.freed_fixed += FreeRanges(*tables_, Space::fixed(key.block), block.denied).add(range);
  }
}

// The record of the address; `before_` then has its stored form.
std::optional<AddressRecord> Applier::stored(const AddressKey& at) {
  before_.clear();
  Key key;
  key.add(at.block).add(at.address);
  const auto value = tables_->get(Table::kAddresses, key.bytes());
  if (!value) return std::nullopt;
  auto record = decode<AddressRecord>(key.bytes(), *value);
  if (!record) {
    tables_->fail_damaged(Table::kAddresses, key.bytes());
    return std::nullopt;
  }
  record->key = at;
  before_ = base::text_of(body_of(*value));
  return record;
}

// A renewal is not told, and so its block is not even looked at.
void Applier::log_address(const AddressRecord* before, const AddressRecord* after,
                          std::string_view body) {
  const auto kind = event_of(before, after);
  if (!kind) return;
  const AddressRecord& record = after != nullptr ? *after : *before;
  log_.address(*kind, record, facts(record.key.block).tenant, before_, body);
}

void Applier::operator()(const PutAddress& change) {
  changed_ = true;
  AddressRecord record = change.record;
  record.revision = revision_;
  const auto found = stored(record.key);
  const AddressRecord* const before = found ? &*found : nullptr;
  // A record changes its network only with its block, and then it is erased and put anew.
  check(before == nullptr || before->network == record.network);
  // Its records are counted with the block: without one, the store would not open again.
  check(before != nullptr || facts(record.key.block).exists || tables_->error);
  if (before == nullptr) take_from_free(record.key);
  replace_derived(before, &record);
  Key key;
  key.add(record.key.block).add(record.key.address);
  const base::Bytes value = encode(record, key.bytes(), buffer_);
  tables_->put(Table::kAddresses, key.bytes(), value);
  log_address(before, &record, base::text_of(body_of(value)));
}

void Applier::operator()(const EraseAddress& change) {
  changed_ = true;
  const auto before = stored(change.key);
  if (!before) return;
  replace_derived(&*before, nullptr);
  Key key;
  key.add(change.key.block).add(change.key.address);
  tables_->erase(Table::kAddresses, key.bytes());
  give_to_free(change.key);
  forget_nat(change.key);
  log_address(&*before, nullptr, {});
}

void Applier::operator()(const EraseSeen& change) {
  Key key;
  key.add(change.key.block).add(change.key.address);
  if (!tables_->get(Table::kSeen, key.bytes())) return;
  changed_ = true;
  tables_->erase(Table::kSeen, key.bytes());
}

void Applier::operator()(const NoteSeen& change) {
  Key key;
  key.add(change.seen.key.block).add(change.seen.key.address);
  const bool is_new = !tables_->get(Table::kSeen, key.bytes());
  if (is_new && tables_->count(Table::kSeen) >= base::limits::kSeenAddresses) return;
  changed_ = true;
  tables_->put(Table::kSeen, key.bytes(), encode(change.seen, key.bytes()));
}

// Frees every address of `range` that has no record, and gives how many that were.
net::Uint128 Applier::free_all(const Block& block, Space space, const Range& range) {
  FreeRanges free(*tables_, space, block.denied_octets);
  net::Uint128 freed = 0;
  std::vector<net::Address> taken;
  View(*tables_).scan(block.id, range.first(), [&](const AddressRecord& record) {
    if (!range.contains(record.key.address)) return false;
    taken.push_back(record.key.address);
    return true;
  });
  net::Address from = range.first();
  for (const net::Address& address : taken) {
    if (from < address) freed += free.add(*Range::make(from, address.previous()));
    if (address == range.last()) return freed;
    from = address.next();
  }
  return freed + free.add(*Range::make(from, range.last()));
}

void Applier::resize(const Block& block, Space space, const std::vector<Range>& before,
                     const std::vector<Range>& after, net::Uint128& freed, net::Uint128& taken) {
  RangeSet gone(before);
  for (const Range& range : after) gone.remove(range);
  RangeSet come(after);
  for (const Range& range : before) come.remove(range);
  FreeRanges free(*tables_, space, block.denied_octets);
  for (const Range& range : gone.ranges()) taken += free.remove(range);
  for (const Range& range : come.ranges()) freed += free_all(block, space, range);
}

// Other octets are denied than before: what is free is counted anew.
void Applier::recount(const Block& block) {
  const BlockFacts& old = facts(block.id);
  Delta& delta = usage_[block.id];
  delta.taken += FreeRanges(*tables_, Space::dynamic(block.id), old.denied).count();
  delta.freed += FreeRanges(*tables_, Space::dynamic(block.id), block.denied_octets).count();
  delta.taken_fixed += FreeRanges(*tables_, Space::fixed(block.id), old.denied).count();
  delta.freed_fixed += FreeRanges(*tables_, Space::fixed(block.id), block.denied_octets).count();
}

void Applier::operator()(const PutBlock& change) {
  const Block& block = change.block;
  const BlockFacts old = facts(block.id);
  if (old.exists && old.denied != block.denied_octets) recount(block);
  Delta& delta = usage_[block.id];
  resize(block, Space::dynamic(block.id), old.dynamic, block.dynamic, delta.freed, delta.taken);
  resize(block, Space::fixed(block.id), old.fixed, block.fixed, delta.freed_fixed,
         delta.taken_fixed);
  facts_[block.id] = {true, block.tenant, block.dynamic, block.fixed, block.denied_octets};
  put_object(block, block.network);
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
  const View view(*tables_);
  const auto block = view.block(change.id);
  if (!block) return;
  bool empty = true;
  view.scan(change.id, net::Address::of(block->cidr.family(), 0), [&](const AddressRecord&) {
    empty = false;
    return false;
  });
  check(empty);
  for (const Range& range : block->dynamic) {
    FreeRanges(*tables_, Space::dynamic(change.id)).remove(range);
  }
  for (const Range& range : block->fixed) {
    FreeRanges(*tables_, Space::fixed(change.id)).remove(range);
  }
  forget_seen(change.id);
  usage_.erase(change.id);
  facts_.erase(change.id);
  Key usage;
  usage.add(meta_key::kUsage).add(change.id);
  tables_->erase(Table::kMeta, usage.bytes());
  erase_object<Block>(change.id.value, block->network);
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
    usage.free_fixed = usage.free_fixed + delta.freed_fixed - delta.taken_fixed;
    Key key;
    key.add(meta_key::kUsage).add(block);
    tables_->put(Table::kMeta, key.bytes(), encode(usage, key.bytes()));
  }
  usage_.clear();
}

}  // namespace melange::store
