# SPDX-License-Identifier: Apache-2.0
"""systemd-networkd as a client: run by hand, without systemd, udev and D-Bus, with a /run, a /sys
and a configuration of its own. Its client identifier is one of RFC 4361, an IAID and a DUID.
"""

import json
import re

from daemon_case import DaemonTest
from lab import wait_until
from packets import ACK, OFFER, RawClients

# networkd takes a read-only /sys for the sign that there is no udev to wait for.
PREPARE = """\
mount -t sysfs -o ro sysfs /sys
for folder in /etc/systemd/network /usr/local/lib/systemd/network; do
  if [ -d $folder ]; then mount -t tmpfs tmpfs $folder; fi
done
mkdir -p /run/systemd/network
cp {folder}/client.network /run/systemd/network/
SYSTEMD_LOG_LEVEL=debug SYSTEMD_LOG_TARGET=console exec /lib/systemd/systemd-networkd
"""
NETWORK = """\
[Match]
Name=veth-c
[Network]
DHCP=ipv4
LinkLocalAddressing=no
IPv6AcceptRA=no
[DHCPv4]
ClientIdentifier=duid
DUIDType=vendor
DUIDRawData=00:00:ab:11:01:02:03:04:05:06:07:08
IAID=168496141
"""
CLIENT_ID = bytes.fromhex("ff0a0b0c0d00020000ab110102030405060708")


class NetworkdTest(DaemonTest):
    def start(self):
        (self.lab.folder / "client.network").write_text(NETWORK)
        script = self.lab.folder / "prepare"
        script.write_text(PREPARE.format(folder=self.lab.folder))
        return self.space.start("unshare", "--mount", "sh", "-e", str(script), log="networkd.log")

    def lease_file(self) -> dict[str, str]:
        """What networkd has noted of its lease."""
        index = json.loads(self.space.ip("-json link show veth-c"))[0]["ifindex"]
        path = f"/run/systemd/netif/leases/{index}"
        text = wait_until(lambda: self.space.run("cat", path, check=False).stdout, 10, path)
        return dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))

    def test_networkd_gets_address_router_and_dns(self):
        self.serve()
        self.start()
        address = self.address()
        self.assertRegex(address, r"^192\.168\.50\.1\d\d/24$")
        told = self.lease_file()
        self.assertEqual(told["ADDRESS"] + "/24", address)
        self.assertEqual((told["ROUTER"], told["SERVER_ADDRESS"]), ("192.168.50.1", "192.168.50.1"))
        self.assertEqual(told["DNS"], "192.168.50.1 1.1.1.1")
        self.assertEqual(told["LIFETIME"], "3600")
        self.wait_for_route()
        stored = self.stored(address)
        self.assertEqual((stored["state"], stored["mac"]), ("leased", self.lab.client_mac()))

    def test_networkds_client_identifier_comes_back_octet_for_octet(self):
        self.serve()
        ear = RawClients(self.space)
        self.addCleanup(ear.close)
        self.start()
        self.address()
        answers = {message.type: message for message in ear.receive(0.1)}
        self.assertEqual(set(answers), {OFFER, ACK})
        for answer in answers.values():
            self.assertEqual(answer.options[61], CLIENT_ID)

    def test_networkd_gets_its_reservation(self):
        self.check_reservation()

    def test_networkd_renews_also_at_a_restarted_server(self):
        self.check_renewal_and_restart()

    def test_networkd_releases_when_it_ends(self):
        self.serve()
        networkd = self.start()
        address = self.address()
        self.lease_file()
        networkd.end()
        self.server.process.wait_for_log("RELEASE.*reason=released")
        self.assertEqual(self.stored(address)["state"], "held")
