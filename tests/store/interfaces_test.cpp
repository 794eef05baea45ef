// SPDX-License-Identifier: Apache-2.0
//
// Interfaces: the MACs that ranges give out to them, and the addresses that they have.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <map>
#include <set>

#include "melange/base/text.h"
#include "one_store.h"

namespace melange::store {
namespace {

using test::client;
using test::in_state;
using test::key;

net::Mac mac(std::uint8_t last) { return net::Mac({0xbc, 0x76, 0x4e, 0x20, 0, last}); }

MacRange range(std::uint64_t id, std::uint8_t first, std::uint8_t length) {
  MacRange made;
  made.id = MacRangeId{id};
  made.first = mac(first);
  made.length = length;
  return made;
}

Put<Interface> plug(std::uint64_t id, std::optional<std::uint8_t> last) {
  return {
      test::interface(id, base::cat("vif", id), last ? std::optional(mac(*last)) : std::nullopt)};
}

// The last octets of the range's MACs that nobody has, as runs.
std::string free_macs(const View& view, std::uint64_t id) {
  std::string out;
  net::Address from = net::Address::v6(0);
  while (const auto run = view.next_mac(MacRangeId{id}, from)) {
    const auto octet = [](const net::Address& at) {
      return static_cast<unsigned>(at.value() & 255);
    };
    out += base::cat(octet(run->first()), '-', octet(run->last()), ' ');
    from = run->last().next();
  }
  return out;
}

struct Fixture : OneStore {
  std::string free(std::uint64_t id) {
    return ask([&](const View& view) { return free_macs(view, id); });
  }
};

TEST(MacRange, GivesTheLowestFirstAndSoARecycledOneBeforeANewOne) {
  Fixture f;
  f.commit({Put<MacRange>{range(1, 0, 44)}});
  EXPECT_EQ(f.free(1), "0-15 ");
  f.commit({plug(1, 0), plug(2, 1), plug(3, 2)});
  EXPECT_EQ(f.free(1), "3-15 ");
  f.commit({Erase<Interface>{InterfaceId{2}}});
  EXPECT_EQ(f.free(1), "1-1 3-15 ");
  EXPECT_EQ(f.ask([](const View& v) { return v.interface_with(mac(2)); }), InterfaceId{3});
  EXPECT_FALSE(f.ask([](const View& v) { return v.interface_with(mac(1)); }));
}

TEST(MacRange, IsOfAllThatBeginWithItsBits) {
  Fixture f;
  f.commit({Put<MacRange>{range(1, 0x35, 44)}, Put<MacRange>{range(2, 7, 48)}});
  EXPECT_EQ(f.free(1), "48-63 ");
  EXPECT_EQ(f.free(2), "7-7 ");
  // An interface's own MAC below the one that names the range is in it all the same.
  f.commit({plug(1, 0x31), Put<MacRange>{range(3, 0x35, 44)}});
  EXPECT_EQ(f.free(1), "48-48 50-63 ");
  EXPECT_EQ(f.free(3), "48-48 50-63 ");
}

TEST(MacRange, LeavesOutWhatInterfacesBroughtBeforeIt) {
  Fixture f;
  f.commit({plug(1, 3), plug(2, 15), plug(3, 16), plug(4, std::nullopt)});
  f.commit({Put<MacRange>{range(1, 0, 44)}});
  EXPECT_EQ(f.free(1), "0-2 4-14 ");
}

TEST(MacRange, OverlappingAnotherGivesNoMacTwice) {
  Fixture f;
  f.commit({Put<MacRange>{range(1, 0, 45)}, Put<MacRange>{range(2, 0, 44)}});
  f.commit({plug(1, 0), plug(2, 9)});
  EXPECT_EQ(f.free(1), "1-7 ");
  EXPECT_EQ(f.free(2), "1-8 10-15 ");
  f.commit({Erase<Interface>{InterfaceId{1}}});
  EXPECT_EQ(f.free(1), "0-7 ");
  EXPECT_EQ(f.free(2), "0-8 10-15 ");
  f.commit({Erase<MacRange>{MacRangeId{2}}});
  EXPECT_EQ(f.free(2), "");
  EXPECT_EQ(f.free(1), "0-7 ");
}

TEST(MacRange, FollowsAnInterfaceThatChangesItsMac) {
  Fixture f;
  f.commit({Put<MacRange>{range(1, 0, 45)}, plug(1, 0), plug(2, 1)});
  f.commit({plug(1, 5)});
  EXPECT_EQ(f.free(1), "0-0 2-4 6-7 ");
  f.commit({plug(1, std::nullopt)});
  EXPECT_EQ(f.free(1), "0-0 2-7 ");
  // One takes another's in the transaction that takes it from there.
  f.commit({plug(3, 1), Erase<Interface>{InterfaceId{2}}});
  EXPECT_EQ(f.free(1), "0-0 2-7 ");
  EXPECT_EQ(f.ask([](const View& v) { return v.interface_with(mac(1)); }), InterfaceId{3});
  f.commit({Put<MacRange>{range(1, 0, 46)}});
  EXPECT_EQ(f.free(1), "0-0 2-3 ");
}

// Whatever comes and goes, in whatever order: free is what a range has and no interface.
RC_GTEST_PROP(MacRange, HasFreeWhatNoInterfaceHas, ()) {
  Fixture f;
  auto txn = f.store().begin();
  RC_ASSERT(txn.has_value());
  std::map<std::uint64_t, std::uint8_t> interfaces;
  std::map<std::uint64_t, std::pair<unsigned, unsigned>> ranges;
  const auto apply = [&](const Change& change) { RC_ASSERT(txn->apply(change).has_value()); };
  for (int step = 0; step < 40; ++step) {
    const auto id = *rc::gen::inRange<std::uint64_t>(1, 6);
    const auto octet = *rc::gen::inRange<std::uint8_t>(0, 16);
    const bool taken = std::ranges::any_of(
        interfaces, [&](const auto& entry) { return entry.first != id && entry.second == octet; });
    switch (*rc::gen::inRange(0, 5)) {
      case 0:
      case 1:
        if (!taken) apply(plug(id, octet)), interfaces[id] = octet;
        break;
      case 2:
        apply(Erase<Interface>{InterfaceId{id}}), interfaces.erase(id);
        break;
      case 3: {
        const unsigned bits = *rc::gen::inRange(0u, 5u);
        const unsigned first = octet >> bits << bits;
        apply(Put<MacRange>{range(id, octet, static_cast<std::uint8_t>(48 - bits))});
        ranges[id] = {first, first + (1u << bits) - 1};
        break;
      }
      default:
        apply(Erase<MacRange>{MacRangeId{id}}), ranges.erase(id);
    }
    for (std::uint64_t each = 1; each < 6; ++each) {
      std::set<unsigned> expected;
      const auto known = ranges.find(each);
      for (unsigned at = 0; known != ranges.end() && at < 16; ++at) {
        const bool in = known->second.first <= at && at <= known->second.second;
        const bool had =
            std::ranges::any_of(interfaces, [&](const auto& entry) { return entry.second == at; });
        if (in && !had) expected.insert(at);
      }
      std::set<unsigned> found;
      net::Address from = net::Address::v6(0);
      while (const auto run = txn->view().next_mac(MacRangeId{each}, from)) {
        for (auto at = run->first().value(); at <= run->last().value(); ++at) {
          found.insert(static_cast<unsigned>(at & 255));
        }
        from = run->last().next();
      }
      RC_ASSERT(found == expected);
    }
  }
}

TEST(Interface, HasItsAddressesInOrderOfBlocks) {
  Fixture f;
  const auto own = [](const AddressKey& at, std::uint64_t interface) {
    AddressRecord record = in_state(AddressState::kReserved, at, client(1));
    record.interface = InterfaceId{interface};
    return PutAddress{record};
  };
  f.commit({PutBlock{test::block(1, "10.0.0.0/24", "")},
            PutBlock{test::block(2, "2001:db8::/64", "")}, own(key(2, "2001:db8::1"), 1),
            own(key(1, "10.0.0.9"), 1), own(key(1, "10.0.0.2"), 1), own(key(1, "10.0.0.3"), 256),
            PutAddress{test::leased(key(1, "10.0.0.4"), client(1))}});
  const auto addresses = [&](std::uint64_t interface) {
    std::string out;
    for (const AddressKey& at :
         f.ask([&](const View& view) { return view.addresses_on(InterfaceId{interface}); })) {
      out += text(at.address) + " ";
    }
    return out;
  };
  EXPECT_EQ(addresses(1), "10.0.0.2 10.0.0.9 2001:db8::1 ");
  EXPECT_EQ(addresses(256), "10.0.0.3 ");
  EXPECT_EQ(addresses(0), "") << "a dynamic lease is nobody's";
  f.commit({own(key(1, "10.0.0.9"), 256), EraseAddress{key(2, "2001:db8::1")}});
  EXPECT_EQ(addresses(1), "10.0.0.2 ");
  EXPECT_EQ(addresses(256), "10.0.0.3 10.0.0.9 ");
  // Quarantined, it stays its former owner's, who may have it restored.
  AddressRecord quarantined = in_state(AddressState::kQuarantined, key(1, "10.0.0.2"), client(1));
  quarantined.interface = InterfaceId{1};
  f.commit({PutAddress{quarantined}});
  EXPECT_EQ(addresses(1), "10.0.0.2 ");
}

}  // namespace
}  // namespace melange::store
