"""How much a table may hold: far above any real one, far below what fills the memory."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TableLimits:
    """What a table is read up to; config.yaml may raise each (``limits`` of the table's entry).

    Parameters
    ----------
    megabytes
        Of a text file, of the XML a workbook inflates to, and of the characters of its cells.
    rows, columns, cells
        That hold anything, of one sheet.
    line
        Characters of one record of a text file.
    formats
        Cell formats, formatted pieces of text and the like of a workbook.
    """

    megabytes: int = 50
    rows: int = 200_000
    columns: int = 1_000
    cells: int = 1_000_000
    line: int = 1_000_000
    formats: int = 200_000

    def check(self, name: str, found: int) -> None:
        """Raise `TooMuchError` if more was found than the limit `name` allows."""
        most: int = getattr(self, name)
        if found > (most * 1_000_000 if name == "megabytes" else most):
            raise TooMuchError(name, found, most)


class TooMuchError(Exception):
    """A table holds more than a limit allows; whoever reads the file says so in words.

    Parameters
    ----------
    limit
        The limit's name.
    found
        What was met when the reading stopped: there may be more.
    most
        The limit.
    """

    def __init__(self, limit: str, found: int, most: int) -> None:
        super().__init__(limit)
        self.limit = limit
        shown = -(-found // 1_000_000) if limit == "megabytes" else found
        self.values = {"n": f"{shown:,}", "most": f"{most:,}"}
