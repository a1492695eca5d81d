"""Limit the content of a table: far above any real one, far below what fills the memory."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class TableLimits:
    """The limits for a table. config.yaml may raise each (``limits`` of the table's entry)."""

    # size of a text file, of a workbook's XML after inflating, and of the text of its cells
    megabytes: int = 50
    rows: int = 200_000  # these three: number of those in one sheet that hold anything
    columns: int = 1_000
    cells: int = 1_000_000
    line: int = 1_000_000  # characters of one record of a text file
    # number of cell formats, formatted pieces of text and the like in a workbook
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
