// SPDX-License-Identifier: Apache-2.0
#include "keys.h"

#include "melange/base/check.h"

namespace melange::store {

using base::ByteReader;
using base::Bytes;
using base::check;

Key& Key::add(NetworkId id) {
  check(writer_.u32(id.value));
  return *this;
}

Key& Key::add(BlockId id) {
  check(writer_.u32(id.value));
  return *this;
}

Key& Key::add(const net::Address& address) {
  check(address.put(writer_));
  return *this;
}

Key& Key::add(base::Instant instant) {
  check(writer_.u64(static_cast<std::uint64_t>(instant.time_since_epoch().count())));
  return *this;
}

Key& Key::add(const wire::Identity& identity) {
  check(writer_.u8(static_cast<std::uint8_t>(identity.kind())));
  check(writer_.u8(static_cast<std::uint8_t>(identity.bytes().size())));
  check(writer_.put(identity.bytes()));
  return *this;
}

Key& Key::add(std::uint8_t octet) {
  check(writer_.u8(octet));
  return *this;
}

Key& Key::add(std::uint64_t number) {
  check(writer_.u64(number));
  return *this;
}

Key& Key::add(Bytes octets) {
  check(writer_.put(octets));
  return *this;
}

Key& Key::add_with_family(const net::Address& address) {
  return add(static_cast<std::uint8_t>(address.family())).add(address);
}

Key& Key::add_nat_end(const AddressKey& end) {
  return add(static_cast<std::uint8_t>(end.address.family())).add(end.block).add(end.address);
}

Key& Key::add(std::string_view name) {
  check(writer_.put(base::bytes_of(name)));
  return *this;
}

std::optional<AddressKey> read_address_key(Bytes key) {
  ByteReader reader(key);
  const BlockId block{reader.u32()};
  const auto address = net::Address::from_bytes(reader.take_rest());
  if (!reader.ok() || !address) return std::nullopt;
  return AddressKey{block, *address};
}

std::optional<AddressKey> read_identity_entry(Bytes key, std::size_t prefix) {
  ByteReader reader(key);
  reader.skip(prefix);
  return reader.ok() ? read_address_key(reader.take_rest()) : std::nullopt;
}

std::optional<AddressKey> read_held_entry(Bytes key) {
  ByteReader reader(key);
  const BlockId block{reader.u32()};
  reader.skip(8);
  const auto address = net::Address::from_bytes(reader.take_rest());
  if (!reader.ok() || !address) return std::nullopt;
  return AddressKey{block, *address};
}

std::optional<AddressKey> read_due_entry(Bytes key) { return read_identity_entry(key, 8); }

base::Instant read_due_time(Bytes key) {
  return base::Instant{base::Millis{static_cast<std::int64_t>(ByteReader(key).u64())}};
}

namespace {

std::optional<AddressKey> read_end(ByteReader& reader) {
  const std::uint8_t family = reader.u8();
  const BlockId block{reader.u32()};
  const std::size_t octets = family == static_cast<std::uint8_t>(net::Family::kV4) ? 4 : 16;
  const auto address = net::Address::from_bytes(reader.take(octets));
  return address ? std::optional(AddressKey{block, *address}) : std::nullopt;
}

}  // namespace

std::optional<std::pair<AddressKey, AddressKey>> read_nat_key(Bytes key) {
  ByteReader reader(key);
  reader.skip(1);
  const auto first = read_end(reader);
  const auto second = read_end(reader);
  if (!first || !second || !reader.finished()) return std::nullopt;
  return std::pair(*first, *second);
}

}  // namespace melange::store
