// SPDX-License-Identifier: Apache-2.0
//
// Networks and blocks that come, change and go with the configuration, with leases in them.
#include "plan_fixture.h"

namespace melange::ipam {
namespace {

using store::AddressState;
using test::at;
using test::client;

class PlanBlocks : public PlanTest {
 protected:
  store::Network first_network() { return store_.snapshot()->view().networks().at(0); }
};

constexpr const char* kLease1 = "leased mac 02:00:00:00:00:01 until 1970-01-01T01:01:40Z";
constexpr const char* kLease2 = "leased mac 02:00:00:00:00:02 until 1970-01-01T01:01:40Z";

TEST_F(PlanBlocks, AreMadeFromTheFirstConfiguration) {
  config::Network wanted = network({block("10.0.0.0/24", "10.0.0.100-10.0.0.199")});
  wanted.tenant = "acme";
  wanted.identity = config::IdentityPolicy::kClientId;
  wanted.authoritative = false;
  wanted.interfaces = {"br0"};
  wanted.relays = {test::address("10.0.0.1").v4()};
  wanted.decline_time = base::Seconds{7};
  wanted.hold_time = base::Seconds{8};
  wanted.options = {{6, {1, 2, 3, 4}}, {15, {'x'}}};
  EXPECT_EQ(apply({wanted}), 2u);
  const auto networks = store_.snapshot()->view().networks();
  ASSERT_EQ(networks.size(), 1u);
  EXPECT_EQ(networks[0].id, store::NetworkId{1});
  EXPECT_EQ(networks[0].name, "lab");
  EXPECT_EQ(networks[0].tenant, "acme");
  EXPECT_EQ(networks[0].managed_by, store::ManagedBy::kConfig);
  EXPECT_EQ(networks[0].identity, store::IdentityPolicy::kClientId);
  EXPECT_FALSE(networks[0].authoritative);
  EXPECT_EQ(networks[0].interfaces, std::vector<std::string>{"br0"});
  EXPECT_EQ(networks[0].relays, std::vector{test::address("10.0.0.1")});
  EXPECT_EQ(networks[0].decline_time, base::Seconds{7});
  EXPECT_EQ(networks[0].hold_time, base::Seconds{8});
  EXPECT_EQ(networks[0].options, (std::vector<store::OptionValue>{{6, {1, 2, 3, 4}}, {15, {'x'}}}));
}

TEST_F(PlanBlocks, BringWhatTheirNetworkSaysOfItsClients) {
  config::Network wanted = network({block("10.0.0.0/24", "")});
  wanted.identity = config::IdentityPolicy::kCircuitId;
  wanted.seen_time = base::Seconds{9};
  wanted.server_id = test::address("10.0.0.3").v4();
  wanted.rapid_commit = false;
  wanted.bootp = true;
  wanted.trust_relay_information = true;
  wanted.conflict_check = true;
  wanted.force.codes = {42};
  wanted.boot = {test::address("10.0.0.2").v4(), "", "pxelinux.0"};
  apply({wanted});
  const store::Network made = first_network();
  EXPECT_EQ(made.identity, store::IdentityPolicy::kCircuitId);
  EXPECT_EQ(made.seen_time, base::Seconds{9});
  EXPECT_EQ(made.server_id, test::address("10.0.0.3"));
  EXPECT_EQ(made.rapid_commit, false);
  EXPECT_TRUE(made.bootp);
  EXPECT_TRUE(made.trust_relay_information);
  EXPECT_EQ(made.conflict_check, true);
  EXPECT_EQ(made.forced, std::vector<std::uint8_t>{42});
  EXPECT_EQ(made.boot, (store::Boot{test::address("10.0.0.2"), "", "pxelinux.0"}));
  apply({network({block("10.0.0.0/24", "")})});
  EXPECT_FALSE(first_network().server_id || first_network().rapid_commit);
  EXPECT_TRUE(first_network().boot.empty());
}

TEST_F(PlanBlocks, LeaseFromPoolsWithSomethingOfTheirOwnToo) {
  config::Block wanted = block("10.0.0.0/24", "10.0.0.100-10.0.0.109");
  wanted.force.codes = {15};
  wanted.boot.file = "a";
  wanted.classes = {{"vm"}};
  config::Pool high;
  high.range.value = test::ranges("10.0.0.200-10.0.0.209").front();
  high.classes = {{"ipxe"}};
  config::Pool low;
  low.range.value = test::ranges("10.0.0.20-10.0.0.29").front();
  low.options = {{15, {'x'}}};
  low.force.codes = {15};
  wanted.pool = {high, low};
  apply({network({wanted})});
  const store::Block made = blocks().at(0);
  EXPECT_EQ(made.forced, std::vector<std::uint8_t>{15});
  EXPECT_EQ(made.boot.file, "a");
  EXPECT_EQ(made.classes, std::vector<std::string>{"vm"});
  EXPECT_EQ(made.pools, (std::vector<net::Range>{test::ranges("10.0.0.100-10.0.0.109").front(),
                                                 *high.range.value, *low.range.value}));
  ASSERT_EQ(made.pool_rules.size(), 2u);
  EXPECT_EQ(made.pool_rules[0], (store::PoolRule{*low.range.value, {}, {{15, {'x'}}}, {15}}));
  EXPECT_EQ(made.pool_rules[1], (store::PoolRule{*high.range.value, {"ipxe"}, {}, {}}));
  EXPECT_EQ(free(1), "10.0.0.20-10.0.0.29 10.0.0.100-10.0.0.109 10.0.0.200-10.0.0.209");
}

TEST_F(PlanBlocks, CarryEveryKeyOfTheConfiguration) {
  config::Block wanted = block("10.0.0.0/24", "10.0.0.100-10.0.0.199");
  wanted.gateway.value = test::address("10.0.0.150").v4();
  wanted.dns = {test::address("10.0.0.2").v4()};
  wanted.exclude.push_back({test::range("10.0.0.190-10.0.0.199")});
  wanted.lease_time.value = base::Seconds{600};
  wanted.min_lease_time.value = base::Seconds{60};
  wanted.max_lease_time.value = base::Seconds{6000};
  wanted.renew_time.value = base::Seconds{100};
  wanted.rebind_time.value = base::Seconds{200};
  wanted.mtu = std::uint16_t{1450};
  wanted.routes = {{test::prefix("192.0.2.0/24"), test::address("10.0.0.9").v4()}};
  wanted.options = {{224, {1}}};
  apply({network({wanted})});
  const auto made = blocks().at(0);
  EXPECT_EQ(made.id, store::BlockId{1});
  EXPECT_EQ(made.network, store::NetworkId{1});
  EXPECT_EQ(made.cidr, test::prefix("10.0.0.0/24"));
  EXPECT_EQ(made.gateway, test::address("10.0.0.150"));
  EXPECT_EQ(made.dns, std::vector{test::address("10.0.0.2")});
  EXPECT_EQ(made.pools, test::ranges("10.0.0.100-10.0.0.199"));
  EXPECT_EQ(made.exclude, test::ranges("10.0.0.190-10.0.0.199"));
  EXPECT_EQ(made.dynamic, test::ranges("10.0.0.100-10.0.0.149, 10.0.0.151-10.0.0.189"));
  EXPECT_EQ(made.lease_time, base::Seconds{600});
  EXPECT_EQ(made.min_lease_time, base::Seconds{60});
  EXPECT_EQ(made.max_lease_time, base::Seconds{6000});
  EXPECT_EQ(made.renew_time, base::Seconds{100});
  EXPECT_EQ(made.rebind_time, base::Seconds{200});
  EXPECT_EQ(made.mtu, std::uint16_t{1450});
  EXPECT_EQ(
      made.routes,
      (std::vector<store::Route>{{test::prefix("192.0.2.0/24"), test::address("10.0.0.9"), 1}}));
  EXPECT_EQ(made.next_route, 2u);
  EXPECT_EQ(made.options, (std::vector<store::OptionValue>{{224, {1}}}));
}

TEST_F(PlanBlocks, LeaseForTheOneTimeThatIsGiven) {
  config::Block wanted = block("10.0.0.0/24", "");
  wanted.lease_time.value = base::Seconds{600};
  apply({network({wanted})});
  EXPECT_EQ(blocks().at(0).min_lease_time, base::Seconds{600});
  EXPECT_EQ(blocks().at(0).max_lease_time, base::Seconds{600});
}

TEST_F(PlanBlocks, ThatStayTheSameChangeNothing) {
  const std::vector wanted{network({block("10.0.0.0/24", "10.0.0.0/24"), block("10.0.1.0/24", "")}),
                           network({block("10.0.0.0/24", "")}, {}, "other")};
  EXPECT_EQ(apply(wanted), 5u);
  EXPECT_EQ(apply(wanted), 0u);
  // Nor does their order in the file.
  EXPECT_EQ(apply({wanted[1], wanted[0]}), 0u);
}

TEST_F(PlanBlocks, ChangePoolsUnderTheirLeases) {
  apply({network({block("10.0.0.0/24", "10.0.0.100-10.0.0.109")})});
  lease(1, "10.0.0.101", 1);
  lease(1, "10.0.0.108", 2);
  EXPECT_EQ(apply({network({block("10.0.0.0/24", "10.0.0.105-10.0.0.114")})}), 1u);
  EXPECT_EQ(free(1), "10.0.0.105-10.0.0.107 10.0.0.109-10.0.0.114");
  EXPECT_EQ(state(1, "10.0.0.101"), kLease1);
  EXPECT_EQ(state(1, "10.0.0.108"), kLease2);
}

TEST_F(PlanBlocks, TakeTheirLeasesAlongWhenTheyAreResized) {
  apply({network({block("10.0.0.0/24", "10.0.0.100-10.0.0.102")})});
  lease(1, "10.0.0.100", 1);
  lease(1, "10.0.0.102", 2);
  apply({network({block("10.0.0.0/23", "10.0.0.100-10.0.1.9")})});
  ASSERT_EQ(blocks().size(), 1u);
  EXPECT_EQ(blocks()[0].id, store::BlockId{2});
  EXPECT_EQ(state(2, "10.0.0.100"), kLease1);
  EXPECT_EQ(state(2, "10.0.0.102"), kLease2);
  EXPECT_EQ(free(2), "10.0.0.101 10.0.0.103-10.0.1.9");
  const auto owned = store_.snapshot()->view().addresses_of(test::kLab, client(1));
  ASSERT_EQ(owned.size(), 1u);
  EXPECT_EQ(owned[0], test::key(2, "10.0.0.100"));
  // And back, with a lease outside that nobody covers any more.
  lease(2, "10.0.1.5", 5);
  apply({network({block("10.0.0.0/24", "10.0.0.100-10.0.0.102")})});
  ASSERT_EQ(blocks().size(), 2u);
  EXPECT_TRUE(blocks()[0].retired);
  EXPECT_EQ(blocks()[0].id, store::BlockId{2});
  EXPECT_EQ(state(3, "10.0.0.100"), kLease1);
  EXPECT_EQ(free(3), "10.0.0.101");
  EXPECT_EQ(free(2), "");
  EXPECT_NE(state(2, "10.0.1.5"), "");
}

TEST_F(PlanBlocks, SplitAndJoinWithTheirLeases) {
  apply({network({block("10.0.0.0/24", "10.0.0.0/24")})});
  lease(1, "10.0.0.5", 1);
  lease(1, "10.0.0.200", 2);
  put(test::in_state(AddressState::kHeld, test::key(1, "10.0.0.7"), client(3)));
  apply({network({block("10.0.0.0/25", "10.0.0.0/25"), block("10.0.0.128/25", "10.0.0.128/25")})});
  ASSERT_EQ(blocks().size(), 2u);
  EXPECT_EQ(state(2, "10.0.0.5"), kLease1);
  EXPECT_EQ(state(3, "10.0.0.200"), kLease2);
  EXPECT_EQ(state(2, "10.0.0.7"), "held mac 02:00:00:00:00:03");
  apply({network({block("10.0.0.0/24", "10.0.0.0/24")})});
  ASSERT_EQ(blocks().size(), 1u);
  EXPECT_EQ(state(4, "10.0.0.5"), kLease1);
  EXPECT_EQ(state(4, "10.0.0.200"), kLease2);
  EXPECT_EQ(free(4), "10.0.0.1-10.0.0.4 10.0.0.6 10.0.0.8-10.0.0.199 10.0.0.201-10.0.0.254");
}

// C9: leases kept, no new ones.
TEST_F(PlanBlocks, C9_ThatAreGoneRetireUntilTheirLeasesHaveEnded) {
  const auto other = block("10.0.1.0/24", "10.0.1.0/24");
  apply({network({block("10.0.0.0/24", "10.0.0.0/24"), other})});
  lease(1, "10.0.0.5", 1);
  put(test::in_state(AddressState::kHeld, test::key(1, "10.0.0.6"), client(2)));
  put(test::in_state(AddressState::kDeclined, test::key(1, "10.0.0.7"), client(3)));
  apply({network({other})});
  ASSERT_EQ(blocks().size(), 2u);
  EXPECT_TRUE(blocks()[0].retired);
  EXPECT_EQ(state(1, "10.0.0.5"), kLease1);
  EXPECT_EQ(state(1, "10.0.0.6"), "");
  EXPECT_EQ(free(1), "");
  EXPECT_EQ(apply({network({other})}, 3699), 0u);
  apply({network({other})}, 3700);
  ASSERT_EQ(blocks().size(), 1u);
  EXPECT_EQ(blocks()[0].id, store::BlockId{2});
}

TEST_F(PlanBlocks, C9_ThatComeBackAreTakenUpAgain) {
  const auto gone = block("10.0.0.0/24", "10.0.0.4-10.0.0.6");
  apply({network({gone})});
  lease(1, "10.0.0.5", 1);
  apply({network({})});
  EXPECT_TRUE(blocks().at(0).retired);
  apply({network({gone})});
  ASSERT_EQ(blocks().size(), 1u);
  EXPECT_FALSE(blocks()[0].retired);
  EXPECT_EQ(state(1, "10.0.0.5"), kLease1);
  EXPECT_EQ(free(1), "10.0.0.4 10.0.0.6");
}

TEST_F(PlanBlocks, WithoutLeasesGoAtOnceWithEverythingInThem) {
  apply({network({block("10.0.0.0/24", "10.0.0.0/24")}, {reservation(9, "10.0.0.9")})});
  lease(1, "10.0.0.5", 1);
  put(test::in_state(AddressState::kHeld, test::key(1, "10.0.0.6"), client(2)));
  apply({network({})}, 3700);
  EXPECT_EQ(dump(), "network 1 lab\n");
}

TEST_F(PlanBlocks, OfANetworkThatIsGoneGoWithIt) {
  const auto other = network({block("10.0.1.0/24", "")}, {}, "other");
  apply({network({block("10.0.0.0/24", "10.0.0.0/24")}, {reservation(9, "10.0.0.9")}), other});
  lease(1, "10.0.0.5", 1);
  // Its lease runs on; nobody has a reservation in a network that is gone.
  apply({other});
  EXPECT_EQ(store_.snapshot()->view().networks().size(), 2u);
  EXPECT_TRUE(store_.snapshot()->view().reservations(test::kLab).empty());
  EXPECT_EQ(state(1, "10.0.0.5"), kLease1);
  EXPECT_EQ(state(1, "10.0.0.9"), "");
  apply({other}, 3700);
  EXPECT_EQ(store_.snapshot()->view().networks().size(), 1u);
  EXPECT_EQ(blocks().size(), 1u);
}

TEST_F(PlanBlocks, OfANetworkThatIsGoneKeepTheLeaseOfAReservedAddress) {
  apply({network({block("10.0.0.0/24", "10.0.0.0/24")}, {reservation(1, "10.0.0.9", "web")})});
  put(test::in_state(AddressState::kBound, test::key(1, "10.0.0.9"), client(1)));
  apply({});
  EXPECT_EQ(state(1, "10.0.0.9"), kLease1);
  apply({}, 3700);
  EXPECT_EQ(dump(), "");
}

TEST_F(PlanBlocks, KeepTheirLeasesWhenTheirNetworkIsRenamed) {
  apply({network({block("10.0.0.0/24", "10.0.0.0/24")}, {reservation(2, "10.0.0.7")})});
  put(test::leased(test::key(1, "10.0.0.9"), client(1)));
  apply({network({block("10.0.0.0/24", "10.0.0.0/24")}, {reservation(2, "10.0.0.7")}, "other")});
  EXPECT_EQ(state(1, "10.0.0.9"), kLease1);
  ASSERT_EQ(blocks().size(), 1u);
  EXPECT_EQ(blocks().at(0).id, store::BlockId{1});
  ASSERT_EQ(store_.snapshot()->view().networks().size(), 1u);
  EXPECT_EQ(store_.snapshot()->view().networks().at(0).name, "other");
  EXPECT_EQ(store_.snapshot()->view().reservations(store::NetworkId{1}).size(), 1u);
}

TEST_F(PlanBlocks, GetIdsThatNoneHadBefore) {
  apply({network({block("10.0.0.0/24", "")})});
  apply({});
  apply({network({block("10.0.0.0/24", "")})});
  EXPECT_EQ(blocks().at(0).id, store::BlockId{2});
  EXPECT_EQ(blocks().at(0).network, store::NetworkId{2});
}

TEST_F(PlanBlocks, OfTheApiAreLeftAlone) {
  store::Network owned = test::network(store::NetworkId{7}, "api");
  owned.managed_by = store::ManagedBy::kApi;
  store::Block own_block = test::block(7, "10.7.0.0/24", "10.7.0.0/24");
  own_block.network = owned.id;
  own_block.managed_by = store::ManagedBy::kApi;
  test::commit(store_, {store::PutNetwork{owned}, store::PutBlock{own_block}});
  apply({network({block("10.0.0.0/24", "")})});
  apply({});
  EXPECT_EQ(store_.snapshot()->view().networks().size(), 1u);
  EXPECT_EQ(blocks().at(0).id, store::BlockId{7});
}

}  // namespace
}  // namespace melange::ipam
