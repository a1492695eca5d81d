"""Refuse entries of the opt-out list that are no patient ID, in the run and in every check."""

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
    """Refuse an opt-out list if a cell is a code, a name or several IDs (R12).

    `known` are the normalised IDs in images and ledger, and `pattern` is the form of a patient ID
    (`bonescint.names.ids.is_patient_id`).

    Raises
    ------
    InputError
        With every such row.
    """
    if odd := [entry.row for entry in entries if is_no_id(entry.subject, known, pattern)]:
        text = Texts("table_faults", language)
        raise InputError(text("opt_out_no_id", file=file.name, row=row) for row in odd)


def ids_of_ledger(ledger: Ledger) -> set[str]:
    """Return the normalised IDs in the ledger: of coded patients and of those who declined."""
    return {*ledger.codes(), *in_force(ledger)}.union(*links(ledger))
