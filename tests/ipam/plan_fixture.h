// SPDX-License-Identifier: Apache-2.0
//
// A store and the configurations that are applied to it one after another.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "melange/base/text.h"
#include "melange/ipam/plan.h"
#include "records.h"
#include "temp_directory.h"

namespace melange::ipam {

inline config::Block block(std::string_view cidr, std::string_view pools) {
  config::Block made;
  made.cidr.value = test::prefix(cidr);
  for (const net::Range& pool : test::ranges(pools)) made.pools.push_back({pool});
  return made;
}

// For the client that test::client(number) is, too.
inline config::Reservation reservation(std::uint32_t number, std::string_view addresses,
                                       std::string hostname = "") {
  config::Reservation made;
  made.mac.value = *net::Mac::from_bytes(test::client(number).bytes());
  for (std::string_view part : base::split(addresses, ',')) {
    part.remove_prefix(part.find_first_not_of(' '));
    made.addresses.push_back({test::address(part).v4()});
  }
  made.hostname = std::move(hostname);
  return made;
}

inline config::Network network(std::vector<config::Block> blocks,
                               std::vector<config::Reservation> reservations = {},
                               std::string name = "lab") {
  config::Network made;
  made.id.value = std::move(name);
  made.blocks = std::move(blocks);
  made.reservations = std::move(reservations);
  return made;
}

class PlanTest : public testing::Test {
 protected:
  static constexpr std::int64_t kNow = 1000;  // the leases of test::leased run until 3700

  // Plans and applies in one transaction; gives how many changes that took. What is planned once
  // more is nothing.
  std::size_t apply(const std::vector<config::Network>& networks, std::int64_t now = kNow) {
    const store::Changes changes = plan(networks, now);
    test::commit(store_, changes, test::at(now));
    EXPECT_EQ(plan(networks, now).size(), 0u) << "the plan is not idempotent\n" << dump();
    expect_consistent();
    return changes.size();
  }
  store::Changes plan(const std::vector<config::Network>& networks, std::int64_t now) {
    auto snapshot = store_.snapshot();
    const store::View view = snapshot->view();
    store::Changes changes = plan_config(view, networks, test::at(now)).value();
    EXPECT_TRUE(view.ok());
    return changes;
  }
  void put(const store::AddressRecord& record) {
    test::commit(store_, {store::PutAddress{record}}, test::at(kNow));
  }
  void lease(std::uint32_t block, std::string_view address, std::uint32_t who) {
    put(test::leased(test::key(block, address), test::client(who)));
  }
  std::string dump() { return test::dump(store_.snapshot()->view()); }
  std::optional<store::AddressRecord> find(std::uint32_t block, std::string_view address) {
    return store_.snapshot()->view().address(test::key(block, address));
  }
  // "leased mac ... until ...", without the address; "" if there is no record.
  std::string state(std::uint32_t block, std::string_view address) {
    const auto record = find(block, address);
    return record ? store::text(*record).substr(address.size() + 1) : "";
  }
  std::vector<store::Block> blocks() { return store_.snapshot()->view().blocks(); }
  std::string free(std::uint32_t block) {
    std::string out;
    auto snapshot = store_.snapshot();
    net::Address from = test::address("0.0.0.0");
    while (const auto run = snapshot->view().next_free(store::BlockId{block}, from)) {
      out += (out.empty() ? "" : " ") + text(*run);
      from = run->last().next();
    }
    return out;
  }

 private:
  // No address twice, none both free and taken, and each counted.
  void expect_consistent() {
    auto snapshot = store_.snapshot();
    const store::View view = snapshot->view();
    std::map<std::pair<store::NetworkId, net::Address>, store::BlockId> owners;
    for (const store::Block& block : view.blocks()) {
      std::size_t records = 0;
      view.scan(block.id, test::address("0.0.0.0"), [&](const store::AddressRecord& record) {
        ++records;
        EXPECT_FALSE(view.is_free(record.key)) << store::text(record);
        EXPECT_TRUE(block.cidr.contains(record.key.address)) << store::text(record);
        const bool first =
            owners.emplace(std::pair{block.network, record.key.address}, block.id).second;
        EXPECT_TRUE(first) << store::text(record) << " is in two blocks";
        return true;
      });
      EXPECT_EQ(view.usage(block.id).total(), records);
      EXPECT_EQ(block.retired && records == 0, false) << "an empty block is still there";
    }
    EXPECT_TRUE(view.ok());
  }

  test::TempDirectory directory_;

 protected:
  store::Store store_ = test::open(directory_.file("store"));
};

}  // namespace melange::ipam
