# SPDX-License-Identifier: Apache-2.0
"""Where clients boot from: the fixed fields, their options, UEFI's HTTP boot, the way by iPXE, and
clients that know BOOTP alone.
"""

import socket

from exchange import BLOCK, NETWORK, ExchangeTest
from packets import DISCOVER, NAK, REQUEST, Message, decode, frame, ipv4, mac, payload_of

SERVER_NAME, FILE, VENDOR = 66, 67, 60
BOTH = (SERVER_NAME, FILE)
X64, HTTP_X64, BIOS = b"\x00\x07", b"\x00\x10", b"\x00\x00"
RESERVATION = '[[network.reservation]]\nmac = "02:00:00:00:00:07"\naddresses = ["192.168.50.7"]\n'
IPXE = """\
[[class]]
name = "ipxe"
match = { user_class = "iPXE" }
boot = { file = "http://boot.lab/script.ipxe" }
[[class]]
name = "http"
match = { vendor_class = "HTTPClient", arch = "efi-x64-http" }
boot = { file = "http://boot.lab/ipxe.efi" }
[[class]]
name = "uefi"
match = { vendor_class = "PXEClient", arch = "efi-x64" }
boot = { file = "ipxe.efi" }
[[class]]
name = "bios"
match = { vendor_class = "PXEClient", arch = "bios" }
boot = { file = "undionly.kpxe" }
"""


class BootTest(ExchangeTest):
    def boot_of(self, answer: Message) -> tuple:
        return answer.siaddr, answer.sname, answer.file

    def test_boot_fields_are_in_the_header_and_on_request_in_options_too(self):
        boot = 'boot = { server = "192.0.2.2", server_name = "boot.lab", file = "pxelinux.0" }\n'
        self.serve(NETWORK + boot + BLOCK)
        expected = ("192.0.2.2", b"boot.lab", b"pxelinux.0")
        offered = self.offer(mac(1), (1, 3))
        self.assertEqual(self.boot_of(offered), expected)
        self.assertEqual(set(BOTH) & set(offered.options), set())
        acked = self.ack(offered, BOTH)
        self.assertEqual(self.boot_of(acked), expected)
        self.assertEqual((acked.options[SERVER_NAME], acked.options[FILE]), expected[1:])

    def test_without_boot_keys_all_of_it_is_empty(self):
        self.serve(NETWORK + BLOCK)
        acked = self.lease(mac(1), BOTH)
        self.assertEqual(self.boot_of(acked), ("0.0.0.0", b"", b""))
        self.assertEqual(set(BOTH) & set(acked.options), set())

    def test_a_NAK_names_nothing_to_boot_from(self):
        self.serve(NETWORK + 'boot = { server = "192.0.2.2", file = "x" }\n' + BLOCK)
        refused = self.answer(self.message(REQUEST, mac(1), BOTH, {50: ipv4("10.1.1.1")}))
        self.assertEqual((refused.type, *self.boot_of(refused)), (NAK, "0.0.0.0", b"", b""))

    def test_each_boot_key_comes_from_the_nearest_layer_that_has_it(self):
        special = '[[class]]\nname = "c"\nmatch = { user_class = "c" }\n' \
                  'boot = { server_name = "class", file = "class" }\n'
        self.serve(
            special + NETWORK + 'boot = { server = "192.0.2.2", server_name = "network" }\n' +
            BLOCK + 'boot = { server = "192.0.2.3" }\n' + RESERVATION + 'boot = { file = "own" }\n',
            'boot = { server = "192.0.2.1", server_name = "dhcp", file = "dhcp" }')
        for client, says, expected in (
                (mac(7), {77: b"c"}, ("192.0.2.3", b"class", b"own")),
                (mac(7), {}, ("192.0.2.3", b"network", b"own")),
                (mac(8), {77: b"c"}, ("192.0.2.3", b"class", b"class")),
                (mac(8), {}, ("192.0.2.3", b"network", b"dhcp"))):
            self.assertEqual(self.boot_of(self.offer(client, (), says)), expected)

    def test_options_66_and_67_of_the_operators_own_leave_the_fixed_fields_alone(self):
        self.serve(NETWORK + 'boot = { server = "192.0.2.2", file = "field" }\n'
                   'options = { tftp-server-name = "option", boot-file-name = "option" }\n' + BLOCK)
        acked = self.lease(mac(1), BOTH)
        self.assertEqual(self.boot_of(acked), ("192.0.2.2", b"", b"field"))
        self.assertEqual([acked.options[code] for code in BOTH], [b"option", b"option"])

    def test_a_file_too_long_for_its_field_is_in_option_67_unasked(self):
        sizes = (127, 128, 255)
        self.serve("".join(f'[[class]]\nname = "c{size}"\nmatch = {{ user_class = "{size}" }}\n'
                           f'boot = {{ file = "{"f" * size}" }}\n' for size in sizes) +
                   NETWORK + BLOCK)
        for size in sizes:
            offered = self.offer(mac(1), (1,), {57: b"\x05\xdc", 77: str(size).encode()})
            fits = size == 127
            self.assertEqual(offered.file, b"f" * size if fits else b"")
            self.assertEqual(offered.options.get(FILE, b""), b"" if fits else b"f" * size)

    def test_each_firmware_and_then_iPXE_get_files_of_their_own(self):
        self.serve(IPXE + NETWORK + 'boot = { server = "192.0.2.2" }\n' + BLOCK)
        pxe = b"PXEClient:Arch:%05d:UNDI:003016"
        for says, file in (({60: pxe % 7, 93: X64}, b"ipxe.efi"),
                           ({60: pxe % 9, 93: b"\x00\x09"}, b"ipxe.efi"),
                           ({60: pxe % 0, 93: BIOS}, b"undionly.kpxe"),
                           ({60: pxe % 0, 93: BIOS, 77: b"iPXE"}, b"http://boot.lab/script.ipxe"),
                           ({60: pxe % 7, 93: X64, 77: b"\x04iPXE"},
                            b"http://boot.lab/script.ipxe"),
                           ({60: b"MSFT 5.0"}, b"")):
            offered = self.offer(mac(1), BOTH, says)
            self.assertEqual(self.boot_of(offered), ("192.0.2.2", b"", file))
            self.assertNotIn(VENDOR, offered.options)

    def test_UEFI_that_boots_by_HTTP_is_told_its_vendor_class_and_the_URI(self):
        # UEFI 2.10 section 24.7.3.1: without either, firmware does not take the answer.
        self.serve(IPXE + NETWORK + BLOCK)
        says = {60: b"HTTPClient:Arch:00016:UNDI:003001", 93: HTTP_X64}
        for answer in (self.offer(mac(1), (1,), says), self.lease(mac(2), (1,), says)):
            self.assertEqual(answer.options[VENDOR], b"HTTPClient")
            self.assertEqual(answer.options[FILE], b"http://boot.lab/ipxe.efi")
        # Where no class has anything for it, nothing is said of HTTP either.
        other = self.offer(mac(3), (1,), {60: b"HTTPClient:Arch:00019", 93: b"\x00\x13"})
        self.assertEqual({VENDOR, FILE} & set(other.options), set())


class BootpTest(ExchangeTest):
    def ask(self, client: bytes, options: bytes = b"", seconds: float = 5) -> Message | None:
        """A BOOTREQUEST of RFC 951: it has no message type."""
        whole = Message(DISCOVER, next(self.xids), client).encode()
        payload = (whole[:240] + options + b"\xff").ljust(300, b"\0")
        self.raw.socket.send(frame(client, payload))
        self.raw.socket.settimeout(seconds)
        while True:
            try:
                octets, address = self.raw.socket.recvfrom(2048)
            except TimeoutError:
                return None
            if address[2] == socket.PACKET_OUTGOING or not (answer := payload_of(octets)):
                continue
            self.size = len(answer)
            if message := decode(answer, bootp=True):
                return message

    def test_a_BOOTP_client_gets_its_reservation_without_a_lease(self):
        self.serve(NETWORK + 'bootp = true\nboot = { server = "192.0.2.2", file = "x" }\n' +
                   BLOCK + 'gateway = "192.168.50.254"\n' + RESERVATION + 'hostname = "web7"\n')
        answer = self.ask(mac(7))
        self.assertEqual((answer.type, answer.yiaddr, answer.siaddr, answer.file),
                         (0, "192.168.50.7", "192.0.2.2", b"x"))
        self.assertEqual(self.size, 300, "as RFC 951 has them")
        self.assertEqual(answer.options[1], ipv4("255.255.255.0"))
        self.assertEqual(answer.options[3], ipv4("192.168.50.254"))
        self.assertEqual({51, 53, 54, 58, 59} & set(answer.options), set())
        self.assertEqual(self.server.leases()["192.168.50.7"]["state"], "reserved")

    def test_BOOTP_is_not_answered_without_a_reservation_or_where_it_is_not_wanted(self):
        self.serve(NETWORK + "bootp = true\n" + BLOCK + RESERVATION)
        self.assertIsNone(self.ask(mac(8), seconds=0.3))
        self.reload(NETWORK + BLOCK + RESERVATION)
        self.assertIsNone(self.ask(mac(7), seconds=0.3))
        self.assertEqual(self.lease(mac(7)).yiaddr, "192.168.50.7")
