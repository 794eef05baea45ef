// SPDX-License-Identifier: Apache-2.0
#include "melange/wire/identity.h"

#include <gtest/gtest.h>

#include <vector>

namespace melange::wire {
namespace {

using Octets = std::vector<std::uint8_t>;

const net::Mac kMac = *net::Mac::parse("52:54:00:12:34:56");

TEST(ClientId, W14_HasTwoTo255Octets) {
  EXPECT_FALSE(ClientId::make({}).has_value());
  EXPECT_FALSE(ClientId::make(Octets(1)).has_value());
  EXPECT_TRUE(ClientId::make(Octets(2)).has_value());
  EXPECT_TRUE(ClientId::make(Octets(254)).has_value()) << "zeros are an identity like others";
  EXPECT_TRUE(ClientId::make(Octets(255, 0xff)).has_value());
  EXPECT_FALSE(ClientId::make(Octets(256)).has_value());
}

TEST(ClientId, W14_DiffersInItsLastOctetToo) {
  Octets octets(255, 7);
  const auto first = ClientId::make(octets);
  octets.back() = 8;
  EXPECT_NE(*first, *ClientId::make(octets));
  octets.pop_back();
  EXPECT_NE(*first, *ClientId::make(octets));
}

TEST(Identity, IsSomebodyElseWithTheSameOctetsOfAnotherKind) {
  const base::Bytes octets = kMac.bytes();
  const Identity mac = Identity::of(kMac);
  const Identity id = Identity::of(*ClientId::make(octets));
  EXPECT_NE(mac, id);
  EXPECT_LT(mac, id);
  EXPECT_TRUE(base::equal(mac.bytes(), id.bytes()));
}

TEST(Identity, IsReadBackFromKindAndOctets) {
  for (const Identity& identity :
       {Identity(), Identity::of(kMac), Identity::of(*ClientId::make(Octets(255, 1))),
        *Identity::make(IdentityKind::kDuid, Octets(130, 1)),
        *Identity::make(IdentityKind::kCircuitId, Octets(255, 1))}) {
    const auto kind = static_cast<std::uint8_t>(identity.kind());
    EXPECT_EQ(Identity::make(kind, identity.bytes()), identity) << text(identity);
  }
}

TEST(Identity, IsNotMadeOfOctetsThatItsKindCannotHave) {
  EXPECT_EQ(Identity::make(0, Octets(1)), std::nullopt);
  EXPECT_EQ(Identity::make(1, Octets(5)), std::nullopt);
  EXPECT_EQ(Identity::make(1, Octets(7)), std::nullopt);
  EXPECT_EQ(Identity::make(2, Octets(1)), std::nullopt);
  EXPECT_EQ(Identity::make(IdentityKind::kDuid, Octets(2)), std::nullopt);
  EXPECT_TRUE(Identity::make(IdentityKind::kDuid, Octets(3)).has_value());
  EXPECT_EQ(Identity::make(IdentityKind::kDuid, Octets(131)), std::nullopt);
  EXPECT_EQ(Identity::make(IdentityKind::kCircuitId, {}), std::nullopt);
  EXPECT_TRUE(Identity::make(IdentityKind::kCircuitId, Octets(1)).has_value());
  EXPECT_EQ(Identity::make(IdentityKind::kCircuitId, Octets(256)), std::nullopt);
  EXPECT_TRUE(Identity::make(IdentityKind::kRemoteId, Octets(1)).has_value());
  EXPECT_EQ(Identity::make(IdentityKind::kRemoteId, {}), std::nullopt);
  EXPECT_EQ(Identity::make(6, Octets(6)), std::nullopt);
  EXPECT_EQ(Identity::make(255, Octets(6)), std::nullopt);
}

TEST(Identity, Prints) {
  EXPECT_EQ(text(Identity()), "none");
  EXPECT_EQ(text(Identity::of(kMac)), "mac 52:54:00:12:34:56");
  EXPECT_EQ(text(Identity::of(*ClientId::make(Octets{1, 0x52, 0x54}))), "client-id 015254");
  EXPECT_EQ(text(*ClientId::make(Octets{1, 0x52})), "0152");
  EXPECT_EQ(text(IdentityKind::kClientId), "client-id");
  EXPECT_EQ(text(*Identity::make(IdentityKind::kDuid, Octets{0, 1, 2})), "duid 000102");
  EXPECT_EQ(text(*Identity::make(IdentityKind::kCircuitId, Octets{7})), "circuit-id 07");
  EXPECT_TRUE(Identity().empty());
}

}  // namespace
}  // namespace melange::wire
