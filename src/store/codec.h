// SPDX-License-Identifier: Apache-2.0
//
// How a record is laid out in its value:
//
//   version(1) { tag(1) length(1, or 255 and 4 more) value }* crc32c(4)
//
// Fields stand in ascending order of their tags; an optional or empty field is left out. Numbers
// are big-endian without leading zero octets. The checksum covers the key and everything before it,
// so that neither a flipped bit nor a record under another's key passes (hostile.md S9). An unknown
// version or tag is damage, not something to skip: it was written by a program that knew more.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <vector>

#include "melange/base/bytes.h"
#include "melange/store/event.h"
#include "melange/store/objects.h"

namespace melange::store {

inline constexpr std::uint8_t kRecordVersion = 1;
inline constexpr std::size_t kChecksumSize = 4;
inline constexpr std::size_t kLongestAddressRecord = 8192;

// For values that are no records: the body with the same checksum behind it, in `buffer`, which
// must have room for both, and the body back; nothing if it is damaged.
base::Bytes seal(base::Bytes key, base::Bytes body, base::MutableBytes buffer);
std::optional<base::Bytes> unseal(base::Bytes key, base::Bytes value);
// The body of a value that is known to be well.
base::Bytes body_of(base::Bytes value);

// Writes the record for `key` and gives its octets, in `buffer`.
base::Bytes encode(const AddressRecord& record, base::Bytes key,
                   std::span<std::uint8_t, kLongestAddressRecord> buffer);

// For each type that the store holds: the value for `key`, and the object back without what its
// key says (the caller fills that in); nothing if it is damaged. The definitions are in codec.cpp,
// which names the types.
template <class T>
std::vector<std::uint8_t> encode(const T& object, base::Bytes key);
// The same, written into `buffer`, which grows as it must.
base::Bytes encode(const Event& event, base::Bytes key, std::vector<std::uint8_t>& buffer);
template <class T>
std::optional<T> decode(base::Bytes key, base::Bytes value);

template <>
std::vector<std::uint8_t> encode(const Usage& usage, base::Bytes key);
template <>
std::optional<Usage> decode(base::Bytes key, base::Bytes value);

// Version and fields alone, as an event keeps them: the value without its checksum. `decode_body`
// (event.h) is the reverse.
template <class T>
std::string encode_body(const T& object);

}  // namespace melange::store
