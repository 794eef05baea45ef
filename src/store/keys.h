// SPDX-License-Identifier: Apache-2.0
//
// The layout of the store's keys. All integers are big-endian, so that LMDB's byte order is the
// order of blocks, addresses and times:
//
//   addresses     block(4) address(4|16)                            -> AddressRecord
//   identities    network(4) kind(1) length(1) octets block(4) address(4|16) -> nothing
//   free          block(4) last(4|16)                               -> first(4|16), sealed
//   held          block(4) since(8, ms) address(4|16)               -> nothing
//   seen          block(4) address(4|16)                            -> Seen
//   networks      network(4)                                        -> Network
//   blocks        block(4)                                          -> Block
//   reservations  network(4) kind(1) length(1) octets               -> Reservation
//   meta          a name, see meta_key; "usage" block(4)            -> Usage
//
// The records' own layout, and what sealed means, is in codec.h.
#pragma once

#include <array>
#include <optional>
#include <string_view>

#include "melange/base/bytes.h"
#include "melange/store/objects.h"

namespace melange::store {

inline constexpr std::size_t kLongestKey = 4 + 2 + 255 + 4 + 16;  // LMDB allows 511

// A key being made; fits every layout above.
class Key {
 public:
  Key() = default;
  Key(const Key&) = delete;
  Key& operator=(const Key&) = delete;

  Key& add(NetworkId id);
  Key& add(BlockId id);
  Key& add(const net::Address& address);
  Key& add(base::Instant instant);
  Key& add(const wire::Identity& identity);
  Key& add(std::string_view name);
  base::Bytes bytes() const { return writer_.written(); }

 private:
  std::array<std::uint8_t, kLongestKey> buffer_;
  base::ByteWriter writer_{buffer_};
};

namespace meta_key {
inline constexpr std::string_view kSchema = "schema";        // u32
inline constexpr std::string_view kHead = "head";            // sealed: revision u64, stamp i64 ms
inline constexpr std::string_view kNextNetwork = "network";  // sealed u32: the next id to give out
inline constexpr std::string_view kNextBlock = "block";      // sealed u32
inline constexpr std::string_view kUsage = "usage";          // and the block's id
}  // namespace meta_key

// The key of `addresses`, `free` and `seen` taken apart; nothing if it is none.
std::optional<AddressKey> read_address_key(base::Bytes key);
// The address at the end of a key of `identities` or `held`, after `prefix` octets.
std::optional<AddressKey> read_identity_entry(base::Bytes key, std::size_t prefix);
std::optional<AddressKey> read_held_entry(base::Bytes key);

}  // namespace melange::store
