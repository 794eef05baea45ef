# SPDX-License-Identifier: Apache-2.0
"""iPXE in a virtual machine's network card, on a tap that Melange serves: it boots what Melange
names, over HTTP or TFTP. What it boots is a script that says on the console what iPXE knows.
"""

import sys

from case import SystemTest
from vm import Machine

MAC = "52:54:00:69:70:78"
URL = "http://192.168.50.1:8000/script.ipxe"
CONFIG = """\
[store]
path = "{store}"
[log]
level = "debug"
[dhcp]
interfaces = ["tap0"]
[[network]]
id = "lab"
conflict_check = false
[[network.block]]
cidr = "192.168.50.0/24"
gateway = "192.168.50.1"
dns = ["192.168.50.1"]
pools = ["192.168.50.100-192.168.50.199"]
"""
RESERVATION = """\
boot = { server = "192.168.50.9", file = "the-reservations-wins" }
[[network.reservation]]
mac = "52:54:00:69:70:78"
addresses = ["192.168.50.20"]
boot = { server = "192.168.50.1", file = "script.ipxe" }
"""
CLASS = """\
boot = { server = "192.168.50.1", file = "undionly.kpxe" }
[[class]]
name = "ipxe"
match = { user_class = "iPXE" }
boot = { server = "192.168.50.1", file = "http://192.168.50.1:8000/script.ipxe" }
"""
SCRIPT = """\
#!ipxe
echo booted: address ${net0/ip}
echo booted: gateway ${net0/gateway}
echo booted: dns ${net0/dns}
echo booted: file ${filename}
echo booted: server ${next-server}
echo booted: done
sleep 100
"""
# iPXE waits a quarter of a minute for a router of IPv6, so there is one; it routes nothing.
ROUTER = """\
import socket, time
out = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_ICMPV6)
out.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_HOPS, 255)
while True:
    try:
        out.sendto(bytes([134, 0, 0, 0, 64]) + bytes(11),
                   ("ff02::1", 0, 0, socket.if_nametoindex("tap0")))
    except OSError as error:  # the link has no address yet
        print(error)
    time.sleep(0.2)
"""


class IpxeTest(SystemTest):
    SECONDS = 120

    def setUp(self):
        super().setUp()
        self.space = self.lab.server_space
        self.space.ip("tuntap add tap0 mode tap")
        self.space.ip("addr add 192.168.50.1/24 dev tap0")
        self.space.ip("link set tap0 up")
        self.folder = self.lab.folder / "boot"
        self.folder.mkdir()
        (self.folder / "script.ipxe").write_text(SCRIPT)
        self.space.start(sys.executable, "-c", ROUTER, log="router.log")

    def serve(self, more: str) -> None:
        self.server = self.lab.server(CONFIG.format(store=self.lab.folder / "store") + more)
        self.server.start()

    def serve_http(self):
        return self.space.start("busybox", "httpd", "-f", "-vv", "-p", "192.168.50.1:8000", "-h",
                                str(self.folder), log="http.log")

    def serve_tftp(self):
        return self.space.start("dnsmasq", "--keep-in-foreground", "--conf-file=/dev/null",
                                "--port=0", "--user=root", "--pid-file=", "--log-facility=-",
                                "--enable-tftp", f"--tftp-root={self.folder}", log="tftp.log")

    def boot(self) -> dict[str, str]:
        """What the script says once it is booted."""
        guest = Machine(self.space, "tap0", MAC, "ipxe")
        self.addCleanup(guest.close)
        guest.launch(netboot=True).wait_for(r"\nbooted: done")
        return {what: value for what, _, value in (
            line.partition(" ") for line in guest.said("booted"))}

    def test_ipxe_boots_the_file_that_an_option_names(self):
        self.serve(f'options = {{ boot-file-name = "{URL}" }}\n')
        http = self.serve_http()
        told = self.boot()
        self.assertRegex(told["address"], r"^192\.168\.50\.1\d\d$")
        self.assertEqual((told["gateway"], told["dns"]), ("192.168.50.1", "192.168.50.1"))
        self.assertEqual(told["file"], URL)
        http.wait_for_log(rf"{told['address']}:\d+: url:/script.ipxe")
        stored = self.server.leases()[told["address"]]
        self.assertEqual((stored["state"], stored["mac"]), ("leased", MAC))

    def test_ipxe_boots_the_file_of_its_reservation_by_tftp(self):
        self.serve(RESERVATION)
        tftp = self.serve_tftp()
        told = self.boot()
        self.assertEqual((told["address"], told["server"]), ("192.168.50.20", "192.168.50.1"))
        self.assertEqual(told["file"], "script.ipxe")
        tftp.wait_for_log("sent .*/script.ipxe to 192.168.50.20")

    def test_ipxe_boots_the_file_of_the_class_of_ipxes(self):
        self.serve(CLASS)
        self.serve_http()
        told = self.boot()
        self.assertEqual((told["file"], told["server"]), (URL, "192.168.50.1"))
