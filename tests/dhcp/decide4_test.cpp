// SPDX-License-Identifier: Apache-2.0
//
// What a decision wants of the store; what it answers is shown by the transcripts.
#include "melange/dhcp/decide4.h"

#include <gtest/gtest.h>

#include "melange/base/limits.h"
#include "melange/dhcp/sweep.h"
#include "scene.h"

namespace melange::dhcp {
namespace {

using store::AddressState;
using test::at;
using test::client;
using test::in_state;
using test::option_address;
using test::pool_address;
using test::pool_key;
using test::Scene;
using wire::MessageType4;

template <class Change>
const Change* only(const Decision4& decision) {
  return decision.changes.size() == 1 ? std::get_if<Change>(&decision.changes[0]) : nullptr;
}

test::TestMessage select(std::uint32_t last, std::uint32_t who = 1) {
  return {.chaddr = test::mac_of(who),
          .options = {option_address(54, "192.0.2.1"),
                      test::option_u32(50, pool_address(last).value())}};
}

TEST(Decide, TwiceIsTheSame) {
  Scene scene;
  scene.ask(MessageType4::kRequest, select(100));
  const Decision4 first = scene.decide(at(200));
  const Decision4 second = scene.decide(at(200));
  EXPECT_EQ(text(first), text(second));
  ASSERT_NE(only<store::PutAddress>(first), nullptr);
  EXPECT_EQ(only<store::PutAddress>(first)->record, only<store::PutAddress>(second)->record);
}

TEST(Decide, KeepsAnOfferInMemoryAlone) {
  Scene scene;
  scene.ask(MessageType4::kDiscover);
  const Decision4 decision = scene.decide(at(200));
  EXPECT_TRUE(decision.changes.empty());
  const auto* hold = std::get_if<HoldOffer>(&decision.offer);
  ASSERT_NE(hold, nullptr);
  EXPECT_EQ(hold->offer.address, pool_key(100));
  EXPECT_EQ(hold->offer.identity, client(1));
  EXPECT_EQ(hold->offer.expires, at(210));
}

TEST(Decide, PromisesNoMoreThanItStores) {
  Scene scene;
  scene.ask(MessageType4::kRequest, select(100));
  const auto now = at(200) + base::Millis{700};
  const Decision4 decision = scene.decide(now);
  const auto* put = only<store::PutAddress>(decision);
  ASSERT_NE(put, nullptr);
  EXPECT_GE(put->record.expires, now + *decision.reply->lease_time);
}

TEST(Decide, NotesAnAddressThatAHostUsesWithoutALease) {
  Scene scene;
  scene.ask(MessageType4::kInform, {.ciaddr = pool_address(50)});
  const Decision4 decision = scene.decide(at(200));
  const auto* note = only<store::NoteSeen>(decision);
  ASSERT_NE(note, nullptr);
  EXPECT_EQ(note->seen, (store::Seen{pool_key(50), test::mac_of(1), at(200)}));
  EXPECT_FALSE(decision.reply->lease_time.has_value());
}

TEST(Decide, NotesNothingAboutALease) {
  Scene scene;
  scene.put(in_state(AddressState::kLeased, pool_key(100), client(1)));
  scene.ask(MessageType4::kInform, {.ciaddr = pool_address(100)});
  EXPECT_TRUE(scene.decide(at(200)).changes.empty());
}

TEST(Decide, NotesTheMacBesideAClientId) {
  Scene scene;
  store::Network network = scene.network();
  network.identity = store::IdentityPolicy::kClientId;
  scene.put(network);
  auto message = select(100, 7);
  message.options.push_back(test::option(61, {0xff, 1, 2}));
  scene.ask(MessageType4::kRequest, message);
  const Decision4 decision = scene.decide(at(200));
  const auto* put = only<store::PutAddress>(decision);
  ASSERT_NE(put, nullptr);
  EXPECT_EQ(put->record.identity, test::client_id({0xff, 1, 2}));
  EXPECT_EQ(put->record.mac, test::mac_of(7));
}

TEST(Decide, W14_TellsClientIdsApartToTheLastOctet) {
  Scene scene;
  store::Network network = scene.network();
  network.identity = store::IdentityPolicy::kClientId;
  scene.put(network);
  auto id = test::option_filled(61, 255, 3);
  scene.ask(MessageType4::kDiscover, {.options = {id}});
  const auto one = scene.decide(at(200)).identity;
  id.value.back() = 4;
  scene.ask(MessageType4::kDiscover, {.options = {id}});
  EXPECT_NE(one, scene.decide(at(200)).identity);
}

TEST(Decide, LeavesADynamicLeaseNothingOfAFormerOwners) {
  Scene scene;
  auto record = in_state(AddressState::kQuarantined, pool_key(100), client(2));
  record.interface = store::InterfaceId{7};
  record.options = {{15, {'x'}}};
  record.hostname = base::InlineBytes<253>(base::bytes_of("web1"));
  scene.put(record);
  for (const std::uint32_t last : {101u, 102u, 103u}) {
    scene.put(in_state(AddressState::kReserved, pool_key(last), client(last)));
  }
  scene.ask(MessageType4::kDiscover);
  const Decision4 offered = scene.decide(at(3700));
  ASSERT_TRUE(offered.reply.has_value()) << text(offered);
  EXPECT_TRUE(offered.reply->options.empty());
  scene.offers().hold(std::get<HoldOffer>(offered.offer).offer);
  scene.ask(MessageType4::kRequest, select(100));
  const Decision4 granted = scene.decide(at(3701));
  const auto* put = only<store::PutAddress>(granted);
  ASSERT_NE(put, nullptr) << text(granted);
  EXPECT_EQ(put->record.state, AddressState::kLeased);
  EXPECT_TRUE(put->record.interface.empty());
  EXPECT_TRUE(put->record.options.empty());
  EXPECT_TRUE(put->record.hostname.empty());
}

TEST(Decide, KeepsWhatTheOperatorGaveThroughAnOwnersLease) {
  Scene scene;
  auto record = in_state(AddressState::kReserved, pool_key(10), client(1));
  record.interface = store::InterfaceId{7};
  record.options = {{15, {'x'}}};
  scene.put(record);
  scene.ask(MessageType4::kRequest, select(10));
  const Decision4 granted = scene.decide(at(200));
  const auto* put = only<store::PutAddress>(granted);
  ASSERT_NE(put, nullptr);
  EXPECT_EQ(put->record.state, AddressState::kBound);
  EXPECT_EQ(put->record.interface, record.interface);
  EXPECT_EQ(put->record.options, record.options);
  EXPECT_EQ(granted.reply->options, record.options);
  scene.put(put->record);
  scene.ask(MessageType4::kRelease, {.ciaddr = pool_address(10)}, true);
  const Decision4 released = scene.decide(at(201));
  const auto* left = only<store::PutAddress>(released);
  ASSERT_NE(left, nullptr);
  EXPECT_EQ(left->record.state, AddressState::kReserved);
  EXPECT_EQ(left->record.interface, record.interface);
  EXPECT_EQ(left->record.options, record.options);
}

// A client that selects one address after another leaves a trail of held ones.
TEST(Decide, KeepsTheTrailOfOneClientWithinTheLimit) {
  test::TempDirectory directory;
  test::Lab lab(directory.file("store"));
  config::Network network;
  network.id.value = "lab";
  network.blocks.emplace_back();
  network.blocks[0].cidr.value = *net::Prefix::parse("192.0.2.0/24");
  network.blocks[0].pools.push_back({*net::Range::parse("192.0.2.100-192.0.2.199"), 0});
  lab.set_hosts({test::host_link(1, {"192.0.2.1/24"})});
  lab.configure({network}, at(0));
  for (std::uint32_t i = 0; i < 40; ++i) {
    const auto octets = test::make_message(MessageType4::kRequest, select(100 + i));
    wire::Datagram datagram;
    datagram.ifindex = 1;
    datagram.source_mac = test::mac_of(1);
    datagram.destination = net::kBroadcast;
    datagram.payload = octets;
    ASSERT_TRUE(lab.receive(std::span(&datagram, 1), at(i)));
    auto snapshot = lab.store().snapshot();
    const store::View view = snapshot->view();
    const store::Usage usage = view.usage(store::BlockId{1});
    ASSERT_EQ(usage.of(AddressState::kLeased), 1u) << "after " << i + 1;
    ASSERT_LE(usage.total(), base::limits::kAddressesPerIdentity);
  }
}

TEST(Decide, W22_SendsNothingToAnAddressThatIsNoRelays) {
  Scene scene;
  for (const char* giaddr : {"127.0.0.1", "255.255.255.255", "224.0.0.1", "192.0.2.1"}) {
    scene.ask(MessageType4::kDiscover, {.giaddr = *net::Ipv4::parse(giaddr)}, true);
    EXPECT_EQ(scene.decide(at(200)).reason, Reason::kBadRelay) << giaddr;
  }
}

TEST(Decide, IsSilentWhereTheHostHasNoAddressOfItsOwn) {
  Scene scene;
  scene.ask(MessageType4::kDiscover, {.giaddr = pool_address(2)}, true);
  EXPECT_EQ(scene.decide(at(200)).reason, Reason::kOffered);
  scene.set_destination(pool_address(255));
  EXPECT_EQ(scene.decide(at(200)).reason, Reason::kNoServerAddress) << "a subnet broadcast";
}

TEST(DecisionText, IsOneLine) {
  Scene scene;
  scene.ask(MessageType4::kDiscover);
  EXPECT_EQ(text(scene.decide(at(200))),
            "OFFER yiaddr=192.0.2.100 lease=1h to=192.0.2.100 reason=offered");
}

}  // namespace
}  // namespace melange::dhcp
