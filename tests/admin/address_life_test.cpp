// SPDX-License-Identifier: Apache-2.0
//
// Looking at a block's addresses, giving them back and taking them again. The numbers are the cases
// of ipam.md section 4.
#include "address_fixture.h"

namespace melange::admin {
namespace {

class AddressLife : public AddressApi {};

TEST_F(AddressLife, Case27ADeallocatedAddressIsQuarantinedAndComesBackByRestore) {
  const std::string block = make_block("10.0.0.0/29");
  const std::string path = address_path(block, "10.0.0.1");
  allocate(block, R"("interface_id":"vif1","hostname":"web1")");
  EXPECT_EQ(remove(path).status, 204u);
  const Asked kept = get(path);
  EXPECT_EQ(kept.at("/ip_address/state"), R"("quarantined")");
  EXPECT_EQ(kept.at("/ip_address/allocated"), "false");
  EXPECT_EQ(kept.at("/ip_address/deallocated_at"), R"("1970-01-01T00:16:40Z")");
  EXPECT_EQ(addresses(get(block + "/ip_addresses")), "10.0.0.1");
  EXPECT_EQ(allocate(block, named("10.0.0.1")).status, 409u);
  const Asked back = put(path + "/restore", "");
  EXPECT_EQ(back.status, 200u) << back.text;
  EXPECT_EQ(back.at("/ip_address/state"), R"("reserved")");
  EXPECT_EQ(back.at("/ip_address/interface_id"), R"("vif1")");
  EXPECT_EQ(back.at("/ip_address/hostname"), R"("web1")");
  EXPECT_EQ(back.text, get(path).text);
  EXPECT_EQ(put(path + "/restore", "").status, 409u);
}

TEST_F(AddressLife, Case28QuarantineEndsToTheSecondAndIsNotBegunAnew) {
  const std::string block = make_block("10.0.0.0/29", R"(,"quarantine_time":3600)");
  allocate(block);
  now_ = test::at(2000);
  remove(address_path(block, "10.0.0.1"));
  now_ = test::at(5000);
  EXPECT_EQ(remove(address_path(block, "10.0.0.1")).status, 204u);
  now_ = test::at(5599);
  EXPECT_EQ(allocate(block, named("10.0.0.1")).status, 409u);
  now_ = test::at(5600);
  EXPECT_EQ(allocated(block, named("10.0.0.1")), "10.0.0.1");
}

TEST_F(AddressLife, Case30AnySpellingOfAnAddressFindsIt) {
  const std::string block = make_block("2001:db8::/64");
  const Asked made = allocate(block, named("2001:0DB8:0:0:0:0:0:00aB"));
  EXPECT_EQ(made.at("/ip_address/address"), R"("2001:db8::ab")");
  EXPECT_EQ(made.field("Location"), address_path(block, "2001%3Adb8%3A%3Aab"));
  for (const auto* spelling : {"2001:db8::ab", "2001:DB8::00AB", "2001:db8:0:0::0.0.0.171"}) {
    EXPECT_EQ(get(address_path(block, spelling)).status, 200u) << spelling;
  }
  EXPECT_EQ(get(address_path(block, "2001:db8::ac")).status, 404u);
  EXPECT_EQ(get(address_path(block, "web1")).status, 404u);
}

TEST_F(AddressLife, Case52AStaleIfMatchChangesNothing) {
  const std::string block = make_block("10.0.0.0/29");
  const std::string path = address_path(block, "10.0.0.1");
  const std::string first = allocate(block).field("ETag");
  EXPECT_EQ(remove(path, {{"if-match", "\"77\""}}).status, 412u);
  EXPECT_EQ(remove(path, {{"if-match", first}}).status, 204u);
  EXPECT_EQ(put(path + "/restore", "", {{"if-match", first}}).status, 412u);
  EXPECT_EQ(get(path).at("/ip_address/state"), R"("quarantined")");
}

TEST_F(AddressLife, Case54ADynamicLeaseIsAnAddressToo) {
  const std::string block =
      make_block("10.0.0.0/28", R"(,"network_id":"lab","pools":["10.0.0.8-10.0.0.12"])");
  allocate(block);
  apply({store::PutAddress{test::leased(test::key(1, "10.0.0.9"), test::client(9))}});
  EXPECT_EQ(addresses(get(block + "/ip_addresses")), "10.0.0.1 10.0.0.9");
  const Asked leased = get(block + "/ip_addresses?state=leased");
  EXPECT_EQ(addresses(leased), "10.0.0.9");
  EXPECT_EQ(leased.at("/ip_addresses/0/mac_address"), R"("02:00:00:00:00:09")");
  EXPECT_EQ(leased.at("/ip_addresses/0/interface_id"), "null");
  EXPECT_EQ(leased.at("/ip_addresses/0/expires_at"), R"("1970-01-01T01:01:40Z")");
  EXPECT_EQ(get(block + "/ip_addresses?state=free").status, 400u);
}

TEST_F(AddressLife, ADeallocatedLeaseIsKeptUntilItWouldHaveEnded) {
  const std::string block = make_block(
      "10.0.0.0/28", R"(,"network_id":"lab","pools":["10.0.0.8-10.0.0.12"],"quarantine_time":60)");
  apply({store::PutAddress{test::leased(test::key(1, "10.0.0.9"), test::client(9))}});
  EXPECT_EQ(remove(address_path(block, "10.0.0.9")).status, 204u);
  const Asked kept = get(address_path(block, "10.0.0.9"));
  EXPECT_EQ(kept.at("/ip_address/state"), R"("quarantined")");
  EXPECT_EQ(kept.at("/ip_address/expires_at"), R"("1970-01-01T01:01:40Z")");
}

TEST_F(AddressLife, WhatTheConfigurationReservesStays) {
  store::Block block = test::block(1, "10.0.0.0/29", "");
  block.tenant = "acme";
  block.managed_by = store::ManagedBy::kConfig;
  store::AddressRecord record =
      test::in_state(store::AddressState::kReserved, test::key(1, "10.0.0.2"), test::client(2));
  store::Reservation reservation;
  reservation.id = store::ReservationId{1};
  reservation.network = test::kLab;
  reservation.identity = test::client(2);
  reservation.addresses = {test::address("10.0.0.2")};
  apply({store::PutNetwork{test::network()}, store::PutBlock{block}, store::PutAddress{record},
         store::PutReservation{reservation}});
  std::string path;
  look([&](const store::View& view) {
    path = "/v1/tenants/acme/ip_blocks/" +
           store::uuid(view.store_id(), store::ObjectKind::kBlock, 1) + "/ip_addresses/10.0.0.2";
  });
  const Asked refused = remove(path);
  EXPECT_EQ(refused.status, 409u) << refused.text;
  EXPECT_EQ(refused.text_at("/type"), "urn:melange:managed_by_config");
}

TEST_F(AddressLife, Case49PagesFollowTheirMarkers) {
  const std::string path = make_block("10.0.0.0/28") + "/ip_addresses";
  post(path, R"({"ip_address":{"count":5}})");
  const Asked first = get(path + "?limit=2");
  EXPECT_EQ(addresses(first), "10.0.0.1 10.0.0.2");
  const Asked second = get(first.text_at("/ip_addresses_links/0/href"));
  EXPECT_EQ(addresses(second), "10.0.0.3 10.0.0.4");
  const Asked last = get(second.text_at("/ip_addresses_links/0/href"));
  EXPECT_EQ(addresses(last), "10.0.0.5");
  EXPECT_EQ(last.at("/ip_addresses_links"), "(nothing)");
  for (const auto* wrong : {"?limit=0", "?limit=abc", "?marker=10.0.0.2", "?marker=x:10.0.0.2"}) {
    EXPECT_EQ(get(path + wrong).status, 400u) << wrong;
  }
  const std::string elsewhere = id_of(make_block("10.0.1.0/28")) + ":10.0.1.1";
  EXPECT_EQ(get(path + "?marker=" + elsewhere).status, 400u);
}

TEST_F(AddressLife, AFilteredPageSaysWhereItStoppedLooking) {
  const std::string block = make_block("10.0.0.0/15");
  store::Changes changes;
  net::Address at = test::address("10.0.0.1");
  for (int i = 0; i < 50001; ++i, at = at.next()) {
    changes.push_back(store::PutAddress{
        test::in_state(store::AddressState::kReserved, {store::BlockId{1}, at}, {})});
  }
  changes.push_back(store::PutAddress{
      test::in_state(store::AddressState::kQuarantined, test::key(1, "10.1.0.9"), {})});
  apply(changes);
  const Asked first = get(block + "/ip_addresses?state=quarantined");
  EXPECT_EQ(addresses(first), "");
  const Asked second = get(first.text_at("/ip_addresses_links/0/href"));
  EXPECT_EQ(addresses(second), "10.1.0.9");
  EXPECT_EQ(second.at("/ip_addresses_links"), "(nothing)");
}

}  // namespace
}  // namespace melange::admin
