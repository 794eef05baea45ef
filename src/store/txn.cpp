// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <utility>

#include "codec.h"
#include "keys.h"
#include "txn_state.h"

namespace melange::store {
namespace {

template <class Changes>
base::Status apply_to(Applier& applier, Tables& tables, const Changes& change) {
  std::visit(applier, change);
  tables.only_a_record = false;
  if (tables.error) return std::unexpected(*tables.error);
  return {};
}

}  // namespace

Txn::Txn(std::unique_ptr<State> state) : state_(std::move(state)) {}
Txn::Txn(Txn&&) noexcept = default;

Txn::~Txn() {
  if (state_ == nullptr || !state_->tables.error) return;
  // A full map needs a larger one; after any other failed write, the next `begin` looks afresh.
  if (state_->tables.error->fault == base::Fault::kMapFull) {
    state_->engine->map_full = true;
  } else if (state_->applier.changed()) {
    state_->engine->suspect = true;
  }
}

void Txn::act_as(std::string_view actor, base::Instant now) { state_->applier.act_as(actor, now); }

void Txn::next_revision() {
  ++state_->tables.ahead;
  ++state_->revision;
  state_->applier.set_revision(state_->revision);
}

View Txn::view() { return View(state_->tables); }

std::optional<base::Error> Txn::forgive() {
  Tables& tables = state_->tables;
  if (!tables.error || !tables.only_a_record) return std::nullopt;
  tables.only_a_record = false;
  return std::exchange(tables.error, std::nullopt);
}

base::Status Txn::apply(const LeaseChange& change) {
  return apply_to(state_->applier, state_->tables, change);
}

base::Status Txn::apply(const Change& change) {
  return apply_to(state_->applier, state_->tables, change);
}

base::Status Txn::commit(base::Instant now) {
  Tables& tables = state_->tables;
  if (!tables.error && !state_->applier.changed()) return {};
  const base::Instant stamp = std::max(now, view().stamp());
  state_->applier.write_usage();
  std::array<std::uint8_t, 24> head;
  base::ByteWriter writer(head);
  writer.u64(state_->revision);
  writer.u64(static_cast<std::uint64_t>(stamp.time_since_epoch().count()));
  writer.u64(state_->applier.next_event());
  const base::Bytes key = base::bytes_of(meta_key::kHead);
  std::array<std::uint8_t, head.size() + kChecksumSize> buffer;
  tables.put(Table::kMeta, key, seal(key, writer.written(), buffer));
  if (tables.error) return std::unexpected(*tables.error);
  tables.close_cursors();
  // Whatever it answers, LMDB has ended the transaction.
  const int code = mdb_txn_commit(std::exchange(tables.txn, nullptr));
  if (code != MDB_SUCCESS) tables.fail(lmdb_error("commit", code));
  if (tables.error) return std::unexpected(*tables.error);
  return {};
}

}  // namespace melange::store
