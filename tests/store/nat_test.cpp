// SPDX-License-Identifier: Apache-2.0
//
// NAT relations: seen from both ends, and gone with either of them.
#include <gtest/gtest.h>

#include "melange/base/text.h"
#include "one_store.h"

namespace melange::store {
namespace {

using test::client;
using test::in_state;
using test::key;

constexpr auto kGlobals = NatDirection::kGlobalsOfLocal;
constexpr auto kLocals = NatDirection::kLocalsOfGlobal;

// Block 1 is local, block 2 and 3 are global.
struct Fixture : OneStore {
  Fixture() {
    Changes changes{PutNetwork{test::network()}, PutBlock{test::block(1, "10.0.0.0/24", "")},
                    PutBlock{test::block(2, "198.51.100.0/24", "")},
                    PutBlock{test::block(3, "2001:db8::/64", "")}};
    for (const AddressKey& at : {key(1, "10.0.0.1"), key(1, "10.0.0.2"), key(2, "198.51.100.1"),
                                 key(2, "198.51.100.2"), key(3, "2001:db8::1")}) {
      changes.push_back(PutAddress{in_state(AddressState::kReserved, at, client(1))});
    }
    commit(changes);
  }
  std::string ends(NatDirection direction, const AddressKey& of) {
    std::string out;
    for (const AddressKey& other :
         ask([&](const View& view) { return view.nat_of(direction, of); })) {
      out += base::cat(other.block.value, '/', text(other.address), ' ');
    }
    return out;
  }
};

TEST(Nat, IsSeenFromBothEnds) {
  Fixture f;
  f.commit({PutNat{{key(1, "10.0.0.1"), key(2, "198.51.100.1")}},
            PutNat{{key(1, "10.0.0.1"), key(3, "2001:db8::1")}},
            PutNat{{key(1, "10.0.0.2"), key(2, "198.51.100.1")}}});
  EXPECT_EQ(f.ends(kGlobals, key(1, "10.0.0.1")), "2/198.51.100.1 3/2001:db8::1 ");
  EXPECT_EQ(f.ends(kGlobals, key(1, "10.0.0.2")), "2/198.51.100.1 ");
  EXPECT_EQ(f.ends(kLocals, key(2, "198.51.100.1")), "1/10.0.0.1 1/10.0.0.2 ");
  EXPECT_EQ(f.ends(kLocals, key(3, "2001:db8::1")), "1/10.0.0.1 ");
  EXPECT_EQ(f.ends(kLocals, key(1, "10.0.0.1")), "") << "it is not global";
  EXPECT_EQ(f.ends(kGlobals, key(2, "198.51.100.1")), "");
  EXPECT_EQ(f.ends(kGlobals, key(2, "10.0.0.1")), "") << "another block's";
}

TEST(Nat, GoesOneByOne) {
  Fixture f;
  const Nat first{key(1, "10.0.0.1"), key(2, "198.51.100.1")};
  const Nat second{key(1, "10.0.0.1"), key(2, "198.51.100.2")};
  f.commit({PutNat{first}, PutNat{second}});
  f.commit({EraseNat{first}});
  EXPECT_EQ(f.ends(kGlobals, first.local), "2/198.51.100.2 ");
  EXPECT_EQ(f.ends(kLocals, first.global), "");
  EXPECT_TRUE(f.ask([&](const View& view) { return view.has_nat(second); }));
  EXPECT_FALSE(f.ask([&](const View& view) { return view.has_nat(first); }));
  EXPECT_FALSE(
      f.ask([&](const View& view) { return view.has_nat({second.global, second.local}); }));
}

TEST(Nat, IsForgottenWithEitherOfItsAddresses) {
  Fixture f;
  f.commit({PutNat{{key(1, "10.0.0.1"), key(2, "198.51.100.1")}},
            PutNat{{key(1, "10.0.0.1"), key(2, "198.51.100.2")}},
            PutNat{{key(1, "10.0.0.2"), key(2, "198.51.100.2")}}});
  f.commit({EraseAddress{key(1, "10.0.0.1")}});
  EXPECT_EQ(f.ends(kLocals, key(2, "198.51.100.1")), "");
  EXPECT_EQ(f.ends(kLocals, key(2, "198.51.100.2")), "1/10.0.0.2 ");
  f.commit({EraseAddress{key(2, "198.51.100.2")}});
  EXPECT_EQ(f.ends(kGlobals, key(1, "10.0.0.2")), "");
  // Each of the three has its event.
  const std::string events = f.ask([](const View& view) { return test::dump_events(view, 12); });
  std::size_t deleted = 0;
  for (std::size_t at = events.find("nat.deleted"); at != std::string::npos;
       at = events.find("nat.deleted", at + 1)) {
    ++deleted;
  }
  EXPECT_EQ(deleted, 3u) << events;
}

TEST(Nat, StaysWhileItsAddressIsQuarantined) {
  Fixture f;
  f.commit({PutNat{{key(1, "10.0.0.1"), key(2, "198.51.100.1")}}});
  f.commit({PutAddress{in_state(AddressState::kQuarantined, key(1, "10.0.0.1"), client(1))}});
  EXPECT_EQ(f.ends(kLocals, key(2, "198.51.100.1")), "1/10.0.0.1 ");
}

}  // namespace
}  // namespace melange::store
