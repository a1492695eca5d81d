"""Everybody of whom something is known here, as a search looks for them in what is to leave."""

from collections import defaultdict
from pathlib import Path

from bonescint.config import PURGED
from bonescint.custody.declined import unseal_declined
from bonescint.custody.traces.terms import Person
from bonescint.identity.ledger import Ledger
from bonescint.identity.opt_outs import in_force
from bonescint.identity.people import read_people

CONSENTED = Path("private/consented.csv")
DECLINED = Path("private/declined.age")


def awaits_run(ledger: Ledger) -> bool:
    """Tell whether somebody declined, or takes part again, since the last run that went through.

    Parameters
    ----------
    ledger
        The opened ledger.

    Raises
    ------
    InputError
        If private/declined.age was sealed to another key or is damaged.
    """
    declined = in_force(ledger).keys()
    if not DECLINED.exists():
        return bool(declined)
    # the last step of a run writes the one, an early step the other
    if not PURGED.exists() or PURGED.stat().st_mtime_ns < DECLINED.stat().st_mtime_ns:
        return True
    back = {entry["subject"] for entry in ledger.entries("opt_out_withdrawn")} - declined
    taken = unseal_declined(DECLINED, ledger).keys()
    return not declined <= taken or not back.isdisjoint(taken)


def everybody_known(ledger: Ledger) -> list[Person]:
    """Return IDs and names of everybody, and of who declined the codes as well.

    Parameters
    ----------
    ledger
        The opened ledger of the study in this folder.
    """
    ids: dict[str, set[str]] = defaultdict(set)
    names: dict[str, set[str]] = defaultdict(set)
    for subject in ledger.codes():
        ids[subject] |= {subject, ledger.patient_id(subject)}
    if CONSENTED.exists():
        for header, subject in read_people(CONSENTED).headers.items():
            ids[subject] |= {header.patient_id, *header.other_patient_ids.split("\\")} - {""}
            names[subject] |= {header.patient_name} - {""}
    found = [Person(None, frozenset(ids[s]), frozenset(names[s])) for s in ids]
    if DECLINED.exists():
        found += unseal_declined(DECLINED, ledger).values()
    return found + [
        Person(code, frozenset({subject}), frozenset())
        for subject in in_force(ledger)
        for code in ledger.codes_of(subject) or (None,)
    ]
