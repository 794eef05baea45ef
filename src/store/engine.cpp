// SPDX-License-Identifier: Apache-2.0
#include "engine.h"

#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <string>

#include "melange/base/limits.h"
#include "melange/base/text.h"
#include "migrate.h"

namespace melange::store {
namespace {

using base::cat;
using base::failure;
using base::Fault;

std::unexpected<base::Error> refuse(std::string_view what, int code) {
  return std::unexpected(lmdb_error(what, code));
}

// LMDB found its own file inconsistent. Nothing was acknowledged that is not on disk, so leaving at
// once loses nothing, and going on might.
[[noreturn]] void leave(MDB_env*, const char* message) {
  std::fprintf(stderr, "store: LMDB: %s; leaving\n", message);
  std::_Exit(70);
}

std::size_t pages_used(MDB_env* env) {
  MDB_envinfo info{};
  mdb_env_info(env, &info);
  return info.me_last_pgno + 1;
}

std::size_t page_size(MDB_env* env) {
  MDB_stat stat{};
  mdb_env_stat(env, &stat);
  return stat.ms_psize;
}

}  // namespace

Engine::~Engine() { close(); }

void Engine::close() {
  if (env != nullptr) mdb_env_close(env);
  env = nullptr;
}

std::shared_lock<std::shared_mutex> Engine::shared() const {
  const std::scoped_lock queued(queue_);
  return std::shared_lock(transactions);
}

std::unique_lock<std::shared_mutex> Engine::alone() const {
  const std::scoped_lock queued(queue_);
  return std::unique_lock(transactions);
}

std::size_t Engine::used() const { return env == nullptr ? 0 : pages_used(env) * page_size(env); }

base::Status Engine::open() {
  const auto size = directory.data_size();
  if (!size) return std::unexpected(size.error());
  // LMDB takes an empty file for a new database: only the marker tells that there was one.
  if (*size == 0 && directory.initialised()) {
    return failure(Fault::kDamaged,
                   cat("store: ", directory.path(),
                       "/data.mdb is empty or gone, but a store was made here; restore a "
                       "backup, or remove the file 'initialised' to start anew"));
  }
  if (!read_only) {
    if (auto reserved = directory.reserve_reader_table(); !reserved) return reserved;
  }
  if (auto created = create_environment(); !created) return created;
  if (auto whole = check_length(); !whole) return whole;
  int dead = 0;
  mdb_reader_check(env, &dead);
  if (!read_only) {
    if (auto migrated = migrate(env, directory); !migrated) return migrated;
  }
  return open_tables();
}

base::Status Engine::create_environment() {
  if (const int code = mdb_env_create(&env)) return refuse("create", code);
  mdb_env_set_assert(env, leave);
  mdb_env_set_maxdbs(env, kTables);
  mdb_env_set_mapsize(env, map_size);
  const unsigned flags = MDB_NOTLS | (read_only ? unsigned{MDB_RDONLY} : 0u);
  const int code = mdb_env_open(env, directory.path().c_str(), flags, 0600);
  if (code == MDB_SUCCESS) return {};
  if (code == MDB_INVALID || code == MDB_VERSION_MISMATCH || code == MDB_CORRUPTED) {
    return failure(Fault::kDamaged, cat("store: ", directory.path(), "/data.mdb is damaged (",
                                        mdb_strerror(code), "); restore a backup"));
  }
  return refuse(cat("open ", directory.path()), code);
}

base::Status Engine::check_length() const {
  // LMDB opens a file that was cut off, and dies of SIGBUS when it first reads past its end.
  // Beside a server the file grows meanwhile: what it needs is read first.
  const std::size_t needed = used();
  const auto size = directory.data_size();
  if (!size) return std::unexpected(size.error());
  if (*size >= needed) return {};
  return failure(Fault::kDamaged, cat("store: ", directory.path(), "/data.mdb has ", *size,
                                      " octets but needs ", needed, "; restore a backup"));
}

base::Status Engine::open_tables() {
  MDB_txn* txn = nullptr;
  int code = mdb_txn_begin(env, nullptr, read_only ? unsigned{MDB_RDONLY} : 0u, &txn);
  if (code == MDB_MAP_RESIZED) {
    follow_growth();
    code = mdb_txn_begin(env, nullptr, read_only ? unsigned{MDB_RDONLY} : 0u, &txn);
  }
  if (code != MDB_SUCCESS) return refuse("begin", code);
  MDB_dbi meta = 0;
  const int found = mdb_dbi_open(txn, kTableNames[0], 0, &meta);
  const bool is_new = found == MDB_NOTFOUND;
  if (is_new && (read_only || directory.initialised())) {
    mdb_txn_abort(txn);
    return failure(Fault::kDamaged, cat("store: ", directory.path(),
                                        "/data.mdb holds no Melange store; restore a backup"));
  }
  if (found != MDB_SUCCESS && !is_new) {
    mdb_txn_abort(txn);
    return refuse("open the tables", found);
  }
  if (auto opened = open_tables_in(txn, is_new); !opened) {
    mdb_txn_abort(txn);
    return opened;
  }
  if (const int committed = mdb_txn_commit(txn)) return refuse("create the tables", committed);
  if (read_only || directory.initialised()) return {};
  if (auto synced = directory.sync(); !synced) return synced;
  return directory.mark_initialised();
}

base::Status Engine::open_tables_in(MDB_txn* txn, bool is_new) {
  for (std::size_t i = 0; i < kTables; ++i) {
    const int code =
        mdb_dbi_open(txn, kTableNames[i], is_new ? unsigned{MDB_CREATE} : 0u, &handles[i]);
    if (code == MDB_NOTFOUND) {
      return failure(Fault::kDamaged,
                     cat("store: the table ", kTableNames[i], " is missing; restore a backup"));
    }
    if (code != MDB_SUCCESS) return refuse("open the tables", code);
    // A newer store need not have the other tables.
    if (i == 0 && !is_new) {
      if (auto known = check_schema(txn); !known) return known;
    }
  }
  Tables tables(txn, handles);
  if (!is_new) return check_counts(tables);
  begin_schema(tables);
  if (tables.error) return std::unexpected(*tables.error);
  return {};
}

base::Status Engine::check_schema(MDB_txn* txn) const {
  Tables tables(txn, handles);
  const std::uint32_t schema = schema_of(tables);
  if (tables.error) return std::unexpected(*tables.error);
  if (schema == kSchemaVersion) return {};
  const std::string what = cat("store: ", directory.path(), " has schema version ", schema);
  if (schema > kSchemaVersion) {
    return failure(Fault::kNewer, cat(what, ", this melange knows ", kSchemaVersion,
                                      "; use the newer melange that wrote it"));
  }
  // Only a reader gets here with an older one: see migrate.
  if (schema != 0) {
    return failure(Fault::kUnavailable,
                   cat(what, ", this melange reads ", kSchemaVersion,
                       "; start the server on it once, which brings it up to date"));
  }
  return failure(Fault::kDamaged, cat("store: ", directory.path(),
                                      "/data.mdb has lost its schema version; restore a backup"));
}

// What opening must notice: damage to what every transaction needs, records that nobody counted,
// and a change log with a gap.
base::Status Engine::check_counts(Tables& tables) const {
  const View view(tables);
  view.revision();
  for (std::size_t kind = 1; kind < kObjectKinds; ++kind) {
    view.next_number(static_cast<ObjectKind>(kind));
  }
  const bool named = view.store_id() != StoreId{};
  std::uint64_t counted = 0;
  for (const Block& block : view.blocks()) counted += view.usage(block.id).total();
  const std::size_t records = tables.count(Table::kAddresses);
  const std::uint64_t events = view.next_event() - view.first_event();
  const std::size_t logged = tables.count(Table::kChanges);
  if (tables.error) return std::unexpected(*tables.error);
  std::string wrong;
  if (!named) wrong = " has lost its number";
  if (counted != records)
    wrong = cat(" has ", records, " address records, ", counted, " were counted");
  if (logged != events) wrong = cat(" has ", logged, " events, ", events, " were counted");
  if (wrong.empty()) return {};
  return failure(Fault::kDamaged, cat("store: ", directory.path(), wrong, "; restore a backup"));
}

void Engine::follow_growth() { mdb_env_set_mapsize(env, 0); }

base::Status Engine::grow_if_needed() {
  MDB_envinfo info{};
  mdb_env_info(env, &info);
  const std::size_t used_percent = used() / (info.me_mapsize / 100);
  if (!map_full && used_percent < base::limits::kMapGrowPercent) return {};
  // A reader that died without ending its snapshot keeps pages from being used again.
  int dead = 0;
  mdb_reader_check(env, &dead);
  // While there is room, growing can wait for a moment without snapshots.
  const auto held = map_full ? alone() : std::unique_lock(transactions, std::try_to_lock);
  if (!held.owns_lock()) return {};
  if (const int code = mdb_env_set_mapsize(env, 2 * info.me_mapsize)) {
    // LMDB has given up the map that it had: nothing can be read through this environment any more.
    close();
    suspect = true;
    return refuse("grow the map", code);
  }
  map_size = 2 * info.me_mapsize;
  map_full = false;
  return {};
}

}  // namespace melange::store
