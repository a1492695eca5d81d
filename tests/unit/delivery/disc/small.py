"""A small volume: files that are no DICOM, because the image does not ask what they hold."""

import hashlib
from collections.abc import Sequence
from pathlib import Path

from bonescint.delivery.disc.layout import (
    ARCHIVE,
    MANIFEST,
    MANIFEST_IN_JOLIET,
    README,
    SHEET,
    SHEET_IN_JOLIET,
    Case,
    DiscFile,
    Label,
)

PASSPHRASE = "k7mp-3xwd-9rtz-hq4c-wn2e"  # noqa: S105
LABEL = Label("BONE-DEMO", "A study", "D-001", 1, 1, synthetic=True, language="en")
STUDY = {"id": "BONE-DEMO", "title": "A study", "synthetic": True}


def disc_file(iso: str, content: bytes | Path, joliet: str | None = None) -> DiscFile:
    data = content.read_bytes() if isinstance(content, Path) else content
    return DiscFile(iso, joliet or iso, content, len(data), hashlib.sha256(data).hexdigest())


def case(folder: Path, code: str, sizes: Sequence[int] = (3000,), replaces: str = "") -> Case:
    """Write a case's images, each of a size and with content of its own."""
    folder.mkdir(parents=True, exist_ok=True)
    images = []
    for n, size in enumerate(sizes, 1):
        image = folder / f"{code}_{n:02}.dcm"
        seed = hashlib.sha256(f"{code} {n}".encode()).digest()
        image.write_bytes((seed * (size // len(seed) + 1))[:size])
        images.append(image)
    return Case(code, tuple(images), {"code": code}, "0" * 64, replaces)


def stand_in(cases: Sequence[Case], label: Label, cover: Sequence[str] = ()) -> list[DiscFile]:
    """Return what a plain volume holds, in the places and with the names that it has."""
    text = f"{label.delivery} {label.number}/{label.of}"
    files = [
        disc_file("DICOMDIR", f"{label.file_set_id} {[c.code for c in cases]}".encode()),
        disc_file(README, "\r\n".join([text, *cover]).encode()),
        disc_file(SHEET, repr([c.row for c in cases]).encode(), SHEET_IN_JOLIET),
    ]
    for n, one in enumerate(cases, 1):
        for m, image in enumerate(one.images, 1):
            files.append(disc_file(f"DICOM/P{n:05}/S01/I{m:02}", image))
            files.append(disc_file(f"IHE_PDI/P{n:05}/S01I{m:02}.JPG", b"\xff\xd8" + b"j" * 500))
    return [*files, _manifest(files)]


def outer_stand_in(archive: Path, label: Label) -> list[DiscFile]:
    """Return what stands on an encrypted volume."""
    files = [disc_file(README, b"read me"), disc_file(ARCHIVE, archive)]
    return [*files, _manifest(files)]


def _manifest(files: Sequence[DiscFile]) -> DiscFile:
    lines = "".join(f"{f.sha256}  {f.joliet}\n" for f in sorted(files, key=lambda f: f.joliet))
    return disc_file(MANIFEST, lines.encode(), MANIFEST_IN_JOLIET)
