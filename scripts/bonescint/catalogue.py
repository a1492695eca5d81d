"""Every table that the workflow writes: its place, its writer, its content."""

import re
from functools import cache
from typing import NamedTuple

from bonescint.declared import DeclaredColumn, declaration
from bonescint.registered import registered, words_in
from bonescint.resources import resource_rows

_QUESTIONS = "results/metrics/{question}.csv"  # one row for the tables of all questions
DECLARATIONS = "tables/"  # below resources: all declarations, whichever table is wanted


class DeclaredTable(NamedTuple):
    """A row of resources/tables.csv.

    Parameters
    ----------
    path
        Below the study's folder. Parts in braces, such as ``{batch}``, may have any value.
    parts
        The declarations of its columns, in order.
    rule
        The rule that writes it, or the command (``bonescint ...``).
    ja, en
        The description.
    """

    path: str
    parts: tuple[str, ...]
    rule: str
    ja: str
    en: str

    @property
    def side(self) -> str:
        """``private``, ``results`` or ``demo``; empty outside a study's folder."""
        return self.path.rpartition("/")[0].partition("/")[0]

    @property
    def columns(self) -> tuple[DeclaredColumn, ...]:
        """The declarations of its columns, in their order."""
        return tuple(column for part in self.parts for column in declaration(part))

    def is_at(self, path: str) -> bool:
        """Tell whether a path with ``/``, relative or absolute, ends as this table's does."""
        named = "[^/.]+".join(map(re.escape, re.split(r"\{\w+\}", self.path)))
        return bool(re.fullmatch(rf"(?:.*/)?{named}", path, re.DOTALL))


@cache
def catalogue() -> tuple[DeclaredTable, ...]:
    """Return every declared table, in the order of the workflow."""
    found = []
    for row in resource_rows("tables.csv"):
        if row["path"] == _QUESTIONS:
            found += _of_questions(tuple(row["columns"].split()))
        else:
            columns = tuple(row["columns"].split())
            found.append(DeclaredTable(row["path"], columns, row["rule"], row["ja"], row["en"]))
    return tuple(found)


def _of_questions(columns: tuple[str, ...]) -> list[DeclaredTable]:
    """Return the tables of the questions: for each its answers, then its further tables."""
    ja, en = (words_in("text/questions/", language) for language in ("ja", "en"))
    answers, further = [], []
    for name, declared in registered("questions", "QUESTION").items():
        about = (ja[name]("about").rstrip("。"), en[name]("about").rstrip("."))
        answers.append(DeclaredTable(f"results/metrics/{name}.csv", columns, name, *about))
        for table in declared.get("also", ()):
            about = (ja[name](f"table_{table}"), en[name](f"table_{table}"))
            further.append(DeclaredTable(f"results/metrics/{table}.csv", (table,), name, *about))
    return answers + further
