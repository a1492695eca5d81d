"""The hospital's own table of patient codes, for use outside the workflow (R16, R17)."""

import re
import sys
from pathlib import Path

from bonescint.errors import InputError
from bonescint.names.ids import normalise, tells_id
from bonescint.resources import Texts
from bonescint.tables.bounds import CheckedTable
from bonescint.tables.columns import KEYS, load_columns
from bonescint.tables.faults import Faults
from bonescint.tables.reading import read_table
from bonescint.tables.values import damaged_id
from bonescint.text.folding import half_width

# valid as folder, file name and Patient ID on every system; no name that Windows reserves
_CODE = re.compile(
    r"(?!(?:con|prn|aux|nul|com\d|lpt\d)$)[a-z0-9][a-z0-9_-]{0,31}", re.ASCII | re.IGNORECASE
)


def read_codes(path: str | Path, language: str) -> dict[str, str]:
    """Return normalised patient ID -> code of a CSV, TSV or Excel table with these two columns.

    Raises
    ------
    InputError
        If a column or cell is missing, an ID has two codes, a code two IDs, a code cannot be a
        Patient ID and file name or holds the patient's ID; every such row is named.
    """
    table = read_table(path, language=language)
    faults = Faults(table, language)
    # every table declares the two key columns and their accepted headers; only these are used here
    columns = load_columns("reading_report")
    checked = CheckedTable(table, columns, faults, skip=set(columns) - set(KEYS))
    faults.raise_errors()
    text = Texts("commands", language)
    codes: dict[str, tuple[str, int]] = {}
    owners: dict[str, tuple[str, int]] = {}
    problems: list[tuple[int, str]] = []
    for row, cells in table.rows:
        typed, code = checked.raw(cells, "patient_id"), half_width(checked.raw(cells, "code"))
        subject = normalise(typed)
        if damaged_id(typed) or not subject:
            faults.error("no_key" if not subject else "damaged_key", row)
        elif not _CODE.fullmatch(code):
            problems.append((row, text("codes.form")))
        elif tells_id(code, subject):
            problems.append((row, text("codes.tells")))
        # not every system tells folders apart by upper and lower case
        elif (first := codes.setdefault(subject, (code, row)))[0].lower() != code.lower():
            problems.append((row, text("codes.two_codes", first=first[1])))
        elif (owner := owners.setdefault(code.lower(), (subject, row)))[0] != subject:
            problems.append((row, text("codes.taken", first=owner[1])))
    place = faults.text("place_file", file=table.file)
    problems += [(fault.row, fault.message(faults.text)) for fault in faults.errors]
    if problems:
        raise InputError(
            f"{place} {faults.text('place_row', row=row)}: {message}"
            for row, message in sorted(problems)
        )
    for row in table.struck:
        said = Texts("warnings", language)("row.struck")
        print(f"{place} {faults.text('place_row', row=row)}: {said}", file=sys.stderr)
    return {subject: code for subject, (code, _) in codes.items()}
