"""Read one reader's report: metastases, EOD, findings (R10)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from bonescint.tables.bounds import CheckedTable
from bonescint.tables.cases import (
    Cases,
    Transcription,
    no_earlier,
    operator_of,
)
from bonescint.tables.columns import load_columns
from bonescint.tables.double_entry import transcriptions
from bonescint.tables.faults import raise_together
from bonescint.tables.reading import Cells
from bonescint.tables.same_table import warn_same_table
from bonescint.tables.values import as_text

FIELDS = ("metastasis", "n_metastases", "eod", "findings")


class ReadingReport(NamedTuple):
    """A reader's rows, warnings and findings in the form of the workflow's tables.

    `others` is the number of rows of people outside the cohort. `read` is the number of all rows of
    the table and of its second transcription.
    """

    rows: list[dict[str, str]]
    warnings: list[dict[str, str]]
    findings: list[dict[str, str]]
    others: int
    read: tuple[int, ...] = ()


def read_report(
    path: Path,
    cases: Cases,
    reader: str,
    settings: Mapping[str, Any],
    language: str,
    second: Path | None = None,
    same: Mapping[str, Mapping[str, Any]] | None = None,
    again: bool = False,
) -> ReadingReport:
    """Return one row per case of the cohort. A case that the reader has not read is reported.

    Parameters
    ----------
    cases
        The cohort. Rows of other people are not read (R12).
    reader, settings
        The entry's name and content in `readers` of config.yaml.
    second
        A second transcription of the report (double entry), or None.
    same
        Other readers whose file has the same content, with their layout.
    again
        Whether it is the reader's second reading. It usually has only some cases, so missing ones
        are not reported. Its findings are not kept.

    Raises
    ------
    TableErrors
        Every fault of the table at once: file, sheet, row, column, value, rule, what to do. The
        findings are never quoted.
    InputError
        If a file cannot be read at all.
    """
    columns, config_key = dict(load_columns("reading_report")), f"readers.{reader}"
    if again:
        del columns["findings"]
    tables = transcriptions(path, second, columns, cases, settings, config_key, language)
    said = [name for name in FIELDS if name in columns]
    warn_same_table(tables[0].checked, said, settings.get("sheet"), same or {}, config_key)
    # the values of the second transcription must also be checked
    report, *_ = [_report(table, cases, reader, again) for table in tables]
    raise_together([table.checked.faults for table in tables])
    report.warnings.extend(tables[0].checked.faults.warning_rows())
    return report._replace(read=tuple(len(table.checked.table.rows) for table in tables))


def _report(table: Transcription, cases: Cases, reader: str, again: bool) -> ReadingReport:
    checked = table.checked
    faults = checked.faults
    report = ReadingReport([], [], [], table.others)
    for case in cases.of_tracer(None):
        line = {"code": case.code, "reader": reader, "status": "missing"}
        report.rows.append(line)
        if case not in table.rows:
            if not again:
                faults.warn_case("missing_reading", case.code, "R10")
            continue
        row, cells = table.rows[case]
        if all(checked.blank(cells, name) for name in FIELDS if checked.has(name)):
            faults.warn("not_read", row, rule="R10")
            continue
        day = no_earlier(checked, case, row, cells, "reading_date")
        line |= _values(checked, row, cells)
        line |= {"reading_date": as_text(day), "operator": operator_of(checked, row, cells)}
        if again:
            continue
        if checked.value(row, cells, "findings") is not None or checked.blank(cells, "findings"):
            # as typed, because normalising would change the reader's text
            text = checked.raw(cells, "findings")
            report.findings.append({"code": case.code, "findings": text})
    return report


def eod_of_count(count: int) -> tuple[int, ...]:
    """Return the EOD grades that agree with a number of metastases.

    Parameters
    ----------
    count
        The reader's number of metastases: 0 / 1-5 / 6-20 / > 20 is grade 0 / 1 / 2 / 3. A superscan
        (grade 4) is judged by its extent, so more than 20 also agree with it.
    """
    if count > 20:
        return (3, 4)
    return (0,) if count == 0 else (1,) if count <= 5 else (2,)


def _values(checked: CheckedTable, row: int, cells: Cells) -> dict[str, str]:
    faults = checked.faults
    metastasis = checked.value(row, cells, "metastasis", needed=True)
    count = checked.value(row, cells, "n_metastases")
    eod = checked.value(row, cells, "eod")
    for name in ("n_metastases", "eod", "findings"):
        if checked.has(name) and checked.blank(cells, name):
            faults.warn(f"blank_{name}", row, checked.header(name), "R10")
    if isinstance(count, int):
        if metastasis is not None and (metastasis == "1") != (count > 0):
            typed, shown = checked.raw(cells, "metastasis"), faults.shown(str(count))
            faults.warn("count_contradicts", row, rule="R10", count=shown, value=typed)
        if isinstance(eod, int) and eod not in eod_of_count(count):
            wanted = "/".join(map(str, eod_of_count(count)))
            faults.warn(
                "eod_contradicts",
                row,
                checked.header("eod"),
                "R10",
                eod=eod,
                count=faults.shown(str(count)),
                wanted=wanted,
            )
    return {
        "metastasis": as_text(metastasis),
        "n_metastases": as_text(count),
        "eod": as_text(eod) if isinstance(eod, int) else "",
        "eod_status": "graded" if isinstance(eod, int) else "not_calculated",
        "status": "read",
    }
