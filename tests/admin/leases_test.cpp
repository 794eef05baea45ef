// SPDX-License-Identifier: Apache-2.0
//
// Leases: ipam.md section 4, cases 49 and 54, and what an operator does with one.
#include "network_fixture.h"

namespace melange::admin {
namespace {

using store::AddressRecord;
using store::AddressState;

class Leases : public NetworkApi {
 protected:
  const std::string list_ = lab_ + "/leases";

  void put_record(AddressState state, std::string_view address, std::uint32_t client) {
    apply({store::PutAddress{test::in_state(state, test::key(1, address), test::client(client))}});
  }
  // The last octets of the addresses that a list shows, each with a blank.
  static std::string shown(const Asked& list) {
    std::string out;
    const json::value whole = list.body();
    if (list.status != 200) return list.text;
    for (const json::value& lease : whole.at("leases").as_array()) {
      const std::string address(lease.at("address").as_string());
      out += address.substr(address.find_last_of(".:") + 1) + " ";
    }
    return out;
  }
  std::string shown(std::string_view query) { return shown(get(base::cat(list_, query))); }
};

TEST_F(Leases, Case54_AreAddressesToo) {
  const std::string block = make_pool();
  lease("192.0.2.100", 1);
  const Asked leases = get(list_);
  EXPECT_EQ(leases.at("/leases/0/state"), R"("leased")");
  EXPECT_EQ(leases.at("/leases/0/mac_address"), R"("02:00:00:00:00:01")");
  EXPECT_EQ(leases.at("/leases/0/expires_at"), R"("1970-01-01T01:01:40Z")");
  EXPECT_EQ(leases.at("/leases/0"), get(block + "/ip_addresses/192.0.2.100").at("/ip_address"));
  EXPECT_EQ(get("/v1/leases").at("/leases"), leases.at("/leases"));
}

TEST_F(Leases, AreWhatClientsHaveOrHadAndNothingElse) {
  make_pool();
  put_record(AddressState::kReserved, "192.0.2.10", 1);
  put_record(AddressState::kBound, "192.0.2.11", 2);
  put_record(AddressState::kLeased, "192.0.2.112", 3);
  put_record(AddressState::kHeld, "192.0.2.113", 4);
  put_record(AddressState::kDeclined, "192.0.2.114", 5);
  put_record(AddressState::kQuarantined, "192.0.2.115", 6);
  EXPECT_EQ(shown(""), "11 112 113 114 ");
  EXPECT_EQ(shown("?state=bound"), "11 ");
  EXPECT_EQ(shown("?state=held"), "113 ");
  EXPECT_EQ(shown("?state=declined"), "114 ");
  EXPECT_EQ(get(list_ + "?state=reserved").at("/errors/0/field"), R"("state")");
}

TEST_F(Leases, AreShownAsTheyAreNowWhateverWasNotedLast) {
  make_pool();
  put_record(AddressState::kBound, "192.0.2.11", 1);
  put_record(AddressState::kLeased, "192.0.2.112", 2);
  put_record(AddressState::kLeased, "192.0.2.13", 3);  // in no pool: it is free afterwards
  now_ = test::at(3699);
  EXPECT_EQ(shown("?state=leased"), "13 112 ");
  now_ = test::at(3700);
  EXPECT_EQ(shown(""), "112 ");
  EXPECT_EQ(get(list_).at("/leases/0/state"), R"("held")");
  EXPECT_EQ(get(list_).at("/leases/0/expires_at"), "null");
}

TEST_F(Leases, AreFoundByWhatIsKnownOfThem) {
  make_pool();
  lease("192.0.2.100", 1);
  lease("192.0.2.101", 2);
  AddressRecord named = test::leased(test::key(1, "192.0.2.102"), test::client(1));
  named.hostname = base::InlineBytes<253>(base::bytes_of("web1"));
  apply({store::PutAddress{named}});
  EXPECT_EQ(shown("?mac=02-00-00-00-00-01"), "100 102 ");
  EXPECT_EQ(shown("?mac=02:00:00:00:00:01&state=leased&hostname=WEB1"), "102 ");
  EXPECT_EQ(shown("?hostname=web1"), "102 ");
  EXPECT_EQ(shown("?hostname=web"), "");
  EXPECT_EQ(shown("?address=192.0.2.101"), "101 ");
  EXPECT_EQ(shown("?address=192.0.2.101&mac=020000000001"), "");
  EXPECT_EQ(shown("?address=198.51.100.1"), "");
  EXPECT_EQ(shown("?client_id=0201"), "");
}

TEST_F(Leases, OfClientsThatAreKnownByAnotherThingAreFoundByTheirMacToo) {
  make_pool();
  patch(lab_, R"({"network":{"identity":"client-id"}})");
  AddressRecord record =
      test::leased(test::key(1, "192.0.2.100"), test::client_id({1, 0xaa, 0xbb}));
  record.mac = net::Mac::parse("02:00:00:00:00:09");
  apply({store::PutAddress{record}});
  EXPECT_EQ(shown("?mac=02:00:00:00:00:09"), "100 ");
  EXPECT_EQ(shown("?mac=02:00:00:00:00:08"), "");
  EXPECT_EQ(shown("?client_id=01:aa:bb"), "100 ");
  EXPECT_EQ(shown("?client_id=01aabb&mac=020000000008"), "");
  EXPECT_EQ(shown("?duid=01aabb"), "");
}

TEST_F(Leases, TellEverythingThatIsWrongWithAQuestion) {
  make_pool();
  const Asked wrong = get(list_ + "?address=192.0.2.256&mac=x&client_id=1&duid=zz&colour=red");
  EXPECT_EQ(wrong.at("/errors/0/field"), R"("colour")");
  const Asked values = get(list_ + "?address=192.0.2.256&mac=x&client_id=1&duid=zz");
  EXPECT_EQ(values.status, 400u);
  EXPECT_EQ(values.body().at("errors").as_array().size(), 5u) << values.text;
  EXPECT_EQ(get(lab_ + "x/leases").status, 404u);
}

TEST_F(Leases, Case49_AreListedAPageAtATime) {
  make_pool();
  make_block("198.51.100.0/24", R"(,"pools":["198.51.100.1-198.51.100.9"])");
  for (const char* address : {"192.0.2.100", "192.0.2.101", "192.0.2.102", "192.0.2.103"}) {
    lease(address, 1);
  }
  apply({store::PutAddress{test::leased(test::key(2, "198.51.100.5"), test::client(1))}});
  for (const std::string_view question : {"?limit=2", "?limit=2&mac=02:00:00:00:00:01"}) {
    Asked page = get(base::cat(list_, question));
    EXPECT_EQ(shown(page), "100 101 ");
    apply({store::EraseAddress{test::key(1, "192.0.2.101")}});  // the marker itself
    page = get(page.text_at("/leases_links/0/href"));
    EXPECT_EQ(shown(page), "102 103 ");
    page = get(page.text_at("/leases_links/0/href"));
    EXPECT_EQ(shown(page), "5 ");
    EXPECT_EQ(page.at("/leases_links"), "(nothing)");
    lease("192.0.2.101", 1);
  }
  for (const std::string_view marker : {"x", "192.0.2.100", ":", "%3A192.0.2.100"}) {
    EXPECT_EQ(get(base::cat(list_, "?marker=", marker)).at("/errors/0/field"), R"("marker")");
  }
  EXPECT_EQ(get(list_ + "?limit=0").status, 400u);
}

TEST_F(Leases, ARequestLooksAtSoManyRecordsAndNoMore) {
  make_block("10.0.0.0/8", R"(,"pools":["10.0.0.0/8"])");
  store::Changes changes;
  net::Address address = test::address("10.0.0.1");
  for (int i = 0; i < 60'000; ++i, address = address.next()) {
    AddressRecord record = test::leased({store::BlockId{1}, address}, test::client(7));
    record.identity = test::client(static_cast<std::uint32_t>(i) + 1);
    if (i == 59'000) record.hostname = base::InlineBytes<253>(base::bytes_of("needle"));
    changes.emplace_back(store::PutAddress{record});
  }
  apply(changes);
  const Asked first = get(list_ + "?hostname=needle");
  EXPECT_EQ(first.at("/leases"), "[]");
  const Asked second = get(first.text_at("/leases_links/0/href"));
  EXPECT_EQ(second.at("/leases/0/hostname"), R"("needle")");
  EXPECT_EQ(second.at("/leases_links"), "(nothing)");
}

TEST_F(Leases, EndWhenTheyAreReleased) {
  const std::string block = make_pool();
  lease("192.0.2.100", 1);
  EXPECT_EQ(remove(list_ + "/192.0.2.100", {{"if-match", "\"1\""}}).status, 412u);
  EXPECT_EQ(remove(list_ + "/192.0.2.100").status, 204u);
  EXPECT_EQ(state_of(block, "192.0.2.100"), R"("held")");
  EXPECT_EQ(remove(list_ + "/192.0.2.100").status, 409u) << "no lease runs on it any more";
  EXPECT_EQ(remove(list_ + "/192.0.2.101").status, 404u);
  EXPECT_EQ(remove(list_ + "/198.51.100.1").status, 404u);
  EXPECT_EQ(remove(list_ + "/x").status, 404u);
  lease("192.0.2.102", 1);
  EXPECT_EQ(remove("/v0.1/ipam/tenants/acme/networks/lab/leases/192.0.2.102").status, 200u);
}

TEST_F(Leases, BecomeReservationsWithoutTheirClientsNotice) {
  const std::string block = make_pool();
  lease("192.0.2.100", 1);
  const Asked made = post(list_ + "/192.0.2.100/reserve", "");
  ASSERT_EQ(made.status, 201u) << made.text;
  EXPECT_EQ(made.at("/reservation/mac"), R"("02:00:00:00:00:01")");
  EXPECT_EQ(made.at("/reservation/addresses"), R"(["192.0.2.100"])");
  EXPECT_EQ(get(made.field("Location")).text, made.text);
  const Asked address = get(block + "/ip_addresses/192.0.2.100");
  EXPECT_EQ(address.at("/ip_address/state"), R"("bound")");
  EXPECT_EQ(address.at("/ip_address/expires_at"), R"("1970-01-01T01:01:40Z")");
  EXPECT_EQ(post(list_ + "/192.0.2.100/reserve", "").status, 409u);
  EXPECT_EQ(post(list_ + "/192.0.2.101/reserve", "").status, 404u);
}

TEST_F(Leases, OfAnotherTenantAreNotThere) {
  make_pool();
  lease("192.0.2.100", 1);
  principal_ = tenant_token("umbrella");
  EXPECT_EQ(get(list_).status, 404u);
  EXPECT_EQ(remove(list_ + "/192.0.2.100").status, 404u);
  EXPECT_EQ(post(list_ + "/192.0.2.100/reserve", "").status, 404u);
  EXPECT_EQ(get("/v1/leases").status, 403u);
  EXPECT_EQ(get("/v1/tenants/umbrella/networks/lab/leases").status, 404u);
}

// One that is named by an operator, one that names itself, and both.
TEST_F(Leases, HaveTheNameOfAnOperatorOrElseTheirClients) {
  make_pool();
  const auto put_named = [&](std::string_view address, std::string_view given,
                             std::string_view own) {
    auto record = test::leased(test::key(1, address), test::client(1));
    record.hostname = base::InlineBytes<253>(base::bytes_of(given));
    record.client_name = base::InlineBytes<253>(base::bytes_of(own));
    apply({store::PutAddress{record}});
  };
  put_named("192.0.2.100", "web1", "");
  put_named("192.0.2.101", "", "laptop");
  put_named("192.0.2.102", "web2", "Debian");
  lease("192.0.2.103", 2);
  const Asked leases = get(list_);
  const auto names = [&](int lease) {
    const std::string at = base::cat("/leases/", lease);
    return leases.at(at + "/hostname") + " " + leases.at(at + "/client_hostname");
  };
  EXPECT_EQ(names(0), R"("web1" null)");
  EXPECT_EQ(names(1), R"("laptop" "laptop")");
  EXPECT_EQ(names(2), R"("web2" "Debian")");
  EXPECT_EQ(names(3), "null null");
  EXPECT_EQ(shown("?hostname=WEB2"), "102 ");
  EXPECT_EQ(shown("?hostname=debian"), "102 ");
  EXPECT_EQ(shown("?hostname=laptop"), "101 ");
}

TEST_F(Leases, ShowWhatTheRelaySaidOfThem) {
  make_pool();
  auto record = test::leased(test::key(1, "192.0.2.100"), test::client(1));
  const std::array<std::uint8_t, 9> said{1, 2, 0x0a, 0x1b, 2, 3, 'a', 'b', 'c'};
  record.relay_info = base::InlineBytes<255>(said);
  apply({store::PutAddress{record}});
  const std::array<std::uint8_t, 3> malformed{1, 9, 0};
  record.key.address = test::address("192.0.2.101");
  record.relay_info = base::InlineBytes<255>(malformed);
  apply({store::PutAddress{record}});
  const Asked leases = get(list_);
  EXPECT_EQ(leases.at("/leases/0/circuit_id"), R"("0a1b")");
  EXPECT_EQ(leases.at("/leases/0/remote_id"), R"("616263")");
  EXPECT_EQ(leases.at("/leases/1/circuit_id"), "null");
  EXPECT_EQ(leases.at("/leases/1/remote_id"), "null");
}

TEST_F(Leases, AreFoundByAnyIdentityOfTheirClientAndByItsMac) {
  make_pool();
  auto record = test::in_state(AddressState::kBound, test::key(1, "192.0.2.10"), test::client(1));
  record.also = {test::client_id({1, 2}), test::client(2)};
  record.mac = net::Mac({2, 0, 0, 0, 0, 2});
  apply({store::PutAddress{record}});
  EXPECT_EQ(shown("?client_id=0102"), "10 ");
  EXPECT_EQ(shown("?mac=02:00:00:00:00:02"), "10 ");
  EXPECT_EQ(shown("?mac=02:00:00:00:00:01"), "") << "it is the other one that has it now";
  // The network knows clients by their MAC, but this one's reservation does not tell it.
  const Asked made = post(lab_ + "/reservations",
                          R"({"reservation":{"circuit_id":"0a","addresses":["192.0.2.11"]}})");
  ASSERT_EQ(made.status, 201u) << made.text;
  look([&](const store::View& view) { record = *view.address(test::key(1, "192.0.2.11")); });
  record.state = AddressState::kBound;
  record.mac = net::Mac({2, 0, 0, 0, 0, 3});
  record.expires = test::at(5000);
  apply({store::PutAddress{record}});
  EXPECT_EQ(shown("?mac=02:00:00:00:00:03"), "11 ");
}

}  // namespace
}  // namespace melange::admin
