"""The check of a volume's files: what was added, removed, exchanged, or says something else."""

import hashlib
import io
from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom import dcmread

from bonescint.delivery.disc import layout
from bonescint.delivery.disc.known import StudyRecords
from bonescint.delivery.disc.verdict import DiscVerdict
from bonescint.delivery.disc.verify import DiscCheck
from bonescint.errors import InputError
from bonescint.resources import Texts
from tests.unit.delivery.disc.disc_samples import (
    CODES,
    PASSPHRASE,
    Files,
    archive_of,
    coded_image,
    dicomdir,
    encrypted_files,
    image_of,
    in_folder,
    index_table,
    listed,
    page,
    plain_files,
    sheet,
    written,
)

TEXT = Texts("verify", "en")
ONE, PREVIEW = "DICOM/P00002/S01/I01", "IHE_PDI/P00002/S01I01.JPG"


@pytest.fixture(scope="module")
def files() -> Files:
    return plain_files()


def checked(path: Path, passphrase: str | None = PASSPHRASE, *hashes: str) -> DiscVerdict:
    return DiscCheck(StudyRecords(), "en", lambda: passphrase, hashes, lambda *_: None).verify(path)


def faults(folder: Path, files: Files) -> str:
    return "\n".join(checked(in_folder(files, folder / "disc")).faults(TEXT))


def test_a_folder_is_checked_like_an_image(files: Files, tmp_path: Path) -> None:
    assert faults(tmp_path, files) == ""


def test_a_system_that_does_not_know_joliet_shows_other_names(files: Files, tmp_path: Path) -> None:
    short = {layout.SHEET_IN_JOLIET: layout.SHEET, layout.MANIFEST_IN_JOLIET: layout.MANIFEST}
    assert faults(tmp_path, {short.get(name, name): data for name, data in files.items()}) == ""


def test_an_empty_folder_is_said_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the folder is empty"):
        checked(tmp_path)


def _images(files: Files) -> Files:
    return {name: data for name, data in files.items() if name.startswith("DICOM/")}


def _without(name: str) -> Callable[[Files], Files]:
    return lambda files: {k: data for k, data in files.items() if k != name}


def _with(name: str, data: bytes) -> Callable[[Files], Files]:
    """One file more, or another one; the manifest knows it."""
    return lambda files: listed(files | {name: data})


def _directory(change: Callable[[Files], Files]) -> Callable[[Files], Files]:
    return lambda files: listed(files | {layout.DICOMDIR: dicomdir(change(_images(files)))})


def _replaced(name: str, old: bytes, new: bytes) -> Callable[[Files], Files]:
    def changed(files: Files) -> Files:
        assert old in files[name]
        return listed(files | {name: files[name].replace(old, new)})

    return changed


def _image(change: Callable[[bytes], bytes]) -> Callable[[Files], Files]:
    """Another image, and directory, table and manifest that fit it."""

    def changed(files: Files) -> Files:
        files = files | {ONE: change(files[ONE])}
        images = _images(files)
        files |= {layout.DICOMDIR: dicomdir(images), layout.INDEX_TABLE: index_table(images)}
        return listed(files)

    return changed


def _sheet(*codes: str) -> Callable[[Files], Files]:
    return lambda files: listed(files | {layout.SHEET_IN_JOLIET: sheet(codes)})


def _exchanged(files: Files) -> Files:
    other = "DICOM/P00003/S01/I01"
    return files | {ONE: files[other], other: files[ONE]}


def _nobody(data: bytes) -> bytes:
    image = dcmread(io.BytesIO(data))
    image.PatientID = image.PatientName = "KYOZOU 1234567"
    return written(image, image.SOPClassUID, image.SOPInstanceUID)


# what was done -> (how, what must be said)
CHANGES: dict[str, tuple[Callable[[Files], Files], str]] = {
    "a file more": (lambda f: f | {"NOTE.TXT": b"x"}, "NOTE.TXT: does not stand in"),
    "a listed file more": (_with("AUTORUN.INF", b"[autorun]"), "AUTORUN.INF: no part of such"),
    "an image more": (
        _with("DICOM/P00004/S01/I01", coded_image("BS-BEGGX", 9)),
        "DICOM/P00004/S01/I01: no record references it",
    ),
    "an image less": (_without(ONE), f"{ONE}: stands in the manifest and is not there"),
    "a preview less": (_without(PREVIEW), f"what it links to is not on the disc ({PREVIEW})"),
    "a sheet less": (_without(layout.SHEET_IN_JOLIET), "追加情報.xlsx: is missing"),
    "no manifest": (_without(layout.MANIFEST_IN_JOLIET), "MANIFEST.sha256: is missing"),
    "no directory": (_without(layout.DICOMDIR), "DICOMDIR: is missing"),
    "a row less": (_sheet(*CODES[:1], *CODES[2:]), f"{CODES[1]}: has images and no row"),
    "a row more": (_sheet(*CODES, "BS-BEGGX"), "BS-BEGGX: stands in 追加情報.xlsx"),
    "a row that is no code": (_sheet(*CODES, "12345678"), "row 5: column A is no code"),
    "images exchanged": (_exchanged, f"{ONE}: its content is not that of the manifest"),
    "a record less": (
        _directory(lambda images: {k: v for k, v in images.items() if k != ONE}),
        f"{ONE}: no record references it",
    ),
    "a record more": (
        _directory(lambda images: images | {"DICOM/P00009/S01/I01": coded_image("BS-BEGGX", 9)}),
        "DICOM/P00009/S01/I01: referenced, and there is no such image",
    ),
    "records exchanged": (
        _directory(lambda images: dict(zip(images, reversed(images.values()), strict=True))),
        "DICOM/P00001/S01/I01: PatientID is not that of the image",
    ),
    "a UID in DICOMDIR": (
        _replaced(layout.DICOMDIR, b"2.25.10002", b"2.25.10009"),
        f"{ONE}: SOPInstanceUID is not that of the image",
    ),
    "a class in DICOMDIR": (
        _replaced(layout.DICOMDIR, b"1.2.840.10008.5.1.4.1.1.20", b"1.2.840.10008.5.1.4.1.1.21"),
        f"{ONE}: SOPClassUID is not that of the image",
    ),
    "a code in DICOMDIR": (
        _replaced(layout.DICOMDIR, CODES[1].encode(), b"BS-7S6RE"),
        f"{ONE}: PatientID is not that of the image",
    ),
    "a path in DICOMDIR": (
        _replaced(layout.DICOMDIR, b"P00002", b"P00003"),
        f"{ONE}: no record references it",
    ),
    "a cut DICOMDIR": (
        lambda f: listed(f | {layout.DICOMDIR: f[layout.DICOMDIR][:-100]}),
        "DICOMDIR: Record 12 lacks InstanceNumber",
    ),
    "a code in INDEX.TSV": (
        _replaced(layout.INDEX_TABLE, CODES[1].encode(), b"BS-7S6RE"),
        f"INDEX.TSV line 3 ({ONE}): code is not that of the image",
    ),
    "a row less in INDEX.TSV": (
        lambda f: listed(f | {layout.INDEX_TABLE: index_table(_images(_without(ONE)(f)))}),
        f"INDEX.TSV has no line of {ONE}",
    ),
    "no code": (_image(_nobody), f"{ONE}: its Patient ID is no code"),
    "a cut image": (_image(lambda data: data[:-2]), f"{ONE}: "),
    "something behind the pixels": (
        _image(lambda data: data + b"\xfc\xff\xfc\xffOB\0\0\4\0\0\0abcd"),
        f"{ONE}: Pixel Data have the wrong length or are not the last element",
    ),
    "two images of one UID": (
        _image(lambda _: coded_image(CODES[1], 1)),
        f"{ONE}: has the SOP Instance UID of DICOM/P00001/S01/I01",
    ),
    "no image": (_with(ONE, b"MZ" + bytes(1000)), f"{ONE}: no DICOM image"),
    "a program for a preview": (_with(PREVIEW, b"MZ" + bytes(1000)), f"{PREVIEW}: no JPEG"),
    "a script": (
        _with(layout.INDEX_PAGE, page([]).replace(b"<body>", b"<body><script>x()</script>")),
        "INDEX.HTM line 2: something that runs",
    ),
    "a link elsewhere": (
        _with(layout.INDEX_PAGE, page(["https://example.org/x.jpg"])),
        "is not on the disc (https://example.org/x.jpg)",
    ),
    "a preview without a link": (_with(layout.INDEX_PAGE, page([])), f"{PREVIEW}: INDEX.HTM"),
    "no XHTML": (_with(layout.INDEX_PAGE, b"<html><p></html>"), "not well-formed XHTML"),
    "entities": (
        _with(layout.INDEX_PAGE, b'<!DOCTYPE h [<!ENTITY a "b">]><html>&a;</html>'),
        "not well-formed XHTML",
    ),
    "no workbook": (_with(layout.SHEET_IN_JOLIET, b"PK\3\4" + bytes(99)), "cannot be read"),
}  # fmt: skip


@pytest.mark.parametrize("done", CHANGES)
def test_whatever_is_changed_is_found_and_named(done: str, files: Files, tmp_path: Path) -> None:
    change, said = CHANGES[done]
    found = faults(tmp_path, change(files))
    assert said in found
    assert "KYOZOU" not in found and "1234567" not in found


def test_every_byte_of_dicomdir_counts_for_the_walk_or_the_manifest(
    files: Files, tmp_path: Path
) -> None:
    """The manifest finds all; the walk by itself finds whatever leads to an image or names it."""
    data = files[layout.DICOMDIR]
    blind = 0
    for at in range(140, len(data), 97):
        flipped = bytearray(data)
        flipped[at] ^= 4
        changed = files | {layout.DICOMDIR: bytes(flipped)}
        assert "DICOMDIR: its content is not that of the manifest" in faults(tmp_path, changed)
        blind += not faults(tmp_path, listed(changed))
    assert blind < 5  # values that no image has


def test_an_encrypted_volume_is_checked_inside_too(files: Files, tmp_path: Path) -> None:
    path = tmp_path / "A.ISO"
    path.write_bytes(image_of(encrypted_files(files)))
    verdict = checked(path)
    assert verdict.good, verdict.faults(TEXT)
    assert ["ZIP: DICOM images", "3 images, 3 codes", "good"] in verdict.rows(TEXT)
    assert ["layout", "3 files", "good"] in verdict.rows(TEXT)


@pytest.mark.parametrize(
    ("passphrase", "said"),
    [("k7mp-3xwd-aaaa-bbbb-dddd", "The passphrase is wrong"), (None, "--passphrase-file")],
)
def test_without_the_passphrase_the_inside_is_not_passed(
    passphrase: str | None, said: str, files: Files, tmp_path: Path
) -> None:
    folder = in_folder(encrypted_files(files), tmp_path / "disc")
    found = checked(folder, passphrase).faults(TEXT)
    assert len(found) == 1 and found[0].startswith("ZIP: ") and said in found[0]


def test_names_exchanged_in_a_zip_are_found(files: Files, tmp_path: Path) -> None:
    """They are not authenticated: 7-Zip passes it."""
    data = archive_of(files)
    other = ONE.replace("P00002", "P00003")
    mark = b"DICOM/P0000?/S01/I01"
    data = data.replace(ONE.encode(), mark).replace(other.encode(), ONE.encode())
    data = data.replace(mark, other.encode())
    folder = in_folder(listed({layout.README: b"x", layout.ARCHIVE: data}), tmp_path / "disc")
    found = "\n".join(checked(folder).faults(TEXT))
    assert f"ZIP: MANIFEST.sha256: {ONE}: its content is not that of the manifest" in found


@pytest.mark.parametrize("part", ["start", "content", "end"])
def test_a_damaged_zip_is_found_without_its_manifest(
    part: str, files: Files, tmp_path: Path
) -> None:
    data = bytearray(archive_of(files))
    at = {"start": 0, "content": data.index(ONE.encode()) + 80, "end": len(data) - 22}[part]
    data[at] ^= 1
    outer = listed({layout.README: b"x", layout.ARCHIVE: bytes(data)})
    assert checked(in_folder(outer, tmp_path / "disc")).faults(TEXT)


def test_a_file_that_is_not_encrypted_is_named(files: Files, tmp_path: Path) -> None:
    import zipfile

    buffer = io.BytesIO(archive_of(files))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("../EVIL.TXT", "x")
        archive.writestr("OPEN.TXT", "x")
    outer = listed({layout.README: b"x", layout.ARCHIVE: buffer.getvalue()})
    found = "\n".join(checked(in_folder(outer, tmp_path / "disc")).faults(TEXT))
    assert "ZIP: OPEN.TXT: not encrypted" in found
    assert "ZIP: ../EVIL.TXT: a bad name" in found


def test_the_hash_of_the_paper_is_compared(files: Files, tmp_path: Path) -> None:
    path = tmp_path / "A.ISO"
    path.write_bytes(image_of(files))
    good, bad = hashlib.sha256(path.read_bytes()).hexdigest(), "0" * 64
    assert checked(path, None, good).good
    assert "not the one on record (--sha256)" in checked(path, None, bad).faults(TEXT)[0]
    manifest = hashlib.sha256(files[layout.MANIFEST_IN_JOLIET]).hexdigest()
    folder = in_folder(files, tmp_path / "disc")
    assert checked(folder, None, bad, manifest).good
