// SPDX-License-Identifier: Apache-2.0
//
// Changes are values: what a decision wants the store to become. Applying one keeps everything that
// is derived from the records (identity index, free ranges, usage) in step with it.
#pragma once

#include <cstddef>
#include <variant>
#include <vector>

#include "melange/base/inline.h"
#include "melange/store/objects.h"

namespace melange::store {

struct PutAddress {
  AddressRecord record;  // replaces the one of the same key
};
struct EraseAddress {
  AddressKey key;  // the address becomes free
};
struct NoteSeen {
  Seen seen;  // dropped when limits::kSeenAddresses others are noted
};
struct EraseSeen {
  AddressKey key;
};
struct PutNetwork {
  Network network;
};
struct EraseNetwork {
  NetworkId id;
};
struct PutBlock {
  Block block;  // free ranges follow `dynamic`
};
struct EraseBlock {
  BlockId id;  // must have no address records
};
struct PutReservation {
  Reservation reservation;
};
struct EraseReservation {
  NetworkId network;
  wire::Identity identity;
};
// For Policy, Interface, MacRange and Allocation: replaces the one of the same id.
template <class T>
struct Put {
  T object;
};
template <class T>
struct Erase {
  decltype(T::id) id;
};
struct PutNat {
  Nat nat;
};
struct EraseNat {
  Nat nat;
};
struct PutAnswer {
  Answer answer;
};
// Drops events up to that number and answers from before that time, some of them: see
// limits::kPrunedAtOnce.
struct Prune {
  std::uint64_t events_to = 0;
  base::Instant answers_before;
};

// What a packet can ask for, held in place: deciding needs no heap.
using LeaseChange = std::variant<std::monostate, PutAddress, EraseAddress, NoteSeen>;
inline constexpr std::size_t kLeaseChanges = 4;
using LeaseChanges = base::InlineVector<LeaseChange, kLeaseChanges>;

using Change =
    std::variant<PutAddress, EraseAddress, NoteSeen, EraseSeen, PutNetwork, EraseNetwork, PutBlock,
                 EraseBlock, PutReservation, EraseReservation, Put<Policy>, Erase<Policy>,
                 Put<Interface>, Erase<Interface>, Put<MacRange>, Erase<MacRange>, Put<Allocation>,
                 Erase<Allocation>, PutNat, EraseNat, PutAnswer, Prune>;
using Changes = std::vector<Change>;

}  // namespace melange::store
