// SPDX-License-Identifier: Apache-2.0
//
// The change log: an event with each change, numbered without a gap whatever happens.
#include <gtest/gtest.h>

#include <algorithm>

#include "codec.h"
#include "melange/base/limits.h"
#include "melange/base/text.h"
#include "one_store.h"

namespace melange::store {
namespace {

using test::address;
using test::at;
using test::client;
using test::in_state;
using test::key;
using test::kLab;
using test::leased;

Block block() {
  Block made = test::block(1, "10.0.0.0/24", "10.0.0.1-10.0.0.99");
  made.tenant = "acme";
  return made;
}

struct Fixture : OneStore {
  std::string events(std::uint64_t after = 0) {
    return ask([&](const View& view) { return test::dump_events(view, after); });
  }
  Event event(std::uint64_t number) {
    return ask([&](const View& view) { return view.event(number).value_or(Event{}); });
  }
  std::pair<std::uint64_t, std::uint64_t> ends() {
    return ask([](const View& view) { return std::pair(view.first_event(), view.next_event()); });
  }
  std::string history(std::string_view of, std::uint64_t before = ~0ull) {
    std::string out;
    ask([&](const View& view) {
      view.scan_history(address(of), before, [&](const Event& event) {
        out += base::cat(event.number, ' ', text(event.object, event.kind), ' ');
        return true;
      });
      return true;
    });
    return out;
  }
};

TEST(ChangeLog, TellsOfAnAddressWhatWhenByWhomBeforeAndAfter) {
  Fixture f;
  f.commit({PutBlock{block()}}, at(10), "config");
  AddressRecord record = leased(key(1, "10.0.0.5"), client(1));
  f.commit({PutAddress{record}}, at(100), "dhcp");
  Event event = f.event(2);
  EXPECT_EQ(event.number, 2u);
  EXPECT_EQ(event.revision, 2u);
  EXPECT_EQ(event.time, at(100));
  EXPECT_EQ(text(event.object, event.kind), "address.leased");
  EXPECT_EQ(event.tenant, "acme");
  EXPECT_EQ(event.actor, "dhcp");
  EXPECT_EQ(event.network, kLab);
  EXPECT_EQ(event.block, BlockId{1});
  EXPECT_EQ(event.address, address("10.0.0.5"));
  EXPECT_EQ(event.before, "");
  // The key is beside it.
  record.revision = 2;
  AddressRecord stored = record;
  stored.key = AddressRecord{}.key;
  EXPECT_EQ(decode_body<AddressRecord>(event.after), stored);
  f.commit({EraseAddress{record.key}}, at(200), "token:abc");
  const Event freed = f.event(3);
  EXPECT_EQ(text(freed.object, freed.kind), "address.freed");
  EXPECT_EQ(freed.actor, "token:abc");
  EXPECT_EQ(freed.before, event.after);
  EXPECT_EQ(freed.after, "");
}

TEST(ChangeLog, HasOneEventForEachChangeOfEachKindOfObject) {
  Fixture f;
  Policy policy;
  policy.id = PolicyId{1};
  policy.tenant = "acme";
  MacRange range;
  range.id = MacRangeId{2};
  range.length = 40;
  Allocation allocation;
  allocation.id = AllocationId{3};
  Reservation reservation;
  reservation.network = kLab;
  reservation.identity = client(1);
  reservation.id = ReservationId{4};
  const Nat nat{key(1, "10.0.0.1"), key(1, "10.0.0.2")};
  f.commit({PutNetwork{test::network()}, PutBlock{block()}, Put<Policy>{policy},
            Put<Interface>{test::interface(5, "vif")}, Put<MacRange>{range},
            Put<Allocation>{allocation}, PutReservation{reservation}, PutNat{nat}, PutNat{nat}},
           at(1), "local");
  EXPECT_EQ(f.events(),
            "1 network.created 1 by local\n2 block.created 1 by local\n"
            "3 policy.created 1 by local\n4 interface.created 5 by local\n"
            "5 mac_range.created 2 by local\n6 allocation.created 3 by local\n"
            "7 reservation.created 4 by local\n8 nat.created by local\n");
  policy.name = "new";
  f.commit({Put<Policy>{policy}, PutNetwork{test::network(kLab, "new")}, EraseNat{nat},
            EraseNat{nat}, EraseReservation{kLab, client(1)}, EraseReservation{kLab, client(1)},
            Erase<Allocation>{AllocationId{3}}, Erase<MacRange>{MacRangeId{2}},
            Erase<Interface>{InterfaceId{5}}, Erase<Policy>{PolicyId{1}}, EraseBlock{BlockId{1}},
            EraseBlock{BlockId{1}}, EraseNetwork{kLab}},
           at(2), "token:1");
  EXPECT_EQ(f.events(8),
            "9 policy.updated 1 by token:1\n10 network.updated 1 by token:1\n"
            "11 nat.deleted by token:1\n12 reservation.deleted 4 by token:1\n"
            "13 allocation.deleted 3 by token:1\n14 mac_range.deleted 2 by token:1\n"
            "15 interface.deleted 5 by token:1\n16 policy.deleted 1 by token:1\n"
            "17 block.deleted 1 by token:1\n18 network.deleted 1 by token:1\n");
  const Event updated = f.event(9);
  EXPECT_EQ(updated.tenant, "acme");
  EXPECT_EQ(decode_body<Policy>(updated.before)->name, "");
  EXPECT_EQ(decode_body<Policy>(updated.after)->name, "new");
  EXPECT_EQ(decode_body<Policy>(updated.after)->revision, 2u);
  EXPECT_EQ(f.event(12).tenant, "default") << "a reservation is its network's";
  EXPECT_EQ(decode_body<Nat>(f.event(11).before), nat);
  EXPECT_EQ(f.event(11).tenant, "acme");
  EXPECT_FALSE(decode_body<Block>(updated.after)) << "it is no block";
  EXPECT_FALSE(decode_body<Policy>(""));
}

TEST(ChangeLog, DoesNotTellRenewals) {
  Fixture f;
  AddressRecord record = leased(key(1, "10.0.0.5"), client(1));
  f.commit({PutBlock{block()}, PutAddress{record}});
  record.since = at(1000);
  record.expires = at(4600);
  f.commit({PutAddress{record}}, at(1000), "dhcp");
  EXPECT_EQ(f.ends(), std::pair(std::uint64_t{1}, std::uint64_t{3}));
  EXPECT_EQ(f.ask([](const View& view) { return view.revision(); }), 2u);
}

TEST(ChangeLog, HasNoGapOverCommitsDroppedTransactionsAndRestarts) {
  Fixture f;
  f.commit({PutBlock{block()}});
  for (std::uint32_t i = 1; i <= 10; ++i) {
    AddressRecord record = leased(key(1, "10.0.0.5"), client(i));
    {
      auto dropped = f.store().begin();
      ASSERT_TRUE(dropped);
      ASSERT_TRUE(dropped->apply(Change{PutAddress{record}}));
      ASSERT_TRUE(dropped->apply(Change{EraseAddress{record.key}}));
    }
    f.commit({});
    f.commit({PutAddress{record}});
    if (i % 3 == 0) f.reopen();
  }
  EXPECT_EQ(f.ends(), std::pair(std::uint64_t{1}, std::uint64_t{12}));
  std::uint64_t expected = 1;
  f.ask([&](const View& view) {
    view.scan_events(0, [&](const Event& event) {
      EXPECT_EQ(event.number, expected);
      EXPECT_EQ(event.revision, expected++);
      return true;
    });
    return true;
  });
  EXPECT_EQ(expected, 12u);
}

TEST(ChangeLog, IsReadFromANumberOnUntilTheVisitorHasEnough) {
  Fixture f;
  Changes changes;
  for (std::uint64_t i = 1; i <= 5; ++i) {
    changes.push_back(Put<Interface>{test::interface(i, base::cat("vif", i))});
  }
  f.commit(changes);
  const auto numbers = [&](std::uint64_t after, std::size_t enough) {
    std::vector<std::uint64_t> out;
    f.ask([&](const View& view) {
      view.scan_events(after, [&](const Event& event) {
        out.push_back(event.number);
        return out.size() < enough;
      });
      return true;
    });
    return out;
  };
  EXPECT_EQ(numbers(2, 2), (std::vector<std::uint64_t>{3, 4}));
  EXPECT_EQ(numbers(4, 9), std::vector<std::uint64_t>{5});
  EXPECT_TRUE(numbers(5, 9).empty());
  EXPECT_TRUE(numbers(~0ull, 9).empty()) << "above the highest number there is nothing";
}

TEST(History, OfAnAddressIsNewestFirstInWhicheverBlock) {
  Fixture f;
  Block other = test::block(2, "10.0.0.0/25", "");
  f.commit({PutBlock{block()}, PutBlock{other}, PutAddress{leased(key(1, "10.0.0.5"), client(1))},
            PutAddress{leased(key(1, "10.0.0.6"), client(2))},
            PutAddress{in_state(AddressState::kReserved, key(2, "10.0.0.5"), client(3))}});
  f.commit({PutAddress{in_state(AddressState::kHeld, key(1, "10.0.0.5"), client(1))},
            EraseAddress{key(1, "10.0.0.5")}});
  EXPECT_EQ(f.history("10.0.0.5"),
            "7 address.freed 6 address.released 5 address.reserved 3 address.leased ");
  EXPECT_EQ(f.history("10.0.0.5", 6), "5 address.reserved 3 address.leased ");
  EXPECT_EQ(f.history("10.0.0.5", 3), "");
  EXPECT_EQ(f.history("10.0.0.6"), "4 address.leased ");
  EXPECT_EQ(f.history("10.0.0.4"), "");
  EXPECT_EQ(f.history("::a00:5"), "");
}

TEST(Prune, DropsTheOldestUpToANumberWithTheirHistory) {
  Fixture f;
  f.commit({PutBlock{block()}, PutAddress{leased(key(1, "10.0.0.5"), client(1))},
            EraseAddress{key(1, "10.0.0.5")}, PutAddress{leased(key(1, "10.0.0.5"), client(2))}});
  f.commit({Prune{2, {}}});
  EXPECT_EQ(f.ends(), std::pair(std::uint64_t{3}, std::uint64_t{5}));
  EXPECT_EQ(f.history("10.0.0.5"), "4 address.leased 3 address.freed ");
  EXPECT_EQ(f.event(2), Event{});
  const auto revision = [](const View& view) { return view.revision(); };
  const auto before = f.ask(revision);
  f.commit({Prune{2, {}}});
  EXPECT_EQ(f.ask(revision), before) << "nothing was left to drop";
  f.commit({Prune{~0ull, {}}});
  EXPECT_EQ(f.ends(), std::pair(std::uint64_t{5}, std::uint64_t{5}));
  EXPECT_EQ(f.history("10.0.0.5"), "");
  f.reopen();
  f.commit({EraseAddress{key(1, "10.0.0.5")}});
  EXPECT_EQ(f.events(), "5 address.freed 1/10.0.0.5 by melange\n");
}

TEST(Prune, LeavesTheLogToGoOnInTheSameTransaction) {
  Fixture f;
  Changes changes;
  for (std::uint64_t i = 0; i < 300; ++i) {
    changes.push_back(Put<Interface>{test::interface(1, base::cat("vif", i))});
    if (i % 50 == 49) changes.push_back(Prune{i - 5, {}});
  }
  changes.push_back(Prune{~0ull, {}});
  changes.push_back(Erase<Interface>{InterfaceId{1}});
  f.commit(changes);
  EXPECT_EQ(f.events(), "301 interface.deleted 1 by melange\n");
  f.reopen();
  EXPECT_EQ(f.ends(), std::pair(std::uint64_t{301}, std::uint64_t{302}));
}

TEST(Prune, IsOfBoundedLength) {
  Fixture f;
  Changes changes;
  const std::uint64_t count = base::limits::kPrunedAtOnce + 10;
  for (std::uint64_t i = 0; i < count; ++i) {
    changes.push_back(Put<Interface>{test::interface(1, base::cat("vif", i))});
  }
  f.commit(changes);
  f.commit({Prune{~0ull, {}}});
  EXPECT_EQ(f.ends(), std::pair(count - 9, count + 1));
}

// Or all that follows would stay for ever.
TEST(Prune, S9_IsNotHeldUpByADamagedEvent) {
  Fixture f;
  f.commit({Put<Interface>{test::interface(1, "a-name-to-find")},
            Put<Interface>{test::interface(2, "b")}});
  f.close();
  const std::string data = f.path() + "/data.mdb";
  auto octets = test::read_file(data);
  const std::string_view name = "a-name-to-find";
  std::size_t found = 0;
  for (auto at = octets.begin(); at != octets.end(); ++at) {
    at = std::search(at, octets.end(), name.begin(), name.end());
    if (at == octets.end()) break;
    *at = 'x';
    ++found;
  }
  ASSERT_GE(found, 3u) << "the interface, its name, and the event";
  test::write_file(data, octets);
  f.reopen();
  {
    auto snapshot = f.store().snapshot();
    EXPECT_FALSE(snapshot->view().event(1));
    ASSERT_FALSE(snapshot->view().ok());
    EXPECT_EQ(snapshot->view().error().fault, base::Fault::kDamaged);
  }
  f.commit({Prune{1, {}}});
  EXPECT_EQ(f.events(), "2 interface.created 2 by melange\n");
}

TEST(Actor, IsNobodyAndTheTimeThatOfTheLastCommitUntilItIsNamed) {
  Fixture f;
  f.commit({PutNetwork{test::network()}}, at(500), "config");
  f.commit({PutNetwork{test::network(kLab, "b")}}, at(900));
  const Event event = f.event(2);
  EXPECT_EQ(event.actor, "melange");
  EXPECT_EQ(event.time, at(500));
}

TEST(Actor, MayChangeWithinATransaction) {
  Fixture f;
  auto txn = f.store().begin();
  ASSERT_TRUE(txn);
  txn->act_as("dhcp", at(1));
  ASSERT_TRUE(txn->apply(Change{PutBlock{block()}}));
  txn->act_as("sweeper", at(2));
  ASSERT_TRUE(txn->apply(LeaseChange{PutAddress{leased(key(1, "10.0.0.1"), client(1))}}));
  ASSERT_TRUE(txn->commit(at(3)));
  EXPECT_EQ(f.events(), "1 block.created 1 by dhcp\n2 address.leased 1/10.0.0.1 by sweeper\n");
  EXPECT_EQ(f.event(2).time, at(2));
  EXPECT_EQ(f.event(1).revision, f.event(2).revision);
}

TEST(Revisions, TellApartWhatOneTransactionDidForTwo) {
  OneStore f;
  f.commit({PutNetwork{test::network()}});
  {
    auto txn = f.store().begin();
    ASSERT_TRUE(txn);
    for (const char* tenant : {"first", "second"}) {
      Network network = test::network();
      network.tenant = tenant;
      ASSERT_TRUE(txn->apply(Change{PutNetwork{network}}));
      const auto seen = txn->view().network(kLab);
      ASSERT_TRUE(seen);
      EXPECT_EQ(seen->revision, txn->view().revision() + 1);
      txn->next_revision();
    }
    ASSERT_TRUE(txn->commit(test::at(101)));
  }
  const auto network = f.ask([](const View& view) { return view.network(kLab); });
  EXPECT_EQ(network->revision, 3u);
  EXPECT_GE(f.ask([](const View& view) { return view.revision(); }), 3u);
}

}  // namespace
}  // namespace melange::store
