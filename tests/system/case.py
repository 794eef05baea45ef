# SPDX-License-Identifier: Apache-2.0
"""What the system tests have in common: a lab of their own each, and a bound on their time."""

import signal
import unittest

from lab import Lab, TimedOut

SECONDS = 40  # for one test


def limit_time(test: unittest.TestCase, seconds: int):
    def on_alarm(*_):
        raise TimedOut(f"the test took over {seconds} s")

    signal.signal(signal.SIGALRM, on_alarm)
    signal.alarm(seconds)
    test.addCleanup(signal.alarm, 0)


class SystemTest(unittest.TestCase):
    SECONDS = SECONDS

    def setUp(self):
        limit_time(self, self.SECONDS)
        self.lab = Lab()
        self.addCleanup(self.lab.close)

    def diagnose(self) -> str:
        """What the TAP runner prints below a failure."""
        return self.lab.logs() if hasattr(self, "lab") else ""
