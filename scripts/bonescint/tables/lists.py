"""Read the hospital's lists: participants (R5), opt-outs (R12, R13), tracers, chosen exams."""

import logging
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from bonescint.dicom.vocabulary import BONE_TRACERS
from bonescint.names.ids import normalise
from bonescint.tables.bounds import CheckedTable
from bonescint.tables.columns import Column, load_columns
from bonescint.tables.list_rows import open_list, refuse_other_sheets, rows_with_id
from bonescint.tables.reading import Cells
from bonescint.tables.values import NOT_CALCULATED, error_value
from bonescint.text.folding import fold_header
from bonescint.warnings import Phrase, warning

logger = logging.getLogger(__name__)

# no study has so many opt-outs, so it must be another table
MOST_OPT_OUTS = 100_000
# a list of opt-outs has at least one of these columns; other tables with patient IDs have none
_TELLING = ("received", "by")


@dataclass(frozen=True, slots=True)
class OptOutEntry:
    """One line of the opt-out list."""

    row: int
    subject: str
    received: date | None  # when the wish arrived, or None if the list does not tell
    by: str  # ``self``, ``proxy`` or empty
    # of a proxy (R13), with the relation: a key of ``x-words`` in schemas/opt_out.schema.yaml, or
    # empty
    ground: str
    relation: str
    # incomplete or odd details; the entry excludes the patient nevertheless
    problems: list[Phrase] = field(default_factory=list)
    # whether its whole row is struck out; it excludes the patient nevertheless
    struck: bool = False

    def as_recorded(self) -> dict[str, str]:
        """Return the entry in the form of the ledger."""
        return {
            "subject": self.subject,
            "source": "list",
            "received": self.received.isoformat() if self.received else "",
            "by": self.by,
            "ground": self.ground,
            "relation": self.relation,
        }


class ExamChoice(NamedTuple):
    """The chosen exam of a patient: the row of the list, and the exam's date."""

    row: int
    day: date


def read_participants(
    path: str | Path,
    preceding_study: str,
    language: str,
    warnings: list[dict[str, str]] | None = None,
    layout: Mapping[str, Any] | None = None,
) -> dict[str, int]:
    """Return normalised patient ID -> row of the participants of the preceding study (R5).

    Parameters
    ----------
    path
        The list: patient ID and study number. Rows of other studies are only counted.
    preceding_study
        The study's number. HS2022-005, HS-2022-005 and ＨＳ２０２２－００５ are the same.
    warnings
        Takes remarks about odd rows that are read nevertheless, as rows of ``*.warnings.csv``.
    layout
        How the table is read: any of ``sheet``, ``header_row``, ``encoding``, ``columns`` (``key``
        is the patients' column), as in config.yaml.

    Raises
    ------
    InputError
        If the list is empty, a row has no ID or no study number, or no row is of the study.
    """
    checked = open_list(path, "participants", load_columns("participants"), language, layout)
    faults = checked.faults
    wanted = normalise(preceding_study)
    subjects: dict[str, int] = {}
    others = 0
    for row, cells in rows_with_id(checked):
        typed = checked.raw(cells, "study")
        study = normalise(typed)
        if error_value(typed):
            key = "not_calculated" if typed == NOT_CALCULATED else "not_text"
            faults.error(key, row, checked.header("study"), "R5")
        elif not study:
            faults.error("blank", row, checked.header("study"), "R5")
        elif study == wanted:
            subjects.setdefault(normalise(checked.raw(cells, "patient_id")), row)
        else:
            others += 1
    if not checked.table.rows:
        faults.error("empty_list", rule="R5")
    elif not subjects and not faults.errors:
        faults.error("no_participant", rule="R5", study=preceding_study, n=others)
    faults.raise_errors()
    pass_on_warnings(checked, warnings)
    logger.info(
        "%d participants of %s, %d rows of other studies", len(subjects), preceding_study, others
    )
    return subjects


def read_opt_out(
    path: str | Path,
    language: str,
    ids_only: bool = False,
    layout: Mapping[str, Any] | None = None,
) -> list[OptOutEntry]:
    """Return the opt-out list. An incomplete entry stays in it with its problems (R12, R13).

    Parameters
    ----------
    ids_only
        Whether a table with neither a column of receipt dates nor one of who declined is accepted.
        The hospital has many tables with patient IDs, and each would exclude everybody in it.
    layout
        As for `read_participants`. If it names the sheet, other sheets may hold anything.

    Raises
    ------
    InputError
        If an entry has no usable ID, or another sheet may hold entries, because a patient who
        declined could be overlooked. If it may be another table.
    """
    checked = open_list(path, "opt_out", load_columns("opt_out"), language, layout)
    faults = checked.faults
    if not ids_only and not any(map(checked.has, _TELLING)):
        wanted = {name: checked.columns[name].headers[0] for name in _TELLING}
        faults.header_error("opt_out_ids_alone", (), "R12", **wanted)
    if (n := len(checked.table.rows)) > MOST_OPT_OUTS:
        faults.error("opt_out_too_long", rule="R12", n=n, most=MOST_OPT_OUTS)
    refuse_other_sheets(path, checked, layout, "other_sheets", "R12")
    faults.raise_errors()
    rows = list(rows_with_id(checked))
    faults.raise_errors()
    # from here on a fault is only a remark on its entry; it never stops or undoes the exclusion
    return [_entry(checked, row, cells) for row, cells in rows]


def read_tracer_calendar(
    path: str | Path,
    language: str,
    warnings: list[dict[str, str]] | None = None,
    layout: Mapping[str, Any] | None = None,
    tracers: Iterable[str] = BONE_TRACERS,
) -> dict[date, str]:
    """Return exam date -> tracer, for images that do not name their tracer.

    The list has one row per exam date.

    Raises
    ------
    InputError
        If a date or tracer is unreadable, or a date has two tracers.
    """
    listed = load_columns("tracer_calendar")
    columns = listed | {"tracer": _naming(listed["tracer"], tracers)}
    checked = open_list(path, "tracer_calendar", columns, language, layout)
    faults = checked.faults
    calendar: dict[date, str] = {}
    for row, cells in checked.table.rows:
        day = checked.value(row, cells, "exam_date", needed=True)
        tracer = checked.value(row, cells, "tracer", needed=True)
        if not isinstance(day, date) or not isinstance(tracer, str):
            continue
        if calendar.setdefault(day, tracer) != tracer:
            faults.error("two_tracers", row, checked.header("tracer"), "R7", value=day)
    faults.raise_errors()
    pass_on_warnings(checked, warnings)
    return calendar


def _naming(column: Column, tracers: Iterable[str]) -> Column:
    """Return the tracer's column with the words of the study's tracers, or with their names."""
    words: dict[str, str] = {}
    accepted: list[str] = []
    for tracer in tracers:
        spelt = [word for word in column.accepted if column.words[fold_header(word)] == tracer]
        for word in spelt or [tracer]:
            words[fold_header(word)] = tracer
            accepted.append(word)
    return replace(column, words=words, accepted=tuple(accepted))


def read_exam_dates(
    path: str | Path,
    window: tuple[str, str],
    language: str,
    warnings: list[dict[str, str]] | None = None,
    exams: Mapping[str, Collection[date]] | None = None,
    layout: Mapping[str, Any] | None = None,
) -> dict[str, ExamChoice]:
    """Return normalised patient ID -> the exam to take in place of the first one (R2).

    Parameters
    ----------
    path
        The list: one row per patient.
    window
        The first and the last allowed day of an exam, year first.
    warnings
        As for `read_participants`, and also rows of patients without an image.
    exams
        Normalised patient ID -> days of a participant's images. None if they are not known yet.

    Raises
    ------
    InputError
        If an ID or date is unreadable, a date is outside the window or none of the patient's
        exams, or a patient has two dates.
    """
    checked = open_list(path, "exam_dates", load_columns("exam_dates"), language, layout)
    faults = checked.faults
    chosen: dict[str, ExamChoice] = {}
    odd: list[dict[str, str]] = []
    for row, cells in rows_with_id(checked):
        subject = normalise(checked.raw(cells, "patient_id"))
        day = checked.value(row, cells, "exam_date", needed=True)
        if not isinstance(day, date):
            continue
        header = checked.header("exam_date")
        if not window[0] <= day.isoformat() <= window[1]:
            faults.error("outside_window", row, header, "R2", low=window[0], high=window[1])
        elif chosen.setdefault(subject, ExamChoice(row, day)).day != day:
            faults.error("two_exams", row, checked.header("patient_id"), "R2")
        elif exams is not None and subject not in exams:
            # not an error, because a patient who declined has no image either
            phrase = Phrase("exam_dates.nobody")
            odd.append(warning(checked.table.file, "R2", phrase, {"entry": row}))
        elif exams is not None and day not in exams[subject]:
            faults.error("no_such_exam", row, header, "R2")
    faults.raise_errors()
    pass_on_warnings(checked, warnings)
    if warnings is not None:
        warnings += odd
    logger.info("exams of %d patients were chosen", len(chosen))
    return {s: one for s, one in chosen.items() if exams is None or s in exams}


def pass_on_warnings(checked: CheckedTable, warnings: list[dict[str, str]] | None) -> None:
    """Add the warnings about odd rows that are read nevertheless, if the caller wants them."""
    if warnings is not None:
        # the sheet is not named, because it may be named after a patient
        file = checked.table.file
        warnings += [
            warning(
                file,
                "",
                fault.phrase,
                {one: fault.place[one] for one in ("row", "column") if one in fault.place},
            )
            for fault in checked.faults.warnings
        ]
        warnings += [
            warning(file, "", Phrase("row.struck"), {"entry": row}) for row in checked.table.struck
        ]


def _entry(checked: CheckedTable, row: int, cells: Cells) -> OptOutEntry:
    faults = checked.faults
    before = len(faults.errors)
    received = checked.value(row, cells, "received", needed=True, show=False)
    by = checked.value(row, cells, "by", needed=True, show=False)
    proxy = {
        name: checked.value(row, cells, name, needed=by == "proxy", show=False)
        for name in ("ground", "relation")
    }
    for name in ("received", "by", *(proxy if by == "proxy" else ())):
        if not checked.has(name):
            faults.error("blank", row, checked.columns[name].headers[0], "R13")
    for name, value in proxy.items():
        if by == "self" and value is not None:
            faults.error("self_with_proxy", row, checked.header(name), "R13")
    return OptOutEntry(
        row,
        normalise(checked.raw(cells, "patient_id")),
        received if isinstance(received, date) else None,
        str(by or ""),
        str(proxy["ground"] or ""),
        str(proxy["relation"] or ""),
        [
            Phrase("opt_out.problem", {"column": fault.column, "problem": fault.phrase})
            for fault in faults.errors[before:]
        ],
        row in checked.table.struck,
    )
