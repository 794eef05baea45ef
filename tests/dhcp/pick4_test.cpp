// SPDX-License-Identifier: Apache-2.0
//
// Which address is picked where a policy denies octets; everything else about it is shown by the
// transcripts.
#include "pick4.h"

#include <gtest/gtest.h>

#include "melange/base/limits.h"
#include "scene.h"

namespace melange::dhcp {
namespace {

using store::AddressState;
using test::at;
using test::client;
using test::in_state;
using test::pool_address;
using test::pool_key;

class PickTest : public testing::Test {
 protected:
  // The pool of block 1, and the octets that its policy denies.
  void set_pool(std::string_view cidr, std::string_view dynamic,
                const std::vector<std::uint8_t>& denied) {
    store::Block block = test::block(1, cidr, dynamic);
    for (const std::uint8_t octet : denied) block.denied_octets.add(octet);
    scene_.put(block);
  }
  void put(AddressState state, std::uint32_t last, std::uint32_t who) {
    scene_.put(in_state(state, pool_key(last), client(who)));
  }
  std::string pick(std::int64_t second = 200, std::vector<test::TestOption> options = {}) {
    scene_.ask(wire::MessageType4::kDiscover, {.options = std::move(options)});
    return scene_.look(at(second), [](const Scene4& scene) {
      const auto picked = pick_address(scene);
      return picked ? text(picked->address) : "none";
    });
  }

  test::Scene scene_;
};

std::vector<std::uint8_t> all_octets() {
  std::vector<std::uint8_t> all;
  for (unsigned octet = 0; octet < 256; ++octet) all.push_back(static_cast<std::uint8_t>(octet));
  return all;
}

TEST_F(PickTest, StepsOverARunOfDeniedOctets) {
  set_pool("192.0.2.0/24", "192.0.2.100-192.0.2.199", {100, 101, 102, 104});
  EXPECT_EQ(pick(), "192.0.2.103");
  put(AddressState::kLeased, 103, 2);
  EXPECT_EQ(pick(), "192.0.2.105");
}

TEST_F(PickTest, StepsOverOffersBetweenDeniedOctets) {
  set_pool("192.0.2.0/24", "192.0.2.100-192.0.2.107", {100, 102, 104, 106});
  for (const std::uint32_t last : {101u, 103u, 105u}) {
    scene_.offers().hold({test::kLab, client(last), pool_key(last), at(300)});
  }
  EXPECT_EQ(pick(), "192.0.2.107");
  scene_.offers().hold({test::kLab, client(107), pool_key(107), at(300)});
  EXPECT_EQ(pick(), "none");
}

TEST_F(PickTest, GivesNoDeniedOctetThoughItIsAskedFor) {
  set_pool("192.0.2.0/24", "192.0.2.100-192.0.2.103", {102});
  EXPECT_EQ(pick(200, {test::option_address(50, "192.0.2.102")}), "192.0.2.100");
  EXPECT_EQ(pick(200, {test::option_address(50, "192.0.2.101")}), "192.0.2.101");
}

TEST_F(PickTest, GivesBackNoAddressWhoseOctetWasDeniedMeanwhile) {
  set_pool("192.0.2.0/24", "192.0.2.100-192.0.2.102", {101});
  put(AddressState::kHeld, 101, 1);
  EXPECT_EQ(pick(), "192.0.2.100") << "its own former address";
  put(AddressState::kLeased, 100, 2);
  put(AddressState::kLeased, 102, 3);
  EXPECT_EQ(pick(), "none") << "nor as another's that is held";
  EXPECT_EQ(pick(4000), "192.0.2.100") << "nor as one whose lease ended";
}

TEST_F(PickTest, KeepsALeaseWhoseOctetWasDeniedMeanwhile) {
  put(AddressState::kLeased, 101, 1);
  set_pool("192.0.2.0/24", "192.0.2.100-192.0.2.103", {101});
  EXPECT_EQ(pick(), "192.0.2.101");
}

TEST_F(PickTest, StopsAtOnceWhereAllOctetsAreDenied) {
  set_pool("10.0.0.0/8", "10.0.0.1-10.255.255.254", all_octets());
  EXPECT_EQ(pick(), "none");
}

TEST_F(PickTest, OffersWhatIsFreeBehindMoreDeniedRunsThanItCounts) {
  // The pool's only octet is .9; all but the last of forty are leased.
  std::vector<std::uint8_t> denied = all_octets();
  denied.erase(denied.begin() + 9);
  store::Changes changes;
  set_pool("10.0.0.0/16", "10.0.0.0-10.0.39.255", denied);
  for (std::uint32_t i = 0; i < 39; ++i) {
    const store::AddressKey key{store::BlockId{1}, net::Ipv4(0x0a000009u + (i << 8))};
    scene_.put(in_state(AddressState::kLeased, key, client(100 + i)));
  }
  EXPECT_EQ(pick(), "10.0.39.9");
  const store::AddressKey last{store::BlockId{1}, net::Ipv4(0x0a002709u)};
  scene_.put(in_state(AddressState::kLeased, last, client(200)));
  EXPECT_EQ(pick(), "none");
}

}  // namespace
}  // namespace melange::dhcp
