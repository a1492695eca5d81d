"""De-identify one instance: from a source's bytes to a verified coded file, or a refusal."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from bonescint.deid.burned_in import find_text
from bonescint.deid.encoding import CodedElements, value_of
from bonescint.deid.engine import OUTCOMES, Engine
from bonescint.deid.hidden import check_identity, check_unchanged, search_pixels
from bonescint.deid.identifiers import Identifiers, known_identifiers
from bonescint.deid.pixels import pictures_of, prepare, signs_of_text
from bonescint.deid.policy import Policy
from bonescint.deid.ranges import Unusual, read_ranges
from bonescint.deid.rectangles import Rectangles, redacted_digest
from bonescint.deid.redaction import check_redacted, of_redacted, redacted
from bonescint.deid.refusal import Refused
from bonescint.deid.residual import verify_coded
from bonescint.deid.source import Source, read_source
from bonescint.deid.uids import UidReplacer, is_standard
from bonescint.deid.written import check_image
from bonescint.dicom import tags
from bonescint.dicom.limits import DEFAULT, Limits
from bonescint.dicom.sop_classes import NUCLEAR_MEDICINE, SECONDARY_CAPTURES
from bonescint.names.ids import ANY_ID
from bonescint.text.dates import header_date

_MOST_MEASURED = 1000
_DAYS = {"D": 1, "W": 7, "M": 30.4375, "Y": 365.25}


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a run, the same for every instance.

    Parameters
    ----------
    policies
        ``nm`` and ``sc``, by `bonescint.deid.policy.load_policies`.
    keep_secondary_capture
        Whether a Secondary Capture of Modality NM is accepted.
    keep_lossy
        Whether images compressed with loss are accepted.
    releases
        Hashes of the source files that a person has released (`bonescint.deid.decisions`).
    stations
        Digests of the Station Names that may stay (`bonescint.deid.decisions`).
    id_pattern
        The form of a patient ID (`bonescint.names.ids.is_patient_id`).
    redactions
        Hash of a source file -> the rectangles to redact (`bonescint.deid.decisions`).
    """

    policies: Mapping[str, Policy]
    uids: UidReplacer
    keep_secondary_capture: bool
    keep_lossy: bool = True
    releases: frozenset[str] = frozenset()
    stations: frozenset[str] = frozenset()
    id_pattern: str = ANY_ID
    limits: Limits = DEFAULT
    redactions: Mapping[str, Rectangles] = field(default_factory=dict)

    @property
    def chosen(self) -> frozenset[str]:
        """Hashes of the files that a person chose among several with one UID."""
        return self.releases.union(self.redactions)


@dataclass(frozen=True)
class Coded:
    """A verified coded file, its facts for the report, and the outcomes of the table's rows."""

    data: bytes
    facts: dict[str, object]
    table: dict[str, str]

    @cached_property
    def sha256(self) -> str:
        """Hash of the bytes."""
        return hashlib.sha256(self.data).hexdigest()


def deidentify(data: bytes, row: Mapping[str, str], code: str, settings: Settings) -> Coded:
    """Return the coded form of one file, verified by its bytes.

    Parameters
    ----------
    row
        Its row of the batch: views, and the identifiers that the index read.

    Raises
    ------
    Refused
        With the true reason. Nothing was written.
    """
    limits = settings.limits
    try:
        try:
            return _deidentify(data, read_ranges(data, limits), row, code, settings)
        except Unusual:
            return _deidentify(data, read_source(data, limits), row, code, settings)
    except RecursionError:
        raise Refused("beyond-limits", "limits.nesting") from None


def _deidentify(
    data: bytes, source: Source, row: Mapping[str, str], code: str, settings: Settings
) -> Coded:
    policy = _policy_for(source, settings)
    check_identity(source)
    check_unchanged(source, row)
    pixels = whole = prepare(source)
    lossy = pixels.lossy or source.text(tags.LossyImageCompression) == "01"
    if lossy and not settings.keep_lossy:
        raise Refused("lossy")
    seen = hashlib.sha256(data).hexdigest() if settings.redactions else ""
    if rectangles := settings.redactions.get(seen):
        policy, pixels = of_redacted(policy), redacted(whole, rectangles)
        # the header's signs of drawn text belong to the image before its redaction
        reason, signs, seen = "redacted-suspected", "", redacted_digest(seen, rectangles)
    else:
        reason, signs = "burned-in-suspected", signs_of_text(source)
    if signs := signs or next(filter(None, map(find_text, pictures_of(pixels))), ""):
        seen = seen or hashlib.sha256(data).hexdigest()
        if seen not in settings.releases:
            raise Refused(reason, signs, seen)
    views = [view for view in row.get("views", "").split("+") if view]
    done = Engine(policy, code, settings.uids).transform(source, pixels, views)
    written = b"".join(done.parts)
    known = known_identifiers(source, row, settings.stations)
    _search_as_it_was(source, policy, known)
    search_pixels(source, pixels, known)
    image = verify_coded(written, policy, code, known)
    check_image(pixels, written, image)
    if rectangles:
        check_redacted(whole, written, image, policy, rectangles)
    counts: dict[str, object] = {f"n_{outcome}": done.counts[outcome] for outcome in OUTCOMES}
    keywords = {f"{key}_attributes": " ".join(sorted(x)) for key, x in done.keywords.items()}
    return Coded(written, _patient(done.elements, source, row) | counts | keywords, done.table)


def _search_as_it_was(source: Source, policy: Policy, known: Identifiers) -> None:
    """Look for identifiers in the kept texts of the source: a wrong character set garbles them."""
    for tag in policy.texts:
        raw = source.level.get(tag)
        if raw is None or not isinstance(raw.value, bytes):
            continue
        # short plain ASCII is neither garbled nor cut, so the search of the written file covers it
        changes = not raw.value.isascii() or b"\x1b" in raw.value or len(raw.value) > 16
        if changes:
            known.search(tag, raw.value)


def _policy_for(source: Source, settings: Settings) -> Policy:
    """Return the policy of the source's IOD. Refuse others than NM and an accepted SC."""
    sop_class = source.text(tags.SOPClassUID)
    if sop_class == NUCLEAR_MEDICINE:
        return settings.policies["nm"]
    if sop_class in SECONDARY_CAPTURES and source.text(tags.Modality) == "NM":
        if settings.keep_secondary_capture:
            return settings.policies["sc"]
        raise Refused("secondary-capture")
    raise Refused("sop-class", sop_class if is_standard(sop_class) else "")


def _patient(written: CodedElements, source: Source, row: Mapping[str, str]) -> dict[str, object]:
    """Return the report's columns about the patient. A missing age is computed (R25)."""
    examined = header_date(value_of(written, tags.StudyDate).decode())
    # the birth date is known only here and never on the coded side
    born = header_date(source.text(tags.PatientBirthDate) or row.get("patient_birth_date", ""))
    stated = value_of(written, tags.PatientAge).decode()
    age: int | None = None
    if stated:
        age = int(int(stated[:3]) * _DAYS[stated[3]] / _DAYS["Y"])
    elif examined and born and born <= examined:
        before = (examined.month, examined.day) < (born.month, born.day)
        age = examined.year - born.year - before
    return {
        "study_date": examined.isoformat() if examined else "",
        "sex": value_of(written, tags.PatientSex).decode(),
        "age": age,
        # metres in the header; 0.000000 means not measured
        "height_cm": _measured(value_of(written, tags.PatientSize).decode(), 100),
        "weight_kg": _measured(value_of(written, tags.PatientWeight).decode(), 1),
        "station_name": value_of(written, tags.StationName).decode(),
    }


def _measured(value: str, factor: int) -> str:
    try:
        number = float(value) * factor
    except ValueError:
        return ""
    # a larger number is no height or weight but perhaps an ID
    return f"{number:.1f}".removesuffix(".0") if 0 < number < _MOST_MEASURED else ""
