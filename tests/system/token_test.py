# SPDX-License-Identifier: Apache-2.0
"""`melange token new` and `list` by the real binary: they need neither a server nor a network."""

import hashlib
import os
import re
import subprocess
import tempfile
import tomllib
import unittest
from pathlib import Path

from lab import MELANGE

TEXT = re.compile(r"mel_([A-Za-z0-9.-]+)_([A-Za-z0-9_-]{43})\n")


class TokenTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="melange-token-")
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)
        self.file = self.folder / "etc" / "tokens.toml"

    def call(self, *arguments: str):
        return subprocess.run([MELANGE, "token", *arguments], capture_output=True, text=True,
                              timeout=20, stdin=subprocess.DEVNULL)

    def new(self, *arguments: str) -> str:
        done = self.call("new", "--file", str(self.file), *arguments)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def refused(self, *arguments: str) -> str:
        done = self.call(*arguments)
        self.assertNotEqual(done.returncode, 0)
        self.assertEqual(done.stdout, "")
        return done.stderr

    def entries(self) -> list[dict]:
        return tomllib.loads(self.file.read_text())["token"]

    def test_a_new_token_is_printed_alone_and_kept_as_its_digest(self):
        out = self.new("--id", "ci-1", "--scope", "tenant:acme", "--scope", "write",
                       "--comment", "the build farm")
        self.assertEqual(TEXT.fullmatch(out)[1], "ci-1")
        entry, = self.entries()
        digest = hashlib.sha256(out.strip().encode()).hexdigest()
        self.assertRegex(entry.pop("created"), r"^20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ$")
        self.assertEqual(entry, {"id": "ci-1", "digest": f"sha256:{digest}",
                                 "scopes": ["tenant:acme", "write"], "comment": "the build farm"})

    def test_c7_the_file_is_its_owners_alone_under_any_umask(self):
        before = os.umask(0)
        self.addCleanup(os.umask, before)
        self.new("--scope", "admin")
        self.assertEqual(self.file.stat().st_mode & 0o7777, 0o600)
        self.assertEqual(self.file.parent.stat().st_mode & 0o7777, 0o700)

    def test_ids_are_random_if_none_is_given(self):
        ids = {TEXT.fullmatch(self.new("--scope", "admin"))[1] for _ in range(3)}
        self.assertEqual(len(ids), 3)
        self.assertEqual(ids, {entry["id"] for entry in self.entries()})

    def test_h14_the_token_is_nowhere_but_on_standard_output(self):
        done = self.call("new", "--file", str(self.file), "--scope", "admin", "--id", "a")
        secret = TEXT.fullmatch(done.stdout)[2]
        listed = self.call("list", "--file", str(self.file))
        for text in (done.stderr, self.file.read_text(), listed.stdout, listed.stderr):
            self.assertNotIn(secret, text)
        self.assertNotIn(self.entries()[0]["digest"].removeprefix("sha256:"), listed.stdout)

    def test_a_list_has_what_an_operator_wrote(self):
        self.new("--id", "a", "--scope", "admin", "--scope", "read", "--comment", "caf\u00e9")
        listed = self.call("list", "--file", str(self.file)).stdout.splitlines()
        self.assertEqual(listed[0].split(), ["id", "scopes", "created", "comment"])
        self.assertRegex(listed[1], r"^a +admin read +20\S+Z +caf\\xc3\\xa9$")

    def test_the_configuration_names_the_file(self):
        config = self.folder / "melange.toml"
        config.write_text(f'[http]\ntokens = "{self.file}"\n')
        done = self.call("new", "-c", str(config), "--scope", "admin", "--id", "a")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(self.entries()[0]["id"], "a")

        config.write_text("[http]\n")
        said = self.refused("new", "-c", str(config), "--scope", "admin")
        self.assertIn("set [http] tokens", said)
        self.assertIn("--file", said)

    def test_what_is_refused_changes_nothing(self):
        self.new("--id", "a", "--scope", "admin")
        before = self.file.read_bytes()
        file = ("--file", str(self.file))
        self.assertIn("is that of line", self.refused("new", *file, "--id", "a", "--scope",
                                                      "admin"))
        self.assertIn("open nothing", self.refused("new", *file, "--scope", "write"))
        self.assertIn("unknown scope", self.refused("new", *file, "--scope", "root"))
        self.assertIn("no token's name", self.refused("new", *file, "--id", "a_b", "--scope",
                                                      "admin"))
        self.assertIn("--scope", self.refused("new", *file))
        self.file.chmod(0o640)
        self.assertIn("chmod 600", self.refused("new", *file, "--scope", "admin"))
        self.assertIn("chmod 600", self.refused("list", *file))
        self.assertEqual(self.file.read_bytes(), before)
        self.assertEqual([path.name for path in self.file.parent.iterdir()], ["tokens.toml"])

    def test_a_full_standard_output_is_a_failure(self):
        with open("/dev/full", "w") as full:
            done = subprocess.run([MELANGE, "token", "new", "--file", str(self.file), "--scope",
                                   "admin"], stdout=full, stderr=subprocess.PIPE, text=True,
                                  timeout=20, stdin=subprocess.DEVNULL)
        self.assertEqual(done.returncode, 1)
        self.assertIn("cannot be written", done.stderr)
