// SPDX-License-Identifier: Apache-2.0
#include "melange/store/view.h"

#include <algorithm>

#include "codec.h"
#include "free_ranges.h"
#include "keys.h"
#include "melange/base/check.h"
#include "tables.h"

namespace melange::store {
namespace {

using base::ByteReader;
using base::Bytes;

bool starts_with(Bytes bytes, Bytes prefix) {
  return bytes.size() >= prefix.size() && base::equal(bytes.first(prefix.size()), prefix);
}

// The record under `key`, through `decode`; damage is noted in `tables`.
template <class Decode>
auto read(Tables& tables, Table table, Bytes key, const Decode& decode)
    -> decltype(decode(key, key)) {
  const auto value = tables.get(table, key);
  if (!value) return std::nullopt;
  auto record = decode(key, *value);
  if (!record) tables.fail_damaged(table, key);
  return record;
}

// Calls `visit` with each entry whose key starts with `prefix`, from `start` on, until it returns
// false.
template <class Visit>
void for_each(Tables& tables, Table table, Bytes prefix, Bytes start, const Visit& visit) {
  for (auto entry = tables.seek(table, start); entry && starts_with(entry->key, prefix);
       entry = tables.next(table)) {
    if (!visit(*entry)) return;
  }
}

std::optional<AddressRecord> decode_keyed_address(Bytes key, Bytes value) {
  const auto address_key = read_address_key(key);
  auto record = decode<AddressRecord>(key, value);
  if (!address_key || !record) return std::nullopt;
  record->key = *address_key;
  return record;
}

std::uint32_t read_id(Bytes key) { return ByteReader(key).u32(); }

std::optional<net::Range> next_in(Tables& tables, Space space, const net::Address& from) {
  const auto run = FreeRanges(tables, space).at_or_after(from);
  if (!run) return std::nullopt;
  return net::Range::make(std::max(run->first(), from), run->last());
}

// What is sealed under a name; damage is noted in `tables`.
std::optional<Bytes> meta(Tables& tables, std::string_view name) {
  return read(tables, Table::kMeta, base::bytes_of(name), unseal);
}

}  // namespace

bool View::ok() const { return !tables_->error; }

const base::Error& View::error() const {
  base::check(tables_->error.has_value());
  return *tables_->error;
}

std::optional<AddressRecord> View::address(const AddressKey& at) const {
  Key key;
  key.add(at.block).add(at.address);
  return read(*tables_, Table::kAddresses, key.bytes(), decode_keyed_address);
}

AddressKeys View::addresses_of(NetworkId network, const wire::Identity& identity) const {
  AddressKeys found;
  Key prefix;
  prefix.add(network).add(identity);
  const Bytes start = prefix.bytes();
  for_each(*tables_, Table::kIdentities, start, start, [&](const Entry& entry) {
    const auto key = read_identity_entry(entry.key, start.size());
    if (!key) {
      tables_->fail_damaged(Table::kIdentities, entry.key);
      return false;
    }
    found.push_back(*key);
    return !found.full();
  });
  return found;
}

std::optional<net::Range> View::next_free(BlockId block, const net::Address& from) const {
  return next_in(*tables_, Space::dynamic(block), from);
}

std::optional<net::Range> View::next_fixed(BlockId block, const net::Address& from) const {
  return next_in(*tables_, Space::fixed(block), from);
}

std::optional<net::Range> View::next_mac(MacRangeId range, const net::Address& from) const {
  return next_in(*tables_, Space::macs(range), from);
}

bool View::is_free(const AddressKey& key) const {
  return FreeRanges(*tables_, Space::dynamic(key.block)).contains(key.address);
}

void View::scan_held(BlockId block, base::FunctionRef<bool(const AddressKey&)> visit) const {
  Key start;
  start.add(block);
  for_each(*tables_, Table::kHeld, start.bytes(), start.bytes(), [&](const Entry& entry) {
    const auto held = read_held_entry(entry.key);
    if (!held) tables_->fail_damaged(Table::kHeld, entry.key);
    return held && visit(*held);
  });
}

std::size_t View::scan(BlockId block, const net::Address& from,
                       base::FunctionRef<bool(const AddressRecord&)> visit) const {
  Key prefix;
  prefix.add(block);
  Key start;
  start.add(block).add(from);
  std::size_t visited = 0;
  for_each(*tables_, Table::kAddresses, prefix.bytes(), start.bytes(), [&](const Entry& entry) {
    const auto record = decode_keyed_address(entry.key, entry.value);
    if (!record) {
      tables_->fail_damaged(Table::kAddresses, entry.key);
      return false;
    }
    ++visited;
    return visit(*record);
  });
  return visited;
}

std::optional<Seen> View::seen(const AddressKey& at) const {
  Key key;
  key.add(at.block).add(at.address);
  auto seen = read(*tables_, Table::kSeen, key.bytes(), decode<Seen>);
  if (seen) seen->key = at;
  return seen;
}

void View::scan_seen(BlockId block, base::FunctionRef<bool(const Seen&)> visit) const {
  Key prefix;
  prefix.add(block);
  for_each(*tables_, Table::kSeen, prefix.bytes(), prefix.bytes(), [&](const Entry& entry) {
    const auto key = read_address_key(entry.key);
    auto seen = key ? decode<Seen>(entry.key, entry.value) : std::nullopt;
    if (!seen) {
      tables_->fail_damaged(Table::kSeen, entry.key);
      return false;
    }
    seen->key = *key;
    return visit(*seen);
  });
}

std::vector<Network> View::networks() const {
  std::vector<Network> networks;
  for_each(*tables_, Table::kNetworks, {}, {}, [&](const Entry& entry) {
    auto network = decode<Network>(entry.key, entry.value);
    if (!network) {
      tables_->fail_damaged(Table::kNetworks, entry.key);
      return false;
    }
    network->id = NetworkId{read_id(entry.key)};
    networks.push_back(std::move(*network));
    return true;
  });
  return networks;
}

std::vector<Block> View::blocks() const {
  std::vector<Block> blocks;
  for_each(*tables_, Table::kBlocks, {}, {}, [&](const Entry& entry) {
    auto block = decode<Block>(entry.key, entry.value);
    if (!block) {
      tables_->fail_damaged(Table::kBlocks, entry.key);
      return false;
    }
    block->id = BlockId{read_id(entry.key)};
    blocks.push_back(std::move(*block));
    return true;
  });
  return blocks;
}

std::optional<Reservation> View::reservation(NetworkId network,
                                             const wire::Identity& identity) const {
  Key key;
  key.add(network).add(identity);
  auto reservation = read(*tables_, Table::kReservations, key.bytes(), decode<Reservation>);
  if (!reservation) return std::nullopt;
  reservation->network = network;
  reservation->identity = identity;
  return reservation;
}

namespace {

std::optional<Reservation> decode_keyed_reservation(Bytes key, Bytes value) {
  auto reservation = decode<Reservation>(key, value);
  ByteReader reader(key);
  const NetworkId network{reader.u32()};
  const std::uint8_t kind = reader.u8();
  const auto identity = wire::Identity::make(kind, reader.take(reader.u8()));
  if (!reservation || !identity || !reader.finished()) return std::nullopt;
  reservation->network = network;
  reservation->identity = *identity;
  return reservation;
}

}  // namespace

void View::scan_reservations(NetworkId network, const std::optional<wire::Identity>& after,
                             base::FunctionRef<bool(const Reservation&)> visit) const {
  Key prefix;
  prefix.add(network);
  Key start;
  start.add(network);
  if (after) start.add(*after);
  for_each(*tables_, Table::kReservations, prefix.bytes(), start.bytes(), [&](const Entry& entry) {
    const auto reservation = decode_keyed_reservation(entry.key, entry.value);
    if (!reservation) {
      tables_->fail_damaged(Table::kReservations, entry.key);
      return false;
    }
    return reservation->identity == after || visit(*reservation);
  });
}

std::vector<Reservation> View::reservations(NetworkId network) const {
  std::vector<Reservation> reservations;
  scan_reservations(network, std::nullopt, [&](const Reservation& reservation) {
    reservations.push_back(reservation);
    return true;
  });
  return reservations;
}

Usage View::usage(BlockId block) const {
  Key key;
  key.add(meta_key::kUsage).add(block);
  return read(*tables_, Table::kMeta, key.bytes(), decode<Usage>).value_or(Usage{});
}

std::uint64_t View::next_number(ObjectKind kind) const {
  const auto value = meta(*tables_, text(kind));
  return value ? ByteReader(*value).u64() : 1;
}

NetworkId View::next_network_id() const {
  return NetworkId{static_cast<std::uint32_t>(next_number(ObjectKind::kNetwork))};
}

BlockId View::next_block_id() const {
  return BlockId{static_cast<std::uint32_t>(next_number(ObjectKind::kBlock))};
}

StoreId View::store_id() const {
  const auto value = meta(*tables_, meta_key::kStore);
  return StoreId{value ? ByteReader(*value).u64() : 0};
}

std::uint64_t View::revision() const {
  const auto head = meta(*tables_, meta_key::kHead);
  return (head ? ByteReader(*head).u64() : 0) + tables_->ahead;
}

std::uint64_t View::next_event() const {
  const auto head = meta(*tables_, meta_key::kHead);
  if (!head) return 1;
  ByteReader reader(*head);
  reader.skip(16);
  return reader.u64();
}

base::Instant View::stamp() const {
  const auto head = meta(*tables_, meta_key::kHead);
  if (!head) return base::Instant{};
  ByteReader reader(*head);
  reader.skip(8);
  return base::Instant{base::Millis{static_cast<std::int64_t>(reader.u64())}};
}

}  // namespace melange::store
