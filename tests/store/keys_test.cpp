// SPDX-License-Identifier: Apache-2.0
#include "keys.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "records.h"

namespace melange::store {
namespace {

using test::address;

template <class... Parts>
std::vector<std::uint8_t> made(const Parts&... parts) {
  Key key;
  (key.add(parts), ...);
  return {key.bytes().begin(), key.bytes().end()};
}

TEST(Keys, AreInTheOrderOfBlocksThenAddresses) {
  const std::vector ascending{made(BlockId{1}, address("0.0.0.0")),
                              made(BlockId{1}, address("10.0.0.255")),
                              made(BlockId{1}, address("10.0.1.0")),
                              made(BlockId{1}, address("255.255.255.255")),
                              made(BlockId{2}, address("10.0.0.0")),
                              made(BlockId{255}, address("10.0.0.0")),
                              made(BlockId{256}, address("10.0.0.0")),
                              made(BlockId{0x01000000}, address("::")),
                              made(BlockId{0x01000000}, address("::1:0:0:0:0")),
                              made(BlockId{0x01000000}, address("2001:db8::"))};
  EXPECT_TRUE(std::ranges::is_sorted(ascending));
}

TEST(Keys, OfHeldAddressesAreInTheOrderOfTime) {
  const std::vector ascending{
      made(BlockId{1}, base::Instant{}, address("10.0.0.9")),
      made(BlockId{1}, base::Instant{base::Millis{1}}, address("10.0.0.8")),
      made(BlockId{1}, base::Instant{base::Millis{256}}, address("10.0.0.1")),
      made(BlockId{1}, base::Instant{base::Millis{256}}, address("10.0.0.2")),
      made(BlockId{1}, base::Instant::max(), address("10.0.0.0"))};
  EXPECT_TRUE(std::ranges::is_sorted(ascending));
}

TEST(Keys, GiveTheAddressBack) {
  const AddressKey v4 = test::key(0x01020304, "10.0.0.255");
  const AddressKey v6 = test::key(9, "2001:db8::1");
  EXPECT_EQ(read_address_key(made(v4.block, v4.address)), v4);
  EXPECT_EQ(read_address_key(made(v6.block, v6.address)), v6);
  EXPECT_EQ(read_held_entry(made(v4.block, test::at(5), v4.address)), v4);
  EXPECT_EQ(read_held_entry(made(v6.block, test::at(5), v6.address)), v6);
  const auto prefix = made(test::kLab, test::client(1));
  EXPECT_EQ(
      read_identity_entry(made(test::kLab, test::client(1), v6.block, v6.address), prefix.size()),
      v6);
}

TEST(Keys, OfAnyOtherLengthAreRefused) {
  const auto whole = made(BlockId{1}, address("2001:db8::1"));
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const auto key = read_address_key(base::Bytes(whole).first(length));
    EXPECT_EQ(key.has_value(), length == 8) << length;
  }
  EXPECT_FALSE(read_identity_entry(whole, whole.size() + 1));
  EXPECT_FALSE(read_identity_entry({}, 1));
  EXPECT_FALSE(read_held_entry(base::Bytes(whole).first(11)));
}

// W14: two clients whose ids differ only after octet 128, or only in kind, are two.
TEST(Keys, W14_TellIdentitiesApartByEveryOctetAndByKind) {
  std::vector<std::uint8_t> id(255, 0);
  const auto first = made(test::kLab, test::client_id(id));
  id.back() = 1;
  EXPECT_NE(first, made(test::kLab, test::client_id(id)));
  const wire::Identity mac = test::client(5);
  const std::vector<std::uint8_t> octets(mac.bytes().begin(), mac.bytes().end());
  EXPECT_NE(made(test::kLab, mac), made(test::kLab, test::client_id(octets)));
  EXPECT_LE(made(test::kLab, test::client_id(id), BlockId{1}, address("2001:db8::1")).size(),
            kLongestKey);
}

// The length stands before the octets: no identity's entries are among those of a longer one.
TEST(Keys, OfOneIdentityAreNoPrefixOfAnothers) {
  const auto shorter = made(test::kLab, test::client_id({1, 2}));
  const auto longer = made(test::kLab, test::client_id({1, 2, 3}));
  EXPECT_FALSE(std::ranges::equal(base::Bytes(longer).first(shorter.size()), shorter));
}

}  // namespace
}  // namespace melange::store
