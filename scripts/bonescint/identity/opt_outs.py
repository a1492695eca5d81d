"""Who has declined: the ledger's record of the hospital's list and of the command (R12, R13).

An opt-out stays in force until it is withdrawn by the command. So a list that was replaced by an
older or a shorter one lets nobody slip back.
"""

from collections.abc import Iterable, Set
from pathlib import Path

from bonescint.identity.chain import Entry
from bonescint.identity.codes import typed_code
from bonescint.identity.ledger import Ledger
from bonescint.identity.mark import touch
from bonescint.identity.people import connected
from bonescint.names.doubts import PersonalData
from bonescint.names.ids import ANY_ID, is_patient_id, normalise

# changes with every opt-out that comes by command, so that Snakemake notices it; tells nothing
MARK = Path("private/opt_outs.mark")


def in_force(ledger: Ledger) -> dict[str, Entry]:
    """Return normalised patient ID -> the latest opt-out entry of everybody who declines.

    Parameters
    ----------
    ledger
        The opened ledger.
    """
    declined: dict[str, Entry] = {}
    for entry in ledger.entries("opt_out", "opt_out_withdrawn"):
        if entry["kind"] == "opt_out":
            declined[entry["subject"]] = entry
        else:
            declined.pop(entry["subject"], None)
    return declined


def links(ledger: Ledger) -> set[tuple[str, str]]:
    """Return (ID, other ID) of persons who declined, as images named them once.

    The images may be gone when somebody declines again or is delivered.
    """
    return {(entry["subject"], entry["other"]) for entry in ledger.entries("linked")}


def declined(ledger: Ledger, pairs: Iterable[tuple[str, str]] = ()) -> set[str]:
    """Return the normalised IDs of everybody who declines, with all other IDs of the same persons.

    Parameters
    ----------
    ledger
        The opened ledger; pairs that are new to it are recorded.
    pairs
        (ID, other ID), normalised, of the images that are there now.
    """
    known = links(ledger)
    gone = connected(in_force(ledger), known.union(pairs))
    ledger.append(
        {"kind": "linked", "subject": subject, "other": other}
        for subject, other in sorted(set(pairs) - known)
        if subject in gone
    )
    return gone


def remember(ledger: Ledger, headers: Iterable[PersonalData]) -> None:
    """Record name and birth date of who declined, as images have them; what is known is not added.

    The images may be gone when one under another ID arrives.

    Parameters
    ----------
    ledger
        The opened ledger.
    headers
        Of who declined.
    """
    with ledger.exclusive():
        new = {header for header in headers if header.name.strip("^= ")} - set(remembered(ledger))
        ledger.append({"kind": "declined_person"} | h._asdict() for h in sorted(new))


def remembered(ledger: Ledger) -> list[PersonalData]:
    """Return what `remember` has recorded, also of who takes part again."""
    return [
        PersonalData(*(entry[key] for key in PersonalData._fields))
        for entry in ledger.entries("declined_person")
    ]


def record(ledger: Ledger, entries: Iterable[Entry], mark: Path | None = MARK) -> None:
    """Add opt-outs to the ledger.

    Parameters
    ----------
    ledger
        The opened ledger.
    entries
        subject (normalised patient ID), source (``list`` or ``command``), received (ISO date or
        empty), by, ground, relation (R13).
    mark
        Touched before and afterwards, so that neither a power cut nor a run under way at that
        moment hides it; None for the workflow itself, which has read them.
    """
    touch(mark)
    ledger.append({"kind": "opt_out"} | entry for entry in entries)
    touch(mark)


def is_no_id(subject: str, known: Set[str], pattern: str = ANY_ID) -> bool:
    """Return whether an entry of the list is not one patient ID: somebody would be overlooked.

    It is a code, a name, or several IDs in one cell.

    Parameters
    ----------
    subject
        The normalised entry.
    known
        Normalised IDs that images and ledger name; whatever is among them is an ID.
    pattern
        What an ID is in this hospital (`bonescint.names.ids.is_patient_id`).
    """
    return subject not in known and (
        not is_patient_id(subject, pattern)
        or typed_code(subject) is not None
        or any(
            {normalise(subject[:i]), normalise(subject[i:])} <= known
            for i in range(1, len(subject))
        )
    )


def is_incomplete(entry: Entry) -> bool:
    """Return whether an entry lacks a detail that the record wants; it excludes all the same (R13).

    Parameters
    ----------
    entry
        As for `record`.
    """
    wanted = ["received", "by"] + ["ground", "relation"] * (entry["by"] == "proxy")
    return not all(entry[key] for key in wanted)


def withdraw(ledger: Ledger, subjects: Iterable[str], mark: Path | None = MARK) -> None:
    """Record that persons who had declined take part again; their codes are the former ones.

    Parameters
    ----------
    ledger
        The opened ledger.
    subjects
        Normalised patient IDs.
    mark
        As for `record`.
    """
    touch(mark)
    ledger.append({"kind": "opt_out_withdrawn", "subject": subject} for subject in subjects)
    touch(mark)
