"""What a failed import leaves: its faults as a workbook."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bonescint.errors import InputError
from bonescint.tables.faults import TableErrors


@contextmanager
def fault_book(path: Path, language: str, synthetic: bool) -> Iterator[None]:
    """Write a workbook of the faults if the block raises any; a former one is removed.

    Parameters
    ----------
    path, language, synthetic
        As for `bonescint.tables.fault_book.write_fault_book`.

    Raises
    ------
    InputError
        What the block raised; of the errors of a table the last line tells where the workbook is.
    """
    path.unlink(missing_ok=True)
    try:
        yield
    except TableErrors as error:
        # what only a failing job reads changes no result: `code_digest` leaves it out
        from bonescint.tables.fault_book import write_fault_book

        told = write_fault_book(path, error.tables, language, synthetic)
        raise InputError([*error.problems, told]) from None
