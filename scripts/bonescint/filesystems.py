"""On which filesystem a path lies, and whether a file there can be for its user alone."""

import fcntl
import os
import re
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from bonescint.files import give_mode

# filesystems on which all files have the same mode. The list is used only where nothing may be
# written, so that a test is impossible.
_WITHOUT_MODES = frozenset({"drvfs", "vfat", "msdos", "exfat"})

# folders of another computer, or of the host of a virtual machine
SHARES = frozenset(
    {"9p", "afpfs", "afs", "beegfs", "ceph", "cifs", "fuse.ceph-fuse", "fuse.glusterfs"}
    | {"fuse.sshfs", "gpfs", "lustre", "nfs", "nfs4", "smb3", "smbfs"}
)
# shares that grant each lock without asking the server, always or depending on the mount
_LOCKS_ALONE = frozenset({"9p", "afpfs", "fuse.sshfs"})
_LOCKS_ALONE_OPTIONS = frozenset(
    {"nolock", "local_lock=flock", "local_lock=all", "nobrl", "localflock"}
)

# Snakemake's folders for programs: they hold nothing of a study, and their files may be hard links
# into a shared cache
_PROGRAMS = frozenset({"conda", "conda-archive", "singularity"})


class Mount(NamedTuple):
    """A filesystem and its place in the tree of folders."""

    place: Path
    fstype: str  # drvfs is a drive of Windows, seen from WSL
    options: str  # separated by commas: those of the mount and of the filesystem
    source: str  # a device such as /dev/sda2, or any word
    device: str  # MAJOR:MINOR; 0:N means no device of its own


def mount_of(path: str | Path, root: Path = Path("/")) -> Mount | None:
    """Return the filesystem that holds a path, None where the machine does not tell.

    Parameters
    ----------
    path
        A file or folder. If it does not exist, its nearest existing folder counts.
    root
        The folder that holds the machine's /proc.
    """
    try:
        lines = (root / "proc/self/mountinfo").read_text(errors="surrogateescape").splitlines()
    except OSError:
        return None
    wanted = Path(os.path.realpath(path))
    mounts = [mount for line in lines if (mount := _mount(line))]
    above = [mount for mount in reversed(mounts) if wanted.is_relative_to(mount.place)]
    # if two are mounted at one place, the later one hides the earlier
    return max(above, key=lambda mount: len(mount.place.parts), default=None)


def filesystem_of(path: str | Path, root: Path = Path("/")) -> tuple[str, str]:
    """Return type and options of a path's filesystem (`mount_of`), empty where they are unknown."""
    mount = mount_of(path, root)
    return (mount.fstype, mount.options) if mount else ("", "")


def keeps_modes(path: str | Path) -> bool:
    """Tell, by trying it at the nearest folder, whether a file here can be for its user alone.

    A FAT or a drive of Windows may ignore the requested mode and give each file that of its mount.
    """
    folder = Path(os.path.realpath(path))
    while not folder.is_dir() and folder != folder.parent:
        folder = folder.parent
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as stream:  # made with mode 0600
            return not Path(stream.name).stat().st_mode & 0o077
    except OSError:
        return filesystem_of(folder)[0] not in _WITHOUT_MODES


def close_to_others(folder: Path) -> None:
    """Take all rights of other users from a study's `.snakemake`, if it exists, and all below it.

    Snakemake gives its records mode 0660 whatever the umask, and makes its log before a workflow
    can set one. No link is followed. Files that vanish meanwhile or belong to other users are left
    alone, and so is a place without modes.
    """
    if not os.path.isdir(folder) or not keeps_modes(folder):  # noqa: PTH112 - it never raises
        return
    _close(folder)
    for place, folders, files in os.walk(folder):
        for name in (*folders, *files):
            _close(Path(place, name))
        if Path(place) == folder:
            folders[:] = [name for name in folders if name not in _PROGRAMS]


def _close(path: Path) -> None:
    with suppress(OSError):
        status = path.lstat()
        is_open = stat.S_IMODE(status.st_mode) & 0o077 and not stat.S_ISLNK(status.st_mode)
        if is_open and status.st_uid == os.geteuid():
            give_mode(path, stat.S_IMODE(status.st_mode) & 0o700)


def keeps_changes(folder: Path) -> bool:
    """Tell, by making a file, whether a change shows even if the old date is restored (ctime).

    A FAT has no such date. On another computer's folder it may come late.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as stream:
            os.utime(stream.name, (1, 1))
            changed = Path(stream.name).stat().st_ctime_ns
    except OSError:
        return False
    # dates of whole seconds are too coarse
    is_told = changed > 10**9 and changed % 10**9 != 0
    return is_told and filesystem_of(folder)[0] not in SHARES | _WITHOUT_MODES


def locks_for_all(folder: Path, root: Path = Path("/")) -> bool:
    """Tell, by a test and a list, whether a file lock here also keeps out other computers."""
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    fstype, options = filesystem_of(folder, root)
    return fstype not in _LOCKS_ALONE and _LOCKS_ALONE_OPTIONS.isdisjoint(options.split(","))


def block_of(mount: Mount, root: Path = Path("/")) -> Path | None:
    """Return the kernel's folder (in /sys, /dev) on a filesystem's device, None without one."""
    block = root / "sys/dev/block" / mount.device
    if block.exists():
        return block
    # btrfs and others have a device number of their own, but name the device as the source
    return named_block(mount.source, root) if mount.source.startswith("/dev/") else None


def named_block(device: str, root: Path = Path("/")) -> Path | None:
    """Return the kernel's folder on a device; /dev/mapper/home is a link to /dev/dm-0."""
    block = root / "sys/class/block" / Path(os.path.realpath(root / device.lstrip("/"))).name
    return block if block.exists() else None


def blocks_below(block: Path, root: Path = Path("/")) -> list[Path]:
    """Return the devices that a device is made of: an encrypted or joined volume, an image."""
    try:
        image = (block / "loop/backing_file").read_text(errors="surrogateescape").strip()
    except OSError:
        return sorted((block / "slaves").glob("*"))
    mount = mount_of(image, root)
    found = mount and block_of(mount, root)
    return [found] if found else []


def reached_by(file: str | Path) -> set[Path]:
    """Return a path as named, its real path, and every link on the way. It need not exist."""
    named = Path.cwd() / file
    found = {Path(os.path.realpath(named.parent), named.name), Path(os.path.realpath(named))}
    pending, links = [named], set()
    while pending:
        path = pending.pop()
        for one in (path, *path.parents):
            place = Path(os.path.realpath(one.parent), one.name)
            if place.is_symlink() and place not in links:
                links.add(place)
                pending.append(place.parent / place.readlink())
    return found | links


def _mount(line: str) -> Mount | None:
    before, _, after = line.partition(" - ")
    try:
        _, _, device, _, place, options, *_ = before.split(" ")
        fstype, source, *of_filesystem = map(_plain, after.split(" "))
    except ValueError:
        return None
    options = ",".join([options, *of_filesystem])
    # WSL 2 mounts drives of Windows by 9p or virtiofs
    if fstype in ("9p", "virtiofs") and re.search(r"drvfs|^[A-Za-z]:", f"{source},{options}"):
        fstype = "drvfs"
    return Mount(Path(_plain(place)), fstype, options, source, device)


def _plain(field: str) -> str:
    """Return a field with its blanks and backslashes decoded from three octal digits."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), field)
