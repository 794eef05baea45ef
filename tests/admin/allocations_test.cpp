// SPDX-License-Identifier: Apache-2.0
#include "address_fixture.h"

namespace melange::admin {
namespace {

const std::string kDisk = "/v1/allocations/disk-7";

class Allocations : public AddressApi {
 protected:
  Asked wish(const std::string& fields, const std::string& path = kDisk) {
    return put(path, R"({"allocation":{"tenant_id":"acme",)" + fields + "}}");
  }
  Asked of_acme(const std::string& path = kDisk) { return get(path + "?tenant_id=acme"); }
  static std::string addresses_of(const Asked& reply) {
    const json::value body = reply.body();
    std::string out;
    for (const json::value& one : body.at_pointer("/allocation/ip_addresses").as_array()) {
      if (!out.empty()) out += ' ';
      out += one.at("address").as_string();
    }
    return out;
  }
};

TEST_F(Allocations, Case51AHandleGivesTheSameAddressesEachTime) {
  make_block("10.0.0.0/28", R"(,"network_id":"lab")");
  make_block("2001:db8::/64", R"(,"network_id":"lab")");
  const std::string body = R"("network_id":"lab","count":2)";
  const Asked made = wish(body);
  ASSERT_EQ(made.status, 201u) << made.text;
  EXPECT_EQ(made.field("Location"), kDisk);
  EXPECT_EQ(addresses_of(made), "10.0.0.1 2001:db8::1 10.0.0.2 2001:db8::2");
  EXPECT_EQ(made.at("/allocation/families"), "[4,6]");
  EXPECT_EQ(made.at("/allocation/network_id"), R"("lab")");
  EXPECT_EQ(made.at("/allocation/interface_id"),
            made.at("/allocation/ip_addresses/3/interface_id"));
  restart();
  const Asked again = wish(body);
  EXPECT_EQ(again.status, 200u);
  EXPECT_EQ(again.text, made.text);
  EXPECT_EQ(again.field("ETag"), made.field("ETag"));
  EXPECT_EQ(of_acme().text, made.text);
}

TEST_F(Allocations, AnotherWishUnderTheSameHandleIsAConflict) {
  const std::string block = make_block("10.0.0.0/28", R"(,"network_id":"lab")");
  ASSERT_EQ(wish(R"("network_id":"lab","mac_address":"02:00:00:00:00:01","hostname":"a")").status,
            201u);
  for (const std::string other :
       {R"("network_id":"lab","count":2)", R"("network_id":"lab","families":[4])",
        R"("network_id":"lab","mac_address":"02:00:00:00:00:02")",
        R"("network_id":"lab","used_by_device":"vm9")", R"("network_id":"lab","hostname":"b")"}) {
    EXPECT_EQ(wish(other).status, 409u) << other;
  }
  EXPECT_EQ(wish(R"("ip_block_id":")" + id_of(block) + "\"").status, 409u);
  EXPECT_EQ(wish(R"("network_id":"lab","mac_address":"02-00-00-00-00-01","hostname":"a")").status,
            200u);
}

TEST_F(Allocations, OfABlockAreOfItsFamily) {
  const std::string block = make_block("10.0.0.0/28");
  const std::string of_block = R"("ip_block_id":")" + id_of(block) + "\"";
  const Asked made = wish(of_block + R"(,"count":"3","used_by_device_id":"vm1","hostname":"web1",
      "mac_address":"52:54:00:12:34:56")");
  ASSERT_EQ(made.status, 201u) << made.text;
  EXPECT_EQ(addresses_of(made), "10.0.0.1 10.0.0.2 10.0.0.3");
  EXPECT_EQ(made.at("/allocation/families"), "[4]");
  EXPECT_EQ(made.at("/allocation/ip_addresses/2/used_by_device"), R"("vm1")");
  EXPECT_EQ(made.at("/allocation/ip_addresses/2/mac_address"), R"("52:54:00:12:34:56")");
  EXPECT_EQ(made.at("/allocation/ip_addresses/2/hostname"), R"("web1")");
  const Asked six = wish(of_block + R"(,"families":[6])", "/v1/allocations/six");
  EXPECT_EQ(six.status, 400u);
  EXPECT_EQ(six.at("/errors/0/field"), R"("families")");
}

TEST_F(Allocations, AreGivenWholeOrNotAtAll) {
  const std::string block = make_block("10.0.0.0/29", R"(,"network_id":"lab")");
  EXPECT_EQ(wish(R"("network_id":"lab","count":7)").status, 422u);
  EXPECT_EQ(of_acme().status, 404u);
  EXPECT_EQ(addresses(get(block + "/ip_addresses")), "");
}

TEST_F(Allocations, DeletingOneQuarantinesItsAddresses) {
  const std::string block = make_block("10.0.0.0/29", R"(,"network_id":"lab")");
  const Asked made = wish(R"("network_id":"lab")");
  const std::string path = kDisk + "?tenant_id=acme";
  EXPECT_EQ(remove(path, {{"if-match", "\"77\""}}).status, 412u);
  EXPECT_EQ(remove(path, {{"if-match", made.field("ETag")}}).status, 204u);
  EXPECT_EQ(of_acme().status, 404u);
  EXPECT_EQ(remove(path).status, 404u);
  EXPECT_EQ(get(address_path(block, "10.0.0.1")).at("/ip_address/state"), R"("quarantined")");
  EXPECT_EQ(addresses_of(wish(R"("network_id":"lab")")), "10.0.0.2");
}

TEST_F(Allocations, AnAddressThatWasDeallocatedMeanwhileIsRestored) {
  const std::string block = make_block("10.0.0.0/29", R"(,"network_id":"lab")");
  wish(R"("network_id":"lab","hostname":"web1")");
  remove(address_path(block, "10.0.0.1"));
  EXPECT_EQ(of_acme().at("/allocation/ip_addresses/0/state"), R"("quarantined")");
  const Asked again = wish(R"("network_id":"lab","hostname":"web1")");
  EXPECT_EQ(again.status, 200u) << again.text;
  EXPECT_EQ(again.at("/allocation/ip_addresses/0/state"), R"("reserved")");
  EXPECT_EQ(again.text, of_acme().text);
}

TEST_F(Allocations, AHandleIsTheTenantsOwn) {
  make_block("10.0.0.0/29", R"(,"network_id":"lab")");
  make_block("10.0.1.0/29", R"(,"network_id":"lab")", "default");
  wish(R"("network_id":"lab")");
  EXPECT_EQ(get(kDisk).status, 404u);  // the admin's own is "default"
  const Asked own = put(kDisk, R"({"allocation":{"network_id":"lab"}})");
  EXPECT_EQ(own.at("/allocation/tenant_id"), R"("default")");
  EXPECT_EQ(addresses_of(own), "10.0.1.1");
  principal_ = tenant_token("acme");
  EXPECT_EQ(addresses_of(get(kDisk)), "10.0.0.1");
  EXPECT_EQ(put(kDisk, R"({"allocation":{"network_id":"lab"}})").status, 200u);
  EXPECT_EQ(get(kDisk + "?tenant_id=default").status, 404u);
  EXPECT_EQ(remove(kDisk + "?tenant_id=default").status, 404u);
  EXPECT_EQ(put(kDisk, R"({"allocation":{"network_id":"lab","tenant_id":"default"}})").status,
            404u);
  principal_.may_write = false;
  EXPECT_EQ(remove(kDisk).status, 403u);
}

TEST_F(Allocations, ATokenForSeveralTenantsNamesOne) {
  make_block("10.0.0.0/29", R"(,"network_id":"lab")");
  principal_ = {"token:two", false, true, {"acme", "umbrella"}};
  const Asked refused = put(kDisk, R"({"allocation":{"network_id":"lab"}})");
  EXPECT_EQ(refused.status, 400u);
  EXPECT_EQ(refused.at("/errors/0/field"), R"("tenant_id")");
  EXPECT_EQ(get(kDisk).status, 400u);
  EXPECT_EQ(wish(R"("network_id":"lab")").status, 201u);
}

TEST_F(Allocations, WhatIsNotThereOrSomebodyElsesIsNamed) {
  const std::string foreign = make_block("10.0.1.0/29", R"(,"network_id":"theirs")", "umbrella");
  const Asked network = wish(R"("network_id":"theirs")");
  EXPECT_EQ(network.status, 404u);
  EXPECT_EQ(network.at("/errors/0/field"), R"("network_id")");
  const Asked block = wish(R"("ip_block_id":")" + id_of(foreign) + "\"");
  EXPECT_EQ(block.status, 404u);
  EXPECT_EQ(block.at("/errors/0/field"), R"("ip_block_id")");
}

TEST_F(Allocations, WrongBodiesAreRefused) {
  make_block("10.0.0.0/29", R"(,"network_id":"lab")");
  const Asked shape = wish(R"("count":0,"families":[4,"x",7],"network":"lab")");
  EXPECT_EQ(shape.status, 400u);
  EXPECT_EQ(each(shape, "errors", "field"), "count families[1] families[2] network");
  const Asked meaning = wish(R"("network_id":"lab","families":[5],"hostname":"a b",
      "mac_address":"ff:ff:ff:ff:ff:ff")");
  EXPECT_EQ(meaning.status, 400u);
  EXPECT_EQ(each(meaning, "errors", "field"), "families[0] mac_address hostname");
  EXPECT_EQ(wish(R"("network_id":"lab","families":[])").status, 400u);
  EXPECT_EQ(wish(R"("count":1)").status, 400u);  // of what?
  EXPECT_EQ(of_acme().status, 404u);
}

TEST_F(Allocations, TakeForcedOptionsBootAndClasses) {
  make_block("10.0.0.0/24", R"(,"network_id":"net1")");
  const Asked made = put("/v1/allocations/h", R"({"allocation":{"tenant_id":"acme",
      "network_id":"net1","force":["routers"],"classes":["pxe"],"boot":{"file":"x"}}})");
  ASSERT_EQ(made.status, 201u) << made.text;
  EXPECT_EQ(made.at("/allocation/ip_addresses/0/force"), R"(["routers"])");
  EXPECT_EQ(made.at("/allocation/ip_addresses/0/classes"), R"(["pxe"])");
  EXPECT_EQ(made.at("/allocation/ip_addresses/0/boot/file"), R"("x")");
}

}  // namespace
}  // namespace melange::admin
