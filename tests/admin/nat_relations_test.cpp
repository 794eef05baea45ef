// SPDX-License-Identifier: Apache-2.0
//
// NAT relations: case 48 of ipam.md section 4.
#include "address_fixture.h"

namespace melange::admin {
namespace {

class NatRelations : public AddressApi {
 protected:
  NatRelations() : local_(make_block("10.0.0.0/28")), global_(make_block("192.0.2.0/28")) {
    allocate(local_, R"("count":2)");
    allocate(global_, R"("count":3)");
  }

  static std::string end(const std::string& block, const std::string& address) {
    return R"({"ip_block_id":")" + id_of(block) + R"(","ip_address":")" + address + R"("})";
  }
  static std::string ends(const std::string& all) { return R"({"ip_addresses":[)" + all + "]}"; }
  std::string globals_of(const std::string& address) const {
    return address_path(local_, address) + "/inside_globals";
  }
  std::string locals_of(const std::string& address) const {
    return address_path(global_, address) + "/inside_locals";
  }

  std::string local_;
  std::string global_;
};

TEST_F(NatRelations, AreSeenFromBothEnds) {
  const Asked made = post(globals_of("10.0.0.1"),
                          ends(end(global_, "192.0.2.1") + "," + end(global_, "192.0.2.2")));
  EXPECT_EQ(made.status, 201u) << made.text;
  EXPECT_EQ(addresses(made), "192.0.2.1 192.0.2.2");
  EXPECT_EQ(post(locals_of("192.0.2.1"), ends(end(local_, "10.0.0.2"))).status, 201u);
  EXPECT_EQ(addresses(get(globals_of("10.0.0.1"))), "192.0.2.1 192.0.2.2");
  EXPECT_EQ(addresses(get(globals_of("10.0.0.2"))), "192.0.2.1");
  EXPECT_EQ(addresses(get(locals_of("192.0.2.1"))), "10.0.0.1 10.0.0.2");
  EXPECT_EQ(addresses(get(locals_of("192.0.2.3"))), "");
}

TEST_F(NatRelations, AreMadeOnceHoweverOftenAskedFor) {
  post(globals_of("10.0.0.1"), ends(end(global_, "192.0.2.1")));
  EXPECT_EQ(post(globals_of("10.0.0.1"), ends(end(global_, "192.0.2.1"))).status, 201u);
  EXPECT_EQ(addresses(get(globals_of("10.0.0.1"))), "192.0.2.1");
}

TEST_F(NatRelations, EndOneByOneOrTogetherFromEitherEnd) {
  const std::string all =
      end(global_, "192.0.2.1") + "," + end(global_, "192.0.2.2") + "," + end(global_, "192.0.2.3");
  post(globals_of("10.0.0.1"), ends(all));
  EXPECT_EQ(remove(globals_of("10.0.0.1") + "/192.0.2.2").status, 204u);
  EXPECT_EQ(remove(globals_of("10.0.0.1") + "/192.0.2.2").status, 404u);
  EXPECT_EQ(remove(locals_of("192.0.2.3") + "/" + id_of(local_) + ":10.0.0.1").status, 204u);
  EXPECT_EQ(addresses(get(globals_of("10.0.0.1"))), "192.0.2.1");
  EXPECT_EQ(remove(globals_of("10.0.0.1")).status, 204u);
  EXPECT_EQ(addresses(get(globals_of("10.0.0.1"))), "");
  EXPECT_EQ(remove(globals_of("10.0.0.1")).status, 204u);
}

TEST_F(NatRelations, AnEndThatIsQuarantinedTakesNone) {
  remove(address_path(global_, "192.0.2.1"));
  const Asked refused = post(globals_of("10.0.0.1"), ends(end(global_, "192.0.2.1")));
  EXPECT_EQ(refused.status, 422u);
  EXPECT_EQ(refused.at("/errors/0/field"), R"("ip_addresses[0].ip_address")");
  EXPECT_EQ(post(locals_of("192.0.2.1"), ends(end(local_, "10.0.0.1"))).status, 422u);
}

TEST_F(NatRelations, OneWrongEndRefusesAll) {
  const Asked refused = post(globals_of("10.0.0.1"),
                             ends(end(global_, "192.0.2.1") + "," + end(global_, "192.0.2.9")));
  EXPECT_EQ(refused.status, 404u);
  EXPECT_EQ(refused.at("/errors/0/field"), R"("ip_addresses[1].ip_address")");
  EXPECT_EQ(addresses(get(globals_of("10.0.0.1"))), "");
  EXPECT_EQ(post(globals_of("10.0.0.1"), R"({"ip_addresses":[{"ip_block_id":7}]})").status, 400u);
  EXPECT_EQ(post(globals_of("10.0.0.1"), R"({"ip_addresses":"192.0.2.1"})").status, 400u);
  EXPECT_EQ(post(globals_of("10.0.0.9"), ends("")).status, 404u);
}

TEST_F(NatRelations, AStrangersAddressIsNotThere) {
  const std::string foreign = make_block("198.51.100.0/28", "", "umbrella");
  allocate(foreign);
  const Asked refused = post(globals_of("10.0.0.1"), ends(end(foreign, "198.51.100.1")));
  EXPECT_EQ(refused.status, 404u);
  EXPECT_EQ(refused.at("/errors/0/field"), R"("ip_addresses[0].ip_block_id")");
  allocate(global_, R"("address":"192.0.2.9","tenant_id":"umbrella")");
  EXPECT_EQ(post(globals_of("10.0.0.1"), ends(end(global_, "192.0.2.9"))).status, 404u);
}

TEST_F(NatRelations, AreListedByPages) {
  const std::string all =
      end(global_, "192.0.2.1") + "," + end(global_, "192.0.2.2") + "," + end(global_, "192.0.2.3");
  post(globals_of("10.0.0.1"), ends(all));
  const Asked first = get(globals_of("10.0.0.1") + "?limit=2");
  EXPECT_EQ(addresses(first), "192.0.2.1 192.0.2.2");
  const Asked last = get(first.text_at("/ip_addresses_links/0/href"));
  EXPECT_EQ(addresses(last), "192.0.2.3");
  EXPECT_EQ(last.at("/ip_addresses_links"), "(nothing)");
  EXPECT_EQ(get(globals_of("10.0.0.1") + "?marker=x").status, 400u);
}

}  // namespace
}  // namespace melange::admin
