// SPDX-License-Identifier: Apache-2.0
//
// Instances: ipam.md section 4, case 45.
#include "network_fixture.h"

namespace melange::admin {
namespace {

const std::string kPath = "/v1/instances/vm-1/interfaces";
constexpr std::string_view kNetwork = R"("network":{"id":"lab","tenant_id":"acme"})";

class Instances : public NetworkApi {
 protected:
  Asked put_all(std::string_view interfaces) {
    return put(kPath,
               base::cat(R"({"instance":{"tenant_id":"acme","interfaces":[)", interfaces, "]}}"));
  }
  static std::string one(std::string_view id, std::string_view more = {}) {
    return base::cat(R"({"id":")", id, R"(",)", kNetwork, more, "}");
  }
};

TEST_F(Instances, HaveTheInterfacesThatWerePut) {
  make_block("192.0.2.0/24");
  const Asked made = put_all(one("a") + "," + one("b", R"(,"mac_address":"02:00:00:00:00:0b")"));
  ASSERT_EQ(made.status, 200u) << made.text;
  EXPECT_EQ(made.at("/instance/id"), R"("vm-1")");
  EXPECT_EQ(made.at("/instance/interfaces/0/device_id"), R"("vm-1")");
  EXPECT_EQ(made.at("/instance/interfaces/0/ip_addresses/0/address"), R"("192.0.2.1")");
  EXPECT_EQ(made.at("/instance/interfaces/1/mac_address"), R"("02:00:00:00:00:0b")");
  EXPECT_EQ(get(kPath).text, made.text);
  EXPECT_EQ(get("/v1/tenants/acme/interfaces/a").status, 200u);
}

TEST_F(Instances, KeepWhatIsPutAgainAndLoseTheRest) {
  const std::string block = make_block("192.0.2.0/24");
  put_all(one("a") + "," + one("b"));
  const std::string kept = get("/v1/interfaces/b").at("/interface/ip_addresses/0/address");
  const Asked replaced = put_all(one("b") + "," + one("c"));
  ASSERT_EQ(replaced.status, 200u) << replaced.text;
  EXPECT_EQ(replaced.at("/instance/interfaces/0/id"), R"("b")");
  EXPECT_EQ(replaced.at("/instance/interfaces/0/ip_addresses/0/address"), kept);
  EXPECT_EQ(replaced.at("/instance/interfaces/1/id"), R"("c")");
  EXPECT_EQ(replaced.at("/instance/interfaces/2"), "(nothing)");
  EXPECT_EQ(get("/v1/interfaces/a").status, 404u);
  EXPECT_EQ(state_of(block, "192.0.2.1"), R"("quarantined")");
}

TEST_F(Instances, Case45_OneBadInterfaceChangesNothing) {
  make_block("192.0.2.0/24");
  const std::string before = put_all(one("a")).text;
  const Asked unknown =
      put_all(one("b") + R"(,{"id":"c","network":{"id":"nowhere","tenant_id":"acme"}})");
  EXPECT_EQ(unknown.status, 404u);
  EXPECT_EQ(unknown.at("/errors/0/field"), R"("interfaces[1].network.id")");
  const Asked outside = put_all(one("b") + R"(,{"id":"c","network":{"id":"lab","tenant_id":"acme",
      "addresses":["198.51.100.1"]}})");
  EXPECT_EQ(outside.status, 422u);
  EXPECT_TRUE(outside.text_at("/errors/0/field").starts_with("interfaces[1]")) << outside.text;
  EXPECT_EQ(get(kPath).text, before);
  EXPECT_EQ(get("/v1/interfaces/b").status, 404u);
}

TEST_F(Instances, TakeNoInterfaceOfAnotherTenant) {
  post("/v1/interfaces", R"({"interface":{"id":"theirs","tenant_id":"umbrella"}})");
  EXPECT_EQ(put_all(R"({"id":"theirs"})").status, 404u);
  EXPECT_EQ(get("/v1/interfaces/theirs").at("/interface/device_id"), "null");
}

TEST_F(Instances, AreDeletedWithAllTheirInterfaces) {
  const std::string block = make_block("192.0.2.0/24");
  put_all(one("a") + "," + one("b"));
  EXPECT_EQ(remove(kPath).status, 204u);
  EXPECT_EQ(get(kPath).at("/instance/interfaces"), "[]");
  EXPECT_EQ(state_of(block, "192.0.2.2"), R"("quarantined")");
  EXPECT_EQ(remove(kPath).status, 204u) << "an orchestrator may say it twice";
  EXPECT_EQ(put_all("").at("/instance/interfaces"), "[]");
}

TEST_F(Instances, TellEverythingThatIsWrongWithABody) {
  const Asked wrong = put(kPath, R"({"instance":{"interfaces":[{"mac_address":"x"},
      {"network":{"id":"lab"},"colour":"red"},7]}})");
  EXPECT_EQ(wrong.status, 400u);
  std::string fields;
  const json::value whole = wrong.body();
  for (const json::value& error : whole.at("errors").as_array()) {
    fields += std::string(error.at("field").as_string()) + " ";
  }
  EXPECT_EQ(fields,
            "tenant_id interfaces[0].mac_address interfaces[1].network.tenant_id "
            "interfaces[1].colour interfaces[2] ");
  const Asked contradicts =
      put_all(R"({"tenant_id":"umbrella"},{"device_id":"vm-2","mac_address":"01:00:00:00:00:00"})");
  EXPECT_EQ(contradicts.status, 400u);
  EXPECT_EQ(contradicts.at("/errors/0/field"), R"("interfaces[0].tenant_id")");
  EXPECT_EQ(contradicts.at("/errors/1/field"), R"("interfaces[1].device_id")");
  EXPECT_EQ(contradicts.at("/errors/2/field"), R"("interfaces[1].mac_address")");
  EXPECT_EQ(
      put("/v1/instances/a%20b/interfaces", R"({"instance":{"tenant_id":"acme","interfaces":[]}})")
          .status,
      400u);
}

TEST_F(Instances, AreForAnAdmin) {
  principal_ = tenant_token("acme");
  EXPECT_EQ(get(kPath).status, 403u);
  EXPECT_EQ(put_all("").status, 403u);
  EXPECT_EQ(remove(kPath).status, 403u);
}

}  // namespace
}  // namespace melange::admin
