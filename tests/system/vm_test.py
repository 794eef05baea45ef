# SPDX-License-Identifier: Apache-2.0
"""A whole virtual machine on a bridge that Melange serves: what its kernel and its DHCP client say
on the serial console is what the store has.
"""

from case import SystemTest
from vm import Machine

MAC = "52:54:00:76:6d:01"
METADATA = "169.254.169.254"
CONFIG = """\
[store]
path = "{store}"
[log]
level = "debug"
[dhcp]
interfaces = ["br0"]
[[network]]
id = "tenant"
conflict_check = false
[[network.block]]
cidr = "192.168.50.0/24"
gateway = "192.168.50.1"
dns = ["192.168.50.1", "1.1.1.1"]
pools = ["192.168.50.100-192.168.50.199"]
lease_time = "15s"
mtu = 1400
routes = [{{ destination = "169.254.169.254/32", gateway = "192.168.50.2" }}]
"""
RESERVATION = """\
[[network.reservation]]
mac = "52:54:00:76:6d:01"
addresses = ["192.168.50.20"]
hostname = "web1"
"""


class VirtualMachineTest(SystemTest):
    """A test in a class of its own each, below, so that they run side by side."""
    SECONDS = 120  # a boot takes six, or more beside others

    def setUp(self):
        super().setUp()
        space = self.lab.server_space
        space.ip("link add br0 type bridge forward_delay 0")
        space.ip("addr add 192.168.50.1/24 dev br0")
        space.ip("addr add 192.168.50.2/24 dev br0")
        space.ip(f"addr add {METADATA}/32 dev lo")
        space.ip("link set br0 up")

    def serve(self, more: str = "") -> None:
        self.server = self.lab.server(CONFIG.format(store=self.lab.folder / "store") + more)
        self.server.start()

    def machine(self) -> Machine:
        self.lab.server_space.ip("tuntap add tap0 mode tap")
        self.lab.server_space.ip("link set tap0 master br0 up")
        machine = Machine(self.lab.server_space, "tap0", MAC)
        self.addCleanup(machine.close)
        return machine.boot()


class ReservedMachineTest(VirtualMachineTest):
    def test_a_virtual_machine_lives_with_its_reservation(self):
        self.serve(RESERVATION)
        guest = self.machine()
        guest.wait_for("guest: bound done")
        self.assertEqual(guest.told("address"), ["192.168.50.20/24"])
        self.assertEqual(sorted(guest.told("route")), [
            f"{METADATA} via 192.168.50.2 dev eth0",
            "192.168.50.0/24 dev eth0 scope link  src 192.168.50.20",
            "default via 192.168.50.1 dev eth0"])
        self.assertEqual(guest.told("nameserver"), ["192.168.50.1", "1.1.1.1"])
        self.assertEqual(guest.told("mtu"), ["1400"])
        self.assertEqual(guest.told("hostname"), ["web1"])
        stored = self.server.leases()["192.168.50.20"]
        self.assertEqual((stored["state"], stored["mac"]), ("bound", MAC))
        guest.say(f"ping {METADATA}")
        guest.wait_for(f"guest: reached {METADATA}")


class LeasingMachineTest(VirtualMachineTest):
    def test_a_virtual_machine_renews_and_gives_its_lease_back_when_it_is_shut_down(self):
        self.serve()
        guest = self.machine()
        guest.wait_for("guest: bound done")
        address = guest.told("address")[0].removesuffix("/24")
        first = self.server.leases()[address]
        self.assertEqual((first["state"], first["mac"]), ("leased", MAC))
        # A request in the first tenth of a lease is answered with what was promised already.
        guest.say("ping 192.168.50.1")
        guest.wait_for("guest: reached 192.168.50.1")
        guest.say("renew")
        guest.wait_for("guest: renew done")
        self.assertEqual(set(guest.told("address")), {address + "/24"})
        self.assertGreater(self.server.leases()[address]["expires"], first["expires"])
        guest.say("poweroff")
        self.server.process.wait_for_log("RELEASE.*reason=released")
        self.assertEqual(self.server.leases()[address]["state"], "held")
        guest.wait_for("guest: off")
        self.assertEqual(guest.process.wait(10), 0)


del VirtualMachineTest  # without a test
