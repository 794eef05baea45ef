#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Each rule of tidy.py catches a violation that is planted for it, and nothing else does."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
import tap  # noqa: E402
import tidy  # noqa: E402

SPDX = "// SPDX-License-Identifier: Apache-2.0\n"


def findings(files: dict[str, str]) -> dict[str, list[tidy.Finding]]:
    """What tidy says of a tree, by rule; rules that are content are left out."""
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            file = Path(folder, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        sources = tidy.read_sources(Path(folder))
    return {name: found for name, rule in tidy.RULES.items() if (found := rule(sources))}


class Planted(unittest.TestCase):
    def expect(self, rule: str, path: str, text: str, line: int) -> None:
        """Only `rule` complains, of that line alone."""
        found = findings({path: text})
        places = {name: [(f.path, f.line) for f in list_] for name, list_ in found.items()}
        self.assertEqual(places, {rule: [(path, line)]})

    def expect_clean(self, path: str, text: str) -> None:
        self.assertEqual(findings({path: text}), {})

    def test_a_clean_tree_has_no_findings(self):
        self.assertEqual(findings({
            "include/melange/net/a.h": SPDX + "#pragma once\n#include <string>\n"
                                              '#include "melange/base/b.h"\n',
            "src/net/a.cpp": SPDX + '#include "melange/net/a.h"\n#include <sys/socket.h>\n'
                                    "int f() { return 1; }\n",
            "src/store/t.cpp": SPDX + "#include <lmdb.h>\n",
        }), {})

    def test_an_edge_from_net_to_wire_is_forbidden(self):
        rule = "modules include only what they may"
        self.expect(rule, "src/net/a.cpp", SPDX + '#include "melange/wire/frame.h"\n', 2)
        self.expect(rule, "include/melange/dhcp/a.h",
                    SPDX + '#pragma once\n#include "melange/io/link.h"\n', 3)

    def test_every_edge_outside_the_table_is_forbidden(self):
        for module, allowed in tidy.MAY_INCLUDE.items():
            for other in tidy.MAY_INCLUDE:
                found = findings({
                    f"src/{module}/a.cpp": SPDX + f'#include "melange/{other}/x.h"\n'})
                self.assertEqual(not found, other == module or other in allowed,
                                 f"{module} -> {other}")

    def test_the_table_has_no_cycles_below_daemon_and_cli(self):
        for module, allowed in tidy.LIBRARY.items():
            for other in allowed:
                self.assertNotIn(module, tidy.LIBRARY[other])
                self.assertLessEqual(set(tidy.LIBRARY[other]), set(allowed))

    def test_a_private_header_of_another_folder_is_out_of_reach(self):
        self.expect("modules include only what they may", "src/ipam/a.cpp",
                    SPDX + '#include "../store/engine.h"\n', 2)

    def test_an_unknown_module_is_noticed(self):
        self.expect("modules include only what they may", "src/misc/a.cpp", SPDX, 1)

    def test_each_third_party_header_stays_at_home(self):
        for prefix, homes in tidy.HOME.items():
            what = prefix if prefix.endswith(".h") else prefix + "x.h"
            for module in tidy.MAY_INCLUDE:
                found = findings({f"src/{module}/a.cpp": SPDX + f"#include <{what}>\n"})
                self.assertEqual(not found, module in homes, f"<{what}> in {module}")

    def test_a_third_party_without_a_home_is_noticed(self):
        self.expect("third-party headers stay in their home module", "src/io/a.cpp",
                    SPDX + "#include <openssl/evp.h>\n", 2)

    def test_public_headers_show_no_third_party_and_no_host_header(self):
        for what in ("lmdb.h", "sys/socket.h", "boost/json.hpp"):
            self.expect("third-party headers stay in their home module",
                        "include/melange/store/a.h",
                        SPDX + f"#pragma once\n#include <{what}>\n", 3)

    def test_each_ban_catches_its_call_but_where_it_is_allowed(self):
        calls = {
            "wall clock": ["std::chrono::system_clock::now();", "clock_gettime(0, &t);",
                           "time(nullptr);", "std::time(0);"],
            "rand": ["rand();", "srand(1);", "std::rand();"],
            "reinterpret_cast": ["reinterpret_cast<char*>(p);"],
            "const_cast": ["const_cast<char*>(p);"],
            "standard output": ["std::cout << 1;", 'printf("x");', 'std::puts("x");'],
            "unsafe LMDB flag": ["open(MDB_NOSYNC);", "open(MDB_WRITEMAP);"],
        }
        self.assertEqual(set(calls), {ban.name for ban in tidy.MODULE_BANS})
        for ban in tidy.MODULE_BANS:
            for call in calls[ban.name]:
                code = SPDX + f"void f() {{ {call} }}\n"
                self.expect("banned calls", "src/dhcp/a.cpp", code, 2)
                for place in ban.but_in:
                    path = place if place.endswith(".cpp") else place + "a.cpp"
                    self.expect_clean(path, code)

    def test_what_is_in_comments_and_literals_is_not_code(self):
        self.expect_clean("src/dhcp/a.cpp", SPDX +
                          '// reinterpret_cast, rand()\nauto a = "std::cout";\n'
                          "/* const_cast\n rand() */\n"
                          'auto b = R"x(time(nullptr))x"; auto c = 1\'000; auto d = \'"\';\n')

    def test_names_that_only_look_like_banned_calls_are_not(self):
        self.expect_clean("src/dhcp/a.cpp", SPDX +
                          "void f() { lease_time(x); operand(1); block.time(); snprintf(b); }\n")

    def test_an_open_end_is_noticed(self):
        self.expect("no notes to self", "src/net/a.cpp", SPDX + "// TO" "DO: later\n", 2)

    def test_a_file_of_801_lines_is_too_long(self):
        path = "src/net/a.cpp"
        self.expect_clean(path, SPDX + "int a;\n" * 799)
        self.expect("files are short", path, SPDX + "int a;\n" * 800, 801)

    def test_a_function_of_61_lines_is_too_long_whatever_its_head(self):
        heads = [  # what stands before it, its head
            ("", "int f() {"),
            ("namespace a {", "int f(int x) {"),
            ("class A {\n public:", "  void f() const {"),
            ("", "A::A(int x)\n    : a_(x),\n      b_{x} {"),
            ("", "TEST(A, DoesThis) {"),
            ("", "template <class T>\n  requires Good<T>\nT f(T& t) noexcept {"),
            ("", "auto f(int x) -> std::vector<int> {"),
            ("struct A {", "bool operator()(int x) {"),
            ("const std::array kA{{1, 2}, {3, 4}};", "void f() {"),
            ("", "const auto f = [](int x) {"),
        ]
        for before, head in heads:
            body = 60 - len(head.split("\n")) - 1
            closing = "}\n" * (1 + before.count("{") - before.count("}"))
            for extra in (0, 1):
                text = SPDX + before + "\n" + head + "\n" + "  if (x) {}\n" * (body + extra)
                found = findings({"src/net/a.cpp": text + closing})
                self.assertEqual(list(found), ["functions are short"] * extra, head)

    def test_a_long_table_or_class_is_no_long_function(self):
        self.expect_clean("src/net/a.cpp", SPDX +
                          "constexpr auto kT = std::to_array<Row>({\n" + "  {1, f(2)},\n" * 100 +
                          "});\nstruct A {\n" + "  void f() {}\n" * 100 + "};\n")

    def test_line_101_columns_wide(self):
        self.expect_clean("src/net/a.cpp", SPDX + "//" + "x" * 98 + "\n")
        self.expect("lines fit the columns", "src/net/a.cpp", SPDX + "//" + "x" * 99 + "\n", 2)

    def test_tabs_spaces_at_the_end_and_a_missing_newline(self):
        rule = "no tabs, no space at line ends"
        self.expect(rule, "src/net/a.cpp", SPDX + "\tint a;\n", 2)
        self.expect(rule, "src/net/a.cpp", SPDX + "int a; \n", 2)
        self.expect(rule, "src/net/a.cpp", SPDX + "int a;", 2)

    def test_a_missing_spdx_line(self):
        rule = "each file opens with its SPDX line"
        self.expect(rule, "src/net/a.cpp", "int a;\n", 1)
        self.assertIn(rule, findings({"tests/x.py": "import a\n", "src/net/a.cpp": SPDX}))

    def test_a_missing_pragma_once(self):
        self.expect("each header has #pragma once", "src/net/a.h", SPDX + "int a;\n", 1)

    def test_a_header_that_is_both_public_and_private(self):
        found = findings({"include/melange/net/a.h": SPDX + "#pragma once\n",
                          "src/net/a.h": SPDX + "#pragma once\n"})
        self.assertEqual([f.path for f in found["no header is both public and private"]],
                         ["src/net/a.h"])
        self.assertEqual(len(found), 1)


if __name__ == "__main__":
    tap.main()
