# SPDX-License-Identifier: Apache-2.0
"""hostile.md S14: whatever the wall clock says, leases run as long as they were given for, and no
address goes to another client.
"""

import os
import time
import unittest
from pathlib import Path

from api_config_test import renewed
from case import SystemTest
from lab import MELANGE, Process, Server
from packets import RawClients, mac, mac_text

SHIM = Path(os.environ.get("MELANGE_WALL_CLOCK", Path(MELANGE).parent / "tests" / "support"
                           / "libwall_clock.so"))
YEARS = 10 * 365 * 86400  # ten
FIRST, SECOND = "192.168.50.100", "192.168.50.101"
BEHIND = "wall clock is behind the newest record"
SET = "the wall clock was set while serving"


def to_1970() -> int:
    return 60 - int(time.time())


class ShiftedServer(Server):
    """With a wall clock that is off by so many seconds."""

    def set_clock(self, offset: int) -> None:
        fresh = self.space.folder / "offset.new"
        fresh.write_text(str(offset))
        fresh.rename(self.space.folder / "offset")

    def launch(self) -> Process:
        self.runs += 1
        self.process = self.space.start(
            "env", f"LD_PRELOAD={SHIM}", f"WALL_CLOCK_OFFSET={self.space.folder / 'offset'}",
            MELANGE, "serve", "-c", str(self.config), log=f"{self.name}.{self.runs}.log")
        return self.process


@unittest.skipUnless(SHIM.exists(), "the clock's stand-in is not built")
class ClockTest(SystemTest):
    def setUp(self):
        super().setUp()
        self.lab.connect()
        self.server = ShiftedServer(self.lab.server_space, self.lab.config())
        self.raw = RawClients(self.lab.client_space)
        self.addCleanup(self.raw.close)

    def start(self, offset: int) -> None:
        self.server.set_clock(offset)
        self.server.start()

    def restart(self, offset: int) -> None:
        self.assertEqual(self.server.stop(), 0)
        self.start(offset)

    def lease(self, number: int) -> str | None:
        self.raw.acked.pop(mac(number), None)
        return self.raw.lease(mac(number), 3)

    def check_lease_stands(self, expires: str) -> None:
        """Client 1 has FIRST until then; the sweeper has been there."""
        time.sleep(1.5)
        lease = self.server.leases()[FIRST]
        self.assertEqual((lease["state"], lease["mac"]), ("leased", mac_text(mac(1))))
        self.assertEqual(lease["expires"], expires)
        self.assertEqual(self.lease(2), SECOND, "nobody else is given it")
        self.assertTrue(renewed(self.raw, mac(1), FIRST))

    def expires(self) -> str:
        return self.server.leases()[FIRST]["expires"]

    def check_behind(self, before: int, after: int) -> None:
        self.start(before)
        self.assertEqual(self.lease(1), FIRST)
        self.assertNotIn(BEHIND, self.server.process.text())
        expires = self.expires()
        self.restart(after)
        self.server.process.wait_for_log(BEHIND)
        self.check_lease_stands(expires)

    def test_S14_a_start_ten_years_back_ends_no_lease(self):
        self.check_behind(0, -YEARS)

    def test_S14_a_start_in_1970_ends_no_lease(self):
        self.check_behind(0, to_1970())

    def test_S14_leases_of_a_clock_ten_years_ahead_stand_once_it_is_right(self):
        self.check_behind(YEARS, 0)

    def test_S14_a_start_ten_years_ahead_gives_no_address_to_another(self):
        self.start(0)
        self.assertEqual(self.lease(1), FIRST)
        self.restart(YEARS)
        time.sleep(1.5)
        self.assertEqual(self.lease(2), SECOND)
        self.assertEqual(self.lease(1), FIRST)

    def test_S14_a_server_of_1970_gives_no_address_to_another_once_its_clock_is_right(self):
        self.start(to_1970())
        self.assertEqual(self.lease(1), FIRST)
        self.restart(0)
        time.sleep(1.5)
        self.assertEqual(self.lease(2), SECOND)
        self.assertEqual(self.lease(1), FIRST)

    def check_jump(self, offset: int, way: str) -> None:
        self.start(0)
        self.assertEqual(self.lease(1), FIRST)
        expires = self.expires()
        self.server.set_clock(offset)
        self.server.process.wait_for_log(f"{SET}.* {way}=", 3)
        self.check_lease_stands(expires)
        self.assertEqual(self.server.process.text().count(SET), 1)
        self.assertLess(abs(int(self.expires()[:4]) - int(expires[:4])), 2,
                        "what is given now ends by the same clock")
        self.server.set_clock(0)
        self.server.process.wait_for_log(f"(?s){SET}.*{SET}", 3)

    def test_S14_a_jump_of_ten_years_forward_moves_no_lease(self):
        self.check_jump(YEARS, "forward")

    def test_S14_a_jump_of_ten_years_back_moves_no_lease(self):
        self.check_jump(-YEARS, "back")

    def test_S14_a_jump_to_1970_moves_no_lease(self):
        self.check_jump(to_1970(), "back")

    def test_a_small_step_is_not_told(self):
        self.start(0)
        self.server.set_clock(600)
        time.sleep(2.2)
        self.assertNotIn(SET, self.server.process.text())
        self.assertEqual(self.lease(1), FIRST)
