"""One reader's report: metastases, EOD, findings (R10)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from bonescint.tables.bounds import CheckedTable
from bonescint.tables.cases import Cases, open_table, row_of_exam, rows_of_cohort
from bonescint.tables.reading import Cells
from bonescint.tables.values import as_text

READING_COLUMNS = ["code", "reader", "metastasis", "n_metastases", "eod", "eod_status", "status"]
FIELDS = ("metastasis", "n_metastases", "eod", "findings")
FINDINGS_COLUMNS = ["code", "findings"]


class Report(NamedTuple):
    """A reader's rows, warnings and findings, as the workflow's tables hold them."""

    rows: list[dict[str, str]]
    warnings: list[dict[str, str]]
    findings: list[dict[str, str]]


def read_report(
    path: Path,
    cases: Cases,
    reader: str,
    settings: Mapping[str, Any],
    language: str,
) -> Report:
    """Return one row per case of the cohort; a case the reader has not read is reported.

    Parameters
    ----------
    path
        The report.
    cases
        The cohort; rows of anybody else are not looked at (R12).
    reader, settings
        The entry's name and content in `readers` of config.yaml.
    language
        Of the messages.

    Raises
    ------
    InputError
        Every fault of the table at once: file, sheet, row, column, value, rule, what to do. The
        findings are never quoted.
    """
    config_key = f"readers.{reader}"
    checked = open_table(path, "reading_report", cases, settings, reader, config_key, language)
    faults = checked.faults
    report = Report([], [], [])
    found = rows_of_cohort(checked, settings["key"], cases, config_key)
    for subject, case in sorted(cases.by_subject.items(), key=lambda item: item[1].code):
        line = {"code": case.code, "reader": reader, "status": "missing"}
        report.rows.append(line)
        if subject not in found:
            faults.warn_case("missing_reading", case.code, "R10")
            continue
        row, cells = row_of_exam(checked, case, found[subject])
        if all(checked.blank(cells, name) for name in FIELDS if checked.has(name)):
            faults.warn("not_read", row, rule="R10")
            continue
        line |= _values(checked, row, cells)
        # as typed: normalising would alter what the reader wrote
        text = checked.raw(cells, "findings")
        report.findings.append({"code": case.code, "findings": text})
    faults.raise_errors()
    report.warnings.extend(faults.warning_rows())
    return report


def eod_of_count(count: int) -> tuple[int, ...]:
    """Return the EOD grades that agree with a number of metastases.

    Parameters
    ----------
    count
        The reader's number of metastases: 0 / 1-5 / 6-20 / > 20 is grade 0 / 1 / 2 / 3; a superscan
        (grade 4) is judged by its extent, so more than 20 agree with it too.
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
            shown = checked.raw(cells, "metastasis")
            faults.warn("count_contradicts", row, rule="R10", count=count, value=shown)
        if isinstance(eod, int) and eod not in eod_of_count(count):
            wanted = "/".join(map(str, eod_of_count(count)))
            faults.warn(
                "eod_contradicts",
                row,
                checked.header("eod"),
                "R10",
                eod=eod,
                count=count,
                wanted=wanted,
            )
    return {
        "metastasis": as_text(metastasis),
        "n_metastases": as_text(count),
        "eod": as_text(eod) if isinstance(eod, int) else "",
        "eod_status": "graded" if isinstance(eod, int) else "not_calculated",
        "status": "read",
    }
