// SPDX-License-Identifier: Apache-2.0
#include "scene4.h"

#include <gtest/gtest.h>

#include "melange/base/text.h"
#include "scene.h"

namespace melange::dhcp {
namespace {

using store::AddressRecord;
using store::AddressState;
using test::at;
using test::client;
using test::client_id;
using test::in_state;
using test::Octets;
using test::option;
using test::pool_address;
using test::pool_key;
using test::TestMessage;
using wire::Identity;
using wire::IdentityKind;
using wire::MessageType4;

constexpr std::initializer_list<std::uint8_t> kDuidInside{255, 0, 0, 0, 7, 0, 3, 0, 1, 9, 9};

wire::RelayInfo relay_of(base::Bytes circuit, base::Bytes remote) {
  wire::RelayInfo info;
  info.circuit_id = circuit;
  info.remote_id = remote;
  return info;
}

class SceneTest : public testing::Test {
 protected:
  // The identities of the client, as "mac 02:..., client-id 01..".
  std::string identities(const wire::RelayInfo* relay = nullptr,
                         store::IdentityPolicy policy = store::IdentityPolicy::kMac) {
    ServedNetwork network;
    network.identity = policy;
    std::vector<std::string> texts;
    for (const Identity& each : identify(scene_.query(), relay, network)) {
      texts.push_back(text(each));
    }
    return base::join(texts, ", ");
  }
  void ask(std::vector<test::TestOption> options) {
    TestMessage fields;
    fields.options = std::move(options);
    scene_.ask(MessageType4::kDiscover, fields);
  }
  template <class Look>
  auto look(const Look& look_at) {
    return scene_.look(at(200), look_at);
  }
  bool holds(const AddressRecord& record) {
    return look([&](const Scene4& scene) { return scene.holds(record); });
  }
  bool is_owner(const AddressRecord& record) {
    return look([&](const Scene4& scene) { return scene.is_owner(record); });
  }

  test::Scene scene_;
};

TEST_F(SceneTest, KnowsAClientByItsMac) {
  ask({});
  EXPECT_EQ(identities(), "mac 02:00:00:00:00:01");
}

TEST_F(SceneTest, KnowsAClientByWhatItsPolicySaysFirst) {
  ask({option(61, {0, 'a'})});
  EXPECT_EQ(identities(), "mac 02:00:00:00:00:01, client-id 0061");
  EXPECT_EQ(identities(nullptr, store::IdentityPolicy::kClientId),
            "client-id 0061, mac 02:00:00:00:00:01");
}

TEST_F(SceneTest, KnowsADuidInsideAClientId) {
  ask({option(61, kDuidInside)});
  EXPECT_EQ(identities(),
            "mac 02:00:00:00:00:01, client-id ff0000000700030001"
            "0909, duid 00030001"
            "0909");
}

TEST_F(SceneTest, KnowsAClientByWhatTheRelaySays) {
  ask({});
  const Octets circuit{'c'};
  const Octets remote{'r'};
  const wire::RelayInfo relay = relay_of(circuit, remote);
  EXPECT_EQ(identities(&relay), "mac 02:00:00:00:00:01, circuit-id 63, remote-id 72");
  EXPECT_EQ(identities(&relay, store::IdentityPolicy::kCircuitId),
            "circuit-id 63, mac 02:00:00:00:00:01, remote-id 72");
}

TEST_F(SceneTest, KnowsNobodyByACircuitThatIsNotThere) {
  ask({option(61, {0, 'a'})});
  EXPECT_EQ(identities(nullptr, store::IdentityPolicy::kCircuitId), "");
  const Octets remote{'r'};
  const wire::RelayInfo relay = relay_of({}, remote);
  EXPECT_EQ(identities(&relay, store::IdentityPolicy::kCircuitId), "");
}

TEST_F(SceneTest, HasRoomForAllIdentitiesOfOneClient) {
  ask({option(61, kDuidInside)});
  const Octets circuit{'c'};
  const Octets remote{'r'};
  const wire::RelayInfo relay = relay_of(circuit, remote);
  const std::string all = identities(&relay, store::IdentityPolicy::kCircuitId);
  for (const std::string_view kind :
       {"circuit-id 63", "mac", "client-id", "duid", "remote-id 72"}) {
    EXPECT_NE(all.find(kind), std::string::npos) << kind << " in " << all;
  }
}

TEST_F(SceneTest, LetsOnlyTheFirstIdentityHoldADynamicLease) {
  ask({option(61, {0, 'a'})});
  EXPECT_TRUE(holds(in_state(AddressState::kLeased, pool_key(100), client(1))));
  EXPECT_FALSE(holds(in_state(AddressState::kLeased, pool_key(100), client_id({0, 'a'}))))
      << "or who sends another's client-id had its lease";
  EXPECT_FALSE(holds(in_state(AddressState::kLeased, pool_key(100), client(2))));
}

TEST_F(SceneTest, LetsAnyIdentityOfAReservationHoldItsLease) {
  ask({option(61, {0, 'a'})});
  AddressRecord record = in_state(AddressState::kBound, pool_key(100), client_id({0, 'a'}));
  EXPECT_TRUE(holds(record));
  record.identity = client(9);
  EXPECT_FALSE(holds(record));
  record.also = {client(1)};
  EXPECT_TRUE(holds(record));
}

TEST_F(SceneTest, DoesNotLetTheOwnerToBeHoldAnothersLease) {
  ask({});
  AddressRecord record = in_state(AddressState::kBound, pool_key(100), client(9));
  record.reserved_for = client(8);
  record.also = {client(1)};
  EXPECT_FALSE(holds(record));
  EXPECT_TRUE(is_owner(record)) << "it is to have the address all the same";
}

TEST_F(SceneTest, KnowsAnOwnerByAnyOfHisIdentities) {
  ask({option(61, {0, 'a'})});
  EXPECT_TRUE(is_owner(in_state(AddressState::kReserved, pool_key(100), client(1))));
  EXPECT_TRUE(is_owner(in_state(AddressState::kReserved, pool_key(100), client_id({0, 'a'}))));
  AddressRecord record = in_state(AddressState::kReserved, pool_key(100), client(9));
  EXPECT_FALSE(is_owner(record));
  record.also = {client(8), client(1)};
  EXPECT_TRUE(is_owner(record));
}

TEST_F(SceneTest, AsksForWhoIsWaitingBeforeWhoIsThere) {
  ask({});
  AddressRecord record = in_state(AddressState::kLeased, pool_key(100), client(1));
  record.reserved_for = client(9);
  EXPECT_FALSE(is_owner(record));
  record.identity = client(9);
  record.reserved_for = client(1);
  EXPECT_TRUE(is_owner(record));
}

// With two of the classes "gold" and "phones" for members, and one pool of the block guarded.
class Guards : public SceneTest {
 protected:
  Guards() {
    block_.cidr = *net::Prefix::parse("192.0.2.0/24");
    block_.pools = {{*net::Range::parse("192.0.2.102-192.0.2.103"), {"phones"}, {}}};
    gold_.name = "gold";
    phones_.name = "phones";
    ask({});
  }
  bool is_served(std::uint32_t last, std::vector<const ServedClass*> classes) {
    return look([&](const Scene4& found) {
      Scene4 scene = found;
      for (const ServedClass* each : classes) scene.classes.push_back(each);
      return scene.is_served(block_, pool_address(last));
    });
  }
  ServedBlock block_;
  ServedClass gold_;
  ServedClass phones_;
};

TEST_F(Guards, LetEverybodyInWhereThereAreNone) {
  EXPECT_TRUE(is_served(100, {}));
  EXPECT_TRUE(is_served(100, {&gold_}));
}

TEST_F(Guards, OfAPoolHoldForThatPoolAlone) {
  EXPECT_FALSE(is_served(102, {}));
  EXPECT_FALSE(is_served(103, {&gold_}));
  EXPECT_TRUE(is_served(103, {&gold_, &phones_}));
  EXPECT_TRUE(is_served(101, {}));
}

TEST_F(Guards, OfABlockAndItsPoolBothHold) {
  block_.classes = {"gold"};
  EXPECT_FALSE(is_served(101, {}));
  EXPECT_TRUE(is_served(101, {&gold_}));
  EXPECT_FALSE(is_served(102, {&phones_}));
  EXPECT_FALSE(is_served(102, {&gold_}));
  EXPECT_TRUE(is_served(102, {&gold_, &phones_}));
}

TEST_F(Guards, LetMembersOfAnyOfTheirClassesIn) {
  block_.classes = {"silver", "gold"};
  EXPECT_TRUE(is_served(101, {&gold_}));
  EXPECT_FALSE(is_served(101, {&phones_}));
}

TEST_F(SceneTest, TakesTheConfiguredServerIdForItsOwn) {
  ask({});
  const auto other = *net::Ipv4::parse("192.0.2.250");
  look([&](const Scene4& found) {
    Scene4 scene = found;
    EXPECT_TRUE(scene.is_us(*net::Ipv4::parse("192.0.2.1")));
    EXPECT_FALSE(scene.is_us(other));
    EXPECT_EQ(server_id_for(scene.place, nullptr), *net::Ipv4::parse("192.0.2.1"));
    scene.place.server_id = other;
    EXPECT_TRUE(scene.is_us(other));
    EXPECT_TRUE(scene.is_us(*net::Ipv4::parse("192.0.2.1"))) << "its address stays its own";
    EXPECT_EQ(server_id_for(scene.place, nullptr), other);
    EXPECT_EQ(source_for(scene.place, nullptr), *net::Ipv4::parse("192.0.2.1"));
  });
}

TEST_F(SceneTest, TakesNoAddressOfOursOrOfABlocksEndsForAClients) {
  ask({});
  look([&](const Scene4& scene) {
    const auto may_be = [&](const char* address) {
      return may_be_host(scene.network(), scene.topology, *net::Ipv4::parse(address));
    };
    EXPECT_FALSE(may_be("192.0.2.0"));
    EXPECT_FALSE(may_be("192.0.2.1"));
    EXPECT_TRUE(may_be("192.0.2.2"));
    EXPECT_TRUE(may_be("192.0.2.254"));
    EXPECT_FALSE(may_be("192.0.2.255"));
  });
}

TEST_F(SceneTest, ReadsARecordAnewForAnotherAddress) {
  scene_.put(in_state(AddressState::kLeased, pool_key(100), client(1)));
  scene_.put(in_state(AddressState::kHeld, pool_key(101), client(2)));
  ask({});
  look([&](const Scene4& scene) {
    EXPECT_EQ(scene.record(pool_key(100))->state, AddressState::kLeased);
    EXPECT_EQ(scene.record(pool_key(101))->state, AddressState::kHeld);
    EXPECT_FALSE(scene.record(pool_key(102)).has_value());
    EXPECT_EQ(scene.record(pool_key(100))->identity, client(1));
  });
}

}  // namespace
}  // namespace melange::dhcp
