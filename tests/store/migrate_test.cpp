// SPDX-License-Identifier: Apache-2.0
//
// A store of schema 1 becomes one of schema 2 when the server first opens it (hostile.md S10). The
// fixture is what the last Melange of schema 1 wrote: a line for each entry, its table, key and
// value.
#include <gtest/gtest.h>
#include <lmdb.h>
#include <sys/stat.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "child.h"
#include "melange/base/text.h"
#include "records.h"
#include "tables.h"
#include "temp_directory.h"

namespace melange::store {
namespace {

using base::cat;
using base::Fault;
using test::address;
using test::client;
using test::key;
using test::kLab;
namespace fs = std::filesystem;

constexpr std::string_view kMigrated =
    R"(network 1 lab
  reservation mac 02:00:00:00:00:01 10.0.0.10 2001:db8::10
network 2 other
block 1 10.0.0.0/24
  10.0.0.10 reserved mac 02:00:00:00:00:01 revision 3
  10.0.0.100 leased mac 02:00:00:00:00:02 until 1970-01-01T01:01:40Z revision 3
  10.0.0.101 leased mac 02:00:00:00:00:03 until forever revision 3
  10.0.0.102 leased mac 02:00:00:00:00:04 hardware 02:00:00:00:00:04 reserved-for )"
    R"(mac 02:00:00:00:00:09 until 1970-01-01T01:01:40Z revision 3
  10.0.0.120 held mac 02:00:00:00:00:07 revision 3
  10.0.0.150 quarantined mac 02:00:00:00:00:05 until 1970-01-01T01:01:40Z revision 3
  10.0.0.199 declined mac 02:00:00:00:00:08 until 1970-01-01T01:01:40Z revision 3
  free 10.0.0.103-10.0.0.119
  free 10.0.0.121-10.0.0.149
  free 10.0.0.151-10.0.0.198
  held 10.0.0.120
  usage 7 free 94
block 2 2001:db8::/64
  2001:db8::10 bound mac 02:00:00:00:00:01 until 1970-01-01T01:01:40Z revision 3
  2001:db8::1ff quarantined mac 02:00:00:00:00:06 until 1970-01-01T00:08:20Z revision 3
  free 2001:db8::100-2001:db8::1fe
  usage 2 free 255
block 3 10.0.0.0/25
  10.0.0.7 leased client-id 00010204 until 1970-01-01T01:01:40Z revision 3
  usage 1 free 0
block 4 10.0.0.0/24
  10.0.0.150 leased client-id 00010203 until 1970-01-01T01:01:40Z revision 3
  free 10.0.0.0-10.0.0.149
  free 10.0.0.151-10.0.0.255
  usage 1 free 255
due 2/2001:db8::1ff
due 1/10.0.0.150
)";

// The tables of schema 1, in the order of the fixture.
constexpr std::size_t kOldTables = 9;

MDB_val to_val(const std::vector<std::uint8_t>& octets) {
  return {octets.size(), const_cast<std::uint8_t*>(octets.data())};
}

void must(int code) {
  if (code != MDB_SUCCESS) throw std::runtime_error(mdb_strerror(code));
}

// Runs `body` in a transaction of LMDB's own on `path`, a directory or a file.
template <class Body>
void in_lmdb(const std::string& path, unsigned flags, const Body& body) {
  MDB_env* env = nullptr;
  MDB_txn* txn = nullptr;
  must(mdb_env_create(&env));
  must(mdb_env_set_maxdbs(env, kTables));
  must(mdb_env_open(env, path.c_str(), flags, 0600));
  must(mdb_txn_begin(env, nullptr, flags & MDB_RDONLY, &txn));
  body(txn);
  must(mdb_txn_commit(txn));
  mdb_env_close(env);
}

std::string fixture() {
  std::ifstream file(MELANGE_STORE_FIXTURES "/schema1.txt");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// A store of schema 1, as the last Melange that knew no other left it.
struct OldStore {
  test::TempDirectory directory;
  std::string path;
  std::string copy;

  explicit OldStore(const std::string& within = {})
      : path(within.empty() ? directory.file("store") : within + "/store"),
        copy(path + "/data.mdb.schema1") {
    fs::create_directory(path);
    test::write_file(path + "/initialised", "");
    in_lmdb(path, 0, [](MDB_txn* txn) {
      for (std::size_t i = 0; i < kOldTables; ++i) open(txn, kTableNames[i], MDB_CREATE);
      std::istringstream lines(fixture());
      for (std::string line; std::getline(lines, line);) {
        const auto parts = base::split(line, ' ');
        put(txn, std::string(parts.at(0)), *base::parse_hex(parts.at(1)),
            *base::parse_hex(parts.at(2)));
      }
    });
  }
  static MDB_dbi open(MDB_txn* txn, const std::string& table, unsigned flags = 0) {
    MDB_dbi dbi = 0;
    must(mdb_dbi_open(txn, table.c_str(), flags, &dbi));
    return dbi;
  }
  static void put(MDB_txn* txn, const std::string& table, const std::vector<std::uint8_t>& key,
                  const std::vector<std::uint8_t>& value) {
    MDB_val k = to_val(key);
    MDB_val v = to_val(value);
    must(mdb_put(txn, open(txn, table), &k, &v, 0));
  }
};

// A file of LMDB's in the form of the fixture.
std::string entries_of(const std::string& file) {
  std::string out;
  const auto text_of = [](const MDB_val& val) {
    return base::hex({static_cast<const std::uint8_t*>(val.mv_data), val.mv_size});
  };
  in_lmdb(file, MDB_RDONLY | MDB_NOSUBDIR | MDB_NOLOCK, [&](MDB_txn* txn) {
    for (std::size_t i = 0; i < kOldTables; ++i) {
      MDB_cursor* cursor = nullptr;
      must(mdb_cursor_open(txn, OldStore::open(txn, kTableNames[i]), &cursor));
      MDB_val key{};
      MDB_val value{};
      while (mdb_cursor_get(cursor, &key, &value, MDB_NEXT) == MDB_SUCCESS) {
        out += cat(kTableNames[i], ' ', text_of(key), ' ', text_of(value), '\n');
      }
      mdb_cursor_close(cursor);
    }
  });
  return out;
}

TEST(Migrate, S10_KeepsEverythingThatAnOlderStoreHeld) {
  OldStore old;
  Store store = test::open(old.path);
  auto snapshot = store.snapshot();
  const View view = snapshot->view();
  EXPECT_EQ(test::dump(view), kMigrated);
  EXPECT_EQ(view.revision(), 3u);
  EXPECT_EQ(view.stamp(), test::at(100));
  EXPECT_EQ(view.next_network_id(), NetworkId{4});
  EXPECT_EQ(view.next_block_id(), BlockId{10});
  EXPECT_TRUE(view.seen(key(1, "10.0.0.20")));
  EXPECT_EQ(view.address(key(1, "10.0.0.102"))->mac, net::Mac({2, 0, 0, 0, 0, 4}));
  EXPECT_EQ(view.network(NetworkId{1})->interfaces, std::vector<std::string>{"br0"});
  EXPECT_TRUE(view.ok());
}

TEST(Migrate, S10_GivesWhatSchema2Asks) {
  OldStore old;
  Store store = test::open(old.path);
  auto snapshot = store.snapshot();
  const View view = snapshot->view();
  EXPECT_NE(view.store_id(), StoreId{});
  EXPECT_EQ(view.next_event(), 1u);
  EXPECT_EQ(view.block(BlockId{1})->tenant, "default");
  EXPECT_EQ(view.block(BlockId{4})->tenant, "acme");
  const std::vector<Route> routes{
      {test::prefix("169.254.169.254/32"), address("10.0.0.1"), 1},
      {test::prefix("0.0.0.0/0"), address("10.0.0.1"), 2},
  };
  EXPECT_EQ(view.block(BlockId{1})->routes, routes);
  EXPECT_EQ(view.block(BlockId{1})->next_route, 3u);
  EXPECT_EQ(view.block(BlockId{2})->routes.at(0).gateway, address("2001:db8::1"));
  using Numbers = std::vector<std::uint64_t>;
  EXPECT_EQ(view.network_named("acme", "other"), NetworkId{2});
  EXPECT_EQ(view.list(Listing::networks_of("default"), 0, 9), Numbers{1});
  EXPECT_EQ(view.list(Listing::blocks_of("acme"), 0, 9), (Numbers{3, 4}));
  EXPECT_EQ(view.list(Listing::blocks_of(NetworkId{1}), 0, 9), (Numbers{1, 2}));
  // The retired block lies across the one that took its place, and is in nobody's way.
  EXPECT_EQ(view.overlapping(CidrScope::top_of(NetworkId{2}), test::prefix("10.0.0.0/26")),
            BlockId{4});
  EXPECT_TRUE(view.ok());
}

TEST(Migrate, S10_GoesOnFromThere) {
  OldStore old;
  {
    Store store = test::open(old.path);
    test::commit(store, {EraseAddress{key(1, "10.0.0.150")}, EraseAddress{key(1, "10.0.0.100")},
                         PutAddress{test::leased(key(1, "10.0.0.103"), client(77))}});
  }
  Store store = test::open(old.path);
  auto snapshot = store.snapshot();
  const View view = snapshot->view();
  EXPECT_EQ(view.next_free(BlockId{1}, address("10.0.0.0")), test::range("10.0.0.100"));
  EXPECT_EQ(view.usage(BlockId{1}).free, 95u);
  EXPECT_EQ(test::dump_events(view),
            "1 address.freed 1/10.0.0.150 by melange\n2 address.freed 1/10.0.0.100 by melange\n"
            "3 address.leased 1/10.0.0.103 by melange\n");
  EXPECT_EQ(view.event(1)->tenant, "default");
}

TEST(Migrate, S10_CopiesTheOldStoreBesideTheNewOne) {
  OldStore old;
  const mode_t before = umask(0);
  {
    Store store = test::open(old.path);
  }
  umask(before);
  EXPECT_EQ(entries_of(old.copy), fixture());
  struct stat status{};
  ASSERT_EQ(stat(old.copy.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777, 0600u);
  EXPECT_FALSE(fs::exists(old.copy + ".new"));
  // Once: the second start has nothing to copy.
  fs::remove(old.copy);
  {
    Store store = test::open(old.path);
  }
  EXPECT_FALSE(fs::exists(old.copy));
}

TEST(Migrate, S10_IsNotDoneByAReader) {
  OldStore old;
  const auto before = test::read_file(old.path + "/data.mdb");
  const auto reader = Store::open_read_only(old.path);
  ASSERT_FALSE(reader);
  EXPECT_EQ(reader.error().fault, Fault::kUnavailable);
  EXPECT_NE(reader.error().message.find("schema version 1, this melange reads 2; start the server"),
            std::string::npos)
      << reader.error().message;
  EXPECT_EQ(test::read_file(old.path + "/data.mdb"), before);
  EXPECT_FALSE(fs::exists(old.copy));
}

TEST(Migrate, S10_FindsRoomInAMapThatIsFull) {
  OldStore old;
  Store store = test::open(old.path, {std::size_t{16} << 10});
  EXPECT_EQ(test::dump(store.snapshot()->view()), kMigrated);
}

TEST(Migrate, S9_RefusesAnOldStoreThatIsDamaged) {
  const std::vector<std::uint8_t> nonsense{1, 2, 3, 4, 5, 6};
  for (const std::string line :
       {"free 000000010a0000c6", "addresses 000000010a000096", "networks 00000002",
        "blocks 00000001", "meta 626c6f636b", "meta 68656164"}) {
    SCOPED_TRACE(line);
    OldStore old;
    in_lmdb(old.path, 0, [&](MDB_txn* txn) {
      const auto parts = base::split(line, ' ');
      OldStore::put(txn, std::string(parts[0]), *base::parse_hex(parts[1]), nonsense);
    });
    const auto before = test::read_file(old.path + "/data.mdb");
    const auto store = Store::open(old.path);
    ASSERT_FALSE(store);
    EXPECT_EQ(store.error().fault, Fault::kDamaged) << store.error().message;
    EXPECT_EQ(test::read_file(old.path + "/data.mdb"), before);
  }
}

TEST(Migrate, S1_NeedsRoomForTheCopyAndLeavesNoPartOfIt) {
  test::TempDirectory directory;
  EXPECT_EQ(test::in_private_mounts([&] {
              test::mount_small_disk(directory.path(), std::size_t{1} << 20);
              OldStore old(directory.path());
              const std::string filler = directory.file("filler");
              std::ofstream(filler) << std::string(std::size_t{2} << 20, 'x') << std::flush;
              const auto store = Store::open(old.path);
              ASSERT_FALSE(store);
              EXPECT_EQ(store.error().fault, Fault::kDiskFull) << store.error().message;
              EXPECT_FALSE(fs::exists(old.copy + ".new"));
              EXPECT_FALSE(fs::exists(old.copy));
              fs::remove(filler);
              EXPECT_EQ(test::dump(test::open(old.path).snapshot()->view()), kMigrated);
            }),
            "");
}

// Opens the store and is killed at the N-th call of a kind, for each N: what is left opens, and
// holds what it held. Gives how many calls there are.
int kill_at_each(const std::string& call) {
  for (int n = 1;; ++n) {
    SCOPED_TRACE(cat(call, " number ", n));
    OldStore old;
    test::Program program({"strace", "-f", "-qq", "-o", "/dev/null", "-E",
                           "ASAN_OPTIONS=detect_leaks=0", "-e", "trace=" + call, "-e",
                           cat("inject=", call, ":signal=KILL:when=", n), MELANGE_STORE_COMMITTER,
                           old.path, "1", "0"});
    EXPECT_EQ(program.read_rest(), "");
    const std::string end = program.wait();
    if (end.empty()) return n - 1;
    EXPECT_EQ(end, "signal 9");
    EXPECT_EQ(test::dump(test::open(old.path).snapshot()->view()), kMigrated);
    EXPECT_EQ(entries_of(old.copy), fixture());
    EXPECT_FALSE(fs::exists(old.copy + ".new"));
    if (testing::Test::HasFailure()) return n;
  }
}

TEST(Migrate, S10_KilledAtAnyStepLeavesAStoreThatOpens) {
  EXPECT_GE(kill_at_each("write"), 1);
  EXPECT_GE(kill_at_each("fsync"), 2);
  EXPECT_GE(kill_at_each("renameat"), 1);
  EXPECT_GE(kill_at_each("writev") + kill_at_each("pwrite64"), 3);
  EXPECT_GE(kill_at_each("fdatasync"), 1);
}

}  // namespace
}  // namespace melange::store
