// SPDX-License-Identifier: Apache-2.0
//
// The store: one LMDB environment in one directory, owned by one process. A Txn is the turn's write
// transaction: what it applied is true once `commit` has returned without failure, and not before;
// dropped or failed, it changed nothing. Snapshots read beside it and never block it.
//
// Files: `data.mdb` and `lock.mdb` are LMDB's; `lock` is held (flock) by the serving process;
// `initialised` says that a store was made here, so that an emptied or lost data.mdb is noticed
// and never taken for a new store.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "melange/base/error.h"
#include "melange/base/limits.h"
#include "melange/base/time.h"
#include "melange/store/change.h"
#include "melange/store/view.h"

namespace melange::store {

inline constexpr std::uint32_t kSchemaVersion = 2;

struct Engine;  // the environment and its lock; private

class Txn {
 public:
  Txn(Txn&&) noexcept;
  Txn& operator=(Txn&&) = delete;
  ~Txn();  // aborts what was not committed

  View view();
  // Who makes the changes applied from here on, and when: for the change log.
  void act_as(std::string_view actor, base::Instant now);
  // What is applied from here on has a revision of its own, so that two who change an object in one
  // transaction are told apart.
  void next_revision();
  // If the view failed on a damaged record alone, takes that error back, so that others can be
  // served; nothing if the view is well, or if more than a record is wrong.
  std::optional<base::Error> forgive();
  base::Status apply(const LeaseChange& change);
  base::Status apply(const Change& change);
  // Makes everything applied durable, with `now` as its time; nothing is written if nothing was
  // applied. kMapFull: begin again and repeat, the store has grown. Any other failure: the state is
  // that of the last commit, and the store is opened afresh by the next `begin`.
  base::Status commit(base::Instant now);

 private:
  friend class Store;
  struct State;
  explicit Txn(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

class Snapshot {
 public:
  Snapshot(Snapshot&&) noexcept;
  Snapshot& operator=(Snapshot&&) = delete;
  ~Snapshot();
  View view();

 private:
  friend class Store;
  struct State;
  explicit Snapshot(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

struct Options {
  std::size_t map_size = base::limits::kInitialMapSize;  // address space to begin with; it grows
};

class Store {
 public:
  // Opens the store in the directory `path` for writing, and makes one if the directory (whose
  // parent must exist) has never held one. Fails rather than start on a store that is emptied, cut
  // off, damaged, newer than this program, behind a symbolic link, or in use by another server.
  static base::Result<Store> open(const std::string& path, const Options& options = {});
  // For reading beside a server, or without one. Never creates anything but LMDB's lock file.
  static base::Result<Store> open_read_only(const std::string& path);

  Store(Store&&) noexcept;
  Store& operator=(Store&&) = delete;
  ~Store();

  // One Txn at a time. Opens the environment afresh after a failed commit, and grows its map; for
  // that it waits until no snapshot is open, and no new one begins meanwhile.
  base::Result<Txn> begin();
  // A thread has one at a time, calls no `begin` while it has it, ends it itself, and soon.
  base::Result<Snapshot> snapshot() const;
  // Octets of the file in use.
  std::size_t used() const;

 private:
  explicit Store(std::unique_ptr<Engine> engine);
  std::unique_ptr<Engine> engine_;
};

}  // namespace melange::store
