# SPDX-License-Identifier: Apache-2.0
"""The server's life: start, stop, crash, second instance, bad settings, full disk."""

import os
import re
import signal
import subprocess
import time
from pathlib import Path

from case import SystemTest
from lab import MELANGE, wait_until
from packets import RawClients, mac, mac_text

BIG = """\
[store]
path = "{store}"
[log]
level = "debug"
[dhcp]
interfaces = ["veth-s"]
[[network]]
id = "big"
conflict_check = false
[[network.block]]
cidr = "192.168.0.0/16"
pools = ["192.168.64.0/18"]
"""
SOURCES = Path(__file__).parents[2]


class ServerTest(SystemTest):
    def setUp(self):
        super().setUp()
        self.raw = None

    def big(self, store: Path | None = None):
        return self.lab.server(BIG.format(store=store or self.lab.folder / "store"))

    def raw_clients(self) -> RawClients:
        self.raw = RawClients(self.lab.client_space)
        self.addCleanup(self.raw.close)
        return self.raw

    def check_stored(self, server, acked: dict[bytes, str]):
        """Every acknowledged address is its client's in the store, and nobody else's."""
        self.assertEqual(len(set(acked.values())), len(acked), "an address was given out twice")
        leases = server.leases()
        missing = {mac_text(m): address for m, address in acked.items()
                   if leases.get(address, {}).get("mac") != mac_text(m)}
        self.assertEqual(missing, {})


class CrashTest(ServerTest):
    def test_every_acknowledged_lease_is_there_after_kill_9_under_load(self):
        self.lab.connect()
        server = self.big()
        macs = (mac(number) for number in range(1, 16000))
        raw = self.raw_clients()
        for acknowledged in (1, 40, 333, 700):
            server.start()
            goal = len(raw.acked) + acknowledged
            raw.take(macs, 10, in_flight=32, enough=lambda goal=goal: len(raw.acked) >= goal)
            server.kill()
            raw.take([], 0.2)  # what left before the end may still be on the wire
            self.assertGreaterEqual(len(raw.acked), goal)
            self.check_stored(server, raw.acked)
        server.start()
        before = raw.acked
        again = self.raw_clients()
        again.take(list(before)[::10], 5)
        self.assertEqual(again.acked, {m: before[m] for m in list(before)[::10]},
                         "each client has the same address as before")
        self.assertEqual(raw.naked + again.naked, [])

    def test_S11_a_second_server_on_the_same_store_is_refused(self):
        self.lab.connect()
        server = self.lab.server()
        server.start()
        second = self.lab.server(name="second")
        process = second.launch()
        self.assertEqual(process.wait(5), 1)
        self.assertRegex(process.text(), "(?i)in use|lock|another")
        self.assertIsNotNone(self.raw_clients().lease(mac(1)), "the first one serves on")

    def test_a_store_is_free_again_after_kill_9(self):
        server = self.lab.server()
        for _ in range(3):
            server.start()
            server.kill()
        server.start()


class StopTest(ServerTest):
    def check_stop(self, number: int):
        self.lab.connect()
        server = self.lab.server()
        server.start()
        self.assertIsNotNone(self.raw_clients().lease(mac(1)))
        began = time.monotonic()
        self.assertEqual(server.process.end(number), 0)
        self.assertLess(time.monotonic() - began, 2)
        self.check_stored(server, self.raw.acked)

    def test_SIGTERM_stops_it_within_2_s_with_exit_status_0(self):
        self.check_stop(signal.SIGTERM)

    def test_SIGINT_stops_it_within_2_s_with_exit_status_0(self):
        self.check_stop(signal.SIGINT)

    def test_X9_SIGTERM_under_load_loses_no_acknowledged_lease(self):
        self.lab.connect()
        server = self.big()
        server.start()
        raw = self.raw_clients()
        raw.take(map(mac, range(1, 9000)), 10, in_flight=64,
                 enough=lambda: len(raw.acked) >= 500)
        began = time.monotonic()
        self.assertEqual(server.stop(), 0)
        self.assertLess(time.monotonic() - began, 2)
        raw.take([], 0.2)
        self.check_stored(server, raw.acked)


class SettingsTest(ServerTest):
    def refused(self, old: str, new: str) -> str:
        """The message of `check`, which must name the file and the line of the change."""
        good = self.lab.config()
        self.assertIn(old, good)
        server = self.lab.server(good.replace(old, new))
        line = good[:good.index(old)].count("\n") + 1
        checked = server.call("check", check=False)
        self.assertEqual(checked.returncode, 1)
        self.assertRegex(checked.stderr, f"^{re.escape(str(server.config))}:{line}: ")
        return checked.stderr

    def test_a_good_file_passes_check(self):
        self.assertEqual(self.lab.server().call("check").returncode, 0)

    def test_C3_a_misspelt_key_is_refused_with_its_line_and_the_nearest_key(self):
        self.assertIn("lease_time", self.refused("lease_time =", "leese_time ="))

    def test_C4_a_pool_outside_of_its_block_is_refused_with_its_line(self):
        self.refused("192.168.50.100-192.168.50.199", "192.168.51.100-192.168.51.199")

    def test_a_server_with_a_bad_file_does_not_start_and_makes_no_store(self):
        server = self.lab.server(self.lab.config().replace("pools", "polls"))
        process = server.launch()
        self.assertEqual(process.wait(5), 1)
        self.assertIn(f"{server.config}:", process.text())
        self.assertFalse((self.lab.folder / "store").exists())

    def test_the_shipped_files_pass_check_and_melange_toml_is_what_config_prints(self):
        for name in ("minimal.toml", "melange.toml"):
            done = subprocess.run([MELANGE, "check", "-c", SOURCES / "conf" / name],
                                  capture_output=True, text=True)
            self.assertEqual(done.returncode, 0, done.stderr)
        printed = subprocess.run([MELANGE, "config"], capture_output=True, text=True, check=True)
        self.assertEqual(printed.stdout, (SOURCES / "conf" / "melange.toml").read_text())

    def test_lease_list_as_a_table_names_the_same_leases(self):
        self.lab.connect()
        server = self.lab.server()
        server.start()
        address = self.raw_clients().lease(mac(1))
        table = server.call("lease", "list").stdout
        self.assertRegex(table, rf"(?m)^{re.escape(address)}\s+leased\s+lab\b.*{mac_text(mac(1))}")

    def test_version_prints_a_version(self):
        done = subprocess.run([MELANGE, "version"], capture_output=True, text=True, check=True)
        self.assertRegex(done.stdout, r"\d+\.\d+\.\d+")


class DiskTest(ServerTest):
    def fill(self, disk: Path) -> Path:
        self.lab.server_space.run("dd", "if=/dev/zero", f"of={disk}/fill", "bs=4k", check=False)
        return disk / "fill"

    def lease_until_none(self, raw: RawClients) -> None:
        """Leases to ever new clients, until a burst of them goes unanswered."""
        for start in range(1000, 15000, 200):
            burst = [mac(number) for number in range(start, start + 200)]
            before = len(raw.acked)
            raw.take(burst, 1.5, in_flight=32)
            if len(raw.acked) < before + len(burst):
                return
        self.fail("the disk is full and leases were given on and on")

    def test_S1_a_full_disk_means_no_ACK_and_free_space_mends_it_without_a_restart(self):
        self.lab.connect()
        disk = self.lab.folder / "disk"
        disk.mkdir()
        space = self.lab.server_space
        space.run("mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", str(disk))
        server = self.big(store=disk / "store")
        server.start()
        raw = self.raw_clients()
        self.assertIsNotNone(raw.lease(mac(1)))
        fill = self.fill(disk)
        # The second of two equal requests changes nothing, yet it must wait for the same commit.
        raw.repeats = 2
        self.lease_until_none(raw)
        server.process.wait_for_log("(?i)disk full|cannot commit|no space")
        self.assertIsNone(server.process.popen.poll(), "it goes on")
        self.check_stored(server, raw.acked)
        space.run("rm", str(fill))
        self.assertIsNotNone(raw.lease(mac(2), seconds=5))
        self.check_stored(server, raw.acked)
        self.assertEqual(server.stop(), 0)
        server.start()
        self.check_stored(server, raw.acked)

    def test_S2_a_store_that_cannot_be_written_is_refused(self):
        space = self.lab.server_space
        disk = self.lab.folder / "disk"
        disk.mkdir()
        space.run("mount", "-t", "tmpfs", "-o", "ro", "tmpfs", str(disk))
        process = self.big(store=disk / "store").launch()
        self.assertEqual(process.wait(5), 1)
        self.assertIn(str(disk / "store"), process.text())

    def test_S7_an_emptied_data_file_is_refused(self):
        server = self.lab.server()
        server.start()
        self.assertEqual(server.stop(), 0)
        data = self.lab.folder / "store" / "data.mdb"
        os.truncate(data, 0)
        process = server.launch()
        self.assertEqual(process.wait(5), 1)
        self.assertEqual(data.stat().st_size, 0, "it is not filled with a new store")


class LinkTest(ServerTest):
    def test_C6_a_link_that_is_not_there_yet_is_waited_for_and_served_within_1_s(self):
        server = self.lab.server()
        process = server.start()
        process.wait_for_log("(?i)wait.*veth-s|veth-s.*wait")
        self.lab.connect()
        raw = self.raw_clients()
        self.assertIsNotNone(raw.lease(mac(1), seconds=1))

    def test_X3_a_link_made_anew_under_the_same_name_is_served_within_1_s(self):
        self.lab.connect()
        server = self.lab.server()
        server.start()
        self.assertIsNotNone(self.raw_clients().lease(mac(1)))
        descriptors = self.count_descriptors(server)
        for number in range(2, 8):
            self.lab.server_space.ip("link del veth-s")
            self.lab.connect()
            self.assertIsNotNone(self.raw_clients().lease(mac(number), seconds=1))
        self.assertEqual(self.count_descriptors(server), descriptors)
        self.check_stored(server, self.raw.acked)

    def test_X1_a_link_that_was_down_is_served_again(self):
        self.lab.connect()
        server = self.lab.server()
        server.start()
        raw = self.raw_clients()
        for number in range(1, 4):
            self.assertIsNotNone(raw.lease(mac(number), seconds=1))
            self.lab.server_space.ip("link set veth-s down")
            self.lab.server_space.ip("link set veth-s up")
            wait_until(lambda: "state UP" in self.lab.client_space.ip("link show veth-c"), 2,
                       "the link is up")
        self.assertIsNotNone(raw.lease(mac(9), seconds=1))

    def test_a_link_without_an_address_of_a_block_is_served_once_it_has_one(self):
        self.lab.connect()
        self.lab.server_space.ip("addr del 192.168.50.1/24 dev veth-s")
        server = self.lab.server()
        server.start()
        raw = self.raw_clients()
        self.assertIsNone(raw.lease(mac(1), seconds=0.3))
        self.lab.server_space.ip("addr add 192.168.50.1/24 dev veth-s")
        self.assertIsNotNone(raw.lease(mac(1), seconds=1))

    def count_descriptors(self, server) -> int:
        return len(list(Path(f"/proc/{server.process.popen.pid}/fd").iterdir()))


del ServerTest
