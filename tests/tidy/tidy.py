#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Reads the sources and fails on what the compiler does not see: forbidden include edges between
modules, third-party headers outside of their home, banned calls, and shape (lengths, columns,
SPDX line). Prints TAP, one test per rule; run it as `tidy.py [ROOT]`.

The two tables below are the rules of ARCHITECTURE.md. tidy_test.py plants a violation of each.
"""

import re
import sys
from pathlib import Path
from typing import Iterator, NamedTuple

LIBRARY = {
    "base": (),
    "net": ("base",),
    "wire": ("base", "net"),
    "config": ("base", "net", "wire"),
    "store": ("base", "net", "wire"),
    "ipam": ("base", "net", "wire", "config", "store"),
    "dhcp": ("base", "net", "wire", "config", "store", "ipam"),
    "io": ("base", "net", "wire"),
    "http": ("base",),
    "admin": ("base", "net", "wire", "config", "store", "ipam", "http"),
}
# Which modules a module may include; itself it always may.
MAY_INCLUDE = LIBRARY | {"daemon": (*LIBRARY, "cli"), "cli": (*LIBRARY, "daemon")}

# Which modules' bodies may include a third party's headers. What is not listed has no home yet.
HOME = {
    "openssl/evp.h": ("base",),
    "openssl/crypto.h": ("base",),
    "lmdb.h": ("store",),
    "boost/asio": ("http", "cli"),
    "boost/beast": ("http", "cli"),
    "boost/json": ("admin", "cli"),
    "openssl/ssl.h": ("http", "cli"),
    "pcap.h": ("io",),
    "pcap/": ("io",),
    "libmnl/": ("io",),
    "toml++/": ("config",),
    "spdlog/": ("daemon",),
    "fmt/": ("daemon",),
    "CLI/": ("cli",),
}
# The host's own headers, for bodies only.
HOST = re.compile(
    r"(sys|linux|net|netinet|netpacket|arpa)/\w+(/\w+)?\.h"
    r"|(errno|fcntl|grp|poll|pwd|sched|signal|time|unistd)\.h"
)

MAX_COLUMNS = 100
MAX_FILE_LINES = 800
MAX_FUNCTION_LINES = 60


class Ban(NamedTuple):
    name: str
    pattern: str
    but_in: tuple[str, ...] = ()  # paths that may


MODULE_BANS = (
    Ban("wall clock", r"\bsystem_clock::now\b|\bclock_gettime\b|\bgettimeofday\b|\bstd::time\b"
        r"|(?<![\w.>])time\s*\(\s*(nullptr|NULL|0|&)", ("src/io/",)),
    Ban("rand", r"\bs?rand(om)?(_r)?\s*\("),
    Ban("reinterpret_cast", r"\breinterpret_cast\b"),
    # C interfaces that only read but take a pointer to what may be written.
    Ban("const_cast", r"\bconst_cast\b", ("src/store/tables.cpp", "src/io/messages.cpp")),
    Ban("standard output", r"\bstd::cout\b|(?<!\w)(std::)?(printf|puts|putchar)\s*\(",
        ("src/cli/",)),
    # Each of these lets a commit that was acknowledged be lost.
    Ban("unsafe LMDB flag", r"\bMDB_(NOSYNC|NOMETASYNC|WRITEMAP|MAPASYNC)\b"),
)


class Finding(NamedTuple):
    path: str
    line: int
    message: str


class Source:
    """A file, with its text as written and as code (comments and literals blanked)."""

    def __init__(self, root: Path, path: Path):
        self.path = path.relative_to(root).as_posix()
        self.name = path.name
        self.raw = path.read_text(encoding="utf-8", errors="replace")
        self.lines = self.raw.split("\n")[:-1] if self.raw.endswith("\n") else self.raw.split("\n")
        parts = self.path.split("/")
        self.is_cpp = path.suffix in (".h", ".cpp")
        self.is_header = path.suffix == ".h"
        self.is_public = self.path.startswith("include/melange/")
        self.module = None
        if self.is_cpp and self.is_public and len(parts) > 3:
            self.module = parts[2]
        if self.is_cpp and parts[0] == "src" and len(parts) > 2:
            self.module = parts[1]
        self.code = blank(self.raw) if self.is_cpp else self.raw

    def line_of(self, offset: int) -> int:
        return self.raw.count("\n", 0, offset) + 1

    def includes(self) -> Iterator[tuple[int, bool, str]]:
        """Line, whether in angle brackets, and what."""
        for number, line in enumerate(self.lines, 1):
            if found := re.match(r'\s*#\s*include\s*([<"])([^">]+)[">]', line):
                yield number, found[1] == "<", found[2]


LITERALS = re.compile(
    r'//[^\n]*|/\*.*?\*/|(?:u8|[uUL])?R"([^()\s\\]*)\(.*?\)\1"|"(?:\\.|[^"\\\n])*"'
    r"|(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'",
    re.DOTALL,
)


def blank(text: str) -> str:
    """Comments and literals as spaces, so that offsets and lines stay."""
    return LITERALS.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)


SCOPE = re.compile(
    r"^\s*(inline\s+)?(namespace|extern)\b|^[^()=]*\b(class|struct|union|enum)\b[^()=]*$"
)
ACCESS = re.compile(r"^\s*(public|private|protected):")
TEMPLATE = re.compile(r"^\s*template\s*<[^{}]*>\s*(requires\b[^{}]*?\n\s*)?")
BODY = re.compile(
    r"\)\s*(const\b|noexcept\b|override\b|final\b|mutable\b|try\b|&&?|->[^{}=]*"
    r"|requires\b[^{}]*|\s)*(:[^:].*)?$",
    re.DOTALL,
)


def kind_of(head: str) -> str:
    """What a brace after `head` opens: 'scope', 'function' or 'data'."""
    bare = TEMPLATE.sub("", head)
    if SCOPE.search(bare) and not BODY.search(bare):
        return "scope"
    body = BODY.search(bare)
    member = body and body[2] and re.search(r"[\w>]\s*$", bare)  # `: a_(x), b_` and now its brace
    return "function" if body and not member else "data"


def functions(source: Source) -> Iterator[tuple[int, int, str]]:
    """First line, last line and name of each function with a body. A heuristic over braces."""
    code = re.sub(r"^[ \t]*#[^\n]*(\\\n[^\n]*)*", lambda m: re.sub(r"[^\n]", " ", m[0]),
                  source.code, flags=re.MULTILINE)
    stack: list[tuple[str, int, str]] = []
    start = 0  # of the statement that the next brace may belong to
    for brace in re.finditer(r"[{};]", code):
        inside = any(kind == "function" for kind, _, _ in stack)
        if brace[0] == "{":
            head = ACCESS.sub("", code[start:brace.start()])
            kind = "nested" if inside else kind_of(head)
            begin = brace.start() - len(head.lstrip())
            name = re.search(r"([\w:~]+|operator\S+)\s*\(", head)
            stack.append((kind, begin, name[1] if name else "?"))
        elif brace[0] == "}" and stack:
            kind, begin, name = stack.pop()
            if kind == "function":
                yield source.line_of(begin), source.line_of(brace.start()), name
            if kind == "data":
                start = begin  # the statement goes on, as in `a_{1}, b_{2} {`
                continue
        start = brace.end()


def include_edges(source: Source) -> Iterator[Finding]:
    if not source.module:
        return
    if source.module not in MAY_INCLUDE:
        yield Finding(source.path, 1, f"module {source.module} is not in tidy's table")
        return
    allowed = {source.module, *MAY_INCLUDE[source.module]}
    for line, angled, what in source.includes():
        found = re.match(r"melange/(\w+)/", what)
        if found and found[1] not in allowed:
            yield Finding(source.path, line, f"{source.module} may not include {found[1]}")
        if found is None and not angled and "/" in what:
            yield Finding(source.path, line, f'private headers are of the same folder: "{what}"')


def third_party(source: Source) -> Iterator[Finding]:
    if not source.module:
        return
    for line, angled, what in source.includes():
        standard = re.fullmatch(r"c?[a-z_0-9]+", what)
        if not angled or standard or what.startswith("melange/"):
            continue
        homes = next((homes for prefix, homes in HOME.items() if what.startswith(prefix)), None)
        if source.is_public:
            yield Finding(source.path, line, f"<{what}> in a public header")
        elif homes is None and not HOST.fullmatch(what):
            yield Finding(source.path, line, f"<{what}> has no home module in tidy's table")
        elif homes is not None and source.module not in homes:
            yield Finding(source.path, line, f"<{what}> belongs to {', '.join(homes)}")


def banned_calls(source: Source) -> Iterator[Finding]:
    if not source.module:
        return
    for ban in MODULE_BANS:
        if source.path.startswith(ban.but_in):
            continue
        for found in re.finditer(ban.pattern, source.code):
            yield Finding(source.path, source.line_of(found.start()), ban.name)


def notes_to_self(source: Source) -> Iterator[Finding]:
    for number, line in enumerate(source.lines, 1):
        if source.is_cpp and re.search(r"\b(TODO|FIXME|XXX)\b", line):
            yield Finding(source.path, number, "an open end; finish it or open an issue")


def file_length(source: Source) -> Iterator[Finding]:
    if len(source.lines) > MAX_FILE_LINES:
        yield Finding(source.path, len(source.lines), f"over {MAX_FILE_LINES} lines")


def function_length(source: Source) -> Iterator[Finding]:
    if not source.is_cpp:
        return
    for first, last, name in functions(source):
        if last - first + 1 > MAX_FUNCTION_LINES:
            yield Finding(source.path, first, f"{name} has {last - first + 1} lines")


def columns(source: Source) -> Iterator[Finding]:
    for number, line in enumerate(source.lines, 1):
        if len(line) > MAX_COLUMNS:
            yield Finding(source.path, number, f"{len(line)} columns")


def whitespace(source: Source) -> Iterator[Finding]:
    for number, line in enumerate(source.lines, 1):
        if "\t" in line or "\r" in line:
            yield Finding(source.path, number, "a tab or carriage return")
        if line != line.rstrip():
            yield Finding(source.path, number, "space at the end of the line")
    if source.raw and not source.raw.endswith("\n"):
        yield Finding(source.path, len(source.lines), "no newline at the end")


def spdx_line(source: Source) -> Iterator[Finding]:
    if source.name in ("meson.build", "meson_options.txt"):
        return
    head = source.lines[:2] if source.raw.startswith("#!") else source.lines[:1]
    if not any(re.fullmatch(r"(//|#) SPDX-License-Identifier: Apache-2.0", line) for line in head):
        yield Finding(source.path, 1, "no SPDX line")


def pragma_once(source: Source) -> Iterator[Finding]:
    if source.is_header and "#pragma once" not in source.lines:
        yield Finding(source.path, 1, "no #pragma once")


def each(rule):
    return lambda sources: [finding for source in sources for finding in rule(source)]


def header_in_both(sources: list[Source]) -> list[Finding]:
    public = {(s.module, s.name) for s in sources if s.is_public}
    return [Finding(s.path, 1, f"include/melange/{s.module} has a header of that name too")
            for s in sources if s.is_header and not s.is_public and (s.module, s.name) in public]


RULES = {
    "modules include only what they may": each(include_edges),
    "third-party headers stay in their home module": each(third_party),
    "banned calls": each(banned_calls),
    "no notes to self": each(notes_to_self),
    "files are short": each(file_length),
    "functions are short": each(function_length),
    "lines fit the columns": each(columns),
    "no tabs, no space at line ends": each(whitespace),
    "each file opens with its SPDX line": each(spdx_line),
    "each header has #pragma once": each(pragma_once),
    "no header is both public and private": header_in_both,
}

FOLDERS = ("include", "src", "tests", "bench", "conf", ".ci")
TEXT = (".h", ".cpp", ".py", ".sh")
NAMES = ("meson.build", "meson_options.txt", "dev", "run")


def read_sources(root: Path) -> list[Source]:
    paths = [p for folder in FOLDERS for p in sorted((root / folder).rglob("*"))]
    paths += sorted(root.glob("*"))
    return [Source(root, p) for p in paths
            if p.is_file() and (p.suffix in TEXT or p.name in NAMES) and "corpus" not in p.parts]


def main() -> int:
    root = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parents[2]).resolve()
    sources = read_sources(root)
    if not any(source.module for source in sources):
        print(f"Bail out! no sources under {root}")
        return 1
    print(f"1..{len(RULES)}")
    failed = 0
    for number, (name, rule) in enumerate(RULES.items(), 1):
        findings = rule(sources)
        print(f"{'not ok' if findings else 'ok'} {number} {name}")
        for finding in findings:
            print(f"# {finding.path}:{finding.line}: {finding.message}")
        failed += bool(findings)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
