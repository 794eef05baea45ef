// SPDX-License-Identifier: Apache-2.0
//
// One LMDB transaction and the tables in it: the only calls of mdb_get, mdb_put and mdb_cursor_*.
// Errors are sticky (View's header says why): the first one is kept in `error`, and from then on
// reads find nothing and writes do nothing.
#pragma once

#include <lmdb.h>

#include <array>
#include <cstddef>
#include <optional>

#include "melange/base/bytes.h"
#include "melange/base/error.h"

namespace melange::store {

enum class Table : std::uint8_t {
  kMeta,
  kNetworks,
  kBlocks,
  kReservations,
  kAddresses,
  kIdentities,
  kFree,
  kHeld,
  kSeen,
  kPolicies,  // from here on since schema 2
  kInterfaces,
  kMacRanges,
  kAllocations,
  kNat,
  kAnswers,
  kChanges,
  kHistory,
  kDue,
  kIndex,
};
inline constexpr std::array<const char*, 19> kTableNames{
    "meta",    "networks", "blocks",   "reservations", "addresses",  "identities",  "free",
    "held",    "seen",     "policies", "interfaces",   "mac_ranges", "allocations", "nat",
    "answers", "changes",  "history",  "due",          "index"};
inline constexpr std::size_t kTables = kTableNames.size();
using TableHandles = std::array<MDB_dbi, kTables>;

// Octets inside LMDB's map: valid until the transaction next writes, or ends.
struct Entry {
  base::Bytes key;
  base::Bytes value;
};

// The failure that an LMDB return code stands for; `what` names the operation.
base::Error lmdb_error(std::string_view what, int code);

struct Tables {
  Tables(MDB_txn* transaction, const TableHandles& table_handles)
      : txn(transaction), handles(&table_handles) {}
  Tables(const Tables&) = delete;
  Tables& operator=(const Tables&) = delete;
  ~Tables();

  std::optional<base::Bytes> get(Table table, base::Bytes key);
  // The first entry whose key is not below `key`.
  std::optional<Entry> seek(Table table, base::Bytes key);
  // The last entry whose key is below `key`.
  std::optional<Entry> seek_before(Table table, base::Bytes key);
  std::optional<Entry> last(Table table);
  // After `seek` (and so on) of the same table, without writes between.
  std::optional<Entry> next(Table table);
  std::optional<Entry> previous(Table table);
  bool put(Table table, base::Bytes key, base::Bytes value);
  // The same of a key that must be above all others.
  bool append(Table table, base::Bytes key, base::Bytes value);
  bool erase(Table table, base::Bytes key);  // an absent key is not an error
  std::size_t count(Table table);

  // Keeps the first failure.
  void fail(base::Error failure);
  // A record under `key` that is not what Melange wrote. LMDB itself is well: see Txn::forgive.
  void fail_damaged(Table table, base::Bytes key);
  // Before the transaction ends: cursors must not outlive it.
  void close_cursors();

  MDB_txn* txn;
  const TableHandles* handles;
  std::optional<base::Error> error;
  std::uint64_t ahead = 0;     // revisions of this transaction before that of the change being made
  bool only_a_record = false;  // `error` is a damaged record, met while nothing was being written

 private:
  MDB_cursor* cursor(Table table);
  std::optional<Entry> move(Table table, MDB_val key, MDB_cursor_op operation);

  std::array<MDB_cursor*, kTables> cursors_{};
};

}  // namespace melange::store
