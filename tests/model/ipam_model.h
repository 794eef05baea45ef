// SPDX-License-Identifier: Apache-2.0
//
// What ipam_model_test.cpp holds IPAM to: the rules of ipam.md section 3 once more, as plainly as
// they can be written, over a std::map of all addresses.
#pragma once

#include <rapidcheck.h>

#include <algorithm>
#include <map>
#include <optional>
#include <set>
#include <vector>

#include "melange/base/text.h"
#include "melange/ipam/allocate.h"
#include "melange/ipam/blocks.h"
#include "melange/ipam/interfaces.h"
#include "melange/ipam/policy.h"
#include "records.h"
#include "temp_directory.h"

namespace melange::ipam {

using store::AddressKey;
using store::AddressRecord;
using store::AddressState;
using store::Block;
using store::BlockId;
using store::InterfaceId;

inline constexpr std::int64_t kQuarantine = 60;
inline constexpr std::int64_t kLeaseTime = 120;
inline constexpr std::size_t kNames = 4;  // interfaces with a name and a MAC; one more has neither

// Where a block may be.
struct Slot {
  const char* cidr;
  const char* network;
  std::optional<std::size_t> parent;
};
inline constexpr std::array<Slot, 8> kSlots{{{"10.0.0.0/29", "net1", {}},
                                             {"10.0.0.8/29", "net1", {}},
                                             {"10.0.0.0/28", "net1", {}},  // in the way of both
                                             {"10.0.0.0/29", "net2", {}},
                                             {"10.0.1.0/28", "net2", {}},
                                             {"10.0.1.0/30", "net2", 4},
                                             {"10.0.1.8/29", "net2", 4},
                                             {"2001:db8::/125", "net1", {}}}};

enum class Act : std::uint8_t {
  kCreateBlock,
  kDeleteBlock,
  kForceBlock,
  kSetPolicy,  // octets
  kSetPool,
  kAllocate,
  kWait,  // the same, and wait for the lease of another
  kNext,
  kSeveral,
  kInNetwork,
  kDeallocate,
  kRestore,
  kLease,
  kDeleteInterface,
  kTime,
};

using Answer = std::optional<Why>;  // nothing: it is done

inline std::string name_of(std::size_t who) { return base::cat("eth", who); }
inline net::Mac mac_of(std::size_t who) {
  return net::Mac({2, 0, 0, 0, 0, static_cast<std::uint8_t>(who + 1)});
}

struct Entry {
  InterfaceId owner;                  // none: dynamic
  std::optional<std::size_t> client;  // with a lease, until `lease_end`
  std::int64_t lease_end = 0;
  bool quarantined = false;
  std::int64_t since = 0;  // of the quarantine
  std::int64_t until = 0;
};

struct Model {
  struct Placed {
    std::size_t slot = 0;
    Block block;
  };

  std::int64_t now = 1000;
  std::map<BlockId, Placed> blocks;
  std::map<AddressKey, Entry> entries;
  std::map<InterfaceId, std::size_t> owners;  // who asked for it
  std::map<std::size_t, InterfaceId> named;

  BlockId block_in(std::size_t slot) const {
    for (const auto& [id, placed] : blocks) {
      if (placed.slot == slot) return id;
    }
    return {};
  }
  net::Address address(BlockId block, std::uint32_t host) const {
    const net::Prefix& cidr = blocks.at(block).block.cidr;
    const net::Uint128 size = cidr.range().size();
    return net::Address::of(cidr.family(), cidr.network().value() + host % size);
  }
  std::string network_of(BlockId block) const { return kSlots.at(blocks.at(block).slot).network; }
  bool has_children(BlockId block) const {
    return std::ranges::any_of(
        blocks, [&](const auto& entry) { return entry.second.block.parent == block; });
  }
  bool has_records(BlockId block) const {
    return std::ranges::any_of(entries,
                               [&](const auto& entry) { return entry.first.block == block; });
  }
  bool lease_runs(const Entry& entry) const { return entry.client && now < entry.lease_end; }
  // Somebody else's lease has yet to end.
  bool is_awaited(const Entry& entry) const {
    if (entry.owner.empty() || !entry.client || entry.quarantined) return false;
    return owners.at(entry.owner) != *entry.client;
  }

  Answer may_create(std::size_t slot) const {
    const Slot& wanted = kSlots.at(slot);
    if (wanted.parent) {
      const BlockId parent = block_in(*wanted.parent);
      // Without the parent it is made as a block of its own, and its place is taken like theirs.
      if (parent.value != 0) {
        const bool bad = block_in(slot).value != 0 || has_records(parent);
        return bad ? Answer(Why::kInvalid) : std::nullopt;
      }
    }
    for (const auto& [id, placed] : blocks) {
      const bool tops = placed.block.parent.value == 0;
      if (tops && network_of(id) == std::string_view(wanted.network) &&
          placed.block.cidr.overlaps(test::prefix(wanted.cidr))) {
        return Why::kInvalid;
      }
    }
    return std::nullopt;
  }
  Answer may_erase(BlockId block, bool force) const {
    if (force) return std::nullopt;
    const auto in_use = [&](const auto& each) {
      const auto& [key, entry] = each;
      if (key.block != block || entry.quarantined) return false;
      return !entry.owner.empty() || lease_runs(entry);
    };
    const bool refused = has_children(block) || std::ranges::any_of(entries, in_use);
    return refused ? Answer(Why::kConflict) : std::nullopt;
  }
  void erase_block(BlockId block) {
    std::set<BlockId> gone{block};
    for (const auto& [id, placed] : blocks) {
      if (placed.block.parent == block) gone.insert(id);
    }
    for (const BlockId id : gone) blocks.erase(id);
    std::erase_if(entries, [&](const auto& entry) { return gone.contains(entry.first.block); });
  }
  void reread(auto& from, auto read) {
    for (auto& [id, placed] : blocks) placed.block = *(from.*read)(id);
  }

  bool plugged_elsewhere(std::optional<InterfaceId> interface, BlockId block) const {
    return interface && std::ranges::any_of(entries, [&](const auto& each) {
             const auto& [key, entry] = each;
             return entry.owner == *interface && !entry.quarantined &&
                    network_of(key.block) != network_of(block);
           });
  }
  bool is_closed(BlockId block, std::size_t who) const {
    const auto at = named.find(who);
    const auto interface = at == named.end() ? std::nullopt : std::optional(at->second);
    return has_children(block) || plugged_elsewhere(interface, block);
  }
  static bool is_usable(const Block& block, const net::Address& address) {
    if (block.cidr.family() == net::Family::kV4) {
      return address != block.cidr.network() && address != block.cidr.last();
    }
    return address != block.cidr.network();
  }
  static bool is_pooled(const Block& block, const net::Address& address) {
    return std::ranges::any_of(block.pools,
                               [&](const net::Range& pool) { return pool.contains(address); });
  }
  static bool is_denied(const Block& block, const net::Address& address) {
    return block.denied_octets.covers(address);
  }

  Answer may_take(const AddressKey& key, std::size_t who, bool wait) const {
    const Block& block = blocks.at(key.block).block;
    if (is_closed(key.block, who)) return Why::kImpossible;
    if (!is_usable(block, key.address)) return Why::kConflict;
    if (const auto at = entries.find(key); at != entries.end()) {
      const Entry& entry = at->second;
      if (!entry.owner.empty() || entry.quarantined) return Why::kConflict;
      const bool others = lease_runs(entry) && entry.client != who;
      if (others && (!wait || who == kNames)) return Why::kConflict;
    }
    if (is_denied(block, key.address)) return Why::kImpossible;
    return std::nullopt;
  }
  void give(const AddressKey& key, InterfaceId owner) {
    Entry& entry = entries[key];
    if (!lease_runs(entry)) entry.client.reset();
    entry.owner = owner;
  }
  // Those that a request for so many is given; none if it is refused.
  std::vector<AddressKey> next_in(BlockId id, std::size_t who, std::size_t count,
                                  bool contiguous) const {
    if (is_closed(id, who)) return {};
    const Block& block = blocks.at(id).block;
    std::vector<AddressKey> found;
    for (net::Address at = block.cidr.network();; at = at.next()) {
      const bool fits = is_usable(block, at) && !is_pooled(block, at) && !is_denied(block, at) &&
                        !entries.contains({id, at});
      if (fits) found.push_back({id, at});
      if (!fits && contiguous) found.clear();
      if (found.size() == count) return found;
      if (at == block.cidr.last()) return {};
    }
  }
  std::vector<AddressKey> next_of(const std::string& network, std::size_t who) const {
    std::vector<AddressKey> found;
    for (const net::Family family : {net::Family::kV4, net::Family::kV6}) {
      bool any = false;
      std::vector<AddressKey> next;
      for (const auto& [id, placed] : blocks) {
        if (network_of(id) != network || placed.block.cidr.family() != family) continue;
        any = true;
        if (next.empty()) next = next_in(id, who, 1, false);
      }
      if (any && next.empty()) return {};
      found.insert(found.end(), next.begin(), next.end());
    }
    return found;
  }

  void take_back(const AddressKey& key) {
    Entry& entry = entries.at(key);
    if (entry.quarantined) return;
    if (is_awaited(entry) && lease_runs(entry)) {
      entry.owner = {};
      return;
    }
    if (entry.owner.empty() && !lease_runs(entry)) {
      entries.erase(key);
      return;
    }
    entry.until = now + kQuarantine;
    if (lease_runs(entry)) entry.until = std::max(entry.until, entry.lease_end);
    entry.quarantined = true;
    entry.since = now;
  }
  Answer may_restore(const AddressKey& key) const {
    const Entry& entry = entries.at(key);
    if (!entry.quarantined) return Why::kConflict;
    if (entry.owner.empty()) return std::nullopt;
    if (!owners.contains(entry.owner)) return Why::kConflict;
    return plugged_elsewhere(entry.owner, key.block) ? Answer(Why::kImpossible) : std::nullopt;
  }
  void restore(const AddressKey& key) {
    Entry& entry = entries.at(key);
    entry.quarantined = false;
    const bool dynamic = entry.owner.empty();
    const bool lease = dynamic || entry.until > entry.since + kQuarantine;
    if (lease) entry.lease_end = entry.until;
    if (!lease) entry.client.reset();
  }
  // Whom IPAM gave the address to; kNames if it is nobody with a name.
  std::size_t owner_at(const AddressKey& key) const {
    const auto entry = entries.find(key);
    const auto owner = entry == entries.end() ? owners.end() : owners.find(entry->second.owner);
    return owner == owners.end() ? kNames : owner->second;
  }
  bool may_lease(const AddressKey& key, std::size_t who) const {
    const Block& block = blocks.at(key.block).block;
    if (has_children(key.block) || !is_usable(block, key.address)) return false;
    const auto at = entries.find(key);
    const bool pooled = is_pooled(block, key.address) && !is_denied(block, key.address);
    if (at == entries.end()) return pooled;
    const Entry& entry = at->second;
    if (entry.quarantined || is_awaited(entry)) return false;
    if (!entry.owner.empty()) return owners.at(entry.owner) == who;
    return pooled && (entry.client == who || !lease_runs(entry));
  }
  void lease(const AddressKey& key, std::size_t who, std::int64_t until) {
    Entry& entry = entries[key];
    entry.client = who;
    entry.lease_end = until;
  }
  void delete_interface(std::size_t who) {
    const InterfaceId id = named.at(who);
    std::vector<AddressKey> keys;
    for (const auto& [key, entry] : entries) {
      if (entry.owner == id) keys.push_back(key);
    }
    for (const AddressKey& key : keys) take_back(key);
    named.erase(who);
    owners.erase(id);
  }
  void sweep() {
    std::erase_if(entries, [&](const auto& entry) {
      return entry.second.quarantined && entry.second.until <= now;
    });
  }

  AddressState state_of(const Entry& entry) const {
    if (entry.quarantined) return AddressState::kQuarantined;
    if (entry.owner.empty() || is_awaited(entry)) return AddressState::kLeased;
    return entry.client ? AddressState::kBound : AddressState::kReserved;
  }
  void compare(const store::View& view) const {
    std::size_t blocks_seen = 0;
    for (const Block& block : view.blocks()) {
      ++blocks_seen;
      RC_ASSERT(blocks.contains(block.id));
      compare_block(view, block);
    }
    RC_ASSERT(blocks_seen == blocks.size());
    compare_interfaces(view);
    RC_ASSERT(view.ok());
  }
  // Each of its addresses is in one state, and counted there.
  void compare_block(const store::View& view, const Block& block) const {
    store::Usage counted;
    for (net::Address at = block.cidr.network();; at = at.next()) {
      const auto record = view.address({block.id, at});
      const auto entry = entries.find({block.id, at});
      RC_ASSERT(record.has_value() == (entry != entries.end()));
      if (record) {
        compare_record(*record, entry->second);
        ++counted.records[static_cast<std::size_t>(record->state)];
      } else if (is_usable(block, at) && !is_denied(block, at)) {
        ++(is_pooled(block, at) ? counted.free : counted.free_fixed);
      }
      if (at == block.cidr.last()) break;
    }
    RC_ASSERT(view.usage(block.id) == counted);
  }
  void compare_record(const AddressRecord& record, const Entry& entry) const {
    RC_ASSERT(record.state == state_of(entry));
    RC_ASSERT(record.interface == entry.owner);
    RC_ASSERT(record.reserved_for.empty() != is_awaited(entry));
    const bool on_time = !entry.quarantined || record.expires == test::at(entry.until);
    RC_ASSERT(on_time);
    const bool holds = !entry.quarantined && entry.client;
    if (!holds) return;
    RC_ASSERT(record.identity == wire::Identity::of(mac_of(*entry.client)));
    RC_ASSERT(record.expires == test::at(entry.lease_end));
  }
  // Those with a name until they are deleted, the others as long as they have an address.
  void compare_interfaces(const store::View& view) const {
    std::set<InterfaceId> expected;
    for (const auto& [who, id] : named) expected.insert(id);
    for (const auto& [key, entry] : entries) {
      if (owners.contains(entry.owner)) expected.insert(entry.owner);
    }
    std::set<InterfaceId> found;
    std::set<net::Mac> macs;
    const auto all = store::Listing::all(store::ObjectKind::kInterface);
    for (const std::uint64_t number : view.list(all, 0, SIZE_MAX)) {
      found.insert(InterfaceId{number});
      const auto mac = view.interface(InterfaceId{number})->mac;
      const bool unique = !mac || macs.insert(*mac).second;
      RC_ASSERT(unique);
    }
    RC_ASSERT(found == expected);
  }
};

}  // namespace melange::ipam
