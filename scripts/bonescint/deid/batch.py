"""One batch of patients: every instance written, found double, or refused with a reason."""

import hashlib
import logging
import traceback
import warnings
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pydicom
from pydicom import Dataset

from bonescint.deid.engine import Engine
from bonescint.deid.identifiers import known_identifiers
from bonescint.deid.pixels import SECONDARY_CAPTURE, prepare, refuse_burned_in, same_image
from bonescint.deid.policy import Policy
from bonescint.deid.refusal import Refused
from bonescint.deid.residual import verify
from bonescint.deid.source import header_of, read_source
from bonescint.deid.uids import UidReplacer, is_standard
from bonescint.files import replacing

COLUMNS = [
    "code", "file", "status", "reason", "sha256", "tracer", "views", "study_date", "sex", "age",
    "height_cm", "weight_kg", "kept", "removed", "emptied", "replaced",
]  # fmt: skip
REFUSED_COLUMNS = ["path", "reason", "detail"]
NUCLEAR_MEDICINE = "1.2.840.10008.5.1.4.1.1.20"
_VIEW_ORDER = {"anterior": 0, "anterior+posterior": 0, "posterior": 1}
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
    """

    policies: Mapping[str, Policy]
    uids: UidReplacer
    keep_secondary_capture: bool


@dataclass(frozen=True, slots=True)
class Coded:
    """A verified coded file, not yet written.

    Parameters
    ----------
    data
        Its bytes.
    facts
        The columns of the report that come from the file.
    """

    data: bytes
    facts: dict[str, object]

    @property
    def sha256(self) -> str:
        """Hash of the bytes."""
        return str(self.facts["sha256"])


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
    source = read_source(data)
    policy = _policy_for(source, settings)
    refuse_burned_in(source)
    pixels = prepare(source, data)
    views = [view for view in row.get("views", "").split("+") if view]
    done = Engine(policy, code, settings.uids).transform(source, pixels, views)
    written = b"".join(done.parts)
    known = known_identifiers(source, row)
    start, end = verify(written, policy, code, known)
    if pixels.decoded:
        same = same_image(data, written)
    else:
        # an odd number of bytes is followed by one of padding
        same = end - start == len(pixels.native) + len(pixels.native) % 2
        same = same and memoryview(written)[start : start + len(pixels.native)] == pixels.native
    if not same:
        raise Refused("verification-failed", "pixels")
    facts = {"sha256": hashlib.sha256(written).hexdigest(), **_patient(source, row), **done.counts}
    return Coded(written, facts)


def write_case(
    code: str,
    rows: list[dict[str, str]],
    dicom_root: Path,
    destination: Path,
    settings: Settings,
) -> Iterator[tuple[dict[str, str], dict[str, object], Refused | None]]:
    """Write the instances of one patient as ``<code>/<code>_<nn>.dcm``.

    Parameters
    ----------
    code
        The patient's code.
    rows
        The patient's rows of the batch, in their original order.
    dicom_root
        What their paths are relative to.
    destination
        The batch's folder.
    settings
        Policies and secrets.

    Yields
    ------
    tuple
        The instance's row of the batch, its row of the report, and why it was refused, if it was;
        in the order anterior, posterior, other. Nothing is ever half written.
    """
    rows = sorted(rows, key=lambda row: _VIEW_ORDER.get(row["views"], 2))
    times = Counter(row["sop_instance_uid"] for row in rows)
    # only what shares its UID with another is held in memory to be compared
    twins: dict[str, list[Coded | Refused]] = {
        uid: [
            _outcome(row, code, dicom_root, settings)
            for row in rows
            if row["sop_instance_uid"] == uid
        ]
        for uid, count in times.items()
        if count > 1
    }
    contents = {
        uid: {outcome.sha256 for outcome in outcomes if isinstance(outcome, Coded)}
        for uid, outcomes in twins.items()
    }
    number = 0
    written: set[str] = set()
    for row in rows:
        uid = row["sop_instance_uid"]
        alone = uid not in twins
        outcome = _outcome(row, code, dicom_root, settings) if alone else twins[uid].pop(0)
        if isinstance(outcome, Coded) and len(contents.get(uid, ())) > 1:
            outcome = Refused("uid-conflict", f"{times[uid]} files")
        line: dict[str, object] = {"code": code, "tracer": row["tracer"], "views": row["views"]}
        if isinstance(outcome, Refused):
            yield row, line | {"status": "refused", "reason": outcome.reason}, outcome
            continue
        line |= outcome.facts
        if outcome.sha256 in written:
            yield row, line | {"status": "duplicate"}, None
            continue
        written.add(outcome.sha256)
        number += 1
        file = f"{code}/{code}_{number:02}.dcm"
        with replacing(destination / file, "wb") as stream:
            stream.write(outcome.data)
        yield row, line | {"file": file, "status": "written"}, None


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


def _policy_for(source: Dataset, settings: Settings) -> Policy:
    """Return the policy of the source's IOD, or refuse what is neither NM nor an accepted SC."""
    header = header_of(source, 0x0008)
    sop_class = str(header.get("SOPClassUID") or "")
    if sop_class == NUCLEAR_MEDICINE:
        return settings.policies["nm"]
    if sop_class in SECONDARY_CAPTURE and header.get("Modality") == "NM":
        if settings.keep_secondary_capture:
            return settings.policies["sc"]
        raise Refused("secondary-capture")
    raise Refused("sop-class", sop_class if is_standard(sop_class) else "")


def _patient(source: Dataset, row: Mapping[str, str]) -> dict[str, object]:
    """Return the columns of the report on the patient; the age is computed if need be (R25)."""
    examined = _date(str(source.get("StudyDate") or ""))
    born = _date(str(source.get("PatientBirthDate") or row.get("patient_birth_date") or ""))
    stated = str(source.get("PatientAge") or "").strip()
    age: int | None = None
    if len(stated) == 4 and stated[:3].isdecimal() and stated[3] in _DAYS:
        age = int(int(stated[:3]) * _DAYS[stated[3]] / _DAYS["Y"])
    elif examined and born and born <= examined:
        before = (examined.month, examined.day) < (born.month, born.day)
        age = examined.year - born.year - before
    return {
        "study_date": examined.isoformat() if examined else "",
        "sex": str(source.get("PatientSex") or ""),
        "age": age,
        # metres in the header; 0.000000 means that nobody measured
        "height_cm": _measured(source.get("PatientSize"), 100),
        "weight_kg": _measured(source.get("PatientWeight"), 1),
    }


def _date(text: str) -> date | None:
    digits = text.replace(".", "").replace("-", "")
    try:
        return date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None


def _measured(value: object, factor: int) -> str:
    try:
        number = float(str(value)) * factor
    except ValueError:
        return ""
    return f"{number:.1f}".removesuffix(".0") if number > 0 else ""
