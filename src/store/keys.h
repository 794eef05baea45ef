// SPDX-License-Identifier: Apache-2.0
//
// The layout of the store's keys. All integers are big-endian, so that LMDB's byte order is the
// order of blocks, addresses, numbers and times:
//
//   addresses     block(4) address(4|16)                            -> AddressRecord
//   identities    network(4) kind(1) length(1) octets block(4) address(4|16) -> nothing
//   free          space(1) id(4) last(4|16)                         -> first(4|16), sealed
//   held          block(4) since(8, ms) address(4|16)               -> nothing
//   due           until(8, ms) block(4) address(4|16)               -> nothing: quarantined ones
//   seen          block(4) address(4|16)                            -> Seen
//   networks      network(4)                                        -> Network
//   blocks        block(4)                                          -> Block
//   reservations  network(4) kind(1) length(1) octets               -> Reservation
//   policies, interfaces, mac_ranges, allocations   number(8)       -> the object
//   nat           direction(1) family(1) block(4) address twice     -> nothing, once a direction
//   answers       number(8)                                         -> Answer
//   changes       number(8)                                         -> Event
//   history       family(1) address(4|16) number(8)                 -> nothing
//   index         see index.h
//   meta          a name, see meta_key; "usage" block(4)            -> Usage
//
// The records' own layout, and what sealed means, is in codec.h.
#pragma once

#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include "melange/base/bytes.h"
#include "melange/store/objects.h"

namespace melange::store {

inline constexpr std::size_t kLongestKey = 511;  // LMDB allows no more

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
  Key& add(std::uint8_t octet);
  Key& add(std::uint64_t number);
  Key& add(base::Bytes octets);
  Key& add_with_family(const net::Address& address);
  Key& add_nat_end(const AddressKey& end);
  Key& add(std::string_view name);
  base::Bytes bytes() const { return writer_.written(); }

 private:
  std::array<std::uint8_t, kLongestKey> buffer_;
  base::ByteWriter writer_{buffer_};
};

namespace meta_key {
inline constexpr std::string_view kSchema = "schema";  // u32
inline constexpr std::string_view kStore = "store";    // sealed: StoreId u64
// sealed: revision u64, stamp i64 ms, number of the next event u64
inline constexpr std::string_view kHead = "head";
inline constexpr std::string_view kUsage = "usage";  // and the block's id
// "network", "block" ... (text(ObjectKind)): sealed u64, the next number to give out
}  // namespace meta_key

// The key of `addresses`, `free` and `seen` taken apart; nothing if it is none.
std::optional<AddressKey> read_address_key(base::Bytes key);
// The address at the end of a key of `identities` or `held`, after `prefix` octets.
std::optional<AddressKey> read_identity_entry(base::Bytes key, std::size_t prefix);
std::optional<AddressKey> read_held_entry(base::Bytes key);
// Of a key of `due`: the address, and until when it is kept.
std::optional<AddressKey> read_due_entry(base::Bytes key);
base::Instant read_due_time(base::Bytes key);
// The two ends of a relation, in the order of the key; nothing if it is none.
std::optional<std::pair<AddressKey, AddressKey>> read_nat_key(base::Bytes key);

}  // namespace melange::store
