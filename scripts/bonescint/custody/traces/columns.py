"""Whether a number in a column may be a patient's ID, by the declaration of its table (R12).

A table of the workflow is recognised by its path and its header, the study's workbook by its path
and its headings. Every other table is foreign. A number in it counts as an ID unless the title of
the column says what it measures.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

from bonescint.catalogue import catalogue
from bonescint.custody.traces.names import folded
from bonescint.dicom.vocabulary import BONE_TRACERS, known_tracers
from bonescint.names.parts import SEPARATORS
from bonescint.resources import Texts
from bonescint.tables.metric_columns import metric_values

# kinds of columns (resources/text/columns.csv) in which a number is never a patient ID
_NUMBERS = frozenset(
    {"flag", "grade", "count", "measure", "size", "hash", "uid", "date", "time"}
)  # fmt: skip
_NUMBER = re.compile(r"[-+0-9.:/ ]+")
# titles of foreign tables under which people keep patient IDs
_ID_TITLES = frozenset(
    {"patientid", "subject", "id", "pid", "患者id", "患者番号", "被登録者id", "カルテ番号",
     "otherpatientids", "where"}
)  # fmt: skip
# titles under which nobody keeps patient IDs: measurements of a scan or a patient, sizes, dates. A
# title that may stand above anything, such as n, value, total or files, is not among them.
_MEASURES = frozenset(
    {"bsi", "hotspots", "ann", "eod", "age", "patientage", "heightcm", "patientsize", "weightkg",
     "patientweight", "size", "modified", "state", "date", "examdate", "studydate", "studytime",
     "patientbirthdate"}
)  # fmt: skip
_LEAST_HEADINGS = 2
# what a study may call the columns of its tracers and metrics
_TRACER = re.compile("|".join(map(re.escape, known_tracers())))
_METRIC = re.compile("[a-z][a-z0-9_]*")


class ColumnContents(NamedTuple):
    """What the columns of one table may hold, by their numbers.

    Parameters
    ----------
    ids
        Columns of patient IDs. A whole value counts as an ID there, even if it would be too short
        elsewhere.
    numbers
        Columns in which a number is never a patient ID.
    """

    ids: frozenset[int] = frozenset()
    numbers: frozenset[int] = frozenset()

    def is_plain(self, column: int, cell: str) -> bool:
        """Tell whether a cell is a number, a date or a time in a column that holds no IDs.

        Parameters
        ----------
        column, cell
            The column's number, and the whole cell.
        """
        return column in self.numbers and bool(_NUMBER.fullmatch(cell))


# the workbook shows these columns among the remarks of an estimate, without their own heading
_IN_NOTES = {(("estimates",), "cases"), (("paper_numbers",), "cases")}


def columns_of(path: str, titles: Sequence[str]) -> ColumnContents:
    """Return what the columns of a table may hold.

    Parameters
    ----------
    path
        Path of the file, or its path within an archive; empty for a table that is not a file.
    titles
        Its first row.
    """
    for table in catalogue():
        there = table.side in ("private", "results") and table.is_at(path)
        # checked because somebody may have replaced it by another table
        if there and (said := _kinds({one.column: one.kind for one in table.columns}, titles)):
            return _of([kind == "id" for kind in said], [_plain({kind}) for kind in said])
    plain = [SEPARATORS.sub("", folded(title)) for title in titles]
    return _of([title in _ID_TITLES for title in plain], [title in _MEASURES for title in plain])


def _kinds(declared: Mapping[str, str], titles: Sequence[str]) -> list[str]:
    """Return the kinds of a header's columns, nothing if it is not the declared one.

    The study's own tracers or metrics may replace the declared ones of a bone scan.
    """
    if list(declared) == list(titles):
        return list(declared.values())
    for usual, own in ((BONE_TRACERS, _TRACER), (tuple(metric_values()), _METRIC)):
        if usual[0] in declared and usual[-1] in declared:
            at, rest = list(declared).index(usual[0]), [n for n in declared if n not in usual]
            end = at + len(titles) - len(rest)
            same = [*titles[:at], *titles[end:]] == rest
            if end > at and same and all(map(own.fullmatch, titles[at:end])):
                return [declared.get(title, "measure") for title in titles]
    return []


def is_workbook(path: str) -> bool:
    """Tell whether a file is the study's workbook.

    Parameters
    ----------
    path
        As for `columns_of`.
    """
    return any(table.parts == ("workbook",) and table.is_at(path) for table in catalogue())


def headings(cells: Sequence[str]) -> ColumnContents | None:
    """Return what the columns below a row of the study's workbook may hold.

    Parameters
    ----------
    cells
        The row. Unless all its cells are headings, None is returned.
    """
    known = _headings()
    said = [cell for cell in cells if cell]
    if len(said) < _LEAST_HEADINGS or not all(cell in known for cell in said):
        return None
    return _of([], [known.get(cell, False) for cell in cells])


def _of(ids: Sequence[bool], numbers: Sequence[bool]) -> ColumnContents:
    return ColumnContents(
        *(frozenset(n for n, yes in enumerate(each) if yes) for each in (ids, numbers))
    )


def _plain(kinds: set[str]) -> bool:
    return bool(kinds) and kinds <= _NUMBERS


@cache
def _headings() -> dict[str, bool]:
    """Return each heading of the workbook, and whether a number below it is never a patient ID.

    Several columns may share one heading. If one of them may hold anything, a number may be an ID.
    """
    kinds: dict[str, set[str]] = defaultdict(set)
    for table in catalogue():
        if table.side == "results":
            for column in table.columns:
                if (table.parts, column.column) not in _IN_NOTES:
                    kinds[column.column].add(column.kind)
    said: dict[str, set[str]] = defaultdict(set)
    for language in ("ja", "en"):
        for texts, start in (
            (Texts("workbook", language), "column_"),
            (Texts("deidentification", language), "column."),
        ):
            for key in texts:
                if key.startswith(start):
                    said[texts(key)] |= kinds[key.removeprefix(start)] or {"text"}
    return {heading: _plain(of) for heading, of in said.items()} | dict.fromkeys(
        known_tracers(), True
    )
