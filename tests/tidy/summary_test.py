#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""tests/support/summary.py, whose last line is what a run of all tests is judged by."""

import json
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
import summary  # noqa: E402
import tap  # noqa: E402

FAILURE = '<failure message="no"/>'


def gtest(test: str, cases: dict[str, str]) -> str:
    """As Meson 1.0 takes over what GoogleTest wrote."""
    items = "".join(f'<testcase name="{name}" classname="A">{inner}</testcase>'
                    for name, inner in cases.items())
    return f'<testsuite name="m.m:{test}.A" tests="{len(cases)}">{items}</testsuite>'


def tap_items(test: str, cases: dict[str, str]) -> str:
    items = "".join(f'<testcase name="{name}" classname="m.m:{test}">{inner}</testcase>'
                    for name, inner in cases.items())
    return f'<testsuite name="m.m:{test}" tests="{len(cases)}">{items}</testsuite>'


def whole(test: str, inner: str = "") -> str:
    """A test that Meson knows by its exit status alone."""
    return (f'<testsuite name="m"><testcase name="m:{test}" classname="m">{inner}</testcase>'
            '</testsuite>')


def sum_up(junit: str, results: dict[str, str]) -> tuple[str, list[str]]:
    with tempfile.TemporaryDirectory() as folder:
        logs = Path(folder)
        (logs / "testlog.junit.xml").write_text(f"<testsuites>{junit}</testsuites>")
        records = [json.dumps({"name": f"m:{name}", "result": result})
                   for name, result in results.items()]
        (logs / "testlog.json").write_text("\n".join(records) + "\n")
        counts, failed = summary.summarise(logs)
        return counts.text(), failed


class Summary(unittest.TestCase):
    def test_items_count_one_by_one(self):
        junit = (gtest("unit / io", {"B": "", "C": ""}) + tap_items("tidy / x", {"1 a": ""})
                 + whole("replay / frame"))
        self.assertEqual(
            sum_up(junit, {"unit / io": "OK", "tidy / x": "OK", "replay / frame": "OK"}),
            ("4 passed, 0 failed", []))

    def test_a_failed_item_counts_once(self):
        self.assertEqual(
            sum_up(gtest("unit / io", {"B": "", "C": FAILURE}), {"unit / io": "FAIL"}),
            ("1 passed, 1 failed", ["m.m:unit / io.A.C"]))

    def test_skipped_items_are_told(self):
        self.assertEqual(
            sum_up(tap_items("system / s", {"1 a": "", "2 b": "<skipped/>"}), {"system / s": "OK"}),
            ("1 passed, 0 failed, 1 skipped", []))

    def test_a_test_that_dies_after_good_items_is_a_failure(self):
        for result in ("FAIL", "ERROR", "TIMEOUT", "INTERRUPT"):
            self.assertEqual(
                sum_up(tap_items("system / s", {"1 a": ""}), {"system / s": result}),
                ("1 passed, 1 failed", [f"m:system / s ({result})"]))

    def test_a_death_is_not_hidden_by_the_failure_of_a_test_with_a_longer_name(self):
        junit = gtest("unit / io_more", {"B": FAILURE}) + gtest("unit / io", {"B": ""})
        self.assertEqual(sum_up(junit, {"unit / io_more": "FAIL", "unit / io": "FAIL"})[0],
                         "1 passed, 2 failed")

    def test_a_test_without_items_counts_once(self):
        self.assertEqual(sum_up(whole("replay / frame", FAILURE), {"replay / frame": "FAIL"}),
                         ("0 passed, 1 failed", ["m:replay / frame"]))

    def test_details_are_those_below_failed_tap_items(self):
        stdout = "ok 1 a\n# fine\nnot ok 2 b\n# why\n# where\nok 3 c\n1..3\n"
        self.assertEqual(summary.tap_details(stdout), ["not ok 2 b", "# why", "# where"])


if __name__ == "__main__":
    tap.main()
