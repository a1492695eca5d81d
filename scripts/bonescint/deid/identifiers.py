"""Collect the identifiers of a patient from the source's header, and find them in bytes.

Identifiers and bytes are compared in one form (`bonescint.text.folding`). Bytes are read in every
encoding that Japanese devices use, declared or not (`bonescint.names.reading`). The part that
depends only on the patient is computed once for all files (`bonescint.names.matcher`).
"""

import math
import re
import struct
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from typing import NamedTuple

from pydicom.datadict import dictionary_has_tag, dictionary_VR

from bonescint.deid.decisions import station_digest
from bonescint.deid.refusal import Refused
from bonescint.deid.source import RawLevel, Source, text_of
from bonescint.dicom import tags, vrs
from bonescint.dicom.staff import STAFF
from bonescint.names.matcher import FIELD, Matcher, matcher
from bonescint.names.parts import SEPARATORS, TITLE_BEHIND
from bonescint.names.reading import Reading, laid_out, read
from bonescint.text.encodings import fitting, readings
from bonescint.text.folding import compose, fold_name, spelt_out
from bonescint.text.numbers import digits_of

# shorter rows of digits are not compared with numeric values
SHORTEST_NUMBER = 6
# known digits of the first length identify the patient inside a row of the second length or more
_SURE, _TOO_LONG = 8, 12
# devices write a whole number as 1948, +1948 or 1948.0
_WHOLE = re.compile(r"[+-]?([0-9]+)(?:\.0*)?")
_PATIENT_NAMES = (
    tags.PatientName, tags.OtherPatientNames, tags.PatientBirthName, tags.PatientMotherBirthName,
    tags.ResponsiblePerson,
)  # fmt: skip
_NUMBERS = (
    tags.PatientID, tags.OtherPatientIDs, tags.AccessionNumber, tags.PatientTelephoneNumbers,
    tags.AdmissionID, tags.MedicalRecordLocator,
)  # fmt: skip
# values shorter than `_SHORTEST_OTHER` are no identifiers
_OTHER_NUMBERS = (
    tags.StudyID, tags.RequestedProcedureID, tags.ScheduledProcedureStepID,
    tags.PerformedProcedureStepID, tags.PlacerOrderNumberImagingServiceRequest,
    tags.FillerOrderNumberImagingServiceRequest, tags.ServiceEpisodeID,
    tags.InsurancePlanIdentification, tags.ClinicalTrialSubjectID, tags.PatientTelecomInformation,
    tags.OrderCallbackPhoneNumber,
)  # fmt: skip
_SHORTEST_OTHER = 5
_KINDS = (
    dict.fromkeys(_OTHER_NUMBERS, "other")
    | dict.fromkeys(_NUMBERS, "id")
    | dict.fromkeys((*_PATIENT_NAMES, *STAFF), "name")
)
# attributes whose value belongs to a person, even a short one
IDENTIFYING = frozenset(_KINDS) | {tags.PatientBirthDate}
_DEEPEST = 8
_NOBODY = (0x0028, 0x0054)
_HOSPITALS_PHRASES = (
    tags.InstitutionName, tags.InstitutionAddress, tags.ReferringPhysicianAddress,
)  # fmt: skip
_PHRASES = (*_HOSPITALS_PHRASES, tags.PatientAddress)
_UIDS = (
    tags.SOPInstanceUID, tags.StudyInstanceUID, tags.SeriesInstanceUID, tags.FrameOfReferenceUID,
)  # fmt: skip
# names that vendors repeat in private elements: creator, group, element
_PRIVATE_NAMES = (("GEMS_GENIE_1", 0x0009, 0x40), ("GEMS_GENIE_1", 0x0009, 0x42))
# VRs of two bytes a number are left out: that is too little for an ID
_BINARY = {vr: form for vr, form in vrs.FORMATS.items() if vrs.WORD[vr] > 2}


@dataclass(frozen=True, slots=True)
class Identifiers:
    """What must not be found in a coded file.

    Parameters
    ----------
    known
        Spellings of names, IDs, dates, addresses.
    raw
        Bytes of the source that are searched for unchanged.
    institution
        The hospital's names. A text that repeats their words may contain a family name by chance.
    stored
        All of them as bytes of the source, for the search in an image (an image is no text).
    texts
        All of them decoded.
    patient
        The patient's without the hospital's: arguments of `bonescint.names.matcher.matcher`, bytes.
    station
        Digest of the source's Station Name (`bonescint.deid.decisions.station_digest`). A person
        can decide that the name stays although it contains a word of the hospital.
    """

    known: Matcher
    raw: frozenset[bytes]
    institution: tuple[str, ...] = ()
    stored: frozenset[bytes] = frozenset()
    texts: tuple[str, ...] = ()
    patient: tuple[tuple[tuple[str, ...], ...], frozenset[bytes]] = ((), frozenset())
    station: str = ""
    released: bool = False

    @property
    def numbers(self) -> set[str]:
        """Digits without leading zeros, compared with whole numbers."""
        return self.known.numbers

    def are_in(self, value: bytes) -> bool:
        """Tell whether one text, or several binary values, hold one of them in any encoding."""
        reading, known = read(value), self.known
        if any(raw in value for raw in self.raw) or known.are_in(reading):
            return True
        return known.names_are_in(reading) and not (
            self.institution and not known.names_are_in(self._unexplained(value))
        )

    def of_the_patient(self) -> "Identifiers":
        """Return the patient's own identifiers, without those of the hospital."""
        args, raw = self.patient
        return replace(self, known=matcher(FIELD, *args), raw=raw)

    def search(self, tag: int, value: bytes) -> None:
        """Look for them in a text that is about to be written.

        Raises
        ------
        Refused
            ``residual-identifier``. It carries the digest of the Station Name if that name holds
            nothing of the patient and nobody has decided about it.
        """
        if not self.are_in(value):
            return
        digest = ""
        is_station = tag == tags.StationName and self.station
        if is_station and not self.of_the_patient().are_in(value):
            if self.released:
                return
            digest = self.station
        raise Refused("residual-identifier", tags.notation(tag), station_sha256=digest)

    def holds_number(self, text: str) -> bool:
        """Tell whether a text holds one of the numbers: by its value, or by its digits in a row.

        Parameters
        ----------
        text
            One value of a DS or IS, or a listed text (Symbia 7225 6658).
        """
        numbers = self.numbers
        forms = digits_of(text)
        if forms is None:
            return any(len(n) >= SHORTEST_NUMBER for n in laid_out((text,)).numbers & numbers)
        # a count has fewer digits: this may be a date, an ID and a time in one
        long = len(forms[0]) >= _TOO_LONG
        inside = long and any(len(known) >= _SURE and known in forms[0] for known in numbers)
        return inside or any(len(form) >= SHORTEST_NUMBER and form in numbers for form in forms)

    def holds_numbers(self, parts: list[str]) -> bool:
        """Tell whether the values of one DS or IS are an ID or a birth date in pieces."""
        found = [match[1] for part in parts if (match := _WHOLE.fullmatch(part))]
        digits = "".join(found).lstrip("0")
        if len(digits) >= _SURE and any(len(k) >= _SURE and k in digits for k in self.numbers):
            return True
        whole = list(map(int, found))
        triples = zip(whole, whole[1:], whole[2:], strict=False)
        return any(t[0] > 31 and t in self.known.births for t in triples)

    def holds_pieces(self, value: bytes) -> bool:
        """Tell whether a text of digits, such as a version, holds a number or birth date."""
        digits = bytes(byte for byte in value if byte in b"0123456789").decode()
        if any(len(n) >= SHORTEST_NUMBER and n in digits for n in self.numbers):
            return True
        runs = [int(run) for run in re.findall("[0-9]+", value.decode("utf-8"))]
        # a birth date may also have the year of an era: S28 V04 P05
        triples = {*zip(runs, runs[1:], runs[2:], strict=False)}
        sixes = (digits[at : at + 6] for at in range(len(digits) - 5))
        triples |= {(int(six[:2]), int(six[2:4]), int(six[4:])) for six in sixes}
        return not triples.isdisjoint(self.known.births)

    def holds_binary(self, vr: str, value: bytes) -> bool:
        """Tell whether little-endian numbers (not those of two bytes) are one, of any sign."""
        form = _BINARY.get(vr)
        if form is None:
            return False
        size = struct.calcsize(form)
        stored = struct.unpack(f"<{len(value) // size}{form}", value[: len(value) // size * size])
        rounded = struct.Struct("<f")
        for number in map(abs, stored):
            if not math.isfinite(number) or number < 10 ** (SHORTEST_NUMBER - 1):
                continue
            for known in self.numbers:
                # longer numbers do not fit into any of these VRs
                if len(known) in range(SHORTEST_NUMBER, 21) and (
                    number == int(known)
                    or (form == "d" and number == float(known))
                    or (form == "f" and number == rounded.unpack(rounded.pack(int(known)))[0])
                ):
                    return True
        return False

    def _unexplained(self, value: bytes) -> Reading:
        """Return the reading of a value without the words of the institution's name."""
        pattern = _words_of(self.institution)
        texts = [form for text in readings(value) for form in (text, spelt_out(compose(text)))]
        return laid_out(tuple(pattern.sub(" ", _comparable(text)) for text in texts))


def known_identifiers(
    source: Source, row: Mapping[str, str], stations: Set[str] = frozenset()
) -> Identifiers:
    """Collect the identifiers of an instance.

    Parameters
    ----------
    row
        The instance's row of the batch (patient_id, patient_name, patient_birth_date, subject).
    stations
        Digests of the Station Names that may stay (`bonescint.deid.decisions.released_stations`).
    """
    level, charset = source.level, source.charset
    found = _identifying(level, charset)
    own = _values(level, charset, _PATIENT_NAMES)
    nested = [name for name in found.names if name not in own]
    others = [*nested, *(name for name in found.staff if name not in own)]
    own += [row.get("patient_name", ""), *_private_names(source)]
    ids = [row.get("patient_id", ""), row.get("subject", ""), *found.ids]
    births = _values(level, charset, (tags.PatientBirthDate,))
    births.append(row.get("patient_birth_date", ""))
    phrases = _values(level, charset, _PHRASES)
    address = tuple(_values(level, charset, (tags.PatientAddress,)))
    uids = {value for tag in _UIDS if len(value := _stored(level, tag)) > 8}
    # ASCII values without escapes are left out: the search for spellings finds them
    unusual = frozenset(v for v in found.stored if not v.isascii() or b"\x1b" in v)
    station = station_digest(source.text(tags.StationName))
    numbers = tuple(ids), tuple(births)
    return Identifiers(
        known=matcher(FIELD, tuple(own), tuple(others), *numbers, tuple(phrases)),
        raw=unusual | uids,
        patient=((tuple(own), tuple(nested), *numbers, address), unusual - found.theirs | uids),
        station=station,
        released=station in stations,
        institution=tuple(_values(level, charset, (tags.InstitutionName,))),
        stored=frozenset(found.stored | uids | _pieces(found.stored)),
        texts=(*own, *others, *ids, *births, *phrases),
    )


class _Identifying(NamedTuple):
    """What stands in a header's identifying attributes, nested ones included."""

    names: list[str]
    staff: list[str]
    ids: list[str]
    # bytes of the source: all of them, and those of staff
    stored: set[bytes]
    theirs: set[bytes]


def _identifying(level: RawLevel, charset: tuple[str, ...]) -> _Identifying:
    found = _Identifying([], [], [], set(), set())
    for inner in _levels(level, _DEEPEST):
        for tag, raw in inner.items():
            kind = "name" if (raw.vr or _known_vr(tag)) == "PN" else _KINDS.get(tag)
            if kind is None or not raw.value:
                continue
            values = _values(inner, charset, (tag,))
            if kind == "name":
                (found.staff if tag in STAFF else found.names).extend(values)
            else:
                found.ids.extend(v for v in values if kind == "id" or len(v) >= _SHORTEST_OTHER)
            if len(value := _stored(inner, tag)) > 5:
                found.stored.add(value)
                if tag in STAFF:
                    found.theirs.add(value)
    return found


def _comparable(text: str) -> str:
    """Return a folded text, in which a capital letter after a small one begins a new word."""
    return fold_name(re.sub("(?<=[a-z])(?=[A-Z])", " ", compose(text)))


@lru_cache(maxsize=16)
def _words_of(institution: tuple[str, ...]) -> re.Pattern[str]:
    """Return a pattern for a name's Latin words, if several, and for beginnings of other words."""
    found = set()
    for words in (SEPARATORS.split(_comparable(name).strip()) for name in institution):
        for word in words:
            if len(words) > 1 and re.fullmatch("[a-z]{3,}", word):
                found.add(rf"(?<![a-z]){word}(?![a-z]|{TITLE_BEHIND})")
            elif not word.isascii():
                found |= {rf"{re.escape(word[:end])}(?!{TITLE_BEHIND})"
                          for end in range(2, len(word) + 1)}  # fmt: skip
    return re.compile("|".join(sorted(found, key=lambda text: (-len(text), text))) or "(?!)")


def _stored(level: RawLevel, tag: int) -> bytes:
    """Return a value's bytes without padding, or no bytes if there is no value."""
    raw = level.get(tag)
    return raw.value.strip(b" \0") if raw and isinstance(raw.value, bytes) else b""


def _pieces(stored: set[bytes]) -> set[bytes]:
    """Return the parts of names that are too long to occur in a compressed stream by chance."""
    return {part for value in stored for part in re.split(rb"[\^= ]", value) if len(part) > 5}


def _levels(level: RawLevel, depth: int) -> Iterator[RawLevel]:
    """Yield a data set and each of its items that could be written or could name the patient."""
    yield level
    for tag, raw in level.items():
        # private sequences are not read; items about windows, detectors and tracers name nobody
        if not depth or tag >> 16 & 1 or tag >> 16 in _NOBODY or not raw.value:
            continue
        if (raw.vr or _known_vr(tag)) == "SQ":
            try:
                items = raw.parse(raw.value)
            except Refused:
                continue  # a damaged sequence is not written either
            for item in items:
                yield from _levels(item, depth - 1)


@cache
def _known_vr(tag: int) -> str:
    return dictionary_VR(tag) if dictionary_has_tag(tag) else ""


def _values(level: RawLevel, charset: tuple[str, ...], wanted: Iterable[int]) -> list[str]:
    values: list[str] = []
    for tag in wanted:
        raw = level.get(tag)
        if raw is None or not isinstance(raw.value, bytes) or not raw.value:
            continue
        texts = {text_of(level, tag, charset)}
        if not raw.value.isascii():
            # some devices declare another character set than they use, or none
            texts |= {raw.value.decode(e).strip(" \0") for e in fitting(raw.value)}
        values += [value.strip() for text in sorted(texts) for value in text.split("\\")]
    return values


def _private_names(source: Source) -> list[str]:
    names = []
    for creator, group, offset in _PRIVATE_NAMES:
        for tag in source.level:
            block = tag - (group << 16)
            if 0x10 <= block <= 0xFF and source.text(tag) == creator:
                names.append(source.text(group << 16 | block << 8 | offset))
    return names
