# SPDX-License-Identifier: Apache-2.0
"""Conflict checks (RFC 2131 section 2.2): an address is looked for on the link before it is offered
to a client that did not have it.
"""

import socket
import struct
import threading
import time
from pathlib import Path

from case import SystemTest
from lab import wait_until
from packets import DISCOVER, OFFER, Message, RawClients, decode, mac, mac_text
from relay_test import RELAYED

ETH_P_ARP = 0x0806
FIRST, SECOND = "192.168.50.100", "192.168.50.101"
WAIT = 0.4  # seconds that a probe waits for its answer
AT_ONCE = 0.25
HOST = mac(0x4057)


class Arp:
    """What is asked on the link, and a host that answers for addresses of its choice."""

    def __init__(self, space, interface: str = "veth-c"):
        with space.inside():
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_RAW,
                                        socket.htons(ETH_P_ARP))
            self.socket.bind((interface, 0))
        self.socket.settimeout(0.05)
        self.asked: list[str] = []
        self.has = lambda address: False
        self.open = True
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def run(self) -> None:
        while self.open:
            try:
                octets, address = self.socket.recvfrom(2048)
            except TimeoutError:
                continue
            except OSError:  # the link is gone
                time.sleep(0.01)
                continue
            sender, target = octets[28:32], octets[38:42]
            if address[2] == socket.PACKET_OUTGOING or any(sender):
                continue  # not a probe
            self.asked.append(socket.inet_ntoa(target))
            if self.has(self.asked[-1]):
                asker = octets[22:28]
                self.socket.send(asker + HOST + struct.pack("!HHHBBH", ETH_P_ARP, 1, 0x0800, 6, 4,
                                                            2)
                                 + HOST + target + asker + bytes(4))

    def close(self) -> None:
        self.open = False
        self.thread.join()
        self.socket.close()


class ConflictTest(SystemTest):
    def setUp(self):
        super().setUp()
        self.lab.connect()
        self.raw = RawClients(self.lab.client_space)
        self.addCleanup(self.raw.close)
        self.arp = Arp(self.lab.client_space)
        self.addCleanup(self.arp.close)

    def serve(self, more: str = "") -> None:
        config = self.lab.config(more=more).replace("conflict_check = false\n", "", 1)
        waits = f'[dhcp]\nconflict_wait_ms = {int(WAIT * 1000)}'
        self.server = self.lab.server(config.replace("[dhcp]", waits))
        self.server.start()

    def offered(self, client: bytes, seconds: float = 5) -> tuple[str | None, float]:
        """One DISCOVER's offer, and how long it took."""
        began = time.monotonic()
        self.raw.discover(client)
        for message in self.raw.receive(seconds):
            if message.mac == client and message.type == OFFER:
                return message.yiaddr, time.monotonic() - began
        return None, seconds

    def check_offer(self, client: bytes, address: str, least: float, most: float) -> None:
        offered, took = self.offered(client)
        self.assertEqual(offered, address)
        self.assertGreaterEqual(took, least - 0.02)
        self.assertLess(took, most)

    def test_an_address_that_nobody_has_is_offered_after_the_wait(self):
        self.serve()
        self.check_offer(mac(1), FIRST, WAIT, WAIT + 0.5)
        self.assertEqual(self.arp.asked, [FIRST])
        self.check_offer(mac(1), FIRST, 0, AT_ONCE)  # it was looked for just now

    def test_an_address_in_use_is_declined_and_the_client_gets_the_next(self):
        self.serve()
        self.arp.has = lambda address: address == FIRST
        self.check_offer(mac(1), SECOND, WAIT, WAIT + 0.5)
        self.assertEqual(self.arp.asked, [FIRST, SECOND])
        lease = self.server.leases()[FIRST]
        self.assertEqual((lease["state"], lease["mac"]), ("declined", mac_text(HOST)))
        self.server.process.wait_for_log(f"in use on the link.*address={FIRST}")
        # It stays so: the next client is not even asked to wait for it.
        self.check_offer(mac(2), "192.168.50.102", WAIT, WAIT + 0.5)
        self.assertNotIn(FIRST, self.arp.asked[1:])

    def test_the_kernel_of_a_host_on_the_link_is_heard(self):
        self.serve()
        self.lab.client_space.ip(f"addr add {FIRST}/24 dev veth-c")
        self.assertEqual(self.offered(mac(1))[0], SECOND)
        self.assertEqual(self.server.leases()[FIRST]["mac"], self.lab.client_mac())

    def test_a_reservation_is_offered_at_once(self):
        self.serve()
        self.check_offer(bytes.fromhex("525400123456"), "192.168.50.10", 0, AT_ONCE)
        self.assertEqual(self.arp.asked, [])

    def test_the_former_holder_is_offered_its_address_at_once(self):
        self.serve()
        self.assertEqual(self.raw.lease(mac(1), 3), FIRST)
        self.server.kill()
        self.server.start()
        self.arp.asked.clear()
        self.check_offer(mac(1), FIRST, 0, AT_ONCE)
        self.assertEqual(self.arp.asked, [])

    def test_W25_a_host_that_answers_every_probe_shuts_nobody_out(self):
        self.serve()
        self.arp.has = lambda address: True
        for number in range(1, 12):
            offered, took = self.offered(mac(number))
            self.assertIsNotNone(offered)
            self.assertLess(took, 4 * WAIT)
        declined = [lease for lease in self.server.leases().values()
                    if lease["state"] == "declined"]
        self.assertEqual(len(declined), 16, "so many an hour are believed on one link")
        wait_until(lambda: "can be believed" in self.server.process.text(), 2, "a line of it")
        lines = self.server.process.text().count("can be believed")
        self.assertEqual(lines, 1, "one line in ten seconds")

    def test_W30_a_flood_of_new_clients_shuts_nobody_out(self):
        self.serve()
        for number in range(0x20000, 0x20000 + 3000):
            self.raw.discover(mac(number))
        began = time.monotonic()
        self.assertIsNotNone(self.raw.lease(mac(1), 3))
        self.assertLess(time.monotonic() - began, 1)

    def test_a_link_made_anew_is_asked_on_and_leaves_no_descriptor(self):
        self.serve()
        self.check_offer(mac(1), FIRST, WAIT, WAIT + 0.5)
        folder = Path(f"/proc/{self.server.process.popen.pid}/fd")
        before = len(list(folder.iterdir()))
        for number in range(2, 5):
            self.arp.close()
            self.lab.server_space.ip("link del veth-s")
            self.lab.connect()
            self.raw = RawClients(self.lab.client_space)
            self.addCleanup(self.raw.close)
            self.arp = Arp(self.lab.client_space)
            self.addCleanup(self.arp.close)
            offered = wait_until(lambda number=number: self.offered(mac(number), 1)[0], 3,
                                 "an offer")
            self.assertIn(offered, self.arp.asked)
        self.assertEqual(len(list(folder.iterdir())), before)

    def test_a_client_that_repeats_its_DISCOVER_is_asked_for_once(self):
        self.serve()
        for _ in range(5):
            self.raw.discover(mac(1))
        offers = [message for message in self.raw.receive(WAIT + 0.5) if message.type == OFFER]
        self.assertEqual([offer.yiaddr for offer in offers], [FIRST])
        self.assertEqual(self.arp.asked, [FIRST])

    def test_many_new_clients_at_once_wait_no_longer_than_one(self):
        self.serve()
        began = time.monotonic()
        for number in range(80):
            self.raw.discover(mac(number))
        offered = set()
        for message in self.raw.receive(4):
            offered.add(message.yiaddr)
            if len(offered) == 80:
                break
        self.assertEqual(len(offered), 80)
        self.assertLess(time.monotonic() - began, WAIT + 1)

    def test_a_reload_switches_it_off_and_on(self):
        self.serve()
        with_check = self.server.config.read_text()
        without = with_check.replace('id = "lab"', 'id = "lab"\nconflict_check = false')
        for config, least, most in ((without, 0, AT_ONCE), (with_check, WAIT, WAIT + 0.5)):
            seen = len(self.server.process.text())
            self.server.config.write_text(config)
            self.server.process.popen.send_signal(1)
            self.server.process.wait_for_log("reloaded", after=seen)
            client = mac(1 + (config is with_check))
            offered, took = self.offered(client)
            self.assertIsNotNone(offered)
            self.assertGreaterEqual(took, least - 0.02)
            self.assertLess(took, most)

    def test_nobody_is_asked_for_a_relays_client(self):
        self.serve(RELAYED)
        space = self.lab.server_space
        relay = self.lab.space("rel")
        self.lab.wire(space, "veth-r", relay, "veth-up", "10.9.0.1/24")
        relay.ip("addr add 10.9.0.2/24 dev veth-up")
        relay.ip("addr add 192.168.60.1/24 dev veth-up")
        space.ip("route add 192.168.60.0/24 via 10.9.0.2")
        with relay.inside():
            up = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(up.close)
        up.bind(("192.168.60.1", 67))
        up.settimeout(5)
        began = time.monotonic()
        up.sendto(Message(DISCOVER, 1, mac(1), giaddr="192.168.60.1").encode(), ("10.9.0.1", 67))
        answer = decode(up.recv(2048))
        self.assertEqual((answer.type, answer.yiaddr), (OFFER, "192.168.60.100"))
        self.assertLess(time.monotonic() - began, AT_ONCE)
        self.assertEqual(self.arp.asked, [])
