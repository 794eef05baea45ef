#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Prints what ninja must build for the tests of some suites, a line each: a slow build then makes
nothing that nobody runs:

    targets.py BUILD SUITE...
"""

import json
import subprocess
import sys
from pathlib import Path


def introspect(build: Path, what: str) -> list[dict]:
    out = subprocess.run(["meson", "introspect", f"--{what}", str(build)], check=True,
                         capture_output=True, text=True).stdout
    return json.loads(out)


def needed(tests: list[dict], targets: list[dict], suites: set[str]) -> list[str]:
    """The files of the targets that the suites' tests depend on."""
    files = {target["id"]: target["filename"] for target in targets}
    ids = {name for test in tests
           if suites & {suite.split(":")[-1] for suite in test["suite"]}
           for name in test["depends"]}
    return sorted(path for name in ids for path in files.get(name, []))


def main() -> int:
    build = Path(sys.argv[1]).resolve()
    wanted = needed(introspect(build, "tests"), introspect(build, "targets"), set(sys.argv[2:]))
    for path in wanted:
        print(Path(path).relative_to(build))
    return 0 if wanted else 1


if __name__ == "__main__":
    sys.exit(main())
