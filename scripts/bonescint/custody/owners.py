"""The review page: where it lies, and to which patient a row belongs, without naming them (R12)."""

from collections.abc import Callable, Collection, Iterable
from pathlib import Path

from bonescint.files import read_rows
from bonescint.identity.ledger import Ledger

FOLDER = Path("private/review")
ITEMS = FOLDER / "items.csv"
PAGE = FOLDER / "index.html"


def owner_of(ledger: Ledger, coded: bool = False) -> Callable[[str], str]:
    """Return the function from a normalised patient ID to ``owner`` of private/review/items.csv.

    Parameters
    ----------
    ledger
        The opened ledger. Without its secret nobody can find the ID of an owner.
    coded
        Whether the row shows a code. A row that shows a source's path, which may hold the ID, gets
        another owner. The same owner for both would pair code and patient in plain text.
    """
    side = b"review-coded:" if coded else b"review:"
    return lambda subject: ledger.digest(side + subject.encode())


def owners_of(ledger: Ledger, subjects: Iterable[str]) -> set[str]:
    """Return the owners of all rows of these patients.

    Parameters
    ----------
    ledger
        The opened ledger.
    subjects
        Normalised patient IDs.
    """
    sides = owner_of(ledger), owner_of(ledger, coded=True)
    return {owner(subject) for subject in subjects for owner in sides}


def hashes_of(items: Path, owners: Collection[str]) -> frozenset[str]:
    """Return every hash by which a decision could name an image of these owners.

    Parameters
    ----------
    items
        private/review/items.csv, which may not exist.
    owners
        What `owners_of` returned.
    """
    rows = read_rows(items) if items.exists() else ()
    return frozenset(
        digest
        for row in rows
        if row["owner"] in owners and row["kind"] != "station"
        for digest in (row["sha256"], row["source_sha256"])
    ) - {""}


def is_stale(items: Path, current: Iterable[str]) -> bool:
    """Tell whether the page shows somebody who declined or is held back.

    Parameters
    ----------
    items
        private/review/items.csv, which may not exist.
    current
        Owners of everybody in private/consented.csv.
    """
    shown = {row["owner"] for row in read_rows(items)} if items.exists() else set()
    return not shown - {""} <= set(current)


def review_files(root: Path = Path()) -> list[Path]:
    """Return the page, its further pages and the list from which they are made.

    Parameters
    ----------
    root
        The study's folder.
    """
    folder = root / FOLDER
    return sorted([*folder.glob("*.html"), *folder.glob(ITEMS.name)])


def remove_review(root: Path = Path()) -> int:
    """Remove what `review_files` returns and return how many files that were. Rules make it anew.

    Parameters
    ----------
    root
        The study's folder. The decisions that people made stay.
    """
    gone = review_files(root)
    for path in gone:
        path.unlink()
    return len(gone)
