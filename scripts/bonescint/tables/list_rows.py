"""Open a list of patients, and find its rows with a patient ID."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from bonescint.errors import InputError
from bonescint.names.ids import normalise
from bonescint.tables.bounds import CheckedTable
from bonescint.tables.columns import Column, load_columns
from bonescint.tables.configured import open_configured
from bonescint.tables.reading import Cells, read_table
from bonescint.tables.values import damaged_id
from bonescint.text.dates import table_date
from bonescint.text.folding import fold_header, half_width

# the form of a possible ID on a sheet that is not read
_LIKE_ID = re.compile(r"[A-Za-z]?\d{5,}", re.ASCII)
_LINES = re.compile(r"[\n\r\t\v\f]+")


def read_patient_ids(
    path: str | Path, language: str, layout: Mapping[str, Any] | None = None
) -> dict[int, str]:
    """Return row -> normalised patient ID of a list of patients. Other columns are not read.

    The list may have any form of the hospital's lists. `layout` has ``sheet``, if given.

    Raises
    ------
    InputError
        If a row has no usable ID, or if another sheet may hold patients, because they would be
        overlooked.
    """
    checked = open_list(path, "", load_columns("patient_ids"), language, layout)
    refuse_other_sheets(path, checked, layout, "other_sheets_of_ids", "R31")
    rows = list(rows_with_id(checked))
    checked.faults.raise_errors()
    return {row: normalise(checked.raw(cells, "patient_id")) for row, cells in rows}


def open_list(
    path: str | Path,
    name: str,
    columns: Mapping[str, Column],
    language: str,
    layout: Mapping[str, Any] | None,
) -> CheckedTable:
    """Open a list and find its columns.

    `name` is its key in `inputs`, for messages about the configuration. It is empty if the list is
    not configured.

    Raises
    ------
    InputError
        If it is not a table, or a column is not found.
    """
    given = layout or {}
    checked = open_configured(
        path,
        columns,
        given,
        language,
        config_key=f"inputs.{name}.columns" if given.get("columns") else None,
        entry="" if layout is None or not name else f"inputs.{name}",
    )
    checked.faults.raise_errors()  # without its columns a list cannot be read
    return checked


def refuse_other_sheets(
    path: str | Path, checked: CheckedTable, layout: Mapping[str, Any] | None, key: str, rule: str
) -> None:
    """Add the error `key` if another sheet may hold patients. If one is named, others may not.

    A sheet beside the named one may hold anything but the patients' header or an ID.
    """
    others = checked.table.other_sheets
    if others and (layout or {}).get("sheet"):
        language = checked.faults.text.language
        others = tuple(name for name in others if _may_hold_entries(path, name, checked, language))
    if others:
        checked.faults.error(key, rule=rule, n=len(others))


def _may_hold_entries(path: str | Path, sheet: str, checked: CheckedTable, language: str) -> bool:
    """Tell whether a sheet has the patients' header, or a cell that looks like an ID.

    `sheet` is a sheet of the workbook that is not the list.
    """
    try:
        other = read_table(path, sheet, 1, language=language)
    except InputError:
        return True
    known = {*checked.columns["patient_id"].headers, checked.header("patient_id")}
    headers = {fold_header(header) for header in known}
    cells = [*other.header, *(cell for _, row in other.rows for cell in row)]
    return any(
        fold_header(cell) in headers
        or (_LIKE_ID.fullmatch(half_width(cell).strip()) and table_date(cell) is None)
        for cell in cells
        if cell.strip()
    )


def rows_with_id(checked: CheckedTable) -> Iterator[tuple[int, Cells]]:
    """Yield the rows with a readable patient ID. Any other row is a fault."""
    faults, header = checked.faults, checked.header("patient_id")
    rule = checked.columns["patient_id"].rule
    for row, cells in checked.table.rows:
        typed = checked.raw(cells, "patient_id")
        if damaged_id(typed):
            faults.error("damaged_key", row, header, rule)
        elif not normalise(typed):
            faults.error("no_key", row, header, rule)
        elif len([line for line in _LINES.split(typed) if normalise(line)]) > 1:
            # joined, two IDs would be an ID that nobody has
            faults.error("two_keys", row, header, rule)
        else:
            yield row, cells
