"""Read an image from its raw descriptors: both directory trees, and the gaps between the files.

Each descriptor is built again from its few free values and compared byte by byte. All bytes that
belong to no file, folder or table must be zero.
"""

import re
from dataclasses import dataclass, field
from typing import IO

from bonescint.delivery.disc.iso_records import (
    DirectoryTree,
    Extent,
    parse_record,
    path_table,
    read_tree,
)
from bonescint.delivery.disc.layout import (
    CHUNK,
    MANIFEST,
    MANIFEST_IN_JOLIET,
    SECTOR,
    SHEET,
    SHEET_IN_JOLIET,
    folders_above,
)
from bonescint.delivery.disc.verdict import DiscVerdict

_SYSTEM_AREA = 16  # sectors
_MOST_DESCRIPTORS = 16
_PRIMARY, _SUPPLEMENTARY, _END = 1, 2, 255
_JOLIET = (b"%/@", b"%/C", b"%/E")
_LABEL = re.compile("[A-Z0-9_]{1,16}")
_NAMES = {SHEET: SHEET_IN_JOLIET, MANIFEST: MANIFEST_IN_JOLIET}
_APPLICATION = "BONESCINT"  # all other fields that could name a program or person are blank
_NO_DATE = b"0" * 16 + b"\0"
# name of a field -> its first byte, its length
_FIELDS = {
    "system identifier": (8, 32), "volume identifier": (40, 32), "space size": (80, 8),
    "escape sequences": (88, 32), "set size": (120, 4), "sequence number": (124, 4),
    "block size": (128, 4), "path table size": (132, 8), "path table places": (140, 16),
    "root record": (156, 34), "volume set identifier": (190, 128), "publisher": (318, 128),
    "data preparer": (446, 128), "application": (574, 128), "copyright file": (702, 37),
    "abstract file": (739, 37), "bibliographic file": (776, 37), "creation date": (813, 17),
    "modification date": (830, 17), "expiration date": (847, 17), "effective date": (864, 17),
    "file structure version": (881, 2), "application use": (883, 512), "rest": (1395, 653),
}  # fmt: skip


@dataclass
class IsoImage:
    """What the descriptors of an image say.

    Parameters
    ----------
    sectors
        The volume's size. Sectors after it do not belong to the volume.
    iso, joliet
        The two trees; Joliet is None if there is none.
    owned
        Extents of descriptors, tables, folders and files.
    """

    sectors: int
    label: str
    iso: DirectoryTree
    joliet: DirectoryTree | None = None
    owned: list[Extent] = field(default_factory=list)


def joliet_name(iso: str) -> str:
    """Return the name that Windows shows for a path in ISO 9660 without version."""
    return _NAMES.get(iso, iso)


def read_image(stream: IO[bytes], size: int, verdict: DiscVerdict) -> IsoImage | None:
    """Read the descriptors and both trees from `size` bytes; None if it is no ISO 9660 image."""
    stream.seek(_SYSTEM_AREA * SECTOR)
    primary = stream.read(SECTOR)
    if len(primary) < SECTOR or primary[:6] != b"\1CD001":
        return None
    found = _descriptors(stream, verdict)
    sectors = int.from_bytes(primary[80:84], "little")
    if sectors * SECTOR > size:
        verdict.fault("image", "truncated", size=size, wanted=sectors * SECTOR)
        sectors = size // SECTOR
    label = primary[40:72].decode("ascii", "replace").rstrip(" ")
    if not _LABEL.fullmatch(label):
        verdict.fault("descriptors", "label")
    image = IsoImage(sectors, label, _tree(primary, "ISO 9660"))
    image.owned = [Extent(_SYSTEM_AREA, SECTOR * len(found))]
    _compare_descriptor(primary, primary, verdict)
    joliet = [d for d in found if d[0] == _SUPPLEMENTARY and d[88:91] in _JOLIET]
    trees = {"ISO 9660": (image.iso, primary)}
    if joliet:
        image.joliet = _tree(joliet[0], "Joliet")
        _compare_descriptor(joliet[0], primary, verdict)
        trees["Joliet"] = image.joliet, joliet[0]
    else:
        verdict.fault("trees", "no_joliet")
    for tree, descriptor in trees.values():
        read_tree(stream, tree, sectors, verdict)
        image.owned += [*tree.folders.values(), *tree.files.values()]
        image.owned += _check_tables(stream, tree, descriptor, sectors, verdict)
    _compare_trees(image, verdict)
    n = {"folders": len(image.iso.folders), "iso": len(image.iso.files)}
    files = image.joliet.files if image.joliet else ()
    verdict.checked("descriptors", n=len(found), label=label)
    verdict.checked("trees", **n, joliet=len(files))
    return image


def _descriptors(stream: IO[bytes], verdict: DiscVerdict) -> list[bytes]:
    """Return all descriptors up to the terminator; only a primary and a Joliet one are allowed."""
    found: list[bytes] = []
    stream.seek(_SYSTEM_AREA * SECTOR)
    while len(found) < _MOST_DESCRIPTORS:
        data = stream.read(SECTOR)
        where = {"sector": _SYSTEM_AREA + len(found)}
        if data[1:6] != b"CD001" or len(data) < SECTOR:
            verdict.fault("descriptors", "no_descriptor", **where)
            break
        found.append(data)
        if data[0] == _END:
            if any(data[7:]) or data[6] != 1:
                verdict.fault("descriptors", "field", name="terminator", **where)
            break
        known = data[0] == _PRIMARY if len(found) == 1 else data[0] == _SUPPLEMENTARY
        if not known or len(found) > 2:
            verdict.fault("descriptors", "foreign_descriptor", kind=data[0], **where)
        elif data[0] == _SUPPLEMENTARY and data[88:91] not in _JOLIET:
            verdict.fault("descriptors", "field", name="escape sequences", **where)
    return found


def _tree(descriptor: bytes, name: str) -> DirectoryTree:
    record = parse_record(descriptor[156:190] if descriptor[188] == 1 else _ROOTLESS)
    return DirectoryTree(name, record.extent, record.date)


_ROOTLESS = bytes(32) + b"\1\0"


def _compare_descriptor(data: bytes, primary: bytes, verdict: DiscVerdict) -> None:
    """Build a descriptor again from its free values and compare it."""
    is_joliet = data is not primary
    coding = "utf-16-be" if is_joliet else "ascii"

    def text(value: str, name: str) -> bytes:
        place, size = _FIELDS[name]
        # a UCS-2 field with an odd length ends with a zero byte
        coded = value.ljust(size // len(" ".encode(coding))).encode(coding, "replace")
        return coded[:size].ljust(size, b"\0")

    def both(value: int, size: int) -> bytes:
        return value.to_bytes(size, "little") + value.to_bytes(size, "big")

    def number(name: str, source: bytes) -> int:
        place, size = _FIELDS[name]
        return int.from_bytes(source[place : place + size // 2], "little")

    label = primary[40:72].decode("ascii", "replace").rstrip()
    root = parse_record(data[156:190] if data[188] == 1 else _ROOTLESS)
    start, size = root.extent
    record = b"\x22\0" + both(start, 4) + both(size, 4) + root.date
    date = _long_date(root.date)
    use = data[883:884] if data[883:884] in (b" ", b"\0") else b" "
    little, big = int.from_bytes(data[140:144], "little"), int.from_bytes(data[148:152])
    wanted = {
        "space size": both(number("space size", primary), 4),
        "volume identifier": text(label, "volume identifier"),
        "escape sequences": data[88:91].ljust(32, b"\0") if is_joliet else bytes(32),
        "set size": both(1, 2),
        "sequence number": both(1, 2),
        "block size": both(SECTOR, 2),
        "path table size": both(number("path table size", data), 4),
        "path table places": little.to_bytes(4, "little") + bytes(4) + big.to_bytes(4) + bytes(4),
        "root record": record + b"\2\0\0" + both(1, 2) + b"\1\0",
        "application": text(_APPLICATION, "application"),
        **dict.fromkeys(("creation date", "modification date", "effective date"), date),
        "expiration date": _NO_DATE,
        "file structure version": b"\1\0",
        "application use": use * 512,
        "rest": bytes(653),
    }
    kind = "Joliet" if is_joliet else "ISO 9660"
    head = bytes([_SUPPLEMENTARY if is_joliet else _PRIMARY]) + b"CD001\1\0"
    odd = [name for name, (at, n) in _FIELDS.items()
           if data[at : at + n] != wanted.get(name, text("", name))]  # fmt: skip
    odd += ["kind"] * (data[:8] != head) + ["unused"] * any(data[72:80])
    for name in odd:
        verdict.fault("descriptors", "field", name=name, sector=f"{kind}")


def _long_date(short: bytes) -> bytes:
    """Return the date of a directory record in the format of descriptors."""
    year, *rest = short[:6]
    digits = f"{1900 + year:04}" + "".join(f"{n:02}" for n in rest) + "00"
    return digits.encode()[:16] + short[6:7]


def _check_tables(
    stream: IO[bytes], tree: DirectoryTree, descriptor: bytes, sectors: int, verdict: DiscVerdict
) -> list[Extent]:
    """Compare both path tables with the tree, and return their extents."""
    size = int.from_bytes(descriptor[132:136], "little")
    found = []
    for order, at in (("little", 140), ("big", 148)):
        start = int.from_bytes(descriptor[at : at + 4], order)  # type: ignore[arg-type]
        where = {"tree": tree.name, "order": "L" if order == "little" else "M"}
        wanted, places = path_table(tree, order)
        if size != len(wanted) or start + -(-size // SECTOR) > sectors:
            verdict.fault("trees", "table_size", **where, size=size, wanted=len(wanted))
            continue
        stream.seek(start * SECTOR)
        data = stream.read(size)
        if data != wanted:
            first = next(n for n in range(size) if data[n : n + 1] != wanted[n : n + 1])
            name = [path for place, path in places if place <= first][-1]
            verdict.fault("trees", "table", **where, file=name)
        found.append(Extent(start, size))
    return found


def _compare_trees(image: IsoImage, verdict: DiscVerdict) -> None:
    """Report files and folders that are in one tree only, or have other extents in the other."""
    if image.joliet is None:
        return
    named = {joliet_name(path): place for path, place in image.iso.files.items()}
    both = (named, image.joliet.files), (image.iso.folders, image.joliet.folders)
    for iso, joliet in both:
        for path in sorted(iso.keys() - joliet.keys()):
            verdict.fault("trees", "only_in", file=path or "/", tree="ISO 9660")
        for path in sorted(joliet.keys() - iso.keys()):
            verdict.fault("trees", "only_in", file=path or "/", tree="Joliet")
    above = {folder for path in named for folder in folders_above(path)}
    for path in sorted(image.iso.folders.keys() - above - {""}):
        verdict.fault("trees", "folder_alone", file=path)
    for path in sorted(named.keys() & image.joliet.files.keys()):
        if named[path] != image.joliet.files[path]:
            a, b = named[path], image.joliet.files[path]
            verdict.fault("trees", "differ", file=path, iso=f"{a.start}+{a.size}",
                          joliet=f"{b.start}+{b.size}")  # fmt: skip


def check_gaps(stream: IO[bytes], image: IsoImage, verdict: DiscVerdict) -> None:
    """Check that unused bytes are zero: system area, ends of sectors, sectors between files."""
    owners: dict[Extent, str] = {}
    for tree in (image.iso, image.joliet):
        owners |= {place: path for path, place in tree.files.items()} if tree else {}
    at, before, count = 0, "", 0
    for place in [*sorted(set(image.owned)), Extent(image.sectors, 0)]:
        if place.size < 0:
            continue
        start = place.start * SECTOR
        if start < at and place.size:
            verdict.fault("gaps", "overlap", file=owners.get(place, ""), sector=place.start)
        try:
            odd = _not_zero(stream, at, start)
        except OSError:
            verdict.fault("gaps", "unreadable_at", offset=at, sector=at // SECTOR)
            odd = []
        for offset in odd:
            where = {"offset": offset, "sector": offset // SECTOR}
            verdict.fault("gaps", "behind" if before else "not_zero", file=before, **where)
        count += max(start - at, 0)
        if start + place.size > at:
            at, before = start + place.size, owners.get(place, "")
    verdict.checked("gaps", n=count)


def _not_zero(stream: IO[bytes], start: int, end: int) -> list[int]:
    """Return the first byte of a range that is not zero, if there is one."""
    stream.seek(start)
    while start < end and (data := stream.read(min(CHUNK, end - start))):
        if rest := data.lstrip(b"\0"):
            return [start + len(data) - len(rest)]
        start += len(data)
    return []
