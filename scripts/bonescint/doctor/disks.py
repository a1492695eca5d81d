"""Whether somebody who takes a disk away could read it, as far as the system tells."""

import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from bonescint.doctor.bitlocker import protection
from bonescint.doctor.finding import GOOD, LOOK, Finding
from bonescint.doctor.machine import is_wsl
from bonescint.filesystems import SHARES, Mount, block_of, blocks_below, mount_of, named_block

_IN_MEMORY = ("tmpfs", "ramfs")
_ENCRYPTING = ("ecryptfs", "fuse.gocryptfs", "fuse.encfs", "fuse.cryfs", "fuse.securefs")
_DEPTH = 8  # disks of disks


def encryption(paths: Sequence[Path], machine: Path = Path("/")) -> Iterator[Finding]:
    """Tell of each disk that holds one of the paths whether it is encrypted.

    The study's folder comes first, then what may lie on another medium.
    """
    seen = set()
    for path in paths:
        mount = mount_of(path, machine)
        place = mount.place if mount else None
        if place in seen:
            continue
        seen.add(place)
        kind = _kind(mount, machine)
        state = GOOD if kind in ("yes", "bitlocker", "filevault", "memory") else LOOK
        said = {"path": path, "device": mount.source if mount else ""}
        yield Finding("encryption", state, kind, said)


def swap(machine: Path = Path("/")) -> Iterator[Finding]:
    """Report swap on a disk without encryption: parts of images may stay there."""
    if is_wsl(machine):
        return  # swap is a file on a drive of Windows, and nothing tells on which drive
    try:
        lines = (machine / "proc/swaps").read_text().splitlines()[1:]
    except OSError:
        return
    names = [line.split()[0] for line in lines if line.strip()]
    kinds = {name: _swap_kind(name, machine) for name in names}
    bare = [name for name, kind in kinds.items() if kind == "no"]
    if bare:
        yield Finding("swap", LOOK, "no", {"names": ", ".join(bare)})
    elif kinds and all(kind in ("yes", "memory") for kind in kinds.values()):
        yield Finding("swap", GOOD, "yes", {"names": ", ".join(kinds)})
    elif not kinds:
        yield Finding("swap", GOOD, "none")


def _swap_kind(name: str, machine: Path) -> str:
    if Path(name).name.startswith("zram"):
        return "memory"
    if name.startswith("/dev/"):
        block = named_block(name, machine)
        return "untold" if block is None else "yes" if _encrypts(block, machine) else "no"
    return _kind(mount_of(name, machine), machine)


def _kind(mount: Mount | None, machine: Path) -> str:
    """Return whether a filesystem is encrypted, as the key of a finding."""
    if mount is None:
        return _filevault() if sys.platform == "darwin" else "untold"
    if mount.fstype in _IN_MEMORY:
        return "memory"
    if mount.fstype in _ENCRYPTING:
        return "yes"
    if mount.fstype in SHARES:
        return "share"
    if mount.fstype == "drvfs":
        return protection(mount.source[:1])
    block = block_of(mount, machine)
    if block is not None and _encrypts(block, machine):
        return "yes"
    if is_wsl(machine):
        # the disk of this Linux is a file of Windows
        return protection(None)
    return "untold" if block is None else "no"


def _encrypts(block: Path, machine: Path, depth: int = _DEPTH) -> bool:
    """Tell whether the kernel encrypts a device, or each device below it."""
    if _told(block / "dm/uuid").startswith("CRYPT-"):  # LUKS, plain dm-crypt, TrueCrypt
        return True
    if _told(block / "dm/name").startswith("veracrypt"):
        return True
    if not depth:
        return False
    below = blocks_below(block, machine)
    return bool(below) and all(_encrypts(one, machine, depth - 1) for one in below)


def _told(file: Path) -> str:
    try:
        return file.read_text(errors="replace").strip()
    except OSError:
        return ""


def _filevault() -> str:
    try:
        done = subprocess.run(
            ["/usr/bin/fdesetup", "status"], capture_output=True, text=True, timeout=10, check=False
        )
    except (OSError, subprocess.SubprocessError):
        return "untold"
    return "filevault" if "FileVault is On" in done.stdout else "no"
