// SPDX-License-Identifier: Apache-2.0
//
// How objects are found by name, by owner and by CIDR.
#include "index.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <map>

#include "melange/base/limits.h"
#include "melange/base/text.h"
#include "one_store.h"
#include "scratch_tables.h"

namespace melange::store {
namespace {

using test::kLab;
using test::prefix;
using Numbers = std::vector<std::uint64_t>;

Block block(std::uint32_t id, std::string_view cidr, std::string_view tenant = "default") {
  Block made = test::block(id, cidr, "");
  made.tenant = tenant;
  return made;
}

struct Fixture : OneStore {
  Numbers list(const Listing& listing, std::uint64_t after = 0, std::size_t limit = 99) {
    return ask([&](const View& view) { return view.list(listing, after, limit); });
  }
  std::optional<BlockId> overlapping(const CidrScope& scope, std::string_view cidr) {
    return ask([&](const View& view) { return view.overlapping(scope, prefix(cidr)); });
  }
};

TEST(Lists, AreInTheOrderOfCreationAndGoOnFromAMarker) {
  Fixture f;
  Changes changes{PutNetwork{test::network()}};
  for (std::uint32_t id = 1; id <= 300; ++id) {
    changes.push_back(PutBlock{block(id, base::cat("10.", id / 256, '.', id % 256, ".0/24"))});
  }
  f.commit(changes);
  const Listing of_tenant = Listing::blocks_of("default");
  EXPECT_EQ(f.list(of_tenant, 0, 3), (Numbers{1, 2, 3}));
  EXPECT_EQ(f.list(of_tenant, 255, 2), (Numbers{256, 257}));
  EXPECT_EQ(f.list(of_tenant, 299), Numbers{300});
  EXPECT_EQ(f.list(of_tenant, 300), Numbers{});
  EXPECT_EQ(f.list(of_tenant, 1, 0), Numbers{});
  EXPECT_EQ(f.list(of_tenant, ~0ull), Numbers{});
  EXPECT_EQ(f.list(Listing::all(ObjectKind::kBlock), 298), (Numbers{299, 300}));
  EXPECT_EQ(f.list(Listing::all(ObjectKind::kBlock), 0xffffffff), Numbers{});
  EXPECT_EQ(f.list(Listing::all(ObjectKind::kBlock), 0x100000001), Numbers{});
  EXPECT_EQ(f.list(Listing::blocks_of(kLab), 298), (Numbers{299, 300}));
}

TEST(Lists, OfOneOwnerAreNotThoseOfAnother) {
  Fixture f;
  Block child = block(3, "10.0.0.0/25", "ab");
  child.parent = BlockId{1};
  child.policy = PolicyId{256};
  Block nul = block(4, "10.0.4.0/24", std::string_view("a\0b", 3));
  f.commit({PutBlock{block(1, "10.0.0.0/24", "a")}, PutBlock{block(2, "10.0.2.0/24", "ab")},
            PutBlock{child}, PutBlock{nul}, PutBlock{block(5, "10.0.5.0/24", "")}});
  EXPECT_EQ(f.list(Listing::blocks_of("a")), Numbers{1});
  EXPECT_EQ(f.list(Listing::blocks_of("ab")), (Numbers{2, 3}));
  EXPECT_EQ(f.list(Listing::blocks_of("")), Numbers{5});
  EXPECT_EQ(f.list(Listing::children_of(BlockId{1})), Numbers{3});
  EXPECT_EQ(f.list(Listing::children_of(BlockId{3})), Numbers{});
  EXPECT_EQ(f.list(Listing::blocks_with(PolicyId{256})), Numbers{3});
  EXPECT_EQ(f.list(Listing::blocks_with(PolicyId{1})), Numbers{});
  EXPECT_TRUE(f.ask([](const View& view) { return view.any(Listing::blocks_of("a")); }));
  EXPECT_FALSE(f.ask([](const View& view) { return view.any(Listing::blocks_of("b")); }));
}

TEST(Lists, FollowAnObjectThatChangesHandsOrGoes) {
  Fixture f;
  Interface interface = test::interface(1, "vif");
  interface.device = "vm1";
  f.commit({Put<Interface>{interface}, Put<Interface>{test::interface(2, "other")}});
  EXPECT_EQ(f.list(Listing::interfaces_on("vm1")), Numbers{1});
  EXPECT_EQ(f.list(Listing::interfaces_on("")), Numbers{}) << "no device is none";
  interface.device = "vm2";
  interface.tenant = "acme";
  f.commit({Put<Interface>{interface}});
  EXPECT_EQ(f.list(Listing::interfaces_on("vm1")), Numbers{});
  EXPECT_EQ(f.list(Listing::interfaces_on("vm2")), Numbers{1});
  EXPECT_EQ(f.list(Listing::interfaces_of("default")), Numbers{2});
  EXPECT_EQ(f.list(Listing::interfaces_of("acme")), Numbers{1});
  f.commit({Erase<Interface>{InterfaceId{1}}, Erase<Interface>{InterfaceId{1}}});
  EXPECT_EQ(f.list(Listing::interfaces_on("vm2")), Numbers{});
  EXPECT_EQ(f.list(Listing::all(ObjectKind::kInterface)), Numbers{2});
}

TEST(Names, AreOfTheirTenant) {
  Fixture f;
  Network other = test::network(NetworkId{2}, "lab");
  other.tenant = "acme";
  Allocation allocation;
  allocation.id = AllocationId{4};
  allocation.tenant = "acme";
  allocation.handle = "web";
  f.commit({PutNetwork{test::network()}, PutNetwork{other}, Put<Allocation>{allocation}});
  f.ask([&](const View& view) {
    EXPECT_EQ(view.network_named("default", "lab"), kLab);
    EXPECT_EQ(view.network_named("acme", "lab"), NetworkId{2});
    EXPECT_FALSE(view.network_named("acme", "la"));
    EXPECT_FALSE(view.network_named("", "lab"));
    EXPECT_FALSE(view.network_named("acm", "elab"));
    EXPECT_EQ(view.allocation_named("acme", "web"), AllocationId{4});
    EXPECT_FALSE(view.allocation_named("default", "web"));
    return true;
  });
}

TEST(Names, PassFromOneObjectToAnotherInOneTransaction) {
  Fixture f;
  f.commit({Put<Interface>{test::interface(1, "a")}, Put<Interface>{test::interface(2, "b")}});
  // Each has the other's name before it gives its own away.
  f.commit({Put<Interface>{test::interface(1, "b")}, Put<Interface>{test::interface(2, "a")}});
  const auto named = [&](std::string_view vif) {
    return f.ask([&](const View& view) { return view.interface_named(vif); });
  };
  EXPECT_EQ(named("b"), InterfaceId{1});
  EXPECT_EQ(named("a"), InterfaceId{2});
  f.commit({Put<Interface>{test::interface(3, "b")}, Erase<Interface>{InterfaceId{1}}});
  EXPECT_EQ(named("b"), InterfaceId{3});
  f.commit({Put<Interface>{test::interface(3, "c")}});
  EXPECT_FALSE(named("b"));
}

TEST(Names, AsLongAsTheLimitAreFoundAndLongerOnesAreNot) {
  Fixture f;
  const std::string longest(base::limits::kNameSize, 'x');
  const std::string longer = longest + "x";
  Network network = test::network(kLab, longest);
  network.tenant = longest;
  Interface interface = test::interface(1, longest);
  interface.device = longest;
  f.commit({PutNetwork{network}, Put<Interface>{interface}});
  f.ask([&](const View& view) {
    EXPECT_EQ(view.network_named(longest, longest), kLab);
    EXPECT_EQ(view.interface_named(longest), InterfaceId{1});
    EXPECT_FALSE(view.network_named(longer, longest));
    EXPECT_FALSE(view.network_named(longest, std::string(100000, 'x')));
    EXPECT_FALSE(view.interface_named(longer));
    EXPECT_FALSE(view.allocation_named(longer, longer));
    EXPECT_EQ(view.list(Listing::interfaces_on(longest), 0, 9), Numbers{1});
    EXPECT_EQ(view.list(Listing::interfaces_on(longer), 0, 9), Numbers{});
    return true;
  });
}

TEST(Reservations, AreFoundByTheirNumberWhoeverTheyAreFor) {
  Fixture f;
  Reservation reservation;
  reservation.network = kLab;
  reservation.identity = test::client(1);
  reservation.id = ReservationId{7};
  f.commit({PutReservation{reservation}});
  const auto identity_of = [&](std::uint64_t number) {
    const auto found =
        f.ask([&](const View& view) { return view.reservation(ReservationId{number}); });
    return found ? text(found->identity) : "none";
  };
  EXPECT_EQ(identity_of(7), "mac 02:00:00:00:00:01");
  EXPECT_EQ(identity_of(8), "none");
  // Its client changes: that is another key.
  reservation.identity = test::client_id({0, 1, 2});
  f.commit({PutReservation{reservation}, EraseReservation{kLab, test::client(1)}});
  EXPECT_EQ(identity_of(7), "client-id 000102");
  f.commit({EraseReservation{kLab, test::client_id({0, 1, 2})}});
  EXPECT_EQ(identity_of(7), "none");
}

TEST(Overlap, IsLookedForAmongTheBlocksOfTheScope) {
  Fixture f;
  Block open = block(1, "198.51.100.0/24");
  open.type = BlockType::kPublic;
  Block child = block(2, "198.51.100.64/26");
  child.type = BlockType::kPublic;
  child.parent = BlockId{1};
  Block retired = block(3, "10.0.0.0/8");
  retired.retired = true;
  f.commit({PutBlock{open}, PutBlock{child}, PutBlock{retired}});
  EXPECT_EQ(f.overlapping(CidrScope::public_roots(), "198.51.100.70/32"), BlockId{1});
  EXPECT_EQ(f.overlapping(CidrScope::top_of(kLab), "198.51.0.0/16"), BlockId{1});
  EXPECT_EQ(f.overlapping(CidrScope::children_of(BlockId{1}), "198.51.100.70/32"), BlockId{2});
  EXPECT_FALSE(f.overlapping(CidrScope::children_of(BlockId{1}), "198.51.100.0/26"));
  EXPECT_FALSE(f.overlapping(CidrScope::children_of(BlockId{2}), "198.51.100.0/24"));
  EXPECT_FALSE(f.overlapping(CidrScope::top_of(NetworkId{2}), "198.51.100.0/24"));
  EXPECT_FALSE(f.overlapping(CidrScope::top_of(kLab), "10.0.0.0/8")) << "retired";
  EXPECT_EQ(f.ask([](const View& v) { return v.first_of(CidrScope::top_of(kLab)); }), BlockId{1});
  EXPECT_FALSE(f.ask([](const View& v) { return v.first_of(CidrScope::top_of(NetworkId{2})); }));
}

TEST(Overlap, SeesTheEndsOfBothFamilies) {
  Fixture f;
  f.commit({PutBlock{block(1, "0.0.0.0/1")}, PutBlock{block(2, "255.255.255.255/32")},
            PutBlock{block(3, "::/1")}, PutBlock{block(4, "ffff::/16")}});
  const CidrScope top = CidrScope::top_of(kLab);
  EXPECT_EQ(f.overlapping(top, "127.255.255.255/32"), BlockId{1});
  EXPECT_FALSE(f.overlapping(top, "128.0.0.0/2"));
  EXPECT_EQ(f.overlapping(top, "255.0.0.0/8"), BlockId{2});
  EXPECT_EQ(f.overlapping(top, "::1/128"), BlockId{3});
  EXPECT_FALSE(f.overlapping(top, "8000::/2"));
  EXPECT_EQ(f.overlapping(top, "ffff:ffff::/32"), BlockId{4});
}

// Against a list that is looked through, in a space of 64 addresses.
RC_GTEST_PROP(Overlap, AgreesWithALookAtEachBlock, ()) {
  ScratchTables tables;
  const CidrScope scope = CidrScope::children_of(BlockId{1});
  std::map<std::uint32_t, net::Prefix> blocks;
  const auto any_cidr = [] {
    const unsigned length = *rc::gen::inRange<unsigned>(26, 33);
    return *net::Prefix::make(net::Ipv4{*rc::gen::inRange<std::uint32_t>(0, 64)}, length);
  };
  for (std::uint32_t id = 2; id < 40; ++id) {
    const net::Prefix cidr = any_cidr();
    const bool taken =
        std::ranges::any_of(blocks, [&](const auto& entry) { return entry.second.overlaps(cidr); });
    const auto found = View(*tables).overlapping(scope, cidr);
    RC_ASSERT(found.has_value() == taken);
    if (found) RC_ASSERT(blocks.at(found->value).overlaps(cidr));
    Block added = test::block(id, "0.0.0.0/0", "");
    added.cidr = cidr;
    added.parent = BlockId{1};
    if (!taken) {
      blocks.emplace(id, cidr);
      each_key(added,
               [&](base::Bytes key, base::Bytes value) { tables->put(Table::kIndex, key, value); });
    }
  }
  RC_ASSERT(!tables->error);
}

// A flipped bit would lead to another tenant's object.
TEST(Index, S9_RefusesAnEntryThatWasChanged) {
  const auto refused = [](const auto& ask) {
    ScratchTables tables;
    Block open = block(1, "10.0.0.0/24");
    Reservation reservation;
    reservation.id = ReservationId{1};
    reservation.identity = test::client(1);
    const auto put = [&](base::Bytes key, base::Bytes value) {
      std::vector<std::uint8_t> bad(value.begin(), value.end());
      if (!bad.empty()) bad[bad.size() - 5] ^= 1;
      tables->put(Table::kIndex, key, bad);
    };
    each_key(test::network(), put);
    each_key(open, put);
    each_key(test::interface(1, "vif", net::Mac({2, 0, 0, 0, 0, 1})), put);
    each_key(reservation, put);
    ask(View(*tables));
    return tables->error && tables->error->fault == base::Fault::kDamaged;
  };
  EXPECT_TRUE(refused([](const View& v) { return v.network_named("default", "lab"); }));
  EXPECT_TRUE(refused([](const View& v) { return v.interface_named("vif"); }));
  EXPECT_TRUE(
      refused([](const View& v) { return v.interface_with(net::Mac({2, 0, 0, 0, 0, 1})); }));
  EXPECT_TRUE(refused([](const View& v) { return v.reservation(ReservationId{1}); }));
  EXPECT_TRUE(refused(
      [](const View& v) { return v.overlapping(CidrScope::top_of(kLab), prefix("10.0.0.0/8")); }));
  EXPECT_TRUE(refused([](const View& v) { return v.first_of(CidrScope::top_of(kLab)); }));
  EXPECT_FALSE(refused([](const View& v) { return v.interface_named("other"); }));
}

TEST(Lists, S9_RefuseAnEntryThatIsNone) {
  ScratchTables tables;
  Key key;
  begin_index(key, IndexKind::kBlocksOfTenant, "default").add(std::uint64_t{5}).add("x");
  tables->put(Table::kIndex, key.bytes(), {});
  EXPECT_TRUE(View(*tables).list(Listing::blocks_of("default"), 0, 9).empty());
  ASSERT_TRUE(tables->error);
  EXPECT_EQ(tables->error->fault, base::Fault::kDamaged);
}

}  // namespace
}  // namespace melange::store
