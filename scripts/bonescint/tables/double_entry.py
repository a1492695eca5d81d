"""Compare two transcriptions of one table. Every difference is an error (double entry).

The meaning of cells is compared: ``1.50`` is ``1.5``, full width is half width, 有 is 1. In free
text every character counts except spaces and line breaks, because an editor may insert these.
"""

import filecmp
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bonescint.errors import InputError
from bonescint.resources import Texts
from bonescint.tables.bounds import CheckedTable
from bonescint.tables.cases import Cases, CohortCase, Transcription, transcribe
from bonescint.tables.columns import KEYS, Column
from bonescint.tables.faults import NOT_SHOWN, Faults, TableErrors
from bonescint.tables.reading import Cells
from bonescint.tables.values import parse_version
from bonescint.text.folding import fold_header
from bonescint.warnings import Phrase


def transcriptions(
    path: Path,
    second: Path | None,
    columns: Mapping[str, Column],
    cases: Cases,
    settings: Mapping[str, Any],
    config_key: str,
    language: str,
) -> list[Transcription]:
    """Read a table and its second transcription, if there is one. Differences are faults of both.

    Both files have the layout of the one entry of config.yaml
    (`bonescint.tables.cases.transcribe`).

    Raises
    ------
    InputError
        If a file cannot be read, its column of patients is missing, or both are the same file.
    """
    if second is None:
        return [transcribe(path, columns, cases, settings, config_key, language)]
    both = path.is_file() and second.is_file()
    if both and path.samefile(second):
        raise InputError(Texts("table_faults", language)("entry_same_file", file=second.name))
    found: list[Transcription] = []
    tables: list[Faults] = []
    for file in (path, second):
        try:
            found.append(
                transcribe(file, columns, cases, settings, config_key, language, file is second)
            )
            tables.append(found[-1].checked.faults)
        except TableErrors as error:
            tables.extend(error.tables)
    if len(found) < 2:
        raise TableErrors(tables)
    compare(*found)
    if filecmp.cmp(path, second, shallow=False):
        found[0].checked.faults.warn("entry_copy")
    return found


def compare(first: Transcription, second: Transcription) -> None:
    """Add every difference to the faults of both, by code and column.

    An unreadable cell is already a fault and is not compared.
    """
    names = []
    for name in first.checked.columns:
        has = [one.checked for one in (first, second) if one.checked.has(name)]
        if len(has) == 1:
            # one error for the column, and not one for each of its cells
            has[0].faults.error("entry_column", has[0].table.header_row, has[0].header(name))
        elif has and name not in KEYS:
            names.append(name)
    for case in sorted({**first.rows, **second.rows}, key=lambda case: case.code):
        if case in first.rows and case in second.rows:
            for name in names:
                _compare_cells(first, second, case, name)
        else:
            one = first if case in first.rows else second
            one.checked.faults.error("entry_row", one.rows[case][0], code=case.code)


def _compare_cells(
    first: Transcription, second: Transcription, case: CohortCase, name: str
) -> None:
    (row, cells), (other_row, other_cells) = first.rows[case], second.rows[case]
    one, other = first.checked, second.checked
    meanings = []
    for checked, found in ((one, cells), (other, other_cells)):
        meanings.append(_meaning(checked, found, name))
        if meanings[-1] is None and not checked.blank(found, name):
            return
    if meanings[0] == meanings[1]:
        return
    rule = one.columns[name].rule
    values = {
        "code": case.code,
        "first": _shown(one, cells, name),
        "second": _shown(other, other_cells, name),
    }
    one.faults.error("entry_differs", row, one.header(name), rule, other=other_row, **values)
    other.faults.mark("entry_differs", other_row, other.header(name), rule, other=row, **values)


def _meaning(checked: CheckedTable, cells: Cells, name: str) -> object:
    value = checked.parsed(cells, name)
    if name == "version" and isinstance(value, str):
        return parse_version(value, checked.columns[name].products) or fold_header(value)
    if checked.columns[name].kind == "text" and isinstance(value, str):
        return "".join(value.split())
    return value


def _shown(checked: CheckedTable, cells: Cells, name: str) -> str | Phrase:
    if checked.blank(cells, name):
        return Phrase("entry_blank")
    if name == "findings":
        return NOT_SHOWN
    return checked.faults.shown(checked.raw(cells, name))
