# SPDX-License-Identifier: Apache-2.0
"""Runs unittest cases and prints TAP, one line per case, so that Meson itemises them."""

import re
import sys
import traceback
import unittest


def title(name: str) -> str:
    """`test_S11_a_second_server_is_refused` reads better as a sentence."""
    return re.sub(r"^test_", "", name).replace("_", " ")


class TapResult(unittest.TestResult):
    def __init__(self, stream):
        super().__init__()
        self.stream = stream
        self.number = 0

    def line(self, ok: bool, test, note: str = "", detail: str = "") -> None:
        self.number += 1
        name = title(getattr(test, "_testMethodName", str(test)))
        print(f"{'ok' if ok else 'not ok'} {self.number} {name}{note}", file=self.stream)
        for text in detail.rstrip().splitlines():
            print(f"# {text}", file=self.stream)
        self.stream.flush()

    def broken(self, test, error) -> None:
        detail = "".join(traceback.format_exception(*error))
        if diagnose := getattr(test, "diagnose", None):
            detail += diagnose()
        self.line(False, test, detail=detail)

    def addSuccess(self, test):
        super().addSuccess(test)
        self.line(True, test)

    def addFailure(self, test, err):
        super().addFailure(test, err)
        self.broken(test, err)

    def addError(self, test, err):
        super().addError(test, err)
        self.broken(test, err)

    def addSubTest(self, test, subtest, err):
        super().addSubTest(test, subtest, err)
        if err is not None:
            self.broken(test, err)

    def addSkip(self, test, reason):
        super().addSkip(test, reason)
        self.line(True, test, note=f" # SKIP {reason}")


def run(suite: unittest.TestSuite, stream=sys.stdout) -> bool:
    result = TapResult(stream)
    suite.run(result)
    print(f"1..{result.number}", file=stream, flush=True)
    return result.wasSuccessful() and result.number > 0


def main() -> None:
    """All cases of the calling module."""
    suite = unittest.defaultTestLoader.loadTestsFromModule(sys.modules["__main__"])
    sys.exit(0 if run(suite) else 1)
