"""Machines as their /proc and /sys tell of them."""

from pathlib import Path

ROUTE = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
MOUNT = "{n} 1 {device} / {place} rw,relatime - {fstype} {source} rw{options}\n"


class FakeMachine:
    """The root of a machine without mounts, network, swap.

    Parameters
    ----------
    root
        A new folder.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        for folder in ("proc/self", "proc/net", "sys/class/block", "sys/dev/block", "dev/mapper"):
            (root / folder).mkdir(parents=True)
        self.write("proc/version", "Linux version 6.8.0-45-generic")
        self.write("proc/self/mountinfo", "")
        self.write("proc/net/route", ROUTE)
        self.write("proc/net/ipv6_route", "")
        self.write("proc/swaps", "Filename Type Size Used Priority\n")

    def write(self, file: str, text: str) -> None:
        """Let the machine say something."""
        path = self.root / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def mount(
        self, place: Path | str, device: str, fstype: str, source: str, options: str = ""
    ) -> None:
        """Add a filesystem; a blank in the source stands as an octal number."""
        told = self.root / "proc/self/mountinfo"
        values = {"place": place, "device": device, "fstype": fstype, "options": options}
        line = MOUNT.format(n=22, source=source.replace("\\", r"\134"), **values)
        told.write_text(told.read_text() + line)

    def disk(self, name: str, number: str, on: tuple[str, ...] = (), uuid: str = "") -> Path:
        """Add a block device that lies on others, as links lead through /sys."""
        block = self.root / "sys/devices" / name
        (block / "slaves").mkdir(parents=True)
        for other in on:
            (block / "slaves" / other).symlink_to(f"../../{other}")
        if uuid:
            self.write(f"sys/devices/{name}/dm/uuid", uuid + "\n")
        (self.root / "sys/class/block" / name).symlink_to(f"../../devices/{name}")
        (self.root / "sys/dev/block" / number).symlink_to(f"../../devices/{name}")
        return block

    def become_wsl(self) -> None:
        """Be a Linux in Windows."""
        self.write("proc/version", "Linux version 5.15.153.1-microsoft-standard-WSL2")
