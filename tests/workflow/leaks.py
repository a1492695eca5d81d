"""Who is in the demonstration, and whether anything of them stands where it must not."""

import re
import stat
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import pydicom

from bonescint.dicom.tree import index_tree

ENCODINGS = ("utf-8", "cp932", "utf-16-le", "euc_jp")
_PICTURE = re.compile(rb"data:image/png;base64,[A-Za-z0-9+/=]+")


def identifiers(folder: Path) -> set[str]:
    """Return the IDs and names of everybody in the demonstration."""
    wanted: set[str] = set()
    # our own decoding: pydicom parts a Person Name at the byte of "=" inside ISO 2022 kanji
    for is_indexed, row in index_tree(folder / "demo" / "dicom", 1):
        if is_indexed:
            wanted.add(row["patient_id"])
            for group in row["patient_name"].split("="):
                wanted |= {group, *group.split("^")}
    for path in (folder / "demo" / "dicom").rglob("*"):
        if path.is_file():
            try:
                header = pydicom.dcmread(path, specific_tags=["AccessionNumber"])
            except (pydicom.errors.InvalidDicomError, EOFError):
                continue
            wanted.add(str(header.get("AccessionNumber", "")))
    return {w for w in wanted if len(w) >= 4 or (len(w) >= 2 and not w.isascii())}


def leaks(
    folder: Path, wanted: Iterable[str], sides: Iterable[str] = ("results", "logs", ".snakemake")
) -> list[str]:
    """Return "file: what was found" for every file whose name or content holds one of `wanted`."""
    forms = {
        w.encode(encoding)
        for w in wanted
        for encoding in ENCODINGS
        if w.isascii() or encoding == "utf-8" or len(w) >= 3
    }
    pattern = re.compile(b"|".join(re.escape(f) for f in sorted(forms, key=len, reverse=True)))
    return [
        f"{name}: {hit[0]!r}"
        for side in sides
        for path in (folder / side).rglob("*")
        for name in [str(path.relative_to(folder))]
        for content in [name.encode(), *_contents(path)]
        if (hit := pattern.search(content))
    ]


def _contents(path: Path) -> Iterator[bytes]:
    if not path.is_file() or path.suffix == ".png":
        return  # a picture is compressed; it is made of coded tables alone
    if path.suffix == ".dcm":
        # pixels hold any two bytes by chance
        dataset = pydicom.dcmread(path)
        dataset.PixelData = b""
        yield str(dataset).encode()
    elif path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as book:
            yield from (book.read(name) for name in book.namelist() if name.endswith(".xml"))
    else:
        content = path.read_bytes()
        # a picture in a page is compressed like one in a file: five of its letters are chance
        yield _PICTURE.sub(b"", content) if path.suffix == ".html" else content


def open_to_others(folder: Path) -> list[str]:
    """Return what of the study's sides and of Snakemake's records has another mode than it must."""
    sides = [folder / side for side in ("private", "results", "logs", ".snakemake")]
    return [
        f"{path.relative_to(folder)}: {mode:o}"
        for side in sides
        for path in (side, *side.rglob("*"))
        if path.exists() and not path.is_symlink()
        for mode in [stat.S_IMODE(path.stat().st_mode)]
        if mode != (0o700 if path.is_dir() else 0o600)
    ]
