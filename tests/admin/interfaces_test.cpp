// SPDX-License-Identifier: Apache-2.0
//
// Interfaces: ipam.md section 4, cases 44, 46, 49 and 56.
#include "network_fixture.h"

namespace melange::admin {
namespace {

const std::string kInterfaces = "/v1/interfaces";

class Interfaces : public NetworkApi {
 protected:
  // Gives its path among those of the tenant acme.
  std::string make(std::string_view vif, std::string_view more = {}) {
    const Asked made = post(kInterfaces, base::cat(R"({"interface":{"id":")", vif,
                                                   R"(","tenant_id":"acme")", more, "}}"));
    EXPECT_EQ(made.status, 201u) << made.text;
    return base::cat("/v1/tenants/acme/interfaces/", vif);
  }
  static constexpr std::string_view kPluggedIn =
      R"(,"network":{"id":"lab","tenant_id":"acme","addresses":["192.0.2.7"]})";
};

TEST_F(Interfaces, AreMadeWithAMacAndAddressesInOneRequest) {
  make_block("192.0.2.0/24");
  make_block("2001:db8::/64");
  post("/v1/mac_address_ranges", R"({"mac_address_range":{"cidr":"BC:76:4E:20:00:00/40"}})");
  const Asked made = post(kInterfaces, R"({"interface":{"id":"vif-1","device_id":"vm-1",
      "tenant_id":"umbrella","network":{"id":"lab","tenant_id":"acme"}}})");
  ASSERT_EQ(made.status, 201u) << made.text;
  EXPECT_EQ(made.field("Location"), "/v1/interfaces/vif-1");
  EXPECT_EQ(made.at("/interface/mac_address"), R"("bc:76:4e:20:00:00")");
  EXPECT_EQ(made.at("/interface/ip_addresses/0/address"), R"("192.0.2.1")");
  EXPECT_EQ(made.at("/interface/ip_addresses/0/used_by_tenant"), R"("umbrella")");
  EXPECT_EQ(made.at("/interface/ip_addresses/1/version"), "6");
  EXPECT_EQ(get("/v1/interfaces/vif-1").text, made.text);
  EXPECT_EQ(get("/v1/tenants/umbrella/interfaces/vif-1").text, made.text);
  EXPECT_EQ(get("/v1/tenants/acme/interfaces/vif-1").status, 404u)
      << "the network's tenant is not the interface's";
}

TEST_F(Interfaces, NeedNeitherANameNorANetwork) {
  const Asked made = post(kInterfaces, R"({"interface":{"tenant_id":"acme"}})");
  ASSERT_EQ(made.status, 201u) << made.text;
  EXPECT_FALSE(made.text_at("/interface/id").empty());
  EXPECT_EQ(made.at("/interface/mac_address"), "null");
  EXPECT_EQ(made.at("/interface/ip_addresses"), "[]");
  EXPECT_EQ(get(made.field("Location")).text, made.text);
}

TEST_F(Interfaces, Case44_OfARangeOfOneMacAreOneUntilItIsFreedAgain) {
  post("/v1/mac_address_ranges", R"({"mac_address_range":{"cidr":"BC:76:4E:20:00:05/48"}})");
  make("a");
  const Asked refused = post(kInterfaces, R"({"interface":{"id":"b","tenant_id":"acme"}})");
  EXPECT_EQ(refused.status, 422u);
  EXPECT_EQ(refused.text_at("/detail"), "No more mac Addresses");
  EXPECT_EQ(remove("/v1/interfaces/a").status, 204u);
  EXPECT_EQ(get(make("b")).at("/interface/mac_address"), R"("bc:76:4e:20:00:05")");
  EXPECT_EQ(get(make("c", R"(,"mac_address":"02-00-00-00-00-01")")).at("/interface/mac_address"),
            R"("02:00:00:00:00:01")")
      << "a given MAC wins";
}

TEST_F(Interfaces, OfOneNameOrMacAreOne) {
  make("a", R"(,"mac_address":"02:00:00:00:00:01")");
  EXPECT_EQ(post(kInterfaces, R"({"interface":{"id":"a","tenant_id":"acme"}})").status, 409u);
  const Asked twice = post(kInterfaces, R"({"interface":{"id":"b","tenant_id":"umbrella",
      "mac_address":"020000000001"}})");
  EXPECT_EQ(twice.status, 409u);
  EXPECT_EQ(twice.at("/errors/0/field"), R"("mac_address")");
}

TEST_F(Interfaces, Case46_OfAnotherTenantAreAsIfTheyWereNotThere) {
  make("vif-1");
  const Asked foreign = get("/v1/tenants/umbrella/interfaces/vif-1");
  EXPECT_EQ(foreign.status, 404u);
  EXPECT_EQ(foreign.text, get("/v1/tenants/umbrella/interfaces/vif-2").text);
  EXPECT_EQ(get("/v1/tenants/umbrella/interfaces").at("/interfaces"), "[]");
}

TEST_F(Interfaces, OfAllTenantsAreForAnAdmin) {
  make("vif-1");
  principal_ = tenant_token("acme");
  EXPECT_EQ(get("/v1/interfaces/vif-1").status, 403u);
  EXPECT_EQ(remove("/v1/interfaces/vif-1").status, 403u);
  EXPECT_EQ(post(kInterfaces, R"({"interface":{"tenant_id":"acme"}})").status, 403u);
  EXPECT_EQ(get("/v1/tenants/acme/interfaces/vif-1").status, 200u);
}

TEST_F(Interfaces, Case49_AreListedAPageAtATime) {
  for (const char* vif : {"e", "d", "c", "b", "a"}) make(vif);
  const std::string list = "/v1/tenants/acme/interfaces";
  const Asked page = get(list + "?limit=2&marker=d");
  EXPECT_EQ(page.at("/interfaces/0/id"), R"("c")") << "in the order of their creation";
  EXPECT_EQ(page.at("/interfaces/1/id"), R"("b")");
  EXPECT_EQ(page.at("/interfaces/2"), "(nothing)");
  const Asked last = get(page.text_at("/interfaces_links/0/href"));
  EXPECT_EQ(last.at("/interfaces/0/id"), R"("a")");
  EXPECT_EQ(last.at("/interfaces_links"), "(nothing)");
  EXPECT_EQ(get(list + "?marker=x").at("/errors/0/field"), R"("marker")");
}

TEST_F(Interfaces, Case56_GoWithTheirAddressesInQuarantine) {
  const std::string block = make_block("192.0.2.0/24");
  make("vif-1", kPluggedIn);
  EXPECT_EQ(state_of(block, "192.0.2.7"), R"("reserved")");
  EXPECT_EQ(remove("/v1/interfaces/vif-1").status, 204u);
  EXPECT_EQ(state_of(block, "192.0.2.7"), R"("quarantined")");
  EXPECT_EQ(get("/v1/interfaces/vif-1").status, 404u);
  EXPECT_EQ(remove("/v1/interfaces/vif-1").status, 404u);
}

TEST_F(Interfaces, Case52_HaveAnEntityTagThatFollowsTheirAddresses) {
  make_block("192.0.2.0/24");
  const std::string path = make("vif-1", kPluggedIn);
  const std::string before = get(path).field("ETag");
  EXPECT_EQ(remove(lab_ + "/interfaces/vif-1/ip_allocations").status, 204u);
  const std::string after = get(path).field("ETag");
  EXPECT_NE(after, before);
  EXPECT_EQ(get(path, {{"if-none-match", after}}).status, 304u);
  EXPECT_EQ(remove("/v1/interfaces/vif-1", {{"if-match", before}}).status, 412u);
  EXPECT_EQ(remove("/v1/interfaces/vif-1", {{"if-match", after}}).status, 204u);
}

TEST_F(Interfaces, AreNotMadeIfTheirNetworkOrAnAddressCannotBeHad) {
  make_block("192.0.2.0/24");
  make("vif-1", kPluggedIn);
  EXPECT_EQ(post(kInterfaces, R"({"interface":{"id":"vif-2","tenant_id":"acme",
      "network":{"id":"lab","tenant_id":"acme","addresses":["192.0.2.7"]}}})")
                .status,
            409u);
  EXPECT_EQ(post(kInterfaces, R"({"interface":{"id":"vif-2","tenant_id":"acme",
      "network":{"id":"lab","tenant_id":"umbrella"}}})")
                .status,
            404u)
      << "acme has a network of that name, umbrella has none";
  EXPECT_EQ(get("/v1/interfaces/vif-2").status, 404u);
}

TEST_F(Interfaces, TellEverythingThatIsWrongWithABody) {
  const Asked wrong = post(kInterfaces, R"({"interface":{"id":"a\nb","mac_address":"zz",
      "network":{"id":"lab","adresses":[]},"nic":1}})");
  EXPECT_EQ(wrong.status, 400u);
  std::string fields;
  const json::value whole = wrong.body();
  for (const json::value& error : whole.at("errors").as_array()) {
    fields += std::string(error.at("field").as_string()) + " ";
  }
  EXPECT_EQ(fields, "id tenant_id mac_address network.tenant_id network.adresses nic ");
  const Asked multicast =
      post(kInterfaces, R"({"interface":{"tenant_id":"acme","mac_address":"ff:ff:ff:ff:ff:ff"}})");
  EXPECT_EQ(multicast.at("/errors/0/field"), R"("mac_address")");
}

class AllowedIps : public Interfaces {};

TEST_F(AllowedIps, Case47_OnlyOfANetworkThatTheInterfaceIsPluggedInto) {
  make_block("192.0.2.0/24");
  const std::string path = make("vif-1", kPluggedIn) + "/allowed_ips";
  post("/v1/tenants/acme/ip_blocks", R"({"ip_block":{"cidr":"10.0.0.0/24","type":"private",
      "network_id":"other"}})");
  const Asked made =
      post(path, R"({"allowed_ip":{"network_id":"lab","ip_address":"192.0.2.200"}})");
  EXPECT_EQ(made.status, 201u) << made.text;
  EXPECT_EQ(made.field("Location"), path + "/192.0.2.200");
  EXPECT_EQ(get(made.field("Location")).text, made.text);
  const Asked elsewhere =
      post(path, R"({"allowed_ip":{"network_id":"other","ip_address":"10.0.0.5"}})");
  EXPECT_EQ(elsewhere.status, 422u);
  EXPECT_EQ(elsewhere.at("/errors/0/field"), R"("network_id")");
  EXPECT_EQ(post(path, R"({"allowed_ip":{"network_id":"none","ip_address":"10.0.0.5"}})").status,
            404u);
  EXPECT_EQ(post(path, R"({"allowed_ip":{"network_id":"lab","ip_address":"10.0.0.5"}})").status,
            422u);
}

TEST_F(AllowedIps, Case47_ShowItsOwnAddressOnce) {
  make_block("192.0.2.0/24");
  const std::string path = make("vif-1", kPluggedIn) + "/allowed_ips";
  post(path, R"({"allowed_ip":{"network_id":"lab","ip_address":"192.0.2.7"}})");
  post(path, R"({"allowed_ip":{"network_id":"lab","ip_address":"192.0.2.8"}})");
  EXPECT_EQ(get(path).text, R"({"allowed_ips":[{"network_id":"lab","ip_address":"192.0.2.7"},)"
                            R"({"network_id":"lab","ip_address":"192.0.2.8"}]})");
}

TEST_F(AllowedIps, AreTakenBackOneByOne) {
  make_block("192.0.2.0/24");
  const std::string path = make("vif-1", kPluggedIn) + "/allowed_ips";
  post(path, R"({"allowed_ip":{"network_id":"lab","ip_address":"192.0.2.8"}})");
  EXPECT_EQ(remove(path + "/192.0.2.8", {{"if-match", "\"1\""}}).status, 412u);
  EXPECT_EQ(remove(path + "/192.0.2.8").status, 204u);
  EXPECT_EQ(remove(path + "/192.0.2.8").status, 404u);
  EXPECT_EQ(get(path + "/192.0.2.8").status, 404u);
  EXPECT_EQ(get(path + "/nonsense").status, 404u);
  EXPECT_EQ(remove(path + "/nonsense").status, 404u);
  EXPECT_EQ(remove(path + "/192.0.2.7").status, 404u) << "its own";
  EXPECT_EQ(get("/v1/tenants/umbrella/interfaces/vif-1/allowed_ips").status, 404u);
}

TEST_F(AllowedIps, MayBeOfAnotherTenantsNetworkThatItIsPluggedInto) {
  make_block("192.0.2.0/24");
  post(kInterfaces, R"({"interface":{"id":"vif-9","tenant_id":"umbrella",
      "network":{"id":"lab","tenant_id":"acme"}}})");
  principal_ = tenant_token("umbrella");
  EXPECT_EQ(post("/v1/tenants/umbrella/interfaces/vif-9/allowed_ips",
                 R"({"allowed_ip":{"network_id":"lab","ip_address":"192.0.2.9"}})")
                .status,
            201u);
}

}  // namespace
}  // namespace melange::admin
