// SPDX-License-Identifier: Apache-2.0
//
// For each type of object that is known by a number: the table that it is in, how its key is made,
// and reading it back.
#pragma once

#include "codec.h"
#include "keys.h"
#include "melange/store/event.h"
#include "tables.h"

namespace melange::store {

template <class T>
struct ObjectTable;
template <>
struct ObjectTable<Network> {
  static constexpr Table kTable = Table::kNetworks;
  static constexpr ObjectKind kKind = ObjectKind::kNetwork;
};
template <>
struct ObjectTable<Block> {
  static constexpr Table kTable = Table::kBlocks;
  static constexpr ObjectKind kKind = ObjectKind::kBlock;
};
template <>
struct ObjectTable<Policy> {
  static constexpr Table kTable = Table::kPolicies;
  static constexpr ObjectKind kKind = ObjectKind::kPolicy;
};
template <>
struct ObjectTable<Interface> {
  static constexpr Table kTable = Table::kInterfaces;
  static constexpr ObjectKind kKind = ObjectKind::kInterface;
};
template <>
struct ObjectTable<MacRange> {
  static constexpr Table kTable = Table::kMacRanges;
  static constexpr ObjectKind kKind = ObjectKind::kMacRange;
};
template <>
struct ObjectTable<Allocation> {
  static constexpr Table kTable = Table::kAllocations;
  static constexpr ObjectKind kKind = ObjectKind::kAllocation;
};

template <class T>
Key& add_object_key(Key& key, std::uint64_t number) {
  if constexpr (std::same_as<decltype(T::id), NetworkId> ||
                std::same_as<decltype(T::id), BlockId>) {
    return key.add(decltype(T::id){static_cast<std::uint32_t>(number)});
  } else {
    return key.add(number);
  }
}

template <class T>
void set_number(T& object, std::uint64_t number) {
  object.id.value = static_cast<decltype(object.id.value)>(number);
}

// The object of that number; damage is noted in `tables`.
template <class T>
std::optional<T> read_object(Tables& tables, std::uint64_t number) {
  Key key;
  add_object_key<T>(key, number);
  const auto value = tables.get(ObjectTable<T>::kTable, key.bytes());
  if (!value) return std::nullopt;
  auto object = decode<T>(key.bytes(), *value);
  if (object) set_number(*object, number);
  if (!object) tables.fail_damaged(ObjectTable<T>::kTable, key.bytes());
  return object;
}

}  // namespace melange::store
