"""Read the hospital's list of the cases to choose from, in its order (R3, R4)."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bonescint.identity.codes import typed_code
from bonescint.names.ids import normalise
from bonescint.tables.columns import load_columns
from bonescint.tables.configured import open_configured
from bonescint.tables.lists import pass_on_warnings
from bonescint.tables.values import damaged_id

ENTRY = "cohort.selection.list"


def read_selection(
    given: object, language: str, warnings: list[dict[str, str]] | None = None
) -> dict[str, int]:
    """Return normalised patient ID, or code, -> row of the list, in its order.

    Parameters
    ----------
    given
        ``cohort.selection.list`` of the configuration: a path, or a mapping of ``file`` and
        optionally ``key`` (``patient_id`` or ``code``), ``sheet``, ``header_row``, ``encoding``,
        ``columns`` and ``limits``.
    warnings
        Takes remarks about odd rows that are read nevertheless, as rows of ``*.warnings.csv``.

    Raises
    ------
    InputError
        If the list is empty, an entry is no ID or code, or a patient is in it twice.
    """
    layout: Mapping[str, Any] = given if isinstance(given, Mapping) else {"file": given}
    key = str(layout.get("key") or "patient_id")
    checked = open_configured(
        Path(layout["file"]),
        load_columns("selection"),
        layout,
        language,
        key=key,
        config_key=f"{ENTRY}.columns" if layout.get("columns") else None,
        entry=ENTRY,
    )
    table, faults = checked.table, checked.faults
    faults.raise_errors()  # without its column the list cannot be read
    found: dict[str, int] = {}
    for row, cells in table.rows:
        typed = checked.raw(cells, key)
        entry = typed_code(typed) if key == "code" else normalise(typed)
        if damaged_id(typed):
            faults.error("damaged_key", row, checked.header(key), "R3")
        elif not normalise(typed):
            faults.error("no_key", row, checked.header(key), "R3")
        elif not entry:
            faults.error("no_code_of_list", row, checked.header(key), "R3")
        elif found.setdefault(entry, row) != row:
            faults.error("duplicate", row, checked.header(key), "R3", first=found[entry])
    if not table.rows:
        faults.error("empty_selection", rule="R3")
    faults.raise_errors()
    pass_on_warnings(checked, warnings)
    return found
