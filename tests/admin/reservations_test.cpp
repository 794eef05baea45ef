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

TEST_F(Reservations, KnowTheirClientsByOneOfFiveThings) {
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
  const Asked remote = reserve(R"("remote_id":"0a:0b","addresses":"any")");
  EXPECT_EQ(remote.at("/reservation/remote_id"), R"("0a0b")");
  EXPECT_EQ(remote.at("/reservation/circuit_id"), "null");
  EXPECT_EQ(get(remote.field("Location")).text, remote.text);
}

TEST_F(Reservations, NameTheirClient) {
  make_block("192.0.2.0/24");
  EXPECT_EQ(reserve(R"("addresses":"any")").at("/errors/0/field"), R"("mac")");
  EXPECT_EQ(reserve(R"("mac":null,"duid":"000102","addresses":"any")").status, 201u);
  for (const std::string_view wrong :
       {R"("mac":"01:00:5e:00:00:01")", R"("client_id":"01")", R"("client_id":"xyz")",
        R"("client_id":"")", R"("duid":"0001")", R"("circuit_id":"")", R"("remote_id":"")",
        R"("mac":[])"}) {
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
      "bot":{"file":"pxelinux.0"})");
  EXPECT_EQ(wrong.status, 400u);
  EXPECT_EQ(wrong.at("/errors/0/field"), R"("mac")");
  EXPECT_EQ(wrong.at("/errors/1/field"), R"("addresses[1]")");
  EXPECT_EQ(wrong.at("/errors/2/field"), R"("on_conflict")");
  EXPECT_EQ(wrong.at("/errors/3/field"), R"("bot")");
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

TEST_F(Reservations, KnowOneClientByAllThatIsGiven) {
  const std::string block = make_block("192.0.2.0/24");
  const Asked made = reserve(R"("mac":["02:00:00:00:00:01","02:00:00:00:00:02"],
      "remote_id":"0b","circuit_id":"0a","duid":"000102","client_id":"0102",
      "addresses":["192.0.2.5"])");
  ASSERT_EQ(made.status, 201u) << made.text;
  EXPECT_EQ(made.at("/reservation/mac"), R"(["02:00:00:00:00:01","02:00:00:00:00:02"])");
  EXPECT_EQ(made.at("/reservation/client_id"), R"("0102")");
  EXPECT_EQ(made.at("/reservation/duid"), R"("000102")");
  EXPECT_EQ(made.at("/reservation/circuit_id"), R"("0a")");
  EXPECT_EQ(made.at("/reservation/remote_id"), R"("0b")");
  EXPECT_EQ(get(made.field("Location")).text, made.text);
  const Asked address = get(block + "/ip_addresses/192.0.2.5");
  EXPECT_EQ(address.at("/ip_address/identity"), R"("mac 02:00:00:00:00:01")");
  EXPECT_EQ(address.at("/ip_address/also"),
            R"(["mac 02:00:00:00:00:02","client-id 0102","duid 000102","circuit-id 0a",)"
            R"("remote-id 0b"])");
}

TEST_F(Reservations, AreFiledUnderTheFirstOfTheirClientsIdentities) {
  const std::string block = make_block("192.0.2.0/24");
  reserve(R"("circuit_id":"0a","duid":"000102","addresses":["192.0.2.5"])");
  EXPECT_EQ(get(block + "/ip_addresses/192.0.2.5").at("/ip_address/identity"), R"("duid 000102")");
  reserve(R"("mac":null,"client_id":"0102","remote_id":"0b","addresses":["192.0.2.6"])");
  EXPECT_EQ(get(block + "/ip_addresses/192.0.2.6").at("/ip_address/identity"),
            R"("client-id 0102")");
}

TEST_F(Reservations, ChangeAllIdentitiesButTheFirst) {
  const std::string block = make_block("192.0.2.0/24");
  const std::string path = reserve(R"("mac":["02:00:00:00:00:01","02:00:00:00:00:02"],
      "client_id":"0102","addresses":["192.0.2.5"])")
                               .field("Location");
  const auto also = [&] { return get(block + "/ip_addresses/192.0.2.5").at("/ip_address/also"); };
  // A kind that is not given stays.
  const Asked changed =
      put(path, R"({"reservation":{"mac":["02:00:00:00:00:03","02:00:00:00:00:01"]}})");
  ASSERT_EQ(changed.status, 200u) << changed.text;
  EXPECT_EQ(changed.at("/reservation/mac"), R"(["02:00:00:00:00:01","02:00:00:00:00:03"])");
  EXPECT_EQ(also(), R"(["mac 02:00:00:00:00:03","client-id 0102"])");
  put(path, R"({"reservation":{"client_id":null,"duid":"000102"}})");
  EXPECT_EQ(also(), R"(["mac 02:00:00:00:00:03","duid 000102"])");
  put(path, R"({"reservation":{"mac":"02:00:00:00:00:01"}})");
  EXPECT_EQ(get(path).at("/reservation/mac"), R"("02:00:00:00:00:01")");
  EXPECT_EQ(also(), R"(["duid 000102"])");
  for (const std::string_view mac : {R"("02:00:00:00:00:09")", "null"}) {
    const Asked refused = put(path, base::cat(R"({"reservation":{"mac":)", mac, "}}"));
    EXPECT_EQ(refused.status, 400u) << mac;
    EXPECT_EQ(refused.at("/errors/0/field"), R"("mac")") << mac;
  }
  EXPECT_EQ(also(), R"(["duid 000102"])");
}

TEST_F(Reservations, OfOneNetworkShareNoIdentity) {
  make_block("192.0.2.0/24");
  reserve(R"("mac":"02:00:00:00:00:01","client_id":"0102","addresses":"any")");
  const std::string other =
      reserve(R"("mac":"02:00:00:00:00:02","addresses":"any")").field("Location");
  for (const std::string_view taken :
       {R"("client_id":"0102")", R"("mac":["02:00:00:00:00:03","02:00:00:00:00:01"])",
        R"("mac":"02:00:00:00:00:03","client_id":"0102")"}) {
    EXPECT_EQ(reserve(base::cat(taken, R"(,"addresses":"any")")).status, 409u) << taken;
  }
  const Asked refused = patch(other, R"({"reservation":{"client_id":"0102"}})");
  EXPECT_EQ(refused.status, 409u);
  EXPECT_TRUE(refused.text_at("/detail").contains("mac 02:00:00:00:00:01")) << refused.text;
  EXPECT_EQ(patch(other, R"({"reservation":{"client_id":"0103"}})").status, 200u);
  EXPECT_EQ(patch(other, R"({"reservation":{"client_id":"0103"}})").status, 200u) << "its own";
}

TEST_F(Reservations, KnowAClientByNineThingsAtMostAndByEachOnce) {
  make_block("192.0.2.0/24");
  std::string macs;
  for (int i = 1; i <= 9; ++i) macs += base::cat(i == 1 ? "" : ",", R"("02:00:00:00:00:0)", i, '"');
  EXPECT_EQ(
      reserve(base::cat(R"("mac":[)", macs, R"(],"client_id":"0102","addresses":"any")")).status,
      400u);
  EXPECT_EQ(reserve(base::cat(R"("mac":[)", macs, R"(],"addresses":"any")")).status, 201u);
  EXPECT_EQ(reserve(R"("mac":["02:00:00:00:00:0a","02-00-00-00-00-0A"],"addresses":"any")").status,
            400u);
  const Asked wrong = reserve(R"("mac":["02:00:00:00:00:0a","x"],"addresses":"any")");
  EXPECT_EQ(wrong.at("/errors/0/field"), R"("mac[1]")");
  const Asked multicast =
      reserve(R"("mac":["02:00:00:00:00:0a","01:00:5e:00:00:01"],"addresses":"any")");
  EXPECT_EQ(multicast.at("/errors/0/field"), R"("mac[1]")");
}

TEST_F(Reservations, GiveForcedOptionsBootAndClassesToTheirAddresses) {
  const std::string block = make_block("192.0.2.0/24");
  const Asked made = reserve(R"("mac":"02:00:00:00:00:01","addresses":["192.0.2.5"],
      "force":["ntp-servers",3,"224","routers"],"classes":["pxe","any name","pxe"],
      "boot":{"server":"192.0.2.9","server_name":"boot","file":"http://boot.lab/x.ipxe"})");
  ASSERT_EQ(made.status, 201u) << made.text;
  const std::string path = made.field("Location");
  const Asked address = get(block + "/ip_addresses/192.0.2.5");
  for (const std::string_view field : {"force", "boot", "classes"}) {
    const std::string shown = made.at(base::cat("/reservation/", field));
    EXPECT_EQ(address.at(base::cat("/ip_address/", field)), shown) << field;
    EXPECT_EQ(get(path).at(base::cat("/reservation/", field)), shown) << field;
  }
  EXPECT_EQ(made.at("/reservation/force"), R"(["routers","ntp-servers","224"])");
  EXPECT_EQ(made.at("/reservation/classes"), R"(["pxe","any name"])");
  EXPECT_EQ(made.at("/reservation/boot"),
            R"({"server":"192.0.2.9","server_name":"boot","file":"http://boot.lab/x.ipxe"})");
  // What is not given stays; boot is replaced as a whole.
  const Asked changed = put(path, R"({"reservation":{"boot":{"file":"y"}}})");
  EXPECT_EQ(changed.at("/reservation/boot"), R"({"server":null,"server_name":null,"file":"y"})");
  EXPECT_EQ(changed.at("/reservation/force"), made.at("/reservation/force"));
  EXPECT_EQ(get(block + "/ip_addresses/192.0.2.5").at("/ip_address/boot/file"), R"("y")");
  const Asked bare = put(path, R"({"reservation":{"boot":null,"force":null,"classes":[]}})");
  EXPECT_EQ(bare.at("/reservation/force"), "[]");
  EXPECT_EQ(bare.at("/reservation/classes"), "[]");
  EXPECT_EQ(get(block + "/ip_addresses/192.0.2.5").at("/ip_address/boot"),
            R"({"server":null,"server_name":null,"file":null})");
}

TEST_F(Reservations, TellWhatIsWrongWithForcedOptionsBootAndClasses) {
  make_block("192.0.2.0/24");
  const std::string of_200(200, 'c');
  const auto fault = [&](std::string_view fields) {
    const Asked asked =
        reserve(base::cat(R"("mac":"02:00:00:00:00:01","addresses":"any",)", fields));
    return asked.status == 400u ? asked.text_at("/errors/0/field") : std::to_string(asked.status);
  };
  EXPECT_EQ(fault(R"("force":"routers")"), "force");
  EXPECT_EQ(fault(R"("force":["no-such"])"), "force[0]");
  EXPECT_EQ(fault(R"("force":[3,true])"), "force[1]");
  EXPECT_EQ(fault(R"("force":[0])"), "force[0]");
  EXPECT_EQ(fault(R"("force":[255])"), "force[0]");
  EXPECT_EQ(fault(R"("force":[-1])"), "force[0]");
  EXPECT_EQ(fault(R"("force":["dhcp-message-type"])"), "force[0]") << "the protocol's";
  EXPECT_EQ(fault(R"("force":[82])"), "force[0]") << "the protocol's";
  EXPECT_EQ(fault(R"("boot":"x")"), "boot");
  EXPECT_EQ(fault(R"("boot":{"next":"x"})"), "boot.next");
  for (const std::string_view server : {"::1", "0.0.0.0", "127.0.0.1", "224.0.0.1", "x"}) {
    EXPECT_EQ(fault(base::cat(R"("boot":{"server":")", server, R"("})")), "boot.server") << server;
  }
  EXPECT_EQ(fault(base::cat(R"("boot":{"server_name":")", std::string(64, 'x'), R"("})")),
            "boot.server_name");
  EXPECT_EQ(fault(base::cat(R"("boot":{"file":")", std::string(256, 'x'), R"("})")), "boot.file");
  EXPECT_EQ(fault(R"("boot":{"file":"a\nb"})"), "boot.file");
  EXPECT_EQ(fault(R"("classes":"pxe")"), "classes");
  EXPECT_EQ(fault(R"("classes":[""])"), "classes[0]");
  EXPECT_EQ(fault(R"("classes":["a\u0007"])"), "classes[0]");
  EXPECT_EQ(fault(base::cat(R"("classes":[")", of_200, R"(x"])")), "classes[0]");
  std::string many = R"("c")";
  for (int i = 1; i < 17; ++i) many += R"(,"c")";
  EXPECT_EQ(fault(base::cat(R"("classes":[)", many, "]")), "classes");
  EXPECT_EQ(fault(base::cat(R"("classes":[")", of_200, R"("],"boot":{"server_name":")",
                            std::string(63, 'x'), R"(","file":")", std::string(255, 'x'), R"("})")),
            "201");
}

TEST_F(Reservations, UseTheOptionsThatTheConfigurationDefines) {
  const std::string block = make_block("192.0.2.0/24");
  const std::string fields = R"("mac":"02:00:00:00:00:01","addresses":["192.0.2.5"],
      "options":{"site-id":7},"force":["site-id"])";
  EXPECT_EQ(reserve(fields).at("/errors/0/field"), R"("options.site-id")");
  settings_.options = *wire::OptionTable4().with({224, "site-id", wire::Form::kU32});
  const std::string path = reserve(fields).field("Location");
  EXPECT_EQ(get(path).at("/reservation/options"), R"({"site-id":7})");
  EXPECT_EQ(get(path).at("/reservation/force"), R"(["site-id"])");
  EXPECT_EQ(get(block + "/ip_addresses/192.0.2.5").at("/ip_address/options"), R"({"site-id":7})");
  EXPECT_TRUE(get("/v1/changes").text.contains(R"("options":{"site-id":7})"));
  EXPECT_EQ(patch(path, R"({"reservation":{"options":{"site-id":"x"}}})").at("/errors/0/field"),
            R"("options.site-id")");
  // Without its definition it is octets.
  settings_.options = {};
  EXPECT_EQ(get(path).at("/reservation/options"), R"({"224":"hex:00000007"})");
  EXPECT_EQ(get(path).at("/reservation/force"), R"(["224"])");
}

}  // namespace
}  // namespace melange::admin
