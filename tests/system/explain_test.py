# SPDX-License-Identifier: Apache-2.0
"""`melange explain` says what the server then does, and does nothing; `melange replay` says the
same of a capture, beside a running server.
"""

import json
import struct
from pathlib import Path

from case import SystemTest
from packets import (ACK, DISCOVER, OFFER, REQUEST, Message, RawClients, frame, ipv4, mac,
                     mac_text)

MORE = """\
[http]
listen = ["unix:{folder}/http/admin.sock"]
[[network]]
id = "far"
relays = ["198.51.100.1"]
identity = "circuit-id"
[[network.block]]
cidr = "198.51.100.0/24"
gateway = "198.51.100.1"
[[network.reservation]]
circuit_id = "hex:cafe"
addresses = ["198.51.100.7"]
"""
RESERVED = "52:54:00:12:34:56"
UNKNOWN = mac(1)


def pcap(path: Path, frames: list[bytes]) -> Path:
    """A capture of them, a second apart."""
    out = struct.pack("<IHHiIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1)
    for number, octets in enumerate(frames):
        out += struct.pack("<IIII", 1700000000 + number, 0, len(octets), len(octets)) + octets
    path.write_bytes(out)
    return path


class ExplainTest(SystemTest):
    def setUp(self):
        super().setUp()
        self.lab.connect()
        config = self.lab.config() + MORE.format(folder=self.lab.folder)
        self.server = self.lab.server(config)
        self.server.start()

    def explain(self, *arguments: str) -> dict:
        return json.loads(self.server.call("explain", "--json", *arguments).stdout)

    def raw_clients(self) -> RawClients:
        raw = RawClients(self.lab.client_space)
        self.addCleanup(raw.close)
        return raw

    def exchange(self, raw: RawClients, message: Message) -> Message:
        raw.send(message)
        for answer in raw.receive(3):
            if answer.mac == message.mac:
                return answer
        self.fail("there was no answer")

    def check_same(self, told: dict, answer: Message) -> None:
        self.assertEqual(told["address"], answer.yiaddr)
        self.assertEqual(told["lease_time"], int.from_bytes(answer.options[51]))
        self.assertEqual(told["renewal_time"], int.from_bytes(answer.options[58]))
        self.assertEqual(told["options"]["routers"], ["192.168.50.1"])
        self.assertEqual(answer.options[3], ipv4("192.168.50.1"))

    def test_what_is_explained_to_an_unknown_client_is_what_it_gets(self):
        text = mac_text(UNKNOWN)
        before = self.server.leases()
        told = self.explain("--mac", text)
        self.assertEqual((told["answer"], told["reason"]), ("OFFER", "offered"))
        self.assertEqual(told["pool"], "192.168.50.100-192.168.50.199")
        self.assertFalse(told["reservation"])
        self.assertIsNone(told["record"])
        wanted = self.explain("--mac", text, "--type", "request")
        self.assertEqual((wanted["answer"], wanted["reason"]), ("ACK", "leased"))
        self.assertEqual(self.server.leases(), before)
        raw = self.raw_clients()
        offer = self.exchange(raw, Message(DISCOVER, 1, UNKNOWN))
        self.assertEqual(offer.type, OFFER)
        self.check_same(told, offer)
        options = {50: ipv4(offer.yiaddr), 54: offer.options[54]}
        ack = self.exchange(raw, Message(REQUEST, 1, UNKNOWN, options=options))
        self.assertEqual(ack.type, ACK)
        self.check_same(wanted, ack)
        now = self.explain("--mac", text, "--type", "reboot")
        self.assertEqual(now["record"]["state"], "leased")
        self.assertEqual(now["record"]["identity"], f"mac {text}")

    def test_a_reservation_is_told_to_people(self):
        done = self.server.call("explain", "--mac", RESERVED, "--interface", "veth-s",
                                "--parameter", "routers", "--option", "dhcp-max-message-size=1400")
        lines = done.stdout.splitlines()
        self.assertEqual(lines[0], "OFFER yiaddr=192.168.50.10 lease=1h to=192.168.50.10 "
                         "reason=offered")
        self.assertEqual(lines[1], "an address is offered and held for a short time")
        self.assertIn("network lab, block 192.168.50.0/24", lines[2])
        self.assertIn("reservation true", lines[2])
        self.assertIn(f"now reserved mac {RESERVED}", lines)
        self.assertRegex(done.stdout, r"(?m)^  routers +192\.168\.50\.1$")

    def test_an_address_of_another_network_would_be_refused(self):
        told = self.explain("--mac", mac_text(UNKNOWN), "--type", "reboot", "--address",
                            "203.0.113.9")
        self.assertEqual((told["answer"], told["reason"]), ("NAK", "wrong_network"))
        answer = self.exchange(self.raw_clients(), Message(
            REQUEST, 1, UNKNOWN, options={50: ipv4("203.0.113.9")}))
        self.assertEqual(answer.type, 6)

    def test_circuits_tell_clients_behind_a_relay(self):
        behind = ("--mac", mac_text(UNKNOWN), "--relay", "198.51.100.1")
        self.assertEqual(self.explain(*behind)["reason"], "no_identity")
        own = self.explain(*behind, "--circuit-id", "cafe")
        self.assertEqual((own["answer"], own["address"]), ("OFFER", "198.51.100.7"))
        self.assertEqual((own["identity"], own["to"]), ("circuit-id cafe", "198.51.100.1"))
        foreign = self.explain(*behind, "--circuit-id", "beef")
        self.assertEqual((foreign["answer"], foreign["reason"]), ("none", "no_free_address"))
        near = self.explain("--mac", mac_text(UNKNOWN), "--circuit-id", "cafe")
        self.assertEqual(near["reason"], "relay_on_link")

    def test_what_cannot_be_asked_is_refused(self):
        for arguments, why in ((("--interface", "veth-x"), "no link of the server's"),
                               (("--type", "offer"), "should be one among"),
                               (("--arch", "pdp-11"), "efi-x64")):
            done = self.server.call("explain", "--mac", RESERVED, *arguments, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertIn(why, done.stderr)

    def capture(self) -> Path:
        discover = frame(UNKNOWN, Message(DISCOVER, 1, UNKNOWN).encode())
        request = frame(UNKNOWN, Message(REQUEST, 1, UNKNOWN, options={
            50: ipv4("192.168.50.100"), 54: ipv4("192.168.50.1")}).encode())
        other = frame(mac(2), Message(DISCOVER, 2, mac(2)).encode())
        broken = bytearray(frame(mac(3), Message(DISCOVER, 3, mac(3)).encode()))
        broken[24] ^= 0xFF  # the IP header's checksum
        arp = b"\xff" * 6 + mac(4) + b"\x08\x06" + bytes(28)
        return pcap(self.lab.folder / "some.pcap", [discover, request, other, bytes(broken), arp])

    def test_a_capture_is_replayed_beside_the_server_and_without_it(self):
        store = self.lab.folder / "store"
        path = self.capture()
        for running in (True, False):
            if not running:
                self.assertEqual(self.server.stop(), 0)
            before = (store / "data.mdb").read_bytes()
            files = sorted(store.iterdir())
            done = self.server.call("replay", str(path))
            lines = done.stdout.splitlines()
            self.assertEqual(len(lines), 5, done.stdout)
            self.assertTrue(lines[0].startswith(
                "1 2023-11-14T22:13:20Z DISCOVER mac=02:00:00:00:00:01 xid=00000001 -> "
                "OFFER yiaddr=192.168.50.100 lease=1h to=192.168.50.100 reason=offered (an"), lines)
            self.assertIn("ACK yiaddr=192.168.50.100 lease=1h to=192.168.50.100 reason=leased",
                          lines[1])
            self.assertIn("OFFER yiaddr=192.168.50.101", lines[2])
            self.assertIn("4 2023-11-14T22:13:23Z refused: ", lines[3])
            self.assertEqual(lines[4], "5 frames: 3 decided, 1 refused, 1 nothing that is sent to "
                             "a DHCP server")
            self.assertEqual((store / "data.mdb").read_bytes(), before)
            self.assertEqual(sorted(store.iterdir()), files)

    def test_files_that_are_no_captures_are_refused(self):
        path = self.lab.folder / "other"
        path.write_bytes(b"not a capture")
        for name in (str(path), str(self.lab.folder / "none")):
            done = self.server.call("replay", name, check=False)
            self.assertEqual((done.returncode, done.stdout), (1, ""))
            self.assertIn(name, done.stderr)
        whole = self.capture().read_bytes()
        path.write_bytes(whole[:-40])
        done = self.server.call("replay", str(path), check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("3 decided", done.stdout)
        done = self.server.call("replay", str(self.capture()), "--interface", "veth-x",
                                check=False)
        self.assertEqual(done.returncode, 1)
        self.assertIn("veth-x", done.stderr)
