// SPDX-License-Identifier: Apache-2.0
#include "codec.h"

#include <boost/crc.hpp>

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
  boost::crc_optimal<32, 0x1edc6f41, 0xffffffff, 0xffffffff, true, true> crc32c;
  crc32c.process_bytes(key.data(), key.size());
  crc32c.process_bytes(body.data(), body.size());
  return crc32c.checksum();
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

// The whole value in `buffer`; empty if it does not fit.
template <class T>
Bytes encode_into(const T& object, Bytes key, base::MutableBytes buffer) {
  ByteWriter out(buffer);
  if (!out.u8(kRecordVersion)) return {};
  Encoder encoder(out);
  visit_fields(object, encoder);
  if (!encoder.ok() || !out.u32(checksum(key, out.written()))) return {};
  return out.written();
}

template <class T>
std::vector<std::uint8_t> encode_object(const T& object, Bytes key) {
  std::vector<std::uint8_t> buffer(1024);
  std::size_t used = 0;
  while ((used = encode_into(object, key, buffer).size()) == 0) {
    check(buffer.size() < kLongestObject);
    buffer.resize(2 * buffer.size());
  }
  buffer.resize(used);
  return buffer;
}

template <class T>
std::optional<T> decode_object(Bytes key, Bytes value) {
  const auto body = unseal(key, value);
  if (!body) return std::nullopt;
  ByteReader fields(*body);
  if (fields.u8() != kRecordVersion) return std::nullopt;
  T object;
  Decoder decoder(fields);
  visit_fields(object, decoder);
  return decoder.finished() ? std::optional(std::move(object)) : std::nullopt;
}

// Usage and Seen are only ever read through here; their fields have no other visitor.
struct StoredUsage {
  Usage usage;
  std::uint64_t free_high = 0;
  std::uint64_t free_low = 0;
};
template <class U, class Visitor>
  requires std::same_as<std::remove_const_t<U>, StoredUsage>
void visit_fields(U& u, Visitor& v) {
  for (std::size_t state = 1; state < kAddressStates; ++state) {
    v(static_cast<std::uint8_t>(state), u.usage.records[state]);
  }
  v(32, u.free_high), v(33, u.free_low);
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

std::optional<Bytes> unseal(Bytes key, Bytes value) {
  if (value.size() < kChecksumSize) return std::nullopt;
  const Bytes body = value.first(value.size() - kChecksumSize);
  ByteReader stored(value.last(kChecksumSize));
  return checksum(key, body) == stored.u32() ? std::optional(body) : std::nullopt;
}

Bytes encode(const AddressRecord& record, Bytes key,
             std::span<std::uint8_t, kLongestAddressRecord> buffer) {
  const Bytes value = encode_into(record, key, buffer);
  check(!value.empty());
  return value;
}

std::vector<std::uint8_t> encode(const Network& network, Bytes key) {
  return encode_object(network, key);
}
std::vector<std::uint8_t> encode(const Block& block, Bytes key) {
  return encode_object(block, key);
}
std::vector<std::uint8_t> encode(const Reservation& reservation, Bytes key) {
  return encode_object(reservation, key);
}
std::vector<std::uint8_t> encode(const Seen& seen, Bytes key) { return encode_object(seen, key); }

std::vector<std::uint8_t> encode(const Usage& usage, Bytes key) {
  return encode_object(StoredUsage{usage, static_cast<std::uint64_t>(usage.free >> 64),
                                   static_cast<std::uint64_t>(usage.free)},
                       key);
}

std::optional<AddressRecord> decode_address(Bytes key, Bytes value) {
  return decode_object<AddressRecord>(key, value);
}
std::optional<Network> decode_network(Bytes key, Bytes value) {
  return decode_object<Network>(key, value);
}
std::optional<Block> decode_block(Bytes key, Bytes value) {
  return decode_object<Block>(key, value);
}
std::optional<Reservation> decode_reservation(Bytes key, Bytes value) {
  return decode_object<Reservation>(key, value);
}
std::optional<Seen> decode_seen(Bytes key, Bytes value) { return decode_object<Seen>(key, value); }

std::optional<Usage> decode_usage(Bytes key, Bytes value) {
  const auto stored = decode_object<StoredUsage>(key, value);
  if (!stored) return std::nullopt;
  Usage usage = stored->usage;
  usage.free = net::Uint128{stored->free_high} << 64 | stored->free_low;
  return usage;
}

}  // namespace melange::store
