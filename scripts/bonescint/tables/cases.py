"""Find the cohort's rows of a table. The patient is settled before any other value is read."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from bonescint.errors import InputError
from bonescint.files import read_rows
from bonescint.identity.ledger import Ledger
from bonescint.names.ids import normalise
from bonescint.resources import Texts
from bonescint.tables.bounds import CheckedTable
from bonescint.tables.columns import Column
from bonescint.tables.configured import open_configured
from bonescint.tables.reading import Cells
from bonescint.tables.values import damaged_id
from bonescint.text.dates import as_da, header_date, loose_dates
from bonescint.text.folding import half_width

logger = logging.getLogger(__name__)

_LISTED = 10  # rows outside the cohort that a warning names


@dataclass(frozen=True, slots=True)
class CohortCase:
    """One patient of the cohort."""

    code: str
    tracer: str  # ``MDP`` or ``HMDP``, as finally decided
    exam_dates: frozenset[date]  # the dates of the chosen instances (usually one)


@dataclass(frozen=True, slots=True)
class Cases:
    """The cohort by normalised patient ID, and the identifiers that no message may quote.

    The identifiers are IDs, parts of names and birth dates, normalised.
    """

    by_subject: Mapping[str, CohortCase]
    identifiers: frozenset[str]

    def of_tracer(self, tracer: str | None) -> list[CohortCase]:
        """Return the cases of one tracer, or of all (None), in the order of their codes."""
        found = (c for c in self.by_subject.values() if tracer in (None, c.tracer))
        return sorted(found, key=lambda case: case.code)


class Transcription(NamedTuple):
    """A table of the hospital, with the case of each row."""

    checked: CheckedTable
    # case -> row number and cells of the exam of the study
    rows: dict[CohortCase, tuple[int, Cells]]
    others: int  # how many rows belong to people outside the cohort


def read_cases(cohort: Path, ledger: Ledger, language: str) -> Cases:
    """Read private/cohort.csv and look up the codes.

    Raises
    ------
    InputError
        If a patient of the cohort has no code.
    """
    tracers: dict[str, str] = {}
    dates: dict[str, set[date]] = defaultdict(set)
    identifiers: set[str] = set()
    for row in read_rows(cohort):
        subject = row["subject"]
        tracers[subject] = row["tracer"]
        day = header_date(row["study_date"])
        if day:
            dates[subject].add(day)
        parts = row["patient_name"].replace("=", "^").replace(" ", "^").split("^")
        identifiers |= {subject, normalise(row["patient_id"]), row["patient_birth_date"]}
        # messages compare a cell's date with the birth date, in any spelling of the header
        identifiers |= set(map(as_da, loose_dates(row["patient_birth_date"])))
        identifiers |= {normalise(part) for part in parts}
    codes = {subject: ledger.code_of(subject) for subject in tracers}
    without = sum(code is None for code in codes.values())
    if without:
        raise InputError(Texts("table_faults", language)("no_code", n=without))
    return Cases(
        {
            subject: CohortCase(code, tracers[subject], frozenset(dates[subject]))
            for subject, code in codes.items()
            if code is not None
        },
        frozenset(identifiers - {""}),
    )


def transcribe(
    path: Path,
    columns: Mapping[str, Column],
    cases: Cases,
    settings: Mapping[str, Any],
    config_key: str,
    language: str,
    second: bool = False,
) -> Transcription:
    """Read an export or a report as its entry of config.yaml says, and find each case's row.

    Parameters
    ----------
    columns
        The columns of its schema (`bonescint.tables.columns.load_columns`).
    settings
        The entry: key, and optionally tracer, columns, sheet, header_row, encoding, decimal,
        limits.
    config_key
        The entry's path in the configuration, such as ``software.vsbone3``.
    second
        Whether it is the second transcription (double entry).

    Raises
    ------
    InputError
        If the file cannot be read or its column of patients is missing.
    """
    key, tracer = settings["key"], settings.get("tracer")
    checked = open_configured(
        path,
        columns,
        settings,
        language,
        key=key,
        config_key=f"{config_key}.columns",
        source=config_key.rpartition(".")[2],
        identifiers=cases.identifiers,
        second=second,
    )
    faults = checked.faults
    if not checked.has(key):
        faults.raise_errors()
    seen = [name for name in checked.table.visible_others if name not in _explanations()]
    if seen and not settings.get("sheet"):
        faults.warn("more_sheets", n=len(seen), entry=f"{config_key}.sheet")
    rows: dict[CohortCase, tuple[int, Cells]] = {}
    of_cohort, others = _rows_of_cohort(checked, key, cases)
    _report_nobody(checked, of_cohort, others, cases.of_tracer(tracer), config_key)
    for case, found in of_cohort.items():
        if tracer in (None, case.tracer):
            rows[case] = _row_of_exam(checked, case, found)
            continue
        for row, _ in found:
            # R6: the licence ties the software to the tracer
            said = {"tracer": case.tracer, "wanted": tracer, "entry": f"{config_key}.tracer"}
            faults.error("wrong_tracer", row, checked.header(key), "R6", **said)
    return Transcription(checked, rows, len(others))


def _explanations() -> set[str]:
    """Return the names of the sheet with the explanations of `bonescint table template`."""
    names = {Texts("table_commands", language)("sheet_help") for language in ("ja", "en")}
    return names | {f"{name}_" for name in names}


def _rows_of_cohort(
    checked: CheckedTable, key: str, cases: Cases
) -> tuple[dict[CohortCase, list[tuple[int, Cells]]], list[int]]:
    """Return case -> rows, and the numbers of other people's rows, which are not read (R12).

    In a text file, a row with another number of cells than the header is shifted or cut, because of
    a decimal comma, or a line break without quotation marks. `key` is ``patient_id`` or ``code``.
    """
    faults = checked.faults
    codes = {case.code: subject for subject, case in cases.by_subject.items()}
    found: dict[CohortCase, list[tuple[int, Cells]]] = defaultdict(list)
    others: list[int] = []
    width = checked.table.widths.get(checked.table.header_row, 0)
    for row, cells in checked.table.rows:
        typed = checked.raw(cells, key)
        n = checked.table.widths.get(row, width)
        subject = codes.get(half_width(typed).upper()) if key == "code" else normalise(typed)
        if not normalise(typed):
            faults.error("no_key", row, checked.header(key), "R12")
        elif damaged_id(typed):
            faults.error("damaged_key", row, checked.header(key), "R12")
        elif subject is not None and subject in cases.by_subject:
            found[cases.by_subject[subject]].append((row, cells))
            faults.own.add(row)
            if row in checked.table.struck:
                faults.warn("row.struck", row)
            if n > width:
                # blank cells count, because the row's last cell may be blank
                faults.error("too_many_cells", row, n=n, of=width)
            elif n < width:
                faults.warn("too_few_cells", row, n=n, of=width)
        else:
            others.append(row)
            if n != width and "findings" in checked.columns:
                # this may be the rest of a patient's findings
                faults.error("line_break", row, rule="R10", n=n, of=width)
    logger.info(
        "%s: %d rows, %d of the cohort, %d of others (not looked at)",
        checked.table.file,
        len(checked.table.rows),
        sum(map(len, found.values())),
        len(others),
    )
    return found, others


def _report_nobody(
    checked: CheckedTable,
    found: Mapping[CohortCase, object],
    others: Sequence[int],
    wanted: Sequence[CohortCase],
    config_key: str,
) -> None:
    """Report that the table is about other people, or that some of its IDs may be mistyped.

    Parameters
    ----------
    wanted
        The cases that the table should hold (R6). It is empty if all of them declined (R12), and
        then nothing is reported.
    """
    missing = sum(case not in found for case in wanted)
    if others and wanted and not found:
        checked.faults.error("nobody", rule="R12", entry=f"{config_key}.key")
    elif others and missing:
        rows = ", ".join(map(str, others[:_LISTED])) + " …" * (len(others) > _LISTED)
        checked.faults.warn("mistyped", rule="R12", missing=missing, n=len(others), rows=rows)


def _row_of_exam(
    checked: CheckedTable, case: CohortCase, rows: list[tuple[int, Cells]]
) -> tuple[int, Cells]:
    """Return the one row of the case's exam. A second row or another date is a fault."""
    same: list[tuple[int, Cells]] = []
    other: list[tuple[int, date]] = []
    for row, cells in rows:
        day = checked.value(row, cells, "exam_date")
        if isinstance(day, date) and case.exam_dates and day not in case.exam_dates:
            other.append((row, day))
        else:
            same.append((row, cells))
            if checked.has("exam_date") and checked.blank(cells, "exam_date"):
                checked.faults.warn("no_exam_date", row, checked.header("exam_date"), "R2")
    for row, day in other:
        # another exam is accepted beside the exam of the study, but alone it is a mistake
        report = checked.faults.warn if same else checked.faults.error
        report(
            "other_exam" if same else "wrong_exam",
            row,
            checked.header("exam_date"),
            "R2",
            value=checked.faults.shown(day.isoformat()),
            exam=", ".join(d.isoformat() for d in sorted(case.exam_dates)),
        )
    for row, _ in same[1:]:
        checked.faults.error("duplicate", row, first=same[0][0])
    return (same or rows)[0]


def no_earlier(
    checked: CheckedTable, case: CohortCase, row: int, cells: Cells, name: str
) -> date | None:
    """Return a date that must not be before the exam. An earlier one is an error."""
    day = checked.value(row, cells, name)
    if isinstance(day, date) and case.exam_dates and day < min(case.exam_dates):
        checked.faults.error(
            "before_exam",
            row,
            checked.header(name),
            checked.columns[name].rule,
            value=checked.faults.shown(day.isoformat()),
            exam=min(case.exam_dates).isoformat(),
        )
    return day if isinstance(day, date) else None


def operator_of(checked: CheckedTable, row: int, cells: Cells) -> str:
    """Return the operator's code, empty if there is none. A patient's ID is an error (R15)."""
    code = checked.value(row, cells, "operator")
    if not isinstance(code, str):
        return ""
    if checked.faults.identifies(code):
        header, rule = checked.header("operator"), checked.columns["operator"].rule
        checked.faults.error("not_code", row, header, rule)
    return code
