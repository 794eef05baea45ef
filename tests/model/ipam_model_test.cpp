// SPDX-License-Identifier: Apache-2.0
//
// IPAM against a std::map: random requests on a handful of small blocks, interfaces and clients, so
// that exhaustion, conflict, quarantine and reuse are constant. For each request the model says
// what must be answered and what the store must hold after it; a request that is refused changes
// nothing. RapidCheck prints the seed and the shortest sequence that fails; RC_PARAMS="seed=..."
// repeats it.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include "ipam_model.h"

namespace melange::ipam {
namespace {

constexpr std::array<const char*, 15> kActNames{
    "create_block", "delete_block", "force_block", "set_policy",       "set_pool",
    "allocate",     "wait",         "next",        "several",          "in_network",
    "deallocate",   "restore",      "lease",       "delete_interface", "time"};

struct Command {
  Act act = Act::kTime;
  std::size_t slot = 0;
  std::uint32_t host = 0;
  std::size_t who = 0;
  std::uint32_t number = 0;
};

std::ostream& operator<<(std::ostream& out, const Command& c) {
  return out << base::cat(kActNames.at(static_cast<std::size_t>(c.act)), " slot=", c.slot,
                          " host=", c.host, " who=", c.who, " number=", c.number);
}

rc::Gen<Command> any_command() {
  const auto act = rc::gen::weightedElement<Act>({{4, Act::kCreateBlock},
                                                  {2, Act::kDeleteBlock},
                                                  {1, Act::kForceBlock},
                                                  {2, Act::kSetPolicy},
                                                  {3, Act::kSetPool},
                                                  {8, Act::kAllocate},
                                                  {6, Act::kWait},
                                                  {6, Act::kNext},
                                                  {3, Act::kSeveral},
                                                  {4, Act::kInNetwork},
                                                  {8, Act::kDeallocate},
                                                  {6, Act::kRestore},
                                                  {10, Act::kLease},
                                                  {2, Act::kDeleteInterface},
                                                  {6, Act::kTime}});
  return rc::gen::build<Command>(
      rc::gen::set(&Command::act, act),
      rc::gen::set(&Command::slot, rc::gen::inRange<std::size_t>(0, kSlots.size())),
      rc::gen::set(&Command::host, rc::gen::inRange<std::uint32_t>(0, 8)),
      rc::gen::set(&Command::who, rc::gen::inRange<std::size_t>(0, kNames + 1)),
      rc::gen::set(&Command::number, rc::gen::inRange<std::uint32_t>(0, 256)));
}

class Run {
 public:
  // Most of the blocks are there from the beginning, and half of their addresses in pools.
  Run() {
    set_policy(0);
    for (const std::size_t slot : {0u, 1u, 3u, 4u, 6u, 7u}) {
      create_block({Act::kCreateBlock, slot, 0, 0, static_cast<std::uint32_t>(slot)});
      if (slot != 4) set_pool(model_.block_in(slot), 5 * 8 + 2);  // .2 to .5
    }
  }

  void step(const Command& command) {
    sweep();
    const BlockId block = model_.block_in(command.slot);
    if (command.act == Act::kCreateBlock) return create_block(command);
    if (command.act == Act::kSetPolicy) return set_policy(command.number);
    if (command.act == Act::kDeleteInterface) return delete_interface_of(command.who);
    if (command.act == Act::kTime) return pass(command.number);
    if (command.act == Act::kInNetwork) return allocate_in_network(command);
    if (block.value == 0) return;
    // One story in four goes on where the last one was.
    const bool goes_on = command.number % 4 == 3 && model_.blocks.contains(last_.block);
    const AddressKey key = goes_on ? last_ : AddressKey{block, model_.address(block, command.host)};
    last_ = key;
    switch (command.act) {
      case Act::kDeleteBlock:
      case Act::kForceBlock:
        return erase_block(block, command.act == Act::kForceBlock);
      case Act::kSetPool:
        return set_pool(block, command.number);
      case Act::kAllocate:
      case Act::kWait:
        return allocate_at(key, command.who, command.act == Act::kWait);
      case Act::kNext:
        return allocate_some(block, command.who, 1, false);
      case Act::kSeveral:
        return allocate_some(block, command.who, 1 + command.number % 4, command.number >= 128);
      case Act::kDeallocate:
        return deallocate_at(key);
      case Act::kRestore:
        return restore_at(key);
      default:
        return lease(key, command.number % 2 == 0 ? command.who : model_.owner_at(key));
    }
  }
  void compare() {
    auto snapshot = store_.snapshot();
    model_.compare(snapshot->view());
  }

 private:
  // Answers, and applies what was not refused.
  template <class Operation>
  auto ask(const Operation& operation) {
    auto txn = store_.begin();
    const store::View view = txn->view();
    Draft draft(view, test::at(model_.now));
    auto verdict = operation(draft);
    RC_ASSERT(view.ok());
    if (!verdict) return verdict;
    for (const store::Change& change : draft.changes()) RC_ASSERT(txn->apply(change).has_value());
    RC_ASSERT(txn->commit(test::at(model_.now)).has_value());
    return verdict;
  }
  static Answer answer(const auto& verdict) {
    return verdict ? std::nullopt : std::optional(verdict.error().why);
  }
  std::optional<Block> reread(BlockId id) { return store_.snapshot()->view().block(id); }
  // For an interface of that name, or for one that is made.
  static Grantee grantee(Draft& draft, std::size_t who) {
    Claimant claimant;
    claimant.tenant = "acme";
    if (who < kNames) claimant.vif = name_of(who);
    if (who < kNames) claimant.mac = mac_of(who);
    const auto interface = find_or_make(draft, claimant);
    RC_ASSERT(interface.has_value());
    return {*interface, identity_of(*interface), {}};
  }
  void note(const AddressRecord& record, std::size_t who) {
    model_.owners[record.interface] = who;
    if (who < kNames) model_.named[who] = record.interface;
  }

  void create_block(const Command& command) {
    const Slot& slot = kSlots.at(command.slot);
    const Answer expected = model_.may_create(command.slot);
    const auto made = ask([&](Draft& draft) -> Verdict<Block> {
      Block block;
      block.cidr = test::prefix(slot.cidr);
      block.tenant = "acme";
      block.quarantine_time = base::Seconds{kQuarantine};
      if (command.number % 2 == 0) block.policy = store::PolicyId{1};
      const BlockId parent = slot.parent ? model_.block_in(*slot.parent) : BlockId{};
      if (parent.value != 0) return create_subnet(draft, *draft.block(parent), block, {});
      block.network = find_or_make_network(draft, "acme", slot.network, false)->id;
      return ipam::create_block(draft, block);
    });
    RC_ASSERT(answer(made) == expected);
    if (made) model_.blocks[made->id] = {command.slot, *made};
  }
  void erase_block(BlockId block, bool force) {
    const Answer expected = model_.may_erase(block, force);
    const auto gone =
        ask([&](Draft& draft) { return delete_block(draft, *draft.block(block), force); });
    RC_ASSERT(answer(gone) == expected);
    if (gone) model_.erase_block(block);
  }
  void set_policy(std::uint32_t octets) {
    store::Policy policy;
    policy.id = store::PolicyId{1};
    policy.tenant = "acme";
    for (std::uint8_t bit = 0; bit < 8; ++bit) {
      if ((octets >> bit & 1) != 0) policy.octets.push_back({policy.next_rule++, bit});
    }
    ask([&](Draft& draft) -> Verdict<void> {
      draft.add(store::Put<store::Policy>{policy});
      recompile_policy_blocks(draft, policy, 8);
      return {};
    });
    model_.reread(*this, &Run::reread);
  }
  void set_pool(BlockId block, std::uint32_t number) {
    Block changed = *reread(block);
    const net::Address first = model_.address(block, number % 8);
    const net::Address last = model_.address(block, std::max(number % 8, number / 8 % 8));
    changed.pools.clear();
    if (number < 240) changed.pools.push_back(*net::Range::make(first, std::max(first, last)));
    RC_ASSERT(ask([&](Draft& draft) { return update_block(draft, changed); }).has_value());
    model_.reread(*this, &Run::reread);
  }
  void allocate_at(const AddressKey& key, std::size_t who, bool wait) {
    const Answer expected = model_.may_take(key, who, wait);
    const auto given = ask([&](Draft& draft) {
      return allocate(draft, *draft.block(key.block), key.address, grantee(draft, who),
                      wait ? OnConflict::kWait : OnConflict::kRefuse);
    });
    RC_ASSERT(answer(given) == expected);
    if (!given) return;
    note(*given, who);
    model_.give(key, given->interface);
  }
  void allocate_some(BlockId block, std::size_t who, std::size_t count, bool contiguous) {
    const auto expected = model_.next_in(block, who, count, contiguous);
    const auto given = ask([&](Draft& draft) -> Verdict<std::vector<AddressRecord>> {
      const Grantee to = grantee(draft, who);
      if (count > 1) {
        return allocate_several(draft, *draft.block(block), {count, contiguous, {}, {}}, to);
      }
      auto one = allocate_next(draft, *draft.block(block), to);
      if (!one) return std::unexpected(one.error());
      return std::vector{*one};
    });
    check_given(given, expected, who);
  }
  void allocate_in_network(const Command& command) {
    const std::string network = kSlots.at(command.slot).network;
    const auto id = store_.snapshot()->view().network_named("acme", network);
    if (!id) return;
    const auto expected = model_.next_of(network, command.who);
    const auto given = ask([&](Draft& draft) {
      return allocate_in(draft, *draft.network(*id), {}, grantee(draft, command.who));
    });
    check_given(given, expected, command.who);
  }
  void check_given(const Verdict<std::vector<AddressRecord>>& given,
                   const std::vector<AddressKey>& expected, std::size_t who) {
    RC_ASSERT(given.has_value() == !expected.empty());
    if (!given) {
      RC_ASSERT(given.error().why == Why::kImpossible);
      return;
    }
    std::vector<AddressKey> keys;
    for (const AddressRecord& record : *given) {
      keys.push_back(record.key);
      note(record, who);
      model_.give(record.key, record.interface);
    }
    RC_ASSERT(keys == expected);
  }
  void deallocate_at(const AddressKey& key) {
    if (!model_.entries.contains(key)) return;
    RC_ASSERT(
        ask([&](Draft& draft) { return deallocate(draft, *draft.address(key)); }).has_value());
    model_.take_back(key);
  }
  void restore_at(const AddressKey& key) {
    if (!model_.entries.contains(key)) return;
    const Answer expected = model_.may_restore(key);
    const auto back = ask([&](Draft& draft) { return restore(draft, *draft.address(key)); });
    RC_ASSERT(answer(back) == expected);
    if (back) model_.restore(key);
  }
  // As DHCP does it, for the client of that interface's MAC.
  void lease(const AddressKey& key, std::size_t who) {
    if (who == kNames || !model_.may_lease(key, who)) return;
    const std::int64_t until = model_.now + kLeaseTime;
    ask([&](Draft& draft) -> Verdict<void> {
      AddressRecord record = draft.address(key).value_or(AddressRecord{});
      record.key = key;
      record.network = draft.block(key.block)->network;
      record.state = record.interface.empty() ? AddressState::kLeased : AddressState::kBound;
      record.identity = wire::Identity::of(mac_of(who));
      record.since = draft.now();
      record.expires = test::at(until);
      draft.put(record);
      return {};
    });
    model_.lease(key, who, until);
  }
  void delete_interface_of(std::size_t who) {
    const auto id = model_.named.find(who);
    if (id == model_.named.end()) return;
    const auto gone = ask([&](Draft& draft) {
      return delete_interface(draft, *draft.interface_named(name_of(who)));
    });
    RC_ASSERT(gone.has_value());
    model_.delete_interface(who);
  }
  void pass(std::uint32_t number) { model_.now += number % 64; }
  // To the second: whoever allocates does it before.
  void sweep() {
    ask([&](Draft& draft) -> Verdict<void> {
      std::vector<AddressRecord> freed;
      draft.view().scan_due(draft.now(), [&](const AddressKey& key) {
        freed.push_back(*draft.view().address(key));
        return true;
      });
      for (const AddressRecord& record : freed) draft.erase(record.key);
      for (auto& change : forget_interfaces_of(draft.view(), freed)) draft.add(std::move(change));
      return {};
    });
    model_.sweep();
  }

  test::TempDirectory directory_;
  store::Store store_ = test::open(directory_.path());
  Model model_;
  AddressKey last_;
};

RC_GTEST_PROP(IpamModel, AgreesWithAMap, ()) {
  const auto commands =
      *rc::gen::scale(30, rc::gen::container<std::vector<Command>>(any_command())).as("commands");
  Run run;
  for (const Command& command : commands) {
    run.step(command);
    run.compare();
  }
}

}  // namespace
}  // namespace melange::ipam
