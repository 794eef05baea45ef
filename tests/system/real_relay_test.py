# SPDX-License-Identifier: Apache-2.0
"""Real relays between real clients and the server: dhcrelay and dnsmasq, each with two networks.
The relay's host is the router too, so that renewals pass it as plain packets.
"""

import socket
import time

import clients
from case import SystemTest
from lab import wait_until
from packets import ACK, ETH_P_IP, OFFER, Message, RawClients, decode

SERVER = "10.9.0.1"
RESERVED_MAC = "52:54:00:12:34:60"
NETWORKS = "".join(f"""\
[[network]]
id = "far{net}"
[[network.block]]
cidr = "192.168.{net}.0/24"
gateway = "192.168.{net}.1"
dns = ["{SERVER}"]
pools = ["192.168.{net}.100-192.168.{net}.199"]
lease_time = "4s"
[[network.reservation]]
mac = "{RESERVED_MAC}"
addresses = ["192.168.{net}.10"]
""" for net in (60, 61))


class RealRelayTest(SystemTest):
    """What each relay must pass. The classes below run it."""

    def command(self) -> list[str]:
        raise NotImplementedError

    def setUp(self):
        super().setUp()
        self.relay = self.lab.space("rel")
        self.lab.wire(self.lab.server_space, "veth-r", self.relay, "veth-up", f"{SERVER}/24")
        self.relay.ip("addr add 10.9.0.2/24 dev veth-up")
        self.lab.server_space.ip("route add 192.168.60.0/23 via 10.9.0.2")
        self.relay.run("sh", "-c", "echo 1 >/proc/sys/net/ipv4/ip_forward")
        self.sites = [self.lab.client_space, self.lab.space("cli2")]
        for net, site in zip((60, 61), self.sites):
            self.lab.wire(self.relay, f"veth-{net}", site, "veth-c", f"192.168.{net}.1/24")
        self.server = self.lab.server(self.lab.config(more=NETWORKS))
        self.server.start()

    def start_relay(self, *arguments: str) -> None:
        self.relay.start(*self.command(), *arguments, log="relay.log")
        wait_until(lambda: ":0043 " in self.relay.run("cat", "/proc/net/udp").stdout, 10,
                   "the relay listens on port 67")

    def stored(self, address: str) -> tuple[str, str]:
        lease = self.server.leases()[address]
        return lease["network"], lease["state"]

    def wait_for_state(self, address: str, network: str, state: str) -> None:
        wait_until(lambda: self.stored(address) == (network, state), 5, f"{address} is {state}")

    def check_two_networks(self) -> None:
        self.start_relay()
        first = clients.Dhclient(self.sites[0]).start()
        second = clients.Udhcpc(self.sites[1]).start()
        for client, net in ((first, 60), (second, 61)):
            lease = client.lease()
            self.assertRegex(lease["address"], rf"^192\.168\.{net}\.1\d\d$")
            self.assertEqual((lease["router"], lease["server"]), (f"192.168.{net}.1", SERVER))
            self.assertEqual(self.stored(lease["address"]), (f"far{net}", "leased"))

    def check_renewal_and_release(self) -> None:
        self.start_relay()
        client = clients.Dhclient(self.sites[0]).start()
        address = client.lease()["address"]
        self.assertEqual(client.renewal()["address"], address)
        # Not by the relay: unicast from the client's own address, over the router.
        self.server.process.wait_for_log(
            rf"REQUEST\(renewing\).*ciaddr={address} .*answer=ACK .*to={address} .*from={address}")
        self.assertEqual(len(client.events(client.bound)), 1)
        time.sleep(1)  # told while it is still busy with its lease, it would not release it
        client.release()
        self.server.process.wait_for_log("RELEASE.*reason=released")
        self.wait_for_state(address, "far60", "held")

    def check_reservation(self) -> None:
        """The same client in two networks has an address in each."""
        self.start_relay()
        for site, net in zip(self.sites, (60, 61)):
            site.ip(f"link set veth-c address {RESERVED_MAC}")
            lease = clients.Dhclient(site).start().lease()
            self.assertEqual(lease["address"], f"192.168.{net}.10")
            self.assertEqual(self.stored(lease["address"]), (f"far{net}", "bound"))


class DhcrelayTest(RealRelayTest):
    def command(self):
        return ["dhcrelay", "-4", "-d", "-iu", "veth-up", "-id", "veth-60", "-id", "veth-61",
                SERVER]

    def test_dhcrelays_clients_of_two_networks_get_addresses_of_theirs(self):
        self.check_two_networks()

    def test_a_client_behind_dhcrelay_renews_and_releases(self):
        self.check_renewal_and_release()

    def test_a_client_behind_dhcrelay_gets_its_reservation_in_each_network(self):
        self.check_reservation()

    def test_what_dhcrelay_says_of_itself_comes_back_to_it_and_no_further(self):
        """-a: it adds option 82, and takes it out of the answers."""
        with self.relay.inside():
            up = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_IP))
            up.bind(("veth-up", 0))
        ear = RawClients(self.sites[0])
        self.addCleanup(up.close)
        self.addCleanup(ear.close)
        self.start_relay("-a")
        address = clients.Dhclient(self.sites[0]).start().lease()["address"]
        self.assertEqual(self.stored(address)[0], "far60")
        answers = {message.type: message for message in ear.receive(0.1)}
        self.assertEqual(set(answers), {OFFER, ACK})
        for answer in answers.values():
            self.assertNotIn(82, answer.options)
        echoed = [message.options[82] for message in messages_to_relay(up)]
        self.assertGreaterEqual(len(echoed), 2)
        self.assertEqual(set(echoed), {b"\1\7veth-60"}, "the circuit is the interface")


def messages_to_relay(up: socket.socket) -> list[Message]:
    """The server's, of all that has arrived: 20 octets of IP header, 8 of UDP, from and to 67."""
    found = []
    up.setblocking(False)
    while True:
        try:
            octets = up.recv(2048)
        except BlockingIOError:
            return found
        if octets[23] == 17 and octets[34:38] == b"\0\x43\0\x43":
            if message := decode(octets[42:]):
                found.append(message)


class DnsmasqRelayTest(RealRelayTest):
    def command(self):
        return ["dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null", "--port=0",
                "--user=root", "--pid-file=", "--log-dhcp", "--log-facility=-",
                f"--dhcp-relay=192.168.60.1,{SERVER}", f"--dhcp-relay=192.168.61.1,{SERVER}"]

    def test_clients_of_two_networks_behind_dnsmasq_get_addresses_of_theirs(self):
        self.check_two_networks()

    def test_a_client_behind_dnsmasq_renews_and_releases(self):
        self.check_renewal_and_release()

    def test_a_client_behind_dnsmasq_gets_its_reservation_in_each_network(self):
        self.check_reservation()


del RealRelayTest  # without a relay of its own
