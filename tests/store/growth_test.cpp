// SPDX-License-Identifier: Apache-2.0
//
// The map grows by itself, also while others read, and what a reader pins is bounded by what it
// sees.
#include <gtest/gtest.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <future>
#include <thread>

#include "child.h"
#include "records.h"
#include "temp_directory.h"

namespace melange::store {
namespace {

using namespace std::chrono_literals;
using test::at;
using test::client;
using test::commit;

constexpr std::size_t kTinyMap = std::size_t{256} << 10;

AddressRecord lease(std::uint32_t number) {
  AddressRecord record = test::leased(test::key(1, "10.0.0.0"), client(number));
  record.key.address = net::Ipv4{(std::uint32_t{10} << 24) + number};
  record.hostname = base::InlineBytes<253>(base::bytes_of(std::string(200, 'h')));
  return record;
}

Store open_with_block(const std::string& path, std::size_t map_size = kTinyMap) {
  Store store = test::open(path, {map_size});
  commit(store, {PutNetwork{test::network()},
                 PutBlock{test::block(1, "10.0.0.0/8", "10.0.0.1-10.255.255.254")}});
  return store;
}

// Leases `count` addresses from `first` on in one transaction, and says how it ended.
base::Status lease_many(Store& store, std::uint32_t first, std::uint32_t count) {
  auto txn = store.begin();
  if (!txn) return std::unexpected(txn.error());
  for (std::uint32_t i = first; i < first + count; ++i) {
    if (auto applied = txn->apply(Change{PutAddress{lease(i)}}); !applied) return applied;
  }
  return txn->commit(at(100));
}

std::uint64_t leases(const Store& store) {
  auto snapshot = store.snapshot();
  EXPECT_TRUE(snapshot) << snapshot.error().message;
  return snapshot->view().usage(BlockId{1}).total();
}

TEST(Map, GrowsBeforeItIsFull) {
  test::TempDirectory directory;
  Store store = open_with_block(directory.file("store"));
  for (std::uint32_t i = 0; i < 400; ++i) {
    const auto leased = lease_many(store, 1 + 20 * i, 20);
    ASSERT_TRUE(leased) << i << ": " << leased.error().message;
  }
  EXPECT_GT(store.used(), 4 * kTinyMap);
  EXPECT_EQ(leases(store), 8000u);
}

TEST(Map, S3_FullEndsTheTransactionAndTheNextOneHasRoom) {
  test::TempDirectory directory;
  Store store = open_with_block(directory.file("store"));
  ASSERT_TRUE(lease_many(store, 1, 10));
  // Far more than the map holds, so that it must grow more than once.
  unsigned attempts = 1;
  auto leased = lease_many(store, 11, 5000);
  for (; !leased && attempts < 10; ++attempts) {
    ASSERT_EQ(leased.error().fault, base::Fault::kMapFull) << leased.error().message;
    EXPECT_EQ(leases(store), 10u);
    leased = lease_many(store, 11, 5000);
  }
  ASSERT_TRUE(leased) << leased.error().message;
  EXPECT_GT(attempts, 1u);
  EXPECT_EQ(leases(store), 5010u);
}

TEST(Map, S3_FullAtTheCommitIsTheSame) {
  // Whatever the number of leases in a transaction, it ends well or with kMapFull, never otherwise.
  for (std::uint32_t count = 100; count < 700; count += 25) {
    test::TempDirectory directory;
    Store store = open_with_block(directory.file("store"));
    const auto leased = lease_many(store, 1, count);
    if (leased) continue;
    ASSERT_EQ(leased.error().fault, base::Fault::kMapFull) << leased.error().message;
    const auto again = lease_many(store, 1, count);
    if (again) {
      EXPECT_EQ(leases(store), count);
    } else {
      EXPECT_EQ(again.error().fault, base::Fault::kMapFull) << again.error().message;
    }
  }
}

TEST(Map, IsLargeEnoughForAFileThatOutgrewItsFirstSize) {
  test::TempDirectory directory;
  const std::string path = directory.file("store");
  {
    Store store = open_with_block(path, std::size_t{64} << 20);
    ASSERT_TRUE(lease_many(store, 1, 5000));
  }
  Store store = test::open(path, {kTinyMap});
  EXPECT_EQ(leases(store), 5000u);
  ASSERT_TRUE(lease_many(store, 5001, 100));
  EXPECT_EQ(leases(store), 5100u);
}

// LMDB can resize its map only when this process has no transaction: growing waits for snapshots,
// which their owners must therefore end. While there is room, nobody waits.
TEST(Map, GrowsWhileSnapshotsComeAndGo) {
  test::TempDirectory directory;
  Store store = open_with_block(directory.file("store"));
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      // Two threads or more: there is hardly a moment without a snapshot.
      while (!done) {
        auto snapshot = store.snapshot();
        ASSERT_TRUE(snapshot) << snapshot.error().message;
        const std::uint64_t total = snapshot->view().usage(BlockId{1}).total();
        std::this_thread::sleep_for(2ms);
        EXPECT_EQ(snapshot->view().usage(BlockId{1}).total(), total);
      }
    });
  }
  auto writing = std::async(std::launch::async, [&] {
    for (std::uint32_t i = 0; i < 100; ++i) {
      auto leased = lease_many(store, 1 + 100 * i, 100);
      while (!leased && leased.error().fault == base::Fault::kMapFull) {
        leased = lease_many(store, 1 + 100 * i, 100);
      }
      ASSERT_TRUE(leased) << leased.error().message;
    }
  });
  EXPECT_EQ(writing.wait_for(30s), std::future_status::ready) << "the writer starves";
  done = true;
  for (std::thread& reader : readers) reader.join();
  writing.get();
  EXPECT_EQ(leases(store), 10000u);
}

TEST(Map, DoesNotWaitForASnapshotWhileThereIsRoom) {
  test::TempDirectory directory;
  Store store = open_with_block(directory.file("store"));
  std::optional<Snapshot> snapshot = store.snapshot().value();
  auto writing = std::async(std::launch::async, [&] {
    // Past the mark at which it grows, and not yet full.
    for (std::uint32_t i = 1; store.used() * 100 < kTinyMap * 80; ++i) {
      ASSERT_TRUE(lease_many(store, i, 1));
    }
  });
  EXPECT_EQ(writing.wait_for(10s), std::future_status::ready) << "waits for the snapshot";
  snapshot.reset();
  writing.get();
}

TEST(Map, ThatCannotGrowIsAFailureAndGoesOnWhenItCan) {
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a sanitizer needs address space for itself";
#endif
  EXPECT_EQ(test::in_child([] {
              test::TempDirectory directory;
              Store store = open_with_block(directory.file("store"), std::size_t{16} << 20);
              ASSERT_TRUE(lease_many(store, 1, 100));
              // Address space for everything but a second map.
              rlimit unlimited{};
              ASSERT_EQ(getrlimit(RLIMIT_AS, &unlimited), 0);
              rlimit tight = unlimited;
              tight.rlim_cur = std::size_t{1} << 20;
              auto full = lease_many(store, 101, 60000);
              ASSERT_FALSE(full);
              ASSERT_EQ(full.error().fault, base::Fault::kMapFull);
              ASSERT_EQ(setrlimit(RLIMIT_AS, &tight), 0);
              auto stuck = lease_many(store, 101, 1);
              EXPECT_FALSE(stuck);
              EXPECT_TRUE(store.snapshot() ||
                          store.used() == 0);  // it reads, or is closed: it does not crash
              ASSERT_EQ(setrlimit(RLIMIT_AS, &unlimited), 0);
              auto after = lease_many(store, 101, 1);
              EXPECT_TRUE(after) << after.error().message;
              EXPECT_EQ(leases(store), 101u);
            }),
            "");
}

// A snapshot keeps the pages of its moment, and with them every page freed since: the file grows by
// what is rewritten while it is open (here some pages a commit), and no longer once it is closed.
TEST(Snapshot, S6_PinsPagesOnlyWhileItIsOpen) {
  test::TempDirectory directory;
  Store store = open_with_block(directory.file("store"), std::size_t{64} << 20);
  ASSERT_TRUE(lease_many(store, 1, 50));
  const auto rewrite = [&](int times) {
    for (int i = 0; i < times; ++i) ASSERT_TRUE(lease_many(store, 1 + i % 50, 1));
  };
  rewrite(20);
  const std::size_t settled = store.used();
  rewrite(100);
  EXPECT_LE(store.used(), settled + 16 * 4096);
  {
    auto pinned = store.snapshot();
    ASSERT_TRUE(pinned);
    const std::size_t before = store.used();
    rewrite(100);
    EXPECT_GT(store.used(), before + 100 * 4096);
    EXPECT_LT(store.used(), before + 100 * 12 * 4096);
  }
  const std::size_t after = store.used();
  rewrite(100);
  EXPECT_LE(store.used(), after + 16 * 4096);
}

}  // namespace
}  // namespace melange::store
