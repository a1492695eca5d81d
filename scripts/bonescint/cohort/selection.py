"""Who is in the study: every excluded file has one reason, without defaults (R1, R2, R5)."""

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from bonescint.cohort.clashes import CONFLICT, DUPLICATE, UNREADABLE, clashes
from bonescint.cohort.tracer import decide_tracer
from bonescint.dicom.vocabulary import BONE_TRACERS
from bonescint.files import Row
from bonescint.text.dates import header_date

# first the patient, then the kind of file, then the exam; the first reason that applies counts
REASONS = (
    "no_patient_id",
    "not_participant",
    "sex",
    "other_modality",
    "non_image",
    "secondary_capture",
    "spect",
    "static",
    "dynamic",
    "whole_body",
    "early",
    "phase_unclear",
    "views_unclear",
    "no_exam_date",
    "outside_window",
    "tracer_other",
    "tracer_unknown",
    "tracer_conflict",
    DUPLICATE,
    CONFLICT,
    UNREADABLE,
    "later_exam",
    "other_exam",
)
# which images make the exam, unless the configuration says otherwise (`cohort.images`)
_IMAGES = {"kind": "whole_body", "phase": "delayed"}
# reasons of exams that could have been taken instead of the chosen one
SPARE = ("later_exam", "other_exam")


def exam_days(
    rows: Iterable[Row], participants: Container[str] | None = None
) -> dict[str, set[date]]:
    """Return subject -> days on which images were made, of the participants or (None) of all."""
    days: dict[str, set[date]] = defaultdict(set)
    for row in rows:
        asked = participants is None or row["subject"] in participants
        if asked and (day := header_date(row["study_date"])):
            days[row["subject"]].add(day)
    return days


def exclusion(
    row: Row, participants: Container[str] | None, settings: Mapping[str, Any]
) -> str | None:
    """Return why one instance is out by its own header, None if it is not out.

    Parameters
    ----------
    row
        A row of private/consented.csv.
    participants
        Subjects of the preceding study (R5); None = the study follows no other.
    settings
        The configuration's `cohort`.
    """
    if not row["subject"]:
        return "no_patient_id"
    if participants is not None and row["subject"] not in participants:
        return "not_participant"  # R5
    if settings["sex"] != "any" and row["patient_sex"].strip().upper() != settings["sex"]:
        return "sex"  # R1
    images = _IMAGES | settings.get("images", {})
    if row["kind"] == "secondary_capture":
        # a scan may be exported as secondary capture; it may be kept if its modality is NM
        if settings["secondary_capture"] != "keep" or row["modality"] != "NM":
            return "secondary_capture"
    elif row["kind"] != images["kind"]:
        return row["kind"]
    if images["phase"] == "delayed" and row["phase"] != "delayed":
        return "early" if row["phase"] == "early" else "phase_unclear"
    if not row["views"] and settings["unknown_view"] != "keep":
        return "views_unclear"
    exam = header_date(row["study_date"])
    if exam is None:
        return "no_exam_date"
    if not str(settings["exam_from"]) <= exam.isoformat() <= str(settings["exam_to"]):
        return "outside_window"  # R2
    return None


def decide(
    rows: Iterable[Row],
    participants: Container[str] | None,
    calendar: Mapping[date, str],
    settings: Mapping[str, Any],
    dicom: Path,
    released: frozenset[str] = frozenset(),
    chosen: Mapping[str, date] | None = None,
    tracers: Container[str] = BONE_TRACERS,
) -> Iterator[tuple[Row, str | None]]:
    """Yield every consented instance with its reason of exclusion, or with None and its tracer.

    A file that is out by its own header still counts among the files of its SOP Instance UID,
    because a conflict of contents does not depend on the study's criteria.

    Parameters
    ----------
    rows
        Rows of private/consented.csv.
    participants, calendar, settings, tracers
        See `exclusion` and `decide_tracer`.
    dicom
        The raw folder. Only instances that share a SOP Instance UID are read, to tell a copy from
        a conflict.
    released
        Hashes of source files that a person chose where contents conflict.
    chosen
        Subject -> date of the exam that a person chose instead of the first.

    Yields
    ------
    tuple
        The row and the reason, if any. A row with a clash has ``sha256``, which a decision needs.
    """
    kept: list[Row] = []
    candidates: dict[str, list[Row]] = defaultdict(list)
    beside: list[tuple[str, str]] = []
    for row in rows:
        reason = exclusion(row, participants, settings)
        if reason:
            beside.append(_file(row))
            yield row, reason
        else:
            candidates[row["study_instance_uid"]].append(row)
    for exam in candidates.values():
        tracer = decide_tracer(exam, calendar)
        for row in exam:
            if tracer in tracers:
                kept.append(row | {"tracer": tracer})
            else:
                beside.append(_file(row))
                yield row, f"tracer_{tracer}"
    contested = {row["sop_instance_uid"] for row in kept if row["contested"]}
    found = clashes(map(_file, kept), dicom, released, beside, contested)
    for row in kept:
        if clash := found.get(row["path"]):
            yield row | {"sha256": clash.sha256}, clash.reason
    yield from _one_exam_each([r for r in kept if r["path"] not in found], chosen or {})


def _one_exam_each(
    rows: Iterable[Row], chosen: Mapping[str, date]
) -> Iterator[tuple[Row, str | None]]:
    """Keep one case per patient: the first exam in the window, or of the day that a person chose.

    If nothing of the chosen day is left, no other exam replaces it, because a person must choose
    again.
    """
    by_subject: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_subject[row["subject"]].append(row)
    for subject, exams in by_subject.items():
        day = chosen.get(subject)
        reason = "later_exam" if day is None else "other_exam"
        taken = min((e for e in map(_exam, exams) if day in (None, e[0])), default=None)
        for row in exams:
            yield row, None if _exam(row) == taken else reason


def _exam(row: Row) -> tuple[date, str]:
    return header_date(row["study_date"]) or date.max, row["study_instance_uid"]


def _file(row: Row) -> tuple[str, str]:
    return row["path"], row["sop_instance_uid"]
