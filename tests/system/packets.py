# SPDX-License-Identifier: Apache-2.0
"""DHCPv4 by hand, independent of the code under test: messages, frames, and a client that takes
many leases at once.
"""

import socket
import struct
import time
from typing import Iterable, NamedTuple

from lab import Namespace

DISCOVER, OFFER, REQUEST, DECLINE, ACK, NAK, RELEASE, INFORM = range(1, 9)
COOKIE = bytes([99, 130, 83, 99])
ETH_P_IP = 0x0800
BROADCAST_MAC = b"\xff" * 6


def ipv4(text: str) -> bytes:
    return socket.inet_aton(text)


class Message(NamedTuple):
    type: int
    xid: int
    mac: bytes
    yiaddr: str = "0.0.0.0"
    ciaddr: str = "0.0.0.0"
    giaddr: str = "0.0.0.0"
    options: dict[int, bytes] = {}
    flags: int = 0
    siaddr: str = "0.0.0.0"  # these three are a server's alone
    sname: bytes = b""
    file: bytes = b""

    def encode(self) -> bytes:
        head = struct.pack(
            "!BBBBIHH4s4s4s4s16s192x", 1, 1, 6, 0, self.xid, 0, self.flags, ipv4(self.ciaddr),
            ipv4(self.yiaddr), bytes(4), ipv4(self.giaddr), self.mac)
        options = {53: bytes([self.type]), **self.options}
        body = b"".join(bytes([code, len(value)]) + value for code, value in options.items())
        return (head + COOKIE + body + b"\xff").ljust(300, b"\0")


def read_options(area: bytes, options: dict[int, bytes]) -> None:
    at = 0
    while at < len(area) and area[at] != 255:
        if area[at] == 0:
            at += 1
            continue
        code, length = area[at], area[at + 1]
        options[code] = options.get(code, b"") + area[at + 2:at + 2 + length]
        at += 2 + length


def decode(payload: bytes, bootp: bool = False) -> Message | None:
    """A server's message; nothing for anything else. `bootp`: of type 0 if it names none."""
    if len(payload) < 240 or payload[0] != 2 or payload[236:240] != COOKIE:
        return None
    options: dict[int, bytes] = {}
    read_options(payload[240:], options)
    overload = options.get(52, b"\0")[0]
    if overload & 1:
        read_options(payload[108:236], options)
    if overload & 2:
        read_options(payload[44:108], options)
    if 53 not in options and not bootp:
        return None
    xid, _, flags = struct.unpack("!IHH", payload[4:12])
    address = [socket.inet_ntoa(payload[i:i + 4]) for i in (12, 16, 20, 24)]
    sname = b"" if overload & 2 else payload[44:108].rstrip(b"\0")
    file = b"" if overload & 1 else payload[108:236].rstrip(b"\0")
    return Message(options.get(53, b"\0")[0], xid, payload[28:34], yiaddr=address[1],
                   ciaddr=address[0], giaddr=address[3], options=options, flags=flags,
                   siaddr=address[2], sname=sname, file=file)


def checksum(octets: bytes) -> int:
    total = sum(struct.unpack(f"!{len(octets) // 2}H", octets))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def frame(mac: bytes, payload: bytes) -> bytes:
    """As a client without an address sends it."""
    udp = struct.pack("!HHHH", 68, 67, 8 + len(payload), 0) + payload
    head = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, bytes(4),
                       b"\xff" * 4)
    head = head[:10] + struct.pack("!H", checksum(head)) + head[12:]
    return BROADCAST_MAC + mac + struct.pack("!H", ETH_P_IP) + head + udp


def payload_of(octets: bytes) -> bytes | None:
    """What a frame carries to UDP port 68."""
    if len(octets) < 42 or octets[12:14] != b"\x08\x00" or octets[23] != 17:
        return None
    start = 14 + (octets[14] & 0x0F) * 4
    if octets[start + 2:start + 4] != b"\x00\x44":
        return None
    length = struct.unpack("!H", octets[start + 4:start + 6])[0]
    return octets[start + 8:start + length]


class RawClients:
    """Any number of clients behind one interface; what the server acknowledged is in `acked`."""

    def __init__(self, space: Namespace, interface: str = "veth-c"):
        with space.inside():
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IP))
            self.socket.bind((interface, 0))
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 8 << 20)
        self.acked: dict[bytes, str] = {}
        self.naked: list[bytes] = []
        self.repeats = 1  # how often each REQUEST is sent; dhclient sends it twice

    def close(self) -> None:
        self.socket.close()

    def send(self, message: Message) -> None:
        self.socket.send(frame(message.mac, message.encode()))

    def receive(self, seconds: float) -> Iterable[Message]:
        """The server's messages until the time is over."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.socket.settimeout(left)
            try:
                octets, address = self.socket.recvfrom(2048)
            except TimeoutError:
                return
            except OSError:  # the link is down; it may come back
                time.sleep(0.01)
                continue
            if address[2] == socket.PACKET_OUTGOING:
                continue
            payload = payload_of(octets)
            if payload and (message := decode(payload)):
                yield message

    def discover(self, mac: bytes) -> None:
        self.send(Message(DISCOVER, int.from_bytes(mac[2:]), mac))

    def request(self, offer: Message) -> None:
        for _ in range(self.repeats):
            self.send(Message(REQUEST, offer.xid, offer.mac,
                              options={50: ipv4(offer.yiaddr), 54: offer.options[54]}))

    def take(self, macs: Iterable[bytes], seconds: float, in_flight: int = 16,
             enough=lambda: False) -> None:
        """A DISCOVER, and a REQUEST for what is offered, for each client in turn, many at a time,
        until all have been acknowledged, the time is over or `enough` says so."""
        waiting = iter(macs)
        asked = set()  # a flood's offers are nobody's here
        open_ = 0
        for mac in waiting:
            asked.add(mac)
            self.discover(mac)
            open_ += 1
            if open_ == in_flight:
                break
        for message in self.receive(seconds):
            if message.type == OFFER:
                if message.mac in asked:
                    self.request(message)
                continue
            if message.type == ACK and message.mac in self.acked:  # to a repeated request
                assert self.acked[message.mac] == message.yiaddr, "acknowledged two addresses"
                continue
            if message.type == ACK:
                self.acked[message.mac] = message.yiaddr
            else:
                self.naked.append(message.mac)
            open_ -= 1
            if enough():
                return
            if (mac := next(waiting, None)) is not None:
                asked.add(mac)
                self.discover(mac)
                open_ += 1
            if open_ == 0:
                return

    def lease(self, mac: bytes, seconds: float = 2) -> str | None:
        """One client's address, asked for every 50 ms."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.take([mac], 0.05)
            if mac in self.acked:
                return self.acked[mac]
        return None


def mac(number: int) -> bytes:
    """A locally administered one."""
    return b"\x02\x00" + number.to_bytes(4)


def mac_text(octets: bytes) -> str:
    return octets.hex(":")
