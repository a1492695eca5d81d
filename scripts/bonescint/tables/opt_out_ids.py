"""Entries of the opt-out list that are no patient ID: the run and every check refuse them alike."""

from collections.abc import Iterable, Set
from pathlib import Path

from bonescint.errors import InputError
from bonescint.identity.ledger import Ledger
from bonescint.identity.opt_outs import in_force, is_no_id, links
from bonescint.names.ids import ANY_ID
from bonescint.resources import Texts
from bonescint.tables.lists import OptOutEntry


def refuse_no_ids(
    entries: Iterable[OptOutEntry],
    known: Set[str],
    file: Path,
    language: str,
    pattern: str = ANY_ID,
) -> None:
    """Refuse a list with a cell that is a code, a name or several IDs (R12).

    Parameters
    ----------
    entries
        The list.
    known
        Normalised IDs that images and ledger name.
    file
        The list's file.
    language
        Of the messages.
    pattern
        What a patient ID is (`bonescint.names.ids.is_patient_id`).

    Raises
    ------
    InputError
        With every such row.
    """
    if odd := [entry.row for entry in entries if is_no_id(entry.subject, known, pattern)]:
        text = Texts("table_faults", language)
        raise InputError(text("opt_out_no_id", file=file.name, row=row) for row in odd)


def ids_of_ledger(ledger: Ledger) -> set[str]:
    """Return the normalised IDs that the ledger names: who is coded and who declined.

    Parameters
    ----------
    ledger
        The opened ledger.
    """
    return {*ledger.codes(), *in_force(ledger)}.union(*links(ledger))
