#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Sums up what `meson test` left in a build folder: `summary.py BUILD`.

Names each failed case and ends with `N passed, N failed`, with `, N skipped` if any were. Cases of
gtest and TAP count one by one; a test without such items counts as one. A test that died, so that
its items do not tell of a failure, counts as one failed case more. Exit status 1 if anything failed
or nothing ran.
"""

import json
import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from typing import NamedTuple

GOOD = ("OK", "EXPECTEDFAIL", "SKIP")


class Counts(NamedTuple):
    passed: int = 0
    failed: int = 0
    skipped: int = 0

    def text(self) -> str:
        skipped = f", {self.skipped} skipped" if self.skipped else ""
        return f"{self.passed} passed, {self.failed} failed{skipped}"


def outcome(case: ElementTree.Element) -> str:
    if case.find("failure") is not None or case.find("error") is not None:
        return "failed"
    return "skipped" if case.find("skipped") is not None else "passed"


def read_cases(junit: Path) -> list[tuple[str, str]]:
    """(name, outcome) of each case. A meson test without items is one case of its own name."""
    cases = []
    for suite in ElementTree.parse(junit).getroot().iter("testsuite"):
        for case in suite.iter("testcase"):
            name = case.get("name", "?")
            if ":" not in name:
                name = f"{suite.get('name', '?')}.{name}"
            cases.append((name, outcome(case)))
    return cases


def of(case: str, test: str) -> bool:
    """Whether a case is an item of that meson test, or the test itself."""
    return case == test or f".{test}." in case


def read_tests(log: Path) -> list[dict]:
    """A record of each meson test, with `name`, `result` and `stdout`."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return [json.loads(line) for line in lines if line.strip()]


def tap_details(stdout: str) -> list[str]:
    """The failed items of a TAP stream and the comments below them, which Meson does not show."""
    details: list[str] = []
    failed = False
    for line in stdout.splitlines():
        if not line.startswith("#"):
            failed = line.startswith("not ok")
        if failed:
            details.append(line)
    return details


def summarise(logs: Path) -> tuple[Counts, list[str]]:
    """The counts, and the names of what failed."""
    cases = read_cases(logs / "testlog.junit.xml")
    failed = [name for name, result in cases if result == "failed"]
    deaths = [f"{test['name']} ({test['result']})" for test in read_tests(logs / "testlog.json")
              if test["result"] not in GOOD and not any(of(case, test["name"]) for case in failed)]
    count = [result for _, result in cases].count
    return Counts(count("passed"), len(failed) + len(deaths), count("skipped")), failed + deaths


def main() -> int:
    logs = Path(sys.argv[1], "meson-logs")
    try:
        counts, failed = summarise(logs)
        for test in read_tests(logs / "testlog.json"):
            for line in tap_details(test.get("stdout", "")):
                print(line)
    except (OSError, ValueError, ElementTree.ParseError) as error:
        print(f"no results: {error}")
        counts, failed = Counts(failed=1), []
    for name in failed:
        print(f"failed: {name}")
    print(counts.text())
    return 0 if counts.passed and not counts.failed else 1


if __name__ == "__main__":
    sys.exit(main())
