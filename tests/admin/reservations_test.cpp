// SPDX-License-Identifier: Apache-2.0
//
// Reservations: ipam.md section 4, case 53 as far as the API goes, and the table of section 3.
#include "network_fixture.h"

namespace melange::admin {
namespace {

class Reservations : public NetworkApi {
 protected:
  const std::string list_ = lab_ + "/reservations";

  Asked reserve(std::string_view fields) {
    return post(list_, base::cat(R"({"reservation":{)", fields, "}}"));
  }
};

TEST_F(Reservations, Case53_ReserveTheAddressesForTheirClient) {
  const std::string block = make_pool();
  make_block("2001:db8::/64");
  const Asked made = reserve(R"("mac":"52:54:00:12:34:56",
      "addresses":["192.0.2.110","2001:db8::10"],"hostname":"web1.lab",
      "options":{"domain-name":"lab.example"})");
  ASSERT_EQ(made.status, 201u) << made.text;
  EXPECT_EQ(made.at("/reservation/mac"), R"("52:54:00:12:34:56")");
  EXPECT_EQ(made.at("/reservation/client_id"), "null");
  EXPECT_EQ(made.at("/reservation/duid"), "null");
  EXPECT_EQ(made.at("/reservation/addresses"), R"(["192.0.2.110","2001:db8::10"])");
  EXPECT_EQ(made.at("/reservation/managed_by"), R"("api")");
  EXPECT_EQ(get(made.field("Location")).text, made.text);
  EXPECT_EQ(made.field("Location"), list_ + "/" + made.text_at("/reservation/id"));
  const Asked address = get(block + "/ip_addresses/192.0.2.110");
  EXPECT_EQ(address.at("/ip_address/state"), R"("reserved")");
  EXPECT_EQ(address.at("/ip_address/identity"), R"("mac 52:54:00:12:34:56")");
  EXPECT_EQ(address.at("/ip_address/hostname"), R"("web1.lab")");
  EXPECT_EQ(address.at("/ip_address/options"), R"({"domain-name":"lab.example"})");
  EXPECT_EQ(address.at("/ip_address/interface_id"), made.at("/reservation/interface_id"));
}

TEST_F(Reservations, KnowTheirClientsByOneOfFourThings) {
  make_block("192.0.2.0/24");
  EXPECT_EQ(reserve(R"("client_id":"01:52:54:00:12:34:56","addresses":"any")")
                .at("/reservation/client_id"),
            R"("01525400123456")");
  EXPECT_EQ(reserve(R"("client_id":"00aabb","addresses":"any")").at("/reservation/client_id"),
            R"("00aabb")");
  EXPECT_EQ(reserve(R"("duid":"00:01:00:01:2a:2b","addresses":"any")").at("/reservation/duid"),
            R"("000100012a2b")");
  EXPECT_EQ(reserve(R"("circuit_id":"7","addresses":"any")").status, 400u) << "half an octet";
  const Asked circuit = reserve(R"("circuit_id":"07","addresses":"any")");
  EXPECT_EQ(circuit.at("/reservation/circuit_id"), R"("07")");
  EXPECT_EQ(circuit.at("/reservation/addresses"), R"(["192.0.2.4"])");
  EXPECT_EQ(get(circuit.field("Location")).text, circuit.text);
}

TEST_F(Reservations, NameExactlyOneClient) {
  make_block("192.0.2.0/24");
  EXPECT_EQ(reserve(R"("addresses":"any")").at("/errors/0/field"), R"("mac")");
  const Asked two = reserve(R"("mac":"02:00:00:00:00:01","duid":"000102","addresses":"any")");
  EXPECT_EQ(two.status, 400u);
  EXPECT_EQ(two.at("/errors/0/field"), R"("duid")");
  EXPECT_EQ(reserve(R"("mac":null,"duid":"000102","addresses":"any")").status, 201u);
  for (const std::string_view wrong :
       {R"("mac":"01:00:5e:00:00:01")", R"("client_id":"01")", R"("client_id":"xyz")",
        R"("client_id":"")", R"("duid":"0001")", R"("circuit_id":"")"}) {
    const Asked refused = reserve(base::cat(wrong, R"(,"addresses":"any")"));
    EXPECT_EQ(refused.status, 400u) << wrong << refused.text;
    EXPECT_TRUE(wrong.contains(refused.text_at("/errors/0/field"))) << wrong;
  }
  const std::string longest(2 * 255, 'a');
  EXPECT_EQ(reserve(base::cat(R"("client_id":")", longest, R"(","addresses":"any")")).status, 201u);
  EXPECT_EQ(reserve(base::cat(R"("client_id":"aa)", longest, R"(","addresses":"any")")).status,
            400u);
  EXPECT_EQ(
      reserve(base::cat(R"("duid":")", std::string(2 * 131, 'a'), R"(","addresses":"any")")).status,
      400u);
}

TEST_F(Reservations, OfOneClientAreOne) {
  make_block("192.0.2.0/24");
  reserve(R"("mac":"02:00:00:00:00:01","addresses":"any")");
  EXPECT_EQ(reserve(R"("mac":"02:00:00:00:00:01","addresses":"any")").status, 409u);
}

TEST_F(Reservations, H16_TakeNoTextThatCouldBreakALine) {
  make_block("192.0.2.0/24");
  for (const std::string_view name :
       {R"(a\nb)", R"(a\u0000b)", "-a", "a..b", "a b", "a_b", R"(ä)"}) {
    const Asked refused = reserve(
        base::cat(R"("mac":"02:00:00:00:00:01","addresses":"any","hostname":")", name, '"'));
    EXPECT_EQ(refused.status, 400u) << name;
    EXPECT_EQ(refused.at("/errors/0/field"), R"("hostname")") << refused.text;
  }
  EXPECT_EQ(reserve(R"("mac":"02:00:00:00:00:01","addresses":"any",
      "options":{"domain-name":"a\nb"})")
                .at("/errors/0/field"),
            R"("options.domain-name")");
}

TEST_F(Reservations, TellEverythingThatIsWrongWithABody) {
  make_block("192.0.2.0/24");
  const Asked wrong = reserve(R"("mac":"x","addresses":["192.0.2.1",7],"on_conflict":"fight",
      "boot":{"file":"pxelinux.0"})");
  EXPECT_EQ(wrong.status, 400u);
  EXPECT_EQ(wrong.at("/errors/0/field"), R"("mac")");
  EXPECT_EQ(wrong.at("/errors/1/field"), R"("addresses[1]")");
  EXPECT_EQ(wrong.at("/errors/2/field"), R"("on_conflict")");
  EXPECT_EQ(wrong.at("/errors/3/field"), R"("boot")");
  for (const std::string_view addresses : {"[]", R"("some")", "7", "null"}) {
    EXPECT_EQ(reserve(base::cat(R"("mac":"02:00:00:00:00:01","addresses":)", addresses))
                  .at("/errors/0/field"),
              R"("addresses")")
        << addresses;
  }
  EXPECT_EQ(reserve(R"("mac":"02:00:00:00:00:01")").at("/errors/0/message"), R"("is missing")");
}

TEST_F(Reservations, OfWhatAnotherHasOnLeaseWaitOnlyIfAsked) {
  const std::string block = make_pool();
  lease("192.0.2.150", 7);
  const Asked refused = reserve(R"("mac":"02:00:00:00:00:01","addresses":["192.0.2.150"])");
  EXPECT_EQ(refused.status, 409u);
  EXPECT_TRUE(refused.text_at("/detail").contains("02:00:00:00:00:07")) << refused.text;
  EXPECT_TRUE(refused.text_at("/detail").contains("1970-01-01T01:01:40Z")) << refused.text;
  const Asked waits =
      reserve(R"("mac":"02:00:00:00:00:01","addresses":["192.0.2.150"],"on_conflict":"wait")");
  EXPECT_EQ(waits.status, 201u) << waits.text;
  EXPECT_EQ(state_of(block, "192.0.2.150"), R"("leased")") << "until its holder has been told";
}

TEST_F(Reservations, ChangeInWhatIsGivenAlone) {
  const std::string block = make_block("192.0.2.0/24");
  const std::string path = reserve(R"("mac":"02:00:00:00:00:01","addresses":["192.0.2.5"],
      "hostname":"a")")
                               .field("Location");
  const Asked renamed = patch(path, R"({"reservation":{"hostname":"b"}})");
  ASSERT_EQ(renamed.status, 200u) << renamed.text;
  EXPECT_EQ(renamed.at("/reservation/addresses"), R"(["192.0.2.5"])");
  EXPECT_EQ(get(block + "/ip_addresses/192.0.2.5").at("/ip_address/hostname"), R"("b")");
  EXPECT_EQ(put(path, R"({"reservation":{"addresses":"any"}})").at("/reservation/addresses"),
            R"(["192.0.2.5"])");
  const Asked moved = put(path, R"({"reservation":{"addresses":["192.0.2.6"],"hostname":null,
      "mac":"02:00:00:00:00:01"}})");
  EXPECT_EQ(moved.at("/reservation/addresses"), R"(["192.0.2.6"])");
  EXPECT_EQ(moved.at("/reservation/hostname"), "null");
  EXPECT_EQ(get(path).text, moved.text);
  EXPECT_EQ(state_of(block, "192.0.2.5"), R"("quarantined")");
  EXPECT_EQ(state_of(block, "192.0.2.6"), R"("reserved")");
  EXPECT_EQ(patch(path, R"({"reservation":{"mac":"02:00:00:00:00:02"}})").status, 400u);
  EXPECT_EQ(patch(path, R"({"reservation":{"addresses":["198.51.100.1"]}})").status, 422u);
}

TEST_F(Reservations, Case52_ChangeOnlyFromTheRevisionThatWasSeen) {
  make_block("192.0.2.0/24");
  const Asked made = reserve(R"("mac":"02:00:00:00:00:01","addresses":"any")");
  const std::string path = made.field("Location");
  const std::string seen = made.field("ETag");
  EXPECT_EQ(patch(path, R"({"reservation":{"hostname":"b"}})", {{"if-match", seen}}).status, 200u);
  EXPECT_EQ(patch(path, R"({"reservation":{"hostname":"c"}})", {{"if-match", seen}}).status, 412u);
  EXPECT_EQ(remove(path, {{"if-match", seen}}).status, 412u);
  EXPECT_EQ(remove(path, {{"if-match", get(path).field("ETag")}}).status, 204u);
}

TEST_F(Reservations, GoWithTheirAddressesInQuarantine) {
  const std::string block = make_block("192.0.2.0/24");
  const std::string path =
      reserve(R"("mac":"02:00:00:00:00:01","addresses":["192.0.2.5"])").field("Location");
  EXPECT_EQ(remove(path).status, 204u);
  EXPECT_EQ(state_of(block, "192.0.2.5"), R"("quarantined")");
  EXPECT_EQ(get(path).status, 404u);
  EXPECT_EQ(remove(path).status, 404u);
}

TEST_F(Reservations, OfTheConfigurationAreReadOnly) {
  make_block("192.0.2.0/24");
  store::Reservation reservation;
  reservation.id = {1};
  reservation.network = test::kLab;
  reservation.identity = test::client(1);
  reservation.addresses = {test::address("192.0.2.5")};
  apply({store::PutReservation{reservation}});
  const std::string path = list_ + "/" + get(list_).text_at("/reservations/0/id");
  EXPECT_EQ(get(path).at("/reservation/managed_by"), R"("config")");
  const Asked refused = patch(path, R"({"reservation":{"hostname":"b"}})");
  EXPECT_EQ(refused.status, 409u);
  EXPECT_EQ(refused.text_at("/type"), "urn:melange:managed_by_config");
  EXPECT_EQ(remove(path).status, 409u);
}

TEST_F(Reservations, OfAnotherTenantOrNetworkAreNotThere) {
  make_block("192.0.2.0/24");
  put("/v1/tenants/acme/networks/other", R"({"network":{}})");
  put("/v1/tenants/umbrella/networks/lab", R"({"network":{}})");
  const std::string id =
      reserve(R"("mac":"02:00:00:00:00:01","addresses":"any")").text_at("/reservation/id");
  for (const std::string_view network :
       {"acme/networks/other", "acme/networks/none", "umbrella/networks/lab"}) {
    const std::string path = base::cat("/v1/tenants/", network, "/reservations/", id);
    EXPECT_EQ(get(path).status, 404u) << path;
    EXPECT_EQ(patch(path, R"({"reservation":{}})").status, 404u) << path;
    EXPECT_EQ(remove(path).status, 404u) << path;
  }
  EXPECT_EQ(get(list_ + "/nonsense").status, 404u);
  principal_ = tenant_token("umbrella");
  EXPECT_EQ(get(list_ + "/" + id).status, 404u);
  EXPECT_EQ(get("/v1/tenants/umbrella/networks/lab/reservations").at("/reservations"), "[]");
}

TEST_F(Reservations, Case49_AreListedInPagesThatDeletionsDoNotDisturb) {
  make_block("192.0.2.0/24");
  for (const int client : {5, 1, 4, 2, 3}) {
    reserve(base::cat(R"("mac":"02:00:00:00:00:0)", client, R"(","addresses":"any")"));
  }
  reserve(base::cat(R"("client_id":")", std::string(400, 'a'), R"(","addresses":"any")"));
  std::string shown;
  std::string next = list_ + "?limit=2";
  for (int pages = 0; !next.empty() && pages < 9; ++pages) {
    const Asked page = get(next);
    const json::value whole = page.body();
    for (const json::value& one : whole.at("reservations").as_array()) {
      shown += one.at("mac").is_null() ? "x" : one.at("mac").as_string().back() + std::string();
      if (shown.size() < 4) remove(list_ + "/" + std::string(one.at("id").as_string()));
    }
    next = page.at("/reservations_links") == "(nothing)"
               ? ""
               : page.text_at("/reservations_links/0/href");
  }
  EXPECT_EQ(shown, "12345x");
  EXPECT_EQ(
      get(list_ + "?marker=" + get(list_).text_at("/reservations/0/id")).at("/reservations/0/mac"),
      R"("02:00:00:00:00:05")");
  for (const std::string_view marker : {"x", "mac-", "mac-52", "moc-020000000001"}) {
    EXPECT_EQ(get(base::cat(list_, "?marker=", marker)).status, 400u) << marker;
  }
}

}  // namespace
}  // namespace melange::admin
