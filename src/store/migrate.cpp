// SPDX-License-Identifier: Apache-2.0
//
// From schema 1 to 2. Records are written alike in both, but that schema 1 knows fewer fields (and
// so they have their defaults), and that its routes have no numbers. Else, schema 1 has
//
//   - no tables from `policies` on: no lists, no change log;
//   - free ranges of one kind, whose keys begin with the block;
//   - 32 bits for the next number of networks and blocks, and no event's number in the head;
//   - no tenant in a block: it is that of its network.
//
// No block has `fixed` ranges yet: whoever puts it next says which (ipam/plan.h, for those of the
// configuration at every start).
#include "migrate.h"

#include <map>
#include <string>
#include <vector>

#include "codec.h"
#include "free_ranges.h"
#include "index.h"
#include "keys.h"
#include "melange/base/random.h"
#include "melange/base/text.h"
#include "melange/store/store.h"

namespace melange::store {
namespace {

using base::ByteReader;
using base::Bytes;

constexpr std::uint32_t kFirstSchema = 1;
constexpr const char* kCopyName = "data.mdb.schema1";

std::unexpected<base::Error> refuse(std::string_view what, int code) {
  return std::unexpected(lmdb_error(what, code));
}

struct Copied {
  std::vector<std::uint8_t> key;
  std::vector<std::uint8_t> value;
};

// For tables that are written while they are read.
std::vector<Copied> all_of(Tables& tables, Table table) {
  std::vector<Copied> entries;
  for (auto entry = tables.seek(table, {}); entry; entry = tables.next(table)) {
    entries.push_back(
        {{entry->key.begin(), entry->key.end()}, {entry->value.begin(), entry->value.end()}});
  }
  return entries;
}

void put_sealed(Tables& tables, std::string_view name, Bytes body) {
  std::vector<std::uint8_t> buffer(body.size() + kChecksumSize);
  const Bytes key = base::bytes_of(name);
  tables.put(Table::kMeta, key, seal(key, body, buffer));
}

void move_free_ranges(Tables& tables) {
  const std::vector<Copied> entries = all_of(tables, Table::kFree);
  for (const Copied& entry : entries) tables.erase(Table::kFree, entry.key);
  for (const Copied& entry : entries) {
    const auto last = read_address_key(entry.key);
    const auto body = unseal(entry.key, entry.value);
    const auto first = body ? net::Address::from_bytes(*body) : std::nullopt;
    const auto run = last && first ? net::Range::make(*first, last->address) : std::nullopt;
    if (!run) return tables.fail_damaged(Table::kFree, entry.key);
    FreeRanges(tables, Space::dynamic(last->block)).add(*run);
  }
}

void file_quarantined(Tables& tables) {
  for (auto entry = tables.seek(Table::kAddresses, {}); entry;
       entry = tables.next(Table::kAddresses)) {
    const auto at = read_address_key(entry->key);
    const auto record = decode<AddressRecord>(entry->key, entry->value);
    if (!at || !record) return tables.fail_damaged(Table::kAddresses, entry->key);
    if (record->state != AddressState::kQuarantined) continue;
    Key due;
    due.add(record->expires).add(at->block).add(at->address);
    tables.put(Table::kDue, due.bytes(), {});
  }
}

template <class T>
void put_in_index(Tables& tables, const T& object) {
  each_key(object, [&](Bytes key, Bytes value) { tables.put(Table::kIndex, key, value); });
}

// Gives the tenants.
std::map<NetworkId, std::string> list_networks(Tables& tables) {
  std::map<NetworkId, std::string> tenants;
  for (Network& network : View(tables).networks()) {
    put_in_index(tables, network);
    tenants[network.id] = std::move(network.tenant);
  }
  return tenants;
}

void complete_blocks(Tables& tables, std::map<NetworkId, std::string> tenants) {
  for (Block& block : View(tables).blocks()) {
    block.tenant = tenants[block.network];
    for (Route& route : block.routes) route.number = block.next_route++;
    Key key;
    key.add(block.id);
    tables.put(Table::kBlocks, key.bytes(), encode(block, key.bytes()));
    put_in_index(tables, block);
  }
}

// Writes what is sealed under `name` anew, with `change` made to it.
template <class Change>
void rewrite(Tables& tables, std::string_view name, std::size_t octets, const Change& change) {
  const Bytes key = base::bytes_of(name);
  const auto value = tables.get(Table::kMeta, key);
  if (!value) return;
  const auto body = unseal(key, *value);
  if (!body || body->size() != octets) return tables.fail_damaged(Table::kMeta, key);
  Key next;
  change(ByteReader(*body), next);
  put_sealed(tables, name, next.bytes());
}

void widen_numbers(Tables& tables) {
  const auto widen = [](ByteReader old, Key& next) { next.add(std::uint64_t{old.u32()}); };
  rewrite(tables, text(ObjectKind::kNetwork), 4, widen);
  rewrite(tables, text(ObjectKind::kBlock), 4, widen);
  rewrite(tables, meta_key::kHead, 16, [](ByteReader old, Key& next) {
    next.add(old.take_rest()).add(std::uint64_t{1});  // the first event's number
  });
}

base::Status open_all(MDB_txn* txn, TableHandles& handles) {
  for (std::size_t i = 0; i < kTables; ++i) {
    const int code = mdb_dbi_open(txn, kTableNames[i], MDB_CREATE, &handles[i]);
    if (code != MDB_SUCCESS) return refuse("open the tables", code);
  }
  return {};
}

base::Status rewrite_tables(MDB_txn* txn) {
  TableHandles handles{};
  if (auto opened = open_all(txn, handles); !opened) return opened;
  Tables tables(txn, handles);
  move_free_ranges(tables);
  file_quarantined(tables);
  complete_blocks(tables, list_networks(tables));
  widen_numbers(tables);
  begin_schema(tables);
  if (tables.error) return std::unexpected(*tables.error);
  return {};
}

base::Status migrate_at_once(MDB_env* env) {
  MDB_txn* txn = nullptr;
  if (const int code = mdb_txn_begin(env, nullptr, 0, &txn)) return refuse("begin", code);
  if (auto rewritten = rewrite_tables(txn); !rewritten) {
    mdb_txn_abort(txn);
    return rewritten;
  }
  if (const int code = mdb_txn_commit(txn)) return refuse("migrate", code);
  return {};
}

base::Status double_map(MDB_env* env) {
  MDB_envinfo info{};
  mdb_env_info(env, &info);
  if (const int code = mdb_env_set_mapsize(env, 2 * info.me_mapsize)) {
    return refuse("grow the map", code);
  }
  return {};
}

// 0 if there is no store yet.
base::Result<std::uint32_t> stored_schema(MDB_env* env) {
  MDB_txn* txn = nullptr;
  if (const int code = mdb_txn_begin(env, nullptr, MDB_RDONLY, &txn)) return refuse("begin", code);
  TableHandles handles{};
  const int opened = mdb_dbi_open(txn, kTableNames[0], 0, &handles[0]);
  std::uint32_t schema = 0;
  if (opened == MDB_SUCCESS) {
    Tables tables(txn, handles);
    schema = schema_of(tables);
  }
  mdb_txn_abort(txn);
  return schema;
}

}  // namespace

std::uint32_t schema_of(Tables& tables) {
  const auto stored = tables.get(Table::kMeta, base::bytes_of(meta_key::kSchema));
  return stored ? ByteReader(*stored).u32() : 0;
}

void begin_schema(Tables& tables) {
  std::array<std::uint8_t, 8> number{};
  if (auto filled = base::fill_random(base::MutableBytes(number).last(6)); !filled) {
    return tables.fail(filled.error());
  }
  put_sealed(tables, meta_key::kStore, number);
  Key version;
  version.add(BlockId{kSchemaVersion});
  tables.put(Table::kMeta, base::bytes_of(meta_key::kSchema), version.bytes());
}

base::Status migrate(MDB_env* env, Directory& directory) {
  const auto schema = stored_schema(env);
  if (!schema) return std::unexpected(schema.error());
  if (*schema != kFirstSchema) return {};
  // Always afresh: an older Melange may have gone on with the store since the last one was made.
  auto copied = directory.replace(kCopyName, [&](int fd) -> base::Status {
    if (const int code = mdb_env_copyfd2(env, fd, 0)) {
      return refuse(base::cat("copy it to ", directory.path(), '/', kCopyName), code);
    }
    return {};
  });
  if (!copied) return copied;
  auto done = migrate_at_once(env);
  while (!done && done.error().fault == base::Fault::kMapFull) {
    if (auto grown = double_map(env); !grown) return grown;
    done = migrate_at_once(env);
  }
  return done;
}

}  // namespace melange::store
