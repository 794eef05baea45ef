// SPDX-License-Identifier: Apache-2.0
//
// What objects are known by. Inside, each kind counts up from 1 and never gives a number out again;
// 0 is none. Outside, an object's id is a UUID (RFC 9562 version 8) made of the store's own random
// number, the kind and that number: it needs no index to be found again, and two stores never give
// out the same one.
//
//   ssssssss-ssss-8kkk-8000-nnnnnnnnnnnn     store(48 bits) kind(12 bits) number(48 bits)
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace melange::store {

template <class Tag>
struct Number {
  std::uint64_t value = 0;
  bool empty() const { return value == 0; }
  auto operator<=>(const Number&) const = default;
};

// In the keys of every lease: half as long.
struct NetworkId {
  std::uint32_t value = 0;
  auto operator<=>(const NetworkId&) const = default;
};
struct BlockId {
  std::uint32_t value = 0;
  auto operator<=>(const BlockId&) const = default;
};
using PolicyId = Number<struct PolicyTag>;
using InterfaceId = Number<struct InterfaceTag>;
using ReservationId = Number<struct ReservationTag>;
using MacRangeId = Number<struct MacRangeTag>;
using AllocationId = Number<struct AllocationTag>;

// The numbers are stored: none is ever given to another kind.
enum class ObjectKind : std::uint8_t {
  kNetwork = 1,
  kBlock = 2,
  kPolicy = 3,
  kInterface = 4,
  kReservation = 5,
  kMacRange = 6,
  kAllocation = 7,
  kPolicyRange = 8,  // these three live inside of another object and are numbered there
  kPolicyOctet = 9,
  kRoute = 10,
  kAddress = 11,  // known by its block and itself, never by a number
  kNat = 12,      // likewise, by its two ends
};
inline constexpr std::size_t kObjectKinds = 13;  // with an unused 0

struct StoreId {
  std::uint64_t value = 0;  // 48 random bits
  auto operator<=>(const StoreId&) const = default;
};

inline constexpr std::uint64_t kMaxObjectNumber = (1ull << 48) - 1;

std::string uuid(StoreId store, ObjectKind kind, std::uint64_t number);
// The number in it; nothing if the text is no UUID of that store and kind.
std::optional<std::uint64_t> parse_uuid(std::string_view text, StoreId store, ObjectKind kind);

}  // namespace melange::store
