// SPDX-License-Identifier: Apache-2.0
//
// The LMDB environment of one store: opening it with every check that LMDB leaves out, growing its
// map, and opening it afresh after a failed commit. LMDB runs with its safe defaults: no NOSYNC, no
// NOMETASYNC, no WRITEMAP (design.md section 3).
#pragma once

#include <lmdb.h>

#include <mutex>
#include <shared_mutex>

#include "directory.h"
#include "melange/base/error.h"
#include "melange/store/store.h"
#include "tables.h"

namespace melange::store {

struct Engine {
  Engine(Directory store_directory, bool for_reading, std::size_t wanted_map_size)
      : directory(std::move(store_directory)), read_only(for_reading), map_size(wanted_map_size) {}
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  // Opens the environment and the tables; makes them if the store is new.
  base::Status open();
  void close();
  // Doubles the map if it is nearly used up, or was found full.
  base::Status grow_if_needed();
  // Takes over the size of the map that another process has made larger; only without transactions.
  void follow_growth();
  std::size_t used() const;

  // What a snapshot holds as long as it lives.
  std::shared_lock<std::shared_mutex> shared() const;
  // For what LMDB allows only without transactions: waits for the snapshots that are open.
  std::unique_lock<std::shared_mutex> alone() const;

  Directory directory;
  bool read_only;
  std::size_t map_size;
  MDB_env* env = nullptr;
  TableHandles handles{};
  bool suspect = false;   // a commit failed: open afresh before anything else
  bool map_full = false;  // a transaction found no page left
  mutable std::shared_mutex transactions;

 private:
  base::Status create_environment();
  base::Status check_length() const;
  base::Status open_tables();
  base::Status open_tables_in(MDB_txn* txn, bool is_new);
  base::Status check_schema(MDB_txn* txn) const;
  base::Status check_counts(Tables& tables) const;

  // Taken before `transactions` by all: no new snapshot begins while somebody waits to be alone.
  mutable std::mutex queue_;
};

}  // namespace melange::store
