"""Every table that the workflow writes: where it lies, who writes it, what it holds."""

import re
from functools import cache
from typing import NamedTuple

from bonescint.declared import DeclaredColumn, declaration
from bonescint.resources import resource_rows

DECLARATIONS = "tables/"  # below resources: all of them, whatever table is asked for


class DeclaredTable(NamedTuple):
    """A row of resources/tables.csv.

    Parameters
    ----------
    path
        Below the study's folder; ``{batch}``, ``{software}``, ``{stored}``, ``{reader}``: any.
    parts
        The declarations whose columns it has, one behind the other.
    rule
        The rule that writes it, or the command (``bonescint ...``).
    ja, en
        What it is.
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
        """All that is declared of its columns, in their order."""
        return tuple(column for part in self.parts for column in declaration(part))

    def is_at(self, path: str) -> bool:
        """Tell whether a path, relative or absolute, ends as this table's does.

        Parameters
        ----------
        path
            With ``/`` as separator.
        """
        named = "[^/.]+".join(map(re.escape, re.split(r"\{\w+\}", self.path)))
        return bool(re.fullmatch(rf"(?:.*/)?{named}", path, re.DOTALL))


@cache
def catalogue() -> tuple[DeclaredTable, ...]:
    """Return every declared table, in the order in which the data travel."""
    return tuple(
        DeclaredTable(row["path"], tuple(row["columns"].split()), row["rule"], row["ja"], row["en"])
        for row in resource_rows("tables.csv")
    )
