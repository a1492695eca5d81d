"""Who has declined: the ledger's record of the hospital's list and of the command (R12, R13).

An opt-out stays in force until it is withdrawn by the command. So nobody returns to the study when
a list is replaced by an older or shorter one.
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

# changes with every opt-out by command, so that Snakemake notices it; it reveals nothing
MARK = Path("private/opt_outs.mark")


def in_force(ledger: Ledger) -> dict[str, Entry]:
    """Return normalised patient ID -> the latest opt-out entry of everybody who declines."""
    declined: dict[str, Entry] = {}
    for entry in ledger.entries("opt_out", "opt_out_withdrawn"):
        if entry["kind"] == "opt_out":
            declined[entry["subject"]] = entry
        else:
            declined.pop(entry["subject"], None)
    return declined


def links(ledger: Ledger) -> set[tuple[str, str]]:
    """Return (ID, other ID) of persons who declined, as images once named them.

    They are on record because the images may be gone when the links are needed again.
    """
    return {(entry["subject"], entry["other"]) for entry in ledger.entries("linked")}


def declined(ledger: Ledger, pairs: Iterable[tuple[str, str]] = ()) -> set[str]:
    """Return all IDs of everybody who declines, by the images' pairs; new ones are recorded."""
    known = links(ledger)
    gone = connected(in_force(ledger), known.union(pairs))
    ledger.append(
        {"kind": "linked", "subject": subject, "other": other}
        for subject, other in sorted(set(pairs) - known)
        if subject in gone
    )
    return gone


def remember(ledger: Ledger, headers: Iterable[PersonalData]) -> None:
    """Record name and birth date of those who declined, as in the images, if they are new.

    These images may be gone when an image of the same patient under another ID arrives.
    """
    with ledger.exclusive():
        new = {header for header in headers if header.name.strip("^= ")} - set(remembered(ledger))
        ledger.append({"kind": "declined_person"} | h._asdict() for h in sorted(new))


def remembered(ledger: Ledger) -> list[PersonalData]:
    """Return what `remember` recorded, also for those who take part again."""
    return [
        PersonalData(*(entry[key] for key in PersonalData._fields))
        for entry in ledger.entries("declined_person")
    ]


def record(ledger: Ledger, entries: Iterable[Entry], mark: Path | None = MARK) -> None:
    """Add opt-outs to the ledger.

    Parameters
    ----------
    entries
        subject (normalised patient ID), source (``list`` or ``command``), received (ISO date or
        empty), by, ground, relation (R13).
    mark
        Touched before and afterwards, so that the change is noticed even after a power cut or
        during a run. The workflow itself passes None, because it has read the entries.
    """
    touch(mark)
    ledger.append({"kind": "opt_out"} | entry for entry in entries)
    touch(mark)


def is_no_id(subject: str, known: Set[str], pattern: str = ANY_ID) -> bool:
    """Return whether an entry is not one patient ID, so that a patient is overlooked.

    Such an entry is a code, a name, or several IDs in one cell. Letters without a digit are a name
    unless the hospital's pattern allows them: taken for an ID, a name would be searched for in all
    files, and found in those of every namesake.

    Parameters
    ----------
    subject
        The normalised entry.
    known
        Normalised IDs of images and ledger. Each of them counts as an ID.
    pattern
        What an ID looks like in this hospital (`bonescint.names.ids.is_patient_id`).
    """
    return subject not in known and (
        not is_patient_id(subject, pattern)
        or (pattern == ANY_ID and subject.isalpha())
        or typed_code(subject) is not None
        or any(
            {normalise(subject[:i]), normalise(subject[i:])} <= known
            for i in range(1, len(subject))
        )
    )


def is_incomplete(entry: Entry) -> bool:
    """Return whether an entry lacks a required detail; it excludes all the same (R13)."""
    wanted = ["received", "by"] + ["ground", "relation"] * (entry["by"] == "proxy")
    return not all(entry[key] for key in wanted)


def withdraw(ledger: Ledger, subjects: Iterable[str], mark: Path | None = MARK) -> None:
    """Record that persons who had declined take part again, under their former codes."""
    touch(mark)
    ledger.append({"kind": "opt_out_withdrawn", "subject": subject} for subject in subjects)
    touch(mark)
