"""What the last run read of the raw folder, sealed to the ledger: it is not read again unchanged.

It holds the rows of those who stayed in; who has declined is read again at every run, and is in no
file that is kept.
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
    """Keep the rows of an index.

    Parameters
    ----------
    path
        The file to write.
    consented
        private/consented.csv; None keeps no row.
    made_by
        What decides the rows beside the files: code, limits, tracers.
    ledger
        Whose key opens it.
    """
    rows = consented.read_bytes().removeprefix(BOM.encode()) if consented else b""
    with replacing(path, "wb", private=True) as stream:
        stream.write(ledger.seal(made_by.encode() + b"\n" + rows))


def known_rows(path: Path, made_by: str, ledger: LedgerFiles) -> dict[str, IndexRow]:
    """Return path -> row of the index as `seal_index` kept it.

    Parameters
    ----------
    path
        The sealed file. Without it, or if it does not open, nothing is known and every file is
        read: whatever is wrong with the ledger is told by the next step.
    made_by
        As for `seal_index`; rows that something else made are not taken.
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
