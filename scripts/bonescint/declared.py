"""The columns of the workflow's tables, as the files of resources/tables declare them.

A writer of a table names it here: `columns("flow")` are the columns of resources/tables/flow.csv.
The name is a literal in the code, so that a search finds every writer of a declaration.
"""

from collections.abc import Sequence
from functools import cache
from typing import NamedTuple

from bonescint.resources import resource_rows


class DeclaredColumn(NamedTuple):
    """One column of a table.

    Parameters
    ----------
    column
        Its name in the header.
    kind
        The kind of its values, such as ``id``, ``count`` or ``date``: a key ``kind.<kind>`` of
        resources/text/columns.csv.
    unit
        Unit of a measure: a key ``unit.<unit>`` of the same file, or empty.
    ja, en
        The meaning.
    values
        The list of its possible words, if it is fixed: a list of resources/values.csv,
        ``study.<what>`` for keys of the configuration, ``text.<area>`` for keys of that file of
        resources/text.
    """

    column: str
    kind: str
    unit: str
    ja: str
    en: str
    values: str = ""


@cache
def declaration(table: str) -> tuple[DeclaredColumn, ...]:
    """Return the columns of a file of resources/tables in order, with their declarations."""
    return tuple(DeclaredColumn(**row) for row in resource_rows(f"tables/{table}.csv"))


@cache
def columns(table: str) -> tuple[str, ...]:
    """Return the header of a table, named as for `declaration`."""
    return tuple(column.column for column in declaration(table))


def replaced(
    names: Sequence[str], declared: Sequence[str], configured: Sequence[str]
) -> tuple[str, ...]:
    """Return a header in which the study's own columns replace some of the declared ones.

    Parameters
    ----------
    declared
        The declared columns that the configuration replaces: the tracers, the metrics.
    configured
        The columns that replace them.
    """
    at = min(map(names.index, declared))
    return (*names[:at], *configured, *(name for name in names[at:] if name not in declared))
