# SPDX-License-Identifier: Apache-2.0
"""hostile.md W1 to W7: what is wrong with, or unusual about, the frame around a DHCPv4 message."""

import contextlib
import socket
import struct

import hostile
from hostile import BAD, ETH_P_ALL, SERVER, Frame, discover, udp_checksum
from packets import OFFER

DISCOVER = discover()
GOOD_FRAME = Frame(DISCOVER)
SOL_PACKET, PACKET_AUXDATA = 263, 8
CHECKSUM_NOT_READY = 1 << 3  # TP_STATUS_CSUMNOTREADY


def tag(vid: int, kind: int = 0x8100) -> bytes:
    return struct.pack("!HH", kind, vid)


class FramesTest(hostile.HostileTest):
    def check_answered(self, frame: Frame):
        self.lab_wire.send(frame)
        self.assertIsNotNone(self.lab_wire.answer(BAD, OFFER), f"{frame}")

    def test_W1_a_frame_that_is_cut_anywhere_is_dropped(self):
        whole = GOOD_FRAME.encode()
        # The kernel sends none that are shorter than an Ethernet header, not even for root.
        for octets in (b"", whole[:13]):
            with contextlib.suppress(OSError):
                self.lab_wire.send(octets)
        self.check_dropped([whole[:size] for size in (*range(14, 60), len(whole) - 1)])

    def test_W1_an_IPv4_header_whose_length_is_a_lie_is_dropped(self):
        bare = GOOD_FRAME.encode()[:14 + 20]
        cut_options = Frame(b"", first=0x4F, total=20).encode()[:14 + 20]
        self.check_dropped([
            *(GOOD_FRAME._replace(first=0x40 | length) for length in range(5)),
            GOOD_FRAME._replace(first=0x4F, total=20), cut_options, bare,
            GOOD_FRAME._replace(first=0x65), GOOD_FRAME._replace(first=0x05)])

    def test_W2_a_packet_that_says_it_is_longer_than_its_frame_is_dropped(self):
        size = 28 + len(DISCOVER)
        self.check_dropped([GOOD_FRAME._replace(total=total)
                            for total in (size + 1, size + 100, 1500, 65535)])

    def test_W2_a_packet_that_is_shorter_than_its_header_is_dropped(self):
        self.check_dropped([GOOD_FRAME._replace(total=total) for total in (0, 1, 19, 20, 27)])

    def test_W2_what_follows_the_packet_in_its_frame_is_cut_off(self):
        # The padding would be a second message type, if it were read.
        area = DISCOVER[:-1]  # without End
        self.check_answered(Frame(area, padding=bytes([53, 1, 7, 255])))

    def test_W3_a_UDP_length_that_is_a_lie_is_dropped(self):
        over = 8 + len(DISCOVER) + 1
        lengths = (0, 1, 7, 8, 8 + 235, over, 65535)
        self.check_dropped([GOOD_FRAME._replace(udp_length=length) for length in lengths])
        self.check_dropped([GOOD_FRAME._replace(udp_length=over, padding=bytes(100))])

    def test_W3_a_message_that_is_too_short_is_dropped(self):
        self.check_dropped([Frame(DISCOVER[:size]) for size in (0, 1, 235, 236, 239)], "malformed")

    def test_W3_no_octet_of_another_packet_appears_in_a_reply(self):
        canary = b"CANARY" * 40
        self.lab_wire.send(Frame(discover((12, canary[:240]), client=hostile.mac(7)),
                                 hostile.mac(7), padding=canary))
        for payload in (DISCOVER, DISCOVER[:240], DISCOVER[:239]):
            self.lab_wire.send(Frame(payload, padding=canary))
            self.lab_wire.send(Frame(payload, padding=canary, udp_length=8 + len(payload) + 60))
        self.check_answered(GOOD_FRAME)
        for seen in self.lab_wire.seen:
            self.assertNotIn(b"CANARY", seen.octets)
            self.assertNotIn(b"NARY", seen.octets)

    def test_W4_fragments_are_dropped(self):
        self.check_dropped([GOOD_FRAME._replace(fragment=fragment) for fragment in
                            (0x2000, 0x2001, 1, 0x1FFF, 0x3FFF, 0x6000)])

    def test_W4_a_message_in_two_fragments_is_not_joined_for_a_client_without_an_address(self):
        packet = GOOD_FRAME.udp()
        for fragment, part in ((0x2000, packet[:160]), (20, packet[160:])):
            head = Frame(b"", total=20 + len(part), fragment=fragment).ip()[:20]
            self.lab_wire.send(GOOD_FRAME.encode()[:14] + head + part)
        self.check_dropped([GOOD_FRAME._replace(fragment=0x2000)])

    def test_W5_IP_options_of_any_length_are_stepped_over(self):
        for words in range(0, 11):
            self.check_answered(GOOD_FRAME._replace(ip_options=b"\x01" * 4 * words))
            self.check_answered(GOOD_FRAME._replace(ip_options=b"\xff" * 4 * words))

    def test_W6_a_wrong_IP_checksum_is_dropped(self):
        self.check_dropped([GOOD_FRAME._replace(ip_sum=wrong) for wrong in (0, 1, 0xFFFF, 0xBEEF)])

    def test_W6_a_wrong_UDP_checksum_is_dropped_and_a_right_one_is_not(self):
        right = udp_checksum("0.0.0.0", "255.255.255.255", GOOD_FRAME.udp())
        self.check_answered(GOOD_FRAME._replace(udp_sum=None))
        self.check_dropped([GOOD_FRAME._replace(udp_sum=wrong)
                            for wrong in (1, 0xFFFF, right ^ 1, right ^ 0x8000)])

    def test_W6_a_UDP_checksum_of_zero_is_taken(self):
        self.check_answered(GOOD_FRAME._replace(udp_sum=0))

    def test_W6_a_checksum_that_is_left_to_the_hardware_is_taken(self):
        with self.lab.server_space.inside():
            tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
        self.addCleanup(tap.close)
        tap.setsockopt(SOL_PACKET, PACKET_AUXDATA, 1)
        tap.bind(("veth-s", 0))
        tap.settimeout(2)
        with self.lab.client_space.inside():
            client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.addCleanup(client.close)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_BROADCAST, 1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_BINDTODEVICE, b"veth-c")
        client.bind(("0.0.0.0", 68))
        # Not its host's MAC: the answer then disturbs nobody.
        client.sendto(DISCOVER, ("255.255.255.255", 67))
        self.assertIsNotNone(self.lab_wire.answer(BAD, OFFER))
        states = []
        with contextlib.suppress(TimeoutError):
            while not states or not states[-1] & CHECKSUM_NOT_READY:
                octets, facts, *_ = tap.recvmsg(2048, 256)
                if DISCOVER in octets:
                    states += [struct.unpack("=I", value[:4])[0] for level, kind, value in facts
                               if (level, kind) == (SOL_PACKET, PACKET_AUXDATA)]
        self.assertTrue(states and states[-1] & CHECKSUM_NOT_READY, "as this test supposes")

    def test_W6_replies_carry_full_checksums(self):
        self.lab_wire.lease(BAD)
        self.assertEqual(len(self.lab_wire.seen), 2)
        for seen in self.lab_wire.seen:
            ip = seen.octets[14:]
            total, = struct.unpack("!H", ip[2:4])
            segment = ip[20:total]
            self.assertEqual(hostile.checksum(ip[:20]), 0)
            sent, = struct.unpack("!H", segment[6:8])
            bare = segment[:6] + bytes(2) + segment[8:]
            self.assertEqual(sent, udp_checksum(seen.source, seen.destination, bare))

    def test_W7_frames_of_a_VLAN_are_dropped(self):
        tags = [tag(100), tag(1), tag(0x2064), tag(4095), tag(100, 0x88A8), tag(100) + tag(100),
                tag(0) + tag(100), tag(100) + tag(0), tag(100, 0x88A8) + tag(0),
                tag(100, 0x88A8) + tag(100), tag(0, 0x88A8) + tag(100), tag(100) * 8, b"\x81\x00"]
        frames = [GOOD_FRAME._replace(tags=tags) for tags in tags]
        direct = Frame(discover(), to=self.lab_wire.server_mac)
        renewing = Frame(hostile.request(ciaddr="192.168.50.150"), to=self.lab_wire.server_mac,
                         source="192.168.50.150", destination=SERVER)
        self.check_dropped([*frames, *(frame._replace(tags=tag(100)) for frame in
                                       (direct, renewing))])

    def test_W2_W3_W4_W6_W7_a_refused_frame_has_a_line_in_the_log(self):
        for reason, frame in (
                ("truncated", GOOD_FRAME._replace(total=9000)),
                ("bad_ip_header", GOOD_FRAME._replace(total=19)),
                ("bad_udp_length", GOOD_FRAME._replace(udp_length=7)),
                ("bad_ip_checksum", GOOD_FRAME._replace(ip_sum=1)),
                ("bad_udp_checksum", GOOD_FRAME._replace(udp_sum=1)),
                ("fragment", GOOD_FRAME._replace(fragment=0x2000)),
                ("vlan", GOOD_FRAME._replace(tags=tag(100)))):
            with self.subTest(reason):
                self.check_dropped([frame], reason)

    def test_W7_a_priority_without_a_VLAN_is_taken(self):
        for priority in (0, 0x2000, 0xE000, 0x1000):
            self.check_answered(GOOD_FRAME._replace(tags=tag(priority)))


class FramesAtDebugTest(FramesTest):
    LEVEL = "debug"
