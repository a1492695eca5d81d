"""Everybody of whom something is known here. A search looks for them in files that are to leave."""

from collections import defaultdict
from pathlib import Path

from bonescint.config import PURGED
from bonescint.custody.declined import unseal_declined
from bonescint.custody.seal import SEALED_FILES
from bonescint.custody.traces.terms import Person
from bonescint.identity.ledger import Ledger
from bonescint.identity.opt_outs import MARK, in_force
from bonescint.identity.people import read_people

CONSENTED = Path("private/consented.csv")
DECLINED = Path("private/declined.age")


def await_removal() -> bool:
    """Tell whether opt-outs came in or were withdrawn by command since the last whole run."""
    # if results/ is sealed, the receipt is sealed too, and this cannot be known
    if not MARK.exists() or Path(SEALED_FILES["results"]).exists():
        return False
    return not PURGED.exists() or PURGED.stat().st_mtime_ns < MARK.stat().st_mtime_ns


def everybody_known(ledger: Ledger) -> list[Person]:
    """Return IDs and names of everybody of the study here, and the codes of those who declined."""
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
