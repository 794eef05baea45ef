# SPDX-License-Identifier: Apache-2.0
"""Who may ask, what is never told, and what values may be: rows H10 to H17 of hostile.md, TLS, and
X6, against the real server.
"""

import os
import re
import resource
import socket
import ssl
import subprocess
import threading
import time
from pathlib import Path

from api import PORT, Api, ApiTest, Connection, T, Tokens, request
from lab import wait_until
from packets import mac

POOL = ["192.168.50.100-192.168.50.199"]


class TokenGuardTest(ApiTest):
    def setUp(self):
        super().setUp()
        self.lab.connect()
        self.tokens = Tokens(self.lab.folder / "tokens.toml")
        self.http = f'tokens = "{self.tokens.path}"'
        self.server.config.write_text(self.config())
        self.token = self.tokens.add("root", "admin")
        self.start()
        self.edge(pools=POOL)
        self.sources = 1

    def status(self, *lines: str, source: str = "") -> int:
        """From a source of its own, so that none is slowed down for another's sake."""
        head = "".join(f"{line}\r\n" for line in lines)
        self.sources += 1
        with self.tcp(source or f"127.0.0.{self.sources}") as connection:
            connection.send(f"GET {T}/ip_blocks HTTP/1.1\r\nHost: localhost\r\n{head}\r\n"
                            .encode("latin-1"))
            answer = connection.answer()
            if answer.status == 401:
                self.assertEqual(answer.field("www-authenticate"), "Bearer")
            return answer.status

    def test_H10_wrong_tokens_are_slowed_down_and_neither_DHCP_nor_a_right_one_is(self):
        done: list[float] = []
        until = time.monotonic() + 2

        def guess(number: int):
            while time.monotonic() < until:
                with self.tcp() as connection:
                    connection.send(request("GET", f"{T}/ip_blocks", fields={
                        "Authorization": f"Bearer mel_root_{number:043}"}))
                    if connection.answer().status != 401:
                        done.append(-1)
                    done.append(time.monotonic())
        threads = [threading.Thread(target=guess, args=(number,)) for number in range(8)]
        for thread in threads:
            thread.start()
        raw = self.raw_clients()
        for number in range(4):
            self.assertIsNotNone(raw.lease(mac(number), seconds=1))
            began = time.monotonic()
            good = f"Authorization: Bearer {self.token}"
            self.assertEqual(self.status(good, source="127.0.0.1"), 200)
            self.assertLess(time.monotonic() - began, 0.5)
            time.sleep(0.3)
        for thread in threads:
            thread.join(10)
        self.assertNotIn(-1, done)
        self.assertLess(len(done), 40, "8 connections of one source, 2 s, at least 100 ms each")

    def test_H11_anything_but_one_right_bearer_token_is_401(self):
        good = f"Authorization: Bearer {self.token}"
        self.assertEqual(self.status(good), 200)
        for lines in ((), (good, good), (good + "x",), (good[:-1],), ("Authorization:",),
                      ("Authorization: Bearer",), ("Authorization: Basic cm9vdDpyb290",),
                      (f"Authorization: {self.token}",), (good + ", " + good,),
                      (f"Authorization: Bearer {'x' * 2000}",),
                      (good.replace("mel_root_", "mel_toor_"),),
                      ("Authorization: Bearer mel_root_",), ("Authorization: Bearer \xff\xfe",),
                      (f"X-Authorization: Bearer {self.token}",), (f"Cookie: {self.token}",)):
            self.assertEqual(self.status(*lines), 401, lines)
        self.assertIn(self.status(f"Authorization: Bearer {'x' * 8192}"), (401, 431))

    def test_H14_a_token_is_in_no_log_answer_process_list_or_file(self):
        secret = self.token.rsplit("_", 1)[1]
        api = self.client(self.tcp, Authorization=f"Bearer {self.token}")
        answers = [str(api.ask(method, target, body)) for method, target, body in (
            ("GET", "/v1/changes", None), ("GET", "/openapi.json", None), ("GET", "/", None),
            ("POST", f"{T}/ip_blocks", {"ip_block": {"cidr": "10.0.0.0/24", "name": "x"}}),
            ("POST", f"{T}/ip_blocks", {"ip_block": {"cidr": "x"}}), ("GET", "/readyz", None),
            ("GET", f"{T}/ip_blocks?token={self.token}", None), ("GET", "/nope", None),
            ("GET", "/config", None), ("GET", "/metrics", None), ("GET", "/v1/leases", None))]
        self.status(f"Authorization: Bearer {self.token}x")
        self.status(f"Authorization: Basic {self.token}")
        self.status(f"Authorization: Bearer {self.token}",
                      f"Authorization: Bearer {self.token}")
        self.reload(self.config())
        pid = self.server.process.popen.pid
        answers += [Path(f"/proc/{pid}/{name}").read_bytes().decode(errors="replace")
                    for name in ("cmdline", "environ")]
        answers += [self.lab.server_space.run("ps", "axww").stdout, self.server.process.text()]
        for text in answers:
            self.assertNotIn(secret, text)
        self.assertEqual(self.server.stop(), 0)
        for path in self.lab.folder.rglob("*"):
            if path.is_file():
                self.assertNotIn(secret.encode(), path.read_bytes(), path)


class ValueTest(ApiTest):
    def setUp(self):
        super().setUp()
        self.start()

    def names(self, value) -> set[str]:
        """All names of fields and parameters in the description."""
        if isinstance(value, list):
            return set().union(*map(self.names, value)) if value else set()
        if not isinstance(value, dict):
            return set()
        own = set(value.get("properties", {}))
        if "in" in value and "name" in value:
            own.add(value["name"])
        return own.union(*map(self.names, value.values())) if value else own

    def test_H12_no_field_or_parameter_names_a_file_script_library_or_URL(self):
        names = self.names(self.api.get("/openapi.json"))
        self.assertIn("cidr", names)
        words = r"file|path|script|exec|command|hook|library|module|plugin|ur[il]|log|socket"
        self.assertEqual([name for name in names if re.search(rf"(?:^|_)({words})s?(?:_|$)", name)],
                         ["file"])
        # That one is for clients to ask another server for: this one opens nothing by it.
        value = {"boot": {"file": "/nowhere/at/all"}}
        made = self.api.expect(201, "PUT", f"{T}/networks/n", {"network": value})
        self.assertEqual(made["network"]["boot"]["file"], value["boot"]["file"])

    def test_H15_what_a_tenant_wrote_is_escaped_and_never_taken_for_a_page(self):
        text = "<script>alert(1)</script>\u2028=cmd()\"\\"
        block = self.api.block("10.0.0.0/24", name=text, tags={"note": text})
        for target in (f"{T}/ip_blocks", f"{T}/ip_blocks/{block['id']}", "/v1/changes"):
            answer = self.api.ask("GET", target)
            self.assertEqual(answer.field("content-type"), "application/json")
            self.assertEqual(answer.field("x-content-type-options"), "nosniff")
        shown = self.api.get(f"{T}/ip_blocks/{block['id']}")["ip_block"]
        self.assertEqual((shown["name"], shown["tags"]), (text, {"note": text}))
        for fields in ({"name": "a\x1b[2J"}, {"tags": {"note": "a\x1b[2J"}},
                       {"tags": {"\x1b": "a"}}, {"name": "a\x7f"}, {"name": "a\0"},
                       {"tags": {"a": "x" * 100000}}):
            answer = self.api.ask("PATCH", f"{T}/ip_blocks/{block['id']}", {"ip_block": fields})
            problem = self.check_problem(answer, 400)
            self.assertNotIn(b"\x1b", answer.body)
            self.assertNotIn("\x1b", str(problem["errors"]))
        self.assertFalse(re.search(r"[^\n -~]", self.server.process.text()))

    def test_H16_options_and_host_names_with_newlines_NULs_or_too_long_are_400(self):
        block = self.api.block("10.0.0.0/24", network_id="n")
        target = f"{T}/ip_blocks/{block['id']}"
        before = self.api.changes()
        for options in ({"domain-name": "a\nb"}, {"domain-name": "a\0b"},
                        {"domain-name": "x" * 256}, {"224": "hex:" + "00" * 256},
                        {"224": "hex:0"}, {"0": "hex:00"}, {"255": "hex:00"}, {"256": "hex:00"},
                        {"no-such-option": "x"}, {"boot-file-name": "x\r\ny"},
                        {"53": "hex:05"}, {"51": "hex:00000001"}, {"54": "hex:01020304"}):
            for method, where, body in (
                    ("PATCH", target, {"ip_block": {"options": options}}),
                    ("POST", f"{target}/ip_addresses", {"ip_address": {"options": options}}),
                    ("PATCH", f"{T}/networks/n", {"network": {"options": options}})):
                answer = self.api.ask(method, where, body)
                problem = self.check_problem(answer, 400)
                self.assertIn("options", problem["errors"][0]["field"], f"{body} {answer}")
        for hostname in ("web\n1", "web\0", "x" * 256, "a b", "-x", "a..b", "\x1b[2J"):
            answer = self.api.ask("POST", f"{target}/ip_addresses",
                                  {"ip_address": {"hostname": hostname}})
            problem = self.check_problem(answer, 400)
            self.assertIn("hostname", problem["errors"][0]["field"], answer)
        self.assertEqual(self.api.changes(), before)

    def test_H17_of_many_writers_with_one_Idempotency_Key_one_writes_and_all_hear_the_same(self):
        block = self.api.block("10.0.0.0/24")
        target = f"{T}/ip_blocks/{block['id']}/ip_addresses"
        octets = request("POST", target, {"ip_address": {}}, {"Idempotency-Key": "same"})
        connections = [self.unix() for _ in range(32)]
        for connection in connections:
            connection.send(octets)
        answers = {connection.answer().body for connection in connections}
        self.assertEqual(len(answers), 1, answers)
        self.assertEqual(len(self.api.get(target)["ip_addresses"]), 1)


class DescriptorTest(ApiTest):
    def test_X6_when_HTTP_has_taken_all_descriptors_DHCP_goes_on_and_the_API_comes_back(self):
        self.lab.connect()
        self.start()
        self.edge(pools=POOL)
        raw = self.raw_clients()
        pid = self.server.process.popen.pid
        used = len(os.listdir(f"/proc/{pid}/fd"))
        resource.prlimit(pid, resource.RLIMIT_NOFILE, (used + 8, used + 8))
        crowd = [self.tcp() for _ in range(40)]
        began, spent = time.monotonic(), self.processor_seconds(pid)
        for number in range(3):
            self.assertIsNotNone(raw.lease(mac(number), seconds=1))
            time.sleep(0.3)
        share = (self.processor_seconds(pid) - spent) / (time.monotonic() - began)
        self.assertLess(share, 0.5, "it spins")
        for connection in crowd:
            connection.close()
        self.api.close()
        wait_until(self.answers, 3, "the API answers again")
        self.lab.server_space.ip("link del veth-s")
        self.lab.connect()
        self.assertIsNotNone(self.raw_clients().lease(mac(9), seconds=1))

    def answers(self) -> bool:
        try:
            return self.client(self.tcp).ask("GET", "/readyz").status == 200
        except (AssertionError, OSError):
            return False

    def processor_seconds(self, pid: int) -> float:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class TlsServerTest(ApiTest):
    """Listening beyond the host, as it is allowed: with a certificate and tokens."""

    def setUp(self):
        super().setUp()
        folder = self.lab.folder
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt",
                        "ec_paramgen_curve:P-256", "-nodes", "-days", "2", "-subj", "/CN=lab",
                        "-addext", "subjectAltName=IP:192.168.50.1,IP:127.0.0.1", "-keyout",
                        folder / "key.pem", "-out", folder / "cert.pem"], check=True,
                       capture_output=True)
        self.lab.connect()
        self.tokens = Tokens(folder / "tokens.toml")
        self.token = self.tokens.add("root", "admin")
        self.http = (f'tokens = "{self.tokens.path}"\ntls_certificate = "{folder}/cert.pem"\n'
                     f'tls_key = "{folder}/key.pem"\ntimeout = "1s"')
        self.server.config.write_text(self.config().replace("127.0.0.1:", "0.0.0.0:"))
        self.start()
        self.lab.client_space.ip("addr add 192.168.50.2/24 dev veth-c")

    def plain(self) -> socket.socket:
        with self.lab.client_space.inside():
            connected = socket.create_connection(("192.168.50.1", PORT), 10)
        self.addCleanup(connected.close)
        return connected

    def secure(self, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> Connection:
        context = ssl.create_default_context(cafile=self.lab.folder / "cert.pem")
        context.maximum_version = newest
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("ALL:@SECLEVEL=0")
        return Connection(context.wrap_socket(self.plain(), server_hostname="192.168.50.1"))

    def test_another_host_is_served_by_TLS_with_a_token_alone(self):
        good = {"Authorization": f"Bearer {self.token}"}
        connection = self.secure()
        connection.send(request("GET", f"{T}/ip_blocks", fields=good, host="192.168.50.1:9898"))
        self.assertEqual(connection.answer().status, 200)
        connection.send(request("GET", f"{T}/ip_blocks", host="192.168.50.1"))
        self.assertEqual(connection.answer().status, 401)
        remote = Api(self.secure, good | {"Host": "192.168.50.1"})
        self.assertEqual(remote.ask("GET", "/v1/changes").status, 200)
        remote.close()

    def test_old_TLS_and_none_are_refused_and_a_handshake_that_dawdles_is_cut(self):
        with self.assertRaises((ssl.SSLError, OSError)):
            self.secure(ssl.TLSVersion.TLSv1_1)
        self.secure(ssl.TLSVersion.TLSv1_2).close()
        plain = Connection(self.plain())
        plain.send(request("GET", "/healthz"))
        while plain.more():
            pass
        self.assertNotIn(b"HTTP/", plain.buffer)
        idle = Connection(self.plain())
        began = time.monotonic()
        while idle.more():
            pass
        self.assertLess(time.monotonic() - began, 3)

    def test_H5_smuggling_is_refused_behind_TLS_too(self):
        connection = self.secure()
        connection.send(b"GET /healthz HTTP/1.1\r\nHost: 192.168.50.1\r\nContent-Length: 0\r\n"
                        b"Transfer-Encoding: identity\r\n\r\nGET /healthz HTTP/1.1\r\n\r\n")
        self.assertEqual(connection.answer().status, 400)
        self.assertTrue(connection.ends())


del ApiTest
