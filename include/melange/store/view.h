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
#include "melange/store/event.h"
#include "melange/store/objects.h"

namespace melange::store {

struct Tables;  // LMDB's handles; private

using AddressKeys = base::InlineVector<AddressKey, base::limits::kAddressesPerIdentity>;

// Among which blocks a CIDR must not overlap another.
struct CidrScope {
  enum class Kind : std::uint8_t { kPublicRoots = 1, kTopOfNetwork = 2, kChildren = 3 };
  Kind kind = Kind::kPublicRoots;
  std::uint32_t id = 0;

  static CidrScope public_roots() { return {Kind::kPublicRoots, 0}; }
  static CidrScope top_of(NetworkId network) { return {Kind::kTopOfNetwork, network.value}; }
  static CidrScope children_of(BlockId parent) { return {Kind::kChildren, parent.value}; }
};

// Objects in the order of their creation: those of an owner, or all of a kind.
struct Listing {
  std::uint8_t index = 0;  // src/store/index.h; 0: all of `kind`
  ObjectKind kind = ObjectKind::kNetwork;
  std::string owner;  // octets of the key

  static Listing all(ObjectKind kind);  // any but addresses, reservations and NAT
  static Listing networks_of(std::string_view tenant);
  static Listing blocks_of(std::string_view tenant);
  static Listing blocks_of(NetworkId network);
  static Listing blocks_with(PolicyId policy);
  static Listing children_of(BlockId parent);
  static Listing policies_of(std::string_view tenant);
  static Listing interfaces_of(std::string_view tenant);
  static Listing interfaces_on(std::string_view device);
};

enum class NatDirection : std::uint8_t { kGlobalsOfLocal = 1, kLocalsOfGlobal = 2 };

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
  // The same of the block's fixed ranges, for automatic allocation. Neither heeds denied octets.
  std::optional<net::Range> next_fixed(BlockId block, const net::Address& from) const;
  // The lowest run of MACs of the range that no interface has; a MAC is the address of its number.
  std::optional<net::Range> next_mac(MacRangeId range, const net::Address& from) const;
  // Calls `visit` for the held addresses of the block, the longest held first, until it returns
  // false.
  void scan_held(BlockId block, base::FunctionRef<bool(const AddressKey&)> visit) const;
  // Calls `visit` for records of the block from `from` on, in order, until it returns false; gives
  // how many it visited.
  std::size_t scan(BlockId block, const net::Address& from,
                   base::FunctionRef<bool(const AddressRecord&)> visit) const;
  std::optional<Seen> seen(const AddressKey& key) const;
  // Calls `visit` for each address of the block that was seen, in order, until it returns false.
  void scan_seen(BlockId block, base::FunctionRef<bool(const Seen&)> visit) const;

  // What is compiled into a topology.
  std::vector<Network> networks() const;  // ascending by id
  std::vector<Block> blocks() const;      // ascending by id
  std::optional<Block> block(BlockId id) const;
  std::optional<Reservation> reservation(NetworkId network, const wire::Identity& identity) const;
  std::vector<Reservation> reservations(NetworkId network) const;
  // Calls `visit` for the reservations of the network, in the order of their identities, from
  // behind `after` on (none: from the first), until it returns false.
  void scan_reservations(NetworkId network, const std::optional<wire::Identity>& after,
                         base::FunctionRef<bool(const Reservation&)> visit) const;

  // Objects by number, name and list.
  std::optional<Network> network(NetworkId id) const;
  std::optional<Policy> policy(PolicyId id) const;
  std::optional<Interface> interface(InterfaceId id) const;
  std::optional<MacRange> mac_range(MacRangeId id) const;
  std::optional<Allocation> allocation(AllocationId id) const;
  std::optional<Reservation> reservation(ReservationId id) const;
  std::optional<NetworkId> network_named(std::string_view tenant, std::string_view name) const;
  std::optional<InterfaceId> interface_named(std::string_view vif) const;
  std::optional<InterfaceId> interface_with(const net::Mac& mac) const;
  std::optional<AllocationId> allocation_named(std::string_view tenant,
                                               std::string_view handle) const;
  // At most `limit` numbers above `after`.
  std::vector<std::uint64_t> list(const Listing& listing, std::uint64_t after,
                                  std::size_t limit) const;
  bool any(const Listing& listing) const { return !list(listing, 0, 1).empty(); }
  // A block of the scope that overlaps `cidr`. O(log n)
  std::optional<BlockId> overlapping(const CidrScope& scope, const net::Prefix& cidr) const;
  // The first block of the scope, by address.
  std::optional<BlockId> first_of(const CidrScope& scope) const;
  std::vector<AddressKey> addresses_on(InterfaceId interface) const;
  // The same, one after another, until `visit` returns false.
  void scan_addresses_on(InterfaceId interface,
                         base::FunctionRef<bool(const AddressKey&)> visit) const;
  std::vector<AddressKey> nat_of(NatDirection direction, const AddressKey& end) const;
  bool has_nat(const Nat& nat) const;
  std::optional<Answer> answer(const Digest& key) const;
  std::size_t answers() const;  // how many are kept
  std::optional<base::Instant> oldest_answer() const;

  // Quarantined addresses whose time is over at `now`, the longest over first, until `visit`
  // returns false.
  void scan_due(base::Instant now, base::FunctionRef<bool(const AddressKey&)> visit) const;

  // The change log.
  std::uint64_t first_event() const;  // number of the oldest kept; next_event() if there is none
  std::uint64_t next_event() const;   // number of the first one after the last commit
  std::optional<Event> event(std::uint64_t number) const;
  // Calls `visit` for events above `after`, in order, until it returns false.
  void scan_events(std::uint64_t after, base::FunctionRef<bool(const Event&)> visit) const;
  // The same for those about one address, in whichever block, the newest first, below `before`.
  void scan_history(const net::Address& address, std::uint64_t before,
                    base::FunctionRef<bool(const Event&)> visit) const;

  Usage usage(BlockId block) const;  // as of the last commit, in a transaction too
  // A number that no object of that kind has had yet.
  std::uint64_t next_number(ObjectKind kind) const;
  NetworkId next_network_id() const;
  BlockId next_block_id() const;
  StoreId store_id() const;
  // Of the last commit; in a transaction, of what was applied before its last `next_revision`.
  std::uint64_t revision() const;
  base::Instant stamp() const;  // the last commit's time

 private:
  Tables* tables_;
};

}  // namespace melange::store
