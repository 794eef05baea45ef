// SPDX-License-Identifier: Apache-2.0
//
// A store and requests that are drafted and committed to it one after another, as the API does. One
// that is refused must leave no trace. After each, what the store counts is counted anew.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "melange/base/text.h"
#include "melange/ipam/allocate.h"
#include "melange/ipam/blocks.h"
#include "melange/ipam/interfaces.h"
#include "records.h"
#include "temp_directory.h"

namespace melange::ipam {

inline std::string told(const Refusal& refusal) {
  static constexpr std::array kWhy{"invalid", "not found", "conflict", "config", "impossible"};
  std::string out = kWhy.at(static_cast<std::size_t>(refusal.why));
  for (const Fault& fault : refusal.faults) {
    out += base::cat("; ", fault.field, fault.field.empty() ? "" : ": ", fault.message);
  }
  return out;
}
// "ok", or why not.
template <class T>
std::string told(const Verdict<T>& verdict) {
  return verdict ? "ok" : told(verdict.error());
}

// An interface of that name and MAC (0: none) of the tenant.
inline Claimant claimant_of(std::string tenant, std::string vif = "", std::uint8_t last = 0) {
  Claimant claimant;
  claimant.tenant = std::move(tenant);
  claimant.vif = std::move(vif);
  if (last != 0) claimant.mac = net::Mac({2, 0, 0, 0, 0, last});
  return claimant;
}

inline net::Mac mac(std::uint8_t last) { return net::Mac({2, 0, 0, 0, 0, last}); }
inline wire::Identity known_by(std::uint8_t last) { return wire::Identity::of(mac(last)); }

inline std::string texts(const std::vector<store::AddressRecord>& records) {
  std::string out;
  for (const auto& record : records) out += (out.empty() ? "" : " ") + text(record.key.address);
  return out;
}

class IpamTest : public testing::Test {
 protected:
  using Tweak = std::function<void(store::Block&)>;

  template <class Operation>
  auto run(const Operation& operation) {
    auto txn = store_.begin();
    const store::View view = txn->view();
    Draft draft(view, now());
    auto verdict = operation(draft);
    EXPECT_TRUE(view.ok());
    if (!verdict) return verdict;  // nothing of the draft is applied
    txn->act_as("local", now());
    for (const store::Change& change : draft.changes()) EXPECT_TRUE(txn->apply(change));
    EXPECT_TRUE(txn->view().ok());
    EXPECT_TRUE(txn->commit(now()));
    expect_counted();
    return verdict;
  }
  // What the request is answered, "ok" or why not.
  template <class Operation>
  std::string ask(const Operation& operation) {
    return told(run(operation));
  }

  base::Instant now() const { return test::at(now_); }
  // What the sweeper does with quarantined addresses that are due.
  void sweep() {
    store::Changes changes;
    {
      auto snapshot = store_.snapshot();
      const store::View view = snapshot->view();
      std::vector<store::AddressRecord> freed;
      view.scan_due(now(), [&](const store::AddressKey& key) {
        freed.push_back(*view.address(key));
        changes.push_back(store::EraseAddress{key});
        return true;
      });
      const store::Changes more = forget_interfaces_of(view, freed);
      changes.insert(changes.end(), more.begin(), more.end());
    }
    test::commit(store_, changes, now());
    expect_counted();
  }

  // A private block of the tenant's network ("": of none), which is made if need be.
  Verdict<store::Block> make_block(std::string_view cidr, const std::string& network,
                                   const Tweak& tweak = {}, const std::string& tenant = "acme") {
    return run([&](Draft& draft) -> Verdict<store::Block> {
      store::Block block;
      block.cidr = test::prefix(cidr);
      block.tenant = tenant;
      if (!network.empty()) {
        block.network = find_or_make_network(draft, tenant, network, false)->id;
      }
      if (tweak) tweak(block);
      return create_block(draft, block);
    });
  }
  store::Block add_block(std::string_view cidr, const std::string& network = "net1",
                         const Tweak& tweak = {}) {
    auto made = make_block(cidr, network, tweak);
    EXPECT_EQ(told(made), "ok") << cidr;
    return made.value();
  }
  Verdict<store::Block> make_subnet(const store::Block& parent, std::string_view cidr,
                                    const Tweak& tweak = {}) {
    return run([&](Draft& draft) {
      store::Block block;
      block.cidr = test::prefix(cidr);
      if (tweak) tweak(block);
      return create_subnet(draft, parent, block, std::nullopt);
    });
  }
  // To the interface of that name and MAC (0: none), which is made if need be.
  static Grantee grantee(Draft& draft, const std::string& vif, std::uint8_t last = 0) {
    const auto interface = find_or_make(draft, claimant_of("acme", vif, last));
    EXPECT_EQ(told(interface), "ok");
    return {*interface, identity_of(*interface), {}};
  }
  Verdict<store::AddressRecord> take(const store::Block& block, std::string_view address,
                                     const std::string& vif = "", std::uint8_t last = 0,
                                     OnConflict on_conflict = OnConflict::kRefuse) {
    return run([&](Draft& draft) {
      return allocate(draft, block, test::address(address), grantee(draft, vif, last), on_conflict);
    });
  }
  // The address, or why there is none.
  std::string take_next(const store::Block& block, const std::string& vif = "",
                        std::uint8_t last = 0) {
    const auto record =
        run([&](Draft& draft) { return allocate_next(draft, block, grantee(draft, vif, last)); });
    return record ? text(record->key.address) : told(record.error());
  }
  std::string drop(const store::Block& block, std::string_view address) {
    return ask([&](Draft& draft) { return deallocate(draft, *find(block, address)); });
  }
  std::string bring_back(const store::Block& block, std::string_view address) {
    return ask([&](Draft& draft) { return restore(draft, *find(block, address)); });
  }
  // As DHCP writes it, until second `until`.
  void lease(const store::Block& block, std::string_view address, std::uint8_t last,
             std::int64_t until, store::AddressState state = store::AddressState::kLeased) {
    auto record = find(block, address).value_or(store::AddressRecord{});
    record.key = {block.id, test::address(address)};
    record.network = block.network;
    record.state = state;
    record.identity = known_by(last);
    record.since = now();
    record.expires = test::at(until);
    test::commit(store_, {store::PutAddress{record}}, now());
    expect_counted();
  }

  std::optional<store::AddressRecord> find(const store::Block& block, std::string_view address) {
    return store_.snapshot()->view().address({block.id, test::address(address)});
  }
  // "reserved mac ...", without the address; "" if there is no record.
  std::string state(const store::Block& block, std::string_view address) {
    const auto record = find(block, address);
    return record ? store::text(*record).substr(text(record->key.address).size() + 1) : "";
  }
  std::optional<store::Interface> find_interface(std::string_view vif) {
    auto snapshot = store_.snapshot();
    const auto id = snapshot->view().interface_named(vif);
    return id ? snapshot->view().interface(*id) : std::nullopt;
  }
  store::Block reread(const store::Block& block) {
    return *store_.snapshot()->view().block(block.id);
  }
  store::Network network_named(std::string_view name, std::string_view tenant = "acme") {
    auto snapshot = store_.snapshot();
    return *snapshot->view().network(*snapshot->view().network_named(tenant, name));
  }
  std::string dump() { return test::dump(store_.snapshot()->view()); }

  std::int64_t now_ = 1000;

 private:
  // Each address of a small block is in one state, the store's counts are right, and nobody's MAC
  // is another's.
  void expect_counted() {
    auto snapshot = store_.snapshot();
    const store::View view = snapshot->view();
    for (const store::Block& block : view.blocks()) {
      if (block.cidr.range().size() <= 4096) expect_counted(view, block);
    }
    std::set<net::Mac> macs;
    const auto all = store::Listing::all(store::ObjectKind::kInterface);
    for (const std::uint64_t number : view.list(all, 0, SIZE_MAX)) {
      const auto interface = view.interface(store::InterfaceId{number});
      EXPECT_TRUE(!interface->mac || macs.insert(*interface->mac).second) << interface->vif;
    }
    EXPECT_TRUE(view.ok());
  }
  static void expect_counted(const store::View& view, const store::Block& block) {
    store::Usage counted;
    const net::RangeSet dynamic(block.dynamic);
    const net::RangeSet fixed(block.fixed);
    for (net::Address at = block.cidr.network();; at = at.next()) {
      const auto record = view.address({block.id, at});
      const bool denied = block.denied_octets.covers(at);
      if (record) {
        ++counted.records[static_cast<std::size_t>(record->state)];
      } else if (!denied) {
        counted.free += dynamic.contains(at) ? 1 : 0;
        counted.free_fixed += fixed.contains(at) ? 1 : 0;
      }
      EXPECT_FALSE(dynamic.contains(at) && fixed.contains(at)) << text(at);
      if (at == block.cidr.last()) break;
    }
    EXPECT_EQ(view.usage(block.id), counted) << text(block.cidr);
  }

  test::TempDirectory directory_;

 protected:
  store::Store store_ = test::open(directory_.file("store"));
};

}  // namespace melange::ipam
