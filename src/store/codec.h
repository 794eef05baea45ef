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
#include <vector>

#include "melange/base/bytes.h"
#include "melange/store/objects.h"

namespace melange::store {

inline constexpr std::uint8_t kRecordVersion = 1;
inline constexpr std::size_t kChecksumSize = 4;
inline constexpr std::size_t kLongestAddressRecord = 1024;

// For values that are no records: the body with the same checksum behind it, in `buffer`, which
// must have room for both, and the body back; nothing if it is damaged.
base::Bytes seal(base::Bytes key, base::Bytes body, base::MutableBytes buffer);
std::optional<base::Bytes> unseal(base::Bytes key, base::Bytes value);

// Writes the record for `key` and gives its octets, in `buffer`.
base::Bytes encode(const AddressRecord& record, base::Bytes key,
                   std::span<std::uint8_t, kLongestAddressRecord> buffer);
std::vector<std::uint8_t> encode(const Network& network, base::Bytes key);
std::vector<std::uint8_t> encode(const Block& block, base::Bytes key);
std::vector<std::uint8_t> encode(const Reservation& reservation, base::Bytes key);
std::vector<std::uint8_t> encode(const Usage& usage, base::Bytes key);
std::vector<std::uint8_t> encode(const Seen& seen, base::Bytes key);

// The record, without what its key says (the caller fills that in); nothing if it is damaged.
std::optional<AddressRecord> decode_address(base::Bytes key, base::Bytes value);
std::optional<Network> decode_network(base::Bytes key, base::Bytes value);
std::optional<Block> decode_block(base::Bytes key, base::Bytes value);
std::optional<Reservation> decode_reservation(base::Bytes key, base::Bytes value);
std::optional<Usage> decode_usage(base::Bytes key, base::Bytes value);
std::optional<Seen> decode_seen(base::Bytes key, base::Bytes value);

}  // namespace melange::store
