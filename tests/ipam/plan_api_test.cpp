// SPDX-License-Identifier: Apache-2.0
//
// Where the configuration meets what was made through the API: it takes over what is the same, is
// refused where something else stands in the way, and drops nothing that is not its own.
#include "melange/ipam/blocks.h"
#include "melange/ipam/handles.h"
#include "melange/ipam/interfaces.h"
#include "melange/ipam/nat.h"
#include "melange/ipam/reservations.h"
#include "plan_fixture.h"

namespace melange::ipam {
namespace {

using store::AddressState;
using store::ManagedBy;
using test::client;

wire::Identity circuit(std::string_view name) {
  return *wire::Identity::make(wire::IdentityKind::kCircuitId, base::bytes_of(name));
}

class PlanApi : public PlanTest {
 protected:
  template <class Operation>
  auto run(const Operation& operation, std::int64_t now = kNow) {
    store::Changes changes;
    auto verdict = [&] {
      auto snapshot = store_.snapshot();
      const store::View view = snapshot->view();
      Draft draft(view, test::at(now));
      auto answer = operation(draft);
      changes = draft.changes();
      return answer;
    }();
    EXPECT_TRUE(verdict) << verdict.error().faults.at(0).message;
    if (verdict) test::commit(store_, changes, test::at(now));
    return verdict;
  }
  store::Block make_block(std::string_view cidr, const std::string& name = "lab") {
    return *run([&](Draft& draft) {
      store::Block block;
      block.network = find_or_make_network(draft, "default", name, false)->id;
      block.tenant = "default";
      block.cidr = test::prefix(cidr);
      return create_block(draft, block);
    });
  }
  store::Network lab() {
    auto snapshot = store_.snapshot();
    return *snapshot->view().network(*snapshot->view().network_named("default", "lab"));
  }
  // For the client that test::client(number) is, too.
  store::Reservation reserve(std::uint32_t number, std::string_view address) {
    return *run([&](Draft& draft) {
      ReservationWish wish;
      wish.tenant = "default";
      wish.identity = client(number);
      for (const net::Range& range : test::ranges(address)) {
        wish.addresses.push_back(range.first());
      }
      return create_reservation(draft, lab(), wish);
    });
  }
  store::AddressRecord allocate_in_lab(std::string_view address, const std::string& vif,
                                       std::optional<net::Mac> mac = {}) {
    return run([&](Draft& draft) {
             Claimant claimant{.tenant = "default", .vif = vif, .device = "", .mac = mac};
             const auto interface = find_or_make(draft, claimant);
             const Grantee grantee{*interface, identity_of(*interface), {}};
             return allocate_in(draft, lab(), {.addresses = {test::address(address)}}, grantee);
           })
        ->front();
  }
  void deallocate_in(std::uint32_t block, std::string_view address, std::int64_t now = kNow) {
    run([&](Draft& draft) { return deallocate(draft, *draft.address(test::key(block, address))); },
        now);
  }
  std::string refusal(const std::vector<config::Network>& networks) {
    const std::string before = dump();
    const auto planned = plan_config(store_.snapshot()->view(), networks, test::at(kNow));
    EXPECT_EQ(dump(), before);
    return planned ? "none" : planned.error().message;
  }
  std::vector<store::Reservation> reservations() {
    return store_.snapshot()->view().reservations(lab().id);
  }
};

TEST_F(PlanApi, NetworkAndBlockBecomeTheConfigurationsIfTheyAreTheSame) {
  const auto made = make_block("10.0.0.0/24");
  allocate_in_lab("10.0.0.9", "eth0");
  apply({network({block("10.0.0.0/24", "10.0.0.100-10.0.0.199")})});
  ASSERT_EQ(blocks().size(), 1u);
  EXPECT_EQ(blocks()[0].id, made.id);
  EXPECT_EQ(blocks()[0].managed_by, ManagedBy::kConfig);
  EXPECT_EQ(blocks()[0].created, made.created);
  EXPECT_EQ(lab().managed_by, ManagedBy::kConfig);
  EXPECT_EQ(lab().id, made.network);
  EXPECT_EQ(state(1, "10.0.0.9"), "reserved");
}

TEST_F(PlanApi, BlockInTheWayIsAFailure) {
  make_block("10.0.0.0/25");
  EXPECT_EQ(refusal({network({block("10.0.0.0/24", "")})}),
            "block 10.0.0.0/24 overlaps with 10.0.0.0/25, which was made through the API; delete "
            "that first");
  // In another network it is in nobody's way.
  EXPECT_EQ(refusal({network({block("10.0.0.0/24", "")}, {}, "other")}), "none");
}

TEST_F(PlanApi, NetworkOfAnotherTenantStaysItsOwn) {
  make_block("10.0.0.0/24");
  config::Network wanted = network({block("10.0.0.0/24", "")});
  wanted.tenant = "acme";
  apply({wanted});
  EXPECT_EQ(store_.snapshot()->view().networks().size(), 2u);
  EXPECT_EQ(lab().managed_by, ManagedBy::kApi);
}

TEST_F(PlanApi, ReservationsSurviveAReload) {
  const std::vector wanted{network({block("10.0.0.0/24", "")}, {reservation(1, "10.0.0.9")})};
  apply(wanted);
  reserve(2, "10.0.0.20");
  EXPECT_EQ(apply(wanted), 0u);
  apply({network({block("10.0.0.0/24", "10.0.0.50")})});
  ASSERT_EQ(reservations().size(), 1u);
  EXPECT_EQ(reservations()[0].identity, client(2));
  EXPECT_EQ(state(1, "10.0.0.20"), "reserved mac 02:00:00:00:00:02");
}

TEST_F(PlanApi, ReservationOfTheSameClientBecomesTheConfigurations) {
  apply({network({block("10.0.0.0/24", "")})});
  const auto made = reserve(2, "10.0.0.20");
  apply({network({block("10.0.0.0/24", "")}, {reservation(2, "10.0.0.20", "web")})});
  ASSERT_EQ(reservations().size(), 1u);
  EXPECT_EQ(reservations()[0].id, made.id);
  EXPECT_EQ(reservations()[0].managed_by, ManagedBy::kConfig);
  EXPECT_TRUE(find(1, "10.0.0.20")->interface.empty());
  EXPECT_FALSE(store_.snapshot()->view().interface(made.interface));
  // So it can go to another client there, or go.
  apply({network({block("10.0.0.0/24", "")}, {reservation(3, "10.0.0.20")})});
  EXPECT_EQ(state(1, "10.0.0.20"), "reserved mac 02:00:00:00:00:03");
  apply({network({block("10.0.0.0/24", "")})});
  EXPECT_EQ(state(1, "10.0.0.20"), "");
}

TEST_F(PlanApi, ReservationThatLosesAnAddressToTheConfigurationKeepsTheOthers) {
  apply({network({block("10.0.0.0/24", "")})});
  const auto made = reserve(2, "10.0.0.20, 10.0.0.21");
  apply({network({block("10.0.0.0/24", "")}, {reservation(2, "10.0.0.20")})});
  EXPECT_TRUE(find(1, "10.0.0.20")->interface.empty());
  EXPECT_EQ(find(1, "10.0.0.21")->interface, made.interface);
  EXPECT_TRUE(store_.snapshot()->view().interface(made.interface));
}

TEST_F(PlanApi, AllocationInTheWayOfAReservationIsAFailure) {
  apply({network({block("10.0.0.0/24", "")})});
  allocate_in_lab("10.0.0.9", "eth0");
  EXPECT_EQ(refusal({network({block("10.0.0.0/24", "")}, {reservation(1, "10.0.0.9")})}),
            "reservation of 10.0.0.9 for mac 02:00:00:00:00:01: the address is allocated through "
            "the API; deallocate it first");
}

TEST_F(PlanApi, AllocationOfTheReservedClientOutlivesTheReservation) {
  apply({network({block("10.0.0.0/24", "")})});
  const auto own = net::Mac::from_bytes(client(1).bytes());
  const auto record = allocate_in_lab("10.0.0.9", "eth0", own);
  apply({network({block("10.0.0.0/24", "")}, {reservation(1, "10.0.0.9", "web")})});
  apply({network({block("10.0.0.0/24", "")})});
  EXPECT_EQ(find(1, "10.0.0.9")->interface, record.interface);
  EXPECT_EQ(state(1, "10.0.0.9"), "reserved mac 02:00:00:00:00:01");
}

TEST_F(PlanApi, AllocationOfTheReservedClientLosesWhatTheReservationGave) {
  apply({network({block("10.0.0.0/24", "")})});
  allocate_in_lab("10.0.0.9", "eth0", net::Mac::from_bytes(client(1).bytes()));
  const auto before = find(1, "10.0.0.9");
  config::Reservation wanted = reservation(1, "10.0.0.9", "web");
  wanted.boot.file = "web.efi";
  wanted.classes = {{"ipxe"}};
  wanted.circuit_id.value = config::Identities({circuit("ge-0/0/7")});
  apply({network({block("10.0.0.0/24", "")}, {wanted})});
  EXPECT_EQ(find(1, "10.0.0.9")->boot.file, "web.efi");
  EXPECT_EQ(find(1, "10.0.0.9")->interface, before->interface);
  apply({network({block("10.0.0.0/24", "")})});
  auto after = find(1, "10.0.0.9");
  ASSERT_TRUE(after);
  after->revision = before->revision;
  EXPECT_EQ(*after, *before);
}

TEST_F(PlanApi, ReservationOfTheSameClientUnderAnotherIdentityIsAFailure) {
  apply({network({block("10.0.0.0/24", "")})});
  reserve(2, "10.0.0.20");
  config::Reservation wanted = reservation(1, "10.0.0.9");
  EXPECT_EQ(refusal({network({block("10.0.0.0/24", "")}, {wanted})}), "none");
  wanted.mac.value = config::Identities({client(1), client(2)});
  EXPECT_EQ(refusal({network({block("10.0.0.0/24", "")}, {wanted})}),
            "reservation for mac 02:00:00:00:00:01: mac 02:00:00:00:00:02 belongs to the "
            "reservation for mac 02:00:00:00:00:02, which was made through the API; delete that "
            "first");
}

TEST_F(PlanApi, ClaimOnALeaseIsNotLostToTheConfiguration) {
  apply({network({block("10.0.0.0/24", "10.0.0.0/24")})});
  lease(1, "10.0.0.9", 7);
  run([&](Draft& draft) {
    const auto interface = find_or_make(
        draft,
        {.tenant = "default", .vif = "eth0", .device = "", .mac = net::Mac({2, 0, 0, 0, 0, 9})});
    NetworkWish wish{.addresses = {test::address("10.0.0.9")}};
    wish.on_conflict = OnConflict::kWait;
    return allocate_in(draft, lab(), wish, {*interface, identity_of(*interface), {}});
  });
  EXPECT_NE(refusal({network({block("10.0.0.0/24", "10.0.0.0/24")}, {reservation(7, "10.0.0.9")})}),
            "none");
}

TEST_F(PlanApi, BlockWithAnAllocationRetiresUntilItIsDeallocated) {
  apply({network({block("10.0.0.0/24", "")})});
  reserve(2, "10.0.0.20");
  apply({}, 9000);
  ASSERT_EQ(blocks().size(), 1u);
  EXPECT_TRUE(blocks()[0].retired);
  EXPECT_EQ(reservations().size(), 1u);
  EXPECT_EQ(state(1, "10.0.0.20"), "reserved mac 02:00:00:00:00:02");
  run([&](Draft& draft) { return delete_reservation(draft, reservations().at(0)); }, 9000);
  // A lease might run: until the quarantine is over.
  apply({}, 9000 + 172799);
  EXPECT_EQ(blocks().size(), 1u);
  apply({}, 9000 + 172800);
  EXPECT_EQ(dump().find("block"), std::string::npos);
  EXPECT_TRUE(store_.snapshot()->view().networks().empty());
}

TEST_F(PlanApi, BlockStaysWithTheApiWhenItsNetworkLeavesTheConfiguration) {
  make_block("10.9.0.0/24");
  apply({network({block("10.0.0.0/24", "")})});
  EXPECT_EQ(lab().managed_by, ManagedBy::kConfig);
  apply({});
  ASSERT_EQ(blocks().size(), 1u);
  EXPECT_EQ(text(blocks()[0].cidr), "10.9.0.0/24");
  EXPECT_EQ(lab().managed_by, ManagedBy::kApi);
}

TEST_F(PlanApi, RelationsAndHandlesFollowAddressesToAnotherBlock) {
  apply({network({block("10.0.0.0/24", "")})});
  const auto local = allocate_in_lab("10.0.0.8", "eth0");
  const auto global = allocate_in_lab("10.0.0.9", "eth0");
  run([&](Draft& draft) { return relate(draft, local, global); });
  HandleWish wish;
  wish.tenant = "default";
  wish.handle = "lb";
  wish.network = lab().id;
  run([&](Draft& draft) { return ensure_allocation(draft, wish); });
  apply({network({block("10.0.0.0/23", "")})});
  ASSERT_EQ(blocks().size(), 1u);
  const std::uint32_t moved = blocks()[0].id.value;
  EXPECT_NE(moved, 1u);
  EXPECT_TRUE(store_.snapshot()->view().has_nat(
      {test::key(moved, "10.0.0.8"), test::key(moved, "10.0.0.9")}));
  EXPECT_EQ(run([&](Draft& draft) { return ensure_allocation(draft, wish); })->addresses,
            std::vector{test::key(moved, "10.0.0.1")});
}

TEST_F(PlanApi, RoutesAreNumberedAndIdsStable) {
  config::Block wanted = block("10.0.0.0/24", "");
  wanted.routes = {{test::prefix("192.0.2.0/24"), test::address("10.0.0.9").v4()},
                   {test::prefix("192.0.3.0/24"), test::address("10.0.0.9").v4()}};
  apply({network({wanted}, {reservation(1, "10.0.0.7")})});
  const auto id = reservations().at(0).id;
  EXPECT_FALSE(id.empty());
  EXPECT_EQ(blocks()[0].routes.at(1).number, 2u);
  EXPECT_EQ(blocks()[0].next_route, 3u);
  apply({network({wanted}, {reservation(1, "10.0.0.7", "web"), reservation(2, "10.0.0.6")})}, 2000);
  EXPECT_EQ(reservations().at(0).id, id);
  EXPECT_EQ(reservations().at(0).created, test::at(kNow));
  EXPECT_NE(reservations().at(1).id, id);
}

}  // namespace
}  // namespace melange::ipam
