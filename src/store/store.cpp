// SPDX-License-Identifier: Apache-2.0
#include "melange/store/store.h"

#include <mutex>
#include <shared_mutex>
#include <utility>

#include "engine.h"
#include "txn_state.h"

namespace melange::store {

// LMDB then takes the size that stands in the file.
constexpr std::size_t kMapOfTheWriter = 0;

struct Snapshot::State {
  State(std::shared_lock<std::shared_mutex> hold, MDB_txn* txn, const TableHandles& handles)
      : shared(std::move(hold)), tables(txn, handles) {}
  ~State() {
    tables.close_cursors();
    mdb_txn_abort(tables.txn);
  }
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  std::shared_lock<std::shared_mutex> shared;
  Tables tables;
};

Snapshot::Snapshot(std::unique_ptr<State> state) : state_(std::move(state)) {}
Snapshot::Snapshot(Snapshot&&) noexcept = default;
Snapshot::~Snapshot() = default;
View Snapshot::view() { return View(state_->tables); }

Store::Store(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}
Store::Store(Store&&) noexcept = default;
Store::~Store() = default;

base::Result<Store> Store::open(const std::string& path, const Options& options) {
  auto directory = Directory::lock(path);
  if (!directory) return std::unexpected(directory.error());
  auto engine = std::make_unique<Engine>(std::move(*directory), false, options.map_size);
  if (auto opened = engine->open(); !opened) return std::unexpected(opened.error());
  return Store(std::move(engine));
}

base::Result<Store> Store::open_read_only(const std::string& path) {
  auto directory = Directory::look(path);
  if (!directory) return std::unexpected(directory.error());
  auto engine = std::make_unique<Engine>(std::move(*directory), true, kMapOfTheWriter);
  if (auto opened = engine->open(); !opened) return std::unexpected(opened.error());
  return Store(std::move(engine));
}

base::Result<Txn> Store::begin() {
  if (engine_->suspect) {
    // After a failed write LMDB may answer MDB_PANIC for ever: only a fresh environment is known
    // to show the last committed state (hostile.md S4, S5).
    const auto alone = engine_->alone();
    engine_->close();
    if (auto opened = engine_->open(); !opened) {
      engine_->close();
      return std::unexpected(opened.error());
    }
    engine_->suspect = false;
  }
  if (auto grown = engine_->grow_if_needed(); !grown) return std::unexpected(grown.error());
  MDB_txn* txn = nullptr;
  if (const int code = mdb_txn_begin(engine_->env, nullptr, 0, &txn)) {
    engine_->suspect = true;
    return std::unexpected(lmdb_error("begin", code));
  }
  return Txn(std::make_unique<Txn::State>(*engine_, txn));
}

base::Result<Snapshot> Store::snapshot() const {
  auto shared = engine_->shared();
  if (engine_->env == nullptr)
    return base::failure(base::Fault::kUnavailable, "store: it is not open");
  MDB_txn* txn = nullptr;
  int code = mdb_txn_begin(engine_->env, nullptr, MDB_RDONLY, &txn);
  if (code == MDB_MAP_RESIZED) {
    shared.unlock();
    {
      const auto alone = engine_->alone();
      engine_->follow_growth();
    }
    shared = engine_->shared();
    code = mdb_txn_begin(engine_->env, nullptr, MDB_RDONLY, &txn);
  }
  if (code != MDB_SUCCESS) return std::unexpected(lmdb_error("begin a snapshot", code));
  return Snapshot(std::make_unique<Snapshot::State>(std::move(shared), txn, engine_->handles));
}

std::size_t Store::used() const {
  const std::shared_lock shared(engine_->transactions);
  return engine_->used();
}

}  // namespace melange::store
