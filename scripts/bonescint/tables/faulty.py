"""What an import leaves where a table is faulty: the workbook of its faults."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bonescint.errors import InputError
from bonescint.resources import Texts
from bonescint.tables.faults import TableErrors


@contextmanager
def fault_book_of_errors(path: Path, language: str, synthetic: bool) -> Iterator[None]:
    """Write a workbook of the faults if the block raises any; a former one is removed.

    Parameters
    ----------
    path
        The workbook, on the identified side.
    language
        Of its words.
    synthetic
        Whether the data are simulated: every sheet then says so.

    Raises
    ------
    InputError
        What the block raised; of the errors of a table the last line tells where the workbook is.
    """
    path.unlink(missing_ok=True)
    try:
        yield
    except TableErrors as error:
        # here and not above: only a failing import reads it, and it is slow to load
        from bonescint.tables.fault_book import write_fault_book

        write_fault_book(path, error.tables, language, synthetic)
        told = Texts("table_faults", language)("see_book", path=path)
        raise InputError([*error.problems, told]) from None
