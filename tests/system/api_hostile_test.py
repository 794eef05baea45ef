# SPDX-License-Identifier: Apache-2.0
"""Bad input and floods over HTTP against the real server, rows H1 to H9 of hostile.md: what is
refused changes nothing, and the wire is served meanwhile.
"""

import os
import re
import socket
import struct
import time

from api import ApiTest, Closed, T, request
from packets import mac

POST = f"POST {T}/ip_blocks HTTP/1.1\r\n"
JSON = "Host: localhost\r\nContent-Type: application/json\r\n"
GOOD = b'{"ip_block":{"cidr":"10.0.0.0/24"}}'
SMUGGLED = f"DELETE {T}/networks/edge HTTP/1.1\r\nHost: localhost\r\n\r\n".encode()


class HostileTest(ApiTest):
    def setUp(self):
        super().setUp()
        self.lab.connect()
        self.start()
        self.block = self.edge(pools=["192.168.50.100-192.168.50.250"])
        self.raw = self.raw_clients()
        self.clients = 0

    def check_dhcp(self):
        """A new client is served within a second."""
        self.clients += 1
        self.assertIsNotNone(self.raw.lease(mac(self.clients), seconds=1), "DHCP stands still")

    def check_unharmed(self):
        """Nothing was changed by requests, and both of the server's doors are open."""
        events = {each["event"] for each in self.api.changes()}
        self.assertLessEqual(events, {"network.created", "block.created", "address.leased"})
        self.assertEqual(len(self.api.get(f"{T}/ip_blocks")["ip_blocks"]), 1)
        self.check_dhcp()

    def refused(self, octets: bytes, *statuses: int) -> None:
        """One answer, a problem of that status, and the end: what follows is no request."""
        for connect in (self.unix, self.tcp):
            with connect() as connection:
                connection.send_as_far_as_taken(octets)
                what = f"{octets[:120]!r}"
                answer = connection.answer()
                self.assertIn(answer.status, statuses, what)
                self.check_problem(answer, answer.status)
                self.assertEqual(answer.field("connection"), "close", what)
                self.assertEqual(answer.field("x-content-type-options"), "nosniff")
                self.assertTrue(connection.ends(), what)

    def not_found(self, target: str) -> None:
        """404, whether the connection is kept or not."""
        with self.tcp() as connection:
            connection.send(request("GET", target))
            self.check_problem(connection.answer(), 404)


class SlowTest(HostileTest):
    http = 'timeout = "1s"'

    def drip(self, start: bytes, octet: bytes) -> float:
        """Seconds until the server cuts a client that sends an octet ten times a second."""
        with self.tcp() as connection:
            began = time.monotonic()
            connection.send(start)
            connection.socket.settimeout(0.1)
            while time.monotonic() - began < 5:
                connection.send_as_far_as_taken(octet)
                try:
                    if not connection.more():
                        break
                except TimeoutError:
                    continue
            seconds = time.monotonic() - began
            if connection.buffer:
                self.assertIn(connection.buffer[:13], (b"HTTP/1.1 408 ", b""))
            return seconds

    def test_H1_a_request_that_drips_is_cut_at_the_timeout(self):
        starts = (b"", b"GET / HTTP/1.1\r\nX-Slow: ",
                  (POST + JSON + "Content-Length: 1000\r\n\r\n{").encode())
        for start in starts:
            self.assertLess(self.drip(start, b"x"), 3.5, start)
        self.check_unharmed()

    def test_H1_a_client_that_does_not_read_is_cut_and_DHCP_goes_on(self):
        big = self.api.block("10.0.0.0/20")
        target = f"{T}/ip_blocks/{big['id']}/ip_addresses"
        self.api.expect(201, "POST", target, {"ip_address": {"count": 1000}})
        size = len(self.api.ask("GET", f"{target}?limit=1000").body)
        lazy = [self.unix() for _ in range(20)]
        for connection in lazy:
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            connection.send(request("GET", f"{target}?limit=1000"))
        self.check_dhcp()
        time.sleep(2.5)
        self.check_dhcp()
        for connection in lazy:
            with self.assertRaises(Closed, msg=f"{size} octets were kept for it"):
                connection.answer()

    def test_H1_200_idle_connections_meet_a_cap_of_64_and_are_cut(self):
        # The row says 5,000: so many descriptors of the test's own show nothing more.
        began = time.monotonic()
        idle = [self.tcp() for _ in range(200)]
        self.check_dhcp()
        turned_away = 0
        for connection in idle:
            connection.socket.settimeout(0.01)
            try:
                connection.more()
            except TimeoutError:
                continue
            turned_away += connection.buffer.startswith(b"HTTP/1.1 503 ")
        if time.monotonic() - began < 1:  # none of the others was cut yet
            self.assertGreaterEqual(turned_away, 200 - 64)
        self.assertGreater(turned_away, 0)
        self.assertLess(len(os.listdir(f"/proc/{self.server.process.popen.pid}/fd")), 64 + 40)
        self.check_dhcp()
        for connection in idle:
            connection.socket.settimeout(3)
            while connection.more():
                pass
        self.assertLess(time.monotonic() - began, 4)
        self.api.close()
        self.check_unharmed()


class SizeAndFormTest(HostileTest):
    def test_H2_what_is_too_large_is_refused_by_its_own_status_and_the_connection_closed(self):
        length = POST + JSON + "Content-Length: "
        for octets, status in (
                ((length + f"{(1 << 20) + 1}\r\n\r\n").encode() + b"x" * 70000, 413),
                ((length + f"{1 << 63}\r\n\r\n").encode(), 413),
                ((length + f"{1 << 70}\r\n\r\n").encode(), 413),
                (f"GET / HTTP/1.1\r\nHost: localhost\r\nX: {'x' * 8193}\r\n\r\n".encode(), 431),
                (("GET / HTTP/1.1\r\nHost: localhost\r\n" + "A: b\r\n" * 1000 + "\r\n").encode(),
                 431),
                (f"GET /{'x' * 65536} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode(), 414)):
            self.refused(octets, status)
        self.check_unharmed()

    def test_H2_a_body_of_just_1_MiB_is_read_and_judged(self):
        body = b'{"ip_block":{"cidr":"10.0.0.0/33"}}'.ljust(1 << 20)
        self.check_problem(self.api.ask("POST", f"{T}/ip_blocks", body), 400)
        self.check_unharmed()

    def test_H3_chunks_are_refused(self):
        self.refused((POST + JSON + "Transfer-Encoding: chunked\r\n\r\n").encode() +
                     b"23\r\n" + GOOD + b"\r\n0\r\n\r\n" + SMUGGLED, 400, 411)
        self.check_unharmed()

    def test_H4_JSON_that_is_none_or_too_deep_is_400_and_changes_nothing(self):
        deep = b'{"ip_block":{"cidr":"10.0.0.0/24","tags":'
        for body in (deep + b"[" * 20000 + b"]" * 20000 + b"}}",
                     deep + b'{"a":' * 20000 + b"1" + b"}" * 20000 + b"}}",
                     b'{"ip_block":{"cidr":"10.0.0.0/24","mtu":' + b"9" * 1000000 + b"}}",
                     b'{"ip_block":{"cidr":"10.0.0.0/24","cidr":"10.0.1.0/24"}}',
                     b'{"ip_block":{"cidr":"10.0.0.0/24"},"ip_block":{"cidr":"10.0.1.0/24"}}',
                     b'{"ip_block":{"cidr":"10.0.0.0/24","name":"\\ud800"}}',
                     b'{"ip_block":{"cidr":"10.0.0.0/24","name":"\xff\xfe"}}',
                     b'{"ip_block":{"cidr":"10.0.0.0/24","name":"\xc0\xaf"}}',
                     b'{"ip_block":{"cidr":"10.0.0.0/24","mtu":NaN}}',
                     b'{"ip_block":{"cidr":"10.0.0.0/24","mtu":1e400}}',
                     GOOD + b"x", GOOD + GOOD, GOOD[:-1], b"", b"null", b"[]", b'"x"',
                     b"\xef\xbb\xbf" + GOOD, GOOD.replace(b'"', b"'")):
            answer = self.api.ask("POST", f"{T}/ip_blocks", body)
            self.assertEqual(answer.status, 400, f"{body[:80]!r} {answer}")
            self.check_problem(answer, 400)
            self.assertLess(len(answer.body), 4096, "an answer is no echo")
        self.check_unharmed()

    def test_H5_each_form_of_request_smuggling_is_400_and_closes(self):
        length = f"Content-Length: {len(GOOD)}\r\n"
        forms = [JSON + field + length for field in (
            "Transfer-Encoding: identity\r\n", "Transfer-Encoding: xchunked\r\n",
            "Transfer-Encoding: chunked, gzip\r\n", "Transfer-Encoding: chunked\r\n",
            "Transfer-Encoding: \r\n", "Transfer-Encoding:\tchunked\r\n",
            "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
            "Transfer-Encoding : chunked\r\n", "Transfer-Encoding\r\n : chunked\r\n",
            "X: y\r\n Transfer-Encoding: chunked\r\n", "X: y\r\n\tz\r\n", "X: y\nZ: a\r\n",
            "X: y\rZ: a\r\n", "X: \0\r\n", length, "Content-Length: 0\r\n", ": x\r\n", "X\r\n",
            "Host: localhost\r\n", "Host: evil.example\r\n")]
        forms += [JSON + f"Content-Length: {value}\r\n" for value in (
            "+35", "-35", "0x23", "35, 35", "35 35", "", "3 5", "35a")]
        forms.append(JSON.replace("Host: localhost\r\n", "") + length)
        octets = [(POST + form + "\r\n").encode() + GOOD + SMUGGLED for form in forms]
        octets.append((POST.replace("1.1", "1.0") + JSON +
                       "Transfer-Encoding: chunked\r\n\r\n").encode() + b"0\r\n\r\n" + SMUGGLED)
        octets += [line + b"\r\nHost: localhost\r\n\r\n" + SMUGGLED for line in (
            b"GET  / HTTP/1.1", b"GET /\tHTTP/1.1", b"GET / http/1.1", b"GET / HTTP/1.1 ",
            b"G\0T / HTTP/1.1", b"GET http://localhost/ HTTP/1.1")]
        for one in octets:
            self.refused(one, 400)
        self.check_unharmed()
        self.assertEqual(self.api.ask("GET", f"{T}/networks/edge").status, 200)


class TargetTest(HostileTest):
    def test_H6_a_Host_that_is_not_ours_is_421_before_anything_else(self):
        for host in ("evil.example", "127.0.0.1.evil.example", "localhost.evil.example:9898",
                     "192.0.2.1", "localhost:x", "local host", "[::1", ""):
            with self.tcp() as connection:
                connection.send(request("GET", f"{T}/ip_blocks", host=host))
                answer = connection.answer()
                self.assertIn(answer.status, (400, 403, 421), f"{host}: {answer}")
                self.assertTrue(connection.ends(), host)
        for host in ("localhost", "LOCALHOST:9898", "127.0.0.1:9898", "[::1]:9898"):
            with self.tcp() as connection:
                connection.send(request("GET", f"{T}/ip_blocks", host=host))
                self.assertEqual(connection.answer().status, 200, host)

    def test_H7_a_page_of_another_origin_can_do_nothing(self):
        form = {"Content-Type": "application/x-www-form-urlencoded"}
        wanted = (
            ("GET", None, {"Origin": "http://evil.example"}, 403),
            ("GET", None, {"Origin": "null"}, 403),
            ("GET", None, {"Origin": "http://localhost.evil.example"}, 403),
            ("POST", GOOD, {"Origin": "https://localhost"}, 403),
            ("POST", GOOD, {"Origin": "http://evil.example"}, 403),
            ("POST", GOOD, {"Content-Type": "text/plain"}, 415),
            ("POST", GOOD, {"Content-Type": "text/plain; application/json"}, 415),
            ("POST", b"ip_block=1", form, 415),
            ("POST", GOOD, {"Content-Type": "multipart/form-data; boundary=x"}, 415),
            ("OPTIONS", None, {"Access-Control-Request-Method": "POST"}, 405),
            ("OPTIONS", None, {"Origin": "http://evil.example"}, 403))
        for method, body, fields, status in wanted:
            with self.tcp() as connection:
                connection.send(request(method, f"{T}/ip_blocks", body, fields))
                answer = connection.answer()
                self.assertEqual(answer.status, status, f"{method} {fields}: {answer}")
                self.assertFalse([name for name, _ in answer.fields
                                  if name.startswith("access-control-")], fields)
        self.check_unharmed()

    def test_H8_no_path_leaves_the_resources(self):
        for target in ("/../etc/passwd", "/v1/../../etc/passwd", "/%2e%2e/etc/passwd",
                       "/v1/%2E%2e/x", "/v1/.%2e/x", "/%00", "/v1/leases%00", "//v1/leases",
                       "/v1//leases", "/v1/./leases", "/v1\\leases", "/v1/%5cleases",
                       "/%c0%ae%c0%ae/x", "/v1/%ff", "/v1/leases/", "/V1/leases",
                       "/v1/%2fetc%2fpasswd", "/etc/passwd", "/v1/tenants//ip_blocks",
                       "/v1/tenants/%0a/ip_blocks"):
            self.not_found(target)
        self.refused(b"GET /v1/%zz HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, 404)
        self.refused(b"GET /v1/\xff HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, 404)
        self.refused(b"GET v1 HTTP/1.1\r\nHost: localhost\r\n\r\n", 400, 404)
        self.check_unharmed()

    def test_H9_requests_in_one_segment_are_answered_one_by_one_in_their_order(self):
        with self.tcp() as connection:
            targets = [f"{T}/networks/edge", "/healthz", f"{T}/networks/x"] * 10
            connection.send(b"".join(request("GET", target) for target in targets))
            self.assertEqual([connection.answer().status for _ in targets], [200, 200, 404] * 10)
            connection.send(request("POST", f"{T}/ip_blocks", b'{"ip_block":{}}') +
                            request("GET", "/healthz") + request("GET", "/healthz")[:10])
            self.assertEqual([connection.answer().status for _ in range(2)], [400, 200])
            connection.send(request("GET", "/healthz")[10:])
            self.assertEqual(connection.answer().status, 200)
        self.check_unharmed()

    def test_H9_half_a_request_and_a_reset_leave_nothing_behind(self):
        reset = struct.pack("ii", 1, 0)
        before = self.descriptors()
        whole = request("POST", f"{T}/ip_blocks", GOOD)
        for cut in range(1, len(whole) - 1, 2):
            connection = self.tcp()
            connection.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)
            connection.send(whole[:cut])
            connection.close()
        self.check_unharmed()
        stop = time.monotonic() + 3
        while self.descriptors() > before + 2:
            self.assertLess(time.monotonic(), stop, "descriptors are not given back")
            time.sleep(0.05)

    def descriptors(self) -> int:
        return len(os.listdir(f"/proc/{self.server.process.popen.pid}/fd"))

    def test_H9_clients_that_never_read_pin_no_snapshot(self):
        big = self.api.block("10.0.0.0/20")
        target = f"{T}/ip_blocks/{big['id']}/ip_addresses"
        self.api.expect(201, "POST", target, {"ip_address": {"count": 1000}})
        lazy = [self.unix() for _ in range(16)]
        for connection in lazy:
            connection.send(request("GET", f"{target}?limit=1000") * 3)
            connection.send(request("GET", "/v1/changes?limit=1000"))
        data = self.lab.folder / "store" / "data.mdb"
        network = {"network": {"hold_time": 100}}
        for _ in range(50):
            self.api.expect(200, "PATCH", f"{T}/networks/edge", network)
        before = data.stat().st_size
        for _ in range(300):
            self.api.expect(200, "PATCH", f"{T}/networks/edge", network)
        self.assertLess(data.stat().st_size - before, 2 << 20, "pages are not used again")
        self.check_dhcp()

    def test_every_refusal_is_escaped_and_short_in_the_log(self):
        with self.tcp() as connection:
            connection.send(request("POST", f"{T}/policies/%1b%5b2J", b"{}", {"X": "\x1b[2J"}))
            self.assertIn(connection.answer().status, (400, 404))
        self.assertFalse(re.search(r"[^\n -~]", self.server.process.text()))


del ApiTest, HostileTest
