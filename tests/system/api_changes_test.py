# SPDX-License-Identifier: Apache-2.0
"""What outlives the answer: an Idempotency-Key and kill -9, the change log over restarts, as a
stream, and what it says of one address.
"""

import itertools
import random
import threading
import time
from typing import Callable

from api import Api, ApiTest, Closed, Connection, T, request
from lab import wait_until

KILLS = 10


class ApiCrashTest(ApiTest):
    """Case 51 of ipam.md: between commit and response the server is killed."""

    def post(self, key: str) -> bytes:
        return request("POST", self.target, {"ip_address": {}}, {"Idempotency-Key": key})

    def setUp(self):
        super().setUp()
        self.start()
        block = self.api.block("10.0.0.0/24")
        self.target = f"{T}/ip_blocks/{block['id']}/ip_addresses"

    def listed(self) -> set[str]:
        return {each["address"] for each in self.api.pages(self.target, "ip_addresses")}

    def test_51_kill_9_at_any_moment_after_a_POST_and_the_same_key_give_one_address(self):
        rng = random.Random(51)
        survived = 0
        for kill in range(KILLS):
            before = self.listed()
            connection = self.unix()
            connection.send(self.post(f"k-{kill}"))
            time.sleep(rng.uniform(0.001, 0.02))
            self.server.kill()
            said = self.all_of(connection)
            self.api.close()
            self.start()
            committed = self.listed() - before
            survived += len(committed)
            first, second = (self.api.ask("POST", self.target, {"ip_address": {}},
                                          {"Idempotency-Key": f"k-{kill}"}) for _ in range(2))
            self.assertEqual(first.status, 201)
            self.assertEqual(second, first)
            if said is not None:
                self.assertEqual(first, said, "the answer that had left already")
            address = first.json["ip_address"]["address"]
            self.assertEqual(self.listed() - before, {address})
            self.assertLessEqual(committed, {address})
        self.assertGreater(survived, 0, "never was a kill behind the commit")

    def test_51_kill_9_as_soon_as_the_commit_is_seen_and_the_same_key_give_one_address(self):
        for kill in range(KILLS):
            before = self.listed()
            watcher, connection = self.unix(), self.unix()
            watcher.send(request("GET", f"/v1/changes?after={self.api.changes()[-1]['number']}",
                                 fields={"Accept": "text/event-stream"}))
            self.assertEqual(watcher.head().status, 200)
            connection.send(self.post(f"seen-{kill}"))
            next(watcher.events())
            self.server.kill()
            self.api.close()
            self.start()
            committed = self.listed() - before
            self.assertEqual(len(committed), 1, "an event is told of what is on disk alone")
            answer = self.api.ask("POST", self.target, {"ip_address": {}},
                                  {"Idempotency-Key": f"seen-{kill}"})
            self.assertEqual(answer.status, 201)
            self.assertEqual({answer.json["ip_address"]["address"]}, committed)
            said = self.all_of(connection)
            if said is not None:
                self.assertEqual(answer, said)
            self.assertEqual(self.listed() - before, committed)

    def all_of(self, connection: Connection):
        """The whole answer, if it left before the end."""
        try:
            return connection.answer()
        except Closed:
            return None

    def answered_until(self, end: Callable[[], object]) -> list[str]:
        """Addresses that 8 writers were given until the server ended."""
        answered: list[str] = []

        def write(api: Api):
            try:
                while (answer := api.ask("POST", self.target, {"ip_address": {}})).status == 201:
                    answered.append(answer.json["ip_address"]["address"])
            except (Closed, OSError):
                return
        threads = [threading.Thread(target=write, args=(self.client(),)) for _ in range(8)]
        for thread in threads:
            thread.start()
        wait_until(lambda: len(answered) > 20, 5, "the writers are at it")
        end()
        for thread in threads:
            thread.join(5)
        self.api.close()
        return answered

    def check_stored(self, answered: list[str]) -> None:
        self.start()
        self.assertEqual(len(set(answered)), len(answered))
        self.assertEqual(set(answered) - self.listed(), set())
        numbers = [each["number"] for each in self.api.changes()]
        self.assertEqual(numbers, list(range(1, len(numbers) + 1)))

    def test_51_nothing_that_was_answered_is_lost_by_kill_9_under_load(self):
        self.check_stored(self.answered_until(self.server.kill))

    def test_X9_SIGTERM_under_load_ends_within_2_s_and_loses_nothing_that_was_answered(self):
        def stop():
            began = time.monotonic()
            self.assertEqual(self.server.stop(), 0)
            self.assertLess(time.monotonic() - began, 2)
        self.check_stored(self.answered_until(stop))


class ChangesTest(ApiTest):
    def setUp(self):
        super().setUp()
        self.start()

    def stream(self, **fields) -> Connection:
        connection = self.unix()
        connection.send(request("GET", "/v1/changes", fields={"Accept": "text/event-stream"} |
                                {name.replace("_", "-"): value for name, value in fields.items()}))
        return connection

    def test_the_log_has_no_gap_over_restarts_and_tells_who_and_what_was(self):
        block = self.api.block("10.0.0.0/24")
        self.api.allocate(block, interface_id="vif")
        self.restart()
        self.api.expect(200, "PUT", f"{T}/ip_blocks/{block['id']}", {"ip_block": {"name": "x"}})
        self.server.kill()
        self.api.close()
        self.start()
        self.api.expect(204, "DELETE", f"{T}/ip_blocks/{block['id']}/ip_addresses/10.0.0.1")
        changes = self.api.changes()
        self.assertEqual([each["number"] for each in changes], list(range(1, len(changes) + 1)))
        self.assertEqual([each["event"] for each in changes],
                         ["block.created", "interface.created", "address.reserved",
                          "block.updated", "address.quarantined"])
        self.assertEqual({each["actor"] for each in changes}, {"local"})
        renamed = changes[3]
        self.assertEqual((renamed["before"]["name"], renamed["after"]["name"]), ("", "x"))
        revisions = [each["revision"] for each in changes]
        self.assertEqual(revisions, sorted(revisions))
        tail = self.api.get(f"/v1/changes?after={changes[2]['number']}")["changes"]
        self.assertEqual(tail, changes[3:])

    def test_a_stream_that_is_cut_and_resumed_has_each_of_500_changes_once(self):
        block = self.api.block("10.0.0.0/20")
        target = f"{T}/ip_blocks/{block['id']}/ip_addresses"

        def write():
            api = self.client()
            for _ in range(250):  # an interface and an address each
                assert api.ask("POST", target, {"ip_address": {}}).status == 201
        writer = threading.Thread(target=write)
        writer.start()
        connection = self.stream(Last_Event_ID="1")
        self.assertEqual(connection.head().field("content-type"), "text/event-stream")
        numbers: list[int] = []
        while len(numbers) < 500:
            wanted = min(500 - len(numbers), 120)
            for event in itertools.islice(connection.events(), wanted):
                numbers.append(int(event["id"]))
            if len(numbers) < 500:
                connection.close()
                connection = self.stream(Last_Event_ID=str(numbers[-1]))
                self.assertEqual(connection.head().status, 200)
        writer.join(10)
        self.assertEqual(numbers, list(range(2, 502)))
        self.assertEqual(self.api.changes()[-1]["number"], 501)

    def test_an_event_reaches_who_listens_within_a_second(self):
        connection = self.stream()
        self.assertEqual(connection.head().status, 200)
        began = time.monotonic()
        block = self.api.block("10.0.0.0/24")
        event = next(connection.events())
        self.assertLess(time.monotonic() - began, 1)
        self.assertEqual((event["id"], event["event"]), ("1", "block.created"))
        self.assertIn(block["id"], event["data"])

    def test_a_17th_stream_is_refused_and_the_others_go_on(self):
        streams = [self.stream() for _ in range(16)]
        for each in streams:
            self.assertEqual(each.head().status, 200)
        self.check_problem(self.stream().answer(), 503)
        streams[0].close()
        self.api.block("10.0.0.0/24")
        self.assertEqual(next(streams[1].events())["id"], "1")

    def test_the_history_of_an_address_tells_who_had_it_when(self):
        block = self.api.block("10.0.0.0/24", quarantine_time=1)
        target = f"{T}/ip_blocks/{block['id']}/ip_addresses/10.0.0.9"
        self.api.allocate(block, address="10.0.0.9", interface_id="vif-1")
        self.api.expect(204, "DELETE", target)
        freed = time.monotonic() + 5
        while self.api.ask("GET", target).status != 404 and time.monotonic() < freed:
            time.sleep(0.05)
        self.api.allocate(block, address="10.0.0.9", interface_id="vif-2")
        history = self.api.get("/v1/addresses/10.0.0.9/history")["history"]
        self.assertEqual([(each["event"], each["interface_id"]) for each in history],
                         [("address.reserved", "vif-2"), ("address.freed", "vif-1"),
                          ("address.quarantined", "vif-1"), ("address.reserved", "vif-1")])
        self.assertEqual([each["actor"] for each in history],
                         ["local", "sweeper", "local", "local"])
        then = self.api.get(f"/v1/addresses/10.0.0.9/history?at={history[3]['time']}")["history"]
        self.assertEqual(then[0]["interface_id"], "vif-1")
        never = self.api.get("/v1/addresses/10.0.0.9/history?at=2001-01-01T00:00:00Z")
        self.assertEqual(never["history"], [])
        self.check_problem(self.api.ask("GET", "/v1/addresses/10.0.0.9/history?at=x"), 400)


class PrunedChangesTest(ApiTest):
    more = "[changes]\nmax_events = 1000\n"

    def test_who_wants_an_event_that_is_no_longer_kept_is_told_410(self):
        self.start()
        block = self.api.block("10.0.0.0/20")
        target = f"{T}/ip_blocks/{block['id']}/ip_addresses"
        for _ in range(2):
            self.api.expect(201, "POST", target, {"ip_address": {"count": 900}})
        stop = time.monotonic() + 5
        while (answer := self.api.ask("GET", "/v1/changes?after=1")).status == 200:
            self.assertLess(time.monotonic(), stop, "nothing is pruned")
            time.sleep(0.05)
        self.check_problem(answer, 410)
        for fields in ({"Accept": "text/event-stream", "Last-Event-ID": "1"},
                       {"Accept": "text/event-stream", "Last-Event-ID": "0"}):
            self.check_problem(self.api.ask("GET", "/v1/changes", fields=fields), 410)
        kept = self.api.changes()
        self.assertLessEqual(len(kept), 1000)
        numbers = [each["number"] for each in kept]
        self.assertEqual(numbers, list(range(numbers[0], numbers[0] + len(numbers))))
        resumed = self.client()
        self.assertEqual(resumed.get(f"/v1/changes?after={numbers[0] - 1}&limit=1")["changes"],
                         kept[:1])
        self.api.expect(400, "GET", "/v1/changes?after=x")


del ApiTest
