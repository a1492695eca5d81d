"""Write the workbook of faults when the import of a table fails."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bonescint.errors import InputError
from bonescint.resources import Texts
from bonescint.tables.faults import TableErrors


@contextmanager
def fault_book_of_errors(path: Path, language: str, synthetic: bool) -> Iterator[None]:
    """Write a workbook of the faults if the block raises any. An earlier one is removed.

    The workbook is on the identified side.

    Raises
    ------
    InputError
        The error of the block. For errors of a table, its last line names the workbook.
    """
    path.unlink(missing_ok=True)
    try:
        yield
    except TableErrors as error:
        # imported here, because it is slow and only a failing import needs it
        from bonescint.tables.fault_book import write_fault_book

        write_fault_book(path, error.tables, language, synthetic)
        told = Texts("table_faults", language)("see_book", path=path)
        raise InputError([*error.problems, told]) from None
