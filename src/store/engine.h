// SPDX-License-Identifier: Apache-2.0
//
// The LMDB environment of one store: opening it with every check that LMDB leaves out, growing its
// map, and opening it afresh after a failed commit. LMDB runs with its safe defaults: no NOSYNC, no
// NOMETASYNC, no WRITEMAP (design.md section 3).
#pragma once

#include <lmdb.h>

#include <shared_mutex>

#include "directory.h"
#include "melange/base/error.h"
#include "melange/store/store.h"
#include "tables.h"

namespace melange::store {

struct Engine {
  Engine(Directory store_directory, bool for_reading, std::size_t wanted_map_size)
      : directory(std::move(store_directory)),
        read_only(for_reading),
        map_size(wanted_map_size) {}
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;
  ~Engine();

  // Opens the environment and the tables; makes them if the store is new.
  base::Status open();
  void close();
  // Doubles the map if it is nearly used up, or was found full.
  base::Status grow_if_needed();
  std::size_t used() const;

  Directory directory;
  bool read_only;
  std::size_t map_size;
  MDB_env* env = nullptr;
  TableHandles handles{};
  bool suspect = false;   // a commit failed: open afresh before anything else
  bool map_full = false;  // a transaction found no page left
  // Shared by snapshots; alone for what LMDB allows only without transactions.
  mutable std::shared_mutex transactions;

 private:
  base::Status create_environment();
  base::Status check_length() const;
  base::Status open_tables();
  base::Status open_tables_in(MDB_txn* txn, bool is_new);
  base::Status check_contents(Tables& tables) const;
};

}  // namespace melange::store
