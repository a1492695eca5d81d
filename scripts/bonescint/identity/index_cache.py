"""The index of the last run, sealed to the ledger, so that unchanged raw files are not read again.

It holds the rows of the patients who stayed in. The files of patients who declined are read again
at every run, so that no kept file names these patients.
"""

import csv
import io
from contextlib import suppress
from pathlib import Path

from bonescint.declared import columns
from bonescint.errors import InputError
from bonescint.files import BOM, replacing
from bonescint.identity.ledger import Ledger, LedgerFiles, open_ledger

IndexRow = dict[str, str]


def seal_index(path: Path, consented: Path | None, made_by: str, ledger: Ledger) -> None:
    """Write the rows of an index to a sealed file.

    Parameters
    ----------
    consented
        private/consented.csv; None keeps no row.
    made_by
        Digest of everything else that determines the rows: code, limits, tracers.
    ledger
        The ledger to whose key the file is sealed.
    """
    rows = consented.read_bytes().removeprefix(BOM.encode()) if consented else b""
    with replacing(path, "wb", private=True) as stream:
        stream.write(ledger.seal(made_by.encode() + b"\n" + rows))


def known_rows(path: Path, made_by: str, ledger: LedgerFiles) -> dict[str, IndexRow]:
    """Return path -> row of the index as `seal_index` wrote it.

    Parameters
    ----------
    path
        The sealed file. If it is missing or does not open, every raw file is read. The next step
        reports what is wrong with the ledger.
    made_by
        As for `seal_index`. Rows with another value are not used.
    ledger
        Arguments of `open_ledger`.
    """
    with suppress(InputError, OSError, UnicodeDecodeError):
        sealed = path.read_bytes()
        book = open_ledger(**ledger)
        made, _, rows = book.unseal(sealed).decode().partition("\n")
        if made == made_by:
            wanted = columns("index")
            return {
                row["path"]: {column: row[column] for column in wanted}
                for row in csv.DictReader(io.StringIO(rows, newline=""))
            }
    return {}
