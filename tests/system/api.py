# SPDX-License-Identifier: Apache-2.0
"""HTTP by hand, so that a test decides every octet that the server is sent and sees every octet
that comes back; and what the tests of the API have in common: a server that listens on a unix
socket and on TCP in the lab's namespace.
"""

import hashlib
import json
import re
import socket
import ssl
from pathlib import Path
from typing import Any, Callable, Iterator, NamedTuple

from case import SystemTest
from lab import Process
from packets import RawClients

CONFIG = """\
[store]
path = "{folder}/store"
[http]
listen = ["127.0.0.1:9898", "unix:{folder}/http/admin.sock"]
{http}
[log]
level = "debug"
[dhcp]
interfaces = ["veth-s"]
{more}
"""
PORT = 9898
SECONDS = 10  # for one answer
T = "/v1/tenants/default"


class Closed(AssertionError):
    """The server has closed the connection and said nothing, or not all of it."""


class Answer(NamedTuple):
    status: int
    fields: list[tuple[str, str]]  # names in lower case
    body: bytes

    def field(self, name: str) -> str | None:
        return next((value for known, value in self.fields if known == name), None)

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    def __str__(self) -> str:
        return f"{self.status} {self.body[:2000]!r}"


def request(method: str, target: str, body: Any = None, fields: dict[str, str] | None = None,
            host: str = "localhost") -> bytes:
    """As a well-behaved client sends it; a body that is no bytes is sent as JSON."""
    octets = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
    lines = {"Host": host}
    if octets is not None:
        lines |= {"Content-Type": "application/json", "Content-Length": str(len(octets))}
    lines |= fields or {}
    head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
    return f"{method} {target} HTTP/1.1\r\n{head}\r\n".encode("utf-8") + (octets or b"")


class Connection:
    """One connection: octets go out as they are given, answers are read one by one."""

    def __init__(self, plain: socket.socket):
        self.socket = plain
        self.socket.settimeout(SECONDS)
        self.buffer = b""

    def close(self) -> None:
        self.socket.close()

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def send(self, octets: bytes) -> None:
        self.socket.sendall(octets)

    def send_as_far_as_taken(self, octets: bytes) -> None:
        """For requests that the server may refuse, and close, before it has them whole."""
        try:
            self.socket.sendall(octets)
        except (BrokenPipeError, ConnectionResetError, ssl.SSLError):
            pass

    def more(self) -> bool:
        """False at the end of what the server says."""
        try:
            octets = self.socket.recv(65536)
        except (ConnectionResetError, ssl.SSLEOFError):
            return False
        self.buffer += octets
        return bool(octets)

    def take(self, size: int) -> bytes:
        while len(self.buffer) < size:
            if not self.more():
                raise Closed(f"in the middle of an answer: {self.buffer!r}")
        octets, self.buffer = self.buffer[:size], self.buffer[size:]
        return octets

    def head(self) -> Answer:
        while b"\r\n\r\n" not in self.buffer:
            if not self.more():
                raise Closed(f"before an answer: {self.buffer!r}")
        lines = self.take(self.buffer.index(b"\r\n\r\n") + 4).decode("ascii").split("\r\n")
        found = re.fullmatch(r"HTTP/1\.1 (\d{3}) [ -~]*", lines[0])
        assert found, lines[0]
        pairs = [line.split(": ", 1) for line in lines[1:-2]]
        return Answer(int(found[1]), [(name.lower(), value) for name, value in pairs], b"")

    def answer(self) -> Answer:
        head = self.head()
        return head._replace(body=self.take(int(head.field("content-length") or 0)))

    def ends(self) -> bool:
        """Whether nothing comes any more but the end."""
        return not self.buffer and not self.more()

    def events(self) -> Iterator[dict[str, str]]:
        """Server-sent events, behind the answer's head; comments are left out."""
        while True:
            while b"\n\n" not in self.buffer:
                if not self.more():
                    return
            text = self.take(self.buffer.index(b"\n\n") + 2).decode()
            lines = [line for line in text.splitlines() if line and line[0] != ":"]
            event = dict(line.split(": ", 1) for line in lines)
            if event:
                yield event


class Api:
    """Asks over a connection that is kept, and opened anew when the server has closed it."""

    def __init__(self, connect: Callable[[], Connection], fields: dict[str, str] | None = None):
        self.connect = connect
        self.fields = fields or {}
        self.kept: Connection | None = None

    def close(self) -> None:
        if self.kept:
            self.kept.close()
        self.kept = None

    def ask(self, method: str, target: str, body: Any = None,
            fields: dict[str, str] | None = None) -> Answer:
        if self.kept is None:
            self.kept = self.connect()
        self.kept.send_as_far_as_taken(request(method, target, body, self.fields | (fields or {})))
        answer = self.kept.answer()
        if answer.field("connection") == "close":
            self.close()
        return answer

    def expect(self, status: int, method: str, target: str, body: Any = None, **fields) -> Any:
        """The answer's JSON; `if_match` is sent as If-Match."""
        named = {name.replace("_", "-"): value for name, value in fields.items()}
        answer = self.ask(method, target, body, named)
        assert answer.status == status, f"{method} {target} {body}: {answer}"
        return answer.json if answer.body else None

    def get(self, target: str) -> Any:
        return self.expect(200, "GET", target)

    def pages(self, target: str, collection: str) -> list[dict]:
        """All objects of a list, following its links."""
        objects: list[dict] = []
        next_: str | None = target
        while next_:
            page = self.get(next_)
            objects += page[collection]
            next_ = next((link["href"] for link in page.get(f"{collection}_links", [])), None)
        return objects

    def block(self, cidr: str, **fields) -> dict:
        body = {"ip_block": {"cidr": cidr, **fields}}
        return self.expect(201, "POST", f"{T}/ip_blocks", body)["ip_block"]

    def allocate(self, block: dict, **fields) -> dict:
        body = {"ip_address": fields}
        return self.expect(201, "POST", f"{T}/ip_blocks/{block['id']}/ip_addresses",
                           body)["ip_address"]

    def address(self, block: dict, address: str) -> dict:
        return self.get(f"{T}/ip_blocks/{block['id']}/ip_addresses/{address}")["ip_address"]

    def changes(self) -> list[dict]:
        return self.pages("/v1/changes?limit=1000", "changes")


class Tokens:
    """A file of tokens with known texts."""

    def __init__(self, path: Path):
        self.path = path
        self.entries: list[str] = []

    def add(self, name: str, *scopes: str) -> str:
        text = f"mel_{name}_" + (name.replace("-", "") + "canary" * 8)[:43]
        digest = hashlib.sha256(text.encode()).hexdigest()
        listed = ", ".join(f'"{scope}"' for scope in scopes)
        self.entries.append(f'[[token]]\nid = "{name}"\ndigest = "sha256:{digest}"\n'
                            f'scopes = [{listed}]\ncreated = "2026-11-24T08:00:00Z"\n')
        self.write()
        return text

    def write(self) -> None:
        self.path.touch(mode=0o600)
        self.path.write_text("".join(self.entries))


class ApiTest(SystemTest):
    """A server of no networks, but for those of `more`; `api` asks it by its unix socket."""

    http = ""
    more = ""

    def setUp(self):
        super().setUp()
        self.server = self.lab.server(self.config())
        self.api = self.client()

    def config(self, http: str | None = None, more: str | None = None) -> str:
        return CONFIG.format(folder=self.lab.folder, http=self.http if http is None else http,
                             more=self.more if more is None else more)

    def start(self) -> Process:
        return self.server.start()

    def restart(self) -> Process:
        self.api.close()
        self.assertEqual(self.server.stop(), 0)
        return self.server.start()

    def reload(self, config: str) -> None:
        self.server.config.write_text(config)
        before = len(self.server.process.text())
        self.server.process.send(1)
        self.server.process.wait_for_log("configuration reloaded", 5, before)

    @property
    def path(self) -> str:
        return f"{self.lab.folder}/http/admin.sock"

    def unix(self) -> Connection:
        plain = socket.socket(socket.AF_UNIX)
        plain.settimeout(SECONDS)
        plain.connect(self.path)
        return self.kept(plain)

    def tcp(self, source: str = "127.0.0.1") -> Connection:
        with self.lab.server_space.inside():
            return self.kept(socket.create_connection(("127.0.0.1", PORT), SECONDS, (source, 0)))

    def kept(self, plain: socket.socket) -> Connection:
        self.addCleanup(plain.close)
        return Connection(plain)

    def client(self, connect: Callable[[], Connection] | None = None, **fields) -> Api:
        named = {name.replace("_", "-"): value for name, value in fields.items()}
        api = Api(connect or self.unix, named)
        self.addCleanup(api.close)
        return api

    def raw_clients(self) -> RawClients:
        raw = RawClients(self.lab.client_space)
        self.addCleanup(raw.close)
        return raw

    def edge(self, **fields) -> dict:
        """A network `edge` on veth-s, made by the API; its block."""
        self.api.expect(201, "PUT", f"{T}/networks/edge", {"network": {"interfaces": ["veth-s"]}})
        return self.api.block("192.168.50.0/24", network_id="edge", gateway="192.168.50.1",
                              **fields)

    def check_problem(self, answer: Answer, status: int) -> dict:
        """An error as RFC 9457 has it."""
        self.assertEqual(answer.status, status, answer)
        self.assertEqual(answer.field("content-type"), "application/problem+json")
        problem = answer.json
        self.assertEqual(problem["status"], status)
        self.assertIn("title", problem)
        self.assertIn("type", problem)
        return problem

