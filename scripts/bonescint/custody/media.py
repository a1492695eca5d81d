"""On which medium a file lies, because a backup must not share it with its original.

A medium is known by the disks below it. Later it is recognised by the UUIDs that the system reads
from its filesystems. Some media cannot be told apart or recognised: two shares of one server, two
drives of Windows on one disk, a clone of a medium, and a medium that was connected again where the
system keeps no list of UUIDs (WSL, containers).
"""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bonescint.filesystems import SHARES, block_of, blocks_below, mount_of


class Medium(NamedTuple):
    """A medium as it is connected now."""

    disks: frozenset[str]  # what this machine calls the disks, or the share, that hold it
    # UUIDs by which it is recognised when it is connected again; may be empty
    names: frozenset[str]
    place: str  # the path on the medium, without the mount point

    def is_also(self, other: "Medium") -> bool:
        """Tell whether another path lies on the same medium, as far as the machine can tell."""
        return bool(self.disks & other.disks or self.names & other.names)


def medium_of(path: str | Path, root: Path = Path("/")) -> Medium:
    """Return the medium on which a path lies; for a missing file, that of its nearest folder.

    `root` is where the machine's /proc, /sys and /dev lie.
    """
    real = Path(os.path.realpath(path))
    mount = mount_of(real, root)
    if not mount:
        there = next(one for one in (real, *real.parents) if one.exists())
        return Medium(frozenset({str(there.stat().st_dev)}), frozenset(), str(real))
    inside = real.relative_to(mount.place)
    place = str(Path(mount.place.name, inside)) if mount.place.name else str(real)
    if mount.fstype in SHARES:
        share = frozenset({f"{mount.fstype} {mount.source.rstrip('/')}"})
        return Medium(share, share, place)
    block = block_of(mount, root)
    if block is None:
        # a Windows drive is known by its letter, a filesystem in memory by its device number
        word = mount.source if mount.fstype == "drvfs" else mount.device
        return Medium(frozenset({f"{mount.fstype} {word}"}), frozenset(), place)
    disks = frozenset(_disks(block, root))
    uuids = frozenset(f"uuid {one}" for one in _uuids(disks, root))
    return Medium(frozenset(disk.name for disk in disks), uuids, place)


def _disks(block: Path, root: Path) -> Iterator[Path]:
    """Yield the disks below a device; for a partition, the disk that it is on."""
    block = Path(os.path.realpath(block))
    below = blocks_below(block, root)
    for device in below:
        yield from _disks(device, root)
    if not below:
        yield block.parent if (block / "partition").exists() else block


def _uuids(disks: frozenset[Path], root: Path) -> Iterator[str]:
    """Yield the UUIDs of everything on the disks."""
    devices = {part.name for disk in disks for part in (disk, *disk.glob(f"{disk.name}*"))}
    for link in sorted((root / "dev/disk/by-uuid").glob("*")):
        if Path(os.path.realpath(link)).name in devices:
            yield link.name
