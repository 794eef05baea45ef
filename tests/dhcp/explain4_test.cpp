// SPDX-License-Identifier: Apache-2.0
#include "melange/dhcp/explain4.h"

#include <gtest/gtest.h>

#include "lab.h"
#include "melange/wire/options4.h"
#include "packets.h"
#include "records.h"
#include "temp_directory.h"

namespace melange::dhcp {
namespace {

namespace code = wire::option4;
using store::AddressState;
using test::at;
using test::mac_of;

// A network with a link, eth0, and one behind a relay, 198.51.100.1; eth1 is nobody's.
class ExplainTest : public testing::Test {
 protected:
  ExplainTest() {
    store::Network near = test::network();
    near.interfaces = {"eth0"};
    store::Network far = test::network(store::NetworkId{2}, "far");
    far.relays = {test::address("198.51.100.1")};
    store::Block behind = test::block(2, "198.51.100.0/24", "198.51.100.100-198.51.100.103");
    behind.network = far.id;
    test::commit(store_,
                 {store::PutNetwork{near}, store::PutNetwork{far}, store::PutBlock{behind},
                  store::PutBlock{test::block(1, "192.0.2.0/24", "192.0.2.100-192.0.2.103")}});
    compile();
  }

  void compile(std::shared_ptr<const Globals4> globals = std::make_shared<const Globals4>()) {
    static const std::vector<std::string> all{"*"};
    auto snapshot = store_.snapshot();
    const store::View view = snapshot->view();
    topology_ =
        std::make_unique<Topology>(view.networks(), view.blocks(), hosts_, all, std::move(globals));
  }
  void put(const store::AddressRecord& record) {
    test::commit(store_, {store::PutAddress{record}});
  }
  void reserve(std::string_view address, const wire::Identity& owner) {
    put(test::in_state(AddressState::kReserved, test::key(1, address), owner));
  }

  std::expected<Explanation4, Unaskable4> ask(const Question4& question) {
    auto snapshot = store_.snapshot();
    const store::View view = snapshot->view();
    auto out = explain(question, hosts_, view, *topology_, offers_, limits_, now_);
    EXPECT_TRUE(view.ok());
    return out;
  }
  // The query and the decision.
  std::string told(const Question4& question) {
    const auto out = ask(question);
    if (!out) return std::string(sentence(out.error()));
    return out->query + " -> " + text(out->decision);
  }
  static Question4 on_eth0(Intent4 intent, std::uint32_t mac = 1) {
    return {.intent = intent, .mac = mac_of(mac), .interface = "eth0"};
  }
  static Question4 relayed(Intent4 intent, std::uint32_t mac = 1) {
    return {.intent = intent, .mac = mac_of(mac), .relay = net::Ipv4::parse("198.51.100.1")};
  }

  test::TempDirectory directory_;
  store::Store store_ = test::open(directory_.file("store"));
  std::vector<net::HostLink> hosts_{test::host_link(1, {"192.0.2.1/24"}),
                                    test::host_link(2, {"203.0.113.1/24"})};
  std::unique_ptr<Topology> topology_;
  Offers offers_{64};
  Limits4 limits_;
  base::Instant now_ = at(200);
};

TEST_F(ExplainTest, AnUnknownClientWouldBeOfferedTheNextFreeAddress) {
  const auto out = ask(on_eth0(Intent4::kDiscover));
  ASSERT_TRUE(out);
  EXPECT_EQ(out->query, "DISCOVER mac=02:00:00:00:00:01 xid=00000000");
  EXPECT_EQ(text(out->decision), "OFFER yiaddr=192.0.2.100 lease=1h to=192.0.2.100 reason=offered");
  EXPECT_EQ(out->decision.network->name, "lab");
  EXPECT_EQ(out->subject, test::key(1, "192.0.2.100"));
  EXPECT_FALSE(out->has_reservation);
}

TEST_F(ExplainTest, NothingIsHeldOrWritten) {
  const auto before = test::dump(store_.snapshot()->view());
  for (const Intent4 intent : {Intent4::kDiscover, Intent4::kSelect, Intent4::kDecline}) {
    ASSERT_TRUE(ask(on_eth0(intent)));
  }
  EXPECT_EQ(offers_.size(), 0u);
  EXPECT_EQ(test::dump(store_.snapshot()->view()), before);
}

TEST_F(ExplainTest, TheReplyIsTheMessageThatWouldLeave) {
  Question4 question = on_eth0(Intent4::kDiscover);
  question.options = {{code::kParameterRequestList, {code::kSubnetMask}}};
  const auto out = ask(question);
  ASSERT_TRUE(out);
  wire::Message4 message;
  ASSERT_FALSE(message.read(out->reply));
  EXPECT_EQ(text(message.header().yiaddr), "192.0.2.100");
  EXPECT_TRUE(
      base::equal(message.option(code::kSubnetMask), std::vector<std::uint8_t>{255, 255, 255, 0}));
}

TEST_F(ExplainTest, AClientOfAReservationIsKnown) {
  reserve("192.0.2.7", test::client(1));
  const auto out = ask(on_eth0(Intent4::kDiscover));
  ASSERT_TRUE(out);
  EXPECT_TRUE(out->has_reservation);
  EXPECT_EQ(text(out->decision), "OFFER yiaddr=192.0.2.7 lease=1h to=192.0.2.7 reason=offered");
  EXPECT_EQ(out->subject, test::key(1, "192.0.2.7"));
  EXPECT_FALSE(ask(on_eth0(Intent4::kDiscover, 2))->has_reservation);
}

TEST_F(ExplainTest, OffersThatAreOutAreHeeded) {
  offers_.hold({test::kLab, test::client(9), test::key(1, "192.0.2.100"), at(300)});
  const auto out = ask(on_eth0(Intent4::kDiscover));
  ASSERT_TRUE(out);
  EXPECT_EQ(out->subject, test::key(1, "192.0.2.101"));
}

TEST_F(ExplainTest, ARequestIsForWhatWouldBeOffered) {
  EXPECT_EQ(told(on_eth0(Intent4::kSelect)),
            "REQUEST(selecting) mac=02:00:00:00:00:01 xid=00000000 requested=192.0.2.100 "
            "server-id=192.0.2.1 -> ACK yiaddr=192.0.2.100 lease=1h to=192.0.2.100 reason=leased");
}

TEST_F(ExplainTest, ARequestOfAnotherServerIsNotAnswered) {
  Question4 question = on_eth0(Intent4::kSelect);
  question.server_id = net::Ipv4::parse("192.0.2.9");
  EXPECT_TRUE(told(question).ends_with("drop reason=other_server")) << told(question);
}

TEST_F(ExplainTest, ForAnAddressOfAnotherNetworkARebootIsRefused) {
  Question4 question = on_eth0(Intent4::kReboot);
  question.address = net::Ipv4::parse("203.0.113.9");
  EXPECT_TRUE(told(question).ends_with("NAK to=broadcast reason=wrong_network"));
  EXPECT_EQ(ask(question)->subject, std::nullopt);
}

TEST_F(ExplainTest, RenewalsOfALeaseArePutAsItsHolderPutsThem) {
  put(test::leased(test::key(1, "192.0.2.102"), test::client(1)));
  now_ = at(3000);
  EXPECT_EQ(told(on_eth0(Intent4::kRenew)),
            "REQUEST(renewing) mac=02:00:00:00:00:01 xid=00000000 ciaddr=192.0.2.102 -> "
            "ACK yiaddr=192.0.2.102 lease=1h to=192.0.2.102 reason=renewed");
  EXPECT_TRUE(told(on_eth0(Intent4::kRebind)).starts_with("REQUEST(rebinding)"));
  EXPECT_TRUE(told(on_eth0(Intent4::kReboot)).ends_with("reason=rebooted"));
  EXPECT_TRUE(told(on_eth0(Intent4::kRelease)).ends_with("done reason=released"));
  EXPECT_TRUE(told(on_eth0(Intent4::kDecline)).ends_with("done reason=declined"));
  EXPECT_TRUE(told(on_eth0(Intent4::kInform)).ends_with("to=192.0.2.102 reason=informed"));
}

TEST_F(ExplainTest, WhoIsBehindARelayIsAnsweredThere) {
  EXPECT_EQ(told(relayed(Intent4::kDiscover)),
            "DISCOVER mac=02:00:00:00:00:01 xid=00000000 giaddr=198.51.100.1 -> "
            "OFFER yiaddr=198.51.100.100 lease=1h to=198.51.100.1 reason=offered");
}

TEST_F(ExplainTest, ARenewalGoesPastTheRelay) {
  store::AddressRecord record = test::leased(test::key(2, "198.51.100.103"), test::client(1));
  record.network = store::NetworkId{2};
  put(record);
  now_ = at(3000);
  EXPECT_EQ(told(relayed(Intent4::kRenew)),
            "REQUEST(renewing) mac=02:00:00:00:00:01 xid=00000000 ciaddr=198.51.100.103 -> "
            "ACK yiaddr=198.51.100.103 lease=1h to=198.51.100.103 reason=renewed");
}

TEST_F(ExplainTest, WhatTheRelaySaysOfACircuitIsHeeded) {
  store::Network far = *store_.snapshot()->view().network(store::NetworkId{2});
  far.identity = store::IdentityPolicy::kCircuitId;
  test::commit(store_, {store::PutNetwork{far}});
  compile();
  EXPECT_TRUE(told(relayed(Intent4::kDiscover)).ends_with("drop reason=no_identity"));
  Question4 question = relayed(Intent4::kDiscover);
  question.relay_information = {1, 2, 0xca, 0xfe};
  EXPECT_EQ(text(ask(question)->decision.identity), "circuit-id cafe");
}

// A renewal goes past the relay, which named the circuit when the lease began (dhcp.md rule 12).
TEST_F(ExplainTest, WhatTheRelaySaidOfTheLeaseIsHeeded) {
  store::Network far = *store_.snapshot()->view().network(store::NetworkId{2});
  far.identity = store::IdentityPolicy::kCircuitId;
  test::commit(store_, {store::PutNetwork{far}});
  const test::Octets circuit{0xca, 0xfe};
  const test::Octets option{1, 2, 0xca, 0xfe};
  store::AddressRecord record =
      test::in_state(AddressState::kBound, test::key(2, "198.51.100.103"),
                     *wire::Identity::make(wire::IdentityKind::kCircuitId, circuit));
  record.network = store::NetworkId{2};
  record.mac = mac_of(1);
  record.relay_info = base::InlineBytes<255>(option);
  put(record);
  config::Class members;
  members.name.value = "port7";
  members.match.circuit_id = {{circuit, false}};
  auto globals = std::make_shared<Globals4>();
  globals->classes = ClassSet(std::span(&members, 1));
  compile(globals);
  Question4 question = relayed(Intent4::kRenew);
  question.address = net::Ipv4::parse("198.51.100.103");
  const auto out = ask(question);
  ASSERT_TRUE(out);
  EXPECT_EQ(text(out->decision.identity), "circuit-id cafe");
  EXPECT_TRUE(out->has_reservation);
  EXPECT_EQ(out->classes, std::vector<std::string>{"port7"});
}

TEST_F(ExplainTest, ACircuitOnAClientsOwnWireIsForeign) {
  Question4 question = on_eth0(Intent4::kDiscover);
  question.relay_information = {1, 2, 0xca, 0xfe};
  EXPECT_TRUE(told(question).ends_with("drop reason=relay_on_link")) << told(question);
}

TEST_F(ExplainTest, ClassesAreToldAlsoOfWhoIsIgnored) {
  config::Config config;
  config.classes.resize(1);
  config.classes[0].name.value = "phones";
  config.classes[0].ignore = true;
  config.classes[0].match.arch = {7};
  compile(std::make_shared<const Globals4>(dhcp::compile(config)));
  Question4 question = on_eth0(Intent4::kDiscover);
  question.options = {{code::kClientSystem, {0, 7}}};
  const auto out = ask(question);
  ASSERT_TRUE(out);
  EXPECT_EQ(text(out->decision), "drop reason=ignored");
  EXPECT_EQ(out->classes, std::vector<std::string>{"phones"});
}

TEST_F(ExplainTest, WithoutALinkItIsTheOnlyOne) {
  EXPECT_EQ(told({.mac = mac_of(1)}), told(on_eth0(Intent4::kDiscover)));
}

TEST_F(ExplainTest, ALinkThatIsNotServedIsSaidToBe) {
  Question4 question = on_eth0(Intent4::kDiscover);
  question.interface = "eth1";
  EXPECT_TRUE(told(question).ends_with("drop reason=no_network"));
}

TEST_F(ExplainTest, WhatCannotBeAskedIsSaid) {
  Question4 question = on_eth0(Intent4::kDiscover);
  question.interface = "eth9";
  EXPECT_EQ(ask(question).error(), Unaskable4::kNoSuchLink);
  question = on_eth0(Intent4::kDiscover);
  question.options = {{code::kHostName, std::vector<std::uint8_t>(1500, 'a')}};
  EXPECT_EQ(ask(question).error(), Unaskable4::kTooLong);
  for (const std::string_view each : {"192.0.2.100", "192.0.2.101", "192.0.2.102", "192.0.2.103"}) {
    put(test::leased(test::key(1, each), test::client(9)));
  }
  EXPECT_EQ(ask(on_eth0(Intent4::kSelect)).error(), Unaskable4::kNoAddress);
  hosts_.clear();
  compile();
  EXPECT_EQ(ask({.mac = mac_of(1)}).error(), Unaskable4::kNoPlace);
}

TEST_F(ExplainTest, ProbesAreTakenToHearNobody) {
  limits_.can_probe = true;
  EXPECT_TRUE(told(on_eth0(Intent4::kDiscover)).ends_with("reason=offered"));
}

TEST_F(ExplainTest, WhatIsNoMessageIsAPacketThatIsMalformed) {
  const std::vector<std::uint8_t> payload(12, 0xff);
  wire::Datagram datagram;
  datagram.payload = payload;
  auto snapshot = store_.snapshot();
  const store::View view = snapshot->view();
  const auto out = explain(datagram, view, *topology_, offers_, limits_, at(200));
  EXPECT_EQ(out.query + " " + text(out.decision), "packet drop reason=malformed");
}

TEST(Intents, AreNamedForPeople) {
  EXPECT_EQ(parse_intent("request"), Intent4::kSelect);
  EXPECT_EQ(parse_intent("bootp"), Intent4::kBootp);
  EXPECT_EQ(parse_intent("offer"), std::nullopt);
}

}  // namespace
}  // namespace melange::dhcp
