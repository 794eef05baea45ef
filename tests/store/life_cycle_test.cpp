// SPDX-License-Identifier: Apache-2.0
//
// Transactions, snapshots, and what of them is there after a restart.
#include <gtest/gtest.h>

#include <fstream>
#include <future>

#include "records.h"
#include "temp_directory.h"

namespace melange::store {
namespace {

using test::address;
using test::at;
using test::client;
using test::commit;
using test::dump;
using test::key;
using test::leased;

std::string dump_of(const Store& store) {
  auto snapshot = store.snapshot();
  EXPECT_TRUE(snapshot) << snapshot.error().message;
  return dump(snapshot->view());
}

Changes some_block() {
  return {PutNetwork{test::network()},
          PutBlock{test::block(1, "10.0.0.0/24", "10.0.0.1-10.0.0.254")}};
}

PutAddress lease(std::uint32_t number) {
  AddressRecord record = leased(key(1, "10.0.0.0"), client(number));
  record.key.address = net::Ipv4{static_cast<std::uint32_t>(record.key.address.value()) + number};
  return {record};
}

TEST(Store, IsMadeWhereThereWasNone) {
  test::TempDirectory directory;
  Store store = test::open(directory.file("store"));
  EXPECT_EQ(dump_of(store), "");
  auto snapshot = store.snapshot();
  ASSERT_TRUE(snapshot);
  EXPECT_EQ(snapshot->view().revision(), 0u);
  EXPECT_EQ(snapshot->view().stamp(), base::Instant{});
}

TEST(Store, ShowsAfterARestartWhatWasCommitted) {
  test::TempDirectory directory;
  std::string before;
  {
    Store store = test::open(directory.file("store"));
    commit(store, some_block());
    commit(store, {lease(1), lease(2), lease(7)});
    before = dump_of(store);
  }
  EXPECT_NE(before.find("10.0.0.7 leased"), std::string::npos);
  Store store = test::open(directory.file("store"));
  EXPECT_EQ(dump_of(store), before);
}

TEST(Store, KeepsNothingOfATransactionThatWasDropped) {
  test::TempDirectory directory;
  Store store = test::open(directory.file("store"));
  commit(store, some_block());
  const std::string before = dump_of(store);
  {
    auto txn = store.begin();
    ASSERT_TRUE(txn);
    ASSERT_TRUE(txn->apply(Change{lease(1)}));
    ASSERT_TRUE(txn->apply(Change{EraseAddress{key(1, "10.0.0.9")}}));
    EXPECT_NE(dump(txn->view()), before);
  }
  EXPECT_EQ(dump_of(store), before);
  commit(store, {lease(2)});
  EXPECT_EQ(dump_of(store).find("10.0.0.1 leased"), std::string::npos);
}

TEST(Snapshot, StaysAsItWasWhileATransactionGoesOn) {
  test::TempDirectory directory;
  Store store = test::open(directory.file("store"));
  commit(store, some_block());
  auto snapshot = store.snapshot();
  ASSERT_TRUE(snapshot);
  const std::string before = dump(snapshot->view());
  auto txn = store.begin();
  ASSERT_TRUE(txn);
  ASSERT_TRUE(txn->apply(Change{lease(1)}));
  const auto dump_by_another = [&] {
    return std::async(std::launch::async, [&] { return dump_of(store); }).get();
  };
  EXPECT_EQ(dump(snapshot->view()), before);
  EXPECT_EQ(dump_by_another(), before);
  ASSERT_TRUE(txn->commit(at(100)));
  EXPECT_EQ(dump(snapshot->view()), before);
  EXPECT_NE(dump_by_another(), before);
}

TEST(Revision, CountsCommitsThatChangedSomething) {
  test::TempDirectory directory;
  Store store = test::open(directory.file("store"));
  const auto revision = [&] { return store.snapshot()->view().revision(); };
  commit(store, some_block());
  EXPECT_EQ(revision(), 1u);
  commit(store, {lease(1), lease(2)});
  EXPECT_EQ(revision(), 2u);
  commit(store, {});
  EXPECT_EQ(revision(), 2u);
  {
    auto dropped = store.begin();
  }
  EXPECT_EQ(revision(), 2u);
  commit(store, {lease(1)});
  auto snapshot = store.snapshot();
  EXPECT_EQ(snapshot->view().address(key(1, "10.0.0.1"))->revision, 3u);
  EXPECT_EQ(snapshot->view().address(key(1, "10.0.0.2"))->revision, 2u);
}

// S14: a clock that went back does not take the store's time with it.
TEST(Stamp, S14_NeverGoesBack) {
  test::TempDirectory directory;
  Store store = test::open(directory.file("store"));
  const auto stamp = [&] { return store.snapshot()->view().stamp(); };
  commit(store, some_block(), at(1000));
  EXPECT_EQ(stamp(), at(1000));
  commit(store, {lease(1)}, at(500));
  EXPECT_EQ(stamp(), at(1000));
  commit(store, {lease(1)}, at(2000));
  EXPECT_EQ(stamp(), at(2000));
}

// Octets that this process has written so far.
std::uint64_t written() {
  std::ifstream io("/proc/self/io");
  std::string name;
  std::uint64_t count = 0;
  while (io >> name >> count) {
    if (name == "wchar:") return count;
  }
  return 0;
}

// design.md section 3: the cost of a durable commit is the number of pages it dirties. With many
// blocks and leases, a new lease touches the leaves of five tables; a renewal those of its record
// and the head.
TEST(Commit, OfARenewalTouchesItsRecordAlone) {
  test::TempDirectory directory;
  Store store = test::open(directory.file("store"));
  Changes changes{PutNetwork{test::network()}};
  for (std::uint32_t id = 1; id <= 500; ++id) {
    changes.push_back(PutBlock{test::block(id, "10.0.0.0/24", "10.0.0.1-10.0.0.254")});
    for (std::uint32_t i = 1; i < 20; ++i) {
      PutAddress put = lease(i);
      put.record.key.block = BlockId{id};
      put.record.identity = client(id << 8 | i);
      changes.push_back(put);
    }
  }
  commit(store, changes);
  // In the last block: what is counted for it is not on the page of the head.
  const auto in_last_block = [](std::uint32_t number) {
    PutAddress put = lease(number);
    put.record.key.block = BlockId{500};
    return put;
  };
  commit(store, {in_last_block(100)});
  const auto pages_of = [&](const Change& change) {
    const std::uint64_t before = written();
    commit(store, {change});
    return (written() - before) / 4096;
  };
  PutAddress renewed = in_last_block(100);
  renewed.record.expires = at(9999);
  const std::uint64_t renewal = pages_of(renewed);
  const std::uint64_t fresh = pages_of(in_last_block(101));
  // The paths to the record and to the head, the root of the tables, and LMDB's list of free pages.
  EXPECT_LE(renewal, 6u);
  EXPECT_GE(fresh, renewal + 3);
}

}  // namespace
}  // namespace melange::store
