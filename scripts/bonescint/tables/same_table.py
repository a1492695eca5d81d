"""One table given for two software versions or two readers: a warning."""

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
    """Warn of other entries that read the same columns of the same sheet of the same content.

    Parameters
    ----------
    checked
        The table.
    names
        The columns that hold results.
    sheet
        As configured for this entry.
    same
        Other entries whose file has the same content -> their ``sheet`` and ``columns``.
    config_key
        This entry's path in the configuration.
    """
    for other, layout in same.items():
        named, own = layout.get("sheet"), checked.table.sheet
        # a text file has none, and an entry without one reads one that can be seen
        any_sheet = None in (named, own) and not checked.table.visible_others
        one = named in (sheet, own) or any_sheet
        headers = layout.get("columns") or {}
        if one and any(checked.is_column(name, headers.get(name)) for name in names):
            checked.faults.warn("same_table", other=other, entry=config_key)
