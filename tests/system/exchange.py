# SPDX-License-Identifier: Apache-2.0
"""Questions and answers, one at a time: what a client on the server's link, or behind a relay of
which every message is made here, gets for what it says.
"""

import itertools
import signal
import socket
from types import MappingProxyType

from case import SystemTest
from lab import Server
from packets import (ACK, DISCOVER, NAK, OFFER, REQUEST, Message, RawClients, decode, ipv4, mac,
                     mac_text)

SERVER = "192.168.50.1"
UP_SERVER = "10.9.0.1"
GIADDR = "192.168.60.1"
NOTHING = MappingProxyType({})
HEAD = """\
[store]
path = "{store}"
[log]
level = "debug"
"""
# conflict_check: offers would wait for answers to ARP probes.
NETWORK = """\
[[network]]
id = "lab"
conflict_check = false
"""
BLOCK = """\
[[network.block]]
cidr = "192.168.50.0/24"
pools = ["192.168.50.100-192.168.50.199"]
"""


def texts(*pairs: tuple[int, bytes]) -> bytes:
    """Sub-options, as of options 43 and 82."""
    return b"".join(bytes([code, len(value)]) + value for code, value in pairs)


class ExchangeTest(SystemTest):
    def setUp(self):
        super().setUp()
        self.lab.connect()
        self.xids = itertools.count(1)
        self.raw = RawClients(self.lab.client_space)
        self.addCleanup(self.raw.close)

    def config(self, text: str, dhcp: str = "") -> str:
        head = HEAD.format(store=self.lab.folder / "store")
        return f'{head}[dhcp]\ninterfaces = ["veth-s"]\n{dhcp}\n{text}'

    def serve(self, text: str, dhcp: str = "") -> Server:
        self.server = self.lab.server(self.config(text, dhcp))
        self.server.start()
        return self.server

    def reload(self, text: str, dhcp: str = "") -> None:
        self.server.config.write_text(self.config(text, dhcp))
        before = len(self.server.process.text())
        self.server.process.send(signal.SIGHUP)
        self.server.process.wait_for_log("configuration reloaded", 5, before)

    def message(self, type_: int, client: bytes, asks: tuple[int, ...] = (),
                says: dict[int, bytes] = NOTHING, **header) -> Message:
        asked = {55: bytes(asks)} if asks else {}
        return Message(type_, next(self.xids), client, options={**asked, **says}, **header)

    def answer(self, message: Message, seconds: float = 5) -> Message | None:
        """On the link, by a broadcast."""
        self.raw.send(message)
        for answer in self.raw.receive(seconds):
            if answer.xid == message.xid and answer.mac == message.mac:
                return answer
        return None

    def offer(self, client: bytes, asks: tuple[int, ...] = (),
              says: dict[int, bytes] = NOTHING) -> Message:
        asked = self.message(DISCOVER, client, asks, says)
        offered = self.answer(asked)
        self.assertIsNotNone(offered, asked)
        self.assertEqual(offered.type, OFFER)
        return offered

    def ack(self, offered: Message, asks: tuple[int, ...] = (),
            says: dict[int, bytes] = NOTHING) -> Message:
        chosen = {50: ipv4(offered.yiaddr), 54: offered.options[54]}
        asked = self.message(REQUEST, offered.mac, asks, {**says, **chosen})
        acked = self.answer(asked)
        self.assertIsNotNone(acked, asked)
        self.assertEqual((acked.type, acked.yiaddr), (ACK, offered.yiaddr))
        return acked

    def lease(self, client: bytes, asks: tuple[int, ...] = (),
              says: dict[int, bytes] = NOTHING) -> Message:
        return self.ack(self.offer(client, asks, says), asks, says)

    def check_silent(self, *messages: Message) -> None:
        """None is answered. A link's packets are decided in their order: a nobody's request for an
        address of nowhere, which is refused, is answered behind them."""
        for message in messages:
            self.raw.send(message)
        last = self.message(REQUEST, mac(0xEEEE), says={50: ipv4("172.16.0.9")})
        self.raw.send(last)
        answers = []
        for answer in self.raw.receive(5):
            answers.append(answer)
            if answer.xid == last.xid:
                break
        self.assertEqual([(answer.type, answer.xid) for answer in answers], [(NAK, last.xid)])

    def check_stored(self, acked: Message) -> dict:
        stored = self.server.leases()[acked.yiaddr]
        self.assertEqual(stored["mac"], mac_text(acked.mac))
        return stored


class RelayedTest(ExchangeTest):
    """A relay's namespace, whose clients are in 192.168.60.0/24."""

    def setUp(self):
        super().setUp()
        relay = self.lab.space("rel")
        self.lab.wire(self.lab.server_space, "veth-r", relay, "veth-up", f"{UP_SERVER}/24")
        relay.ip("addr add 10.9.0.2/24 dev veth-up")
        relay.ip(f"addr add {GIADDR}/24 dev lo")
        self.lab.server_space.ip("route add 192.168.60.0/24 via 10.9.0.2")
        self.relay = relay
        self.up = self.bound(GIADDR, 67)

    def bound(self, address: str, port: int) -> socket.socket:
        """At an address of the relay's namespace, where a client's may be put as well."""
        with self.relay.inside():
            made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            made.bind((address, port))
        self.addCleanup(made.close)
        return made

    def relayed(self, message: Message, *sub_options: tuple[int, bytes],
                seconds: float = 5) -> Message | None:
        """The relay's answer; none for a message that is dropped."""
        options = dict(message.options)
        if sub_options:
            options[82] = texts(*sub_options)
        return self.routed(message._replace(giaddr=GIADDR, options=options), self.up, seconds)

    def routed(self, message: Message, at: socket.socket, seconds: float = 5) -> Message | None:
        """The answer to what is sent by unicast."""
        at.sendto(message.encode(), (UP_SERVER, 67))
        at.settimeout(seconds)
        try:
            return decode(at.recv(2048))
        except TimeoutError:
            return None

    def relayed_lease(self, client: bytes, *sub_options: tuple[int, bytes],
                      says: dict[int, bytes] = NOTHING) -> Message:
        offered = self.relayed(self.message(DISCOVER, client, says=says), *sub_options)
        self.assertIsNotNone(offered)
        said = {**says, 50: ipv4(offered.yiaddr), 54: offered.options[54]}
        acked = self.relayed(self.message(REQUEST, client, says=said), *sub_options)
        self.assertEqual((acked.type, acked.yiaddr), (ACK, offered.yiaddr))
        return acked
