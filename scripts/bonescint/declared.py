"""The columns of the workflow's tables, as the files of resources/tables declare them.

Whoever writes a table names it here: `columns("flow")` are those of resources/tables/flow.csv. The
name stands in the code as a literal, so that a search finds every writer of a declaration.
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
        What its values are, such as ``id``, ``count`` or ``date``: a key ``kind.<kind>`` of
        resources/text/columns.csv.
    unit
        Of a measure; a key ``unit.<unit>`` of the same file, or empty.
    ja, en
        What it means.
    values
        The list of words that may stand in it, if that is fixed: one of resources/values.csv,
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
    """Return the columns of a table in their order, with all that is declared of them.

    Parameters
    ----------
    table
        A file of resources/tables without its ending.
    """
    return tuple(DeclaredColumn(**row) for row in resource_rows(f"tables/{table}.csv"))


@cache
def columns(table: str) -> tuple[str, ...]:
    """Return the header of a table.

    Parameters
    ----------
    table
        As for `declaration`.
    """
    return tuple(column.column for column in declaration(table))


def replaced(
    names: Sequence[str], declared: Sequence[str], configured: Sequence[str]
) -> tuple[str, ...]:
    """Return a header with the study's own columns where some of the declared ones stand.

    Parameters
    ----------
    names
        The declared header.
    declared
        Those of its columns that the configuration names: the tracers, the metrics.
    configured
        What takes their place.
    """
    at = min(map(names.index, declared))
    return (*names[:at], *configured, *(name for name in names[at:] if name not in declared))
