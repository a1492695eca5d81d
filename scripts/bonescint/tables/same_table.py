"""Warn if one table is given for two software versions or two readers."""

from collections.abc import Mapping, Sequence
from typing import Any

from bonescint.tables.bounds import CheckedTable


def warn_same_table(
    checked: CheckedTable,
    names: Sequence[str],
    sheet: str | None,
    same: Mapping[str, Mapping[str, Any]],
    config_key: str,
) -> None:
    """Warn about other entries that read the same columns and the same sheet of equal files.

    Parameters
    ----------
    names
        The columns that hold results.
    sheet
        The sheet in this entry's configuration.
    same
        Other entries whose file has the same content -> their ``sheet`` and ``columns``.
    config_key
        This entry's path in the configuration.
    """
    for other, layout in same.items():
        named, own = layout.get("sheet"), checked.table.sheet
        # a text file has no sheet, and an entry without a sheet reads a visible one
        any_sheet = None in (named, own) and not checked.table.visible_others
        one = named in (sheet, own) or any_sheet
        headers = layout.get("columns") or {}
        if one and any(checked.is_column(name, headers.get(name)) for name in names):
            checked.faults.warn("same_table", other=other, entry=config_key)
