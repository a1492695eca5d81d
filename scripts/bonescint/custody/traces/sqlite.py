"""The rows of SQLite databases (R12)."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, suppress
from itertools import islice
from typing import Any

from bonescint.custody.traces.columns import columns_of
from bonescint.custody.traces.terms import Terms
from bonescint.custody.traces.text import Found, Nested, Place

SQLITE = b"SQLite format 3\0"
_ROWS = 500  # searched at once


def search_sqlite(data: bytes, terms: Terms, nested: Nested) -> Iterator[Found]:
    """Yield the rows of a SQLite database that hold a term.

    Parameters
    ----------
    data
        The file.
    terms
        What is looked for.
    nested
        Searches a cell that holds bytes, which may be a file.

    Raises
    ------
    sqlite3.Error
        If it is damaged.
    """
    # as if it had no journal beside it, which is a file of its own
    plain = data[:18] + b"\1\1" + data[20:]
    with closing(sqlite3.connect(":memory:")) as base:
        base.deserialize(plain)
        base.text_factory = lambda data: data.decode("utf-8", "surrogateescape")
        tables = base.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
        for (table,) in tables:
            quoted = table.replace('"', '""')
            with suppress(sqlite3.OperationalError):  # of an extension that is not installed
                rows = base.execute(f'SELECT * FROM "{quoted}"')  # noqa: S608
                titles = [column[0] for column in rows.description]
                yield from _rows(rows, table, titles, terms, nested)


def _rows(
    rows: Iterator[Any], table: str, titles: Sequence[str], terms: Terms, nested: Nested
) -> Iterator[Found]:
    ids = columns_of("", titles).ids
    done = 0
    while some := list(islice(rows, _ROWS)):
        lines = [b"\t".join(map(_cell, row)) for row in some]
        suspect = bool(nested(b"\n".join(lines)))
        for number, (row, line) in enumerate(zip(some, lines, strict=True), done + 1):
            kinds = nested(line) if suspect else set()
            for n, value in enumerate(row):
                if isinstance(value, bytes):
                    kinds |= nested(value)
                if n in ids and terms.is_weak_id(str(value)):
                    kinds.add("id")
            yield from ((Place("table", table, number), kind) for kind in sorted(kinds))
        done += len(some)


def _cell(value: object) -> bytes:
    if value is None or isinstance(value, bytes):
        return b""  # searched on its own
    return str(value).encode("utf-8", "surrogateescape")
