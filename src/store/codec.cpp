// SPDX-License-Identifier: Apache-2.0
#include "codec.h"

#include <array>
#include "crc32c.h"
#include "fields.h"
#include "melange/base/check.h"

namespace melange::store {
namespace {

using base::ByteReader;
using base::Bytes;
using base::ByteWriter;
using base::check;

constexpr std::size_t kLongestObject = 64u << 20;  // far beyond what a configuration file can say

std::uint32_t checksum(Bytes key, Bytes body) {
  Crc32c crc;
  crc.add(key);
  crc.add(body);
  return crc.checksum();
}

// Writes the fields; `ok` turns false when the buffer is too small.
class Encoder {
 public:
  explicit Encoder(ByteWriter& out) : out_(out) {}

  template <class T>
  void operator()(std::uint8_t tag, const T& value) {
    if (!ok_ || fields::absent(value)) return;
    ok_ = out_.u8(tag) && fields::put_sized(out_, [&] { return fields::put(out_, value); });
  }
  bool ok() const { return ok_; }

 private:
  ByteWriter& out_;
  bool ok_ = true;
};

// Reads the fields in the order of their tags.
class Decoder {
 public:
  explicit Decoder(ByteReader in) : in_(in) { next(); }

  template <class T>
  void operator()(std::uint8_t tag, T& value) {
    if (!ok_ || !tag_ || *tag_ != tag) return;
    ok_ = fields::take(value_, value) && value_.finished();
    next();
  }
  // True if every field was understood.
  bool finished() const { return ok_ && !tag_ && in_.finished(); }

 private:
  void next() {
    tag_.reset();
    if (in_.empty()) return;
    tag_ = in_.u8();
    value_ = in_.sub(fields::take_length(in_));
    ok_ = ok_ && in_.ok();
  }

  ByteReader in_;
  ByteReader value_{Bytes{}};
  std::optional<std::uint8_t> tag_;
  bool ok_ = true;
};

template <class T>
bool write_fields(const T& object, ByteWriter& out) {
  if (!out.u8(kRecordVersion)) return false;
  Encoder encoder(out);
  visit_fields(object, encoder);
  return encoder.ok();
}

template <class T>
std::optional<T> read_fields(Bytes body) {
  ByteReader fields(body);
  if (fields.u8() != kRecordVersion) return std::nullopt;
  std::optional<T> object(std::in_place);
  Decoder decoder(fields);
  visit_fields(*object, decoder);
  if (!decoder.finished()) object.reset();
  return object;
}

// The whole value in `buffer`; empty if it does not fit.
template <class T>
Bytes encode_into(const T& object, Bytes key, base::MutableBytes buffer) {
  ByteWriter out(buffer);
  if (!write_fields(object, out) || !out.u32(checksum(key, out.written()))) return {};
  return out.written();
}

template <class T>
Bytes encode_growing(const T& object, Bytes key, std::vector<std::uint8_t>& buffer) {
  if (buffer.empty()) buffer.resize(1024);
  Bytes value;
  while ((value = encode_into(object, key, buffer)).empty()) {
    check(buffer.size() < kLongestObject);
    buffer.resize(2 * buffer.size());
  }
  return value;
}

template <class T>
std::vector<std::uint8_t> encode_object(const T& object, Bytes key) {
  std::vector<std::uint8_t> buffer;
  buffer.resize(encode_growing(object, key, buffer).size());
  return buffer;
}

template <class T>
std::optional<T> decode_object(Bytes key, Bytes value) {
  const auto body = unseal(key, value);
  return body ? read_fields<T>(*body) : std::nullopt;
}

// Usage and Seen are only ever read through here; their fields have no other visitor.
struct StoredUsage {
  Usage usage;
  std::uint64_t free_high = 0;
  std::uint64_t free_low = 0;
  std::uint64_t fixed_high = 0;
  std::uint64_t fixed_low = 0;
};
template <class U, class Visitor>
  requires std::same_as<std::remove_const_t<U>, StoredUsage>
void visit_fields(U& u, Visitor& v) {
  for (std::size_t state = 1; state < kAddressStates; ++state) {
    v(static_cast<std::uint8_t>(state), u.usage.records[state]);
  }
  v(32, u.free_high), v(33, u.free_low), v(34, u.fixed_high), v(35, u.fixed_low);
}

StoredUsage to_stored(const Usage& usage) {
  return {usage, static_cast<std::uint64_t>(usage.free >> 64),
          static_cast<std::uint64_t>(usage.free),
          static_cast<std::uint64_t>(usage.free_fixed >> 64),
          static_cast<std::uint64_t>(usage.free_fixed)};
}

Usage from_stored(const StoredUsage& stored) {
  Usage usage = stored.usage;
  usage.free = net::Uint128{stored.free_high} << 64 | stored.free_low;
  usage.free_fixed = net::Uint128{stored.fixed_high} << 64 | stored.fixed_low;
  return usage;
}

template <class N, class Visitor>
  requires std::same_as<std::remove_const_t<N>, Nat>
void visit_fields(N& n, Visitor& v) {
  v(1, n.local), v(2, n.global);
}
template <class S, class Visitor>
  requires std::same_as<std::remove_const_t<S>, Seen>
void visit_fields(S& s, Visitor& v) {
  v(1, s.mac), v(2, s.at);
}

}  // namespace

Bytes seal(Bytes key, Bytes body, base::MutableBytes buffer) {
  ByteWriter out(buffer);
  check(out.put(body) && out.u32(checksum(key, body)));
  return out.written();
}

Bytes body_of(Bytes value) {
  check(value.size() >= kChecksumSize);
  return value.first(value.size() - kChecksumSize);
}

std::optional<Bytes> unseal(Bytes key, Bytes value) {
  if (value.size() < kChecksumSize) return std::nullopt;
  const Bytes body = body_of(value);
  ByteReader stored(value.last(kChecksumSize));
  return checksum(key, body) == stored.u32() ? std::optional(body) : std::nullopt;
}

Bytes encode(const AddressRecord& record, Bytes key,
             std::span<std::uint8_t, kLongestAddressRecord> buffer) {
  const Bytes value = encode_into(record, key, buffer);
  check(!value.empty());
  return value;
}

Bytes encode(const Event& event, Bytes key, std::vector<std::uint8_t>& buffer) {
  return encode_growing(event, key, buffer);
}

template <>
std::vector<std::uint8_t> encode(const Usage& usage, Bytes key) {
  return encode_object(to_stored(usage), key);
}

template <>
std::optional<Usage> decode(Bytes key, Bytes value) {
  const auto stored = decode_object<StoredUsage>(key, value);
  return stored ? std::optional(from_stored(*stored)) : std::nullopt;
}

template <class T>
std::vector<std::uint8_t> encode(const T& object, Bytes key) {
  return encode_object(object, key);
}

template <class T>
std::optional<T> decode(Bytes key, Bytes value) {
  return decode_object<T>(key, value);
}

template <class T>
std::string encode_body(const T& object) {
  std::vector<std::uint8_t> buffer;
  return std::string(base::text_of(body_of(encode_growing(object, Bytes{}, buffer))));
}

template <class T>
std::optional<T> decode_body(std::string_view body) {
  return read_fields<T>(base::bytes_of(body));
}

#define MELANGE_STORED(T)                                                \
  template std::vector<std::uint8_t> encode(const T& object, Bytes key); \
  template std::optional<T> decode(Bytes key, Bytes value);              \
  template std::string encode_body(const T& object);                     \
  template std::optional<T> decode_body(std::string_view body)
MELANGE_STORED(AddressRecord);
MELANGE_STORED(Network);
MELANGE_STORED(Block);
MELANGE_STORED(Reservation);
MELANGE_STORED(Policy);
MELANGE_STORED(Interface);
MELANGE_STORED(MacRange);
MELANGE_STORED(Allocation);
MELANGE_STORED(Nat);
MELANGE_STORED(Seen);
MELANGE_STORED(Answer);
MELANGE_STORED(Event);
#undef MELANGE_STORED

}  // namespace melange::store
