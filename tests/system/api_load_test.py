# SPDX-License-Identifier: Apache-2.0
"""Many at once, and a full disk: no address twice, one winner, nothing but the truth in between."""

import os
import subprocess
import time
import unittest
from pathlib import Path

from api import Answer, ApiTest, T, request
from lab import wait_until
from packets import mac

LOAD = os.environ.get("MELANGE_API_LOAD",
                      str(Path(__file__).parents[2] / "build/tests/support/melange-api-load"))


class ParallelTest(ApiTest):
    def setUp(self):
        super().setUp()
        self.start()

    @unittest.skipUnless(os.path.exists(LOAD), "melange-api-load is not built")
    def test_case_26_64_clients_with_1000_allocations_each_get_64000_distinct_addresses(self):
        block = self.api.block("10.0.0.0/16")
        self.api.close()
        target = f"{T}/ip_blocks/{block['id']}"
        done = subprocess.run(
            [LOAD, "--socket", self.path, "--path", f"{target}/ip_addresses", "--connections",
             "64", "--requests", "1000", "--body", '{"ip_address":{}}', "--expect", "201"],
            capture_output=True, text=True, timeout=35)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertIn("64000 distinct addresses, 64000 times 201\n", done.stdout)
        usage = self.api.get(f"{target}/utilization")["utilization"]
        self.assertEqual((usage["reserved"], usage["free"]), (64000, 65534 - 64000))
        last = self.api.get("/v1/changes?after=128000")["changes"]
        self.assertEqual([each["number"] for each in last], [128001],
                         "a block, and an interface and an address each")

    @unittest.skipUnless(os.path.exists(LOAD), "melange-api-load is not built")
    def test_DHCP_is_served_within_a_second_while_good_and_bad_requests_pour_in(self):
        self.lab.connect()
        self.edge(pools=["192.168.50.100-192.168.50.199"])
        block = self.api.block("10.0.0.0/16")
        self.api.expect(201, "POST", f"{T}/ip_blocks/{block['id']}/ip_addresses",
                        {"ip_address": {"count": 1000}})
        addresses = f"{T}/ip_blocks/{block['id']}/ip_addresses"
        floods = [self.flood("--path", f"{addresses}?limit=1000"),
                  self.flood("--path", addresses, "--body", '{"ip_address":{}}'),
                  self.flood("--path", addresses, "--body", '{"ip_address":' + "[" * 5000),
                  self.flood("--path", "/v1/tenants/acme/ip_blocks/x")]
        raw = self.raw_clients()
        for number in range(20):
            self.assertIsNotNone(raw.lease(mac(number), seconds=1))
            time.sleep(0.05)
        for flood in floods:
            self.assertIsNone(flood.popen.poll(), f"it is over already: {flood.text()}")

    def test_I7_a_tenant_whose_requests_look_far_does_not_keep_DHCP_waiting(self):
        self.lab.connect()
        self.edge(pools=["192.168.50.100-192.168.50.199"])
        policy = self.api.expect(201, "POST", f"{T}/policies", {"policy": {"name": "p"}})["policy"]
        for octet in (1, 64, 128, 192):
            self.api.expect(201, "POST", f"{T}/policies/{policy['id']}/unusable_ip_octets",
                            {"ip_octet": {"octet": octet}})
        block = self.api.block("10.0.0.0/8", policy_id=policy["id"])
        wish = request("POST", f"{T}/ip_blocks/{block['id']}/ip_addresses",
                       {"ip_address": {"count": 1024, "contiguous": True}})
        connections = [self.unix() for _ in range(40)]
        raw = self.raw_clients()
        for connection in connections:
            connection.send(wish * 3)
        for number in range(5):
            time.sleep(0.1)
            self.assertIsNotNone(raw.lease(mac(number), seconds=1))
        for connection in connections:
            self.assertIn(connection.answer().status, (422, 503))

    def flood(self, *arguments: str):
        """8 connections' requests, until the test ends."""
        return self.lab.server_space.start(LOAD, "--socket", self.path, "--connections", "8",
                                           "--requests", "1000000", *arguments,
                                           log=f"flood{len(self.lab.server_space.processes)}.log")

    def test_H17_of_1000_writers_with_the_same_If_Match_one_wins(self):
        block = self.api.block("10.0.0.0/24")
        target = f"{T}/ip_blocks/{block['id']}"
        tag = self.api.ask("GET", target).field("etag")
        self.api.close()
        connections = [self.unix() for _ in range(50)]
        for number, connection in enumerate(connections):
            connection.send(b"".join(
                request("PATCH", target, {"ip_block": {"name": f"writer-{number}-{i}"}},
                        {"If-Match": tag}) for i in range(20)))
        answers = [connection.answer() for connection in connections for _ in range(20)]
        statuses = [answer.status for answer in answers]
        self.assertEqual((statuses.count(200), statuses.count(412)), (1, 999))
        for connection in connections:
            connection.close()
        winner = answers[statuses.index(200)].json["ip_block"]["name"]
        shown = wait_until(lambda: self.look(target), 2, "a free connection")
        self.assertEqual(shown["name"], winner)
        self.assertEqual([each["event"] for each in self.api.changes()],
                         ["block.created", "block.updated"])

    def look(self, target: str) -> dict | None:
        answer = self.api.ask("GET", target)
        return answer.json["ip_block"] if answer.status == 200 else None

    def test_the_next_free_address_and_leases_of_one_pool_never_meet(self):
        self.lab.connect()
        block = self.edge(pools=["192.168.50.2-192.168.50.254"])
        raw = self.raw_clients()
        target = f"{T}/ip_blocks/{block['id']}/ip_addresses"
        connections = [self.unix() for _ in range(8)]
        for i, connection in enumerate(connections):
            connection.send(b"".join(
                request("POST", target, {"ip_address": {"address": f"192.168.50.{last}"}})
                for last in range(2 + i, 130, 8)))
        raw.take((mac(number) for number in range(120)), 5, in_flight=32)
        given: list[str] = []
        for i, connection in enumerate(connections):
            for last in range(2 + i, 130, 8):
                answer = connection.answer()
                self.assertIn(answer.status, (201, 409))
                if answer.status == 201:
                    given.append(answer.json["ip_address"]["address"])
        everybody = [*given, *raw.acked.values()]
        self.assertEqual(len(set(everybody)), len(everybody), "an address has two owners")
        self.assertGreater(len(given), 0)
        self.assertGreater(len(raw.acked), 100)


class FullDiskTest(ApiTest):
    """S1 and I18 through the API."""

    def setUp(self):
        super().setUp()
        self.disk = self.lab.folder / "disk"
        self.disk.mkdir()
        self.lab.server_space.run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(self.disk))
        self.server.config.write_text(self.config().replace(f"{self.lab.folder}/store",
                                                            f"{self.disk}/store"))
        self.lab.connect()
        self.start()
        self.block = self.edge(pools=["192.168.50.100-192.168.50.199"])
        self.big = self.api.block("10.0.0.0/16")
        self.target = f"{T}/ip_blocks/{self.big['id']}/ip_addresses"

    def fill(self) -> Path:
        self.lab.server_space.run("dd", "if=/dev/zero", f"of={self.disk}/fill", "bs=4k",
                                  check=False)
        return self.disk / "fill"

    def write_until_refused(self) -> Answer:
        for _ in range(20000):
            answer = self.api.ask("POST", self.target, {"ip_address": {"count": 100}})
            if answer.status != 201:
                return answer
            self.given += [each["address"] for each in answer.json["ip_addresses"]]
        self.fail("the disk is full and addresses were given on and on")

    def listed(self) -> set[str]:
        return {each["address"] for each in self.api.pages(f"{self.target}?limit=1000",
                                                           "ip_addresses")}

    def test_S1_I18_a_full_disk_answers_writes_503_reads_200_and_is_mended_by_room_alone(self):
        self.given: list[str] = []
        raw = self.raw_clients()
        self.assertIsNotNone(raw.lease(mac(1)))
        self.assertEqual(self.api.get("/readyz"), {"status": "ready"})
        fill = self.fill()
        self.check_problem(self.write_until_refused(), 503)
        ready = wait_until(self.unready, 5, "/readyz says that it is not")
        self.assertRegex(self.check_problem(ready, 503)["detail"], "(?i)commit|disk|space|write")
        self.assertEqual(self.api.ask("GET", "/healthz").status, 200)
        self.assertEqual(self.listed(), set(self.given), "what was refused is not there")
        numbers = [each["number"] for each in self.api.changes()]
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))
        key = {"Idempotency-Key": "while-full"}
        for _ in range(3):
            answer = self.api.ask("POST", self.target, {"ip_address": {}}, key)
            self.check_problem(answer, 503)
        self.lab.server_space.run("rm", str(fill))
        made = wait_until(lambda: self.made(key), 5, "writes succeed again")
        self.given.append(made["address"])
        wait_until(lambda: not self.unready(), 5, "/readyz is good again")
        self.assertIsNotNone(raw.lease(mac(2), seconds=5))
        self.assertEqual(self.listed(), set(self.given))
        self.api.close()
        self.assertEqual(self.server.stop(), 0)
        self.start()
        self.assertEqual(self.listed(), set(self.given))

    def unready(self) -> Answer | None:
        answer = self.api.ask("GET", "/readyz")
        return answer if answer.status != 200 else None

    def made(self, key: dict[str, str]) -> dict | None:
        answer = self.api.ask("POST", self.target, {"ip_address": {}}, key)
        return answer.json["ip_address"] if answer.status == 201 else None


del ApiTest
