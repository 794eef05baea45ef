# SPDX-License-Identifier: Apache-2.0
"""What the tests of clients that are daemons have in common: these set the address themselves, so
it is looked for on the link.
"""

import json

from case import SystemTest
from lab import Process, wait_until

RESERVED_MAC = "52:54:00:12:34:56"


class DaemonTest(SystemTest):
    def setUp(self):
        super().setUp()
        self.lab.connect()
        self.space = self.lab.client_space

    def serve(self, lease_time: str = "1h", more: str = "") -> None:
        self.server = self.lab.server(self.lab.config(lease_time=lease_time, more=more))
        self.server.start()

    def start(self) -> Process:
        """The daemon."""
        raise NotImplementedError

    def address(self) -> str:
        """The one that the link has, once it has one."""
        def look():
            links = json.loads(self.space.ip("-json -4 addr show veth-c"))
            return [f"{address['local']}/{address['prefixlen']}"
                    for link in links for address in link.get("addr_info", [])]
        addresses = wait_until(look, 15, "an address on veth-c")
        self.assertEqual(len(addresses), 1, addresses)
        return addresses[0]

    def wait_for_route(self) -> None:
        wait_until(lambda: "default via 192.168.50.1 " in self.space.ip("-4 route"), 10,
                   "a default route")

    def stored(self, address: str) -> dict:
        return self.server.leases()[address.split("/")[0]]

    def check_reservation(self) -> None:
        self.space.ip(f"link set veth-c address {RESERVED_MAC}")
        self.serve()
        self.start()
        self.assertEqual(self.address(), "192.168.50.10/24")
        self.assertEqual(self.stored("192.168.50.10")["state"], "bound")

    def check_renewal_and_restart(self) -> None:
        """It renews, and again at a server that has been away meanwhile."""
        self.serve(lease_time="6s")
        self.start()
        address = self.address()
        first = self.stored(address)
        self.server.process.wait_for_log(r"REQUEST\(re(new|bind)ing\).*answer=ACK")
        self.server.kill()
        self.server.start()
        self.server.process.wait_for_log(r"REQUEST\(re(new|bind)ing\).*answer=ACK")
        self.assertGreater(self.stored(address)["expires"], first["expires"])
        self.assertEqual(self.address(), address)
