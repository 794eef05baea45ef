// SPDX-License-Identifier: Apache-2.0
//
// Networks and MAC ranges.
#include "api_fixture.h"
#include "melange/base/text.h"

namespace melange::admin {
namespace {

const std::string kNetworks = "/v1/tenants/acme/networks";
const std::string kLab = kNetworks + "/lab";
const std::string kRanges = "/v1/mac_address_ranges";

class Networks : public Api {};
class MacRanges : public Api {};

TEST_F(Networks, AreMadeByPutAndChangedByTheNextOne) {
  const Asked made = put(kLab, R"({"network":{"interfaces":["br0","tap*"],"relays":["10.1.0.1"],
      "identity":"client-id","hold_time":"1h","options":{"domain-name":"lab.example"}}})");
  ASSERT_EQ(made.status, 201u) << made.text;
  EXPECT_EQ(made.field("Location"), kLab);
  EXPECT_EQ(made.at("/network/interfaces"), R"(["br0","tap*"])");
  EXPECT_EQ(made.at("/network/hold_time"), "3600");
  EXPECT_EQ(made.at("/network/options"), R"({"domain-name":"lab.example"})");
  const Asked changed = put(kLab, R"({"network":{"authoritative":false,"identity":null}})");
  EXPECT_EQ(changed.status, 200u);
  EXPECT_EQ(changed.at("/network/identity"), R"("mac")");
  EXPECT_EQ(changed.at("/network/interfaces"), R"(["br0","tap*"])");
  EXPECT_EQ(get(kLab).text, changed.text);
  EXPECT_EQ(get(kNetworks).at("/networks/0"), get(kLab).at("/network"));
}

TEST_F(Networks, PatchMakesNone) {
  EXPECT_EQ(patch(kLab, R"({"network":{}})").status, 404u);
  EXPECT_EQ(put(kLab, R"({"network":{}})", {{"if-match", "\"7\""}}).status, 412u);
  EXPECT_EQ(get(kLab).status, 404u);
}

TEST_F(Networks, LinksAndRelaysAreForAnAdminToName) {
  principal_ = tenant_token("acme");
  EXPECT_EQ(put(kLab, R"({"network":{"interfaces":["eth0"]}})").status, 403u);
  EXPECT_EQ(put(kLab, R"({"network":{"relays":[]}})").status, 403u);
  EXPECT_EQ(put(kLab, R"({"network":{"identity":"mac"}})").status, 201u);
  EXPECT_EQ(get(kLab).at("/network/named_links_only"), "true");
  EXPECT_EQ(patch(kLab, R"({"network":{"interfaces":["eth0"]}})").status, 403u);
  EXPECT_EQ(get(kLab).at("/network/interfaces"), "[]");
}

TEST_F(Networks, OfTheConfigurationAreReadOnly) {
  store::Network network = test::network();
  network.tenant = "acme";
  apply({store::PutNetwork{network}});
  const Asked refused = put(kLab, R"({"network":{"identity":"client-id"}})");
  EXPECT_EQ(refused.status, 409u);
  EXPECT_EQ(refused.text_at("/type"), "urn:melange:managed_by_config");
  EXPECT_EQ(remove(kLab).status, 409u);
  EXPECT_EQ(get(kLab).at("/network/managed_by"), R"("config")");
}

TEST_F(Networks, ANetworkWithBlocksStays) {
  put(kLab, R"({"network":{}})");
  store::Block block = test::block(1, "192.0.2.0/29", "");
  block.tenant = "acme";
  apply({store::PutBlock{block}});
  EXPECT_EQ(remove(kLab).status, 409u);
  apply({store::EraseBlock{block.id}});
  EXPECT_EQ(remove(kLab).status, 204u);
  EXPECT_EQ(get(kLab).status, 404u);
}

TEST_F(Networks, WrongLinksAndRelaysAreNamedOneByOne) {
  const Asked wrong = put(kLab, R"({"network":{"interfaces":["br0","a/b","sixteen-letters-"],
      "relays":["::1","127.0.0.1"]}})");
  EXPECT_EQ(wrong.status, 400u);
  EXPECT_EQ(wrong.at("/errors/0/field"), R"("interfaces[1]")");
  EXPECT_EQ(wrong.at("/errors/1/field"), R"("interfaces[2]")");
  EXPECT_EQ(wrong.at("/errors/2/field"), R"("relays[0]")");
  EXPECT_EQ(wrong.at("/errors/3/field"), R"("relays[1]")");
  EXPECT_EQ(put(kNetworks + "/a%20b", R"({"network":{}})").status, 400u);
  EXPECT_EQ(put(kLab, R"({"network":{"identity":"duid"}})").at("/errors/0/message"),
            R"("should be one among mac, client-id, circuit-id")");
}

TEST_F(Networks, AreListedBehindAMarker) {
  for (const std::string_view name : {"c", "a", "b"}) {
    put(kNetworks + "/" + std::string(name), R"({"network":{}})");
  }
  const Asked page = get(kNetworks + "?limit=2");
  EXPECT_EQ(page.at("/networks/1/id"), R"("a")");
  EXPECT_EQ(get(page.text_at("/networks_links/0/href")).at("/networks/0/id"), R"("b")");
  EXPECT_EQ(get(kNetworks + "?marker=nobody").status, 400u);
}

TEST_F(Networks, OfTwoTenantsMayHaveOneName) {
  put(kLab, R"({"network":{"hold_time":1}})");
  put("/v1/tenants/other/networks/lab", R"({"network":{"hold_time":2}})");
  EXPECT_EQ(get(kLab).at("/network/hold_time"), "1");
  EXPECT_EQ(get(kNetworks).body().at("networks").as_array().size(), 1u);
}

TEST_F(MacRanges, AreMadeShownAndDeleted) {
  const Asked made = post(kRanges, R"({"mac_address_range":{"cidr":"BC:76:4E:2F:00:01/27"}})");
  ASSERT_EQ(made.status, 201u) << made.text;
  EXPECT_EQ(made.at("/mac_address_range/cidr"), R"("bc:76:4e:20:00:00/27")");
  EXPECT_EQ(get(made.field("Location")).text, made.text);
  EXPECT_EQ(get(kRanges).at("/mac_address_ranges/0/id"), made.at("/mac_address_range/id"));
  EXPECT_EQ(remove(made.field("Location")).status, 204u);
  EXPECT_EQ(get(made.field("Location")).status, 404u);
}

TEST_F(MacRanges, MulticastAndWhatIsNoRangeAreRefused) {
  for (const std::string_view cidr :
       {"01:00:5e:00:00:00/24", "bc:76:4e:20:00:00", "x/27", "/27", "bc:76:4e:20:00:00/49",
        "bc:76:4e:20:00:00/-1", "00:00:00:00:00:00/7", "bc:76:4e:20:00:00/27x"}) {
    EXPECT_EQ(
        post(kRanges, R"({"mac_address_range":{"cidr":")" + std::string(cidr) + "\"}}").status,
        400u)
        << cidr;
  }
}

TEST_F(MacRanges, DoNotOverlap) {
  post(kRanges, R"({"mac_address_range":{"cidr":"bc:76:4e:20:00:00/27"}})");
  EXPECT_EQ(post(kRanges, R"({"mac_address_range":{"cidr":"bc:76:4e:00:00:00/24"}})").status, 409u);
  EXPECT_EQ(post(kRanges, R"({"mac_address_range":{"cidr":"bc:76:4e:3f:ff:ff/48"}})").status, 409u);
  EXPECT_EQ(post(kRanges, R"({"mac_address_range":{"cidr":"bc:76:4e:40:00:00/27"}})").status, 201u);
}

TEST_F(Networks, SayHowTheirClientsAreServed) {
  const Asked plain = put(kLab, R"({"network":{}})");
  EXPECT_EQ(plain.at("/network/server_id"), "null");
  EXPECT_EQ(plain.at("/network/rapid_commit"), "null");
  EXPECT_EQ(plain.at("/network/bootp"), "false");
  EXPECT_EQ(plain.at("/network/trust_relay_information"), "false");
  EXPECT_EQ(plain.at("/network/conflict_check"), "null");
  EXPECT_EQ(plain.at("/network/seen_time"), "604800");
  EXPECT_EQ(plain.at("/network/force"), "[]");
  EXPECT_EQ(plain.at("/network/boot"), R"({"server":null,"server_name":null,"file":null})");
  const Asked set = put(kLab, R"({"network":{"identity":"circuit-id","server_id":"192.0.2.3",
      "rapid_commit":false,"bootp":true,"trust_relay_information":true,"conflict_check":true,
      "seen_time":"1d","force":["routers"],"boot":{"server":"192.0.2.9","file":"x"}}})");
  ASSERT_EQ(set.status, 200u) << set.text;
  EXPECT_EQ(get(kLab).text, set.text);
  EXPECT_EQ(set.at("/network/identity"), R"("circuit-id")");
  EXPECT_EQ(set.at("/network/server_id"), R"("192.0.2.3")");
  EXPECT_EQ(set.at("/network/rapid_commit"), "false");
  EXPECT_EQ(set.at("/network/bootp"), "true");
  EXPECT_EQ(set.at("/network/trust_relay_information"), "true");
  EXPECT_EQ(set.at("/network/conflict_check"), "true");
  EXPECT_EQ(set.at("/network/seen_time"), "86400");
  EXPECT_EQ(set.at("/network/force"), R"(["routers"])");
  EXPECT_EQ(set.at("/network/boot"), R"({"server":"192.0.2.9","server_name":null,"file":"x"})");
  look([](const store::View& view) {
    const auto network = *view.network(*view.network_named("acme", "lab"));
    EXPECT_EQ(network.identity, store::IdentityPolicy::kCircuitId);
    EXPECT_EQ(network.rapid_commit, false);
    EXPECT_EQ(network.forced, std::vector<std::uint8_t>{3});
  });
  const Asked cleared = put(kLab, R"({"network":{"identity":null,"server_id":null,
      "rapid_commit":null,"bootp":null,"trust_relay_information":null,"conflict_check":null,
      "seen_time":null,"force":null,"boot":null}})");
  for (const std::string_view field :
       {"identity", "server_id", "rapid_commit", "bootp", "trust_relay_information",
        "conflict_check", "seen_time", "force", "boot"}) {
    const std::string at = base::cat("/network/", field);
    EXPECT_EQ(cleared.at(at), plain.at(at)) << field;
  }
}

// Who may speak for a relay names the circuits of others.
TEST_F(Networks, TrustInRelayInformationIsForAnAdminToSet) {
  principal_ = tenant_token("acme");
  for (const std::string_view trust : {"true", "false", "null"}) {
    EXPECT_EQ(put(kLab, base::cat(R"({"network":{"trust_relay_information":)", trust, "}}")).status,
              403u)
        << trust;
  }
  EXPECT_EQ(get(kLab).status, 404u);
  EXPECT_EQ(put(kLab, R"({"network":{"identity":"circuit-id","bootp":true}})").status, 201u);
  EXPECT_EQ(patch(kLab, R"({"network":{"trust_relay_information":true}})").status, 403u);
  EXPECT_EQ(get(kLab).at("/network/trust_relay_information"), "false");
}

TEST_F(Networks, WrongServersAreNamedOneByOne) {
  const Asked wrong =
      put(kLab, R"({"network":{"server_id":"::1","boot":{"server":"127.0.0.1"},"seen_time":-1}})");
  EXPECT_EQ(wrong.status, 400u);
  EXPECT_EQ(wrong.at("/errors/0/field"), R"("seen_time")");
  const Asked later = put(kLab, R"({"network":{"server_id":"::1","boot":{"server":"127.0.0.1"}}})");
  EXPECT_EQ(later.at("/errors/0/field"), R"("server_id")");
  EXPECT_EQ(later.at("/errors/1/field"), R"("boot.server")");
  EXPECT_EQ(put(kLab, R"({"network":{"bootp":"yes"}})").status, 400u);
}

}  // namespace
}  // namespace melange::admin
