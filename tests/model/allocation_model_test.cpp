// SPDX-License-Identifier: Apache-2.0
//
// The store against a std::map: random commands on three blocks of eight addresses and five
// clients, so that exhaustion, reuse and conflict are constant. After each command everything that
// the transaction shows is compared, after each commit what a snapshot shows. RapidCheck prints the
// seed and the shortest sequence that fails; RC_PARAMS="seed=..." repeats it,
// RC_PARAMS="max_success=100000" goes on for hours.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>
#include <optional>
#include <ostream>
#include <set>

#include "melange/base/text.h"
#include "records.h"
#include "temp_directory.h"

namespace melange::store {
namespace {

constexpr std::uint32_t kSlots = 3;  // places for a block, one after another
constexpr std::uint32_t kHosts = 8;  // addresses of each
constexpr std::uint32_t kClients = 5;

enum class Act : std::uint8_t {
  kLease,  // a new lease or a renewal, whoever had it
  kHold,   // RELEASE or expiry
  kErase,  // held, and then free
  kDecline,
  kQuarantine,
  kReserve,     // for a client and its interface, at once
  kReserveFor,  // for a client, once the holder is gone
  kResize,  // the dynamic addresses are those of `mask`, others of `fixed`; `denied` are neither
  kEraseBlock,  // with everything in it
  kCommit,
  kAbort,
  kRestart,  // without a commit
};
constexpr std::array<const char*, 12> kActNames{"lease",       "hold",    "erase",       "decline",
                                                "quarantine",  "reserve", "reserve_for", "resize",
                                                "erase_block", "commit",  "abort",       "restart"};

struct Command {
  Act act = Act::kCommit;
  std::uint32_t slot = 0;
  std::uint32_t host = 0;
  std::uint32_t client = 0;
  std::uint32_t mask = 0;
  std::uint32_t fixed = 0;
  std::uint32_t denied = 0;
  std::int64_t time = 0;
};

std::ostream& operator<<(std::ostream& out, const Command& c) {
  return out << base::cat(kActNames[static_cast<std::size_t>(c.act)], " slot=", c.slot,
                          " host=", c.host, " client=", c.client, " mask=", c.mask,
                          " fixed=", c.fixed, " denied=", c.denied, " time=", c.time);
}

rc::Gen<Command> any_command() {
  // What changes one address is by far the most frequent.
  const auto act = rc::gen::weightedElement<Act>({{12, Act::kLease},
                                                  {6, Act::kHold},
                                                  {6, Act::kErase},
                                                  {3, Act::kDecline},
                                                  {3, Act::kQuarantine},
                                                  {3, Act::kReserve},
                                                  {3, Act::kReserveFor},
                                                  {3, Act::kResize},
                                                  {1, Act::kEraseBlock},
                                                  {6, Act::kCommit},
                                                  {2, Act::kAbort},
                                                  {1, Act::kRestart}});
  return rc::gen::build<Command>(
      rc::gen::set(&Command::act, act),
      rc::gen::set(&Command::slot, rc::gen::inRange<std::uint32_t>(0, kSlots)),
      rc::gen::set(&Command::host, rc::gen::inRange<std::uint32_t>(0, kHosts)),
      rc::gen::set(&Command::client, rc::gen::inRange<std::uint32_t>(0, kClients)),
      rc::gen::set(&Command::mask, rc::gen::inRange<std::uint32_t>(0, 1u << kHosts)),
      rc::gen::set(&Command::fixed, rc::gen::inRange<std::uint32_t>(0, 1u << kHosts)),
      rc::gen::set(&Command::denied, rc::gen::inRange<std::uint32_t>(0, 1u << kHosts)),
      rc::gen::set(&Command::time, rc::gen::inRange<std::int64_t>(1, 100)));
}

net::Address address_of(std::uint32_t slot, std::uint32_t host) {
  return net::Ipv4{(std::uint32_t{10} << 24) + kHosts * slot + host};
}

// What the store should hold.
struct Model {
  std::map<AddressKey, AddressRecord> records;
  std::array<std::optional<Block>, kSlots> blocks;
  std::uint32_t next_block = 1;
  std::uint64_t revision = 0;
  std::int64_t stamp = 0;

  bool is_free(const AddressKey& key, const std::vector<net::Range>& ranges) const {
    return net::RangeSet(ranges).contains(key.address) && !records.contains(key);
  }
};

net::RangeSet hosts_of(std::uint32_t slot, std::uint32_t mask) {
  net::RangeSet hosts;
  for (std::uint32_t host = 0; host < kHosts; ++host) {
    const net::Address address = address_of(slot, host);
    if ((mask >> host & 1) != 0) hosts.add(*net::Range::make(address, address));
  }
  return hosts;
}

Block block_of(const Command& command, BlockId id) {
  const std::uint32_t slot = command.slot;
  Block block = test::block(id.value, base::cat("10.0.0.", kHosts * slot, "/29"), "");
  const net::RangeSet dynamic = hosts_of(slot, command.mask);
  const net::RangeSet fixed = hosts_of(slot, command.fixed & ~command.mask);
  block.dynamic.assign(dynamic.ranges().begin(), dynamic.ranges().end());
  block.fixed.assign(fixed.ranges().begin(), fixed.ranges().end());
  for (std::uint32_t host = 0; host < kHosts; ++host) {
    const auto octet = static_cast<std::uint8_t>(address_of(slot, host).value());
    if ((command.denied >> host & 1) != 0) block.denied_octets.add(octet);
  }
  return block;
}

// The runs of free addresses, from each address on; `next` asks the view for one.
template <class Next>
void compare_runs(const Model& model, const Block& block, const std::vector<net::Range>& ranges,
                  const Next& next) {
  std::optional<net::Range> run;
  for (net::Address at = block.cidr.last();; at = at.previous()) {
    const bool is_free = model.is_free({block.id, at}, ranges);
    const bool joins = is_free && run && run->first() == at.next();
    if (is_free) run = net::Range::make(at, joins ? run->last() : at);
    RC_ASSERT(next(at) == run);
    if (at == block.cidr.network()) return;
  }
}

// What of one block the view shows, against the model.
void compare_block(const View& view, const Model& model, const Block& block) {
  std::vector<AddressRecord> expected;
  std::vector<std::pair<base::Instant, AddressKey>> held;
  for (net::Address at = block.cidr.network(); block.cidr.contains(at); at = at.next()) {
    const AddressKey key{block.id, at};
    const auto record = model.records.find(key);
    const bool known = record != model.records.end();
    RC_ASSERT(view.address(key) == (known ? std::optional(record->second) : std::nullopt));
    RC_ASSERT(view.is_free(key) == model.is_free(key, block.dynamic));
    if (!known) continue;
    expected.push_back(record->second);
    if (record->second.state == AddressState::kHeld) held.push_back({record->second.since, key});
  }
  compare_runs(model, block, block.dynamic,
               [&](const net::Address& from) { return view.next_free(block.id, from); });
  compare_runs(model, block, block.fixed,
               [&](const net::Address& from) { return view.next_fixed(block.id, from); });
  std::vector<AddressRecord> scanned;
  view.scan(block.id, block.cidr.network(), [&](const AddressRecord& record) {
    scanned.push_back(record);
    return true;
  });
  RC_ASSERT(scanned == expected);
  std::ranges::sort(held);
  std::size_t seen = 0;
  view.scan_held(block.id, [&](const AddressKey& key) {
    RC_ASSERT(seen < held.size());
    RC_ASSERT(key == held[seen++].second);
    return true;
  });
  RC_ASSERT(seen == held.size());
}

// Whose time is over at the last second, and in which order.
void compare_due(const View& view, const Model& model) {
  std::vector<std::pair<base::Instant, AddressKey>> expected;
  for (const auto& [key, record] : model.records) {
    if (record.state == AddressState::kQuarantined) expected.push_back({record.expires, key});
  }
  std::ranges::sort(expected);
  std::vector<std::pair<base::Instant, AddressKey>> due;
  view.scan_due(base::Instant::max(), [&](const AddressKey& key) {
    due.push_back({model.records.at(key).expires, key});
    return true;
  });
  RC_ASSERT(due == expected);
}

void compare(const View& view, const Model& model) {
  std::vector<BlockId> ids;
  for (std::uint32_t slot = 0; slot < kSlots; ++slot) {
    if (!model.blocks[slot]) continue;
    ids.push_back(model.blocks[slot]->id);
    compare_block(view, model, *model.blocks[slot]);
  }
  std::ranges::sort(ids);
  std::vector<BlockId> found;
  for (const Block& block : view.blocks()) found.push_back(block.id);
  RC_ASSERT(found == ids);
  for (std::uint32_t client = 0; client < kClients; ++client) {
    const wire::Identity identity = test::client(client);
    std::vector<AddressKey> expected;
    for (const auto& [key, record] : model.records) {
      if (record.identity == identity || record.reserved_for == identity) expected.push_back(key);
    }
    const AddressKeys keys = view.addresses_of(test::kLab, identity);
    expected.resize(std::min(expected.size(), base::limits::kAddressesPerIdentity));
    RC_ASSERT(std::ranges::equal(keys, expected));
  }
  for (std::uint32_t client = 0; client < kClients; ++client) {
    const InterfaceId interface{client + 1};
    std::vector<AddressKey> expected;
    for (const auto& [key, record] : model.records) {
      if (record.interface == interface) expected.push_back(key);
    }
    RC_ASSERT(view.addresses_on(interface) == expected);
  }
  compare_due(view, model);
  RC_ASSERT(view.next_block_id().value == model.next_block);
  RC_ASSERT(view.ok());
}

void compare_usage(const View& view, const Model& model) {
  for (const auto& block : model.blocks) {
    if (!block) continue;
    Usage expected;
    for (const auto& [key, record] : model.records) {
      if (key.block == block->id) ++expected.records[static_cast<std::size_t>(record.state)];
    }
    for (net::Address at = block->cidr.network(); block->cidr.contains(at); at = at.next()) {
      if (block->denied_octets.covers(at)) continue;
      expected.free += model.is_free({block->id, at}, block->dynamic) ? 1u : 0u;
      expected.free_fixed += model.is_free({block->id, at}, block->fixed) ? 1u : 0u;
    }
    RC_ASSERT(view.usage(block->id) == expected);
  }
  RC_ASSERT(view.revision() == model.revision);
  RC_ASSERT(view.stamp() == test::at(model.stamp));
}

class Run {
 public:
  Run() { begin(); }

  void step(const Command& command) {
    switch (command.act) {
      case Act::kCommit:
        return commit(command.time);
      case Act::kAbort:
        txn_.reset();
        working_ = committed_;
        changed_ = false;
        return begin();
      case Act::kRestart:
        txn_.reset();
        store_.reset();
        store_.emplace(test::open(directory_.path()));
        working_ = committed_;
        changed_ = false;
        return begin();
      case Act::kResize:
        return resize(command);
      case Act::kEraseBlock:
        return erase_block(command);
      default:
        return touch(command);
    }
  }
  void compare_all() { compare(txn_->view(), working_); }

 private:
  void begin() {
    auto begun = store_->begin();
    RC_ASSERT(begun.has_value());
    txn_.emplace(std::move(*begun));
    compare(store_->snapshot()->view(), committed_);
    compare_usage(store_->snapshot()->view(), committed_);
  }
  void apply(const Change& change) {
    changed_ = true;
    RC_ASSERT(txn_->apply(change).has_value());
  }
  void commit(std::int64_t time) {
    RC_ASSERT(txn_->commit(test::at(time)).has_value());
    txn_.reset();
    if (changed_) ++working_.revision, working_.stamp = std::max(working_.stamp, time);
    changed_ = false;
    committed_ = working_;
    begin();
  }

  void resize(const Command& command) {
    std::optional<Block>& block = working_.blocks[command.slot];
    const BlockId id = block ? block->id : BlockId{working_.next_block++};
    block = block_of(command, id);
    apply(PutBlock{*block});
  }
  void erase_block(const Command& command) {
    std::optional<Block>& block = working_.blocks[command.slot];
    if (!block) return;
    for (std::uint32_t host = 0; host < kHosts; ++host) {
      const AddressKey key{block->id, address_of(command.slot, host)};
      if (working_.records.erase(key) != 0) apply(EraseAddress{key});
    }
    apply(EraseBlock{block->id});
    block.reset();
  }
  void touch(const Command& command) {
    const std::optional<Block>& block = working_.blocks[command.slot];
    if (!block) return;
    const AddressKey key{block->id, address_of(command.slot, command.host)};
    const auto before = working_.records.find(key);
    if (command.act == Act::kErase) {
      working_.records.erase(key);
      return apply(EraseAddress{key});
    }
    if (command.act == Act::kHold && before == working_.records.end()) return;
    AddressRecord record = before == working_.records.end() ? AddressRecord{} : before->second;
    change(command, record);
    record.key = key;
    record.network = test::kLab;
    record.revision = working_.revision + 1;
    working_.records[key] = record;
    record.revision = 0;
    apply(PutAddress{record});
  }
  static void change(const Command& command, AddressRecord& record) {
    const wire::Identity client = test::client(command.client);
    if (command.act == Act::kReserveFor) {
      record.reserved_for = client;
      return;
    }
    record.since = test::at(command.time);
    if (command.act == Act::kHold) {
      record.state = AddressState::kHeld;
      return;
    }
    record.expires = test::at(command.time + 3600);
    if (command.act == Act::kQuarantine) {
      // It stays its interface's, which may have it restored.
      record.state = AddressState::kQuarantined;
      return;
    }
    record.identity = client;
    record.state = command.act == Act::kLease     ? AddressState::kLeased
                   : command.act == Act::kDecline ? AddressState::kDeclined
                                                  : AddressState::kReserved;
    if (command.act != Act::kReserve) return;
    record.reserved_for = {};
    record.interface = InterfaceId{command.client + 1};
  }

  test::TempDirectory directory_;
  std::optional<Store> store_{test::open(directory_.path())};
  std::optional<Txn> txn_;
  Model committed_;
  Model working_;
  bool changed_ = false;
};

RC_GTEST_PROP(AllocationModel, TheStoreAgreesWithAMap, ()) {
  const auto commands =
      *rc::gen::scale(10, rc::gen::container<std::vector<Command>>(any_command())).as("commands");
  Run run;
  for (const Command& command : commands) {
    run.step(command);
    run.compare_all();
  }
}

}  // namespace
}  // namespace melange::store
