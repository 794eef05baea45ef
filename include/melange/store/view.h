// SPDX-License-Identifier: Apache-2.0
//
// Reading the store: the state of one moment, whether that of a snapshot or of the write
// transaction in progress (which sees its own changes). Errors are sticky: after the first damaged
// record or failed read, `error` holds it and every answer is "nothing". Who reads does so to the
// end and asks once, before anything that was concluded is used.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "melange/base/error.h"
#include "melange/base/function_ref.h"
#include "melange/base/inline.h"
#include "melange/base/limits.h"
#include "melange/store/objects.h"

namespace melange::store {

struct Tables;  // LMDB's handles; private

using AddressKeys = base::InlineVector<AddressKey, base::limits::kAddressesPerIdentity>;

class View {
 public:
  explicit View(Tables& tables) : tables_(&tables) {}

  bool ok() const;
  const base::Error& error() const;  // only if not ok()

  // Addresses. None of these allocates.
  std::optional<AddressRecord> address(const AddressKey& key) const;
  // The addresses filed under a client of a network, whatever their state, in order; at most
  // limits::kAddressesPerIdentity.
  AddressKeys addresses_of(NetworkId network, const wire::Identity& identity) const;
  // The lowest run of free addresses of the block's dynamic ranges that ends at or after `from`,
  // without those before `from`. O(log n), whatever the size of the block and its fill.
  std::optional<net::Range> next_free(BlockId block, const net::Address& from) const;
  bool is_free(const AddressKey& key) const;
  // Calls `visit` for the held addresses of the block, the longest held first, until it returns
  // false.
  void scan_held(BlockId block, base::FunctionRef<bool(const AddressKey&)> visit) const;
  // Calls `visit` for records of the block from `from` on, in order, until it returns false; gives
  // how many it visited.
  std::size_t scan(BlockId block, const net::Address& from,
                   base::FunctionRef<bool(const AddressRecord&)> visit) const;
  std::optional<Seen> seen(const AddressKey& key) const;

  // What is compiled into a topology.
  std::vector<Network> networks() const;  // ascending by id
  std::vector<Block> blocks() const;      // ascending by id
  std::optional<Block> block(BlockId id) const;
  std::optional<Reservation> reservation(NetworkId network, const wire::Identity& identity) const;
  std::vector<Reservation> reservations(NetworkId network) const;

  Usage usage(BlockId block) const;  // as of the last commit, in a transaction too
  // Ids that no object has had yet.
  NetworkId next_network_id() const;
  BlockId next_block_id() const;
  std::uint64_t revision() const;  // of the last commit
  base::Instant stamp() const;     // the last commit's time

 private:
  Tables* tables_;
};

}  // namespace melange::store
