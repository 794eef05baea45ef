# SPDX-License-Identifier: Apache-2.0
"""NetworkManager's own DHCP client: run by hand with a D-Bus, a /run, a /sys and a configuration of
its own, so that it knows of nothing but the link of its namespace.
"""

import re
import shutil
import unittest

from daemon_case import DaemonTest
from lab import wait_until

BUS_SOCKET = "/run/system_bus"
BUS = """\
<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <listen>unix:path=/run/system_bus</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow user="*"/>
    <allow own="*"/>
    <allow send_destination="*"/>
    <allow receive_sender="*"/>
  </policy>
</busconfig>
"""
# It leaves the host's resolv.conf and name alone.
CONFIG = """\
[main]
plugins=keyfile
dhcp=internal
dns=none
rc-manager=unmanaged
hostname-mode=none
systemd-resolved=false
auth-polkit=false
no-auto-default=*
[keyfile]
path=/run/connections
[logging]
level=DEBUG
domains=DHCP4,DEVICE
"""
CONNECTION = """\
[connection]
id=client
type=ethernet
interface-name=veth-c
[ipv4]
method=auto
[ipv6]
method=disabled
"""
# NetworkManager takes a read-only /sys for the sign that there is no udev to wait for.
PREPARE = """\
export DBUS_SYSTEM_BUS_ADDRESS=unix:path=/run/system_bus
mount -t sysfs -o ro sysfs /sys
mount -t tmpfs tmpfs /var/lib/NetworkManager
install -D -m 600 {folder}/client.nmconnection /run/connections/client.nmconnection
exec NetworkManager --debug --config={folder}/nm.conf --config-dir=/run/none \
  --system-config-dir=/run/none --intern-config=/run/intern.conf --state-file=/run/nm.state
"""


@unittest.skipUnless(shutil.which("NetworkManager"), "NetworkManager is not installed: where "
                     "systemd runs, ./dev does not install what would take over the host's links")
class NetworkManagerTest(DaemonTest):
    def start(self):
        folder = self.lab.folder
        for name, text in (("bus.conf", BUS), ("nm.conf", CONFIG), ("prepare", PREPARE),
                           ("client.nmconnection", CONNECTION)):
            (folder / name).write_text(text.format(folder=folder))
        self.space.start("dbus-daemon", f"--config-file={folder}/bus.conf", "--nopidfile",
                         "--nofork", log="dbus.log")
        wait_until(lambda: self.space.run("test", "-S", BUS_SOCKET, check=False).returncode == 0,
                   10, "D-Bus listens")
        return self.space.start("unshare", "--mount", "sh", "-e", str(folder / "prepare"),
                                log="network_manager.log")

    def nmcli(self, *arguments: str) -> str:
        return self.space.run("env", f"DBUS_SYSTEM_BUS_ADDRESS=unix:path={BUS_SOCKET}", "nmcli",
                              "-t", *arguments).stdout

    def told(self) -> dict[str, str]:
        """The options of its lease, by its own names."""
        return dict(re.findall(r"\]:(\w+) = (.*)$",
                               self.nmcli("-f", "DHCP4", "device", "show", "veth-c"), re.MULTILINE))

    def test_network_manager_gets_address_router_dns_and_lease_time(self):
        self.serve()
        self.start()
        address = self.address()
        self.assertRegex(address, r"^192\.168\.50\.1\d\d/24$")
        self.wait_for_route()
        told = self.told()
        self.assertEqual(told["ip_address"] + "/24", address)
        self.assertEqual(told["subnet_mask"], "255.255.255.0")
        self.assertEqual((told["routers"], told["dhcp_server_identifier"]), ("192.168.50.1",) * 2)
        self.assertEqual(told["domain_name_servers"], "192.168.50.1 1.1.1.1")
        self.assertEqual(told["dhcp_lease_time"], "3600")
        stored = self.stored(address)
        self.assertEqual((stored["state"], stored["mac"]), ("leased", self.lab.client_mac()))

    def test_network_manager_gets_the_same_address_when_it_connects_again(self):
        self.serve()
        self.start()
        address = self.address()
        self.wait_for_route()
        self.nmcli("device", "disconnect", "veth-c")  # it releases nothing
        self.assertEqual(self.stored(address)["state"], "leased")
        wait_until(lambda: "inet " not in self.space.ip("-4 addr show veth-c"), 5, "no address")
        self.nmcli("device", "connect", "veth-c")
        self.assertEqual(self.address(), address)

    def test_network_manager_gets_its_reservation(self):
        self.check_reservation()

    def test_network_manager_renews_also_at_a_restarted_server(self):
        self.check_renewal_and_restart()
