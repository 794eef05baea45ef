#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the system tests and prints TAP. Test classes run side by side, since they mostly wait.

    run.py [WORD...]    only tests with one of the words in `Class.test`
"""

import concurrent.futures
import io
import multiprocessing
import os
import re
import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
import tap  # noqa: E402

WORKERS = 6
CLASS_SECONDS = 150


def flatten(suite) -> list[unittest.TestCase]:
    if isinstance(suite, unittest.TestCase):
        return [suite]
    return [case for part in suite for case in flatten(part)]


def load(module: str) -> list[unittest.TestCase]:
    return flatten(unittest.defaultTestLoader.loadTestsFromName(module))


def wanted(case: unittest.TestCase, words: list[str]) -> bool:
    name = f"{type(case).__name__}.{case.id().rsplit('.', 1)[-1]}"
    return not words or any(word in name for word in words)


def run_class(module: str, class_name: str, words: list[str]) -> str:
    cases = [case for case in load(module)
             if type(case).__name__ == class_name and wanted(case, words)]
    out = io.StringIO()
    tap.run(unittest.TestSuite(cases), out)
    return out.getvalue()


def main() -> int:
    words = sys.argv[1:]
    modules = sorted(path.stem for path in Path(__file__).parent.glob("*_test.py"))
    classes = {(module, type(case).__name__) for module in modules for case in load(module)
               if wanted(case, words)}
    if os.geteuid() != 0:
        print("1..0 # SKIP network namespaces need root")
        return 0
    number = failed = 0
    context = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(WORKERS, context) as pool:
        jobs = [pool.submit(run_class, *key, words) for key in sorted(classes)]
        for job in concurrent.futures.as_completed(jobs):
            for line in job.result(CLASS_SECONDS).splitlines():
                if line.startswith("1.."):
                    continue
                if found := re.match(r"(not )?ok \d+ ", line):
                    number += 1
                    failed += bool(found[1])
                    line = f"{found[1] or ''}ok {number} {line[found.end():]}"
                print(line, flush=True)
    print(f"1..{number}")
    return 1 if failed or not number else 0


if __name__ == "__main__":
    sys.exit(main())
