# SPDX-License-Identifier: Apache-2.0
"""Fills a running server through its API before a load is put on its wire: blocks of networks of
their own, and reservations in the network that is served. Usage: fill.py SOCKET NETWORK BLOCKS
RESERVATIONS.
"""

import json
import socket
import sys

TENANT = "/v1/tenants/default"
AT_ONCE = 32  # requests on their way
FIRST_RESERVED = (192 << 24) + (64 << 16)  # 192.64.0.0 on: outside of the benchmark's pool


def dotted(address: int) -> str:
    return ".".join(str(address >> shift & 255) for shift in (24, 16, 8, 0))


def blocks(count: int):
    for i in range(count):
        body = {"cidr": f"10.{i >> 8}.{i & 255}.0/24", "network_id": f"fill{i % 100}"}
        yield f"{TENANT}/ip_blocks", {"ip_block": body}


def reservations(network: str, count: int):
    for i in range(count):
        body = {"mac": f"0a:00:00:{i >> 16:02x}:{i >> 8 & 255:02x}:{i & 255:02x}",
                "addresses": [dotted(FIRST_RESERVED + i)]}
        yield f"{TENANT}/networks/{network}/reservations", {"reservation": body}


def encode(target: str, body: dict) -> bytes:
    octets = json.dumps(body).encode()
    head = (f"POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
            f"Content-Length: {len(octets)}\r\n\r\n")
    return head.encode() + octets


class Connection:
    def __init__(self, path: str):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)
        self.stream = self.socket.makefile("rb")

    def send(self, target: str, body: dict) -> None:
        self.socket.sendall(encode(target, body))

    def expect_created(self) -> None:
        status = self.stream.readline()
        size = 0
        while (line := self.stream.readline()) not in (b"\r\n", b""):
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                size = int(value)
        body = self.stream.read(size)
        if b" 201 " not in status:
            sys.exit(f"{status!r} {body[:500]!r}")


def main() -> None:
    path, network, block_count, reservation_count = sys.argv[1:]
    connections = [Connection(path) for _ in range(AT_ONCE)]
    for requests in (blocks(int(block_count)), reservations(network, int(reservation_count))):
        done = False
        while not done:
            used = []
            for connection in connections:
                request = next(requests, None)
                if request is None:
                    done = True
                    break
                connection.send(*request)
                used.append(connection)
            for connection in used:
                connection.expect_created()


main()
