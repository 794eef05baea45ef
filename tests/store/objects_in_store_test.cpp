// SPDX-License-Identifier: Apache-2.0
//
// Networks, blocks and reservations in the store, and what a block's ranges do to its free
// addresses.
#include <gtest/gtest.h>

#include "records.h"
#include "temp_directory.h"

namespace melange::store {
namespace {

using test::address;
using test::at;
using test::client;
using test::commit;
using test::key;
using test::kLab;
using test::leased;

struct Fixture {
  test::TempDirectory directory;
  Store store = test::open(directory.file("store"));

  // What a snapshot gives.
  template <class Ask>
  auto ask(const Ask& question) {
    auto snapshot = store.snapshot();
    EXPECT_TRUE(snapshot);
    auto answer = question(snapshot->view());
    EXPECT_TRUE(snapshot->view().ok());
    return answer;
  }
  std::string free() {
    return ask([](const View& view) {
      std::string out;
      net::Address from = address("10.0.0.0");
      while (const auto run = view.next_free(BlockId{1}, from)) {
        out += text(*run) + " ";
        from = run->last().next();
      }
      return out;
    });
  }
  Usage usage() {
    return ask([](const View& view) { return view.usage(BlockId{1}); });
  }
};

TEST(Objects, ComeBackAsTheyWereWithTheRevisionOfTheirCommit) {
  Fixture f;
  Network network = test::network();
  Block block = test::block(1, "10.0.0.0/24", "10.0.0.1-10.0.0.9");
  Reservation reservation;
  reservation.network = kLab;
  reservation.identity = client(1);
  reservation.addresses = {address("10.0.0.5")};
  commit(f.store, {PutNetwork{network}, PutBlock{block}, PutReservation{reservation}});
  network.revision = block.revision = reservation.revision = 1;
  EXPECT_EQ(f.ask([](const View& v) { return v.networks(); }), std::vector{network});
  EXPECT_EQ(f.ask([](const View& v) { return v.blocks(); }), std::vector{block});
  EXPECT_EQ(f.ask([](const View& v) { return v.block(BlockId{1}); }), block);
  EXPECT_EQ(f.ask([](const View& v) { return v.reservations(kLab); }), std::vector{reservation});
  EXPECT_EQ(f.ask([](const View& v) { return v.reservation(kLab, client(1)); }), reservation);
  EXPECT_FALSE(f.ask([](const View& v) { return v.reservation(kLab, client(2)); }));
  EXPECT_FALSE(f.ask([](const View& v) { return v.block(BlockId{2}); }));
}

TEST(Objects, AreListedByIdAndByNetwork) {
  Fixture f;
  Reservation here;
  here.network = NetworkId{2};
  here.identity = client(1);
  Reservation elsewhere = here;
  elsewhere.network = NetworkId{258};
  commit(f.store, {PutNetwork{test::network(NetworkId{258}, "b")}, PutReservation{elsewhere},
                   PutNetwork{test::network(NetworkId{2}, "a")}, PutReservation{here}});
  const auto networks = f.ask([](const View& v) { return v.networks(); });
  ASSERT_EQ(networks.size(), 2u);
  EXPECT_EQ(networks[0].id, NetworkId{2});
  EXPECT_EQ(networks[1].id, NetworkId{258});
  EXPECT_EQ(f.ask([](const View& v) { return v.reservations(NetworkId{2}); }).size(), 1u);
  commit(f.store, {EraseReservation{NetworkId{2}, client(1)}, EraseNetwork{NetworkId{2}}});
  EXPECT_EQ(f.ask([](const View& v) { return v.reservations(NetworkId{2}); }).size(), 0u);
  EXPECT_EQ(f.ask([](const View& v) { return v.reservations(NetworkId{258}); }).size(), 1u);
  EXPECT_EQ(f.ask([](const View& v) { return v.networks(); }).size(), 1u);
}

TEST(Ids, AreNeverGivenOutAgain) {
  Fixture f;
  EXPECT_EQ(f.ask([](const View& v) { return v.next_network_id(); }), NetworkId{1});
  EXPECT_EQ(f.ask([](const View& v) { return v.next_block_id(); }), BlockId{1});
  commit(f.store,
         {PutNetwork{test::network(NetworkId{3})}, PutBlock{test::block(9, "10.0.0.0/24", "")}});
  commit(f.store, {EraseBlock{BlockId{9}}, EraseNetwork{NetworkId{3}}});
  EXPECT_EQ(f.ask([](const View& v) { return v.next_network_id(); }), NetworkId{4});
  EXPECT_EQ(f.ask([](const View& v) { return v.next_block_id(); }), BlockId{10});
  commit(f.store, {PutBlock{test::block(2, "10.0.0.0/24", "")}});
  EXPECT_EQ(f.ask([](const View& v) { return v.next_block_id(); }), BlockId{10});
}

TEST(PutBlock, MakesItsDynamicAddressesFree) {
  Fixture f;
  commit(f.store, {PutBlock{test::block(1, "10.0.0.0/24", "10.0.0.1-10.0.0.3, 10.0.0.9")}});
  EXPECT_EQ(f.free(), "10.0.0.1-10.0.0.3 10.0.0.9 ");
  EXPECT_EQ(f.usage().free, 4u);
}

TEST(PutBlock, WithOtherRangesFreesExactlyWhatIsInThemAndHasNoRecord) {
  Fixture f;
  commit(f.store, {PutBlock{test::block(1, "10.0.0.0/24", "10.0.0.1-10.0.0.9")},
                   PutAddress{leased(key(1, "10.0.0.2"), client(2))},
                   PutAddress{leased(key(1, "10.0.0.5"), client(5))},
                   PutAddress{leased(key(1, "10.0.0.12"), client(12))},
                   PutAddress{leased(key(1, "10.0.0.14"), client(14))}});
  EXPECT_EQ(f.free(), "10.0.0.1 10.0.0.3-10.0.0.4 10.0.0.6-10.0.0.9 ");
  commit(f.store, {PutBlock{test::block(1, "10.0.0.0/24", "10.0.0.4-10.0.0.14")}});
  EXPECT_EQ(f.free(), "10.0.0.4 10.0.0.6-10.0.0.11 10.0.0.13 ");
  EXPECT_EQ(f.usage().free, 8u);
  // What left the ranges keeps its record, and is not free when it loses it.
  commit(f.store, {EraseAddress{key(1, "10.0.0.2")}, EraseAddress{key(1, "10.0.0.5")}});
  EXPECT_EQ(f.free(), "10.0.0.4-10.0.0.11 10.0.0.13 ");
  commit(f.store, {PutBlock{test::block(1, "10.0.0.0/24", "10.0.0.1-10.0.0.2, 10.0.0.14")}});
  EXPECT_EQ(f.free(), "10.0.0.1-10.0.0.2 ");
  EXPECT_EQ(f.usage().free, 2u);
  commit(f.store, {PutBlock{test::block(1, "10.0.0.0/24", "")}});
  EXPECT_EQ(f.free(), "");
  EXPECT_EQ(f.usage().free, 0u);
  EXPECT_EQ(f.usage().total(), 2u);
}

TEST(PutBlock, TakesAllOfIpv6AndTheSmallestBlockAlike) {
  Fixture f;
  commit(f.store, {PutBlock{test::block(1, "2001:db8::/32", "2001:db8::/32")},
                   PutBlock{test::block(2, "10.0.0.0/32", "10.0.0.0")},
                   PutBlock{test::block(3, "0.0.0.0/0", "0.0.0.0/0")}});
  EXPECT_EQ(f.usage().free, net::Uint128{1} << 96);
  EXPECT_EQ(f.ask([](const View& v) { return v.usage(BlockId{2}); }).free, 1u);
  EXPECT_EQ(f.ask([](const View& v) { return v.usage(BlockId{3}); }).free, net::Uint128{1} << 32);
}

TEST(EraseBlock, LeavesNothingOfIt) {
  Fixture f;
  commit(f.store,
         {PutBlock{test::block(1, "10.0.0.0/24", "10.0.0.1-10.0.0.9")},
          PutBlock{test::block(2, "10.0.1.0/24", "10.0.1.1-10.0.1.9")},
          PutAddress{leased(key(1, "10.0.0.2"), client(2))},
          NoteSeen{{key(1, "10.0.0.77"), {}, at(1)}}, NoteSeen{{key(2, "10.0.1.77"), {}, at(1)}}});
  commit(f.store, {EraseAddress{key(1, "10.0.0.2")}, EraseBlock{BlockId{1}}});
  EXPECT_FALSE(f.ask([](const View& v) { return v.block(BlockId{1}); }));
  EXPECT_EQ(f.free(), "");
  EXPECT_EQ(f.usage(), Usage{});
  EXPECT_FALSE(f.ask([](const View& v) { return v.seen(key(1, "10.0.0.77")); }));
  EXPECT_TRUE(f.ask([](const View& v) { return v.seen(key(2, "10.0.1.77")); }));
  EXPECT_EQ(f.ask([](const View& v) { return v.usage(BlockId{2}); }).free, 9u);
  commit(f.store, {EraseBlock{BlockId{1}}});
}

TEST(EraseBlockDeathTest, RefusesOneThatHasAddresses) {
  Fixture f;
  commit(f.store, {PutBlock{test::block(1, "10.0.0.0/24", "")},
                   PutAddress{leased(key(1, "10.0.0.2"), client(2))}});
  EXPECT_DEATH(commit(f.store, {EraseBlock{BlockId{1}}}), "applier.cpp");
}

TEST(PutAddressDeathTest, RefusesABlockThatIsNotThere) {
  Fixture f;
  EXPECT_DEATH(commit(f.store, {PutAddress{leased(key(1, "10.0.0.2"), client(2))}}), "applier.cpp");
}

}  // namespace
}  // namespace melange::store
