// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/offers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <set>

#include "records.h"

namespace melange::dhcp {
namespace {

using store::AddressKey;
using store::BlockId;
using store::NetworkId;
using test::at;
using test::client;
using test::key;
using test::kLab;

Offer offer(std::uint32_t who, std::string_view address, std::int64_t expires = 10) {
  return {kLab, client(who), key(1, address), at(expires)};
}

std::string next(const Offers& offers, std::string_view from, std::uint32_t block = 1) {
  return text(offers.next_unoffered(key(block, from)));
}

TEST(Offers, AreFoundByClientAndByAddress) {
  Offers offers(4);
  offers.hold(offer(1, "192.0.2.1"));
  ASSERT_NE(offers.find(kLab, client(1)), nullptr);
  EXPECT_EQ(offers.find(kLab, client(1))->address, key(1, "192.0.2.1"));
  EXPECT_EQ(offers.find(kLab, client(2)), nullptr);
  EXPECT_EQ(offers.find(NetworkId{2}, client(1)), nullptr);
  EXPECT_TRUE(offers.is_offered(key(1, "192.0.2.1")));
  EXPECT_FALSE(offers.is_offered(key(1, "192.0.2.2")));
  EXPECT_FALSE(offers.is_offered(key(2, "192.0.2.1")));
}

TEST(Offers, OfABlockAreKnownByTheirAge) {
  Offers offers(8);
  const auto oldest = [&](std::uint32_t block, std::string_view but) {
    const Offer* const found = offers.oldest(
        BlockId{block}, [&](const Offer& each) { return text(each.address.address) != but; });
    return found == nullptr ? "none" : text(found->address.address);
  };
  EXPECT_EQ(oldest(1, ""), "none");
  offers.hold({kLab, client(9), key(2, "198.51.100.1"), at(10)});
  offers.hold(offer(1, "192.0.2.7"));
  offers.hold(offer(2, "192.0.2.3"));
  offers.hold(offer(3, "192.0.2.5"));
  EXPECT_EQ(oldest(1, ""), "192.0.2.7");
  EXPECT_EQ(oldest(1, "192.0.2.7"), "192.0.2.3");
  EXPECT_EQ(oldest(2, ""), "198.51.100.1");
  offers.hold(offer(1, "192.0.2.7", 20));
  EXPECT_EQ(oldest(1, ""), "192.0.2.3") << "who was offered it again is the youngest";
  offers.hold(offer(4, "192.0.2.3"));
  EXPECT_EQ(oldest(1, ""), "192.0.2.5");
  EXPECT_EQ(offers.find(kLab, client(2)), nullptr);
  EXPECT_EQ(offers.count(BlockId{1}), 3u);
}

TEST(Offers, OfAClientAreOneInEachNetwork) {
  Offers offers(4);
  offers.hold(offer(1, "192.0.2.1"));
  offers.hold(offer(1, "192.0.2.2"));
  offers.hold({NetworkId{2}, client(1), key(2, "192.0.2.1"), at(10)});
  EXPECT_EQ(offers.size(), 2u);
  EXPECT_FALSE(offers.is_offered(key(1, "192.0.2.1")));
  EXPECT_TRUE(offers.is_offered(key(1, "192.0.2.2")));
}

TEST(Offers, OfOneAddressGoToTheLastWhoWasGivenIt) {
  Offers offers(4);
  offers.hold(offer(1, "192.0.2.1"));
  offers.hold(offer(2, "192.0.2.1"));
  EXPECT_EQ(offers.find(kLab, client(1)), nullptr);
  EXPECT_NE(offers.find(kLab, client(2)), nullptr);
  EXPECT_EQ(offers.size(), 1u);
}

TEST(Offers, W30_AreBoundedTheOldestGoesFirst) {
  Offers offers(3);
  for (std::uint32_t i = 1; i <= 3; ++i) offers.hold(offer(i, "192.0.2." + std::to_string(i)));
  offers.hold(offer(1, "192.0.2.1"));  // asked again: no longer the oldest
  offers.hold(offer(4, "192.0.2.4"));
  EXPECT_EQ(offers.size(), 3u);
  EXPECT_EQ(offers.find(kLab, client(2)), nullptr);
  EXPECT_FALSE(offers.is_offered(key(1, "192.0.2.2")));
  EXPECT_NE(offers.find(kLab, client(1)), nullptr);
}

TEST(Offers, EndWhenTheirTimeIsOver) {
  Offers offers(4);
  offers.hold(offer(1, "192.0.2.1", 10));
  offers.hold(offer(2, "192.0.2.2", 11));
  offers.drop_expired(at(9));
  EXPECT_EQ(offers.size(), 2u);
  offers.drop_expired(at(10));
  EXPECT_EQ(offers.size(), 1u);
  EXPECT_FALSE(offers.is_offered(key(1, "192.0.2.1")));
  offers.drop_expired(at(12));
  EXPECT_EQ(offers.size(), 0u);
}

TEST(Offers, AreSteppedOverAsRuns) {
  Offers offers(8);
  offers.hold(offer(1, "192.0.2.1"));
  offers.hold(offer(3, "192.0.2.3"));
  EXPECT_EQ(next(offers, "192.0.2.1"), "192.0.2.2");
  offers.hold(offer(2, "192.0.2.2"));  // joins both neighbours
  EXPECT_EQ(next(offers, "192.0.2.0"), "192.0.2.0");
  EXPECT_EQ(next(offers, "192.0.2.1"), "192.0.2.4");
  EXPECT_EQ(next(offers, "192.0.2.3"), "192.0.2.4");
  offers.release(kLab, client(2));  // and splits them
  EXPECT_EQ(next(offers, "192.0.2.1"), "192.0.2.2");
  EXPECT_EQ(next(offers, "192.0.2.3"), "192.0.2.4");
  EXPECT_EQ(next(offers, "192.0.2.3", 2), "192.0.2.3");
}

TEST(Offers, ReachTheEndsOfTheAddressSpace) {
  Offers offers(4);
  offers.hold(offer(1, "0.0.0.0"));
  offers.hold(offer(2, "255.255.255.254"));
  offers.hold(offer(3, "255.255.255.255"));
  EXPECT_EQ(next(offers, "0.0.0.0"), "0.0.0.1");
  EXPECT_TRUE(offers.is_offered(key(1, "255.255.255.254")));
  EXPECT_TRUE(offers.is_offered(key(1, "255.255.255.255")));
  offers.release(kLab, client(3));
  EXPECT_FALSE(offers.is_offered(key(1, "255.255.255.255")));
  EXPECT_EQ(next(offers, "255.255.255.254"), "255.255.255.255");
}

// The same offers, kept as naively as can be.
struct Model {
  struct Held {
    Offer offer;
    int number;
  };
  std::map<std::uint32_t, Held> by_client;
  int next_number = 0;

  void hold(std::uint32_t who, const Offer& offer, std::size_t capacity) {
    by_client.erase(who);
    std::erase_if(by_client,
                  [&](const auto& entry) { return entry.second.offer.address == offer.address; });
    if (by_client.size() == capacity) by_client.erase(oldest());
    by_client[who] = {offer, next_number++};
  }
  std::map<std::uint32_t, Held>::iterator oldest() {
    return std::ranges::min_element(by_client, {},
                                    [](const auto& entry) { return entry.second.number; });
  }
  std::set<AddressKey> addresses() const {
    std::set<AddressKey> all;
    for (const auto& [who, held] : by_client) all.insert(held.offer.address);
    return all;
  }
};

void expect_same(const Offers& offers, const Model& model) {
  ASSERT_EQ(offers.size(), model.by_client.size());
  const auto addresses = model.addresses();
  for (std::uint32_t block = 1; block <= 2; ++block) {
    for (std::uint32_t last = 0; last < 18; ++last) {
      const AddressKey at_key{BlockId{block}, net::Ipv4(0xc0000200u + last)};
      ASSERT_EQ(offers.is_offered(at_key), addresses.contains(at_key));
      AddressKey free = at_key;
      while (addresses.contains(free)) free.address = free.address.next();
      ASSERT_EQ(offers.next_unoffered(at_key), free.address);
    }
  }
}

TEST(Offers, AgreeWithANaiveSetWhateverIsDone) {
  std::mt19937 engine(20);
  const auto random = [&] { return static_cast<std::uint32_t>(engine()); };
  constexpr std::size_t kCapacity = 12;
  Offers offers(kCapacity);
  Model model;
  for (int step = 0; step < 20000; ++step) {
    const std::uint32_t who = 1 + random() % 20;
    if (random() % 4 == 0) {
      offers.release(kLab, client(who));
      model.by_client.erase(who);
    } else {
      const AddressKey wanted{BlockId{1 + random() % 2}, net::Ipv4(0xc0000200u + random() % 16)};
      const Offer made{kLab, client(who), wanted, at(step)};
      offers.hold(made);
      model.hold(who, made, kCapacity);
    }
    if (random() % 50 == 0) {
      const auto now = at(step - static_cast<int>(random() % 10));
      offers.drop_expired(now);
      std::erase_if(model.by_client,
                    [&](const auto& entry) { return entry.second.offer.expires <= now; });
    }
    expect_same(offers, model);
    if (HasFatalFailure()) FAIL() << "at step " << step;
  }
}

}  // namespace
}  // namespace melange::dhcp
