"""Every file below the study's folders, whichever disk it lies on."""

import errno
import os
import stat
from collections import deque
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

# software that Snakemake installed
_INSTALLED = ("conda", "conda-archive", "singularity", "apptainer")

# what a link that leads nowhere says: nothing there, or only links in a circle
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
    """Yield all there is below folders, each real folder once; what links lead to comes last.

    A link to a folder in which one of the roots lies is not followed: no copy is behind it.

    Parameters
    ----------
    roots
        Folders or files; one that is missing holds nothing.
    skip
        Files and folders that are left out, by whatever path they are reached.
    """
    real = [_real(root) for root in roots]
    above = {folder for place in real for folder in (place, *place.parents)}
    left_out = _left_out(roots, skip)
    # the study's own folder may lie below one that is left out
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
    """Return the mode of what a link leads to, None if that is nowhere."""
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
    # a link that is left out is left out as such too
    links = {_real(path.parent) / path.name for path in map(Path, skip)}
    return {_real(path) for path in skip} | installed | links


def _real(path: Path) -> Path:
    return Path(os.path.realpath(path))  # Path.resolve raises where links go round in a circle
