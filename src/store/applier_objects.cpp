// SPDX-License-Identifier: Apache-2.0
//
// Objects that are known by a number, NAT relations, remembered answers, and pruning.
#include "applier.h"
#include "codec.h"
#include "keys.h"
#include "melange/base/check.h"
#include "melange/base/limits.h"
#include "melange/store/view.h"
#include "object_tables.h"

namespace melange::store {
namespace {

using base::Bytes;
using base::check;

const std::string& tenant_of(const Network& network) { return network.tenant; }
const std::string& tenant_of(const Block& block) { return block.tenant; }
const std::string& tenant_of(const Policy& policy) { return policy.tenant; }
const std::string& tenant_of(const Interface& interface) { return interface.tenant; }
const std::string& tenant_of(const Allocation& allocation) { return allocation.tenant; }
std::string tenant_of(const MacRange&) { return {}; }  // the operator's

// MACs are given out like addresses: the one of that number.
net::Address address_of(const net::Mac& mac) {
  net::Uint128 number = 0;
  for (const std::uint8_t octet : mac.bytes()) number = number << 8 | octet;
  return net::Address::v6(number);
}

net::Range range_of(const MacRange& range) {
  check(range.length <= 48);
  const net::Uint128 size = net::Uint128{1} << (48 - range.length);
  const net::Uint128 first = address_of(range.first).value() & ~(size - 1);
  return *net::Range::make(net::Address::v6(first), net::Address::v6(first + size - 1));
}

// Two passes over few keys: an object has at most seven.
template <class T>
bool has_key(const T* object, Bytes wanted, Bytes value) {
  bool found = false;
  if (object == nullptr) return found;
  each_key(*object, [&](Bytes key, Bytes other) {
    found = found || (base::equal(key, wanted) && base::equal(value, other));
  });
  return found;
}

}  // namespace

void Applier::raise_next_number(ObjectKind kind, std::uint64_t used) {
  check(used != 0 && used < kMaxObjectNumber);
  if (used < View(*tables_).next_number(kind)) return;
  Key next;
  next.add(used + 1);
  const Bytes name = base::bytes_of(text(kind));
  std::array<std::uint8_t, 8 + kChecksumSize> buffer;
  tables_->put(Table::kMeta, name, seal(name, next.bytes(), buffer));
}

template <class T>
void Applier::reindex(const T* before, const T* after) {
  if (before != nullptr) {
    each_key(*before, [&](Bytes key, Bytes value) {
      if (has_key(after, key, value)) return;
      // Another object may have taken the name over in this transaction.
      const auto stands = tables_->get(Table::kIndex, key);
      if (stands && base::equal(*stands, value)) tables_->erase(Table::kIndex, key);
    });
  }
  if (after != nullptr) {
    each_key(*after, [&](Bytes key, Bytes value) {
      if (!has_key(before, key, value)) tables_->put(Table::kIndex, key, value);
    });
  }
}

template <class T>
void Applier::put_object(const T& object, NetworkId network) {
  changed_ = true;
  raise_next_number(ObjectTable<T>::kKind, object.id.value);
  const auto before = read_object<T>(*tables_, object.id.value);
  T after = object;
  after.revision = revision_;
  reindex(before ? &*before : nullptr, &after);
  Key key;
  add_object_key<T>(key, object.id.value);
  tables_->put(ObjectTable<T>::kTable, key.bytes(), encode(after, key.bytes()));
  log_.object(ObjectTable<T>::kKind, object.id.value, before ? &*before : nullptr, &after,
              tenant_of(after), network);
}

template <class T>
void Applier::erase_object(std::uint64_t number, NetworkId network) {
  changed_ = true;
  const auto before = read_object<T>(*tables_, number);
  if (!before) return;
  reindex(&*before, static_cast<const T*>(nullptr));
  Key key;
  tables_->erase(ObjectTable<T>::kTable, add_object_key<T>(key, number).bytes());
  log_.object(ObjectTable<T>::kKind, number, &*before, static_cast<const T*>(nullptr),
              tenant_of(*before), network);
}

template void Applier::put_object(const Block& object, NetworkId network);
template void Applier::erase_object<Block>(std::uint64_t number, NetworkId network);

void Applier::operator()(const PutNetwork& change) {
  put_object(change.network, change.network.id);
}

void Applier::operator()(const EraseNetwork& change) {
  erase_object<Network>(change.id.value, change.id);
}

void Applier::take_mac(const net::Mac& mac) {
  const net::Address address = address_of(mac);
  const net::Range only = *net::Range::make(address, address);
  for (const std::uint64_t number :
       View(*tables_).list(Listing::all(ObjectKind::kMacRange), 0, SIZE_MAX)) {
    FreeRanges(*tables_, Space::macs(MacRangeId{number})).remove(only);
  }
}

void Applier::give_mac(const net::Mac& mac) {
  const net::Address address = address_of(mac);
  const net::Range only = *net::Range::make(address, address);
  const View view(*tables_);
  for (const std::uint64_t number : view.list(Listing::all(ObjectKind::kMacRange), 0, SIZE_MAX)) {
    const auto range = view.mac_range(MacRangeId{number});
    if (range && range_of(*range).contains(address)) {
      FreeRanges(*tables_, Space::macs(range->id)).add(only);
    }
  }
}

void Applier::follow_mac(const Interface* before, const Interface* after) {
  const auto old_mac = before != nullptr ? before->mac : std::nullopt;
  const auto new_mac = after != nullptr ? after->mac : std::nullopt;
  if (old_mac == new_mac) return;
  if (old_mac && !View(*tables_).interface_with(*old_mac)) give_mac(*old_mac);
  if (new_mac) take_mac(*new_mac);
}

// MACs of the range that interfaces have already, however they came by them.
std::vector<net::Address> Applier::macs_in_use(const net::Range& range) {
  Key prefix;
  begin_index(prefix, IndexKind::kMac);
  Key first;
  first.add(range.first());
  Key start;
  start.add(prefix.bytes()).add(first.bytes().last(6));
  std::vector<net::Address> taken;
  for (auto entry = tables_->seek(Table::kIndex, start.bytes()); entry;
       entry = tables_->next(Table::kIndex)) {
    const bool is_mac = entry->key.size() == prefix.bytes().size() + 6 &&
                        base::equal(entry->key.first(1), prefix.bytes());
    const auto mac = is_mac ? net::Mac::from_bytes(entry->key.last(6)) : std::nullopt;
    if (!mac || !range.contains(address_of(*mac))) break;
    taken.push_back(address_of(*mac));
  }
  return taken;
}

void Applier::follow_mac_range(const MacRange* before, const MacRange* after) {
  if (before != nullptr) {
    FreeRanges(*tables_, Space::macs(before->id)).remove(range_of(*before));
  }
  if (after == nullptr) return;
  FreeRanges free(*tables_, Space::macs(after->id));
  const net::Range range = range_of(*after);
  free.add(range);
  for (const net::Address& address : macs_in_use(range)) {
    free.remove(*net::Range::make(address, address));
  }
}

template <class T>
void Applier::operator()(const Put<T>& change) {
  const auto before = read_object<T>(*tables_, change.object.id.value);
  put_object(change.object, {});
  if constexpr (std::same_as<T, Interface>) follow_mac(before ? &*before : nullptr, &change.object);
  if constexpr (std::same_as<T, MacRange>) {
    follow_mac_range(before ? &*before : nullptr, &change.object);
  }
}

template <class T>
void Applier::operator()(const Erase<T>& change) {
  const auto before = read_object<T>(*tables_, change.id.value);
  if (!before) return;
  erase_object<T>(change.id.value, {});
  if constexpr (std::same_as<T, Interface>) follow_mac(&*before, nullptr);
  if constexpr (std::same_as<T, MacRange>) follow_mac_range(&*before, nullptr);
}

template void Applier::operator()(const Put<Policy>&);
template void Applier::operator()(const Put<Interface>&);
template void Applier::operator()(const Put<MacRange>&);
template void Applier::operator()(const Put<Allocation>&);
template void Applier::operator()(const Erase<Policy>&);
template void Applier::operator()(const Erase<Interface>&);
template void Applier::operator()(const Erase<MacRange>&);
template void Applier::operator()(const Erase<Allocation>&);

void Applier::operator()(const PutReservation& change) {
  changed_ = true;
  Reservation after = change.reservation;
  after.revision = revision_;
  if (!after.id.empty()) raise_next_number(ObjectKind::kReservation, after.id.value);
  const View view(*tables_);
  const auto before = view.reservation(after.network, after.identity);
  reindex(before ? &*before : nullptr, &after);
  Key key;
  key.add(after.network).add(after.identity);
  tables_->put(Table::kReservations, key.bytes(), encode(after, key.bytes()));
  const auto network = view.network(after.network);
  log_.object(ObjectKind::kReservation, after.id.value, before ? &*before : nullptr, &after,
              network ? network->tenant : "", after.network);
}

void Applier::operator()(const EraseReservation& change) {
  changed_ = true;
  const View view(*tables_);
  const auto before = view.reservation(change.network, change.identity);
  if (!before) return;
  reindex(&*before, static_cast<const Reservation*>(nullptr));
  Key key;
  tables_->erase(Table::kReservations, key.add(change.network).add(change.identity).bytes());
  const auto network = view.network(change.network);
  log_.object(ObjectKind::kReservation, before->id.value, &*before,
              static_cast<const Reservation*>(nullptr), network ? network->tenant : "",
              change.network);
}

void Applier::put_nat(const Nat& nat, bool in) {
  Key forth;
  forth.add(static_cast<std::uint8_t>(NatDirection::kGlobalsOfLocal));
  forth.add_nat_end(nat.local).add_nat_end(nat.global);
  Key back;
  back.add(static_cast<std::uint8_t>(NatDirection::kLocalsOfGlobal));
  back.add_nat_end(nat.global).add_nat_end(nat.local);
  for (const Key* key : {&forth, &back}) {
    in ? tables_->put(Table::kNat, key->bytes(), {}) : tables_->erase(Table::kNat, key->bytes());
  }
  log_.nat(nat, in, facts(nat.local.block).tenant);
}

void Applier::operator()(const PutNat& change) {
  if (View(*tables_).has_nat(change.nat)) return;
  changed_ = true;
  put_nat(change.nat, true);
}

void Applier::operator()(const EraseNat& change) {
  if (!View(*tables_).has_nat(change.nat)) return;
  changed_ = true;
  put_nat(change.nat, false);
}

void Applier::forget_nat(const AddressKey& end) {
  if (tables_->count(Table::kNat) == 0) return;
  const View view(*tables_);
  for (const auto& other : view.nat_of(NatDirection::kGlobalsOfLocal, end)) {
    put_nat({end, other}, false);
  }
  for (const auto& other : view.nat_of(NatDirection::kLocalsOfGlobal, end)) {
    put_nat({other, end}, false);
  }
}

void Applier::operator()(const PutAnswer& change) {
  changed_ = true;
  Key digest;
  begin_index(digest, IndexKind::kAnswer).add(Bytes(change.answer.key));
  forget_answer(digest);
  const auto last = tables_->last(Table::kAnswers);
  Key number;
  number.add(last ? base::ByteReader(last->key).u64() + 1 : std::uint64_t{1});
  tables_->put(Table::kAnswers, number.bytes(), encode(change.answer, number.bytes()));
  std::array<std::uint8_t, 8 + kChecksumSize> buffer;
  tables_->put(Table::kIndex, digest.bytes(), seal(digest.bytes(), number.bytes(), buffer));
}

// The one under that key, if there is one.
void Applier::forget_answer(const Key& digest) {
  const auto value = tables_->get(Table::kIndex, digest.bytes());
  const auto number = value ? unseal(digest.bytes(), *value) : std::nullopt;
  if (!number) return;
  Key old;
  old.add(*number);
  tables_->erase(Table::kAnswers, old.bytes());
  tables_->erase(Table::kIndex, digest.bytes());
}

void Applier::operator()(const Prune& change) {
  const std::size_t pruned = prune_events(change.events_to);
  prune_answers(change.answers_before, base::limits::kPrunedAtOnce - pruned);
}

// A damaged event goes like others, or it would keep all that follow it from going.
std::size_t Applier::prune_events(std::uint64_t to) {
  std::size_t pruned = 0;
  for (; pruned < base::limits::kPrunedAtOnce; ++pruned) {
    const auto entry = tables_->seek(Table::kChanges, {});
    if (!entry) break;
    const std::uint64_t number = base::ByteReader(entry->key).u64();
    if (number > to) break;
    const auto event = decode<Event>(entry->key, entry->value);
    Key key;
    tables_->erase(Table::kChanges, key.add(number).bytes());
    if (event && event->address) {
      Key history;
      history.add_with_family(*event->address).add(number);
      tables_->erase(Table::kHistory, history.bytes());
    }
    changed_ = true;
  }
  return pruned;
}

// Likewise a damaged answer: it could not be given again.
void Applier::prune_answers(base::Instant before, std::size_t most) {
  for (; most > 0; --most) {
    const auto entry = tables_->seek(Table::kAnswers, {});
    if (!entry) return;
    const auto answer = decode<Answer>(entry->key, entry->value);
    if (answer && answer->at >= before) return;
    Key number;
    number.add(base::ByteReader(entry->key).u64());
    tables_->erase(Table::kAnswers, number.bytes());
    Key digest;
    if (answer) forget_answer(begin_index(digest, IndexKind::kAnswer).add(Bytes(answer->key)));
    changed_ = true;
  }
}

}  // namespace melange::store
