# SPDX-License-Identifier: Apache-2.0
"""A small network of one's own: namespaces, veth pairs, the server under test and real clients.

A namespace (network and mounts) lives as long as its holder process. Every process started here
dies with this one, so that nothing is left behind however a test ends. Needs root.
"""

import contextlib
import ctypes
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path

MELANGE = os.environ.get("MELANGE", str(Path(__file__).parents[2] / "build" / "melange"))
LIBC = ctypes.CDLL(None, use_errno=True)
PR_SET_PDEATHSIG = 1
CLONE_NEWNET = 0x40000000

CONFIG = """\
[store]
path = "{store}"
[log]
level = "debug"
[dhcp]
interfaces = ["veth-s"]
[[network]]
id = "lab"
conflict_check = false
[[network.block]]
cidr = "192.168.50.0/24"
gateway = "192.168.50.1"
dns = ["192.168.50.1", "1.1.1.1"]
pools = ["192.168.50.100-192.168.50.199"]
lease_time = "{lease_time}"
[[network.reservation]]
mac = "52:54:00:12:34:56"
addresses = ["192.168.50.10"]
"""


class TimedOut(AssertionError):
    pass


def wait_until(condition, seconds: float, what: str):
    """The condition's first true value."""
    end = time.monotonic() + seconds
    while True:
        if value := condition():
            return value
        if time.monotonic() > end:
            raise TimedOut(f"not within {seconds} s: {what}")
        time.sleep(0.02)


def die_with_parent() -> None:
    LIBC.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class Process:
    """A program with its output in a file."""

    def __init__(self, command: list[str], log: Path, name: str):
        self.name = name
        self.log = log
        with open(log, "ab") as out:
            self.popen = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out,
                                          stderr=subprocess.STDOUT, preexec_fn=die_with_parent)

    def text(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")

    def wait_for_log(self, pattern: str, seconds: float = 10, after: int = 0) -> re.Match:
        """The first match behind the given offset; fails at once if the process has ended."""
        def look():
            ended = self.popen.poll() is not None
            found = re.search(pattern, self.text()[after:])
            if ended and not found:
                raise AssertionError(f"{self.name} ended ({self.popen.returncode}) without "
                                     f"{pattern!r}:\n{self.text()}")
            return found
        try:
            return wait_until(look, seconds, f"{pattern!r} in the log of {self.name}")
        except TimedOut as error:
            raise TimedOut(f"{error}\n{self.text()}") from None

    def send(self, number: int) -> None:
        self.popen.send_signal(number)

    def wait(self, seconds: float) -> int:
        """The exit status."""
        return self.popen.wait(seconds)

    def end(self, number: int = signal.SIGTERM, seconds: float = 5) -> int:
        """Sends the signal, unless it has ended, and waits."""
        if self.popen.poll() is None:
            self.popen.send_signal(number)
        try:
            return self.popen.wait(seconds)
        except subprocess.TimeoutExpired:
            self.popen.kill()
            self.popen.wait()
            raise TimedOut(f"{self.name} did not end within {seconds} s") from None

    def kill(self) -> None:
        self.popen.kill()
        self.popen.wait()


class Namespace:
    def __init__(self, folder: Path, name: str):
        self.name = name
        self.folder = folder
        # A /run and client state of its own: dhcpcd has fixed places for its files.
        prepare = "; ".join([
            "mount -t tmpfs tmpfs /run",
            "if [ -d /var/lib/dhcpcd ]; then mount -t tmpfs tmpfs /var/lib/dhcpcd; fi",
            "ip link set lo up", "echo up", "exec sleep 600"])
        self.holder = Process(["unshare", "--net", "--mount", "sh", "-ec", prepare],
                              folder / f"{name}.namespace", f"namespace {name}")
        self.holder.wait_for_log("up")
        self.processes: list[Process] = []

    def command(self, *arguments: str) -> list[str]:
        spaces = f"/proc/{self.holder.popen.pid}/ns"
        return ["nsenter", f"--net={spaces}/net", f"--mount={spaces}/mnt", *arguments]

    def run(self, *arguments: str, check: bool = True, seconds: float = 20):
        """Runs a program to its end; its outputs are text."""
        done = subprocess.run(self.command(*arguments), capture_output=True, text=True,
                              timeout=seconds, stdin=subprocess.DEVNULL)
        if check and done.returncode != 0:
            raise AssertionError(f"{' '.join(arguments)}: {done.returncode}\n{done.stderr}")
        return done

    def ip(self, arguments: str) -> str:
        return self.run("ip", *arguments.split()).stdout

    def start(self, *arguments: str, log: str) -> Process:
        process = Process(self.command(*arguments), self.folder / log, log)
        self.processes.append(process)
        return process

    @contextlib.contextmanager
    def inside(self):
        """This thread is in the network namespace; sockets opened here stay in it."""
        before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
        space = os.open(f"/proc/{self.holder.popen.pid}/ns/net", os.O_RDONLY)
        try:
            if LIBC.setns(space, CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")
            yield
        finally:
            LIBC.setns(before, CLONE_NEWNET)
            os.close(before)
            os.close(space)

    def close(self) -> None:
        for process in [*self.processes, self.holder]:
            process.kill()


class Server:
    """build/melange with a configuration file in a namespace."""

    def __init__(self, space: Namespace, config: str, name: str = "server"):
        self.space = space
        self.name = name
        self.config = space.folder / f"{name}.toml"
        self.config.write_text(config)
        self.process = None
        self.runs = 0

    def launch(self) -> Process:
        self.runs += 1
        self.process = self.space.start(MELANGE, "serve", "-c", str(self.config),
                                        log=f"{self.name}.{self.runs}.log")
        return self.process

    def start(self) -> Process:
        process = self.launch()
        process.wait_for_log(r"\bready\b")
        return process

    def stop(self) -> int:
        return self.process.end(signal.SIGTERM)

    def kill(self) -> None:
        self.process.kill()

    def call(self, *arguments: str, check: bool = True):
        """A subcommand of the binary with this configuration."""
        return self.space.run(MELANGE, *arguments, "-c", str(self.config), check=check)

    def leases(self) -> dict[str, dict]:
        """What the store has, by address."""
        listed = json.loads(self.call("lease", "list", "--json").stdout)
        by_address = {lease["address"]: lease for lease in listed}
        assert len(by_address) == len(listed), f"an address is listed twice: {listed}"
        return by_address


class Lab:
    """A server's and a client's namespace, veth-s and veth-c between them."""

    def __init__(self):
        self.folder = Path(tempfile.mkdtemp(prefix="melange-system-"))
        self.spaces: list[Namespace] = []
        try:
            self.server_space = self.space("srv")
            self.client_space = self.space("cli")
        except BaseException:
            self.close()
            raise

    def space(self, name: str) -> Namespace:
        space = Namespace(self.folder, name)
        self.spaces.append(space)
        return space

    def wire(self, a: Namespace, a_name: str, b: Namespace, b_name: str, address: str) -> None:
        """A veth pair; `address` (with its length) is a's."""
        b_pid = b.holder.popen.pid
        a.ip(f"link add {a_name} type veth peer name {b_name} netns {b_pid}")
        a.ip(f"addr add {address} dev {a_name}")
        a.ip(f"link set {a_name} up")
        b.ip(f"link set {b_name} up")

    def connect(self) -> None:
        self.wire(self.server_space, "veth-s", self.client_space, "veth-c", "192.168.50.1/24")

    def config(self, lease_time: str = "1h", store: Path | None = None, more: str = "") -> str:
        return CONFIG.format(store=store or self.folder / "store", lease_time=lease_time) + more

    def server(self, config: str | None = None, name: str = "server") -> Server:
        return Server(self.server_space, config or self.config(), name)

    def client_mac(self) -> str:
        return json.loads(self.client_space.ip("-json link show veth-c"))[0]["address"]

    def logs(self) -> str:
        """The end of each log, for a failed test."""
        parts = []
        for path in sorted(self.folder.glob("*.log")):
            lines = path.read_text(errors="replace").splitlines()
            parts += [f"--- {path.name}", *lines[-40:]]
        return "\n".join(parts)

    def close(self) -> None:
        for space in self.spaces:
            space.close()
        shutil.rmtree(self.folder, ignore_errors=True)
