# SPDX-License-Identifier: Apache-2.0
"""Relayed clients: a relay's messages, made by hand in a namespace of its own, are answered to its
giaddr, port 67, and the lease comes from that network's block.
"""

import socket

from case import SystemTest
from packets import ACK, DISCOVER, NAK, OFFER, REQUEST, Message, decode, ipv4, mac, mac_text

GIADDR = "192.168.60.1"
SERVER = "10.9.0.1"
RELAYED = """\
[[network]]
id = "far"
[[network.block]]
cidr = "192.168.60.0/24"
gateway = "192.168.60.1"
pools = ["192.168.60.100-192.168.60.199"]
"""
OPTION_82 = bytes([1, 4]) + b"eth7" + bytes([2, 3]) + b"far"


class RelayTest(SystemTest):
    def setUp(self):
        super().setUp()
        self.lab.connect()
        relay = self.lab.space("rel")
        self.lab.wire(self.lab.server_space, "veth-r", relay, "veth-up", f"{SERVER}/24")
        relay.ip("addr add 10.9.0.2/24 dev veth-up")
        relay.ip(f"addr add {GIADDR}/24 dev lo")
        self.lab.server_space.ip("route add 192.168.60.0/24 via 10.9.0.2")
        self.server = self.lab.server(self.lab.config(more=RELAYED))
        self.server.start()
        with relay.inside():
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            self.socket.bind((GIADDR, 67))
        self.addCleanup(self.socket.close)

    def ask(self, message: Message, seconds: float = 2) -> tuple[Message | None, tuple]:
        """The answer and where it came from."""
        self.socket.sendto(message.encode(), (SERVER, 67))
        self.socket.settimeout(seconds)
        try:
            octets, source = self.socket.recvfrom(2048)
        except TimeoutError:
            return None, ()
        return decode(octets), source

    def test_a_relayed_client_gets_a_lease_of_the_relays_network(self):
        discover = Message(DISCOVER, 7, mac(1), giaddr=GIADDR, options={82: OPTION_82})
        offer, source = self.ask(discover)
        self.assertIsNotNone(offer)
        self.assertEqual((offer.type, offer.xid, offer.mac), (OFFER, 7, mac(1)))
        self.assertEqual(source, (SERVER, 67))
        self.assertEqual(offer.giaddr, GIADDR)
        self.assertRegex(offer.yiaddr, r"^192\.168\.60\.1\d\d$")
        self.assertEqual(offer.options[3], ipv4("192.168.60.1"))
        self.assertEqual(offer.options[54], ipv4(SERVER))
        self.assertEqual(list(offer.options)[-1], 82, "option 82 is the last one")
        self.assertEqual(offer.options[82], OPTION_82, "and comes back octet for octet")
        ack, _ = self.ask(discover._replace(type=REQUEST, options={
            50: ipv4(offer.yiaddr), 54: offer.options[54], 82: OPTION_82}))
        self.assertEqual((ack.type, ack.yiaddr), (ACK, offer.yiaddr))
        stored = self.server.leases()[ack.yiaddr]
        self.assertEqual((stored["network"], stored["mac"]), ("far", mac_text(mac(1))))

    def test_a_NAK_goes_to_the_relay_with_the_broadcast_bit(self):
        nak, _ = self.ask(Message(REQUEST, 8, mac(2), giaddr=GIADDR,
                                  options={50: ipv4("172.16.0.9")}))
        self.assertEqual((nak.type, nak.yiaddr, nak.flags), (NAK, "0.0.0.0", 0x8000))

    def test_W22_a_giaddr_of_no_block_is_not_answered(self):
        answer, _ = self.ask(Message(DISCOVER, 9, mac(3), giaddr="10.77.0.1"), seconds=0.5)
        self.assertIsNone(answer)
        answer, _ = self.ask(Message(DISCOVER, 10, mac(3), giaddr=GIADDR))
        self.assertIsNotNone(answer)
