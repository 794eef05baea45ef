# SPDX-License-Identifier: Apache-2.0
"""hostile.md W8 to W20, W28 and W29: what is wrong with the DHCPv4 message itself, on a link where
clients are. Option 61 is tried where it is who a client is: on the link `other`.
"""

import json
import struct
import time

import hostile
from hostile import (BAD, GIADDR, RELAY, SERVER, Frame, bootp, discover, ipv4, mac,
                     options, request)
from packets import OFFER

TYPE_DISCOVER = bytes([53, 1, 1])
END = b"\xff"
# Strings of clients that are no host names: they end terminals, quotes, records, files, pages.
HOST_NAMES = [
    b"", b"\0", b"\0\0", b"\xff" * 255, b"a..b", b"a" * 64, b"a\nb", b"a b", b"\x1b[2J", b"%n%s",
    b"../x", b"'\";$(id)", b"<script>", b"\xc3\x28\xf0\x28", b"-a", b"a-", b".", b"=cmd()",
    b"a\r\nX: y", b"\\x41", b"a" * 255]
WEIRD = [b"\x1b", b"<script>", b"%n%s", b"$(id)", b"\xc3\x28", b"=cmd()"]


class MessagesTest(hostile.HostileTest):
    def check_all_dropped(self, payloads, *reasons, **more):
        self.check_dropped([Frame(payload) for payload in payloads], *reasons, **more)

    def check_offered(self, payload: bytes, client: bytes = BAD, wire=None):
        wire = wire or self.lab_wire
        wire.send(Frame(payload, client))
        offered = wire.answer(client, OFFER)
        self.assertIsNotNone(offered, payload[236:].hex())
        return offered


class HeadersTest(MessagesTest):
    def test_W8_a_message_that_is_no_request_is_dropped(self):
        self.check_all_dropped([discover(op=op) for op in (0, 3, 255)], "malformed")

    def test_W8_a_server_where_clients_are_is_told(self):
        theirs = [bootp(BAD, options((53, bytes([type_])), (54, ipv4("192.168.50.66"))) + END, op=2)
                  for type_ in (2, 5, 6)]
        ours = [bootp(BAD, options((53, bytes([type_]))) + END) for type_ in (2, 5, 6)]
        self.check_dropped([Frame(discover(op=2)), *map(Frame, theirs), *map(Frame, ours),
                            Frame(discover(), ports=(67, 67)),
                            Frame(theirs[0], ports=(67, 68))], "rogue_server")

    def test_W9_what_has_no_Ethernet_address_is_dropped(self):
        self.check_all_dropped(
            [*(discover(hlen=hlen) for hlen in (0, 1, 5, 7, 16, 17, 255)),
             *(discover(htype=htype) for htype in (0, 6, 32, 255))], "bad_hardware_address")

    def test_W10_any_six_octets_are_a_MAC_where_no_port_is_one_tenants(self):
        addresses = set()
        for client in (bytes(6), b"\xff" * 6, b"\x01\0\x5e\0\0\1", b"\0\0\0\0\0\1", mac(77)):
            self.lab_wire.send(Frame(discover(client=client, xid=5), BAD))
            offered = self.lab_wire.answer(client, OFFER, xid=5)
            self.assertIsNotNone(offered, client.hex())
            addresses.add(self.lab_wire.ack(offered))
        self.assertEqual(len(addresses), 5)
        self.assertEqual(len(self.server.leases()), 5)

    def test_W11_a_missing_or_wrong_cookie_is_dropped(self):
        self.check_all_dropped(
            [discover(cookie=cookie) for cookie in (b"", bytes(4), b"\x63\x82\x53\x62", END * 4)],
            "malformed")

    def test_W11_a_message_without_a_type_is_dropped(self):
        areas = (b"", END, options((12, b"x")) + END, bytes(60))
        self.check_all_dropped([bootp(BAD, area) for area in areas], "no_message_type")


class OptionsTest(MessagesTest):
    def test_W12_an_option_past_the_end_is_dropped(self):
        self.check_all_dropped(
            [bootp(BAD, TYPE_DISCOVER + area) for area in
             (b"\x0c", b"\x0c\x01", b"\x0c\xff" + bytes(254), b"\x37\x20\x01\x03", b"\x52\xff",
              options((12, b"x")) + b"\x3d")], "malformed")

    def test_W12_options_without_End_junk_behind_it_and_pads_are_read_rightly(self):
        areas = [TYPE_DISCOVER, TYPE_DISCOVER + END + b"\x35\x01\x07" + b"\x0c\xff",
                 TYPE_DISCOVER + END * 200, bytes(1200) + TYPE_DISCOVER + END,
                 TYPE_DISCOVER + bytes(1200),
                 TYPE_DISCOVER + options(*((code, b"x") for code in range(128, 250))) + END]
        for area in areas:
            self.check_offered(bootp(BAD, area))
        self.check_offered(bootp(BAD, bytes(1400) + TYPE_DISCOVER + END), wire=self.other)

    def test_W12_options_of_one_octet_in_any_number_are_no_danger(self):
        many = [options(*((code, b"x") for code in range(1, 241) if code not in fixed)) for fixed in
                ({53}, {50, 51, 53, 54, 57, 61, 82, 116, 118, 52})]
        self.check_dropped([Frame(bootp(BAD, TYPE_DISCOVER + many[0] + END))])
        self.check_offered(bootp(BAD, TYPE_DISCOVER + many[1] + END))
        self.check_offered(bootp(BAD, TYPE_DISCOVER + options(*[(12, b"x")] * 240) + END))

    def test_W13_a_message_type_of_no_or_two_octets_or_no_meaning_is_dropped(self):
        values = [b"", b"\x01\x01", b"\x01\0", *(bytes([value]) for value in (0, *range(9, 256)))]
        self.check_all_dropped([bootp(BAD, options((53, value)) + END) for value in values],
                               "bad_option_length", "unexpected_type")

    def test_W13_two_message_types_are_dropped(self):
        pairs = ((1, 3), (3, 1), (1, 7), (7, 1), (1, 1))
        self.check_all_dropped(
            [bootp(BAD, options((53, bytes([one])), (12, b"x"), (53, bytes([two]))) + END)
             for one, two in pairs], "bad_option_length")

    def test_W14_a_client_id_of_no_octets_or_one_is_dropped(self):
        payloads = [discover((61, value)) for value in (b"", b"\x01", b"\xff")]
        self.check_all_dropped(payloads, "bad_option_length")
        self.check_all_dropped(payloads, "bad_option_length", wire=self.other, link="veth-b")

    def test_W14_client_ids_of_any_octets_are_identities_of_their_own(self):
        ids = [bytes(254), bytes(253), bytes(255), bytes(range(1, 256)), END * 255, bytes(2),
               b"a" * 128 + b"b", b"a" * 128 + b"c", b"a" * 254 + b"b", b"a" * 254 + b"c"]
        # All with one MAC: only their identifiers tell them apart.
        addresses = []
        for number, identity in enumerate(ids):
            addresses.append(self.other.ack(self.other.offer(BAD, 100 + number, (61, identity)),
                                            (61, identity)))
        self.assertEqual(len(set(addresses)), len(ids))
        again = [self.other.offer(BAD, 200 + number, (61, identity))
                 for number, identity in enumerate(ids)]
        self.assertEqual([offer.yiaddr for offer in again], addresses)
        self.assertEqual([offer.options[61] for offer in again], ids, "echoed octet for octet")
        self.assertEqual(set(addresses) - set(self.server.leases()), set())

    def test_W17_an_option_that_is_asked_for_255_times_is_sent_once(self):
        for code in (0, 1, 3, 6, 51, 53, 54, 61, 82, 255):
            offered = self.check_offered(discover((55, bytes([code] * 255))))
            self.assertEqual(self.repeated(), [])
            self.assertEqual(len(offered.options[54]), 4)
        self.check_offered(discover((55, bytes(range(255)))))
        self.assertEqual(self.repeated(), [])

    def repeated(self) -> list[int]:
        """The options that stand more than once in the last reply."""
        area, codes, at = self.lab_wire.seen[-1].octets[14 + 28 + 240:], [], 0
        while area[at] != 255:
            codes.append(area[at])
            at += 2 + area[at + 1]
        return [code for code in codes if codes.count(code) > 1]

    def test_W19_an_overload_that_is_a_lie_is_dropped(self):
        three = options((52, b"\x03"))
        self.check_all_dropped(
            [*(discover((52, bytes([value]))) for value in (0, 4, 128, 255)),
             discover((52, b"")), discover((52, b"\1\1")), discover((52, b"\1"), (52, b"\2")),
             discover((52, b"\x02"), sname=three + END), discover((52, b"\x01"), file=three + END),
             # Without End; with an option that would run into the next field.
             discover((52, b"\x02"), sname=options((12, b"x" * 62))),
             discover((52, b"\x02"), sname=bytes(64)),
             discover((52, b"\x03"), sname=END, file=bytes(128)),
             discover((52, b"\x02"), sname=bytes(62) + b"\x0c\x20"),
             discover((52, b"\x01"), file=bytes(127) + b"\x0c")], "malformed")

    def test_W19_options_in_sname_and_file_are_read_only_if_overload_says_so(self):
        wish = options((50, ipv4("192.168.50.123"))) + END
        taken = self.check_offered(discover((52, b"\x03"), file=wish, sname=END))
        self.assertEqual(taken.yiaddr, "192.168.50.123")
        client = mac(9)
        ignored = self.check_offered(discover(client=client, file=wish, sname=wish), client)
        self.assertNotEqual(ignored.yiaddr, "192.168.50.123")

    def test_W20_an_option_in_parts_is_joined(self):
        whole = bytes(range(1, 31))
        parts = [(61, whole[:1]), (12, b"x"), (61, b""), (61, whole[1:20]), (61, whole[20:])]
        offered = self.other.offer(BAD, 3, *parts)
        self.assertEqual(offered.options[61], whole)
        address = self.other.ack(offered, (61, whole))
        self.assertEqual(self.other.offer(mac(5), 4, (61, whole)).yiaddr, address)

    def test_W20_option_82_in_two_parts_is_joined_and_echoed(self):
        whole = options((1, b"port-17"), (2, b"relay"))
        self.up.unicast(discover((82, whole[:5]), (82, whole[5:]), giaddr=GIADDR), RELAY,
                        ports=(67, 67))
        self.assertEqual(self.up.answer(BAD, OFFER).options[82], whole)

    def test_W20_more_joined_octets_than_there_is_room_for_are_dropped(self):
        parts = [(12, b"x" * 255)] * 20
        tall = discover(*parts)
        self.assertGreater(len(tall), 4096)
        routed = Frame(tall, to=self.other.server_mac, source="192.168.51.9",
                       destination=hostile.OTHER_SERVER)
        self.check_dropped([Frame(tall), routed], wire=self.other)

    def test_W28_options_of_one_length_in_another_are_dropped(self):
        lengths = {50: (0, 3, 5), 51: (0, 3, 5), 54: (0, 3, 5), 57: (0, 1, 3), 116: (0, 2),
                   118: (0, 3, 5)}
        wrong = [(code, bytes(size)) for code, sizes in lengths.items() for size in sizes]
        self.check_all_dropped([*map(discover, wrong), *map(request, wrong)], "bad_option_length")

    def test_W28_lease_times_are_kept_within_those_of_the_configuration(self):
        for number, wish in enumerate((0, 1, 3599, 3601, 0x7FFFFFFF, 0xFFFFFFFF)):
            client = mac(number)
            offered = self.check_offered(discover((51, wish.to_bytes(4)), client=client), client)
            self.assertEqual(int.from_bytes(offered.options[51]), 3600)
            self.lab_wire.ack(offered, (51, wish.to_bytes(4)))
            self.assertEqual(int.from_bytes(self.lab_wire.seen[-1].message.options[51]), 3600)

    def test_W29_what_only_servers_and_relays_may_say_is_dropped(self):
        # FORCERENEW, LEASEQUERY to LEASEQUERYSTATUS, BULKLEASEQUERY, TLS and what has no name.
        types = range(9, 19)
        self.check_all_dropped(
            [bootp(BAD, options((53, bytes([type_])), (61, b"\1" + BAD), (50, ipv4(SERVER))) + END,
                   ciaddr=ciaddr) for type_ in types for ciaddr in ("0.0.0.0", "192.168.50.100")],
            "unexpected_type")

    def test_W29_subnet_selection_and_the_TFTP_server_address_of_a_client_change_nothing(self):
        for extra in ((118, ipv4("192.168.60.0")), (118, ipv4("192.168.51.0")),
                      (150, ipv4("192.168.60.1"))):
            offered = self.check_offered(discover(extra))
            self.assertRegex(offered.yiaddr, r"^192\.168\.50\.")
            self.assertNotIn(extra[0], offered.options)


# More than one packet has room for.
LONG = {code: bytes([code]) * 200 for code in range(230, 242)}
LONG_OPTIONS = ", ".join(f'"{code}" = "hex:{value.hex()}"' for code, value in LONG.items())


class SizesTest(MessagesTest):
    CONFIG = hostile.CONFIG.replace("[[network.block]]",
                                    f"options = {{{{ {LONG_OPTIONS} }}}}\n[[network.block]]")

    def test_W18_no_reply_is_longer_than_the_client_and_the_link_take(self):
        wanted = (55, bytes(LONG))
        for wire in (self.lab_wire, self.other):
            for size in (0, 1, 100, 575, 576, 577, 900, 1499, 1500, 1501, 9000, 65535, None):
                wish = [] if size is None else [(57, size.to_bytes(2))]
                most = 576 if size is None else min(max(size, 576), 1500)
                self.check_offered(discover(wanted, *wish), wire=wire)
                ip = wire.seen[-1].octets[14:]
                total, _, fragment = struct.unpack("!HHH", ip[2:8])
                self.assertEqual(fragment & 0x3FFF, 0)
                self.assertLessEqual(total, most)
                self.assertEqual(len(ip), total)
                self.assertLessEqual({51, 53, 54, 1}, set(wire.seen[-1].message.options))
            self.assertEqual(len(wire.seen), 13, "one packet each")


class NamesTest(MessagesTest):
    def check_leased_anyway(self, extras, never=WEIRD):
        """A lease for each, and nothing of theirs in a reply; nothing raw in the log or in JSON."""
        for number, extra in enumerate(extras):
            self.lab_wire.lease(mac(number), extra)
        listed = self.server.call("lease", "list", "--json").stdout.encode()
        self.assertEqual(len(json.loads(listed)), len(extras))
        table = self.server.call("lease", "list").stdout.encode()
        log = self.server.process.log.read_bytes()
        for text in (listed, table, log):
            self.assertEqual(set(text) - set(range(0x20, 0x7F)) - {0x0A}, set())
            self.assertEqual([weird for weird in never if weird in text], [])
        for seen in self.lab_wire.seen:
            self.assertEqual({12, 81} & set(seen.message.options), set())

    def test_W15_what_is_no_host_name_is_ignored(self):
        self.check_leased_anyway([(12, name) for name in HOST_NAMES])

    def test_W15_what_is_no_text_in_other_text_options_is_ignored(self):
        self.check_leased_anyway([(code, name) for code in (15, 56, 60, 77) for name in HOST_NAMES
                                  if len(name) < 200][:60], never=[])

    def test_W16_what_is_no_FQDN_is_ignored_in_bounded_time(self):
        label = b"\x3f" + b"a" * 63
        values = [b"", b"\1", b"\1\0", b"\4\0\0\x40" + b"a" * 64 + b"\0",
                  b"\4\0\0" + label * 3 + b"\0x", b"\4\0\0" + (label * 4)[:251] + b"\0",
                  b"\4\0\0\xc0\x03", b"\4\0\0\xc0\x00", b"\4\0\0\xc0",
                  b"\4\0\0" + b"\xc0\x03" * 120, b"\4\0\0\x05ab",
                  b"\x0d\0\0\x01a\0", b"\xff\0\0\x01a\0", b"\0\0\0a..b", b"\0\0\0\x1b[2J",
                  b"\4\0\0\x08<script>\0", b"\0\0\0" + b"a" * 64]
        began = time.monotonic()
        self.check_leased_anyway([(81, value) for value in values])
        self.assertLess(time.monotonic() - began, 0.5 * len(values))

    def test_W16_the_longest_FQDN_that_lacks_its_domain_comes_back_with_what_there_is_to_say(self):
        name = (b"\x3f" + b"a" * 63) * 3
        acked = self.lab_wire.offer(BAD, 1, (81, b"\5\0\0" + name))
        # RFC 4702 section 4: nobody here tells the DNS, against the client's wish.
        self.assertEqual(acked.options[81], b"\x0e\xff\xff" + name)


def at_debug(test: type) -> type:
    name = test.__name__.replace("Test", "AtDebugTest")
    return type(name, (test,), {"LEVEL": "debug", "__module__": __name__})


HeadersAtDebugTest, OptionsAtDebugTest, SizesAtDebugTest, NamesAtDebugTest = map(
    at_debug, (HeadersTest, OptionsTest, SizesTest, NamesTest))
del MessagesTest
