"""All files of a volume: images by reference, the rest in memory, the manifest last."""

import hashlib
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import NamedTuple

from pydicom import Dataset, dcmread

from bonescint.delivery.disc import layout
from bonescint.delivery.disc.directory import (
    CLASS,
    DATA_SET,
    INSTANCE,
    SYNTAX,
    DiscImage,
    directory,
)
from bonescint.delivery.disc.layout import Case, DiscFile, Label
from bonescint.delivery.disc.pages import index_page, index_table, readme
from bonescint.delivery.disc.previews import preview
from bonescint.delivery.sheet import partner_book
from bonescint.dicom.elements import Elements
from bonescint.dicom.views import find_views
from bonescint.errors import InputError
from bonescint.made import sha256_of
from bonescint.resources import Texts

_UIDS = ("StudyInstanceUID", "SeriesInstanceUID", CLASS, INSTANCE)
_THREADS = 4  # few, because each holds an image in memory


class _ImageFault(NamedTuple):
    """Why an image cannot be delivered: a key of resources/text/disc.csv and its fields."""

    key: str
    values: dict[str, object]


class _ImageRead(NamedTuple):
    """What a volume needs to know of an image's file."""

    case: Case
    path: Path
    size: int
    sha256: str
    attributes: dict[str, str]
    views: str
    preview: bytes | None


def volume_files(cases: Sequence[Case], label: Label, cover: Sequence[str] = ()) -> list[DiscFile]:
    """Return all files of a plain volume. The same cases give the same bytes.

    Parameters
    ----------
    cases
        The cases of this volume, in their order.
    cover
        Lines of the sheet's second page, as `bonescint.delivery.sheet.partner_book` takes them.

    Raises
    ------
    InputError
        If a case has no images, an image is unreadable, not DICOM or of another patient, two images
        have one SOP Instance UID, or the sheet lacks a required field. All faults are named, by
        code and place.
    """
    text = Texts("disc", label.language)
    problems = [text("no_images", code=case.code) for case in cases if not case.images]
    images = [(case, path, label.synthetic) for case in cases for path in case.images]
    with ThreadPoolExecutor(min(_THREADS, os.cpu_count() or 1)) as pool:
        found = list(pool.map(lambda image: _read(*image), images))
    read = [one for one in found if isinstance(one, _ImageRead)]
    problems += [text(one.key, **one.values) for one in found if isinstance(one, _ImageFault)]
    problems += [text(one.key, **one.values) for one in _twice(read)]
    if problems:
        raise InputError(problems)
    shown, files = _placed(read)
    replaced = {case.code: case.replaces for case in cases if case.replaces}
    files += [
        of_bytes(layout.DICOMDIR, directory(shown, label.file_set_id)),
        of_bytes(layout.README, readme(label, replaced)),
        of_bytes(layout.INDEX_PAGE, index_page(cases, shown, label)),
        of_bytes(layout.INDEX_TABLE, index_table(shown)),
        of_bytes(
            layout.SHEET,
            partner_book([case.row for case in cases], label.synthetic, label.language, cover),
            layout.SHEET_IN_JOLIET,
        ),
    ]
    return [*files, _manifest(files)]


def outer_files(archive: Path, label: Label) -> list[DiscFile]:
    """Return the files of an encrypted volume."""
    size, sha256 = archive.stat().st_size, sha256_of(archive)
    files = [
        of_bytes(layout.README, readme(label, {}, encrypted=True)),
        DiscFile(layout.ARCHIVE, layout.ARCHIVE, archive, size, sha256),
    ]
    return [*files, _manifest(files)]


def manifest_of(files: Iterable[DiscFile]) -> bytes:
    """Return the lines ``<sha256>  <path>`` of all other files, sorted by Joliet path.

    It has neither BOM nor CR, because with them ``sha256sum -c`` would miss a line.
    """
    lines = (f"{one.sha256}  {one.joliet}\n" for one in sorted(files, key=lambda one: one.joliet))
    return "".join(lines).encode("utf-8")


def _manifest(files: Iterable[DiscFile]) -> DiscFile:
    return of_bytes(layout.MANIFEST, manifest_of(files), layout.MANIFEST_IN_JOLIET)


def of_bytes(iso: str, content: bytes, joliet: str = "") -> DiscFile:
    """Return a file of a disc that is made in memory; without `joliet` both paths are the same."""
    digest = hashlib.sha256(content).hexdigest()
    return DiscFile(iso, joliet or iso, content, len(content), digest)


def _read(case: Case, path: Path, synthetic: bool) -> _ImageRead | _ImageFault:
    """Return what a volume needs to know of an image, or what is wrong with it."""
    where: dict[str, object] = {"code": case.code, "file": path.name}
    try:
        content = path.read_bytes()
    except OSError as error:
        return _ImageFault("unreadable", where | {"reason": os.strerror(error.errno or 0)})
    try:
        dataset = dcmread(BytesIO(content))
        attributes = _attributes(dataset)
    except Exception:  # pydicom raises many kinds, and their messages quote values
        return _ImageFault("no_dicom", where)
    if attributes["PatientID"] != case.code:
        return _ImageFault("other_patient", where)
    attributes["StudyDate"] = attributes["StudyDate"] or case.row["exam_date"].replace("-", "")
    return _ImageRead(
        case,
        path,
        len(content),
        hashlib.sha256(content).hexdigest(),
        attributes,
        find_views(Elements(dataset)).value,
        preview(dataset, synthetic),
    )


def _attributes(dataset: Dataset) -> dict[str, str]:
    """Return what the directory says of an image.

    Raises
    ------
    ValueError
        If a UID is missing, or differs between the file meta information and the data set.
    """
    values = {keyword: dataset.get(keyword) for keyword in (*DATA_SET, CLASS, INSTANCE)}
    found = {keyword: "" if value is None else str(value) for keyword, value in values.items()}
    meta = dataset.file_meta
    headed = (meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID)
    if not all(map(found.get, _UIDS)) or headed != (found[CLASS], found[INSTANCE]):
        raise ValueError("UIDs")
    return found | {SYNTAX: str(meta.TransferSyntaxUID)}


def _twice(read: Sequence[_ImageRead]) -> Iterator[_ImageFault]:
    """Yield the images that share one SOP Instance UID."""
    files = defaultdict(list)
    for one in read:
        files[one.attributes[INSTANCE]].append(one.path.name)
    for uid, names in files.items():
        if len(names) > 1:
            yield _ImageFault("twice", {"uid": uid, "n": len(names), "files": ", ".join(names)})


def _placed(read: Sequence[_ImageRead]) -> tuple[list[DiscImage], list[DiscFile]]:
    """Return the images with their places on the disc, and their files and previews."""
    images, files = [], []
    studies: dict[str, dict[str, int]] = {}
    for one in read:
        code, study = one.case.code, one.attributes["StudyInstanceUID"]
        of_patient = studies.setdefault(code, {})
        of_patient[study] = of_patient.get(study, 0) + 1
        patient = f"P{len(studies):05}"
        s, i = f"S{list(of_patient).index(study) + 1:02}", f"I{of_patient[study]:02}"
        name = f"{layout.IMAGES}/{patient}/{s}/{i}"
        files.append(DiscFile(name, name, one.path, one.size, one.sha256))
        shown = f"{layout.PAGES}/{patient}/{s}{i}.JPG" if one.preview else ""
        at = DiscImage(code, files[-1], one.attributes, one.views, one.case.replaces, shown)
        images.append(at)
        if one.preview:
            files.append(of_bytes(shown, one.preview))
    return images, files
