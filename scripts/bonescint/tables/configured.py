"""Open a table as its entry of config.yaml says, and find its columns."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from bonescint.tables.bounds import CheckedTable
from bonescint.tables.columns import KEYS, Column
from bonescint.tables.faults import Faults
from bonescint.tables.headers import header_words
from bonescint.tables.reading import read_table


def open_configured(
    path: str | Path,
    columns: Mapping[str, Column],
    layout: Mapping[str, Any],
    language: str,
    *,
    key: str = "patient_id",
    config_key: str | None,
    entry: str = "",
    source: str = "",
    identifiers: Iterable[str] = (),
    second: bool = False,
) -> CheckedTable:
    """Return the table. A missing column is one of its faults.

    Parameters
    ----------
    columns
        The columns of its schema.
    key
        The patients' column, which `layout` calls ``key``. The table has no other of `KEYS`.
    config_key, entry
        As for `CheckedTable`.
    source, identifiers, second
        As for `Faults`.

    Raises
    ------
    InputError
        If the file cannot be read, or has no header.
    """
    headers = layout.get("columns") or {}
    configured = {key if name == "key" else name: header for name, header in headers.items()}
    skip = {*KEYS} - {key}
    table = read_table(
        path,
        layout.get("sheet"),
        layout.get("header_row"),
        layout.get("encoding"),
        language,
        words=header_words(columns, skip, configured),
        limits=layout.get("limits"),
    )
    return CheckedTable(
        table,
        columns,
        Faults(table, language, source, identifiers, second),
        skip=skip,
        configured=configured,
        config_key=config_key,
        entry=entry,
        decimal=layout.get("decimal") or ".",
    )
