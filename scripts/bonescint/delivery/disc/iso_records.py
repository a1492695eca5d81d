"""Directory records and path tables of ISO 9660 and Joliet, from their bytes.

Each is built again from its values and compared byte by byte. So a changed bit is a fault even if
some readers ignore it, because others may not.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import IO, NamedTuple

from bonescint.delivery.disc.layout import SECTOR
from bonescint.delivery.disc.verdict import DiscVerdict

CHECK = "trees"
_FOLDER, _FILE = 2, 0
_HEAD = 33  # bytes of a record before its name
_DEEPEST = 8
_MOST_ENTRIES = 100_000
_MOST_BYTES = 1 << 24  # of one folder
_NAMES = re.compile(r"[A-Z0-9_]{1,8}(\.[A-Z0-9_]{0,3};1)?")


class Extent(NamedTuple):
    """Where a file or folder lies: its first sector, and its size in bytes."""

    start: int
    size: int

    @property
    def sectors(self) -> int:
        """Return the number of sectors it takes."""
        return -(-self.size // SECTOR)


@dataclass
class DirectoryTree:
    """One of the two directory trees of an image.

    Parameters
    ----------
    name
        ``ISO 9660`` or ``Joliet``.
    root
        Extent of its root folder.
    date
        Date of the root's record. All records must have it.
    folders, files
        Path -> extent; the root's path is empty.
    size
        Bytes of all files. It must not exceed the size of the image.
    """

    name: str
    root: Extent
    date: bytes
    folders: dict[str, Extent] = field(default_factory=dict)
    files: dict[str, Extent] = field(default_factory=dict)
    paths: set[str] = field(default_factory=set)
    size: int = 0

    @property
    def is_joliet(self) -> bool:
        """Whether names are in UCS-2."""
        return self.name == "Joliet"


class DirectoryRecord(NamedTuple):
    """A record of a folder: name as bytes, extent, whether a folder, and its own bytes."""

    name: bytes
    extent: Extent
    is_folder: bool
    date: bytes
    data: bytes

    @property
    def is_mirrored(self) -> bool:
        """Whether numbers are the same in both byte orders."""
        d = self.data
        return all(
            int.from_bytes(d[at : at + n], "little") == int.from_bytes(d[at + n : at + 2 * n])
            for at, n in ((2, 4), (10, 4), (28, 2))
        )

    @property
    def is_plain(self) -> bool:
        """Whether all other fields are those of a plain file or folder on a single volume."""
        d = self.data
        flags = _FOLDER if self.is_folder else _FILE
        padding = d[_HEAD + len(self.name) :]
        return (
            d[1] == 0
            and d[25:28] == bytes([flags, 0, 0])
            and d[28:30] == b"\1\0"
            and len(d) == _HEAD + len(self.name) + (1 - len(self.name) % 2)
            and not any(padding)
        )


def parse_record(data: bytes) -> DirectoryRecord:
    """Return a record of as many bytes as its first one says; ValueError if its name is longer."""
    if len(data) <= _HEAD or len(data) < _HEAD + data[32]:
        raise ValueError("a record shorter than its name")
    extent = Extent(int.from_bytes(data[2:6], "little"), int.from_bytes(data[10:14], "little"))
    name = data[_HEAD : _HEAD + data[32]]
    return DirectoryRecord(name, extent, bool(data[25] & _FOLDER), data[18:25], data)


def read_tree(stream: IO[bytes], tree: DirectoryTree, sectors: int, verdict: DiscVerdict) -> None:
    """Fill a tree's folders and files. Each folder is read once, even if records refer to it again.

    Parameters
    ----------
    stream
        The image.
    sectors
        Number of sectors of the image. No extent may lie after them.
    """
    waiting = [("", tree.root, tree.root)]
    seen: set[int] = set()
    left = _MOST_ENTRIES
    while waiting:
        path, place, parent = waiting.pop()
        where = {"tree": tree.name, "file": path or "/"}
        if place.start in seen:
            verdict.fault(CHECK, "loop", **where)
            continue
        seen.add(place.start)
        if path.count("/") >= _DEEPEST or place.size > _MOST_BYTES or place.size % SECTOR:
            verdict.fault(CHECK, "folder_size", **where, n=place.size)
            continue
        if not place.size or place.start + place.sectors > sectors:
            verdict.fault(CHECK, "outside", **where)
            continue
        tree.folders[path] = place
        stream.seek(place.start * SECTOR)
        for n, record in enumerate(_records(stream.read(place.size), where, verdict)):
            if n < 2:
                _check_dots(record, n, (place, parent), tree, where, verdict)
                continue
            left -= 1
            if left < 0:
                verdict.fault(CHECK, "too_many", **where, n=_MOST_ENTRIES)
                return
            _take(record, path, tree, sectors, verdict, waiting, place)


def _records(data: bytes, where: dict[str, str], verdict: DiscVerdict) -> Iterator[DirectoryRecord]:
    """Yield the records of a folder. None may cross a sector; the rest of a sector must be zero."""
    for start in range(0, len(data), SECTOR):
        sector = data[start : start + SECTOR]
        at = 0
        while at < len(sector) and (length := sector[at]):
            try:
                yield parse_record(sector[at : at + length])
            except (ValueError, IndexError):
                verdict.fault(CHECK, "record_damaged", **where, offset=start + at)
                return
            at += length
        if any(sector[at:]):
            verdict.fault(CHECK, "folder_slack", **where, offset=start + at)


def _check_dots(
    record: DirectoryRecord,
    n: int,
    places: tuple[Extent, Extent],
    tree: DirectoryTree,
    where: dict[str, str],
    verdict: DiscVerdict,
) -> None:
    """Check the first two records of a folder: the folder itself, and the one above."""
    dots, (start, size) = "." * (n + 1), places[n]
    # pycdlib does not update a record ".." when the folder above grows by a sector
    sizes = range(SECTOR, size + 1, SECTOR) if n else (size,)
    is_there = record.extent.start == start and record.extent.size in sizes
    if record.name != bytes([n]) or not record.is_folder or not is_there:
        verdict.fault(CHECK, "dots", **where, record=dots)
    else:
        _check_record(record, tree, f"{where['file'].rstrip('/')}/{dots}", verdict)


def _check_record(
    record: DirectoryRecord, tree: DirectoryTree, path: str, verdict: DiscVerdict
) -> None:
    where = {"tree": tree.name, "file": path}
    if not record.is_mirrored:
        verdict.fault(CHECK, "byte_orders", **where)
    if not record.is_plain:
        verdict.fault(CHECK, "record_odd", **where)
    if record.date != tree.date:
        verdict.fault(CHECK, "record_date", **where)


def _take(
    record: DirectoryRecord,
    folder: str,
    tree: DirectoryTree,
    sectors: int,
    verdict: DiscVerdict,
    waiting: list[tuple[str, Extent, Extent]],
    place: Extent,
) -> None:
    """Put a record's file or folder into the tree."""
    name = _name_of(record, tree)
    path = f"{folder}/{name}".lstrip("/")
    where = {"tree": tree.name, "file": path}
    _check_record(record, tree, path, verdict)
    if name is None or (not tree.is_joliet and not _is_level_one(record)):
        verdict.fault(CHECK, "bad_name", **where)
    if path in tree.paths:
        verdict.fault(CHECK, "twice", **where)
        return
    tree.paths.add(path)
    tree.size += 0 if record.is_folder else record.extent.size
    if record.is_folder:
        waiting.append((path, record.extent, place))
    elif record.extent.start + record.extent.sectors > sectors or tree.size > sectors * SECTOR:
        # also if the sizes exceed the image: files that share their bytes could be read for ever
        verdict.fault(CHECK, "outside", **where)
        tree.files[path] = Extent(0, -1)
    else:
        tree.files[path] = record.extent


def _name_of(record: DirectoryRecord, tree: DirectoryTree) -> str | None:
    """Return a record's name without its version, as a reader shows it."""
    try:
        name = record.name.decode("utf-16-be" if tree.is_joliet else "ascii")
    except UnicodeDecodeError:
        return None
    if not name.isprintable() or "/" in name or name in ("", ".", ".."):
        return None
    return name.removesuffix(";1").removesuffix(".") if not record.is_folder else name


def _is_level_one(record: DirectoryRecord) -> bool:
    found = _NAMES.fullmatch(record.name.decode("ascii", "replace"))
    return found is not None and bool(found[1]) != record.is_folder


def path_table(tree: DirectoryTree, order: str) -> tuple[bytes, list[tuple[int, str]]]:
    """Return a tree's path table (``little`` or ``big``), and the place of each folder in it."""
    coding = "utf-16-be" if tree.is_joliet else "ascii"
    number = {"": 1}
    data = b""
    places: list[tuple[int, str]] = []

    def key(path: str) -> tuple[int, int, bytes]:
        above, _, name = path.rpartition("/")
        return path.count("/") + bool(path), number.get(above, 0), name.encode(coding, "replace")

    levels: dict[int, list[str]] = {}
    for path in tree.folders:
        levels.setdefault(path.count("/") + bool(path), []).append(path)
    for level in sorted(levels):
        for path in sorted(levels[level], key=key):
            number[path] = len(places) + 1
            above, _, last = path.rpartition("/")
            name = last.encode(coding, "replace") or b"\0"
            places.append((len(data), path or "/"))
            start = tree.folders[path].start.to_bytes(4, order)  # type: ignore[arg-type]
            up = number.get(above, 0).to_bytes(2, order)  # type: ignore[arg-type]
            data += bytes([len(name), 0]) + start + up + name + b"\0" * (len(name) % 2)
    return data, places
