# SPDX-License-Identifier: Apache-2.0
"""The DHCP clients of the distribution, each run by hand with a script of ours that notes what the
client was told. Every call of the script becomes one JSON line of a file, so that the three clients
can be compared; the script also sets the address and the default route, without which none of them
renews, at a server behind a router for one.
"""

import json
import shutil
import signal
from pathlib import Path

from lab import Namespace, Process, wait_until

# Reasons, mask, router... by the names that each client gives its script.
SCRIPT = """\
#!/usr/bin/env python3
import json, os, subprocess, sys
env = os.environ
FIELDS = {fields!r}
reason = {reason}
told = {{name: env[variable] for name, variable in FIELDS.items() if env.get(variable)}}
interface = env["interface"]
if reason in {bound!r}:
    subprocess.run(["ip", "addr", "replace", told["address"] + "/24", "dev", interface])
    subprocess.run(["ip", "route", "replace", "default", "via", told["router"], "dev", interface])
if reason in {gone!r}:
    subprocess.run(["ip", "-4", "addr", "flush", "dev", interface])
with open({notes!r}, "a") as notes:
    notes.write(json.dumps({{"reason": reason, **told}}) + "\\n")
"""


class Client:
    """Subclasses say how the program is called and how it names things."""

    name = ""
    reason = "env['reason']"
    fields: dict[str, str] = {}
    bound: tuple[str, ...] = ()
    renewed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    def __init__(self, space: Namespace):
        self.space = space
        self.folder = space.folder / f"{self.name}-{space.name}"
        self.folder.mkdir(exist_ok=True)
        self.notes = self.folder / "notes"
        self.notes.touch()
        self.script = self.folder / "script"
        self.script.write_text(SCRIPT.format(
            fields=self.fields, reason=self.reason, bound=self.bound + self.renewed,
            gone=self.gone, notes=str(self.notes)))
        self.script.chmod(0o755)
        self.process: Process | None = None

    def command(self) -> list[str]:
        raise NotImplementedError

    def start(self) -> "Client":
        self.process = self.space.start(*self.command(), log=f"{self.folder.name}.log")
        return self

    def events(self, reasons: tuple[str, ...]) -> list[dict]:
        lines = self.notes.read_text().splitlines()
        return [event for event in map(json.loads, lines) if event["reason"] in reasons]

    def wait_for(self, reasons: tuple[str, ...], count: int = 1, seconds: float = 15) -> dict:
        """The count-th event of these reasons."""
        def look():
            return self.events(reasons)[count - 1:count]
        return wait_until(look, seconds, f"{self.name}: {count} of {reasons}, "
                          f"got {self.notes.read_text()}\n{self.process.text()}")[0]

    def lease(self, seconds: float = 15) -> dict:
        return self.wait_for(self.bound, seconds=seconds)

    def renewal(self, count: int = 1, seconds: float = 15) -> dict:
        return self.wait_for(self.renewed, count, seconds)


class Udhcpc(Client):
    name = "udhcpc"
    reason = "sys.argv[1]"
    fields = {"address": "ip", "mask": "subnet", "router": "router", "dns": "dns",
              "lease_time": "lease", "server": "serverid"}
    bound = ("bound",)
    renewed = ("renew",)
    gone = ("deconfig",)

    def command(self) -> list[str]:
        return ["udhcpc", "-f", "-i", "veth-c", "-s", str(self.script), "-t", "5", "-T", "1",
                "-A", "1"]

    def release(self) -> None:
        self.process.send(signal.SIGUSR2)


class Dhclient(Client):
    name = "dhclient"
    fields = {"address": "new_ip_address", "mask": "new_subnet_mask", "router": "new_routers",
              "dns": "new_domain_name_servers", "lease_time": "new_dhcp_lease_time",
              "server": "new_dhcp_server_identifier"}
    bound = ("BOUND", "REBOOT")
    renewed = ("RENEW", "REBIND")
    gone = ("EXPIRE", "RELEASE", "STOP")

    def command(self) -> list[str]:
        config = self.folder / "conf"
        config.write_text("backoff-cutoff 1;\ninitial-interval 1;\nretry 2;\n")
        # A copy, because Debian's AppArmor profile keeps the original out of this folder.
        program = self.folder / "program"
        if not program.exists():
            shutil.copy(shutil.which("dhclient") or "/sbin/dhclient", program)
        return [str(program), "-4", "-d", "-v", "-cf", str(config), "-sf", str(self.script),
                "-lf", str(self.folder / "leases"), "-pf", str(self.folder / "pid"), "veth-c"]

    def release(self) -> None:
        self.space.run(*self.command(), "-r")


class Dhcpcd(Client):
    name = "dhcpcd"
    fields = {"address": "new_ip_address", "mask": "new_subnet_mask", "router": "new_routers",
              "dns": "new_domain_name_servers", "lease_time": "new_dhcp_lease_time",
              "server": "new_dhcp_server_identifier"}
    bound = ("BOUND", "REBOOT")
    renewed = ("RENEW", "REBIND")
    gone = ("EXPIRE", "NAK")

    def command(self) -> list[str]:
        config = self.folder / "conf"
        config.write_text("ipv4only\nnoarp\nnoipv4ll\n"
                          "option domain_name_servers, routers, subnet_mask\n"
                          "require dhcp_server_identifier\nnodelay\n")
        return ["dhcpcd", "-B", "-d", "-f", str(config), "-c", str(self.script), "veth-c"]

    def release(self) -> None:
        self.process.send(signal.SIGALRM)
