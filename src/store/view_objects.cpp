// SPDX-License-Identifier: Apache-2.0
//
// The part of View that finds objects by number, name and list, and that reads the change log.
#include <algorithm>
#include <limits>

#include "codec.h"
#include "index.h"
#include "keys.h"
#include "melange/store/view.h"
#include "object_tables.h"
#include "tables.h"

namespace melange::store {
namespace {

using base::ByteReader;
using base::Bytes;

// What the index says under `key`; damage is noted in `tables`.
std::optional<Bytes> index_value(Tables& tables, const Key& key) {
  const auto value = tables.get(Table::kIndex, key.bytes());
  const auto body = value ? unseal(key.bytes(), *value) : std::nullopt;
  if (value && !body) tables.fail_damaged(Table::kIndex, key.bytes());
  return body;
}

std::optional<std::uint64_t> number_of(Tables& tables, const Key& key) {
  const auto value = index_value(tables, key);
  return value ? std::optional(ByteReader(*value).u64()) : std::nullopt;
}

bool starts_with(Bytes bytes, Bytes prefix) {
  return bytes.size() >= prefix.size() && base::equal(bytes.first(prefix.size()), prefix);
}

// The tables whose keys are a number alone, and how long that is.
struct Numbered {
  ObjectKind kind;
  Table table;
  std::size_t octets;
};
constexpr std::array kNumbered{
    Numbered{ObjectKind::kNetwork, Table::kNetworks, 4},
    Numbered{ObjectKind::kBlock, Table::kBlocks, 4},
    Numbered{ObjectKind::kPolicy, Table::kPolicies, 8},
    Numbered{ObjectKind::kInterface, Table::kInterfaces, 8},
    Numbered{ObjectKind::kMacRange, Table::kMacRanges, 8},
    Numbered{ObjectKind::kAllocation, Table::kAllocations, 8},
};

std::string octets_of(std::uint64_t number) {
  Key key;
  return std::string(base::text_of(key.add(number).bytes()));
}

Listing of_tenant(IndexKind index, ObjectKind kind, std::string_view owner) {
  // One that is too long owns nothing: `list` knows it by its size.
  const char length = static_cast<char>(std::min(owner.size(), base::limits::kNameSize));
  return {static_cast<std::uint8_t>(index), kind, length + std::string(owner)};
}

Listing of_number(IndexKind index, ObjectKind kind, std::uint64_t owner) {
  return {static_cast<std::uint8_t>(index), kind, octets_of(owner)};
}

// Longer than any that was stored: asking for it is no bug of the caller.
bool too_long(std::string_view name) { return name.size() > base::limits::kNameSize; }

}  // namespace

Listing Listing::all(ObjectKind kind) { return {0, kind, {}}; }
Listing Listing::networks_of(std::string_view tenant) {
  return of_tenant(IndexKind::kNetworksOfTenant, ObjectKind::kNetwork, tenant);
}
Listing Listing::blocks_of(std::string_view tenant) {
  return of_tenant(IndexKind::kBlocksOfTenant, ObjectKind::kBlock, tenant);
}
Listing Listing::blocks_of(NetworkId network) {
  return of_number(IndexKind::kBlocksOfNetwork, ObjectKind::kBlock, network.value);
}
Listing Listing::blocks_with(PolicyId policy) {
  return of_number(IndexKind::kBlocksOfPolicy, ObjectKind::kBlock, policy.value);
}
Listing Listing::children_of(BlockId parent) {
  return of_number(IndexKind::kBlocksOfParent, ObjectKind::kBlock, parent.value);
}
Listing Listing::policies_of(std::string_view tenant) {
  return of_tenant(IndexKind::kPoliciesOfTenant, ObjectKind::kPolicy, tenant);
}
Listing Listing::interfaces_of(std::string_view tenant) {
  return of_tenant(IndexKind::kInterfacesOfTenant, ObjectKind::kInterface, tenant);
}
Listing Listing::interfaces_on(std::string_view device) {
  return of_tenant(IndexKind::kInterfacesOfDevice, ObjectKind::kInterface, device);
}

std::optional<Network> View::network(NetworkId id) const {
  return read_object<Network>(*tables_, id.value);
}
std::optional<Block> View::block(BlockId id) const {
  return read_object<Block>(*tables_, id.value);
}
std::optional<Policy> View::policy(PolicyId id) const {
  return read_object<Policy>(*tables_, id.value);
}
std::optional<Interface> View::interface(InterfaceId id) const {
  return read_object<Interface>(*tables_, id.value);
}
std::optional<MacRange> View::mac_range(MacRangeId id) const {
  return read_object<MacRange>(*tables_, id.value);
}
std::optional<Allocation> View::allocation(AllocationId id) const {
  return read_object<Allocation>(*tables_, id.value);
}

std::optional<Reservation> View::reservation(ReservationId id) const {
  Key key;
  begin_index(key, IndexKind::kReservation).add(id.value);
  const auto at = index_value(*tables_, key);
  if (!at) return std::nullopt;
  ByteReader reader(*at);
  const NetworkId network{reader.u32()};
  const std::uint8_t kind = reader.u8();
  const auto identity = wire::Identity::make(kind, reader.take(reader.u8()));
  if (identity) return reservation(network, *identity);
  tables_->fail_damaged(Table::kIndex, key.bytes());
  return std::nullopt;
}

std::optional<NetworkId> View::network_named(std::string_view tenant, std::string_view name) const {
  if (too_long(tenant) || too_long(name)) return std::nullopt;
  Key key;
  const auto number =
      number_of(*tables_, begin_index(key, IndexKind::kNetworkName, tenant).add(name));
  if (!number) return std::nullopt;
  return NetworkId{static_cast<std::uint32_t>(*number)};
}

std::optional<InterfaceId> View::interface_named(std::string_view vif) const {
  if (too_long(vif)) return std::nullopt;
  Key key;
  const auto number = number_of(*tables_, begin_index(key, IndexKind::kVif).add(vif));
  return number ? std::optional(InterfaceId{*number}) : std::nullopt;
}

std::optional<InterfaceId> View::interface_with(const net::Mac& mac) const {
  Key key;
  const auto number = number_of(*tables_, begin_index(key, IndexKind::kMac).add(mac.bytes()));
  return number ? std::optional(InterfaceId{*number}) : std::nullopt;
}

std::optional<AllocationId> View::allocation_named(std::string_view tenant,
                                                   std::string_view handle) const {
  if (too_long(tenant) || too_long(handle)) return std::nullopt;
  Key key;
  const auto number = number_of(*tables_, begin_index(key, IndexKind::kHandle, tenant).add(handle));
  return number ? std::optional(AllocationId{*number}) : std::nullopt;
}

namespace {

// Where a listing's numbers are: behind `prefix`, `octets` of them in each key.
struct Numbers {
  Table table = Table::kIndex;
  std::size_t octets = 8;
  Key prefix;
};

// False if there can be none.
bool find_numbers(const Listing& listing, Numbers& numbers) {
  if (listing.index != 0) {
    // An owner and its length.
    if (listing.owner.size() > base::limits::kNameSize + 1) return false;
    numbers.prefix.add(listing.index).add(std::string_view(listing.owner));
    return true;
  }
  const auto numbered = std::ranges::find(kNumbered, listing.kind, &Numbered::kind);
  if (numbered == kNumbered.end()) return false;
  numbers.table = numbered->table;
  numbers.octets = numbered->octets;
  return true;
}

}  // namespace

std::vector<std::uint64_t> View::list(const Listing& listing, std::uint64_t after,
                                      std::size_t limit) const {
  std::vector<std::uint64_t> found;
  Numbers in;
  if (limit == 0 || !find_numbers(listing, in)) return found;
  const Bytes prefix = in.prefix.bytes();
  if (after >= (in.octets == 4 ? 0xffffffff : kMaxObjectNumber)) return found;
  Key start;
  start.add(prefix);
  in.octets == 4 ? start.add(BlockId{static_cast<std::uint32_t>(after + 1)}) : start.add(after + 1);
  for (auto entry = tables_->seek(in.table, start.bytes());
       entry && starts_with(entry->key, prefix) && found.size() < limit;
       entry = tables_->next(in.table)) {
    ByteReader number(entry->key.subspan(prefix.size()));
    if (number.remaining() != in.octets) {
      tables_->fail_damaged(in.table, entry->key);
      break;
    }
    found.push_back(in.octets == 4 ? number.u32() : number.u64());
  }
  return found;
}

namespace {

struct IndexedCidr {
  net::Prefix cidr;
  BlockId block;
};

// What an entry says, if it is one of the scope; damage is noted in `tables`.
std::optional<IndexedCidr> read_cidr(Tables& tables, const std::optional<Entry>& entry,
                                     const CidrScope& scope) {
  Key prefix;
  begin_index(prefix, scope);
  if (!entry || !starts_with(entry->key, prefix.bytes())) return std::nullopt;
  ByteReader reader(entry->key);
  reader.skip(prefix.bytes().size());
  const bool v4 = reader.u8() == static_cast<std::uint8_t>(net::Family::kV4);
  const auto address = net::Address::from_bytes(reader.take(v4 ? 4 : 16));
  const auto cidr = address ? net::Prefix::make(*address, reader.u8()) : std::nullopt;
  const auto value = unseal(entry->key, entry->value);
  if (cidr && value) {
    return IndexedCidr{*cidr, BlockId{static_cast<std::uint32_t>(ByteReader(*value).u64())}};
  }
  tables.fail_damaged(Table::kIndex, entry->key);
  return std::nullopt;
}

}  // namespace

// Blocks of a scope do not overlap each other: one that overlaps `cidr` begins inside of it, or is
// the last that begins before.
std::optional<BlockId> View::overlapping(const CidrScope& scope, const net::Prefix& cidr) const {
  Key key;
  begin_index(key, scope).add_with_family(cidr.network());
  const auto at_or_behind = tables_->seek(Table::kIndex, key.bytes());
  const auto before = tables_->seek_before(Table::kIndex, key.bytes());
  for (const auto& entry : {at_or_behind, before}) {
    const auto found = read_cidr(*tables_, entry, scope);
    if (found && found->cidr.overlaps(cidr)) return found->block;
  }
  return std::nullopt;
}

std::optional<BlockId> View::first_of(const CidrScope& scope) const {
  Key key;
  const auto entry = tables_->seek(Table::kIndex, begin_index(key, scope).bytes());
  const auto found = read_cidr(*tables_, entry, scope);
  return found ? std::optional(found->block) : std::nullopt;
}

void View::scan_addresses_on(InterfaceId interface,
                             base::FunctionRef<bool(const AddressKey&)> visit) const {
  Key prefix;
  begin_index(prefix, IndexKind::kInterfaceAddress).add(interface.value);
  for (auto entry = tables_->seek(Table::kIndex, prefix.bytes());
       entry && starts_with(entry->key, prefix.bytes()); entry = tables_->next(Table::kIndex)) {
    const auto key = read_identity_entry(entry->key, prefix.bytes().size());
    if (!key) {
      tables_->fail_damaged(Table::kIndex, entry->key);
      return;
    }
    if (!visit(*key)) return;
  }
}

std::vector<AddressKey> View::addresses_on(InterfaceId interface) const {
  std::vector<AddressKey> keys;
  scan_addresses_on(interface, [&](const AddressKey& key) {
    keys.push_back(key);
    return true;
  });
  return keys;
}

std::vector<AddressKey> View::nat_of(NatDirection direction, const AddressKey& end) const {
  std::vector<AddressKey> others;
  Key prefix;
  prefix.add(static_cast<std::uint8_t>(direction)).add_nat_end(end);
  for (auto entry = tables_->seek(Table::kNat, prefix.bytes());
       entry && starts_with(entry->key, prefix.bytes()); entry = tables_->next(Table::kNat)) {
    const auto ends = read_nat_key(entry->key);
    if (!ends) {
      tables_->fail_damaged(Table::kNat, entry->key);
      break;
    }
    others.push_back(ends->second);
  }
  return others;
}

bool View::has_nat(const Nat& nat) const {
  Key key;
  key.add(static_cast<std::uint8_t>(NatDirection::kGlobalsOfLocal));
  key.add_nat_end(nat.local).add_nat_end(nat.global);
  return tables_->get(Table::kNat, key.bytes()).has_value();
}

std::optional<Answer> View::answer(const Digest& digest) const {
  Key key;
  const auto number =
      number_of(*tables_, begin_index(key, IndexKind::kAnswer).add(base::Bytes(digest)));
  if (!number) return std::nullopt;
  Key at;
  at.add(*number);
  const auto value = tables_->get(Table::kAnswers, at.bytes());
  if (!value) return std::nullopt;
  auto answer = decode<Answer>(at.bytes(), *value);
  if (!answer) tables_->fail_damaged(Table::kAnswers, at.bytes());
  // A damaged answer leaves its digest behind when it is pruned, and its number to another.
  return answer && answer->key == digest ? answer : std::nullopt;
}

std::size_t View::answers() const { return tables_->count(Table::kAnswers); }

std::optional<base::Instant> View::oldest_answer() const {
  const auto entry = tables_->seek(Table::kAnswers, {});
  if (!entry) return std::nullopt;
  const auto answer = decode<Answer>(entry->key, entry->value);
  if (!answer) tables_->fail_damaged(Table::kAnswers, entry->key);
  return answer ? std::optional(answer->at) : std::nullopt;
}

void View::scan_due(base::Instant now, base::FunctionRef<bool(const AddressKey&)> visit) const {
  for (auto entry = tables_->seek(Table::kDue, {}); entry; entry = tables_->next(Table::kDue)) {
    if (read_due_time(entry->key) > now) return;
    const auto due = read_due_entry(entry->key);
    if (!due) return tables_->fail_damaged(Table::kDue, entry->key);
    if (!visit(*due)) return;
  }
}

std::uint64_t View::first_event() const {
  const auto entry = tables_->seek(Table::kChanges, {});
  return entry ? ByteReader(entry->key).u64() : next_event();
}

namespace {

std::optional<Event> decode_event(Tables& tables, Bytes key, Bytes value) {
  auto event = decode<Event>(key, value);
  if (event) event->number = ByteReader(key).u64();
  if (!event) tables.fail_damaged(Table::kChanges, key);
  return event;
}

}  // namespace

std::optional<Event> View::event(std::uint64_t number) const {
  Key key;
  const auto value = tables_->get(Table::kChanges, key.add(number).bytes());
  return value ? decode_event(*tables_, key.bytes(), *value) : std::nullopt;
}

void View::scan_events(std::uint64_t after, base::FunctionRef<bool(const Event&)> visit) const {
  if (after == std::numeric_limits<std::uint64_t>::max()) return;
  Key start;
  start.add(after + 1);
  for (auto entry = tables_->seek(Table::kChanges, start.bytes()); entry;
       entry = tables_->next(Table::kChanges)) {
    const auto event = decode_event(*tables_, entry->key, entry->value);
    if (!event || !visit(*event)) return;
  }
}

void View::scan_history(const net::Address& address, std::uint64_t before,
                        base::FunctionRef<bool(const Event&)> visit) const {
  Key prefix;
  prefix.add_with_family(address);
  Key end;
  end.add_with_family(address).add(before);
  for (auto entry = tables_->seek_before(Table::kHistory, end.bytes());
       entry && starts_with(entry->key, prefix.bytes());
       entry = tables_->previous(Table::kHistory)) {
    const auto found = event(ByteReader(entry->key.subspan(prefix.bytes().size())).u64());
    if (!found || !visit(*found)) return;
  }
}

}  // namespace melange::store
