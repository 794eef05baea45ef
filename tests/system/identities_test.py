# SPDX-License-Identifier: Apache-2.0
"""Who a client is: by its MAC, its client identifier, or the circuit that its relay names; and all
that a reservation may know it by.
"""

from exchange import BLOCK, GIADDR, NETWORK, ExchangeTest, RelayedTest, texts
from packets import ACK, DISCOVER, NAK, OFFER, RELEASE, REQUEST, ipv4, mac, mac_text

CIRCUIT, REMOTE = 1, 2
FAR = """\
[[network]]
id = "far"
{keys}
[[network.block]]
cidr = "192.168.60.0/24"
pools = ["192.168.60.100-192.168.60.199"]
"""
DUID = bytes.fromhex("00030001020000000042")


def reservation(octet: int, identity: str, network: str = "192.168.50") -> str:
    return f'[[network.reservation]]\naddresses = ["{network}.{octet}"]\n{identity}\n'


class CircuitTest(RelayedTest):
    def setUp(self):
        super().setUp()
        self.serve(FAR.format(keys='identity = "circuit-id"'))

    def test_a_circuit_has_its_address_whichever_machine_is_behind_it(self):
        first = self.relayed_lease(mac(1), (CIRCUIT, b"eth0/1"), (REMOTE, b"switch"))
        other = self.relayed_lease(mac(2), (CIRCUIT, b"eth0/1"), (REMOTE, b"switch"))
        self.assertEqual(other.yiaddr, first.yiaddr)
        self.assertEqual(self.check_stored(other)["state"], "leased")
        moved = self.relayed_lease(mac(1), (CIRCUIT, b"eth0/2"))
        self.assertNotEqual(moved.yiaddr, first.yiaddr)
        self.assertEqual(len(self.server.leases()), 2)

    def test_who_comes_without_a_circuit_is_not_served(self):
        asked = self.message(DISCOVER, mac(1))
        self.assertIsNone(self.relayed(asked, seconds=0.3))
        self.assertIsNone(self.relayed(asked, (REMOTE, b"switch"), seconds=0.3))
        self.assertIsNotNone(self.relayed(asked, (CIRCUIT, b"eth0/1")))

    def test_a_renewal_past_the_relay_is_still_the_circuits(self):
        held = self.relayed_lease(mac(1), (CIRCUIT, b"eth0/1"))
        client = self.bound(held.yiaddr, 68)
        renewed = self.routed(self.message(REQUEST, mac(1), ciaddr=held.yiaddr), client)
        self.assertEqual((renewed.type, renewed.yiaddr), (ACK, held.yiaddr))
        # The circuit is that of the lease, as it was: it has it behind a relay, and no other.
        other = self.relayed_lease(mac(1), (CIRCUIT, b"eth0/1"))
        self.assertEqual(other.yiaddr, held.yiaddr)
        self.assertEqual(len(self.server.leases()), 1)

    def test_another_machine_neither_renews_nor_ends_the_circuits_lease_past_the_relay(self):
        held = self.relayed_lease(mac(1), (CIRCUIT, b"eth0/1"))
        client = self.bound(held.yiaddr, 68)
        for type_ in (REQUEST, RELEASE):
            self.assertIsNone(self.routed(self.message(type_, mac(2), ciaddr=held.yiaddr), client,
                                          seconds=0.3))
        self.assertEqual(self.check_stored(held)["state"], "leased")

    def test_a_release_past_the_relay_ends_the_circuits_lease(self):
        held = self.relayed_lease(mac(1), (CIRCUIT, b"eth0/1"))
        client = self.bound(held.yiaddr, 68)
        self.routed(self.message(RELEASE, mac(1), ciaddr=held.yiaddr), client, seconds=0.2)
        self.assertNotEqual(self.server.leases()[held.yiaddr]["state"], "leased")


class RelayedReservationTest(RelayedTest):
    def test_a_reservation_may_be_a_circuits_or_a_remotes(self):
        far = [reservation(10, 'circuit_id = "ge-0/0/7:100"', "192.168.60"),
               reservation(11, 'circuit_id = "hex:00ff"', "192.168.60"),
               reservation(12, 'remote_id = "switch-7"', "192.168.60"),
               reservation(13, f'mac = "{mac_text(mac(13))}"', "192.168.60")]
        self.serve(FAR.format(keys="") + "".join(far))
        cases = [(10, mac(1), [(CIRCUIT, b"ge-0/0/7:100")]), (11, mac(2), [(CIRCUIT, b"\0\xff")]),
                 (12, mac(3), [(CIRCUIT, b"any"), (REMOTE, b"switch-7")]), (13, mac(13), []),
                 (100, mac(4), [(CIRCUIT, b"ge-0/0/7:10")]), (101, mac(5), [(REMOTE, b"hex:00ff")])]
        for octet, client, sub_options in cases:
            acked = self.relayed_lease(client, *sub_options)
            self.assertEqual(acked.yiaddr, f"192.168.60.{octet}", sub_options)

    def test_clients_renew_with_the_relay_that_poses_as_their_server(self):
        # RFC 5107: sub-option 11; RFC 3527: sub-option 5 says in which subnet the client is.
        self.serve(FAR.format(keys='relays = ["192.168.60.1"]'))
        override = (11, ipv4(GIADDR))
        acked = self.relayed_lease(mac(1), (CIRCUIT, b"x"), (5, ipv4("192.168.60.0")), override)
        self.assertEqual(acked.options[54], ipv4(GIADDR))
        renewed = self.relayed(self.message(REQUEST, mac(1), ciaddr=acked.yiaddr), override)
        self.assertEqual((renewed.type, renewed.yiaddr), (ACK, acked.yiaddr))
        self.assertEqual(renewed.options[82], texts(override))


class ClientIdTest(ExchangeTest):
    def test_by_client_id_a_client_is_who_it_says_and_its_MAC_only_if_it_says_nothing(self):
        self.serve(NETWORK + 'identity = "client-id"\n' + BLOCK)
        one, two = {61: b"\xff\0\0\0\x01" + DUID}, {61: b"\0somebody"}
        first = self.lease(mac(1), (), one)
        self.assertEqual(self.lease(mac(2), (), one).yiaddr, first.yiaddr)
        second = self.lease(mac(1), (), two)
        self.assertEqual(self.lease(mac(3), (), two).yiaddr, second.yiaddr)
        plain = self.lease(mac(1))
        self.assertEqual(self.lease(mac(1)).yiaddr, plain.yiaddr)
        self.assertEqual(len({first.yiaddr, second.yiaddr, plain.yiaddr}), 3)
        # RFC 6842: it comes back as it was, and is never made up.
        self.assertEqual((first.options[61], second.options[61], 61 in plain.options),
                         (one[61], two[61], False))

    def test_by_MAC_a_client_keeps_its_address_whatever_it_calls_itself(self):
        # A virtual machine's firmware and its system send different identifiers.
        self.serve(NETWORK + BLOCK)
        first = self.lease(mac(1), (), {61: b"\xff\0\0\0\x01" + DUID})
        for says in ({}, {61: b"\0other"}, {61: b"\1" + mac(1)}):
            self.assertEqual(self.lease(mac(1), (), says).yiaddr, first.yiaddr)
        self.assertNotEqual(self.lease(mac(2), (), {61: b"\xff\0\0\0\x01" + DUID}).yiaddr,
                            first.yiaddr)


class ReservationTest(ExchangeTest):
    def test_a_reservation_knows_its_client_by_any_of_its_identities(self):
        identities = [
            'client_id = "00:66:6f:6f"',
            f'duid = "{DUID.hex(":")}"',
            f'mac = ["{mac_text(mac(12))}", "{mac_text(mac(112))}"]',
            f'mac = "{mac_text(mac(13))}"\nclient_id = ["00:0d", "00:1d"]']
        self.serve(NETWORK + BLOCK + "".join(
            reservation(10 + number, identity) for number, identity in enumerate(identities)))
        cases = [(10, mac(1), {61: b"\0foo"}), (11, mac(2), {61: b"\xff\1\2\3\4" + DUID}),
                 (11, mac(2), {61: b"\xff\4\3\2\1" + DUID}), (12, mac(12), {}), (12, mac(112), {}),
                 (13, mac(13), {}), (13, mac(3), {61: b"\0\x0d"}), (13, mac(3), {61: b"\0\x1d"})]
        for octet, client, says in cases:
            self.assertEqual(self.lease(client, (), says).yiaddr, f"192.168.50.{octet}", says)
        # What is not quite one of them is nobody's.
        for number, says in enumerate(({61: b"\0fo"}, {61: b"\1foo"}, {61: b"\0" + DUID},
                                       {61: b"\xff\1\2\3\4" + DUID + b"\0"})):
            self.assertRegex(self.lease(mac(20 + number), (), says).yiaddr, r"\.50\.10\d$")

    def test_the_address_of_a_reservation_is_refused_to_others(self):
        self.serve(NETWORK + BLOCK + reservation(110, 'client_id = "00:66:6f:6f"'))
        wish = {50: ipv4("192.168.50.110")}
        self.assertEqual(self.answer(self.message(REQUEST, mac(1), says=wish)).type, NAK)
        self.assertNotEqual(self.offer(mac(1), (), wish).yiaddr, "192.168.50.110")
        held = self.answer(self.message(REQUEST, mac(1), says={**wish, 61: b"\0foo"}))
        self.assertEqual((held.type, held.yiaddr), (ACK, "192.168.50.110"))


class TrustTest(ExchangeTest):
    PORT = {82: texts((CIRCUIT, b"port-7"))}

    def config_of(self, keys: str) -> str:
        return NETWORK + keys + BLOCK + reservation(7, 'circuit_id = "port-7"')

    def test_option_82_of_a_switch_that_is_trusted_names_the_client_and_comes_back(self):
        self.serve(self.config_of("trust_relay_information = true\n"))
        acked = self.lease(mac(1), (), self.PORT)
        self.assertEqual(acked.yiaddr, "192.168.50.7")
        self.assertEqual(acked.options[82], self.PORT[82])
        self.assertEqual(list(acked.options)[-1], 82)
        self.assertRegex(self.lease(mac(2)).yiaddr, r"\.50\.1\d\d$")

    def test_option_82_is_nobodys_word_where_clients_could_write_it(self):
        self.serve(self.config_of(""))
        self.check_silent(self.message(DISCOVER, mac(1), says=self.PORT))
        self.assertEqual(self.offer(mac(1)).type, OFFER)

    def test_a_circuit_of_a_trusted_switch_has_its_address(self):
        self.serve(self.config_of('trust_relay_information = true\nidentity = "circuit-id"\n'))
        port = {82: texts((CIRCUIT, b"port-8"))}
        first = self.lease(mac(1), (), port)
        self.assertEqual(self.lease(mac(2), (), port).yiaddr, first.yiaddr)
        self.assertIsNone(self.answer(self.message(DISCOVER, mac(1)), 0.3))
