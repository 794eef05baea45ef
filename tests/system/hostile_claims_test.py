# SPDX-License-Identifier: Apache-2.0
"""hostile.md W21 to W27, W31, R11 and R12: what a client or a relay claims to be, to have or to
speak for.
"""

import socket
import threading

import hostile
from hostile import (BAD, GIADDR, GOOD, HERE, OTHER_SERVER, RELAY, SERVER, UP_SERVER, Frame, bootp,
                     discover, ipv4, mac, options, request)
from packets import ACK, DECLINE, INFORM, NAK, OFFER, RELEASE

OUTSIDE = "192.168.50.20"  # of the pools, as a router's address is
SERVERS = ("192.168.50.66", "0.0.0.0", "255.255.255.255", "10.0.0.1")
# Where nothing may be sent to, whoever asks for it.
NO_RELAYS = (SERVER, OTHER_SERVER, UP_SERVER, "127.0.0.1", "127.9.9.9", "255.255.255.255",
             "224.0.0.1", "239.255.255.250", "10.77.0.1", "203.0.113.9")


def message(type_: int, *pairs: tuple[int, bytes], client: bytes = BAD, **header) -> bytes:
    return bootp(client, options((53, bytes([type_])), *pairs) + b"\xff", **header)


class ClaimsTest(hostile.HostileTest):
    def relayed(self, payload: bytes, source: str = RELAY) -> Frame:
        return Frame(payload, to=self.up.server_mac, source=source, destination=UP_SERVER,
                     ports=(67, 67))

    def unicast(self, payload: bytes, source: str, client: bytes = BAD) -> Frame:
        return Frame(payload, client, self.lab_wire.server_mac, source, SERVER)

    def verdict(self, payload: bytes, client: bytes = BAD, seconds: float = 1) -> int | None:
        """The type of the answer to a request on the link `lab`."""
        self.lab_wire.send(Frame(payload, client))
        seen = self.lab_wire.receive(seconds, lambda seen: seen.message is not None
                                     and seen.message.mac == client)
        return seen and seen.message.type

    def check_stands(self, address: str, client: bytes):
        lease = self.server.leases()[address]
        self.assertEqual((lease["state"], lease["mac"]), ("leased", hostile.mac_text(client)))


class RelayClaimsTest(ClaimsTest):
    def test_W21_option_82_and_hops_of_a_client_are_dropped(self):
        values = (options((1, b"port-1")), b"\1\x09port-1", b"", b"\1\0", options((1, b"x" * 253)),
                  b"\1")
        self.check_dropped(
            [*(Frame(discover((82, value))) for value in values),
             Frame(discover((82, values[0]), (82, values[0]))), Frame(discover(hops=1))],
            "relay_on_link")

    def test_W21_option_82_of_a_relay_that_lies_about_its_lengths_is_dropped(self):
        values = (b"\1\x09port-1", b"", b"\1\0", b"\1", options((1, b"a")) + b"\2\xff",
                  options((1, b"a")) + b"\x09")
        self.check_dropped([self.relayed(discover((82, value), giaddr=GIADDR)) for value in values],
                           "malformed", wire=self.up, link="veth-r")

    def test_W21_a_circuit_id_of_any_length_comes_back_as_it_was(self):
        for size in (1, 2, 128, 253):
            whole = options((1, bytes(range(size))))
            self.up.send(self.relayed(discover((82, whole), giaddr=GIADDR, xid=size)))
            offered = self.up.answer(BAD, OFFER, xid=size)
            self.assertIsNotNone(offered)
            self.assertEqual(offered.options[82], whole)

    def test_W22_nothing_is_sent_to_what_a_client_calls_its_relay(self):
        relays = (*NO_RELAYS, GIADDR, "192.168.50.100", "192.168.50.254")
        self.check_dropped([Frame(discover(giaddr=giaddr)) for giaddr in relays], "relay_on_link")

    def test_W22_nothing_is_sent_to_a_giaddr_that_is_no_relays(self):
        frames = [self.relayed(discover(giaddr=giaddr), source) for giaddr in NO_RELAYS
                  for source in (RELAY, "10.9.0.77")]
        self.check_dropped(frames, "bad_relay", "no_network", wire=self.up, link="veth-r")

    def test_W22_nothing_is_sent_to_such_a_giaddr_that_a_client_names_by_unicast(self):
        self.check_dropped([self.unicast(discover(giaddr=giaddr), OUTSIDE) for giaddr in NO_RELAYS],
                           "bad_relay", "no_network")

    def test_W22_no_client_of_a_link_is_a_relay_whatever_it_names(self):
        giaddrs = (*NO_RELAYS, GIADDR, HERE, "192.168.50.254")
        self.check_dropped([self.unicast(discover(giaddr=giaddr), "192.168.50.177")
                            for giaddr in giaddrs], "relay_on_link")

    def test_W22_a_router_of_a_link_may_be_a_relay(self):
        # Its address is in no pool, and the network names no relays: any in its blocks will do.
        self.lab_wire.send(self.unicast(discover(giaddr=GIADDR), OUTSIDE))
        self.assertIsNotNone(self.up.answer(BAD, OFFER))
        self.assertEqual(self.up.seen[-1].destination, GIADDR)

    def test_W22_nothing_is_sent_to_a_giaddr_that_is_all_hosts_or_a_clients(self):
        giaddrs = ("192.168.60.255", "192.168.60.0", "192.168.50.255", "192.168.50.0",
                   "192.168.60.111", HERE)
        self.check_dropped([self.relayed(discover(giaddr=giaddr)) for giaddr in giaddrs],
                           "bad_relay", wire=self.up, link="veth-r")
        self.check_dropped([self.unicast(discover(giaddr=giaddr), OUTSIDE) for giaddr in giaddrs],
                           "bad_relay")

    def test_R11_more_than_16_hops_are_dropped_and_16_are_not(self):
        self.check_dropped([self.relayed(discover(giaddr=GIADDR, hops=hops))
                            for hops in (17, 18, 128, 255)],
                           "too_many_hops", wire=self.up, link="veth-r")
        self.up.send(self.relayed(discover(giaddr=GIADDR, hops=16)))
        self.assertIsNotNone(self.up.answer(BAD, OFFER))

    def test_R12_no_answer_goes_to_the_server_itself(self):
        self.check_dropped([self.relayed(discover(giaddr=own)) for own in
                            (SERVER, OTHER_SERVER, UP_SERVER, "127.0.0.1")],
                           "bad_relay", wire=self.up, link="veth-r")

    def test_R12_an_INFORM_in_the_servers_own_name_is_dropped(self):
        frames = [Frame(message(INFORM, ciaddr=ciaddr), source=SERVER)
                  for ciaddr in (SERVER, "0.0.0.0")]
        self.check_dropped(frames, "spoofed_address")


class AddressClaimsTest(ClaimsTest):
    def test_W23_an_address_that_is_no_clients_is_refused(self):
        held = self.lab_wire.lease(GOOD)
        stored = self.commits()
        wrong = ("192.168.50.0", "192.168.50.255", "192.168.50.254", SERVER, "0.0.0.0", held,
                 "192.168.50.190", "192.168.50.50", "192.168.51.100", "192.168.60.100",
                 "255.255.255.255", "224.0.0.1", "127.0.0.1")
        for address in wrong:
            octets = ipv4(address)
            selecting = request((50, octets), (54, ipv4(SERVER)))
            self.assertEqual(self.verdict(selecting), NAK, address)
            self.assertEqual(self.verdict(request((50, octets))), NAK, address)
            if address == "0.0.0.0":
                continue
            self.assertEqual(self.verdict(request(ciaddr=address)), NAK, address)
            self.assertEqual(self.verdict(discover((50, octets))), OFFER, address)
            self.assertNotEqual(self.lab_wire.seen[-1].message.yiaddr, address)
            self.assertRegex(self.lab_wire.seen[-1].message.yiaddr, r"\.50\.1[0-8]\d$")
        self.assertEqual(self.commits(), stored)
        self.check_stands(held, GOOD)

    def test_W23_a_request_that_says_nothing_or_two_things_is_dropped(self):
        self.check_dropped([Frame(payload) for payload in (
            request(), request((54, ipv4(SERVER))), request((54, ipv4(SERVER)), ciaddr=HERE),
            request((50, ipv4(HERE)), ciaddr=HERE),
            request((50, ipv4(HERE)), (54, ipv4(SERVER)), ciaddr=HERE))], "malformed")

    def test_W23_a_renewal_of_what_is_not_the_senders_is_refused_by_unicast_too(self):
        held = self.lab_wire.lease(GOOD)
        self.lab_wire.send(self.unicast(request(ciaddr=held), held))
        nak = self.lab_wire.answer(BAD, NAK)
        self.assertIsNotNone(nak)
        self.check_stands(held, GOOD)

    def test_W24_a_choice_of_another_server_is_dropped(self):
        offered = self.lab_wire.offer(BAD)
        wish = (50, ipv4(offered.yiaddr))
        self.check_dropped([Frame(request(wish, (54, ipv4(server)))) for server in SERVERS],
                           "other_server")
        self.check_dropped([Frame(request(wish, (54, ipv4(SERVER)[:size]))) for size in (0, 3)],
                           "bad_option_length")

    def test_W24_nobody_ends_the_lease_of_another(self):
        held = self.lab_wire.lease(GOOD)
        elsewhere = self.other.lease(GOOD, (61, b"\1good"))
        ours, theirs = (54, ipv4(SERVER)), (54, ipv4("192.168.50.66"))
        wish = (50, ipv4(held))
        end = [message(RELEASE, ours, ciaddr=held), message(RELEASE, ciaddr=held),
               message(DECLINE, wish, ours), message(DECLINE, wish),
               message(RELEASE, ours, (61, b"\1" + GOOD), ciaddr=held),
               message(DECLINE, wish, ours, (61, b"\1" + GOOD))]
        self.check_dropped([*map(Frame, end), *(self.unicast(payload, held) for payload in end),
                            Frame(message(RELEASE, ours, ciaddr=elsewhere), GOOD)], "not_owner")
        # The owner's MAC, but for another server, or from another link.
        foreign = [message(RELEASE, theirs, client=GOOD, ciaddr=held),
                   message(DECLINE, wish, theirs, client=GOOD)]
        self.check_dropped([Frame(payload, GOOD) for payload in foreign], "other_server")
        at_home = [message(RELEASE, client=GOOD, ciaddr=held), message(DECLINE, wish, client=GOOD)]
        self.check_dropped([Frame(payload, GOOD) for payload in at_home], "not_owner",
                           wire=self.other, link="veth-b")
        self.check_stands(held, GOOD)
        self.assertEqual(self.server.leases()[elsewhere]["state"], "leased")

    def test_W24_a_release_without_an_address_and_a_decline_without_one_are_dropped(self):
        self.check_dropped(map(Frame, (message(RELEASE), message(DECLINE),
                                       message(DECLINE, ciaddr="192.168.50.100"),
                                       message(RELEASE, (50, ipv4("192.168.50.100"))))),
                           "malformed")

    def test_W25_a_client_that_declines_whatever_it_gets_leaves_the_pool_to_others(self):
        declined = set()
        for number in range(12):
            offered = self.lab_wire.offer(BAD, number + 1)
            address = self.lab_wire.ack(offered)
            self.lab_wire.send(Frame(message(DECLINE, (50, ipv4(address)), (54, ipv4(SERVER)))))
            declined.add(address)
        for octet in range(100, 190):
            self.lab_wire.send(Frame(message(DECLINE, (50, ipv4(f"192.168.50.{octet}")))))
        self.check_dropped([Frame(discover(op=0))])
        states = [lease["state"] for lease in self.server.leases().values()]
        self.assertEqual(states.count("declined"), 3)
        self.assertLessEqual(len(declined), 4)
        for number in range(20):
            self.lab_wire.lease(mac(number))

    def test_W25_the_clients_of_one_link_cannot_quarantine_its_pool(self):
        # Each of them has one address, which is no reason to doubt it; all are 90.
        for client in map(mac, range(1, 91)):
            address = self.lab_wire.lease(client)
            self.lab_wire.send(Frame(message(DECLINE, (50, ipv4(address)), client=client), client))
        address = self.lab_wire.lease(GOOD)
        self.check_stands(address, GOOD)
        states = [lease["state"] for lease in self.server.leases().values()]
        self.assertEqual(states.count("declined"), 89, "no more were given up than were needed")

    def test_W25_spoofed_answers_to_every_ARP_request_do_not_stop_the_leases(self):
        done = threading.Event()
        with self.lab.client_space.inside():
            liar = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x0806))
            liar.bind(("veth-c", 0))
        liar.settimeout(0.05)

        def lie():
            while not done.is_set():
                try:
                    octets, address = liar.recvfrom(2048)
                except TimeoutError:
                    continue
                if address[2] == socket.PACKET_OUTGOING or octets[20:22] != b"\0\1":
                    continue
                head = octets[6:12] + BAD + octets[12:20] + b"\0\2"
                liar.send(head + BAD + octets[38:42] + octets[22:28] + octets[28:32])

        thread = threading.Thread(target=lie)
        thread.start()
        try:
            for number in range(40):
                self.lab_wire.lease(mac(number))
        finally:
            done.set()
            thread.join()
            liar.close()

    def test_W26_an_INFORM_for_an_address_that_it_does_not_come_from_is_dropped(self):
        pairs = ((HERE, "192.168.50.151"), (HERE, "0.0.0.0"),
                 (SERVER, "192.168.50.151"), ("192.168.51.7", "192.168.50.151"))
        payloads = [(message(INFORM, ciaddr=ciaddr), source) for ciaddr, source in pairs]
        self.check_dropped([Frame(payload, source=source) for payload, source in payloads],
                           "spoofed_address")
        self.check_dropped([self.unicast(payload, source) for payload, source in payloads
                            if source != "0.0.0.0"], "spoofed_address")
        self.check_dropped([Frame(message(INFORM))], "no_address")
        self.check_dropped([Frame(message(INFORM, ciaddr="10.1.2.3"), source="10.1.2.3")],
                           "no_network")

    def test_W26_an_INFORM_of_an_address_that_is_no_hosts_is_dropped(self):
        frames = [Frame(message(INFORM, ciaddr=ciaddr), source=address)
                  for address in ("192.168.50.255", "192.168.50.0")
                  for ciaddr in (address, "0.0.0.0")]
        self.check_dropped(frames, "spoofed_address")

    def test_W26_an_INFORM_without_ciaddr_is_answered_to_where_it_came_from_only(self):
        for frame in (Frame(message(INFORM), source=HERE), self.unicast(message(INFORM), HERE)):
            self.lab_wire.send(frame)
            self.assertIsNotNone(self.lab_wire.answer(BAD, ACK))
            self.assertEqual(self.lab_wire.seen[-1].destination, HERE)
        self.assertEqual(self.server.leases(), {})

    def test_W27_unicast_of_no_network_of_ours_is_dropped(self):
        # From far away: no client of any network here, by the link `up` or by a client's own.
        far = [discover(), discover(ciaddr="10.77.0.5"), request(ciaddr="10.77.0.5"),
               message(INFORM, ciaddr="10.77.0.5"), message(RELEASE, ciaddr="10.77.0.5")]
        self.check_dropped([self.relayed(payload, "10.77.0.5") for payload in far],
                           "no_network", wire=self.up, link="veth-r")
        # A network that has a link hears its clients there.
        posing = [request(ciaddr="192.168.50.100"), message(RELEASE, ciaddr="192.168.50.100")]
        held = self.lab_wire.lease(GOOD)
        self.assertEqual(held, "192.168.50.100")
        self.check_dropped([self.relayed(payload, "10.9.0.77") for payload in posing],
                           wire=self.up, link="veth-r")
        self.check_stands(held, GOOD)

    def test_W27_unicast_of_a_client_that_is_not_at_its_ciaddr_is_dropped(self):
        held = self.lab_wire.lease(BAD)
        payloads = [discover(ciaddr="1.2.3.4"), discover(ciaddr=held), request(ciaddr=HERE),
                    request(ciaddr=held), message(RELEASE, ciaddr=held)]
        self.check_dropped([self.unicast(payload, "192.168.50.177") for payload in payloads],
                           "spoofed_address")
        self.check_stands(held, BAD)

    def test_W27_no_offer_goes_to_the_ciaddr_of_a_DISCOVER(self):
        # RFC 2131 table 5 has none there: it is not looked at.
        self.lab_wire.send(Frame(discover(ciaddr="1.2.3.4")))
        offered = self.lab_wire.answer(BAD, OFFER)
        self.assertIsNotNone(offered)
        self.assertEqual(self.lab_wire.seen[-1].destination, offered.yiaddr)
        self.assertEqual(offered.ciaddr, "0.0.0.0")

    def test_W31_one_xid_on_two_links_is_two_transactions(self):
        here, there = self.lab_wire.offer(BAD, 42), self.other.offer(BAD, 42)
        self.assertRegex(here.yiaddr, r"^192\.168\.50\.")
        self.assertRegex(there.yiaddr, r"^192\.168\.51\.")
        self.lab_wire.ack(here)
        self.other.ack(there)
        self.assertEqual(set(self.server.leases()), {here.yiaddr, there.yiaddr})

    def test_W31_a_request_before_an_offer_and_a_replayed_one_make_one_lease(self):
        wish = request((50, ipv4("192.168.50.111")), (54, ipv4(SERVER)))
        for _ in range(5):
            self.assertEqual(self.verdict(wish), ACK)
        self.assertEqual(set(self.server.leases()), {"192.168.50.111"})
        # After it was released and given to another, the replay takes nothing away.
        self.lab_wire.send(Frame(message(RELEASE, ciaddr="192.168.50.111")))
        other = self.lab_wire.offer(GOOD, 2, (50, ipv4("192.168.50.111")))
        address = self.lab_wire.ack(other)
        self.verdict(wish)
        self.check_stands(address, GOOD)

    def test_W31_a_thousand_retransmissions_are_one_lease_and_one_write(self):
        offered = self.lab_wire.offer(BAD)
        self.lab_wire.ack(offered)
        stored = self.commits()
        again = Frame(request((50, ipv4(offered.yiaddr)), (54, ipv4(SERVER)), xid=offered.xid))
        for _ in range(1000):
            self.lab_wire.send(again)
        self.lab_wire.offer(GOOD)  # behind them all
        answers = [seen.message for seen in self.lab_wire.seen if seen.message.mac == BAD]
        self.assertGreater(len(answers), 2)
        self.assertEqual({answer.yiaddr for answer in answers}, {offered.yiaddr})
        self.assertEqual({answer.type for answer in answers}, {OFFER, ACK})
        self.assertEqual(self.commits(), stored)
        self.assertEqual(set(self.server.leases()), {offered.yiaddr})


class RelayClaimsAtDebugTest(RelayClaimsTest):
    LEVEL = "debug"


class AddressClaimsAtDebugTest(AddressClaimsTest):
    LEVEL = "debug"


del ClaimsTest
