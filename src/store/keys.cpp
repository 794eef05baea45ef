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

}  // namespace melange::store
