// SPDX-License-Identifier: Apache-2.0
//
// What is not opened, and why: each with a message that names the remedy, and with everything left
// as it was (hostile.md S2, S7, S8, S10, S11, S16).
#include <gtest/gtest.h>
#include <lmdb.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>

#include "child.h"
#include "melange/base/text.h"
#include "records.h"
#include "tables.h"
#include "temp_directory.h"

namespace melange::store {
namespace {

using base::Fault;
using test::client;
using test::commit;
using test::key;
using test::leased;
namespace fs = std::filesystem;

// A store with some leases in it, closed.
struct Fixture {
  test::TempDirectory directory;
  std::string path = directory.file("store");
  std::string data = path + "/data.mdb";

  Fixture() {
    Store store = test::open(path);
    commit(store, {PutNetwork{test::network()},
                   PutBlock{test::block(1, "10.0.0.0/24", "10.0.0.1-10.0.0.254")}});
    for (std::uint32_t i = 1; i < 200;) {
      Changes changes;
      for (const std::uint32_t end = i + 50; i < end; ++i) {
        AddressRecord record = leased(key(1, "10.0.0.1"), client(i));
        record.key.address = net::Ipv4{(std::uint32_t{10} << 24) + i};
        changes.push_back(PutAddress{record});
      }
      commit(store, changes);
    }
  }
};

// Opening fails with `fault`, says `words`, and leaves data.mdb alone.
void expect_refused(const std::string& path, Fault fault, std::string_view words) {
  const std::string data = path + "/data.mdb";
  const bool there = fs::exists(data);
  const auto before = there ? test::read_file(data) : std::vector<std::uint8_t>{};
  const auto store = Store::open(path);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().fault, fault) << text(store.error().fault);
  EXPECT_NE(store.error().message.find(words), std::string::npos) << store.error().message;
  EXPECT_EQ(fs::exists(data), there);
  if (there) {
    EXPECT_EQ(test::read_file(data), before);
  }
}

TEST(OpenStore, S2_RefusesADirectoryWhoseParentIsMissing) {
  test::TempDirectory directory;
  expect_refused(directory.file("a/b"), Fault::kUnavailable, "/a/b: No such file");
  EXPECT_FALSE(fs::exists(directory.file("a")));
}

TEST(OpenStore, S2_RefusesAFile) {
  test::TempDirectory directory;
  test::write_file(directory.file("store"), "hello");
  expect_refused(directory.file("store"), Fault::kInvalid, "is not a directory");
  EXPECT_FALSE(Store::open(directory.file("store/below")));
  EXPECT_EQ(test::read_file(directory.file("store")).size(), 5u);
}

TEST(OpenStore, S2_RefusesAReadOnlyFileSystem) {
  test::TempDirectory directory;
  EXPECT_EQ(test::in_private_mounts([&] {
              test::mount_small_disk(directory.path(), 1 << 20);
              {
                Store store = test::open(directory.file("store"));
              }
              fs::create_directory(directory.file("empty"));
              test::make_read_only(directory.path());
              expect_refused(directory.file("store"), Fault::kUnavailable, "Read-only file system");
              expect_refused(directory.file("empty"), Fault::kUnavailable, "Read-only file system");
              expect_refused(directory.file("new"), Fault::kUnavailable, "Read-only file system");
              // Who only reads needs no more.
              auto reader = Store::open_read_only(directory.file("store"));
              ASSERT_TRUE(reader) << reader.error().message;
              EXPECT_TRUE(reader->snapshot());
            }),
            "");
}

TEST(OpenStore, S2_RefusesWhatItMayNotWrite) {
  Fixture f;
  fs::permissions(f.directory.path(), fs::perms{0755});
  fs::permissions(f.path, fs::perms{0755});
  EXPECT_EQ(test::in_child([&] {
              ASSERT_EQ(setresuid(65534, 65534, 65534), 0);
              for (const std::string& path : {f.path, f.directory.file("new")}) {
                const auto store = Store::open(path);
                ASSERT_FALSE(store);
                EXPECT_EQ(store.error().fault, Fault::kUnavailable);
                EXPECT_NE(store.error().message.find("Permission denied"), std::string::npos);
              }
            }),
            "");
}

TEST(OpenStore, S7_RefusesAnEmptiedFileWhereAStoreWas) {
  Fixture f;
  test::write_file(f.data, "");
  expect_refused(f.path, Fault::kDamaged, "restore a backup");
}

TEST(OpenStore, S7_RefusesALostFileWhereAStoreWas) {
  Fixture f;
  fs::remove(f.data);
  expect_refused(f.path, Fault::kDamaged, "restore a backup");
}

TEST(OpenStore, S7_RefusesAnEmptyDatabaseWhereAStoreWas) {
  Fixture f;
  fs::remove(f.data);
  MDB_env* env = nullptr;
  ASSERT_EQ(mdb_env_create(&env), 0);
  ASSERT_EQ(mdb_env_open(env, f.path.c_str(), 0, 0600), 0);
  mdb_env_close(env);
  expect_refused(f.path, Fault::kDamaged, "restore a backup");
}

TEST(OpenStore, S7_StartsAnewOnceTheMarkerIsRemovedToo) {
  Fixture f;
  fs::remove(f.data);
  fs::remove(f.path + "/initialised");
  auto store = Store::open(f.path);
  ASSERT_TRUE(store) << store.error().message;
  EXPECT_EQ(test::dump(store->snapshot()->view()), "");
  EXPECT_TRUE(fs::exists(f.path + "/initialised"));
}

TEST(OpenStore, S7_RefusesASinglePage) {
  Fixture f;
  fs::resize_file(f.data, 4096);
  expect_refused(f.path, Fault::kDamaged, "restore a backup");
}

TEST(OpenStore, S7_RefusesADamagedMetaPage) {
  for (const std::size_t page : {0u, 1u}) {
    Fixture f;
    auto octets = test::read_file(f.data);
    for (std::size_t i = 16; i < 40; ++i) octets[4096 * page + i] = 0xee;
    test::write_file(f.data, octets);
    expect_refused(f.path, Fault::kDamaged, "restore a backup");
  }
}

TEST(OpenStore, S7_RefusesAFileOfSomethingElse) {
  Fixture f;
  test::write_file(f.data, std::string(1 << 20, 'x'));
  expect_refused(f.path, Fault::kDamaged, "restore a backup");
}

TEST(OpenStore, S8_RefusesAFileThatWasCutOff) {
  Fixture f;
  const std::size_t whole = fs::file_size(f.data);
  for (const std::size_t size : {whole / 2, whole - 4096, whole - 1, std::size_t{8192}}) {
    fs::resize_file(f.data, size);
    expect_refused(f.path, Fault::kDamaged, "restore a backup");
    EXPECT_EQ(test::in_child([&] { EXPECT_FALSE(Store::open_read_only(f.path)); }), "");
  }
}

// Puts one entry past everything that keeps the store consistent; of the main database if `table`
// is null.
void smuggle(const std::string& path, const char* table, std::string key, std::string value) {
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  MDB_dbi dbi = 0;
  ASSERT_EQ(mdb_env_create(&env), 0);
  ASSERT_EQ(mdb_env_set_maxdbs(env, kTables), 0);
  ASSERT_EQ(mdb_env_open(env, path.c_str(), 0, 0600), 0);
  ASSERT_EQ(mdb_txn_begin(env, nullptr, 0, &txn), 0);
  ASSERT_EQ(mdb_dbi_open(txn, table, MDB_CREATE, &dbi), 0);
  MDB_val k{key.size(), key.data()};
  MDB_val v{value.size(), value.data()};
  ASSERT_EQ(mdb_put(txn, dbi, &k, &v, 0), 0);
  ASSERT_EQ(mdb_txn_commit(txn), 0);
  mdb_env_close(env);
}

TEST(OpenStore, S9_RefusesRecordsThatNobodyCounted) {
  Fixture f;
  smuggle(f.path, "addresses", std::string("\0\0\0\1\12\0\1\0", 8), "x");
  expect_refused(f.path, Fault::kDamaged, "restore a backup");
}

TEST(OpenStore, S9_RefusesABlockThatCannotBeRead) {
  Fixture f;
  smuggle(f.path, "blocks", std::string("\0\0\0\1", 4), "x");
  expect_refused(f.path, Fault::kDamaged, "table blocks is damaged");
}

TEST(OpenStore, S9_RefusesAStoreThatHasLostItsNumber) {
  Fixture f;
  smuggle(f.path, "meta", "store", "x");
  expect_refused(f.path, Fault::kDamaged, "table meta is damaged");
}

TEST(OpenStore, S9_RefusesAChangeLogWithEventsThatNobodyCounted) {
  Fixture f;
  smuggle(f.path, "changes", std::string("\0\0\0\0\0\1\0\0", 8), "x");
  expect_refused(f.path, Fault::kDamaged, "events");
}

TEST(OpenStore, S10_RefusesANewerSchema) {
  Fixture f;
  smuggle(f.path, "meta", "schema", std::string("\0\0\0\3", 4));
  expect_refused(f.path, Fault::kNewer, "schema version 3, this melange knows 2");
  // A newer store need not have this one's tables, nor records that it can read.
  smuggle(f.path, "blocks", std::string("\0\0\0\1", 4), "x");
  expect_refused(f.path, Fault::kNewer, "schema version 3");
}

TEST(OpenStore, S10_RefusesASchemaThatIsNone) {
  for (const std::string& schema : {std::string("\0\0\0\0", 4), std::string("x"), std::string()}) {
    Fixture f;
    smuggle(f.path, "meta", "schema", schema);
    expect_refused(f.path, Fault::kDamaged, "restore a backup");
  }
}

TEST(OpenStore, S11_RefusesToBeTheSecondAndNamesTheFirst) {
  Fixture f;
  const std::string pid = base::cat("(pid ", getpid(), ")");
  Store first = test::open(f.path);
  const auto second = Store::open(f.path);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().fault, Fault::kBusy);
  EXPECT_NE(second.error().message.find(pid), std::string::npos) << second.error().message;
  EXPECT_EQ(test::in_child([&] {
              const auto other = Store::open(f.path);
              ASSERT_FALSE(other);
              EXPECT_EQ(other.error().fault, Fault::kBusy);
              EXPECT_NE(other.error().message.find(pid), std::string::npos)
                  << other.error().message;
            }),
            "");
  // The first one is none the worse for it.
  commit(first, {PutAddress{leased(key(1, "10.0.0.200"), client(200))}});
}

TEST(OpenStore, S11_TakesOverOnceTheFirstIsGone) {
  Fixture f;
  EXPECT_EQ(test::in_child([&] {
              Store first = test::open(f.path);
              ASSERT_TRUE(first.begin());
              _exit(0);  // without closing anything, in the middle of its work
            }),
            "");
  auto second = Store::open(f.path);
  ASSERT_TRUE(second) << second.error().message;
  commit(*second, {PutAddress{leased(key(1, "10.0.0.200"), client(200))}});
}

TEST(OpenStore, S16_RefusesASymbolicLink) {
  Fixture f;
  const std::string link = f.directory.file("link");
  fs::create_directory_symlink(f.path, link);
  expect_refused(link, Fault::kInvalid, "symbolic link");
  expect_refused(link + "/", Fault::kInvalid, "symbolic link");
  EXPECT_EQ(test::in_child([&] { EXPECT_FALSE(Store::open_read_only(link)); }), "");
  const std::string dangling = f.directory.file("dangling");
  fs::create_directory_symlink(f.directory.file("nowhere"), dangling);
  expect_refused(dangling, Fault::kInvalid, "symbolic link");
  EXPECT_FALSE(fs::exists(f.directory.file("nowhere")));
}

TEST(OpenStore, S16_RefusesDataBehindASymbolicLink) {
  Fixture f;
  fs::rename(f.data, f.directory.file("elsewhere"));
  fs::create_symlink(f.directory.file("elsewhere"), f.data);
  expect_refused(f.path, Fault::kInvalid, "data.mdb is not a regular file");
}

TEST(OpenStore, TakesAPathWithASlashAtItsEnd) {
  test::TempDirectory directory;
  {
    Store store = test::open(directory.file("store/"));
    commit(store, {PutNetwork{test::network()}});
  }
  EXPECT_EQ(test::dump(test::open(directory.file("store//")).snapshot()->view()),
            "network 1 lab\n");
  struct stat status{};
  ASSERT_EQ(stat(directory.file("store").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0700u);
}

TEST(OpenReadOnly, RefusesWhereNoStoreWasMade) {
  test::TempDirectory directory;
  for (const std::string& path : {directory.path(), directory.file("none")}) {
    const auto reader = Store::open_read_only(path);
    ASSERT_FALSE(reader);
    EXPECT_EQ(reader.error().fault, Fault::kUnavailable) << reader.error().message;
  }
  EXPECT_TRUE(fs::is_empty(directory.path()));
}

TEST(OpenReadOnly, SeesWhatAServerCommitsAlsoWhenItsMapGrows) {
  test::TempDirectory directory;
  const std::string path = directory.file("store");
  const Options tiny{std::size_t{256} << 10};
  {
    Store store = test::open(path, tiny);
    commit(store,
           {PutNetwork{test::network()}, PutBlock{test::block(1, "10.0.0.0/16", "10.0.0.0/16")}});
  }
  auto reader = Store::open_read_only(path);
  ASSERT_TRUE(reader) << reader.error().message;
  const auto leases = [&] {
    auto snapshot = reader->snapshot();
    EXPECT_TRUE(snapshot) << snapshot.error().message;
    return snapshot ? snapshot->view().usage(BlockId{1}).total() : 0;
  };
  EXPECT_EQ(leases(), 0u);
  // Another process: LMDB allows each of them one environment per file.
  EXPECT_EQ(test::in_child([&] {
              Store store = test::open(path, tiny);
              for (std::uint32_t i = 0; i < 6000; i += 20) {
                Changes changes;
                for (std::uint32_t j = i; j < i + 20; ++j) {
                  AddressRecord record = leased(key(1, "10.0.0.1"), client(j));
                  record.key.address = net::Ipv4{(std::uint32_t{10} << 24) + j};
                  changes.push_back(PutAddress{record});
                }
                commit(store, changes);
              }
              EXPECT_GT(store.used(), 2 * tiny.map_size);
            }),
            "");
  EXPECT_EQ(leases(), 6000u);
}

}  // namespace
}  // namespace melange::store
