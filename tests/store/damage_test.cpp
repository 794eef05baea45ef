// SPDX-License-Identifier: Apache-2.0
//
// Damage inside data.mdb, which LMDB does not notice by itself (hostile.md S9). A damaged store is
// refused, or says so when the damage is read, or LMDB leaves; it never gives what was not stored.
#include <gtest/gtest.h>

#include <csignal>
#include <map>
#include <random>

#include "child.h"
#include "melange/base/text.h"
#include "records.h"
#include "temp_directory.h"

namespace melange::store {
namespace {

using test::client;
using test::commit;
using test::key;
using test::leased;

constexpr std::size_t kPage = 4096;

struct Fixture {
  test::TempDirectory directory;
  std::string path = directory.file("store");
  std::string data = path + "/data.mdb";
  std::map<AddressKey, AddressRecord> records;

  Fixture() {
    Store store = test::open(path);
    Changes changes{PutNetwork{test::network()}};
    for (std::uint32_t id = 1; id <= 3; ++id) {
      changes.push_back(PutBlock{test::block(id, "10.0.0.0/20", "10.0.0.1-10.0.15.254")});
      for (std::uint32_t i = 1; i < 600; ++i) {
        AddressRecord record = leased(key(id, "10.0.0.0"), client(id << 16 | i));
        record.key.address = net::Ipv4{(std::uint32_t{10} << 24) + 3 * i};
        if (i % 10 == 0) record.state = AddressState::kHeld;
        record.revision = 1;
        records.emplace(record.key, record);
        changes.push_back(PutAddress{record});
      }
    }
    commit(store, changes);
  }
};

// Reads everything, and compares what is given with what was stored: every record whole, and no
// address free that has one. LMDB has no checksums of its own, so that a page whose keys are
// damaged can hide a record from a search; its address is then not free either, and nobody else
// gets it.
void read_everything(const Store& store, const std::map<AddressKey, AddressRecord>& records) {
  const auto ask = [&](const auto& question) {
    auto snapshot = store.snapshot();
    if (!snapshot) return;
    const View view = snapshot->view();
    question(view);
  };
  for (const auto& [key, stored] : records) {
    ask([&](const View& view) {
      const auto found = view.address(key);
      EXPECT_TRUE(!found || found == stored) << text(stored);
    });
  }
  for (std::uint32_t id = 1; id <= 3; ++id) {
    ask([&](const View& view) {
      view.scan(BlockId{id}, test::address("0.0.0.0"), [&](const AddressRecord& record) {
        const auto stored = records.find(record.key);
        EXPECT_TRUE(stored != records.end() && stored->second == record) << text(record);
        return true;
      });
    });
    ask([&](const View& view) {
      net::Address from = test::address("10.0.0.0");
      for (auto run = view.next_free(BlockId{id}, from); run && view.ok();
           run = view.next_free(BlockId{id}, from)) {
        const auto taken = records.lower_bound({BlockId{id}, run->first()});
        const bool clear = taken == records.end() || taken->first.block != BlockId{id} ||
                           run->last() < taken->first.address;
        EXPECT_TRUE(clear) << text(*run) << " is said to be free";
        from = run->last().next();
      }
    });
    ask([&](const View& view) {
      view.scan_held(BlockId{id}, [](const AddressKey&) { return true; });
    });
  }
  ask([&](const View& view) { test::dump(view); });
}

// Opens and reads in a process of its own. It may end well, or by LMDB's own hand (SIGBUS and
// SIGSEGV from inside the map, exit 70), but not with a wrong answer and not by an assertion of
// ours.
void expect_no_wrong_answer(const Fixture& f) {
  const std::string end = test::in_child([&] {
    // Whatever a sanitizer has set up for them: it calls every end an error of ours.
    std::signal(SIGBUS, SIG_DFL);
    std::signal(SIGSEGV, SIG_DFL);
    auto store = Store::open(f.path);
    if (store) read_everything(*store, f.records);
  });
  EXPECT_TRUE(end.empty() || end == "exit 70" || end == "signal 7" || end == "signal 11") << end;
}

TEST(Damage, S9_OfRandomPagesGivesNoWrongAnswer) {
  Fixture f;
  const auto good = test::read_file(f.data);
  std::mt19937 random(20110811);
  for (int round = 0; round < 60; ++round) {
    SCOPED_TRACE(base::cat("round ", round));
    auto bad = good;
    const std::size_t page = 2 + random() % (good.size() / kPage - 2);
    // The page's header stays at times, so that LMDB goes on into the nonsense.
    const std::size_t from = page * kPage + (round % 2 == 0 ? 0 : 16);
    for (std::size_t i = from; i < (page + 1) * kPage; ++i) {
      bad[i] = static_cast<std::uint8_t>(random());
    }
    test::write_file(f.data, bad);
    expect_no_wrong_answer(f);
  }
}

TEST(Damage, S9_OfSingleBitsGivesNoWrongAnswer) {
  Fixture f;
  const auto good = test::read_file(f.data);
  std::mt19937 random(20110812);
  for (int round = 0; round < 100; ++round) {
    SCOPED_TRACE(base::cat("round ", round));
    auto bad = good;
    for (int flips = 0; flips < 4; ++flips) {
      const std::size_t at = 2 * kPage + random() % (good.size() - 2 * kPage);
      bad[at] = static_cast<std::uint8_t>(bad[at] ^ 1u << random() % 8);
    }
    test::write_file(f.data, bad);
    expect_no_wrong_answer(f);
  }
}

// A page that is not there is a failure: taken for the end of the table, it would lose records.
TEST(Damage, S9_OfTheWayToAPageIsNotTakenForTheEnd) {
  Fixture f;
  auto octets = test::read_file(f.data);
  std::size_t branches = 0;
  for (std::size_t page = 2 * kPage; page < octets.size(); page += kPage) {
    // LMDB's page: number(8) pad(2) flags(2) lower(2) upper(2), and then where each node is; a
    // branch's node begins with the number of a page, in 48 bits, then the length of its key.
    const auto u16 = [&](std::size_t at) -> std::size_t {
      return octets[page + at] | static_cast<std::size_t>(octets[page + at + 1]) << 8;
    };
    if (u16(10) != 1) continue;
    for (std::size_t at = 16; at < u16(12); at += 2) {
      const std::size_t node = u16(at);
      // Those to the records, which opening does not read: block(4), and an address of 10.0.0.0/8.
      if (u16(node + 6) != 8 || octets[page + node + 8 + 4] != 10) continue;
      octets[page + node + 5] = 0x7f;
      ++branches;
    }
  }
  ASSERT_GE(branches, 1u);
  test::write_file(f.data, octets);
  auto store = Store::open(f.path);
  ASSERT_TRUE(store) << store.error().message;
  auto snapshot = store->snapshot();
  const View view = snapshot->view();
  view.scan(BlockId{1}, test::address("0.0.0.0"), [](const AddressRecord&) { return true; });
  ASSERT_FALSE(view.ok());
  EXPECT_EQ(view.error().fault, base::Fault::kDamaged) << view.error().message;
}

// Changes the holder in the record of 10.0.0.3 of block 1, wherever it lies.
void damage_one_record(const Fixture& f) {
  auto octets = test::read_file(f.data);
  const wire::Identity holder = client(1u << 16 | 1);
  std::size_t changed = 0;
  for (std::size_t i = 2 * kPage; i + 6 < octets.size(); ++i) {
    const bool is_record = std::equal(holder.bytes().begin(), holder.bytes().end(), &octets[i]) &&
                           octets[i - 2] == 7;  // its length with the kind, as in a record
    if (is_record) ++octets[i + 5], ++changed;
  }
  ASSERT_GE(changed, 1u);
  test::write_file(f.data, octets);
}

TEST(Damage, S9_IsToldOnceAndForAll) {
  Fixture f;
  damage_one_record(f);
  auto store = Store::open(f.path);
  ASSERT_TRUE(store) << store.error().message;
  auto snapshot = store->snapshot();
  const View view = snapshot->view();
  EXPECT_TRUE(view.address(key(1, "10.0.0.6")));
  EXPECT_TRUE(view.ok());
  EXPECT_FALSE(view.address(key(1, "10.0.0.3")));
  ASSERT_FALSE(view.ok());
  EXPECT_EQ(view.error().fault, base::Fault::kDamaged);
  EXPECT_NE(view.error().message.find("table addresses is damaged"), std::string::npos);
  // From now on nothing: a conclusion from a part would be a wrong one.
  EXPECT_FALSE(view.address(key(1, "10.0.0.6")));
  EXPECT_FALSE(view.next_free(BlockId{1}, test::address("10.0.0.0")));
  EXPECT_TRUE(view.blocks().empty());
}

TEST(Damage, S9_OfARecordIsForgivenWhileNothingWasConcludedFromIt) {
  Fixture f;
  damage_one_record(f);
  Store store = test::open(f.path);
  auto txn = store.begin();
  ASSERT_TRUE(txn);
  EXPECT_FALSE(txn->forgive());
  EXPECT_FALSE(txn->view().address(key(1, "10.0.0.3")));
  const auto told = txn->forgive();
  ASSERT_TRUE(told);
  EXPECT_EQ(told->fault, base::Fault::kDamaged);
  // Others are served, and nothing of it is forgotten.
  const auto other = txn->view().address(key(1, "10.0.0.6"));
  ASSERT_TRUE(other);
  EXPECT_TRUE(txn->apply(Change{PutAddress{*other}}));
  EXPECT_FALSE(txn->view().address(key(1, "10.0.0.3")));
  EXPECT_TRUE(txn->forgive());
  EXPECT_TRUE(txn->commit(test::at(200)));
}

TEST(Damage, S9_MetWhileSomethingIsWrittenIsNotForgiven) {
  Fixture f;
  damage_one_record(f);
  Store store = test::open(f.path);
  const std::string before = test::dump(store.snapshot()->view());
  {
    auto txn = store.begin();
    ASSERT_TRUE(txn);
    EXPECT_FALSE(txn->apply(Change{EraseAddress{key(1, "10.0.0.3")}}));
    EXPECT_FALSE(txn->forgive());
    EXPECT_FALSE(txn->commit(test::at(200)));
  }
  EXPECT_EQ(test::dump(store.snapshot()->view()), before);
  EXPECT_TRUE(store.begin());
}

}  // namespace
}  // namespace melange::store
