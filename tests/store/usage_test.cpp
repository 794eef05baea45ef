// SPDX-License-Identifier: Apache-2.0
//
// What is counted and kept in order of time, whatever becomes of ranges, denied octets and records.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <map>

#include "melange/base/text.h"
#include "one_store.h"

namespace melange::store {
namespace {

using test::address;
using test::at;
using test::client;
using test::in_state;
using test::key;
using test::leased;

Block block(std::string_view dynamic, std::string_view fixed) {
  Block made = test::block(1, "10.0.0.0/24", dynamic);
  made.fixed = test::ranges(fixed);
  return made;
}

struct Fixture : OneStore {
  std::string fixed() {
    std::string out;
    ask([&](const View& view) {
      net::Address from = address("10.0.0.0");
      while (const auto run = view.next_fixed(BlockId{1}, from)) {
        out += text(*run) + " ";
        from = run->last().next();
      }
      return true;
    });
    return out;
  }
  Usage usage() {
    return ask([](const View& view) { return view.usage(BlockId{1}); });
  }
};

TEST(FixedRanges, AreApartFromTheDynamicOnes) {
  Fixture f;
  f.commit({PutBlock{block("10.0.0.10-10.0.0.19", "10.0.0.1-10.0.0.9, 10.0.0.20")}});
  EXPECT_EQ(f.fixed(), "10.0.0.1-10.0.0.9 10.0.0.20 ");
  EXPECT_EQ(f.usage().free, 10u);
  EXPECT_EQ(f.usage().free_fixed, 10u);
  f.commit({PutAddress{in_state(AddressState::kReserved, key(1, "10.0.0.1"), client(1))},
            PutAddress{in_state(AddressState::kReserved, key(1, "10.0.0.15"), client(2))}});
  EXPECT_EQ(f.fixed(), "10.0.0.2-10.0.0.9 10.0.0.20 ");
  EXPECT_EQ(f.usage().free, 9u);
  EXPECT_EQ(f.usage().free_fixed, 9u);
  EXPECT_FALSE(f.ask([](const View& v) { return v.is_free(key(1, "10.0.0.2")); }));
  f.commit({EraseAddress{key(1, "10.0.0.1")}, EraseAddress{key(1, "10.0.0.15")}});
  EXPECT_EQ(f.fixed(), "10.0.0.1-10.0.0.9 10.0.0.20 ");
}

TEST(FixedRanges, TakeOverWhatAPoolGivesUp) {
  Fixture f;
  f.commit({PutBlock{block("10.0.0.1-10.0.0.9", "")},
            PutAddress{leased(key(1, "10.0.0.5"), client(1))}});
  f.commit({PutBlock{block("10.0.0.1-10.0.0.3", "10.0.0.4-10.0.0.9")}});
  EXPECT_EQ(f.fixed(), "10.0.0.4 10.0.0.6-10.0.0.9 ");
  EXPECT_EQ(f.usage().free, 3u);
  EXPECT_EQ(f.usage().free_fixed, 5u);
  f.commit({EraseAddress{key(1, "10.0.0.5")}, EraseBlock{BlockId{1}}});
  EXPECT_EQ(f.fixed(), "");
  EXPECT_EQ(f.usage(), Usage{});
}

TEST(DeniedOctets, AreNotCountedAsFreeButLieInTheRuns) {
  Fixture f;
  Block denying = block("10.0.0.0-10.0.0.99", "10.0.0.100-10.0.0.255");
  denying.denied_octets.add(5);
  denying.denied_octets.add(200);
  f.commit({PutBlock{denying}});
  EXPECT_EQ(f.usage().free, 99u);
  EXPECT_EQ(f.usage().free_fixed, 155u);
  EXPECT_EQ(f.fixed(), "10.0.0.100-10.0.0.255 ");
  // One that is taken all the same changes no count of what is free.
  f.commit({PutAddress{leased(key(1, "10.0.0.5"), client(1))}});
  EXPECT_EQ(f.usage().free, 99u);
  // The policy goes, and then the lease.
  f.commit({PutBlock{block("10.0.0.0-10.0.0.99", "10.0.0.100-10.0.0.255")}});
  EXPECT_EQ(f.usage().free, 99u);
  EXPECT_EQ(f.usage().free_fixed, 156u);
  f.commit({EraseAddress{key(1, "10.0.0.5")}});
  EXPECT_EQ(f.usage().free, 100u);
}

// Random ranges, masks and records of one block of 256 addresses, in transactions of several
// changes; the counters must be what a look at each address gives.
RC_GTEST_PROP(Usage, EqualsARecountWhateverChanges, ()) {
  Fixture f;
  Block now = block("", "");
  std::map<unsigned, AddressState> records;
  const auto where = [] { return *rc::gen::inRange<unsigned>(0, 256); };
  const auto host = [](unsigned octet) { return net::Ipv4{(10u << 24) + octet}; };
  for (int commits = 0; commits < 4; ++commits) {
    Changes changes;
    for (int i = *rc::gen::inRange(1, 12); i > 0; --i) {
      const int kind = commits == 0 && changes.empty() ? 0 : *rc::gen::inRange(0, 6);
      if (kind == 0) {
        net::RangeSet dynamic;
        net::RangeSet fixed(std::vector{now.cidr.range()});
        for (int pools = *rc::gen::inRange(0, 4); pools > 0; --pools) {
          const auto [low, high] = std::minmax({where(), where()});
          dynamic.add(*net::Range::make(host(low), host(high)));
        }
        for (const net::Range& pool : dynamic.ranges()) fixed.remove(pool);
        if (*rc::gen::arbitrary<bool>()) fixed = {};
        now.dynamic.assign(dynamic.ranges().begin(), dynamic.ranges().end());
        now.fixed.assign(fixed.ranges().begin(), fixed.ranges().end());
        now.denied_octets = {};
        for (int denied = *rc::gen::inRange(0, 20); denied > 0; --denied) {
          now.denied_octets.add(static_cast<std::uint8_t>(where()));
        }
        changes.push_back(PutBlock{now});
      } else if (kind < 4) {
        const unsigned octet = where() % 32 * 8;
        const auto state = static_cast<AddressState>(*rc::gen::inRange<int>(1, kAddressStates));
        records[octet] = state;
        changes.push_back(PutAddress{in_state(state, {BlockId{1}, host(octet)}, client(octet))});
      } else {
        const unsigned octet = where() % 32 * 8;
        records.erase(octet);
        changes.push_back(EraseAddress{{BlockId{1}, host(octet)}});
      }
    }
    f.commit(changes);
    Usage expected;
    for (const auto& [octet, state] : records) {
      ++expected.records[static_cast<std::size_t>(state)];
    }
    const net::RangeSet dynamic(now.dynamic);
    const net::RangeSet fixed(now.fixed);
    for (unsigned octet = 0; octet < 256; ++octet) {
      if (records.contains(octet) || now.denied_octets.covers(host(octet))) continue;
      expected.free += dynamic.contains(host(octet)) ? 1u : 0u;
      expected.free_fixed += fixed.contains(host(octet)) ? 1u : 0u;
    }
    RC_ASSERT(f.usage() == expected);
  }
}

std::string due(OneStore& store, std::int64_t now, std::size_t enough = 99) {
  std::string out;
  std::size_t seen = 0;
  store.ask([&](const View& view) {
    view.scan_due(at(now), [&](const AddressKey& key) {
      out += base::cat(key.block.value, '/', text(key.address), ' ');
      return ++seen < enough;
    });
    return true;
  });
  return out;
}

TEST(Due, AreQuarantinedAddressesWhoseTimeIsOverLongestOverFirst) {
  Fixture f;
  const auto quarantine = [](const AddressKey& key, std::int64_t until) {
    AddressRecord record = in_state(AddressState::kQuarantined, key, client(1));
    record.expires = at(until);
    return PutAddress{record};
  };
  f.commit({PutBlock{block("10.0.0.0/24", "")}, PutBlock{test::block(2, "2001:db8::/64", "")},
            quarantine(key(1, "10.0.0.3"), 300), quarantine(key(2, "2001:db8::1"), 200),
            quarantine(key(1, "10.0.0.2"), 100), quarantine(key(1, "10.0.0.1"), 300),
            PutAddress{in_state(AddressState::kDeclined, key(1, "10.0.0.9"), client(2))}});
  EXPECT_EQ(due(f, 99), "") << "a second earlier it is not over";
  EXPECT_EQ(due(f, 100), "1/10.0.0.2 ");
  EXPECT_EQ(due(f, 300), "1/10.0.0.2 2/2001:db8::1 1/10.0.0.1 1/10.0.0.3 ");
  EXPECT_EQ(due(f, 300, 2), "1/10.0.0.2 2/2001:db8::1 ");
  f.commit({quarantine(key(1, "10.0.0.2"), 400), EraseAddress{key(1, "10.0.0.1")},
            PutAddress{in_state(AddressState::kReserved, key(2, "2001:db8::1"), client(1))}});
  EXPECT_EQ(due(f, 100'000), "1/10.0.0.3 1/10.0.0.2 ");
  AddressRecord forever = quarantine(key(1, "10.0.0.7"), 0).record;
  forever.expires = base::Instant::max();
  f.commit({PutAddress{forever}});
  EXPECT_EQ(due(f, 100'000), "1/10.0.0.3 1/10.0.0.2 ");
}

}  // namespace
}  // namespace melange::store
