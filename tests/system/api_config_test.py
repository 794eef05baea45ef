# SPDX-License-Identifier: Apache-2.0
"""The configuration file and the API side by side: networks of the file are read-only there and
live and go with the file; settings that would open the API to strangers are refused; tokens and
limits follow SIGHUP. hostile.md C7, C8, C9.
"""

import os
import re
import shutil
import socket
from pathlib import Path

from api import Api, ApiTest, T, Tokens
from packets import ACK, OFFER, REQUEST, Message, RawClients, mac, mac_text

LAB = """\
[[network]]
id = "lab"
conflict_check = false
interfaces = ["veth-s"]
[[network.block]]
cidr = "192.168.50.0/24"
gateway = "192.168.50.1"
pools = ["192.168.50.100-192.168.50.199"]
[[network.reservation]]
mac = "52:54:00:12:34:56"
addresses = ["192.168.50.10"]
"""
OTHER = """\
[[network]]
id = "other"
conflict_check = false
interfaces = ["veth-x"]
[[network.block]]
cidr = "10.9.0.0/24"
"""


def discover(raw: RawClients, client: bytes, seconds: float = 1) -> str | None:
    raw.discover(client)
    return next((answer.yiaddr for answer in raw.receive(seconds)
                 if answer.mac == client and answer.type == OFFER), None)


def renewed(raw: RawClients, client: bytes, address: str) -> bool:
    raw.send(Message(REQUEST, 9, client, ciaddr=address))
    return any(answer.type == ACK and answer.mac == client for answer in raw.receive(0.5))


class NetworkOfTheFileTest(ApiTest):
    more = LAB

    def setUp(self):
        super().setUp()
        self.lab.connect()
        self.start()
        self.block = self.api.get(f"{T}/ip_blocks")["ip_blocks"][0]
        self.raw = self.raw_clients()

    def states(self) -> dict[str, str]:
        listed = self.api.get(f"{T}/ip_blocks/{self.block['id']}/ip_addresses")["ip_addresses"]
        return {each["address"]: each["state"] for each in listed}

    def test_objects_of_the_file_are_shown_and_are_409_managed_by_config_to_whoever_changes_them(
            self):
        network, block = f"{T}/networks/lab", f"{T}/ip_blocks/{self.block['id']}"
        self.assertEqual(self.api.get(network)["network"]["managed_by"], "config")
        self.assertEqual((self.block["managed_by"], self.block["network_id"]), ("config", "lab"))
        reservation, = self.api.get(f"{network}/reservations")["reservations"]
        self.assertEqual(reservation["managed_by"], "config")
        before = self.api.changes()
        named = f"{network}/reservations/{reservation['id']}"
        for method, target, body in (
                ("PUT", network, {"network": {"authoritative": False}}),
                ("PATCH", network, {"network": {"interfaces": ["veth-x"]}}),
                ("DELETE", network, None),
                ("PUT", block, {"ip_block": {"gateway": "192.168.50.2"}}),
                ("PATCH", block, {"ip_block": {"pools": []}}),
                ("DELETE", block, None), ("DELETE", block + "?force=true", None),
                ("POST", f"{T}/ip_blocks",
                 {"ip_block": {"cidr": "10.0.0.0/24", "network_id": "lab"}}),
                ("POST", f"{block}/ip_routes",
                 {"ip_route": {"destination": "10.0.0.0/8", "gateway": "192.168.50.2"}}),
                ("PATCH", named, {"reservation": {"hostname": "x"}}), ("DELETE", named, None)):
            answer = self.api.ask(method, target, body)
            self.assertEqual(self.check_problem(answer, 409)["type"],
                             "urn:melange:managed_by_config", f"{method} {target}: {answer}")
        self.assertEqual(self.api.changes(), before)
        self.assertEqual(self.raw.lease(bytes.fromhex("525400123456")), "192.168.50.10")

    def test_the_API_allocates_and_reserves_in_a_network_of_the_file(self):
        self.api.allocate(self.block, address="192.168.50.20", mac_address=mac_text(mac(1)))
        self.api.expect(201, "POST", f"{T}/networks/lab/reservations", {
            "reservation": {"mac": mac_text(mac(2)), "addresses": ["192.168.50.120"]}})
        self.assertEqual(discover(self.raw, mac(1)), "192.168.50.20")
        self.assertEqual(discover(self.raw, mac(2)), "192.168.50.120")
        self.restart()
        self.reload(self.config(more=LAB + OTHER))
        self.assertEqual(discover(self.raw, mac(1)), "192.168.50.20")
        self.assertEqual(discover(self.raw, mac(2)), "192.168.50.120")

    def test_a_network_that_leaves_the_file_stays_retired_while_an_allocation_is_in_it(self):
        self.api.allocate(self.block, address="192.168.50.20", mac_address=mac_text(mac(1)))
        self.assertEqual(self.raw.lease(mac(1)), "192.168.50.20")
        self.reload(self.config(more=OTHER))
        said = self.server.process.text()
        self.assertRegex(said, r"(?m)warning .*has left the configuration.*192\.168\.50\.0/24")
        kept = self.api.get(f"{T}/ip_blocks/{self.block['id']}")["ip_block"]
        self.assertTrue(kept["retired"])
        self.assertEqual(self.states()["192.168.50.20"], "bound")
        self.assertTrue(renewed(self.raw, mac(1), "192.168.50.20"))
        self.assertIsNone(discover(self.raw, mac(2), seconds=0.3), "no new leases")
        self.restart()
        self.assertTrue(renewed(self.raw, mac(1), "192.168.50.20"))

    def test_C9_a_network_with_live_leases_that_leaves_the_file_keeps_them_and_gives_no_new_one(
            self):
        lease = self.raw.lease(mac(1))
        self.reload(self.config(more=OTHER))
        self.assertTrue(renewed(self.raw, mac(1), lease))
        self.assertIsNone(discover(self.raw, mac(2), seconds=0.3))
        self.assertEqual(self.states(), {lease: "leased"})
        self.reload(self.config(more=LAB))
        again = self.api.get(f"{T}/ip_blocks/{self.block['id']}")["ip_block"]
        self.assertFalse(again["retired"])
        self.assertIsNotNone(discover(self.raw, mac(2)))

    def test_C9_a_hundred_reloads_under_traffic_lose_no_lease(self):
        for turn in range(100):
            self.server.config.write_text(self.config(more=LAB + (OTHER if turn % 2 else "")))
            self.server.process.send(1)
            if turn % 4 == 0:
                self.assertIsNotNone(self.raw.lease(mac(turn + 1)))
        self.assertEqual(len(set(self.raw.acked.values())), 25)
        states = self.states()
        self.assertEqual({address: states.get(address) for address in self.raw.acked.values()},
                         dict.fromkeys(self.raw.acked.values(), "leased"))
        self.assertEqual(self.server.stop(), 0)

    def test_C8_a_bad_file_changes_nothing_and_is_said(self):
        before = self.api.get(f"{T}/ip_blocks"), self.api.changes()
        for bad in (LAB.replace("pools", "polls"), LAB + LAB,
                    LAB.replace("50.100-192.168.50.199", "51.100-192.168.51.199")):
            self.server.config.write_text(self.config(more=bad))
            offset = len(self.server.process.text())
            self.server.process.send(1)
            self.server.process.wait_for_log(r"refused; the old one stays", 5, offset)
            ready = self.api.get("/readyz")
            self.assertIn(str(self.server.config), ready.get("warning", ""), "the API says why")
        self.assertEqual((self.api.get(f"{T}/ip_blocks"), self.api.changes()), before)
        self.assertIsNotNone(self.raw.lease(mac(1)))
        self.reload(self.config())
        self.assertNotIn("warning", self.api.get("/readyz"))


class ListenTest(ApiTest):
    """C8 for what can be known only when it is tried."""

    more = LAB

    def setUp(self):
        super().setUp()
        self.lab.connect()
        self.start()

    def check_refused(self, config: str) -> None:
        """All or nothing: the API and the networks are what they were."""
        before = self.api.changes()
        self.api.close()
        self.server.config.write_text(config + OTHER)
        offset = len(self.server.process.text())
        self.server.process.send(1)
        done = self.server.process.wait_for_log("the old one stays|configuration reloaded", 5,
                                                offset)
        for connect in (self.unix, self.tcp):
            self.assertEqual(self.client(connect).ask("GET", "/healthz").status, 200)
        self.assertEqual(self.api.changes(), before)
        self.assertEqual(done[0], "the old one stays")

    def test_C8_a_listen_address_in_use_keeps_the_old_API(self):
        with self.lab.server_space.inside(), socket.socket() as taken:
            taken.bind(("127.0.0.1", 9999))
            taken.listen()
            self.check_refused(self.config().replace("127.0.0.1:9898", "127.0.0.1:9999"))

    def test_C8_a_certificate_that_is_not_there_keeps_the_old_API(self):
        folder = self.lab.folder
        self.check_refused(self.config(http=f'tls_certificate = "{folder}/none.pem"\n'
                                            f'tls_key = "{folder}/none.key"'))

    def test_another_listen_address_is_served_from_SIGHUP_on(self):
        self.api.close()
        self.reload(self.config().replace("127.0.0.1:9898", "127.0.0.1:9999"))
        self.assertEqual(self.api.ask("GET", "/healthz").status, 200)
        with self.assertRaises(ConnectionRefusedError):
            self.tcp()


class TokenSettingsTest(ApiTest):
    def setUp(self):
        super().setUp()
        self.tokens = Tokens(self.lab.folder / "tokens.toml")
        self.http = f'tokens = "{self.tokens.path}"'
        self.server.config.write_text(self.config())

    def bearer(self, text: str) -> Api:
        return self.client(self.tcp, Authorization=f"Bearer {text}")

    def test_a_token_reaches_its_tenant_writes_if_it_may_and_is_named_in_the_log(self):
        admin, writer, reader = (self.bearer(text) for text in (
            self.tokens.add("root", "admin"), self.tokens.add("w", "tenant:acme", "write"),
            self.tokens.add("r", "tenant:acme", "read")))
        self.start()
        acme = "/v1/tenants/acme/ip_blocks"
        body = {"ip_block": {"cidr": "10.0.0.0/24"}}
        block = writer.expect(201, "POST", acme, body)["ip_block"]
        self.check_problem(reader.ask("POST", acme, {"ip_block": {"cidr": "10.0.1.0/24"}}), 403)
        self.assertEqual(reader.get(acme)["ip_blocks"], [block])
        self.check_problem(writer.ask("GET", f"{T}/ip_blocks"), 404)
        self.check_problem(writer.ask("POST", f"{T}/ip_blocks", body), 404)
        self.check_problem(writer.ask("GET", "/v1/utilization"), 403)
        self.check_problem(writer.ask("GET", "/v1/leases"), 403)
        admin.expect(201, "POST", f"{T}/ip_blocks", body)
        self.assertEqual([each["actor"] for each in admin.get("/v1/changes")["changes"]],
                         ["token:w", "token:root"])
        self.assertEqual([each["actor"] for each in reader.get("/v1/changes")["changes"]],
                         ["token:w"], "tenants see their own")
        self.assertEqual(self.client(self.tcp).ask("GET", "/healthz").status, 200)

    def test_a_token_that_is_added_or_taken_away_counts_from_SIGHUP_on(self):
        first = self.tokens.add("one", "admin")
        self.start()
        second = self.tokens.add("two", "admin")
        self.check_problem(self.bearer(second).ask("GET", f"{T}/ip_blocks"), 401)
        self.reload(self.config())
        self.assertEqual(self.bearer(second).ask("GET", f"{T}/ip_blocks").status, 200)
        kept = self.bearer(first)
        self.assertEqual(kept.ask("GET", f"{T}/ip_blocks").status, 200)
        del self.tokens.entries[0]
        self.tokens.write()
        self.reload(self.config())
        self.check_problem(kept.ask("GET", f"{T}/ip_blocks"), 401)

    def test_C7_a_token_file_that_is_broken_keeps_the_old_tokens_on_SIGHUP(self):
        first = self.tokens.add("one", "admin")
        self.start()
        self.tokens.path.chmod(0o644)
        before = len(self.server.process.text())
        self.server.process.send(1)
        self.server.process.wait_for_log("the old one stays", 5, before)
        self.assertEqual(self.bearer(first).ask("GET", f"{T}/ip_blocks").status, 200)

    def test_C7_a_server_that_strangers_could_use_does_not_start(self):
        self.tokens.add("one", "admin")
        good = self.config()
        made = []
        open_listen = good.replace("127.0.0.1:9898", "0.0.0.0:9898")
        for name, config, words in (
                ("no TLS", open_listen, "tls_certificate"),
                ("no tokens", open_listen.replace(self.http, ""), "tokens"),
                ("IPv6", good.replace("127.0.0.1:9898", "[::]:9898"), "other hosts"),
                ("an empty token file", good, "token"),
                ("a missing token file", good.replace("tokens.toml", "absent.toml"), "absent.toml"),
                ("a token file for all to read", good, "chmod 600")):
            self.tokens.path.write_text("" if "empty" in name else self.tokens.entries[0])
            self.tokens.path.chmod(0o644 if "all to read" in name else 0o600)
            self.server.config.write_text(config)
            process = self.server.launch()
            self.assertEqual(process.wait(5), 1)
            self.assertIn(words, process.text())
            self.assertRegex(process.text(), rf"{re.escape(str(self.lab.folder))}/\S+")
            if (store := self.lab.folder / "store").exists():
                made.append(name)
                shutil.rmtree(store)
        self.assertEqual(made, [], "what is refused makes no store")

    def test_H13_the_socket_is_its_owners_alone_under_any_umask_and_is_gone_after_the_end(self):
        self.tokens.add("one", "admin")
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        self.start()
        path = Path(self.path)
        self.assertEqual(path.stat().st_mode & 0o7777, 0o600)
        self.assertEqual(path.parent.stat().st_mode & 0o7777, 0o700)
        self.assertEqual(self.api.ask("GET", f"{T}/ip_blocks").status, 200, "it needs no token")
        self.assertEqual(self.server.stop(), 0)
        self.assertFalse(path.exists())
        store = self.lab.folder / "store"
        for each in [store, *store.iterdir()]:
            self.assertEqual(each.stat().st_mode & 0o077, 0, each)


del ApiTest
