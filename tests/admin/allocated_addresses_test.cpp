// SPDX-License-Identifier: Apache-2.0
#include "address_fixture.h"

namespace melange::admin {
namespace {

const std::string kAllocated = "/v1/tenants/acme/allocated_ip_addresses";
const std::string kAll = "/v1/allocated_ip_addresses";

class AllocatedAddresses : public AddressApi {
 protected:
  // vif1 (vm1) has .1 and .3, vif2 (vm2) .2, umbrella's vif3 (vm1) .4.
  AllocatedAddresses() : block_(make_block("10.0.0.0/28")) {
    allocate(block_, R"("interface_id":"vif1","used_by_device":"vm1")");
    allocate(block_, R"("interface_id":"vif2","used_by_device":"vm2")");
    allocate(block_, R"("interface_id":"vif1")");
    allocate(block_, R"("interface_id":"vif3","used_by_device":"vm1","tenant_id":"umbrella")");
  }

  std::string block_;
};

TEST_F(AllocatedAddresses, AreThoseOfTheTenantsInterfacesByInterface) {
  EXPECT_EQ(addresses(get(kAllocated)), "10.0.0.1 10.0.0.3 10.0.0.2");
  EXPECT_EQ(addresses(get("/v1/tenants/umbrella/allocated_ip_addresses")), "10.0.0.4");
  EXPECT_EQ(addresses(get(kAll)), "10.0.0.1 10.0.0.3 10.0.0.2 10.0.0.4");
}

TEST_F(AllocatedAddresses, OfADeviceAreFound) {
  EXPECT_EQ(addresses(get(kAllocated + "?used_by_device=vm1")), "10.0.0.1 10.0.0.3");
  EXPECT_EQ(addresses(get(kAll + "?used_by_device=vm1")), "10.0.0.1 10.0.0.3 10.0.0.4");
  EXPECT_EQ(addresses(get(kAll + "?used_by_device=vm9")), "");
  EXPECT_EQ(get(kAll + "?device=vm1").status, 400u);
}

TEST_F(AllocatedAddresses, Case29LeaveOutWhatIsDeallocated) {
  remove(address_path(block_, "10.0.0.1"));
  EXPECT_EQ(addresses(get(kAllocated)), "10.0.0.3 10.0.0.2");
  EXPECT_EQ(addresses(get(block_ + "/ip_addresses")), "10.0.0.1 10.0.0.2 10.0.0.3 10.0.0.4");
}

TEST_F(AllocatedAddresses, LeaveOutWhatIsLeasedDynamically) {
  make_block("10.0.1.0/28", R"(,"network_id":"lab","pools":["10.0.1.8-10.0.1.12"])");
  apply({store::PutAddress{test::leased(test::key(2, "10.0.1.9"), test::client(9))}});
  EXPECT_EQ(addresses(get(kAll)), "10.0.0.1 10.0.0.3 10.0.0.2 10.0.0.4");
}

TEST_F(AllocatedAddresses, PagesMayEndWithinAnInterface) {
  const Asked first = get(kAllocated + "?limit=1");
  EXPECT_EQ(addresses(first), "10.0.0.1");
  const Asked second = get(first.text_at("/ip_addresses_links/0/href"));
  EXPECT_EQ(addresses(second), "10.0.0.3");
  remove(address_path(block_, "10.0.0.3"));
  const Asked third = get(second.text_at("/ip_addresses_links/0/href"));
  EXPECT_EQ(addresses(third), "10.0.0.2");
  EXPECT_EQ(third.at("/ip_addresses_links"), "(nothing)");
  EXPECT_EQ(get(kAllocated + "?marker=10.0.0.1").status, 400u);
  EXPECT_EQ(get(kAllocated + "?marker=" + id_of(block_) + ":10.0.0.4").status, 400u);
}

TEST_F(AllocatedAddresses, AMarkerOfAnotherDeviceAddsNothingOfIt) {
  const std::string marker = "&marker=" + id_of(block_) + ":10.0.0.1";
  EXPECT_EQ(addresses(get(kAllocated + "?used_by_device=vm2" + marker)), "10.0.0.2");
}

TEST_F(AllocatedAddresses, OfInterfacesWithoutAnyArePassedOverInSlices) {
  store::Changes changes;
  for (std::uint64_t i = 0; i < 20001; ++i) {
    changes.push_back(
        store::Put<store::Interface>{test::interface(1000 + i, "idle" + std::to_string(i))});
  }
  store::Interface last = test::interface(50000, "last");
  store::AddressRecord record =
      test::in_state(store::AddressState::kReserved, test::key(1, "10.0.0.9"), {});
  record.interface = last.id;
  changes.push_back(store::Put<store::Interface>{last});
  changes.push_back(store::PutAddress{record});
  apply(changes);
  const std::string idle = "/v1/tenants/default/allocated_ip_addresses";
  const Asked first = get(idle);
  EXPECT_EQ(addresses(first), "");
  const Asked second = get(first.text_at("/ip_addresses_links/0/href"));
  EXPECT_EQ(addresses(second), "10.0.0.9");
}

TEST_F(AllocatedAddresses, Case50OfEverybodyAreForAnAdmin) {
  principal_ = tenant_token("acme");
  EXPECT_EQ(get(kAll).status, 403u);
  EXPECT_EQ(get("/v1/tenants/umbrella/allocated_ip_addresses").status, 404u);
  EXPECT_EQ(addresses(get(kAllocated)), "10.0.0.1 10.0.0.3 10.0.0.2");
}

}  // namespace
}  // namespace melange::admin
