"""The workbook's sheets that help to read and to report the numbers."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bonescint.files import Row
from bonescint.outputs.checklists import checklists
from bonescint.outputs.labels import Labels
from bonescint.outputs.results import Results, purposes
from bonescint.tables.sheets import Sheet, ShownColumn

# widths of the lists' columns: the column of what the run knows needs the most
_WIDTHS = {"topic": 24, "filled": 62, "rest": 28, "place": 22}


def write_purposes(
    sheet: Sheet,
    results: Results,
    labels: Labels,
    limiting: Sequence[str],
    place: Callable[[str], str],
) -> None:
    """Write what limits the reference, and what each number is for.

    Each sentence appears once. It is not repeated for a later question that has the same one.
    """
    rows: dict[tuple[str, str], Row] = {}
    for key, found in results.metrics.items():
        for one in purposes(key, found, labels):
            rows.setdefault((one["measure"], one["purpose"]), {"place": place(key)} | one)
    if limiting:
        sheet.line(labels("limits_heading"), "heading")
        sheet.notes(*limiting, style="plain")
    sheet.notes(labels("note_purposes"))
    columns = [ShownColumn(key, labels.heading(key)) for key in ("place", "measure", "purpose")]
    sheet.table(columns, list(rows.values()), labels("no_data"), widest=90)


def write_checklists(
    sheet: Sheet,
    results: Results,
    study: Mapping[str, Any],
    labels: Labels,
    place: Callable[[str], str],
) -> None:
    """Write STARD and GRRAS, filled in as far as the run knows."""
    for table in checklists(results, study, labels, place):
        sheet.line(table.title, "heading")
        sheet.notes(table.note)
        sheet.table(table.columns, table.rows, labels("no_data"), main=False, widest=_WIDTHS)
