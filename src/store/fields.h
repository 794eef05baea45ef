// SPDX-License-Identifier: Apache-2.0
//
// The octets of one field, by its type: `put` writes them, `take` reads them back from a reader
// that holds exactly them. Used by codec.cpp alone; kept apart because adding a type happens here.
#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "melange/base/bytes.h"
#include "melange/store/event.h"
#include "melange/store/objects.h"

namespace melange::store::fields {

using base::ByteReader;
using base::ByteWriter;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

// Lengths: one octet, or 255 and four more.
inline bool put_length(ByteWriter& out, std::size_t length) {
  if (length < 255) return out.u8(static_cast<std::uint8_t>(length));
  return out.u8(255) && out.u32(static_cast<std::uint32_t>(length));
}
inline std::size_t take_length(ByteReader& in) {
  const std::uint8_t length = in.u8();
  return length < 255 ? length : in.u32();
}

// What `body` writes, behind its length. The length is known only afterwards: it is put into the
// octet kept for it, or, if it needs five, everything is written a second time.
template <class Body>
bool put_sized(ByteWriter& out, const Body& body) {
  const std::size_t start = out.size();
  if (!out.u8(0) || !body()) return false;
  const std::size_t length = out.size() - start - 1;
  if (length < 255) {
    const auto octet = static_cast<std::uint8_t>(length);
    out.patch(start, {&octet, 1});
    return true;
  }
  out.roll_back(start);
  return put_length(out, length) && body();
}

inline bool put(ByteWriter& out, std::uint64_t value) {
  std::array<std::uint8_t, 8> octets;
  std::size_t first = octets.size();
  for (; value != 0; value >>= 8) octets[--first] = static_cast<std::uint8_t>(value);
  return out.put(base::Bytes(octets).subspan(first));
}
inline bool take(ByteReader& in, std::uint64_t& value) {
  value = 0;
  if (in.remaining() > 8) return false;
  while (!in.empty()) value = value << 8 | in.u8();
  return true;
}

// Whether a record may hold the value: an enumeration has gaps, a number has none.
inline bool known(ManagedBy value) { return value <= ManagedBy::kConfig; }
inline bool known(IdentityPolicy value) { return value <= IdentityPolicy::kCircuitId; }
inline bool known(AddressState value) { return !text(value).empty(); }
inline bool known(BlockType value) { return value <= BlockType::kPublic; }
inline bool known(Generator value) { return value <= Generator::kTenant; }
inline bool known(ObjectKind value) { return !text(value).empty(); }
inline bool known(EventKind value) {
  return (value >= EventKind::kCreated && value <= EventKind::kDeleted) ||
         (value >= EventKind::kReserved && value <= EventKind::kMoved);
}
template <std::unsigned_integral T>
bool known(T) {
  return true;
}

template <class T>
  requires std::is_enum_v<T> || (std::unsigned_integral<T> && !std::same_as<T, std::uint64_t>)
bool put(ByteWriter& out, T value) {
  return put(out, static_cast<std::uint64_t>(value));
}
template <class T>
  requires std::is_enum_v<T> || (std::unsigned_integral<T> && !std::same_as<T, std::uint64_t>)
bool take(ByteReader& in, T& value) {
  std::uint64_t number = 0;
  if (!take(in, number)) return false;
  value = static_cast<T>(number);
  return static_cast<std::uint64_t>(value) == number && known(value);
}

inline bool put(ByteWriter& out, base::Seconds value) {
  return put(out, static_cast<std::uint64_t>(value.count()));
}
inline bool take(ByteReader& in, base::Seconds& value) {
  std::uint64_t number = 0;
  if (!take(in, number)) return false;
  value = base::Seconds{static_cast<std::int64_t>(number)};
  return true;
}

inline bool put(ByteWriter& out, base::Instant value) {
  return put(out, static_cast<std::uint64_t>(value.time_since_epoch().count()));
}
inline bool take(ByteReader& in, base::Instant& value) {
  std::uint64_t number = 0;
  if (!take(in, number)) return false;
  value = base::Instant{base::Millis{static_cast<std::int64_t>(number)}};
  return true;
}

inline bool put(ByteWriter& out, NetworkId id) { return put(out, std::uint64_t{id.value}); }
inline bool take(ByteReader& in, NetworkId& id) { return take(in, id.value); }
inline bool put(ByteWriter& out, BlockId id) { return put(out, std::uint64_t{id.value}); }
inline bool take(ByteReader& in, BlockId& id) { return take(in, id.value); }
template <class T>
bool put(ByteWriter& out, Number<T> number) {
  return put(out, number.value);
}
template <class T>
bool take(ByteReader& in, Number<T>& number) {
  return take(in, number.value);
}

// The sign in the lowest bit, so that small numbers stay short.
inline bool put(ByteWriter& out, std::int64_t value) {
  const auto bits = static_cast<std::uint64_t>(value);
  return put(out, value < 0 ? ~bits << 1 | 1 : bits << 1);
}
inline bool take(ByteReader& in, std::int64_t& value) {
  std::uint64_t bits = 0;
  if (!take(in, bits)) return false;
  value = static_cast<std::int64_t>((bits & 1) != 0 ? ~(bits >> 1) : bits >> 1);
  return true;
}

inline bool put(ByteWriter& out, const std::string& value) {
  return out.put(base::bytes_of(value));
}
inline bool take(ByteReader& in, std::string& value) {
  value = base::text_of(in.take_rest());
  return true;
}

template <std::uint8_t Capacity>
bool put(ByteWriter& out, const base::InlineBytes<Capacity>& value) {
  return out.put(value.view());
}
template <std::uint8_t Capacity>
bool take(ByteReader& in, base::InlineBytes<Capacity>& value) {
  if (in.remaining() > Capacity) return false;
  value = base::InlineBytes<Capacity>(in.take_rest());
  return true;
}

inline bool put(ByteWriter& out, const net::Address& value) { return value.put(out); }
inline bool take(ByteReader& in, net::Address& value) {
  const auto address = net::Address::from_bytes(in.take_rest());
  if (address) value = *address;
  return address.has_value();
}

inline bool put(ByteWriter& out, const net::Mac& value) { return out.put(value.bytes()); }
inline bool take(ByteReader& in, net::Mac& value) {
  const auto mac = net::Mac::from_bytes(in.take_rest());
  if (mac) value = *mac;
  return mac.has_value();
}

inline bool put(ByteWriter& out, const net::Prefix& value) {
  return out.u8(static_cast<std::uint8_t>(value.length())) && value.network().put(out);
}
inline bool take(ByteReader& in, net::Prefix& value) {
  const unsigned length = in.u8();
  const auto address = net::Address::from_bytes(in.take_rest());
  const auto prefix = address ? net::Prefix::make(*address, length) : std::nullopt;
  if (prefix) value = *prefix;
  return prefix.has_value();
}

inline bool put(ByteWriter& out, const wire::Identity& value) {
  return out.u8(static_cast<std::uint8_t>(value.kind())) && out.put(value.bytes());
}
inline bool take(ByteReader& in, wire::Identity& value) {
  const std::uint8_t kind = in.u8();
  const auto identity = wire::Identity::make(kind, in.take_rest());
  if (identity) value = *identity;
  return identity.has_value();
}

inline bool put(ByteWriter& out, const OptionValue& value) {
  return out.u8(value.code) && out.put(value.octets);
}
inline bool take(ByteReader& in, OptionValue& value) {
  value.code = in.u8();
  const base::Bytes octets = in.take_rest();
  value.octets.assign(octets.begin(), octets.end());
  return in.ok();
}

// Values that hold lists, and lists of them: defined below.
inline bool put(ByteWriter& out, const net::Range& value);
inline bool put(ByteWriter& out, const PoolRule& value);
inline bool take(ByteReader& in, PoolRule& value);
template <class T>
bool put(ByteWriter& out, const std::vector<T>& values);
template <class T>
bool take(ByteReader& in, std::vector<T>& values);

// Values of several parts: each part but the last behind its length.
template <class T>
bool put_part(ByteWriter& out, const T& value) {
  return put_sized(out, [&] { return put(out, value); });
}
template <class T>
bool take_part(ByteReader& in, T& value) {
  ByteReader part = in.sub(take_length(in));
  return in.ok() && take(part, value) && part.finished();
}

inline bool put(ByteWriter& out, const Route& value) {
  return put_part(out, value.destination) && put_part(out, value.gateway) && put(out, value.number);
}
inline bool take(ByteReader& in, Route& value) {
  if (!take_part(in, value.destination)) return false;
  // Of schema 1: the gateway is all that is left, and has no length of its own.
  if (in.remaining() == 4 || in.remaining() == 16) return take(in, value.gateway);
  return take_part(in, value.gateway) && take(in, value.number);
}

inline bool put(ByteWriter& out, const Tag& value) {
  return put_part(out, value.key) && put(out, value.value);
}
inline bool take(ByteReader& in, Tag& value) {
  return take_part(in, value.key) && take(in, value.value);
}

inline bool put(ByteWriter& out, const PolicyRange& value) {
  return put_part(out, value.number) && put_part(out, value.offset) && put(out, value.length);
}
inline bool take(ByteReader& in, PolicyRange& value) {
  return take_part(in, value.number) && take_part(in, value.offset) && take(in, value.length);
}

inline bool put(ByteWriter& out, const PolicyOctet& value) {
  return put_part(out, value.number) && put(out, value.octet);
}
inline bool take(ByteReader& in, PolicyOctet& value) {
  return take_part(in, value.number) && take(in, value.octet);
}

inline bool put(ByteWriter& out, const AllowedAddress& value) {
  return put_part(out, value.network) && put(out, value.address);
}
inline bool take(ByteReader& in, AllowedAddress& value) {
  return take_part(in, value.network) && take(in, value.address);
}

inline bool put(ByteWriter& out, const AddressKey& value) {
  return put_part(out, value.block) && put(out, value.address);
}
inline bool take(ByteReader& in, AddressKey& value) {
  return take_part(in, value.block) && take(in, value.address);
}

inline bool put(ByteWriter& out, const Boot& value) {
  return put_sized(out, [&] { return !value.server || put(out, *value.server); }) &&
         put_part(out, value.server_name) && put(out, value.file);
}
inline bool take(ByteReader& in, Boot& value) {
  ByteReader server = in.sub(take_length(in));
  value.server.reset();
  if (!server.empty() && (!take(server, value.server.emplace()) || !server.finished()))
    return false;
  return in.ok() && take_part(in, value.server_name) && take(in, value.file);
}

// The octets themselves, ascending.
inline bool put(ByteWriter& out, const net::OctetMask& value) {
  for (unsigned octet = 0; octet < 256; ++octet) {
    const auto byte = static_cast<std::uint8_t>(octet);
    if (value.has(byte) && !out.u8(byte)) return false;
  }
  return true;
}
inline bool take(ByteReader& in, net::OctetMask& value) {
  for (int last = -1; in.ok() && !in.empty();) {
    const std::uint8_t octet = in.u8();
    if (octet <= last) return false;
    value.add(octet);
    last = octet;
  }
  return in.ok();
}

inline bool put(ByteWriter& out, const Digest& value) { return out.put(value); }
inline bool take(ByteReader& in, Digest& value) {
  const base::Bytes octets = in.take(value.size());
  if (in.ok()) std::ranges::copy(octets, value.begin());
  return in.ok();
}

template <class T>
bool put(ByteWriter& out, const std::optional<T>& value) {
  return put(out, *value);
}
template <class T>
bool take(ByteReader& in, std::optional<T>& value) {
  // A Range has no default: its optional form is all that vectors need.
  return take(in, value.emplace());
}

// Vectors: each element behind its length. Element types without a default have `take_element`.
template <class T>
std::optional<T> take_element(ByteReader& in) {
  T value{};
  return take(in, value) && in.empty() ? std::optional(std::move(value)) : std::nullopt;
}
template <>
inline std::optional<net::Range> take_element<net::Range>(ByteReader& in) {
  const std::size_t half = in.remaining() / 2;
  const auto first = net::Address::from_bytes(in.take(half));
  const auto last = net::Address::from_bytes(in.take_rest());
  return first && last ? net::Range::make(*first, *last) : std::nullopt;
}
inline bool put(ByteWriter& out, const net::Range& value) {
  return value.first().put(out) && value.last().put(out);
}

// Codes of options: the octets themselves.
inline bool put(ByteWriter& out, const std::vector<std::uint8_t>& values) {
  return out.put(values);
}
inline bool take(ByteReader& in, std::vector<std::uint8_t>& values) {
  const base::Bytes octets = in.take_rest();
  values.assign(octets.begin(), octets.end());
  return in.ok();
}

template <class T>
bool put(ByteWriter& out, const std::vector<T>& values) {
  for (const T& value : values) {
    if (!put_sized(out, [&] { return put(out, value); })) return false;
  }
  return true;
}
template <class T>
bool take(ByteReader& in, std::vector<T>& values) {
  while (in.ok() && !in.empty()) {
    ByteReader element = in.sub(take_length(in));
    auto value = in.ok() ? take_element<T>(element) : std::nullopt;
    if (!value) return false;
    values.push_back(std::move(*value));
  }
  return in.ok();
}

inline bool put(ByteWriter& out, const PoolRule& value) {
  return put_part(out, value.range) && put_part(out, value.classes) &&
         put_part(out, value.options) && put(out, value.forced);
}
inline bool take(ByteReader& in, PoolRule& value) {
  ByteReader part = in.sub(take_length(in));
  const auto range = in.ok() ? take_element<net::Range>(part) : std::nullopt;
  if (!range || !part.finished()) return false;
  value.range = *range;
  return take_part(in, value.classes) && take_part(in, value.options) && take(in, value.forced);
}

// True if the field is left out of the record.
template <class T>
bool absent(const T& value) {
  if constexpr (is_optional<T>) {
    return !value.has_value();
  } else if constexpr (requires { value.empty(); }) {
    return value.empty();
  } else {
    return false;
  }
}

}  // namespace melange::store::fields
