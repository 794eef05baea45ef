// SPDX-License-Identifier: Apache-2.0
//
// What a write transaction holds: shared by store.cpp, which begins it, and txn.cpp, which ends it.
#pragma once

#include "applier.h"
#include "engine.h"
#include "melange/store/store.h"

namespace melange::store {

struct Txn::State {
  State(Engine& owner, MDB_txn* txn)
      : engine(&owner),
        tables(txn, owner.handles),
        revision(View(tables).revision() + 1),
        applier(tables, revision) {
    // What every transaction needs: a damaged head is not something to go on without.
    tables.only_a_record = false;
  }
  ~State() {
    tables.close_cursors();
    if (tables.txn != nullptr) mdb_txn_abort(tables.txn);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  Engine* engine;
  Tables tables;
  std::uint64_t revision;
  Applier applier;
};

}  // namespace melange::store
