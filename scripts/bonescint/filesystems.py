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

# what holds no modes of its own, each file having the same one: asked only where nothing may be
# written, so that it cannot be tried
_WITHOUT_MODES = frozenset({"drvfs", "vfat", "msdos", "exfat"})

# folders of another computer, or of the host of a virtual one
SHARES = frozenset(
    {"9p", "afpfs", "afs", "beegfs", "ceph", "cifs", "fuse.ceph-fuse", "fuse.glusterfs"}
    | {"fuse.sshfs", "gpfs", "lustre", "nfs", "nfs4", "smb3", "smbfs"}
)
# of these, what grants each lock without asking its server, always or as it is mounted
_LOCKS_ALONE = frozenset({"9p", "afpfs", "fuse.sshfs"})
_LOCKS_ALONE_OPTIONS = frozenset(
    {"nolock", "local_lock=flock", "local_lock=all", "nobrl", "localflock"}
)

# where Snakemake puts programs: nothing of a study, and files that may be one with a shared cache's
_PROGRAMS = frozenset({"conda", "conda-archive", "singularity"})


class Mount(NamedTuple):
    """A filesystem as it stands in the tree of folders."""

    place: Path
    fstype: str  # drvfs: a drive of Windows, seen from WSL
    options: str  # separated by commas, those of the mount and of the filesystem
    source: str  # a device such as /dev/sda2, or any word
    device: str  # MAJOR:MINOR; 0:N is no device of its own


def mount_of(path: str | Path, root: Path = Path("/")) -> Mount | None:
    """Return the filesystem that holds a path, None where the machine does not tell.

    Parameters
    ----------
    path
        A file or folder; what is not there yet counts as its nearest folder.
    root
        Where the machine's /proc lies.
    """
    try:
        lines = (root / "proc/self/mountinfo").read_text(errors="surrogateescape").splitlines()
    except OSError:
        return None
    wanted = Path(os.path.realpath(path))
    mounts = [mount for line in lines if (mount := _mount(line))]
    above = [mount for mount in reversed(mounts) if wanted.is_relative_to(mount.place)]
    # of two at one place the later one hides the earlier
    return max(above, key=lambda mount: len(mount.place.parts), default=None)


def filesystem_of(path: str | Path, root: Path = Path("/")) -> tuple[str, str]:
    """Return type and options of the filesystem that holds a path, empty where nobody tells.

    Parameters
    ----------
    path, root
        As for `mount_of`.
    """
    mount = mount_of(path, root)
    return (mount.fstype, mount.options) if mount else ("", "")


def keeps_modes(path: str | Path) -> bool:
    """Tell whether a file at this place can be for its user alone: it is tried.

    A FAT or a drive of Windows may give each file the mode of its mount, whatever is asked for.

    Parameters
    ----------
    path
        A folder, or a file that is there or not yet: then its nearest folder is asked.
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
    """Take every right of other users from what lies below Snakemake's folder, and from itself.

    Snakemake gives its records mode 0660 whatever the umask, and makes its log before a workflow
    can set one. No link is followed. What vanishes meanwhile or is somebody else's is left alone,
    and so is a place that knows no modes.

    Parameters
    ----------
    folder
        `.snakemake` of the study; it need not be there.
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
    """Tell whether a changed file shows even if its old date is restored (ctime): it is tried.

    A FAT has no such date, another computer's folder one that may come late.

    Parameters
    ----------
    folder
        A folder in which a file can be made.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as stream:
            os.utime(stream.name, (1, 1))
            changed = Path(stream.name).stat().st_ctime_ns
    except OSError:
        return False
    # whole seconds are too coarse
    is_told = changed > 10**9 and changed % 10**9 != 0
    return is_told and filesystem_of(folder)[0] not in SHARES | _WITHOUT_MODES


def locks_for_all(folder: Path, root: Path = Path("/")) -> bool:
    """Tell whether a lock on a file here keeps out other computers too: it is tried and looked up.

    Parameters
    ----------
    folder
        A folder in which a file can be made.
    root
        As for `mount_of`.
    """
    try:
        with tempfile.NamedTemporaryFile(dir=folder) as stream:
            fcntl.flock(stream, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    fstype, options = filesystem_of(folder, root)
    return fstype not in _LOCKS_ALONE and _LOCKS_ALONE_OPTIONS.isdisjoint(options.split(","))


def block_of(mount: Mount, root: Path = Path("/")) -> Path | None:
    """Return what the kernel tells of the device that holds a filesystem, None without one.

    Parameters
    ----------
    mount
        The filesystem.
    root
        Where the machine's /sys and /dev lie.
    """
    block = root / "sys/dev/block" / mount.device
    if block.exists():
        return block
    # btrfs and others have a number of their own, and name the device
    return named_block(mount.source, root) if mount.source.startswith("/dev/") else None


def named_block(device: str, root: Path = Path("/")) -> Path | None:
    """Return what the kernel tells of a device; /dev/mapper/home is a link to /dev/dm-0.

    Parameters
    ----------
    device
        Its path.
    root
        As for `block_of`.
    """
    block = root / "sys/class/block" / Path(os.path.realpath(root / device.lstrip("/"))).name
    return block if block.exists() else None


def blocks_below(block: Path, root: Path = Path("/")) -> list[Path]:
    """Return the devices that a device is made of: an encrypted or joined volume, an image.

    Parameters
    ----------
    block
        As `block_of` returned it.
    root
        As for `block_of`.
    """
    try:
        image = (block / "loop/backing_file").read_text(errors="surrogateescape").strip()
    except OSError:
        return sorted((block / "slaves").glob("*"))
    mount = mount_of(image, root)
    found = mount and block_of(mount, root)
    return [found] if found else []


def reached_by(file: str | Path) -> set[Path]:
    """Return a file's place as named, its real one, and every link on the way there.

    Parameters
    ----------
    file
        It need not be there.
    """
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
    # WSL 2 brings drives of Windows in by 9p or virtiofs
    if fstype in ("9p", "virtiofs") and re.search(r"drvfs|^[A-Za-z]:", f"{source},{options}"):
        fstype = "drvfs"
    return Mount(Path(_plain(place)), fstype, options, source, device)


def _plain(field: str) -> str:
    """Return a field with its blanks and backslashes, which stand as three octal digits."""
    return re.sub(r"\\([0-7]{3})", lambda found: chr(int(found[1], 8)), field)
