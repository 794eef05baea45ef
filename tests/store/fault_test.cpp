// SPDX-License-Identifier: Apache-2.0
//
// A disk that is full, system calls that fail, and death at any moment: what was acknowledged is
// there, what was refused is not (hostile.md S1, S4, S5, S13).
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <random>
#include <set>
#include <sstream>
#include <thread>

#include "child.h"
#include "melange/base/text.h"
#include "records.h"
#include "temp_directory.h"

namespace melange::store {
namespace {

using base::cat;
using base::Fault;
using test::client;
using test::commit;
using test::key;
using test::leased;
namespace fs = std::filesystem;

PutAddress lease(std::uint32_t number) {
  AddressRecord record = leased(key(1, "10.0.0.0"), client(number));
  record.key.address = net::Ipv4{(std::uint32_t{10} << 24) + number};
  return {record};
}

Changes some_block() {
  return {PutNetwork{test::network()}, PutBlock{test::block(1, "10.0.0.0/8", "10.0.0.0/8")}};
}

base::Status try_lease(Store& store, std::uint32_t number) {
  auto txn = store.begin();
  if (!txn) return std::unexpected(txn.error());
  if (auto applied = txn->apply(Change{lease(number)}); !applied) return applied;
  return txn->commit(test::at(100));
}

// The numbers whose addresses are leased, by the records; the counts and the free ranges must
// agree.
std::set<std::uint32_t> leases_in(const Store& store) {
  std::set<std::uint32_t> numbers;
  auto snapshot = store.snapshot();
  EXPECT_TRUE(snapshot) << snapshot.error().message;
  const View view = snapshot->view();
  view.scan(BlockId{1}, test::address("0.0.0.0"), [&](const AddressRecord& record) {
    numbers.insert(static_cast<std::uint32_t>(record.key.address.value()) & 0xffffff);
    EXPECT_FALSE(view.is_free(record.key));
    EXPECT_EQ(view.addresses_of(test::kLab, record.identity).size(), 1u);
    return true;
  });
  EXPECT_TRUE(view.ok());
  EXPECT_EQ(view.usage(BlockId{1}).total(), numbers.size());
  EXPECT_EQ(view.usage(BlockId{1}).free, (1u << 24) - numbers.size());
  return numbers;
}

void fill_the_disk(const std::string& path) {
  std::string octets(4096, 'x');
  FILE* const file = std::fopen(path.c_str(), "w");
  ASSERT_NE(file, nullptr);
  while (std::fwrite(octets.data(), 1, octets.size(), file) == octets.size() &&
         std::fflush(file) == 0) {
  }
  std::fclose(file);
}

TEST(FullDisk, S1_RefusesCommitsKeepsWhatIsThereAndRecovers) {
  test::TempDirectory directory;
  EXPECT_EQ(test::in_private_mounts([&] {
              test::mount_small_disk(directory.path(), 1 << 20);
              Store store = test::open(directory.file("store"));
              commit(store, some_block());
              commit(store, {lease(1)});
              fill_the_disk(directory.file("filler"));
              std::set<std::uint32_t> kept{1};
              unsigned refused = 0;
              for (std::uint32_t i = 2; i < 40; ++i) {
                const auto leased = try_lease(store, i);
                if (leased) {
                  kept.insert(i);
                } else {
                  ++refused;
                  EXPECT_EQ(leased.error().fault, Fault::kDiskFull) << leased.error().message;
                  EXPECT_NE(leased.error().message.find("is the disk full?"), std::string::npos);
                }
                ASSERT_EQ(leases_in(store), kept);
              }
              EXPECT_GT(refused, 20u);
              fs::remove(directory.file("filler"));
              const auto after = try_lease(store, 100);
              ASSERT_TRUE(after) << after.error().message;
              kept.insert(100);
              EXPECT_EQ(leases_in(store), kept);
            }),
            "");
}

TEST(FullDisk, S1_IsNoPlaceForANewStore) {
  test::TempDirectory directory;
  EXPECT_EQ(test::in_private_mounts([&] {
              test::mount_small_disk(directory.path(), 1 << 20);
              fill_the_disk(directory.file("filler"));
              const auto store = Store::open(directory.file("store"));
              ASSERT_FALSE(store);
              EXPECT_EQ(store.error().fault, Fault::kDiskFull) << store.error().message;
              fs::remove(directory.file("filler"));
              const auto again = Store::open(directory.file("store"));
              EXPECT_TRUE(again) << again.error().message;
            }),
            "");
}

TEST(FullDisk, S1_StillOpensTheStoreThatIsThere) {
  test::TempDirectory directory;
  EXPECT_EQ(test::in_private_mounts([&] {
              test::mount_small_disk(directory.path(), 1 << 20);
              {
                Store store = test::open(directory.file("store"));
                commit(store, some_block());
                commit(store, {lease(1)});
              }
              fill_the_disk(directory.file("filler"));
              auto store = Store::open(directory.file("store"));
              ASSERT_TRUE(store) << store.error().message;
              EXPECT_EQ(leases_in(*store), std::set<std::uint32_t>{1});
            }),
            "");
}

// What the committer said, taken apart.
struct Said {
  std::set<std::uint32_t> kept;
  std::set<std::uint32_t> lost;
  std::vector<std::string> faults;

  void add(const std::string& output) {
    std::istringstream lines(output);
    std::string line;
    while (std::getline(lines, line)) {
      std::istringstream words(line);
      std::string word;
      std::uint32_t number = 0;
      std::string fault;
      words >> word >> number >> fault;
      if (word == "kept") kept.insert(number);
      if (word == "lost") lost.insert(number);
      if (word == "lost") faults.push_back(fault);
    }
  }
};

// The committer with the numbers 1 to 12, its system calls of a kind failing as strace is told.
std::vector<std::string> failing(const std::string& calls, const std::string& how,
                                 const std::string& path) {
  // A leak sanitizer cannot work where strace does.
  return {"strace",
          "-f",
          "-qq",
          "-o",
          "/dev/null",
          "-E",
          "ASAN_OPTIONS=detect_leaks=0",
          "-e",
          "trace=" + calls,
          "-e",
          cat("inject=", calls, ":error=", how),
          MELANGE_STORE_COMMITTER,
          path,
          "1",
          "12"};
}

// Runs the committer with the N-th call of a kind failing, for each N up to `times`. Gives how many
// commits failed in all.
std::size_t fail_each(const std::string& calls, const std::string& error, int times) {
  std::size_t failed = 0;
  for (int n = 1; n <= times; ++n) {
    SCOPED_TRACE(cat(calls, " number ", n));
    test::TempDirectory directory;
    const std::string path = directory.file("store");
    {
      Store store = test::open(path);
      commit(store, some_block());
    }
    test::Program program(failing(calls, cat(error, ":when=", n), path));
    Said said;
    said.add(program.read_rest());
    EXPECT_EQ(program.wait(), "");
    EXPECT_EQ(said.kept.size() + said.lost.size(), 12u);
    EXPECT_LE(said.lost.size(), 1u);
    for (const std::string& fault : said.faults) EXPECT_EQ(fault, "disk_full:");
    failed += said.lost.size();
    Store store = test::open(path);
    EXPECT_EQ(leases_in(store), said.kept);
    EXPECT_TRUE(try_lease(store, 100));
  }
  return failed;
}

TEST(Fault, S4_AFailedSyncIsNeverAcknowledged) {
  EXPECT_EQ(fail_each("fdatasync", "EIO", 13), 12u);
}

// Data pages and the meta page: LMDB answers MDB_PANIC for ever after the latter, so that the store
// must be opened afresh.
TEST(Fault, S5_AFailedWriteIsNeverAcknowledged) {
  EXPECT_GT(fail_each("pwrite64", "EIO", 16), 8u);
  EXPECT_GT(fail_each("writev", "ENOSPC", 8), 4u);
}

TEST(Fault, S4_EveryCommitFailsAsLongAsSyncsDo) {
  test::TempDirectory directory;
  const std::string path = directory.file("store");
  {
    Store store = test::open(path);
    commit(store, some_block());
  }
  test::Program program(failing("fdatasync", "EIO:when=3..6", path));
  Said said;
  said.add(program.read_rest());
  EXPECT_EQ(program.wait(), "");
  EXPECT_EQ(said.lost, (std::set<std::uint32_t>{3, 4, 5, 6}));
  EXPECT_EQ(leases_in(test::open(path)), said.kept);
}

TEST(Kill, S13_KeepsWhatWasAcknowledged) {
  test::TempDirectory directory;
  const std::string path = directory.file("store");
  {
    Store store = test::open(path);
    commit(store, some_block());
  }
  Said said;
  std::uint32_t next = 1;
  std::mt19937 random(20110811);
  for (int round = 0; round < 20; ++round) {
    SCOPED_TRACE(cat("round ", round));
    test::Program program({MELANGE_STORE_COMMITTER, path, std::to_string(next), "9999999"});
    // Some commits, and then at any moment of the next ones.
    std::string output;
    for (auto lines = random() % 20; lines > 0; --lines) output += program.read_line() + "\n";
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 5000));
    program.kill();
    said.add(output + program.read_rest());
    EXPECT_EQ(program.wait(), "signal 9");
    EXPECT_TRUE(said.lost.empty());
    const std::set<std::uint32_t> found = leases_in(test::open(path));
    // The one whose commit was done and not yet told may be there too.
    EXPECT_LE(found.size(), said.kept.size() + 1);
    for (const std::uint32_t number : said.kept) ASSERT_TRUE(found.contains(number)) << number;
    said.kept = found;
    next = found.empty() ? 1 : *found.rbegin() + 1;
  }
  EXPECT_GT(said.kept.size(), 50u);
}

}  // namespace
}  // namespace melange::store
