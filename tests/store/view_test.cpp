// SPDX-License-Identifier: Apache-2.0
//
// What changes of addresses do to everything that is derived from them.
#include "melange/store/view.h"

#include <gtest/gtest.h>

#include "melange/base/limits.h"
#include "records.h"
#include "temp_directory.h"

namespace melange::store {
namespace {

using test::address;
using test::at;
using test::client;
using test::in_state;
using test::key;
using test::kLab;
using test::leased;

// A block of eight, six of them dynamic, in a transaction that a test goes on with.
struct Fixture {
  test::TempDirectory directory;
  Store store = test::open(directory.file("store"));
  Txn txn = begin();

  Fixture() {
    apply(PutNetwork{test::network()});
    apply(PutBlock{test::block(1, "10.0.0.0/29", "10.0.0.1-10.0.0.6")});
  }
  Txn begin() {
    auto begun = store.begin();
    if (!begun) throw std::runtime_error(begun.error().message);
    return std::move(*begun);
  }
  void apply(const Change& change) {
    const auto applied = txn.apply(change);
    EXPECT_TRUE(applied) << applied.error().message;
  }
  View view() { return txn.view(); }
  std::string owned(const wire::Identity& identity) {
    std::string out;
    for (const AddressKey& key : view().addresses_of(kLab, identity))
      out += text(key.address) + " ";
    return out;
  }
  std::string free() {
    std::string out;
    net::Address from = address("10.0.0.0");
    while (const auto run = view().next_free(BlockId{1}, from)) {
      out += text(*run) + " ";
      from = run->last().next();
    }
    return out;
  }
};

TEST(View, ShowsWhatTheTransactionHasApplied) {
  Fixture f;
  const AddressRecord record = leased(key(1, "10.0.0.3"), client(1));
  EXPECT_FALSE(f.view().address(record.key));
  EXPECT_TRUE(f.view().is_free(record.key));
  f.apply(PutAddress{record});
  AddressRecord stored = record;
  stored.revision = 1;
  EXPECT_EQ(f.view().address(record.key), stored);
  EXPECT_FALSE(f.view().is_free(record.key));
  EXPECT_EQ(f.free(), "10.0.0.1-10.0.0.2 10.0.0.4-10.0.0.6 ");
  f.apply(EraseAddress{record.key});
  EXPECT_FALSE(f.view().address(record.key));
  EXPECT_EQ(f.free(), "10.0.0.1-10.0.0.6 ");
  EXPECT_TRUE(f.view().ok());
}

TEST(View, GivesFreeAddressesFromTheAddressAskedFor) {
  Fixture f;
  f.apply(PutAddress{leased(key(1, "10.0.0.3"), client(1))});
  EXPECT_EQ(f.view().next_free(BlockId{1}, address("10.0.0.2")), test::range("10.0.0.2"));
  EXPECT_EQ(f.view().next_free(BlockId{1}, address("10.0.0.3")), test::range("10.0.0.4-10.0.0.6"));
  EXPECT_EQ(f.view().next_free(BlockId{1}, address("10.0.0.5")), test::range("10.0.0.5-10.0.0.6"));
  EXPECT_FALSE(f.view().next_free(BlockId{1}, address("10.0.0.7")));
  EXPECT_FALSE(f.view().next_free(BlockId{2}, address("10.0.0.0")));
}

TEST(View, FindsAClientsAddressesInOrderAndOnlyItsOwn) {
  Fixture f;
  f.apply(PutBlock{test::block(2, "10.0.1.0/29", "10.0.1.1-10.0.1.6")});
  f.apply(PutAddress{leased(key(2, "10.0.1.1"), client(1))});
  f.apply(PutAddress{leased(key(1, "10.0.0.5"), client(1))});
  f.apply(PutAddress{leased(key(1, "10.0.0.2"), client(1))});
  f.apply(PutAddress{leased(key(1, "10.0.0.3"), client(2))});
  EXPECT_EQ(f.owned(client(1)), "10.0.0.2 10.0.0.5 10.0.1.1 ");
  EXPECT_EQ(f.owned(client(2)), "10.0.0.3 ");
  EXPECT_EQ(f.owned(client(3)), "");
  EXPECT_TRUE(f.view().addresses_of(NetworkId{2}, client(1)).empty());
}

TEST(View, FindsNoMoreOfAClientsAddressesThanTheLimit) {
  Fixture f;
  f.apply(PutBlock{test::block(2, "10.0.1.0/24", "10.0.1.1-10.0.1.254")});
  for (std::uint32_t i = 1; i <= 2 * base::limits::kAddressesPerIdentity; ++i) {
    AddressRecord record = leased(key(2, "10.0.1.0"), client(1));
    record.key.address = net::Ipv4{static_cast<std::uint32_t>(record.key.address.value()) + i};
    f.apply(PutAddress{record});
  }
  EXPECT_EQ(f.view().addresses_of(kLab, client(1)).size(), base::limits::kAddressesPerIdentity);
}

TEST(IdentityIndex, FollowsTheHolderAndTheOwnerToBe) {
  Fixture f;
  AddressRecord record = leased(key(1, "10.0.0.3"), client(1));
  record.reserved_for = client(2);
  f.apply(PutAddress{record});
  EXPECT_EQ(f.owned(client(1)), "10.0.0.3 ");
  EXPECT_EQ(f.owned(client(2)), "10.0.0.3 ");
  // The owner takes over: the holder's entry goes, the owner's stays.
  record.identity = client(2);
  record.reserved_for = {};
  f.apply(PutAddress{record});
  EXPECT_EQ(f.owned(client(1)), "");
  EXPECT_EQ(f.owned(client(2)), "10.0.0.3 ");
  // And the other way round.
  record.identity = client(3);
  record.reserved_for = client(2);
  f.apply(PutAddress{record});
  EXPECT_EQ(f.owned(client(2)), "10.0.0.3 ");
  EXPECT_EQ(f.owned(client(3)), "10.0.0.3 ");
  f.apply(EraseAddress{record.key});
  EXPECT_EQ(f.owned(client(2)) + f.owned(client(3)), "");
}

TEST(IdentityIndex, HoldsNothingForNobody) {
  Fixture f;
  f.apply(PutAddress{in_state(AddressState::kDeclined, key(1, "10.0.0.3"), {})});
  EXPECT_EQ(f.owned({}), "");
}

TEST(IdentityIndex, KeepsOneEntryForAClientThatIsHolderAndOwner) {
  Fixture f;
  AddressRecord record = in_state(AddressState::kDeclined, key(1, "10.0.0.3"), client(1));
  record.reserved_for = client(1);
  f.apply(PutAddress{record});
  EXPECT_EQ(f.owned(client(1)), "10.0.0.3 ");
  record.reserved_for = {};
  f.apply(PutAddress{record});
  EXPECT_EQ(f.owned(client(1)), "10.0.0.3 ");
  f.apply(EraseAddress{record.key});
  EXPECT_EQ(f.owned(client(1)), "");
}

TEST(Held, AreGivenLongestHeldFirstUntilTheVisitorHasEnough) {
  Fixture f;
  const auto hold = [&](std::string_view where, std::int64_t since) {
    AddressRecord record = in_state(AddressState::kHeld, key(1, where), client(1));
    record.since = at(since);
    f.apply(PutAddress{record});
  };
  const auto held = [&](std::size_t enough) {
    std::string out;
    std::size_t seen = 0;
    f.view().scan_held(BlockId{1}, [&](const AddressKey& key) {
      out += text(key.address) + " ";
      return ++seen < enough;
    });
    return out;
  };
  hold("10.0.0.1", 300);
  hold("10.0.0.2", 100);
  hold("10.0.0.3", 200);
  hold("10.0.0.4", 100);
  EXPECT_EQ(held(9), "10.0.0.2 10.0.0.4 10.0.0.3 10.0.0.1 ");
  EXPECT_EQ(held(1), "10.0.0.2 ");
  hold("10.0.0.2", 400);
  f.apply(PutAddress{leased(key(1, "10.0.0.4"), client(1))});
  f.apply(EraseAddress{key(1, "10.0.0.1")});
  EXPECT_EQ(held(9), "10.0.0.3 10.0.0.2 ");
}

TEST(Usage, IsExactAfterEveryCommit) {
  test::TempDirectory directory;
  Store store = test::open(directory.file("store"));
  const auto expect = [&](const Changes& changes, std::uint64_t leases, std::uint64_t held,
                          std::uint64_t free) {
    test::commit(store, changes);
    auto snapshot = store.snapshot();
    ASSERT_TRUE(snapshot);
    const Usage usage = snapshot->view().usage(BlockId{1});
    EXPECT_EQ(usage.of(AddressState::kLeased), leases);
    EXPECT_EQ(usage.of(AddressState::kHeld), held);
    EXPECT_EQ(usage.total(), leases + held);
    EXPECT_EQ(usage.free, free);
  };
  const auto put = [](std::string_view where, std::uint32_t who) {
    return PutAddress{leased(key(1, where), client(who))};
  };
  expect({PutBlock{test::block(1, "10.0.0.0/29", "10.0.0.1-10.0.0.6")}}, 0, 0, 6);
  expect({put("10.0.0.1", 1), put("10.0.0.2", 2)}, 2, 0, 4);
  expect({put("10.0.0.1", 1),
          PutAddress{in_state(AddressState::kHeld, key(1, "10.0.0.2"), client(2))}},
         1, 1, 4);
  // Outside the dynamic ranges, an address is not counted among the free.
  expect({put("10.0.0.7", 3)}, 2, 1, 4);
  expect({EraseAddress{key(1, "10.0.0.7")}, EraseAddress{key(1, "10.0.0.1")},
          EraseAddress{key(1, "10.0.0.1")}},
         0, 1, 5);
  expect({put("10.0.0.5", 3), EraseAddress{key(1, "10.0.0.5")}}, 0, 1, 5);
}

TEST(View, ScansRecordsInOrderFromAnAddressOn) {
  Fixture f;
  for (const auto* where : {"10.0.0.6", "10.0.0.1", "10.0.0.4"}) {
    f.apply(PutAddress{leased(key(1, where), client(1))});
  }
  f.apply(PutBlock{test::block(2, "10.0.0.0/29", "10.0.0.1")});
  f.apply(PutAddress{leased(key(2, "10.0.0.7"), client(1))});
  std::string out;
  const auto all = f.view().scan(BlockId{1}, address("10.0.0.2"), [&](const AddressRecord& record) {
    out += text(record.key.address) + " ";
    return true;
  });
  EXPECT_EQ(out, "10.0.0.4 10.0.0.6 ");
  EXPECT_EQ(all, 2u);
  EXPECT_EQ(
      f.view().scan(BlockId{1}, address("10.0.0.0"), [](const AddressRecord&) { return false; }),
      1u);
}

TEST(Seen, IsKeptPerAddressAndReplaced) {
  Fixture f;
  const Seen first{key(1, "10.0.0.3"), net::Mac({2, 0, 0, 0, 0, 1}), at(5)};
  const Seen second{key(1, "10.0.0.3"), net::Mac({2, 0, 0, 0, 0, 2}), at(6)};
  f.apply(NoteSeen{first});
  EXPECT_EQ(f.view().seen(first.key), first);
  f.apply(NoteSeen{second});
  EXPECT_EQ(f.view().seen(first.key), second);
  EXPECT_FALSE(f.view().seen(key(1, "10.0.0.4")));
  EXPECT_TRUE(f.view().is_free(first.key));
}

TEST(Seen, IsListedPerBlockAndForgotten) {
  Fixture f;
  f.apply(PutBlock{test::block(2, "10.1.0.0/16", "")});
  for (const auto* address : {"10.0.0.3", "10.0.0.9"})
    f.apply(NoteSeen{{key(1, address), {}, at(5)}});
  f.apply(NoteSeen{{key(2, "10.1.0.3"), {}, at(5)}});
  const auto listed = [&](std::uint32_t block) {
    std::string out;
    f.view().scan_seen(BlockId{block}, [&](const Seen& seen) {
      out += text(seen.key.address) + ' ';
      return true;
    });
    return out;
  };
  EXPECT_EQ(listed(1), "10.0.0.3 10.0.0.9 ");
  EXPECT_EQ(listed(2), "10.1.0.3 ");
  f.apply(EraseSeen{key(1, "10.0.0.3")});
  f.apply(EraseSeen{key(1, "10.0.0.4")});
  EXPECT_EQ(listed(1), "10.0.0.9 ");
}

TEST(Seen, IsBounded) {
  Fixture f;
  f.apply(PutBlock{test::block(2, "10.0.0.0/8", "")});
  Seen seen{key(2, "10.0.0.0"), {}, at(5)};
  const auto first = static_cast<std::uint32_t>(seen.key.address.value());
  for (std::uint32_t i = 0; i < base::limits::kSeenAddresses; ++i) {
    seen.key.address = net::Ipv4{first + i};
    ASSERT_TRUE(f.txn.apply(LeaseChange{NoteSeen{seen}}));
  }
  const AddressKey last = seen.key;
  seen.key.address = last.address.next();
  f.apply(NoteSeen{seen});
  EXPECT_FALSE(f.view().seen(seen.key));
  // Who is known is still followed.
  seen.key = last;
  seen.at = at(6);
  f.apply(NoteSeen{seen});
  EXPECT_EQ(f.view().seen(last), seen);
}

}  // namespace
}  // namespace melange::store
