// SPDX-License-Identifier: Apache-2.0
//
// The store's tables in one write transaction that is never committed, for tests of what lies below
// Txn and View.
#pragma once

#include <lmdb.h>

#include <optional>
#include <stdexcept>

#include "tables.h"
#include "temp_directory.h"

namespace melange::store {

class ScratchTables {
 public:
  ScratchTables() {
    must(mdb_env_create(&env_));
    must(mdb_env_set_maxdbs(env_, kTables));
    must(mdb_env_set_mapsize(env_, std::size_t{64} << 20));
    must(mdb_env_open(env_, directory_.path().c_str(), MDB_NOSYNC, 0600));
    must(mdb_txn_begin(env_, nullptr, 0, &txn_));
    for (std::size_t i = 0; i < kTables; ++i) {
      must(mdb_dbi_open(txn_, kTableNames[i], MDB_CREATE, &handles_[i]));
    }
    tables_.emplace(txn_, handles_);
  }
  ScratchTables(const ScratchTables&) = delete;
  ScratchTables& operator=(const ScratchTables&) = delete;
  ~ScratchTables() {
    tables_.reset();
    mdb_txn_abort(txn_);
    mdb_env_close(env_);
  }

  Tables& operator*() { return *tables_; }
  Tables* operator->() { return &*tables_; }

 private:
  static void must(int code) {
    if (code != MDB_SUCCESS) throw std::runtime_error(mdb_strerror(code));
  }

  test::TempDirectory directory_;
  MDB_env* env_ = nullptr;
  MDB_txn* txn_ = nullptr;
  TableHandles handles_{};
  std::optional<Tables> tables_;
};

}  // namespace melange::store
