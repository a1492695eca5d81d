"""One batch of patients: every instance written, found double, or refused with a reason."""

import hashlib
import logging
import traceback
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

import pydicom

from bonescint.deid.burned_in import find_text
from bonescint.deid.encoding import Elements
from bonescint.deid.engine import OUTCOMES, Engine
from bonescint.deid.identifiers import Identifiers, known_identifiers
from bonescint.deid.pixels import (
    SECONDARY_CAPTURE,
    check_image,
    frames_of,
    prepare,
    signs_of_text,
)
from bonescint.deid.policy import Policy
from bonescint.deid.ranges import Unusual, read_ranges
from bonescint.deid.refusal import Refused
from bonescint.deid.residual import verify
from bonescint.deid.source import Source, read_source
from bonescint.deid.uids import UidReplacer, is_standard
from bonescint.files import replacing

COLUMNS = [
    "code", "file", "status", "reason", "sha256", "tracer", "views", "study_date", "sex", "age",
    "height_cm", "weight_kg", "station_name", *(f"n_{outcome}" for outcome in OUTCOMES),
]  # fmt: skip
REFUSED_COLUMNS = ["path", "reason", "detail", "sha256"]
NUCLEAR_MEDICINE = "1.2.840.10008.5.1.4.1.1.20"
_VIEW_ORDER = {"anterior": 0, "anterior+posterior": 0, "posterior": 1}
_LOSSY = 0x00282110
_DAYS = {"D": 1, "W": 7, "M": 30.4375, "Y": 365.25}
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """What holds for every instance of a run.

    Parameters
    ----------
    policies
        ``nm`` and ``sc``, by `bonescint.deid.policy.load_policies`.
    uids
        The replacement of UIDs.
    keep_secondary_capture
        Whether Secondary Capture of Modality NM is accepted.
    keep_lossy
        Whether images are accepted that were compressed with loss.
    releases
        Hashes of the source files that a person has released (`bonescint.deid.decisions`).
    """

    policies: Mapping[str, Policy]
    uids: UidReplacer
    keep_secondary_capture: bool
    keep_lossy: bool = True
    releases: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Coded:
    """A verified coded file, not yet written.

    Parameters
    ----------
    data
        Its bytes.
    facts
        The columns of the report that come from the file.
    table
        What was done to each attribute of the hospital's table.
    """

    data: bytes
    facts: dict[str, object]
    table: dict[str, str]

    @cached_property
    def sha256(self) -> str:
        """Hash of the bytes."""
        return hashlib.sha256(self.data).hexdigest()


class Written(NamedTuple):
    """What became of one instance.

    Parameters
    ----------
    row
        Its row of the batch.
    line
        Its row of the report (`COLUMNS`).
    table
        What was done to each attribute of the hospital's table, if it was written.
    refusal
        Why it was refused, if it was.
    """

    row: dict[str, str]
    line: dict[str, object]
    table: dict[str, str]
    refusal: Refused | None


def deidentify(data: bytes, row: Mapping[str, str], code: str, settings: Settings) -> Coded:
    """Return the coded form of one file, verified by its bytes.

    Parameters
    ----------
    data
        The source file.
    row
        Its row of the batch: views, and the identifiers the index read.
    code
        The patient's code.
    settings
        Policies and secrets.

    Raises
    ------
    Refused
        With the true reason; nothing has been written.
    """
    try:
        return _deidentify(data, read_ranges(data), row, code, settings)
    except Unusual:
        return _deidentify(data, read_source(data), row, code, settings)


def _deidentify(
    data: bytes, source: Source, row: Mapping[str, str], code: str, settings: Settings
) -> Coded:
    policy = _policy_for(source, settings)
    pixels = prepare(source, data)
    if not settings.keep_lossy and (pixels.lossy or source.text(_LOSSY) == "01"):
        raise Refused("lossy")
    signs = signs_of_text(source) or find_text(frames_of(pixels, source))
    if signs and (seen := hashlib.sha256(data).hexdigest()) not in settings.releases:
        raise Refused("burned-in-suspected", signs, seen)
    views = [view for view in row.get("views", "").split("+") if view]
    done = Engine(policy, code, settings.uids).transform(source, pixels, views)
    written = b"".join(done.parts)
    known = known_identifiers(source, row)
    _search_as_it_was(source, policy, known)
    start, end = verify(written, policy, code, known)
    check_image(pixels, written, start, end)
    counts = {f"n_{outcome}": done.counts[outcome] for outcome in OUTCOMES}
    facts = _patient(source, row) | {"station_name": _written_text(done.elements, 0x00081010)}
    return Coded(written, facts | counts, done.table)


def _search_as_it_was(source: Source, policy: Policy, known: Identifiers) -> None:
    """Look for identifiers in the texts that stay, before a wrong character set garbles them."""
    for tag in policy.texts:
        raw = source.level.get(tag)
        if raw is not None and isinstance(raw.value, bytes) and known.are_in(raw.value):
            raise Refused("residual-identifier", f"({tag >> 16:04X},{tag & 0xFFFF:04X})")


def _written_text(elements: Elements, tag: int) -> str:
    value = elements.get(tag, ("", b""))[1]
    return value.decode() if isinstance(value, bytes) else ""


def write_cases(
    cases: Iterable[tuple[str, list[dict[str, str]]]],
    dicom_root: Path,
    destination: Path,
    settings: Settings,
) -> Iterator[Written]:
    """Write the instances of patients as ``<code>/<code>_<nn>.dcm``.

    Nothing is ever half written. The files are not flushed to the disk one by one: call `os.sync`
    before the report that says they are there.

    Parameters
    ----------
    cases
        Each patient's code and rows of the batch, in their original order.
    dicom_root
        What their paths are relative to.
    destination
        The batch's folder.
    settings
        Policies and secrets.

    Yields
    ------
    Written
        One for each row, by patient, in the order anterior, posterior, other.
    """
    # while one file is hashed and written, both of which leave the interpreter free, the next one
    # is transformed; more than one in flight would only take memory
    with ThreadPoolExecutor(1) as pool:
        waiting: Future[Written] | None = None
        for code, rows in cases:
            number = 0
            for row, outcome in _case(code, rows, dicom_root, settings):
                number += isinstance(outcome, Coded)
                file = f"{code}/{code}_{number:02}.dcm"
                task = pool.submit(_write, code, row, outcome, destination, file)
                if waiting:
                    yield waiting.result()
                waiting = task
        if waiting:
            yield waiting.result()


def _case(
    code: str, rows: list[dict[str, str]], dicom_root: Path, settings: Settings
) -> Iterator[tuple[dict[str, str], Coded | Refused | str]]:
    """Yield each row of a patient with its outcome; of a duplicate the hash of its content."""
    rows = sorted(rows, key=lambda row: _VIEW_ORDER.get(row["views"], 2))
    times = Counter(row["sop_instance_uid"] for row in rows)
    # only what shares its UID with another is held in memory to be compared
    twins: dict[str, list[Coded | Refused]] = {
        uid: _twins(
            [row for row in rows if row["sop_instance_uid"] == uid], code, dicom_root, settings
        )
        for uid, count in times.items()
        if count > 1
    }
    seen: set[str] = set()
    for row in rows:
        uid = row["sop_instance_uid"]
        if uid not in twins:
            yield row, _outcome(row, code, dicom_root, settings)
            continue
        outcome = twins[uid].pop(0)
        if isinstance(outcome, Coded) and outcome.sha256 in seen:
            yield row, outcome.sha256
        else:
            if isinstance(outcome, Coded):
                seen.add(outcome.sha256)
            yield row, outcome


def _twins(
    rows: list[dict[str, str]], code: str, dicom_root: Path, settings: Settings
) -> list[Coded | Refused]:
    """Return the outcomes of instances that share a UID: other content refuses them all.

    Unless a person has released exactly one of the contents: it is written, the others are not.
    """
    outcomes = [_outcome(row, code, dicom_root, settings) for row in rows]
    contents = {outcome.sha256 for outcome in outcomes if isinstance(outcome, Coded)}
    if len(contents) < 2:
        return outcomes
    sources = [_source_digest(dicom_root / row["path"]) for row in rows]
    released = {
        outcome.sha256
        for source, outcome in zip(sources, outcomes, strict=True)
        if isinstance(outcome, Coded) and source in settings.releases
    }
    return [
        Refused("uid-conflict", f"{len(rows)} files", source)
        if isinstance(outcome, Coded) and (len(released) != 1 or outcome.sha256 not in released)
        else outcome
        for source, outcome in zip(sources, outcomes, strict=True)
    ]


def _source_digest(path: Path) -> str:
    try:
        return hashlib.sha256(path.read_bytes()).hexdigest()
    except OSError:
        # gone since it was read, or never readable: nothing that a decision could name
        return ""


def _write(
    code: str,
    row: dict[str, str],
    outcome: Coded | Refused | str,
    destination: Path,
    file: str,
) -> Written:
    """Write a coded file, in a thread of its own, and return its line of the report."""
    line: dict[str, object] = {"code": code, "tracer": row["tracer"], "views": row["views"]}
    if isinstance(outcome, str):
        return Written(row, line | {"status": "duplicate", "sha256": outcome}, {}, None)
    if isinstance(outcome, Refused):
        return Written(row, line | {"status": "refused", "reason": outcome.reason}, {}, outcome)
    with replacing(destination / file, "wb", sync=False) as stream:
        stream.write(outcome.data)
    line |= outcome.facts | {"file": file, "status": "written", "sha256": outcome.sha256}
    return Written(row, line, outcome.table, None)


@contextmanager
def quiet_pydicom() -> Iterator[None]:
    """Keep pydicom's remarks, which quote the header, out of logs and screen, and its checks off.

    Every value that is written is checked by this package itself.
    """
    remarks = logging.getLogger("pydicom")
    level = remarks.level
    # its decoders have loggers of their own, which take over the level but not `disabled`
    remarks.setLevel(logging.CRITICAL + 1)
    mode = pydicom.config.settings.reading_validation_mode
    pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        remarks.setLevel(level)
        pydicom.config.settings.reading_validation_mode = mode


def _outcome(
    row: Mapping[str, str], code: str, dicom_root: Path, settings: Settings
) -> Coded | Refused:
    try:
        return deidentify((dicom_root / row["path"]).read_bytes(), row, code, settings)
    except Refused as refusal:
        return refusal
    except OSError as error:
        return Refused("unreadable", type(error).__name__)
    except Exception as error:
        # one bad file never stops the rest; the message could quote the header, the place cannot
        frame = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{type(error).__name__} at {Path(frame.filename).name}:{frame.lineno}"
        logger.error("%s: a file was refused by %s", code, place)
        return Refused("unexpected", place)


def _policy_for(source: Source, settings: Settings) -> Policy:
    """Return the policy of the source's IOD, or refuse what is neither NM nor an accepted SC."""
    sop_class = source.text(0x00080016)
    if sop_class == NUCLEAR_MEDICINE:
        return settings.policies["nm"]
    if sop_class in SECONDARY_CAPTURE and source.text(0x00080060) == "NM":
        if settings.keep_secondary_capture:
            return settings.policies["sc"]
        raise Refused("secondary-capture")
    raise Refused("sop-class", sop_class if is_standard(sop_class) else "")


def _patient(source: Source, row: Mapping[str, str]) -> dict[str, object]:
    """Return the columns of the report on the patient; the age is computed if need be (R25)."""
    examined = _date(source.text(0x00080020))
    born = _date(source.text(0x00100030) or row.get("patient_birth_date", ""))
    stated = source.text(0x00101010)
    age: int | None = None
    if len(stated) == 4 and stated[:3].isdecimal() and stated[3] in _DAYS:
        age = int(int(stated[:3]) * _DAYS[stated[3]] / _DAYS["Y"])
    elif examined and born and born <= examined:
        before = (examined.month, examined.day) < (born.month, born.day)
        age = examined.year - born.year - before
    return {
        "study_date": examined.isoformat() if examined else "",
        # the column must not become a way around the policy
        "sex": sex if (sex := source.text(0x00100040)) in ("F", "M", "O") else "",
        "age": age,
        # metres in the header; 0.000000 means that nobody measured
        "height_cm": _measured(source.text(0x00101020), 100),
        "weight_kg": _measured(source.text(0x00101030), 1),
    }


def _date(text: str) -> date | None:
    digits = text.replace(".", "").replace("-", "")
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _measured(value: str, factor: int) -> str:
    try:
        number = float(value) * factor
    except ValueError:
        return ""
    return f"{number:.1f}".removesuffix(".0") if number > 0 else ""
