// SPDX-License-Identifier: Apache-2.0
//
// Reservations through the API: an interface with its addresses in one step (ipam.md sections 2 and
// 3).
#include "melange/ipam/reservations.h"

#include "ipam_fixture.h"

namespace melange::ipam {
namespace {

using store::AddressState;

class Reservations : public IpamTest {
 protected:
  void SetUp() override {
    block_ = add_block("10.0.0.0/28", "net1", [](store::Block& block) {
      block.pools = test::ranges("10.0.0.8-10.0.0.11");
    });
  }
  static ReservationWish of(std::uint8_t last, std::string_view addresses = "") {
    ReservationWish wish;
    wish.tenant = "acme";
    wish.identity = known_by(last);
    for (const net::Range& range : test::ranges(addresses)) {
      wish.addresses.push_back(range.first());
    }
    return wish;
  }
  std::string create(const ReservationWish& wish) {
    return ask(
        [&](Draft& draft) { return create_reservation(draft, network_named("net1"), wish); });
  }
  std::string update(const ReservationWish& wish) {
    return ask([&](Draft& draft) {
      return update_reservation(draft, network_named("net1"), *known(wish.identity), wish);
    });
  }
  std::string remove(std::uint8_t last) {
    return ask([&](Draft& draft) { return delete_reservation(draft, *known(known_by(last))); });
  }
  std::string keep_lease(std::string_view address) {
    return ask([&](Draft& draft) {
      return reserve_lease(draft, network_named("net1"), *find(block_, address));
    });
  }
  std::optional<store::Reservation> known(const wire::Identity& identity) {
    return store_.snapshot()->view().reservation(block_.network, identity);
  }
  std::string addresses(std::uint8_t last) {
    const auto reservation = known(known_by(last));
    if (!reservation) return "none";
    std::string out;
    for (const net::Address& address : reservation->addresses) out += text(address) + ' ';
    return out;
  }

  store::Block block_;
};

TEST_F(Reservations, AreAnInterfaceWithItsAddresses) {
  ReservationWish wish = of(1, "10.0.0.9, 10.0.0.3");
  wish.particulars = {"web1", {{224, {1, 2}}}};
  EXPECT_EQ(create(wish), "ok");
  EXPECT_EQ(addresses(1), "10.0.0.9 10.0.0.3 ");
  const auto record = find(block_, "10.0.0.9");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->state, AddressState::kReserved);
  EXPECT_EQ(record->identity, known_by(1));
  EXPECT_EQ(base::text_of(record->hostname.view()), "web1");
  EXPECT_EQ(record->options, wish.particulars.options);
  EXPECT_EQ(record->interface, store_.snapshot()->view().interface_with(mac(1)));
  EXPECT_EQ(record->interface, known(known_by(1))->interface);
  EXPECT_EQ(create(wish), "conflict; there is a reservation for mac 02:00:00:00:00:01 already");
}

// What an operator can give to an address.
Particulars everything() {
  Particulars all{"web1", {{67, {'x'}}}};
  all.forced = {67, 224};
  all.boot = {test::address("10.0.0.2"), "boot", "pxelinux.0"};
  all.classes = {"rack", "pxe"};
  all.also = {known_by(21), test::client_id({0, 1, 2, 3})};
  return all;
}

Particulars told_to(const store::AddressRecord& record) {
  return {std::string(base::text_of(record.hostname.view())),
          record.options,
          record.forced,
          record.boot,
          record.classes,
          record.also};
}

TEST_F(Reservations, GiveAllOfTheirParticularsToTheirAddresses) {
  ReservationWish wish = of(1, "10.0.0.3");
  wish.particulars = everything();
  EXPECT_EQ(create(wish), "ok");
  EXPECT_EQ(particulars_of(*known(known_by(1))), wish.particulars);
  EXPECT_EQ(told_to(*find(block_, "10.0.0.3")), wish.particulars);
  // An address that is added, and those that are there already.
  wish = of(1, "10.0.0.3, 10.0.0.4");
  wish.particulars = everything();
  wish.particulars.boot.file = "other";
  wish.particulars.forced = {};
  wish.particulars.classes = {"rack"};
  wish.particulars.also = {known_by(22)};
  EXPECT_EQ(update(wish), "ok");
  EXPECT_EQ(particulars_of(*known(known_by(1))), wish.particulars);
  for (const char* address : {"10.0.0.3", "10.0.0.4"}) {
    EXPECT_EQ(told_to(*find(block_, address)), wish.particulars) << address;
  }
}

TEST_F(Reservations, OfALeaseGiveItAllTheirParticulars) {
  ReservationWish wish = of(7, "10.0.0.3");
  wish.particulars = everything();
  EXPECT_EQ(create(wish), "ok");
  lease(block_, "10.0.0.9", 7, 5000);
  EXPECT_EQ(keep_lease("10.0.0.9"), "ok");
  EXPECT_EQ(told_to(*find(block_, "10.0.0.9")), wish.particulars);
}

TEST_F(Reservations, ThatTakeNothingFromTheHolderLeaveHimNothing) {
  lease(block_, "10.0.0.9", 7, 5000);
  ReservationWish wish = of(1, "10.0.0.9");
  wish.particulars = everything();
  wish.on_conflict = OnConflict::kWait;
  EXPECT_EQ(create(wish), "ok");
  EXPECT_EQ(told_to(*find(block_, "10.0.0.9")), wish.particulars);
  EXPECT_EQ(remove(1), "ok");
  EXPECT_EQ(told_to(*find(block_, "10.0.0.9")), Particulars());
}

TEST_F(Reservations, OfOneNetworkShareNoIdentity) {
  ReservationWish first = of(1, "10.0.0.3");
  first.particulars.also = {known_by(2), test::client_id({0, 1})};
  EXPECT_EQ(create(first), "ok");
  EXPECT_EQ(create(of(2)),
            "conflict; mac 02:00:00:00:00:02 belongs to the reservation for mac 02:00:00:00:00:01");
  ReservationWish second = of(3, "10.0.0.4");
  second.particulars.also = {known_by(1)};
  EXPECT_EQ(create(second), "conflict; there is a reservation for mac 02:00:00:00:00:01 already");
  second.particulars.also = {test::client_id({0, 1})};
  EXPECT_EQ(create(second),
            "conflict; client-id 0001 belongs to the reservation for mac 02:00:00:00:00:01");
  second.particulars.also.clear();
  EXPECT_EQ(create(second), "ok");
  second.particulars.also = {known_by(2)};
  EXPECT_EQ(update(second),
            "conflict; mac 02:00:00:00:00:02 belongs to the reservation for mac 02:00:00:00:00:01");
  // What the one gives up is the other's to take; what it keeps is no conflict with itself.
  first.particulars.also = {test::client_id({0, 1})};
  EXPECT_EQ(update(first), "ok");
  EXPECT_EQ(update(second), "ok");
  EXPECT_EQ(update(second), "ok");
  // Another network's are other clients.
  add_block("10.1.0.0/28", "net2");
  EXPECT_EQ(ask([&](Draft& draft) {
              ReservationWish elsewhere = of(1);
              elsewhere.identity = test::client_id({0, 1});
              return create_reservation(draft, network_named("net2"), elsewhere);
            }),
            "ok");
}

TEST_F(Reservations, KnowTheirClientByNineIdentitiesAtMostAndByEachOnce) {
  ReservationWish wish = of(1, "10.0.0.3");
  for (std::uint8_t i = 2; i <= 9; ++i) wish.particulars.also.push_back(known_by(i));
  wish.particulars.also.push_back(known_by(10));
  EXPECT_EQ(create(wish), "invalid; a client is known by at most 9");
  wish.particulars.also.pop_back();
  wish.particulars.also.back() = known_by(1);
  EXPECT_EQ(create(wish), "invalid; mac 02:00:00:00:00:01 is named twice");
  wish.particulars.also.back() = known_by(9);
  EXPECT_EQ(create(wish), "ok");
}

TEST_F(Reservations, TakeWhatTheirClientLeasesUnderAnotherIdentity) {
  lease(block_, "10.0.0.9", 2, 5000);
  ReservationWish wish = of(1, "10.0.0.9");
  EXPECT_EQ(create(wish).substr(0, 8), "conflict");
  wish.particulars.also = {known_by(2)};
  EXPECT_EQ(create(wish), "ok");
  EXPECT_EQ(state(block_, "10.0.0.9"),
            "bound mac 02:00:00:00:00:01 hardware 02:00:00:00:00:02 until 1970-01-01T01:23:20Z");
  // The same of a lease that is reserved as it is.
  lease(block_, "10.0.0.10", 2, 5000);
  EXPECT_EQ(keep_lease("10.0.0.10"), "ok");
  EXPECT_EQ(addresses(1), "10.0.0.9 10.0.0.10 ");
  EXPECT_EQ(addresses(2), "none");
  EXPECT_EQ(state(block_, "10.0.0.10").substr(0, 27), "bound mac 02:00:00:00:00:01");
}

TEST_F(Reservations, OfAnyAddressTakeOneOfEachFamily) {
  add_block("2001:db8::/64");
  EXPECT_EQ(create(of(1)), "ok");
  EXPECT_EQ(addresses(1), "10.0.0.1 2001:db8::1 ");
}

TEST_F(Reservations, OfAClientIdTakeNoMac) {
  ReservationWish wish = of(1, "10.0.0.3");
  wish.identity = test::client_id({0, 1, 2, 3});
  store::MacRange range;
  range.id = store::MacRangeId{1};
  test::commit(store_, {store::Put<store::MacRange>{range}}, now());
  EXPECT_EQ(create(wish), "ok");
  EXPECT_EQ(state(block_, "10.0.0.3"), "reserved client-id 00010203");
  const auto interface = known(wish.identity)->interface;
  EXPECT_FALSE(store_.snapshot()->view().interface(interface)->mac);
  // After quarantine it is that client's again.
  EXPECT_EQ(drop(block_, "10.0.0.3"), "ok");
  EXPECT_FALSE(known(wish.identity));
  EXPECT_EQ(bring_back(block_, "10.0.0.3"), "ok");
  EXPECT_EQ(state(block_, "10.0.0.3"), "reserved client-id 00010203");
}

TEST_F(Reservations, ChangeAsAWhole) {
  EXPECT_EQ(create(of(1, "10.0.0.3, 10.0.0.4")), "ok");
  const auto id = known(known_by(1))->id;
  ReservationWish wish = of(1, "10.0.0.4, 10.0.0.5");
  wish.particulars.hostname = "web2";
  EXPECT_EQ(update(wish), "ok");
  EXPECT_EQ(addresses(1), "10.0.0.4 10.0.0.5 ");
  EXPECT_EQ(known(known_by(1))->id, id);
  EXPECT_EQ(find(block_, "10.0.0.3")->state, AddressState::kQuarantined);
  for (const char* address : {"10.0.0.4", "10.0.0.5"}) {
    EXPECT_EQ(base::text_of(find(block_, address)->hostname.view()), "web2");
  }
  // All of its addresses for others, in one step.
  EXPECT_EQ(update(of(1, "10.0.0.6")), "ok");
  EXPECT_EQ(addresses(1), "10.0.0.6 ");
  // None listed: those that it has.
  EXPECT_EQ(update(of(1)), "ok");
  EXPECT_EQ(addresses(1), "10.0.0.6 ");
  EXPECT_EQ(update(of(1, "10.0.0.3")).substr(0, 46),
            "conflict; addresses: 10.0.0.3: Address is alre");
}

TEST_F(Reservations, RefuseWhatDoesNotFit) {
  ReservationWish wish = of(1);
  for (std::uint32_t i = 0; i < 17; ++i) wish.addresses.push_back(net::Ipv4{(10u << 24) + i});
  EXPECT_EQ(create(wish), "invalid; addresses: are more than 16");
  wish = of(1, "10.0.0.3");
  wish.particulars.hostname = std::string(254, 'x');
  EXPECT_EQ(create(wish), "invalid; hostname: is longer than 253 octets");
  wish.particulars.hostname.clear();
  wish.particulars.options.assign(9, {224, std::vector<std::uint8_t>(255)});
  EXPECT_EQ(create(wish), "invalid; options: are longer than 2048 octets");
  wish.particulars = {};
  wish.particulars.boot = {{}, std::string(64, 'x'), std::string(256, 'x')};
  EXPECT_EQ(create(wish),
            "invalid; boot.server_name: is longer than 63 octets; boot.file: is longer than 255 "
            "octets");
  // The record has no room for the most of everything.
  wish.particulars = {};
  wish.particulars.options.assign(7, {224, std::vector<std::uint8_t>(255)});
  wish.particulars.classes.assign(16, std::string(200, 'c'));
  for (std::uint8_t i = 0; i < 8; ++i) {
    std::array<std::uint8_t, 255> octets{};
    octets.back() = i;
    wish.particulars.also.push_back(*wire::Identity::make(wire::IdentityKind::kCircuitId, octets));
  }
  EXPECT_EQ(create(wish), "invalid; all of it is longer than 6144 octets");
  wish.particulars = {};
  wish.particulars.classes.assign(17, "c");
  wish.particulars.classes.front() = std::string(201, 'c');
  EXPECT_EQ(create(wish),
            "invalid; classes: have a name that is longer than 200 octets; classes: are more than "
            "16");
}

TEST_F(Reservations, ThatAreDeletedQuarantineTheirAddresses) {
  EXPECT_EQ(create(of(1, "10.0.0.3")), "ok");
  EXPECT_EQ(remove(1), "ok");
  EXPECT_EQ(addresses(1), "none");
  EXPECT_EQ(find(block_, "10.0.0.3")->state, AddressState::kQuarantined);
  now_ += 172800;
  sweep();
  EXPECT_FALSE(store_.snapshot()->view().interface_with(mac(1)));
}

TEST_F(Reservations, ThatWaitTakeNothingFromTheHolderWhenTheyGo) {
  lease(block_, "10.0.0.9", 7, 5000);
  const std::string before = dump();
  ReservationWish wish = of(1, "10.0.0.9");
  EXPECT_NE(create(wish), "ok");
  wish.on_conflict = OnConflict::kWait;
  EXPECT_EQ(create(wish), "ok");
  EXPECT_EQ(remove(1), "ok");
  const auto left = find(block_, "10.0.0.9");
  EXPECT_EQ(left->identity, known_by(7));
  EXPECT_EQ(left->state, AddressState::kLeased);
  EXPECT_FALSE(store_.snapshot()->view().interface_with(mac(1)));
}

// Or nobody could ever free it, and its block would never go.
TEST_F(Reservations, OfARetiredBlockCanBeDeleted) {
  EXPECT_EQ(create(of(1, "10.0.0.3")), "ok");
  store::Block retired = reread(block_);
  retired.retired = true;
  retired.dynamic.clear();
  retired.fixed.clear();
  test::commit(store_, {store::PutBlock{retired}}, now());
  EXPECT_EQ(remove(1), "ok");
  EXPECT_EQ(find(block_, "10.0.0.3")->state, AddressState::kQuarantined);
}

TEST_F(Reservations, OfALeaseAreNotNoticedByItsClient) {
  lease(block_, "10.0.0.9", 7, 5000);
  EXPECT_EQ(keep_lease("10.0.0.9"), "ok");
  EXPECT_EQ(state(block_, "10.0.0.9"), "bound mac 02:00:00:00:00:07 until 1970-01-01T01:23:20Z");
  EXPECT_EQ(addresses(7), "10.0.0.9 ");
  EXPECT_EQ(keep_lease("10.0.0.9"), "conflict; no dynamic lease runs on the address");
  lease(block_, "10.0.0.10", 7, 5000);
  EXPECT_EQ(keep_lease("10.0.0.10"), "ok");
  EXPECT_EQ(addresses(7), "10.0.0.9 10.0.0.10 ");
}

TEST_F(Reservations, OfALeaseTakeNothingFromWhoWaitsForIt) {
  lease(block_, "10.0.0.9", 7, 5000);
  ASSERT_EQ(told(take(block_, "10.0.0.9", "eth0", 1, OnConflict::kWait)), "ok");
  EXPECT_EQ(keep_lease("10.0.0.9"), "conflict; Address is already allocated");
}

TEST_F(Reservations, OfALeaseKeepToTheNetworkOfTheInterface) {
  EXPECT_EQ(take_next(add_block("10.0.0.0/28", "net2"), "eth0", 7), "10.0.0.1");
  lease(block_, "10.0.0.9", 7, 5000);
  EXPECT_EQ(keep_lease("10.0.0.9"),
            "impossible; interface_id: the interface is plugged into another network");
}

TEST_F(Reservations, OfTheConfigurationChangeOnlyThere) {
  store::Reservation of_config;
  of_config.network = block_.network;
  of_config.identity = known_by(1);
  of_config.addresses = {test::address("10.0.0.9")};
  auto record =
      test::in_state(AddressState::kReserved, {block_.id, test::address("10.0.0.9")}, known_by(1));
  test::commit(store_, {store::PutReservation{of_config}, store::PutAddress{record}}, now());
  const std::string_view what = "config; the reservation comes from the configuration file; ";
  EXPECT_EQ(remove(1), base::cat(what, "change it there"));
  EXPECT_EQ(update(of(1, "10.0.0.3")), base::cat(what, "change it there"));
  EXPECT_EQ(drop(block_, "10.0.0.9"), "config; the configuration reserves 10.0.0.9");
}

}  // namespace
}  // namespace melange::ipam
