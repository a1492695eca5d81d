"""The record of what left the hospital, when, on which medium, with which codes (R31).

Each record is one entry of the encrypted ledger. So it is as complete and as safe as the
correspondence of codes and patients, and it stays when the files of the delivery are gone.
"""

import hashlib
import os
import re
import zipfile
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from types import MappingProxyType
from typing import IO, Any

from bonescint.dicom.sop_classes import MEDIA_DIRECTORY
from bonescint.errors import InputError
from bonescint.identity.chain import Entry
from bonescint.identity.codes import CODE_PATTERN
from bonescint.identity.ledger import Ledger
from bonescint.identity.mark import touch
from bonescint.names.ids import ids_in
from bonescint.resources import Texts

# changes with every recorded delivery, so that Snakemake notices it (R31); it reveals nothing
MARK = Path("private/deliveries.mark")
# names of the command's options and of the entry's fields; the first two are required
DETAILS = ("date", "medium", "partner", "responsible", "items", "obtained", "means", "handed_over")
# fields that most entries do not need
NOTES = ("after_period_end", "despite")
# a code that stands alone; the character before it is checked last, because a pattern that begins
# with "BS-" is searched much faster
_CODE = re.compile(rf"{CODE_PATTERN}(?<![0-9A-Za-z].{{8}})(?![0-9A-Za-z])", re.DOTALL)
_CODE_BYTES = re.compile(_CODE.pattern.encode("ascii"), re.DOTALL)
_HEADER = 1 << 16  # bytes at the start of a DICOM file that hold the patient module
_TABLES = (".csv", ".tsv", ".xml")  # each sheet of a workbook is XML
_CLOSED = (".xls", ".xlsx", ".zip", ".7z", ".iso", ".age")
_SHOWN = 10  # codes in a message
_TELLING = 6  # an ID of at least so many characters does not stand in a sentence by accident


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery as recorded, with the details of the record of provision."""

    id: str  # D-001 and so on
    date: str
    medium: str
    partner: str
    responsible: str  # a role, at the partner's
    items: str  # what was provided
    obtained: str  # how the hospital came by it
    means: str
    handed_over: str  # by whom, a role
    files: Sequence[Sequence[str]]  # name and SHA-256 of each
    codes: Sequence[str]  # of the patients in it
    recalled: Mapping[str, str]  # code -> the day its recall was written
    after_period_end: str = ""  # why it was delivered after the study's end; empty = it was not
    # why it was put on record although its content is not what was verified; empty = it is
    despite: str = ""
    # of discs built here: volume, of, file_set_id, file, form, bytes, sha256, manifest_sha256
    volumes: Sequence[Mapping[str, Any]] = ()
    # of these discs: code -> digest of images and row, which shows whether the case has changed
    cases: Mapping[str, str] = field(default_factory=dict)
    # met on the day of recording (`bonescint.delivery.conditions`); empty in older records
    conditions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DeliveryContents:
    """What a delivery consists of."""

    files: list[list[str]] = field(default_factory=list)  # name and SHA-256 of each
    imaged: set[str] = field(default_factory=set)  # the codes that images hold
    tabled: set[str] = field(default_factory=set)  # the codes that tables hold
    # files that cannot be searched for codes: encrypted or damaged ones, disc images
    closed: list[str] = field(default_factory=list)
    # name and SHA-256 of each file that is an image
    images: list[list[str]] = field(default_factory=list)


def recorded(ledger: Ledger) -> list[Delivery]:
    """Return the deliveries in their order, each with its recalls."""
    recalled: dict[str, dict[str, str]] = {}
    for entry in ledger.entries("recall"):
        recalled.setdefault(entry["delivery"], {}).update(
            dict.fromkeys(entry["codes"], entry["date"])
        )
    return [
        Delivery(
            id=entry["id"],
            **{name: entry.get(name, "") for name in (*DETAILS, *NOTES)},
            files=entry["files"],
            codes=entry["codes"],
            recalled=recalled.get(entry["id"], {}),
            volumes=entry.get("volumes", ()),
            cases=entry.get("cases", {}),
            conditions=entry.get("conditions", {}),
        )
        for entry in ledger.entries("delivery")
    ]


def next_number(deliveries: Collection[Delivery]) -> str:
    """Return the number that the next delivery gets."""
    return f"D-{len(deliveries) + 1:03d}"


def archives_with(ledger: Ledger, code: str) -> list[tuple[str, str]]:
    """Return name and day of the archives that hold a patient, in their order.

    An archive holds everybody who had a code when it was made, except those who had declined.
    """
    subject, held, found = ledger.subject_of(code), False, []
    for entry in ledger.entries("patient", "opt_out", "opt_out_withdrawn", "archive"):
        match entry["kind"]:
            case "archive" if held:
                found.append((entry["name"], entry["recorded"]))
            case "patient" | "opt_out_withdrawn" if entry["subject"] == subject:
                held = True
            case "opt_out" if entry["subject"] == subject:
                held = False
    return found


def delivery_contents(paths: Iterable[Path], language: str) -> DeliveryContents:
    """Read the files of a delivery: hashes, and the codes in names, image headers and tables.

    The paths are folders, with all below them, or files. A file is recorded by its name relative to
    its folder's parent, because the record must not tell where the folder lies on this machine.

    Raises
    ------
    InputError
        If a path is missing or unreadable, or two files get one name.
    """
    text = Texts("custody", language)
    found = DeliveryContents()
    for path in paths:
        if not path.exists():
            raise InputError(text("delivery.no_path", path=path))
        name, top = "", path.resolve().name
        try:
            for file in _inside(path) if path.is_dir() else [path]:
                # an old disc's names may be in any encoding
                name = "/".join([top, *file.parts[len(path.parts) :]])
                name = os.fsencode(name).decode("utf-8", "replace")
                with file.open("rb") as stream:
                    is_image = _search(stream, name, found)
                    stream.seek(0)
                    digest = hashlib.file_digest(stream, "sha256").hexdigest()
                found.files.append([name, digest])
                if is_image:
                    found.images.append([name, digest])
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            where = name or top
            raise InputError(text("delivery.unreadable", file=where, reason=reason)) from None
    if len({name for name, _ in found.files}) < len(found.files):
        raise InputError(text("delivery.same_names"))
    found.files.sort()
    return found


def codes_in(name: str) -> set[str]:
    """Return the codes that stand in the name of a file, with its folders."""
    return set(_CODE.findall(name))


def _inside(folder: Path) -> Iterator[Path]:
    def unreadable(error: OSError) -> None:
        raise error

    for place, _, names in os.walk(folder, onerror=unreadable):
        # Snakemake writes this file into every folder that is an output
        yield from (Path(place, name) for name in names if name != ".snakemake_timestamp")


def _search(stream: IO[bytes], name: str, found: DeliveryContents) -> bool:
    """Look for codes in a file, and tell whether it is an image."""
    found.imaged.update(codes_in(name))
    head = stream.read(_HEADER)
    if head[128:132] == b"DICM":
        # the folders of a DICOM file-set need not be named after the codes
        found.imaged.update(_codes(head))
    elif head.startswith(b"PK"):
        try:
            with zipfile.ZipFile(stream) as archive:
                _search_archive(archive, name, found)
        except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError):
            found.closed.append(name)
    elif name.lower().endswith(_TABLES):
        found.tabled.update(_codes(head + stream.read()))
    elif name.lower().endswith(_CLOSED):
        found.closed.append(name)
    is_dicom = head[128:132] == b"DICM" or name.lower().endswith(".dcm")
    return is_dicom and MEDIA_DIRECTORY.encode() not in head


def _search_archive(archive: zipfile.ZipFile, name: str, found: DeliveryContents) -> None:
    members = archive.infolist()
    for member in members:
        found.imaged.update(codes_in(member.filename))
        if member.filename.lower().endswith(_TABLES) and not member.flag_bits & 1:
            found.tabled.update(_codes(archive.read(member)))
    if any(member.flag_bits & 1 for member in members):  # encrypted
        found.closed.append(name)


def _codes(data: bytes) -> set[str]:
    # ASCII letters in UTF-16 become plain ASCII when the zero bytes are removed
    return {code.decode("ascii") for code in _CODE_BYTES.findall(data.replace(b"\0", b""))}


def put_on_record(
    ledger: Ledger,
    found: DeliveryContents,
    details: Mapping[str, str],
    language: str,
    today: date,
    mark: Path | None = MARK,
    notes: Mapping[str, str] = MappingProxyType({}),
    volumes: Sequence[Mapping[str, Any]] = (),
    cases: Mapping[str, str] = MappingProxyType({}),
    conditions: Mapping[str, Any] = MappingProxyType({}),
) -> Delivery:
    """Add a delivery to the ledger and return it.

    Parameters
    ----------
    ledger, found
        The opened ledger, and what was delivered.
    details, notes
        The fields of `DETAILS`, and those of `NOTES` that are not empty.
    language, today
        Of the messages; the day of recording.
    mark
        Touched before and afterwards (`bonescint.identity.mark`).
    volumes, cases, conditions
        As `Delivery` has them.

    Raises
    ------
    InputError
        If the delivery holds no case or one that the ledger does not know, has a date in the
        future, names a patient ID, or is on record already. Nothing is recorded then.
    """
    text = Texts("custody", language)
    details = {name: " ".join(details.get(name, "").split()) for name in DETAILS}
    codes = sorted(found.imaged | found.tabled)
    notes = {name: " ".join(note.split()) for name, note in notes.items() if note.strip()}
    if problems := _problems(ledger, found, details | notes, codes, today, text):
        raise InputError(problems)
    with ledger.exclusive():
        before = recorded(ledger)
        for other in before:
            # the same medium may be mounted elsewhere, so names of folders may differ
            if (other.date, other.medium) == (details["date"], details["medium"]) and sorted(
                digest for _, digest in other.files
            ) == sorted(digest for _, digest in found.files):
                raise InputError(text("delivery.twice", delivery=other.id))
        entry: Entry = {"kind": "delivery", "id": next_number(before)}
        entry |= {**details, "files": found.files, "codes": codes, **notes}
        more = {"volumes": list(map(dict, volumes)), "cases": dict(cases)} if volumes else {}
        entry |= more | ({"conditions": dict(conditions)} if conditions else {})
        touch(mark)
        ledger.append([entry])
        touch(mark)
    return recorded(ledger)[-1]


def _problems(
    ledger: Ledger,
    found: DeliveryContents,
    details: Mapping[str, str],
    codes: Sequence[str],
    today: date,
    text: Texts,
) -> list[str]:
    """Return why a delivery cannot be recorded, one sentence each."""
    problems = [
        text("delivery.no_partner" if name == "partner" else "delivery.blank", option=name)
        for name in DETAILS[:3]
        if not details[name]
    ]
    if details["date"] > today.isoformat():
        problems.append(text("delivery.future", date=details["date"]))
    if not codes:
        problems.append(text("delivery.empty", n=len(found.files)))
    if unknown := [code for code in codes if ledger.subject_of(code) is None]:
        shown = ", ".join(unknown[:_SHOWN]) + (" ..." if len(unknown) > _SHOWN else "")
        problems.append(text("delivery.unknown", n=len(unknown), codes=shown))
    for name, value in details.items():
        # the notice of a recall shows these words to the partner
        if tells_patient(ledger, value):
            problems.append(text("delivery.tells", option=name.replace("_", "-")))
    return problems


def tells_patient(ledger: Ledger, words: str) -> bool:
    """Tell whether words that a person typed hold the ID of a patient of the study."""
    subjects = ledger.codes()
    return any(len(word) >= _TELLING and word in subjects for word in ids_in(words))
