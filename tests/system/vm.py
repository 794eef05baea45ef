# SPDX-License-Identifier: Apache-2.0
"""Whole virtual machines: QEMU without KVM, on a tap in a namespace.

The kernel and its modules are those of Debian's installer, a package that depends on nothing and
changes nothing on the host; the rest of the guest is the host's busybox. Its init is a shell script
that prints what DHCP told it on the serial console and obeys the test at the second serial port.
"""

import gzip
import re
import socket
import subprocess
from functools import cache
from pathlib import Path
from typing import Iterator, NamedTuple

from lab import Namespace, Process, wait_until

INSTALLER = Path("/usr/lib/debian-installer/images/12/amd64/text/debian-installer/amd64")
MODULES = ("virtio", "virtio_ring", "virtio_pci_legacy_dev", "virtio_pci_modern_dev", "virtio_pci",
           "failover", "net_failover", "virtio_net")  # each after those that it needs
MAGIC = b"070701"
FOLDER, PROGRAM, CHARACTERS = 0o40755, 0o100755, 0o20600

# `lease` is the script of udhcpc; the loop at the end is how the test directs the guest.
INIT = """\
#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
echo 1 > /proc/sys/kernel/printk
for module in {modules}; do insmod /modules/$module.ko; done
ip link set lo up
ip link set eth0 up
udhcpc -f -i eth0 -s /lease -O mtu -O staticroutes -A 1 -T 1 -t 30 -R &
while read -r word; do
  case $word in
    renew) kill -USR1 $! ;;
    ping*) ping -c 3 -W 2 ${{word#ping }} >/ping 2>&1 && echo "guest: reached ${{word#ping }}" ;;
    poweroff) kill -TERM $!; wait $!; echo "guest: off"; poweroff -f ;;
  esac
done </dev/ttyS1
"""
LEASE = """\
#!/bin/busybox sh
case $1 in
  deconfig) ip -4 addr flush dev eth0 ;;
  bound | renew)
    ip addr replace $ip/$mask dev eth0
    [ -z "$mtu" ] || ip link set eth0 mtu $mtu
    [ -z "$hostname" ] || hostname $hostname
    set -- "$1" $staticroutes
    what=$1
    shift
    [ $# -gt 0 ] || set -- 0.0.0.0/0 $router
    while [ $# -gt 1 ]; do
      ip route replace $1 via $2 dev eth0
      shift 2
    done
    for server in $dns; do echo "nameserver $server"; done >/resolv.conf
    echo "guest: address $(ip -4 -o addr show eth0 | awk '{print $4}')"
    ip route | sed 's/ *$//; s/^/guest: route /'
    sed 's/^/guest: /' /resolv.conf
    echo "guest: mtu $(cat /sys/class/net/eth0/mtu)"
    echo "guest: hostname $(hostname)"
    echo "guest: told router=$router lease=$lease server=$serverid"
    echo "guest: $what done"
    ;;
esac
"""


class Member(NamedTuple):
    """A file of a cpio archive."""

    name: str
    mode: int
    data: bytes = b""
    device: tuple[int, int] = (0, 0)


def members(archive: bytes) -> Iterator[Member]:
    """Those of a cpio archive of the `newc` form."""
    at = 0
    while True:
        fields = [int(archive[at + 6 + 8 * i:at + 14 + 8 * i], 16) for i in range(13)]
        assert archive[at:at + 6] == MAGIC, f"no cpio member at {at}"
        mode, size, name_size = fields[1], fields[6], fields[11]
        name = archive[at + 110:at + 109 + name_size].decode()
        if name == "TRAILER!!!":
            return
        start = (at + 110 + name_size + 3) & ~3
        yield Member(name.removeprefix("./"), mode, archive[start:start + size])
        at = (start + size + 3) & ~3


def archive(files: list[Member]) -> bytes:
    """The opposite."""
    out = bytearray()
    for number, file in enumerate([*files, Member("TRAILER!!!", 0)], 1):
        name = file.name.encode() + b"\0"
        fields = (number, file.mode, 0, 0, 1, 0, len(file.data), 0, 0, *file.device, len(name), 0)
        out += MAGIC + b"".join(b"%08x" % field for field in fields) + name
        out += bytes(-len(out) % 4) + file.data
        out += bytes(-len(out) % 4)
    return bytes(out)


@cache
def guest_files() -> tuple[Member, ...]:
    """All but what a test says: modules of the installer's kernel, busybox and its libraries."""
    wanted = {f"{name}.ko" for name in MODULES}
    found = {Path(member.name).name: member.data
             for member in members(gzip.decompress((INSTALLER / "initrd.gz").read_bytes()))
             if member.name.endswith(".ko") and Path(member.name).name in wanted}
    assert wanted == set(found), f"the installer lacks {wanted - set(found)}"
    libraries = re.findall(r"(/\S+)", subprocess.run(  # none of a busybox-static
        ["ldd", "/bin/busybox"], capture_output=True, text=True).stdout)
    folders = ["bin", "dev", "proc", "sys", "modules", "lib", "lib64", "lib/x86_64-linux-gnu"]
    return (*(Member(name, FOLDER) for name in folders),
            Member("dev/console", CHARACTERS, device=(5, 1)),
            *(Member(f"modules/{name}", PROGRAM, data) for name, data in found.items()),
            *(Member(path.lstrip("/"), PROGRAM, Path(path).read_bytes())
              for path in ["/bin/busybox", *libraries]))


class Machine:
    """A guest with one network card. Its serial console is its log, beside what QEMU says."""

    def __init__(self, space: Namespace, tap: str, mac: str, name: str = "guest"):
        self.space, self.tap, self.mac, self.name = space, tap, mac, name
        self.process: Process | None = None
        self.port: socket.socket | None = None

    def launch(self, *arguments: str, netboot: bool = False) -> "Machine":
        """Starts QEMU with further arguments. The card's ROM is iPXE."""
        rom = "bootindex=1" if netboot else "romfile="
        door = self.space.folder / f"{self.name}.port"
        log = f"{self.name}.log"
        self.process = self.space.start(
            "qemu-system-x86_64", "-accel", "tcg", "-machine", "pc,graphics=off", "-smp", "1",
            "-m", "256", "-nodefaults", "-no-user-config", "-display", "none", "-no-reboot",
            "-chardev", f"file,id=console,path={self.space.folder / log},append=on",
            "-serial", "chardev:console", "-serial", f"unix:{door},server=on,wait=off",
            "-netdev", f"tap,id=net,ifname={self.tap},script=no,downscript=no", "-device",
            f"virtio-net-pci,netdev=net,mac={self.mac},{rom}", *arguments, log=log)
        wait_until(door.exists, 10, f"{self.name}: QEMU does not run\n{self.process.text()}")
        self.port = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self.port.connect(str(door))
        return self

    def boot(self) -> "Machine":
        """Linux with busybox, from memory."""
        initramfs = self.space.folder / f"{self.name}.cpio"
        init = INIT.format(modules=" ".join(MODULES))
        initramfs.write_bytes(archive([*guest_files(), Member("init", PROGRAM, init.encode()),
                                       Member("lease", PROGRAM, LEASE.encode())]))
        # On a busy host the timer's interrupts come too late for the kernel's check of them.
        return self.launch("-kernel", str(INSTALLER / "linux"), "-initrd", str(initramfs),
                           "-append", "console=ttyS0 quiet panic=-1 no_timer_check")

    def say(self, word: str) -> None:
        """A line for the guest's init."""
        self.port.sendall(word.encode() + b"\n")

    def wait_for(self, pattern: str, seconds: float = 80) -> re.Match:
        """The first match on the console; machines without KVM are slow."""
        return self.process.wait_for_log(pattern, seconds)

    def said(self, who: str) -> list[str]:
        """The console's lines after this word and a colon, in order."""
        return re.findall(rf"^{who}: (.*?) *\r?$", self.process.text(), re.MULTILINE)

    def told(self, what: str) -> list[str]:
        """What the guest's script has said under this word."""
        return [line.removeprefix(f"{what} ") for line in self.said("guest")
                if line.startswith(f"{what} ")]

    def close(self) -> None:
        if self.port:
            self.port.close()
        if self.process:
            self.process.kill()
