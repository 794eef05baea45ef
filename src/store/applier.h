// SPDX-License-Identifier: Apache-2.0
//
// Applying changes: the only code that writes records, and with them everything that is derived
// from them (identity index, free ranges, held order, usage), so that these cannot drift apart.
// Failures stay in `tables.error`.
#pragma once

#include <map>

#include "melange/store/change.h"
#include "tables.h"

namespace melange::store {

class Applier {
 public:
  // `revision` is that of the commit being made.
  Applier(Tables& tables, std::uint64_t revision) : tables_(&tables), revision_(revision) {}

  void operator()(const std::monostate&) {}
  void operator()(const PutAddress& change);
  void operator()(const EraseAddress& change);
  void operator()(const NoteSeen& change);
  void operator()(const PutNetwork& change);
  void operator()(const EraseNetwork& change);
  void operator()(const PutBlock& change);
  void operator()(const EraseBlock& change);
  void operator()(const PutReservation& change);
  void operator()(const EraseReservation& change);

  // Writes what was counted meanwhile; once, before the commit.
  void write_usage();
  bool changed() const { return changed_; }

 private:
  struct Delta {
    std::array<std::int64_t, kAddressStates> records{};
    net::Uint128 freed = 0;
    net::Uint128 taken = 0;

    bool operator==(const Delta&) const = default;
  };

  void index(const AddressRecord& record, const wire::Identity& identity);
  void unindex(const AddressRecord& record, const wire::Identity& identity);
  void hold(const AddressRecord& record);
  void unhold(const AddressRecord& record);
  void replace_derived(const AddressRecord* before, const AddressRecord* after);
  void free_all(const Block& block, const net::Range& range);
  void forget_seen(BlockId block);
  void raise_next_id(std::string_view name, std::uint32_t used);

  Tables* tables_;
  std::uint64_t revision_;
  bool changed_ = false;
  std::map<BlockId, Delta> usage_;
};

}  // namespace melange::store
