// SPDX-License-Identifier: Apache-2.0
//
// Applying changes: the only code that writes records, and with them everything that is derived
// from them (identity index, lists, free ranges, held and due order, usage, the change log), so
// that these cannot drift apart. Failures stay in `tables.error`.
#pragma once

#include <map>

#include "event_log.h"
#include "free_ranges.h"
#include "index.h"
#include "melange/store/change.h"
#include "tables.h"

namespace melange::store {

class Applier {
 public:
  // `revision` is that of the changes that follow.
  Applier(Tables& tables, std::uint64_t revision)
      : tables_(&tables), revision_(revision), log_(tables, revision) {}

  void operator()(const std::monostate&) {}
  void operator()(const PutAddress& change);
  void operator()(const EraseAddress& change);
  void operator()(const NoteSeen& change);
  void operator()(const EraseSeen& change);
  void operator()(const PutNetwork& change);
  void operator()(const EraseNetwork& change);
  void operator()(const PutBlock& change);
  void operator()(const EraseBlock& change);
  void operator()(const PutReservation& change);
  void operator()(const EraseReservation& change);
  template <class T>
  void operator()(const Put<T>& change);
  template <class T>
  void operator()(const Erase<T>& change);
  void operator()(const PutNat& change);
  void operator()(const EraseNat& change);
  void operator()(const PutAnswer& change);
  void operator()(const Prune& change);

  void set_revision(std::uint64_t revision) {
    revision_ = revision;
    log_.set_revision(revision);
  }
  void act_as(std::string_view actor, base::Instant now) { log_.act_as(actor, now); }
  // Writes what was counted meanwhile; once, before the commit.
  void write_usage();
  std::uint64_t next_event() const { return log_.next(); }
  bool changed() const { return changed_; }

 private:
  // What of a block each of its records needs; read once in a transaction.
  struct BlockFacts {
    bool exists = false;
    std::string tenant;
    std::vector<net::Range> dynamic;
    std::vector<net::Range> fixed;
    net::OctetMask denied;
  };
  struct Delta {
    std::array<std::int64_t, kAddressStates> records{};
    net::Uint128 freed = 0;
    net::Uint128 taken = 0;
    net::Uint128 freed_fixed = 0;
    net::Uint128 taken_fixed = 0;

    bool operator==(const Delta&) const = default;
  };

  const BlockFacts& facts(BlockId block);
  std::optional<AddressRecord> stored(const AddressKey& at);
  void log_address(const AddressRecord* before, const AddressRecord* after, std::string_view body);
  void index(const AddressRecord& record, const wire::Identity& identity);
  void unindex(const AddressRecord& record, const wire::Identity& identity);
  void file(const AddressRecord& record, bool in);
  void replace_derived(const AddressRecord* before, const AddressRecord* after);
  void take_from_free(const AddressKey& key);
  void give_to_free(const AddressKey& key);
  void resize(const Block& block, Space space, const std::vector<net::Range>& before,
              const std::vector<net::Range>& after, net::Uint128& freed, net::Uint128& taken);
  void recount(const Block& block);
  net::Uint128 free_all(const Block& block, Space space, const net::Range& range);
  void forget_seen(BlockId block);
  void forget_nat(const AddressKey& end);
  void put_nat(const Nat& nat, bool in);
  template <class T>
  void put_object(const T& object, NetworkId network);
  template <class T>
  void erase_object(std::uint64_t number, NetworkId network);
  template <class T>
  void reindex(const T* before, const T* after);
  void take_mac(const net::Mac& mac);
  void give_mac(const net::Mac& mac);
  void follow_mac(const Interface* before, const Interface* after);
  void follow_mac_range(const MacRange* before, const MacRange* after);
  std::vector<net::Address> macs_in_use(const net::Range& range);
  void raise_next_number(ObjectKind kind, std::uint64_t used);
  void forget_answer(const Key& digest);
  std::size_t prune_events(std::uint64_t to);
  void prune_answers(base::Instant before, std::size_t most);

  Tables* tables_;
  std::uint64_t revision_;
  bool changed_ = false;
  EventLog log_;
  std::map<BlockId, Delta> usage_;
  std::map<BlockId, BlockFacts> facts_;
  // Used again and again: a lease should cost no heap.
  std::string before_;
  std::array<std::uint8_t, kLongestAddressRecord> buffer_;
};

}  // namespace melange::store
