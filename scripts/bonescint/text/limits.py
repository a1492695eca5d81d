"""Limit the content of a table: far above any real one, far below what fills the memory."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TableLimits:
    """The limits for a table. config.yaml may raise each (``limits`` of the table's entry).

    Parameters
    ----------
    megabytes
        Size of a text file, of a workbook's XML after inflating, and of the text of its cells.
    rows, columns, cells
        Number of those in one sheet that hold anything.
    line
        Characters of one record of a text file.
    formats
        Number of cell formats, formatted pieces of text and the like in a workbook.
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
    """A table holds more than a limit allows. The caller that reads the file puts it into words.

    Parameters
    ----------
    found
        The number at which the reading stopped. There may be more.
    """

    def __init__(self, limit: str, found: int, most: int) -> None:
        super().__init__(limit)
        self.limit = limit
        shown = -(-found // 1_000_000) if limit == "megabytes" else found
        self.values = {"n": f"{shown:,}", "most": f"{most:,}"}
