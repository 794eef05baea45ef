# SPDX-License-Identifier: Apache-2.0
"""What tests of hostile DHCPv4 input share: packets of which every field can be wrong, a wire that
sees all that the server sends, and the outcome that most of them must have.

Three links end in one namespace without any address: `lab` and `other` have clients, `up` has a
relay. All that is sent there is made here, and nothing but the server answers it.
"""

import re
import socket
import struct
import time
import unittest
from pathlib import Path
from typing import NamedTuple

import packets
from case import SECONDS, limit_time
from lab import Lab, Namespace, Server, wait_until
from packets import (ACK, BROADCAST_MAC, COOKIE, DISCOVER, OFFER, REQUEST, Message, checksum,
                     ipv4, mac, mac_text)

ETH_P_ALL = 3
SO_RCVBUFFORCE = 33
SERVER = "192.168.50.1"
OTHER_SERVER = "192.168.51.1"
UP_SERVER = "10.9.0.1"
RELAY = "10.9.0.2"
GIADDR = "192.168.60.1"
HERE = "192.168.50.150"
GOOD = mac(0x600D)
BAD = mac(0xBAD)
WITHIN = 1.0  # seconds in which a good client has its lease, whatever was sent before
REPEATS = 300  # packets at least to see that one is dropped
PATIENCE = 10.0  # seconds for an answer that must come
PAGE, TXN_ID = 4096, 144  # LMDB: the first two pages name a transaction each
DROP = re.compile(r"answer=drop reason=(\w+).*? ifindex=(\d+)")

CONFIG = """\
[store]
path = "{store}"
[log]
level = "{level}"
[dhcp]
interfaces = ["veth-s", "veth-b"]
[[network]]
id = "lab"
conflict_check = false
[[network.block]]
cidr = "192.168.50.0/24"
gateway = "192.168.50.254"
dns = ["192.168.50.254"]
pools = ["192.168.50.100-192.168.50.199"]
exclude = ["192.168.50.190-192.168.50.199"]
[[network]]
id = "other"
conflict_check = false
identity = "client-id"
[[network.block]]
cidr = "192.168.51.0/24"
pools = ["192.168.51.100-192.168.51.199"]
[[network]]
id = "far"
conflict_check = false
[[network.block]]
cidr = "192.168.60.0/24"
pools = ["192.168.60.100-192.168.60.199"]
"""


def options(*pairs: tuple[int, bytes]) -> bytes:
    """In this order, as often as they are given."""
    return b"".join(bytes([code, len(value)]) + value for code, value in pairs)


def bootp(client: bytes, area: bytes, *, op=1, htype=1, hlen=6, hops=0, xid=0xBAD, flags=0,
          ciaddr="0.0.0.0", giaddr="0.0.0.0", sname=b"", file=b"", cookie=COOKIE) -> bytes:
    """A message with `area` for its options field, and nothing that was not asked for: no End."""
    return struct.pack("!BBBBIHH4s4x4x4s16s64s128s", op, htype, hlen, hops, xid, 0, flags,
                       ipv4(ciaddr), ipv4(giaddr), client, sname, file) + cookie + area


def discover(*pairs: tuple[int, bytes], client: bytes = BAD, **header) -> bytes:
    return bootp(client, options((53, bytes([DISCOVER])), *pairs) + b"\xff", **header)


def request(*pairs: tuple[int, bytes], client: bytes = BAD, **header) -> bytes:
    return bootp(client, options((53, bytes([REQUEST])), *pairs) + b"\xff", **header)


def udp_checksum(source: str, destination: str, segment: bytes) -> int:
    pseudo = ipv4(source) + ipv4(destination) + struct.pack("!HH", 17, len(segment))
    return checksum(pseudo + segment + bytes(len(segment) % 2)) or 0xFFFF


class Frame(NamedTuple):
    """A frame of which anything may be untrue; None stands for what is right."""
    payload: bytes
    client: bytes = BAD
    to: bytes = BROADCAST_MAC
    source: str = "0.0.0.0"
    destination: str = "255.255.255.255"
    ports: tuple[int, int] = (68, 67)
    udp_length: int | None = None
    udp_sum: int | None = 0  # RFC 768: none was computed
    ip_options: bytes = b""
    total: int | None = None
    fragment: int = 0
    first: int | None = None  # version and header length
    ip_sum: int | None = None
    tags: bytes = b""  # between the addresses and the type
    padding: bytes = b""

    def udp(self) -> bytes:
        length = 8 + len(self.payload) if self.udp_length is None else self.udp_length
        head = struct.pack("!HHHH", *self.ports, length, 0)
        right = udp_checksum(self.source, self.destination, head + self.payload)
        chosen = right if self.udp_sum is None else self.udp_sum
        return head[:6] + struct.pack("!H", chosen) + self.payload

    def ip(self) -> bytes:
        body = self.udp()
        size = 20 + len(self.ip_options)
        first = 0x40 | size // 4 if self.first is None else self.first
        total = size + len(body) if self.total is None else self.total
        head = struct.pack("!BBHHHBBH4s4s", first, 0, total, 0, self.fragment, 64, 17, 0,
                           ipv4(self.source), ipv4(self.destination)) + self.ip_options
        right = checksum(head)
        chosen = right if self.ip_sum is None else self.ip_sum
        return head[:10] + struct.pack("!H", chosen) + head[12:] + body

    def encode(self) -> bytes:
        return self.to + self.client + self.tags + b"\x08\x00" + self.ip() + self.padding


class Seen(NamedTuple):
    """An IPv4 packet of the server's host."""
    octets: bytes
    protocol: int
    source: str
    destination: str
    message: Message | None


class Wire:
    """The clients' end of a link."""

    def __init__(self, space: Namespace, interface: str, server_mac: bytes, server: str):
        with space.inside():
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
            self.socket.bind((interface, 0))
        self.socket.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8 << 20)
        self.server_mac = server_mac
        self.server = server
        self.seen: list[Seen] = []

    def send(self, frame: Frame | bytes) -> None:
        self.socket.send(frame.encode() if isinstance(frame, Frame) else frame)

    def unicast(self, payload: bytes, source: str, *, client: bytes = BAD, ports=(68, 67)) -> None:
        self.send(Frame(payload, client, self.server_mac, source, self.server, ports))

    def receive(self, seconds: float, wanted=lambda seen: False) -> Seen | None:
        """Notes what comes, until `wanted` says that it has come."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                octets, address = self.socket.recvfrom(65536)
            except TimeoutError:
                return None
            if address[2] == socket.PACKET_OUTGOING or octets[12:14] != b"\x08\x00":
                continue
            ip = octets[14:]
            if ip[9] not in (socket.IPPROTO_UDP, socket.IPPROTO_ICMP):  # not the host's IGMP
                continue
            start = (ip[0] & 15) * 4 + 8
            message = packets.decode(ip[start:]) if ip[9] == socket.IPPROTO_UDP else None
            seen = Seen(octets, ip[9], socket.inet_ntoa(ip[12:16]), socket.inet_ntoa(ip[16:20]),
                        message)
            self.seen.append(seen)
            if wanted(seen):
                return seen
        return None

    def answer(self, client: bytes, type_: int, seconds: float = PATIENCE,
               xid: int | None = None) -> Message | None:
        def mine(seen: Seen) -> bool:
            message = seen.message
            return (message is not None and message.mac == client and message.type == type_
                    and xid in (None, message.xid))
        found = self.receive(seconds, mine)
        return found and found.message

    def offer(self, client: bytes, xid: int = 1, *pairs: tuple[int, bytes]) -> Message:
        self.send(Frame(discover(*pairs, client=client, xid=xid), client))
        offered = self.answer(client, OFFER, xid=xid)
        assert offered is not None, f"no offer within {PATIENCE} s for {mac_text(client)}"
        return offered

    def ack(self, offered: Message, *pairs: tuple[int, bytes]) -> str:
        chosen = [(50, ipv4(offered.yiaddr)), (54, offered.options[54])]
        self.send(Frame(request(*chosen, *pairs, client=offered.mac, xid=offered.xid),
                        offered.mac))
        acked = self.answer(offered.mac, ACK, xid=offered.xid)
        assert acked is not None, f"no ACK within {PATIENCE} s for {mac_text(offered.mac)}"
        assert acked.yiaddr == offered.yiaddr
        return acked.yiaddr

    def lease(self, client: bytes, *pairs: tuple[int, bytes]) -> str:
        """A whole DORA."""
        return self.ack(self.offer(client, 1, *pairs), *pairs)

    def answers(self, but_for: bytes = GOOD) -> list[tuple]:
        """All that came for anyone else, and forgets it."""
        found = [seen[1:] for seen in self.seen
                 if not seen.message or seen.message.mac != but_for]
        self.seen = []
        return found


class HostileTest(unittest.TestCase):
    """One lab for a class; for each test a server with an empty store, whose log is then short."""
    LEVEL = "info"
    CONFIG = CONFIG

    @classmethod
    def setUpClass(cls):
        cls.lab = Lab()
        cls.addClassCleanup(cls.lab.close)
        server, client = cls.lab.server_space, cls.lab.client_space
        for ours, theirs, address in (("veth-s", "veth-c", f"{SERVER}/24"),
                                      ("veth-b", "veth-d", f"{OTHER_SERVER}/24"),
                                      ("veth-r", "veth-up", f"{UP_SERVER}/24")):
            cls.lab.wire(server, ours, client, theirs, address)
        # Whatever the server's host sent, and wherever to, is to be seen on one of the wires: it
        # waits for no answer of a neighbour.
        for ours in ("veth-s", "veth-b", "veth-r"):
            server.ip(f"link set {ours} arp off")
        server.ip(f"route add default via {RELAY}")
        # For what is longer than usual; the server itself never sends more than 1,500 octets.
        server.ip("link set veth-b mtu 9000")
        client.ip("link set veth-d mtu 9000")
        text = server.ip("-oneline link show")
        macs = {found[0]: bytes.fromhex(found[1].replace(":", "")) for found in
                re.findall(r"(veth-\w+)@.*link/ether (\S+)", text)}
        cls.ifindex = {found[1]: found[0] for found in re.findall(r"(\d+): (veth-\w+)@", text)}
        ends = (("lab_wire", "veth-c", "veth-s", SERVER),
                ("other", "veth-d", "veth-b", OTHER_SERVER),
                ("up", "veth-up", "veth-r", UP_SERVER))
        for name, theirs, ours, address in ends:
            wire = Wire(client, theirs, macs[ours], address)
            setattr(cls, name, wire)
            cls.addClassCleanup(wire.socket.close)
        cls.loop = Wire(server, "lo", bytes(6), "127.0.0.1")
        cls.addClassCleanup(cls.loop.socket.close)
        cls.wires = (cls.lab_wire, cls.other, cls.up, cls.loop)

    def setUp(self):
        limit_time(self, SECONDS)
        self.forget_answers()
        self.store = self.lab.folder / f"store-{self._testMethodName}"
        config = self.CONFIG.format(store=self.store, level=self.LEVEL)
        self.server = Server(self.lab.server_space, config, f"server-{self._testMethodName}")
        self.server.start()
        self.addCleanup(self.check_end)

    def forget_answers(self) -> None:
        for wire in self.wires:
            wire.receive(0.001)
            wire.seen = []

    def check_end(self):
        """Whatever was sent: it is alive, it stops when told to, and its log is plain text."""
        self.assertEqual(self.server.stop(), 0, self.log())
        octets = self.server.process.log.read_bytes()
        unprintable = set(octets) - set(range(0x20, 0x7F)) - {0x0A}
        self.assertEqual(unprintable, set())
        for line in octets.splitlines():
            self.assertLess(len(line), 2048, "a log line is bounded")

    def diagnose(self) -> str:
        return self.log()[-4000:] if hasattr(self, "server") else ""

    def log(self) -> str:
        return self.server.process.text()

    def commits(self) -> tuple[int, ...]:
        """The numbers of the store's last transactions: one that changes nothing has none."""
        with open(self.store / "data.mdb", "rb") as data:
            pages = data.read(2 * PAGE)
        return struct.unpack_from("=Q", pages, TXN_ID) + struct.unpack_from("=Q", pages,
                                                                            PAGE + TXN_ID)

    def drops(self) -> list[tuple[str, str]]:
        """Reason and link of each line about a packet that was dropped."""
        return DROP.findall(self.log())

    def check_drop_lines(self, reasons: set[str], wire_end: str) -> None:
        index = self.ifindex[wire_end]
        wait_until(lambda: reasons <= {reason for reason, link in self.drops() if link == index},
                   2, f"drop lines for {reasons}, not only {self.drops()}")
        drops = self.drops()
        self.assertEqual(sorted(drops), sorted(set(drops)), "one line for each reason and link")

    def memory(self) -> int:
        """The server's own, in KiB: without the pages of the store's file."""
        status = Path(f"/proc/{self.server.process.popen.pid}/status").read_text()
        return int(re.search(r"RssAnon:\s+(\d+)", status)[1])

    def check_dropped(self, frames, *reasons: str, wire: Wire | None = None,
                      link: str = "veth-s") -> None:
        """The outcome D of each of the frames, sent again and again: no answer on any link,
        nothing stored, a line in the log for each reason (given only if the server's own code
        refuses it, not the kernel's filter), and a good client behind them is served at once."""
        wire = wire or self.lab_wire
        encoded = [frame.encode() if isinstance(frame, Frame) else frame for frame in frames]
        self.assertTrue(encoded)
        self.forget_answers()
        stored = self.commits()
        for _ in range(1 + REPEATS // len(encoded)):
            for octets in encoded:
                wire.send(octets)
        # A link's packets are decided in their order: behind an offer, those before are done.
        began = time.monotonic()
        good = [(end, end.offer(GOOD, 0x600D)) for end in {wire, self.lab_wire} - {self.up}]
        offered_in = time.monotonic() - began
        if wire is self.up:
            self.up.receive(0.1)
        self.assertEqual(self.commits(), stored, "nothing is stored")
        for end in self.wires:
            end.receive(0.002)
            self.assertEqual(end.answers(), [], "nobody is answered")
        began = time.monotonic()
        for end, offered in good:
            end.ack(offered)
        self.assertLess(offered_in + time.monotonic() - began, WITHIN)
        self.check_drop_lines(set(reasons), link)


