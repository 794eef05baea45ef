// SPDX-License-Identifier: Apache-2.0
#include "tables.h"

#include <cerrno>

#include "melange/base/text.h"

namespace melange::store {
namespace {

using base::Bytes;
using base::Fault;

// LMDB does not write through this pointer: keys and values are only read.
MDB_val to_val(Bytes bytes) { return {bytes.size(), const_cast<std::uint8_t*>(bytes.data())}; }
Bytes from_val(const MDB_val& value) {
  return {static_cast<const std::uint8_t*>(value.mv_data), value.mv_size};
}

MDB_dbi handle_of(const TableHandles& handles, Table table) {
  return handles[static_cast<std::size_t>(table)];
}

Fault fault_of(int code) {
  switch (code) {
    case MDB_MAP_FULL:
      return Fault::kMapFull;
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH:
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
      return Fault::kDamaged;
    case ENOSPC:
    case EDQUOT:
    case EIO:  // LMDB's answer to a short write, which is what a full disk gives
      return Fault::kDiskFull;
    case EACCES:
    case EPERM:
    case EROFS:
    case ENOENT:
      return Fault::kUnavailable;
    default:
      return Fault::kSystem;
  }
}

}  // namespace

base::Error lmdb_error(std::string_view what, int code) {
  const Fault fault = fault_of(code);
  const std::string_view hint = fault == Fault::kDiskFull ? " (is the disk full?)" : "";
  return {fault, base::cat("store: ", what, ": ", mdb_strerror(code), hint)};
}

Tables::~Tables() { close_cursors(); }

void Tables::close_cursors() {
  for (MDB_cursor*& cursor : cursors_) {
    if (cursor != nullptr) mdb_cursor_close(cursor);
    cursor = nullptr;
  }
}

void Tables::fail(base::Error failure) {
  if (!error) error = std::move(failure);
}

void Tables::fail_damaged(Table table, Bytes key) {
  only_a_record = only_a_record || !error;
  fail({Fault::kDamaged,
        base::cat("store: the record ", base::hex(key), " of table ",
                  kTableNames[static_cast<std::size_t>(table)], " is damaged; restore a backup")});
}

std::optional<Bytes> Tables::get(Table table, Bytes key) {
  if (error) return std::nullopt;
  MDB_val wanted = to_val(key);
  MDB_val value{};
  const int code = mdb_get(txn, handle_of(*handles, table), &wanted, &value);
  if (code == MDB_SUCCESS) return from_val(value);
  if (code != MDB_NOTFOUND) fail(lmdb_error("read", code));
  return std::nullopt;
}

MDB_cursor* Tables::cursor(Table table) {
  MDB_cursor*& cursor = cursors_[static_cast<std::size_t>(table)];
  if (cursor != nullptr) return cursor;
  if (const int code = mdb_cursor_open(txn, handle_of(*handles, table), &cursor)) {
    cursor = nullptr;
    fail(lmdb_error("open a cursor", code));
  }
  return cursor;
}

std::optional<Entry> Tables::move(Table table, MDB_val key, MDB_cursor_op operation) {
  if (error) return std::nullopt;
  MDB_cursor* const at = cursor(table);
  if (at == nullptr) return std::nullopt;
  MDB_val value{};
  const int code = mdb_cursor_get(at, &key, &value, operation);
  if (code == MDB_SUCCESS) return Entry{from_val(key), from_val(value)};
  // Anything but "there is no more" is a fault: taking it for the end would lose records.
  if (code != MDB_NOTFOUND) fail(lmdb_error("read", code));
  return std::nullopt;
}

std::optional<Entry> Tables::seek(Table table, Bytes key) {
  // LMDB refuses to look for an empty key.
  return move(table, to_val(key), key.empty() ? MDB_FIRST : MDB_SET_RANGE);
}

std::optional<Entry> Tables::seek_before(Table table, Bytes key) {
  return seek(table, key) ? previous(table) : last(table);
}

std::optional<Entry> Tables::last(Table table) { return move(table, {}, MDB_LAST); }

std::optional<Entry> Tables::next(Table table) { return move(table, {}, MDB_NEXT); }

std::optional<Entry> Tables::previous(Table table) { return move(table, {}, MDB_PREV); }

bool Tables::put(Table table, Bytes key, Bytes value) {
  if (error) return false;
  MDB_val to = to_val(key);
  MDB_val from = to_val(value);
  const int code = mdb_put(txn, handle_of(*handles, table), &to, &from, 0);
  if (code != MDB_SUCCESS) fail(lmdb_error("write", code));
  return code == MDB_SUCCESS;
}

bool Tables::append(Table table, Bytes key, Bytes value) {
  if (error) return false;
  MDB_cursor* const at = cursor(table);
  if (at == nullptr) return false;
  MDB_val to = to_val(key);
  MDB_val from = to_val(value);
  const int code = mdb_cursor_put(at, &to, &from, MDB_APPEND);
  if (code == MDB_KEYEXIST) {
    fail_damaged(table, key);
  } else if (code != MDB_SUCCESS) {
    fail(lmdb_error("write", code));
  }
  return code == MDB_SUCCESS;
}

bool Tables::erase(Table table, Bytes key) {
  if (error) return false;
  MDB_val gone = to_val(key);
  const int code = mdb_del(txn, handle_of(*handles, table), &gone, nullptr);
  if (code != MDB_SUCCESS && code != MDB_NOTFOUND) fail(lmdb_error("erase", code));
  return !error;
}

std::size_t Tables::count(Table table) {
  MDB_stat stat{};
  if (const int code = mdb_stat(txn, handle_of(*handles, table), &stat)) {
    fail(lmdb_error("count records", code));
  }
  return stat.ms_entries;
}

}  // namespace melange::store
