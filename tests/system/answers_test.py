# SPDX-License-Identifier: Apache-2.0
"""Answers of another kind than OFFER and ACK after each other: rapid commit, going without IPv4,
and what a client and the operator call the client and the server.
"""

import json

from exchange import BLOCK, NETWORK, SERVER, ExchangeTest
from packets import ACK, DISCOVER, NAK, OFFER, REQUEST, ipv4, mac

RAPID, V6_ONLY, AUTO_CONFIGURE, FQDN, HOST_NAME = 80, 108, 116, 81, 12
RESERVED_ONLY = '[[network.block]]\ncidr = "192.168.50.0/24"\n'
RESERVATION = '[[network.reservation]]\nmac = "02:00:00:00:00:07"\naddresses = ["192.168.50.7"]\n'
AT_ONCE = {RAPID: b""}


class RapidCommitTest(ExchangeTest):
    def at_once(self, client: bytes):
        """The answer to a DISCOVER that asks for a lease at once."""
        return self.answer(self.message(DISCOVER, client, says=AT_ONCE))

    def test_where_there_are_reservations_only_a_lease_comes_at_once_to_who_asks(self):
        self.serve(NETWORK + RESERVED_ONLY + RESERVATION)
        acked = self.at_once(mac(7))
        self.assertEqual((acked.type, acked.yiaddr, acked.options[RAPID]),
                         (ACK, "192.168.50.7", b""))
        self.assertEqual(acked.options[54], ipv4(SERVER))
        self.assertEqual(self.check_stored(acked)["state"], "bound")
        self.assertNotIn(RAPID, self.offer(mac(7)).options)
        self.check_silent(self.message(DISCOVER, mac(8), says=AT_ONCE))

    def test_where_there_are_pools_it_does_so_only_if_the_operator_says_so(self):
        self.serve(NETWORK + BLOCK)
        offered = self.at_once(mac(1))
        self.assertEqual((offered.type, RAPID in offered.options), (OFFER, False))
        self.assertEqual(self.server.leases(), {})
        self.reload(NETWORK + "rapid_commit = true\n" + BLOCK)
        acked = self.at_once(mac(1))
        self.assertEqual((acked.type, acked.options[RAPID]), (ACK, b""))
        self.check_stored(acked)
        again = self.at_once(mac(1))
        self.assertEqual((again.type, again.yiaddr), (ACK, acked.yiaddr))
        self.assertEqual(len(self.server.leases()), 1)

    def test_no_lease_comes_at_once_where_the_operator_does_not_want_it(self):
        self.serve(NETWORK + "rapid_commit = false\n" + RESERVED_ONLY + RESERVATION)
        self.assertEqual(self.at_once(mac(7)).type, OFFER)


class WithoutAddressTest(ExchangeTest):
    def test_a_client_that_can_do_without_IPv4_is_told_to_where_that_is_wanted(self):
        network = NETWORK + 'options = { v6-only-preferred = "30m" }\n' + BLOCK
        self.serve(network)
        offered = self.offer(mac(1), (1, V6_ONLY, 3))
        self.assertEqual((offered.yiaddr, offered.options[V6_ONLY]), ("0.0.0.0", b"\0\0\x07\x08"))
        self.assertNotIn(51, offered.options)
        # RFC 8925 section 3.3: who does not ask has an address, and is not told of it.
        other = self.lease(mac(2), (1, 3))
        self.assertNotIn(V6_ONLY, other.options)
        self.assertEqual(set(self.server.leases()), {other.yiaddr})
        self.reload(NETWORK + BLOCK)
        self.assertNotEqual(self.offer(mac(1), (1, V6_ONLY)).yiaddr, "0.0.0.0")

    def test_a_client_without_an_address_is_told_whether_to_make_one_up(self):
        # RFC 2563: 0 is "do not", and only who asks, by sending 1, hears of it.
        full = BLOCK.replace("192.168.50.100-192.168.50.199", "192.168.50.100")
        asks = {AUTO_CONFIGURE: b"\1"}
        self.serve(NETWORK + "options = { auto-config = false }\n" + full)
        self.lease(mac(1))
        offered = self.offer(mac(2), (), asks)
        self.assertEqual((offered.yiaddr, offered.options[AUTO_CONFIGURE]), ("0.0.0.0", b"\0"))
        self.check_silent(self.message(DISCOVER, mac(3)))
        self.reload(NETWORK + full)
        self.check_silent(self.message(DISCOVER, mac(2), says=asks))


class NameTest(ExchangeTest):
    def test_the_name_of_a_client_is_shown_with_its_lease(self):
        self.serve(NETWORK + BLOCK + RESERVATION + 'hostname = "web7"\n')
        cases = [(mac(1), {HOST_NAME: b"laptop-1"}, "laptop-1"),
                 (mac(2), {HOST_NAME: b"short", FQDN: b"\4\0\0\x05given\x03lab\0"}, "given.lab"),
                 (mac(3), {HOST_NAME: b"no_name"}, None),
                 (mac(7), {HOST_NAME: b"laptop-7"}, "web7"), (mac(4), {}, None)]
        for client, says, name in cases:
            acked = self.lease(client, (HOST_NAME,), says)
            listed = self.server.call("lease", "list", "--network", "lab", "--json").stdout
            shown = {each["address"]: each["hostname"] for each in json.loads(listed)}
            self.assertEqual(shown[acked.yiaddr], name, says)
            given = b"web7" if client == mac(7) else b""
            self.assertEqual(acked.options.get(HOST_NAME, b""), given, "only the operator's")

    def test_who_sends_its_FQDN_is_told_its_name_and_that_nobody_here_tells_the_DNS(self):
        # RFC 4702 section 3.1: flags N and, against the client's S, O; both RCODEs are 255.
        self.serve(NETWORK + 'options = { domain-name = "lab.example" }\n' + BLOCK + RESERVATION +
                   'hostname = "web7"\n')
        none = b"\xff\xff"
        cases = [(mac(1), b"\5\0\0\x01a\x03lab\0", b"\x0e" + none + b"\x01a\x03lab\0"),
                 (mac(2), b"\4\0\0\x01b", b"\x0c" + none + b"\x01b\x03lab\x07example\0"),
                 (mac(3), b"\x0c\0\0\x01c\0", b"\x0c" + none + b"\x01c\0"),
                 (mac(4), b"\1\0\0d.lab", b"\x0a" + none + b"d.lab"),
                 (mac(7), b"\5\0\0\x01x\0", b"\x0e" + none + b"\x04web7\x03lab\x07example\0")]
        for client, asked, told in cases:
            acked = self.lease(client, (), {FQDN: asked})
            self.assertEqual(acked.options[FQDN], told, asked)
        self.assertNotIn(FQDN, self.lease(mac(5), (FQDN,)).options)

    def test_a_network_has_the_servers_name_that_it_is_given(self):
        self.serve(NETWORK + 'server_id = "192.168.50.3"\n' + BLOCK)
        offered = self.offer(mac(1))
        self.assertEqual(offered.options[54], ipv4("192.168.50.3"))
        self.assertEqual(self.ack(offered).options[54], ipv4("192.168.50.3"))
        # The link's own address is still the server's, and another is not.
        for server, answered in ((SERVER, True), ("192.168.50.4", False)):
            wish = self.message(REQUEST, mac(2), says={50: ipv4("192.168.50.150"),
                                                       54: ipv4(server)})
            if answered:
                self.assertEqual(self.answer(wish).options[54], ipv4("192.168.50.3"))
            else:
                self.check_silent(wish)
        refused = self.answer(self.message(REQUEST, mac(3), says={50: ipv4("10.1.1.1")}))
        self.assertEqual((refused.type, refused.options[54]), (NAK, ipv4("192.168.50.3")))
