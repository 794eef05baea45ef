# SPDX-License-Identifier: Apache-2.0
"""The main job with real clients: lease, renewal, release, and all that across a restart."""

import signal
import time

import clients
from case import SystemTest

RESERVED_MAC = "52:54:00:12:34:56"


class ClientTest(SystemTest):
    """What each client must see. The three classes below run it, side by side."""

    client_class: type[clients.Client]

    def setUp(self):
        super().setUp()
        self.lab.connect()

    def serve(self, **settings):
        self.server = self.lab.server(self.lab.config(**settings))
        self.server.start()

    def client(self) -> clients.Client:
        return self.client_class(self.lab.client_space)

    def stored(self) -> dict:
        """The one lease of the store."""
        leases = self.server.leases()
        reserved = leases.pop("192.168.50.10", None)
        self.assertIsNotNone(reserved, "the reservation is an address record too")
        self.assertEqual(len(leases), 1, leases)
        return next(iter(leases.values()))

    def check_lease(self):
        self.serve()
        lease = self.client().start().lease()
        self.assertRegex(lease["address"], r"^192\.168\.50\.1\d\d$")
        self.assertEqual(lease["mask"], "255.255.255.0")
        self.assertEqual(lease["router"], "192.168.50.1")
        self.assertEqual(lease["dns"], "192.168.50.1 1.1.1.1")
        self.assertEqual(lease["lease_time"], "3600")
        self.assertEqual(lease["server"], "192.168.50.1")
        self.assertIn(lease["address"] + "/24", self.lab.client_space.ip("-4 addr show veth-c"))
        stored = self.stored()
        self.assertEqual(stored["address"], lease["address"])
        self.assertEqual(stored["state"], "leased")
        self.assertEqual(stored["network"], "lab")
        self.assertEqual(stored["block"], "192.168.50.0/24")
        self.assertEqual(stored["mac"], self.lab.client_mac())

    def check_reservation(self):
        self.lab.client_space.ip(f"link set veth-c address {RESERVED_MAC}")
        self.serve()
        self.assertEqual(self.client().start().lease()["address"], "192.168.50.10")
        leases = self.server.leases()
        self.assertEqual(list(leases), ["192.168.50.10"])
        self.assertEqual(leases["192.168.50.10"]["state"], "bound")
        self.assertEqual(leases["192.168.50.10"]["mac"], RESERVED_MAC)

    def renew(self, client: clients.Client) -> None:
        """By itself: T1 is after half of a short lease."""

    def check_renewal(self, lease_time: str):
        self.serve(lease_time=lease_time)
        client = self.client().start()
        address = client.lease()["address"]
        first = self.stored()
        for count in (1, 2):
            self.renew(client)
            self.assertEqual(client.renewal(count)["address"], address)
        renewed = self.stored()
        self.assertEqual(renewed["address"], address)
        self.assertGreater(renewed["expires"], first["expires"])
        self.assertEqual(len(client.events(client.bound)), 1, "it never had to begin anew")

    def check_release(self):
        self.serve()
        client = self.client().start()
        address = client.lease()["address"]
        time.sleep(1)  # told while it is still busy with its lease, it would not release it
        client.release()
        self.server.process.wait_for_log("RELEASE.*reason=released")
        self.assertEqual(self.stored()["state"], "held")
        self.assertEqual(self.stored()["address"], address)

    def check_restart(self):
        """The client is off while the server restarts, and asks again as after a reboot."""
        self.serve()
        client = self.client().start()
        address = client.lease()["address"]
        client.process.end(signal.SIGKILL)
        before = self.stored()
        self.assertEqual(self.server.stop(), 0)
        self.server.start()
        self.assertEqual(self.stored(), before)
        client.start()
        self.assertEqual(client.wait_for(client.bound, count=2)["address"], address)
        self.assertEqual(self.stored()["address"], address)

    def check_renewal_after_restart(self, lease_time: str):
        """The client goes on and does not notice that the server was away."""
        self.serve(lease_time=lease_time)
        client = self.client().start()
        address = client.lease()["address"]
        self.server.kill()
        self.server.start()
        self.renew(client)
        self.assertEqual(client.renewal()["address"], address)
        self.assertEqual(len(client.events(client.bound)), 1)


class UdhcpcTest(ClientTest):
    client_class = clients.Udhcpc

    def renew(self, client):
        # It takes no lease for shorter than two minutes, but renews when told to. Not at once: a
        # request in the first tenth of a lease is answered with what was promised already.
        time.sleep(1.5)
        client.process.send(signal.SIGUSR1)

    def test_udhcpc_gets_address_mask_router_dns_and_lease_time(self):
        self.check_lease()

    def test_udhcpc_gets_its_reservation(self):
        self.check_reservation()

    def test_udhcpc_renews(self):
        self.check_renewal("10s")

    def test_udhcpc_releases(self):
        self.check_release()

    def test_udhcpc_gets_the_same_address_after_a_restart_of_the_server(self):
        self.check_restart()

    def test_udhcpc_renews_at_a_restarted_server(self):
        self.check_renewal_after_restart("10s")


class DhclientTest(ClientTest):
    client_class = clients.Dhclient

    def test_dhclient_gets_address_mask_router_dns_and_lease_time(self):
        self.check_lease()

    def test_dhclient_gets_its_reservation(self):
        self.check_reservation()

    def test_dhclient_renews(self):
        self.check_renewal("4s")

    def test_dhclient_releases(self):
        self.check_release()

    def test_dhclient_gets_the_same_address_after_a_restart_of_the_server(self):
        self.check_restart()

    def test_dhclient_renews_at_a_restarted_server(self):
        self.check_renewal_after_restart("4s")


class DhcpcdTest(ClientTest):
    client_class = clients.Dhcpcd

    def test_dhcpcd_gets_address_mask_router_dns_and_lease_time(self):
        self.check_lease()

    def test_dhcpcd_gets_its_reservation(self):
        self.check_reservation()

    def test_dhcpcd_renews(self):
        self.check_renewal("4s")

    def test_dhcpcd_releases(self):
        self.check_release()

    def test_dhcpcd_gets_the_same_address_after_a_restart_of_the_server(self):
        self.check_restart()

    def test_dhcpcd_renews_at_a_restarted_server(self):
        self.check_renewal_after_restart("4s")


del ClientTest  # without a client of its own
