# SPDX-License-Identifier: Apache-2.0
"""Client classes and layers of options: who is a member, what members get, and which value is sent
of several.
"""

import signal

from exchange import BLOCK, NETWORK, ExchangeTest, texts
from packets import ACK, DISCOVER, INFORM, NAK, REQUEST, ipv4, mac

DOMAIN, ROOT_PATH, NIS_DOMAIN, TFTP_SERVER, NIS_PLUS, PCODE = 15, 17, 40, 66, 64, 100
IPXE_RAW, IPXE_LIST = b"iPXE", b"\x03lab\x04iPXE"
X64, ARM64 = b"\x00\x07", b"\x00\x0b"
KNOWN = """\
[[network.reservation]]
mac = "02:00:00:00:00:07"
addresses = ["192.168.50.7"]
"""


def class_(name: str, match: str, more: str = "") -> str:
    """One that tells its members its name in option 17."""
    return f'[[class]]\nname = "{name}"\nmatch = {{ {match} }}\n' \
           f'options = {{ root-path = "{name}" }}\n{more}'


class MatchTest(ExchangeTest):
    def class_of(self, client: bytes, says: dict[int, bytes]) -> str:
        offered = self.offer(client, (ROOT_PATH,), says)
        return offered.options.get(ROOT_PATH, b"").decode()

    def test_a_member_is_known_by_what_it_sends(self):
        self.serve("".join([
            class_("vendor", 'vendor_class = "PXEClient"'),
            class_("user", 'user_class = ["iPXE", "lab-*"]'),
            class_("arch", 'arch = ["efi-x64", 11]'),
            class_("mac", 'mac = "02:00:aa:*"'),
            class_("option", 'has_option = [175, "auto-config"]'),
            class_("uuid", 'uuid = "00112233-4455*"'),
            class_("enterprise", "vendor_enterprise = 311"),
            class_("known", "known = true"),
            NETWORK, BLOCK, KNOWN]))
        microsoft = b"\x00\x00\x01\x37\x03\x02hi"
        cases = [
            ("vendor", mac(1), {60: b"PXEClient:Arch:00007:UNDI:003016"}),
            ("vendor", mac(1), {60: b"PXEClient", 77: IPXE_RAW, 93: X64}),  # the first in the file
            ("", mac(1), {60: b"xPXEClient"}), ("", mac(1), {60: b"PXEClien"}),
            ("user", mac(1), {77: IPXE_RAW}), ("user", mac(1), {77: IPXE_LIST}),
            ("user", mac(1), {77: b"\x05lab-7"}), ("user", mac(1), {77: b"lab-7"}),
            ("", mac(1), {77: b"iPXE2"}), ("", mac(1), {77: b"\x09iPXE"}),
            ("arch", mac(1), {93: X64}), ("arch", mac(1), {93: b"\x00\x09"}),
            ("arch", mac(1), {93: b"\x00\x00" + ARM64}), ("", mac(1), {93: b"\x00\x00"}),
            ("", mac(1), {93: b"\x07"}),
            ("mac", mac(0xAA000001), {}), ("", mac(0xAB000001), {}),
            ("option", mac(1), {175: b"x", 116: b"\x01"}), ("", mac(1), {175: b"x"}),
            ("uuid", mac(1), {97: b"\0" + bytes.fromhex("00112233445566778899aabbccddeeff")}),
            ("", mac(1), {97: bytes.fromhex("00112233445566778899aabbccddeeff00")}),
            ("enterprise", mac(1), {124: microsoft}), ("", mac(1), {124: microsoft[:-1]}),
            ("known", mac(7), {}), ("", mac(8), {})]
        found = [(self.class_of(client, says), client, says) for _, client, says in cases]
        self.assertEqual(found, cases)

    def test_a_member_meets_all_conditions_of_its_class(self):
        self.serve(class_("both", 'user_class = "iPXE", arch = "efi-x64"') + NETWORK + BLOCK)
        self.assertEqual(self.class_of(mac(1), {77: IPXE_RAW, 93: X64}), "both")
        self.assertEqual(self.class_of(mac(1), {77: IPXE_RAW}), "")
        self.assertEqual(self.class_of(mac(1), {93: X64}), "")

    def test_members_of_a_class_to_ignore_get_no_answer_of_any_kind(self):
        self.serve(class_("phones", 'vendor_class = "phone"', "ignore = true\n") + NETWORK + BLOCK)
        wish = ipv4("192.168.50.100")
        phone = {60: b"phone 7"}
        self.check_silent(
            self.message(DISCOVER, mac(1), says=phone),
            self.message(REQUEST, mac(1), says={**phone, 50: wish}),
            self.message(REQUEST, mac(1), says={**phone, 50: ipv4("10.0.0.1")}),
            self.message(INFORM, mac(1), says=phone, ciaddr="192.168.50.20"))
        self.assertEqual(self.server.leases(), {})
        self.lease(mac(1))

    def test_a_reservation_names_classes_whatever_their_conditions(self):
        named = class_("named", 'vendor_class = "nobody"')
        self.serve(named + NETWORK + BLOCK + KNOWN + 'classes = ["named"]\n')
        self.assertEqual(self.class_of(mac(7), {}), "named")
        self.assertEqual(self.class_of(mac(8), {}), "")

    def test_a_reload_changes_who_is_a_member_and_what_members_get(self):
        self.serve(class_("old", 'user_class = "iPXE"', 'lease_time = "10m"\n') + NETWORK + BLOCK)
        acked = self.lease(mac(1), (ROOT_PATH,), {77: IPXE_RAW})
        self.assertEqual((acked.options[ROOT_PATH], acked.options[51]), (b"old", b"\0\0\x02\x58"))
        self.reload(class_("new", 'user_class = "gPXE"', 'lease_time = "20m"\n') + NETWORK + BLOCK)
        self.assertNotIn(ROOT_PATH, self.offer(mac(2), (ROOT_PATH,), {77: IPXE_RAW}).options)
        acked = self.lease(mac(3), (ROOT_PATH,), {77: b"gPXE"})
        self.assertEqual((acked.options[ROOT_PATH], acked.options[51]), (b"new", b"\0\0\x04\xb0"))
        self.reload(NETWORK + BLOCK)
        self.assertNotIn(ROOT_PATH, self.offer(mac(4), (ROOT_PATH,), {77: b"gPXE"}).options)

    def test_a_bad_class_is_refused_where_it_stands(self):
        good = class_("a", 'arch = "efi-x64"') + NETWORK + BLOCK
        server = self.serve(good)
        for bad, said in (('arch = "efi-x46"', "did you mean 'efi-x64'?"),
                          ('mac = "52:54"', "expected a MAC address or its first octets"),
                          ('users = "x"', "unknown key 'users'")):
            text = self.config(good.replace('arch = "efi-x64"', bad))
            line = 1 + text[:text.index(bad)].count("\n")
            server.config.write_text(text)
            done = server.call("check", check=False)
            self.assertEqual(done.returncode, 1, done)
            self.assertIn(f"{server.config}:{line}: ", done.stdout + done.stderr)
            self.assertIn(said, done.stdout + done.stderr)
        server.process.send(signal.SIGHUP)
        server.process.wait_for_log("the old one stays")
        self.assertEqual(self.class_of(mac(1), {93: X64}), "a")


class LeaseTest(ExchangeTest):
    def test_a_class_sets_the_lease_time_and_the_bounds_of_its_members_wishes(self):
        times = 'lease_time = "20m"\nmin_lease_time = "10m"\nmax_lease_time = "1h"\n'
        block = BLOCK + 'lease_time = "2h"\nmax_lease_time = "3h"\n'
        self.serve(class_("short", 'user_class = "short"', times) + NETWORK + block)
        wishes = ((None, 1200, 7200), (60, 600, 7200), (1800, 1800, 7200), (90_000, 3600, 10_800))
        for number, (wish, short, usual) in enumerate(wishes):
            for own, lasts, client in (({77: b"short"}, short, mac(2 * number)),
                                       ({}, usual, mac(2 * number + 1))):
                says = own if wish is None else {**own, 51: wish.to_bytes(4)}
                self.assertEqual(int.from_bytes(self.lease(client, (), says).options[51]), lasts)

    def test_the_pool_of_a_class_is_for_its_members_alone(self):
        pools = '[[network.block]]\ncidr = "192.168.50.0/24"\npools = ["192.168.50.100"]\n' \
                '[[network.block.pool]]\nrange = "192.168.50.200-192.168.50.201"\n' \
                'classes = ["ipxe"]\n'
        self.serve(class_("ipxe", 'user_class = "iPXE"') + NETWORK + pools)
        member = {77: IPXE_RAW}
        self.assertEqual(self.lease(mac(1)).yiaddr, "192.168.50.100")
        guarded = ipv4("192.168.50.200")
        self.check_silent(self.message(DISCOVER, mac(2)),
                          self.message(DISCOVER, mac(2), says={50: guarded}))
        refused = self.answer(self.message(REQUEST, mac(2), says={50: guarded}))
        self.assertEqual(refused.type, NAK)
        acked = self.lease(mac(2), (), member)
        self.assertEqual(acked.yiaddr, "192.168.50.200")
        # Its system has booted, and is no member any more: it has to look for another address.
        renewal = self.message(REQUEST, mac(2), ciaddr=acked.yiaddr)
        self.assertEqual(self.answer(renewal).type, NAK)
        again = self.answer(self.message(REQUEST, mac(2), says=member, ciaddr=acked.yiaddr))
        self.assertEqual(again.type, ACK)

    def test_the_block_of_a_class_is_for_its_members_alone(self):
        self.serve(class_("ipxe", 'user_class = "iPXE"') + NETWORK + BLOCK + 'classes = ["ipxe"]\n')
        self.check_silent(self.message(DISCOVER, mac(1)))
        self.lease(mac(1), (), {77: IPXE_LIST})


LAYERS = """\
[[class]]
name = "c"
match = {{ user_class = "c" }}
options = {{ root-path = "class", {domain} = "class" }}
force = ["root-path"]
[[network]]
id = "lab"
conflict_check = false
options = {{ {to_network} = "network" }}
force = ["nisplus-domain-name"]
[[network.block]]
cidr = "192.168.50.0/24"
options = {{ {to_block} = "block" }}
force = ["tftp-server-name"]
[[network.block.pool]]
range = "192.168.50.100-192.168.50.199"
options = {{ {to_pool} = "pool" }}
force = ["nis-domain"]
[[network.reservation]]
mac = "02:00:00:00:00:07"
addresses = ["192.168.50.107"]
options = {{ {domain} = "reservation" }}
force = ["domain-name"]
"""
ORDER = ("domain-name", "root-path", "nis-domain", "tftp-server-name", "nisplus-domain-name",
         "pcode")
CODES = (DOMAIN, ROOT_PATH, NIS_DOMAIN, TFTP_SERVER, NIS_PLUS, PCODE)


class LayersTest(ExchangeTest):
    """Each option is set in one layer more than the one before it, from [dhcp] up."""

    def setUp(self):
        super().setUp()
        text = LAYERS.format(domain=ORDER[0], to_pool=' = "pool", '.join(ORDER[:3]),
                             to_block=' = "block", '.join(ORDER[:4]),
                             to_network=' = "network", '.join(ORDER[:5]))
        everywhere = ' = "dhcp", '.join(ORDER)
        self.serve(text, f'options = {{ {everywhere} = "dhcp" }}\nforce = ["pcode"]')

    def values(self, client: bytes, asks: tuple[int, ...], says: dict[int, bytes]) -> list:
        acked = self.lease(client, asks, says)
        return [acked.options.get(code, b"").decode() for code in CODES]

    def test_the_nearer_to_the_client_the_stronger_is_an_option(self):
        asks = tuple(reversed(CODES))
        self.assertEqual(self.values(mac(7), asks, {77: b"c"}),
                         ["reservation", "class", "pool", "block", "network", "dhcp"])
        self.assertEqual(self.values(mac(8), asks, {77: b"c"}),
                         ["class", "class", "pool", "block", "network", "dhcp"])
        self.assertEqual(self.values(mac(9), asks, {}),
                         ["pool", "pool", "pool", "block", "network", "dhcp"])

    def test_what_a_layer_forces_is_sent_unasked(self):
        self.assertEqual(self.values(mac(7), (1,), {77: b"c"}),
                         ["reservation", "class", "pool", "block", "network", "dhcp"])
        self.assertEqual(self.values(mac(9), (1,), {}),
                         ["", "", "pool", "block", "network", "dhcp"])


class OptionTest(ExchangeTest):
    def test_options_of_the_operators_own_and_of_vendors_are_sent_as_they_are_set(self):
        own = '[[option]]\ncode = 230\nname = "site-id"\nform = "u32"\n' \
              '[[option]]\ncode = 231\nname = "site-hosts"\nform = "address-list"\n'
        vendor = class_("acs", 'vendor_class = "acs"').replace('root-path = "acs"', ", ".join([
            'vendor-encapsulated-options = [{ code = 1, data = "http://acs.lab/" },'
            ' { code = 6, data = "hex:08" }]',
            'vivso-suboptions = [{ enterprise = 3561, data = [{ code = 11, data = "url" }] }]']))
        self.serve(own + vendor + NETWORK + 'options = { site-id = 7, site-hosts = ["192.0.2.1", '
                   '"192.0.2.2"], "232" = "hex:0a1b" }\n' + BLOCK)
        options = self.offer(mac(1), (230, 231, 232, 43, 125), {60: b"acs"}).options
        self.assertEqual(options[230], b"\0\0\0\x07")
        self.assertEqual(options[231], ipv4("192.0.2.1") + ipv4("192.0.2.2"))
        self.assertEqual(options[232], b"\x0a\x1b")
        self.assertEqual(options[43], texts((1, b"http://acs.lab/"), (6, b"\x08")))
        self.assertEqual(options[125], b"\x00\x00\x0d\xe9\x05" + texts((11, b"url")))
        others = self.offer(mac(2), (230, 43, 125)).options
        self.assertEqual({230, 43, 125} & set(others), {230})
