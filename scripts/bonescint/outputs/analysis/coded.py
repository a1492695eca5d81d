"""The coded tables as CSV that R and EZR can read directly: no BOM, NA, ISO dates.

Unless told otherwise, R takes a BOM as part of the first column's name, and EZR's menu has no
such option. The files are plain ASCII except for values that a study writes in other letters.
"""

import csv
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from bonescint.files import Row, read_rows, replacing
from bonescint.outputs.analysis.described import WideColumn

NOT_AVAILABLE = "NA"
Paths = Sequence[str | Path]


def write_for_r(path: Path, names: Sequence[str], rows: Iterable[Mapping[str, str]]) -> None:
    """Write a table. Missing values are NA.

    Keys of a row that are not in the header `names` are left out.
    """
    with replacing(path, sync=False) as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(names)
        for row in rows:
            writer.writerow(row.get(name) or NOT_AVAILABLE for name in names)


def rows_of(paths: Paths) -> Iterator[Row]:
    """Yield the rows of several tables, one table after the other."""
    for path in paths:
        yield from read_rows(path)


def estimates_of(paths: Mapping[str, str | Path]) -> Iterator[Row]:
    """Yield every answer with the name of its table.

    `paths` maps a question to its table.
    """
    for name, path in paths.items():
        for row in read_rows(path):
            yield {"table": name, **row}


def wide_rows(
    columns: Sequence[WideColumn],
    cases: Paths,
    reference: Paths,
    readings: Paths,
    measurements: Paths,
) -> Iterator[Row]:
    """Yield a row for each case, with the columns of `wide_columns`."""
    names = {(one.form, *one.source): one.about.column for one in columns}
    found: dict[str, Row] = defaultdict(dict)

    def take(form: str, row: Row, key: str, column: str, value: str) -> None:
        if name := names.get((form, key, column)):
            found[row["code"]][name] = value

    for row in rows_of(reference):
        for column, value in row.items():
            take("reference", row, "", column, value)
    for row in rows_of(readings):
        for column, value in row.items():
            take("readers", row, row["reader"], column, value)
    for row in rows_of(measurements):
        take("software", row, row["software"], row["metric"], row["value"])
        take("software", row, row["software"], "status", row["status"])
    for row in rows_of(cases):
        yield row | found.pop(row["code"], {})
