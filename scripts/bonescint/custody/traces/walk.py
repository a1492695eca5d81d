"""Every file below the study's folders, on all disks."""

import errno
import os
import stat
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

# software that Snakemake installed
_INSTALLED = ("conda", "conda-archive", "singularity", "apptainer")

# errors of a link without a target: nothing is there, or the links form a circle
_NOWHERE = {errno.ENOENT, errno.ENOTDIR, errno.ELOOP}


class TreeEntry(NamedTuple):
    """A file, folder or link.

    Parameters
    ----------
    root
        Below which of the folders.
    path
        As a person sees it below the root, through links.
    mode
        Of the file that a link leads to; of the link itself if it leads elsewhere.
    """

    root: Path
    path: Path
    mode: int


def walk(roots: Sequence[Path], skip: Collection[Path] = ()) -> Iterator[TreeEntry]:
    """Yield everything below folders, each real folder once; targets of links come last.

    A link to a folder that contains one of the roots is not followed, because it leads to no copy.

    Parameters
    ----------
    roots
        Folders or files; one that is missing holds nothing.
    skip
        Files and folders that are left out, on every path by which they can be reached.
    """
    real = [_real(root) for root in roots]
    above = {folder for place in real for folder in (place, *place.parents)}
    left_out = _left_out(roots, skip)
    # the study's folder may lie below a folder that is left out; it is searched all the same
    closed = left_out - above
    seen: set[Path] = set()
    links: deque[tuple[Path, Path]] = deque()

    def entry(root: Path, path: Path, place: Path) -> Iterator[TreeEntry]:
        if place in left_out:
            return
        try:
            mode = path.lstat().st_mode
        except FileNotFoundError:
            return
        if stat.S_ISDIR(mode):
            yield TreeEntry(root, path, mode)
            yield from inside(root, path, place)
        elif stat.S_ISLNK(mode):
            target = _real(path)
            is_open = closed.isdisjoint((target, *target.parents))
            leads_to = (_followed(path) if is_open else None) or mode
            yield TreeEntry(root, path, leads_to if stat.S_ISREG(leads_to) else mode)
            if stat.S_ISDIR(leads_to) and (path == root or target not in above):
                links.append((root, path))
        else:
            yield TreeEntry(root, path, mode)

    def inside(root: Path, folder: Path, place: Path) -> Iterator[TreeEntry]:
        if place in seen:
            return
        seen.add(place)
        try:
            paths = sorted(folder.iterdir())
        except FileNotFoundError:
            return
        for path in paths:
            if not (folder.name == ".snakemake" and path.name in _INSTALLED):
                yield from entry(root, path, place / path.name)

    for root in roots:
        yield from entry(root, root, _real(root.parent) / root.name)
    while links:
        root, link = links.popleft()
        yield from inside(root, link, _real(link))


def _followed(path: Path) -> int | None:
    """Return the mode of a link's target, None if there is no target."""
    try:
        return path.stat().st_mode
    except OSError as error:
        if error.errno not in _NOWHERE:
            raise
    return None


def _left_out(roots: Sequence[Path], skip: Collection[Path]) -> set[Path]:
    installed = {
        _real(root / name) for root in roots if root.name == ".snakemake" for name in _INSTALLED
    }
    # if a link is left out, the link itself is left out as well as its target
    links = {_real(path.parent) / path.name for path in map(Path, skip)}
    return {_real(path) for path in skip} | installed | links


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))  # Path.resolve raises if links form a circle
