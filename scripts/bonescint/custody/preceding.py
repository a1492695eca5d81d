"""What left the hospital under the preceding study: software may have been trained on it (R31).

Those deliveries used other codes. So they are on record by patient IDs, only in the ledger.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from bonescint.custody.deliveries import MARK, tells_patient
from bonescint.errors import InputError
from bonescint.identity.ledger import Ledger
from bonescint.identity.mark import touch
from bonescint.identity.opt_outs import is_no_id
from bonescint.names.ids import ANY_ID, normalise
from bonescint.resources import Texts

_SHOWN = 10  # rows in a message


@dataclass(frozen=True, slots=True)
class PrecedingDelivery:
    """A delivery under the preceding study."""

    id: str  # P-001 and so on
    date: str
    partner: str  # empty if unknown, like the medium
    medium: str
    subjects: frozenset[str]  # normalised patient IDs

    def codes(self, ledger: Ledger) -> list[str]:
        """Return the codes of those of its patients who are now in this study, in order."""
        return sorted(code for subject in self.subjects for code in ledger.codes_of(subject))


def preceding_deliveries(ledger: Ledger) -> list[PrecedingDelivery]:
    """Return the deliveries under the preceding study in their order."""
    return [
        PrecedingDelivery(
            id=entry["id"],
            date=entry["date"],
            partner=entry["partner"],
            medium=entry["medium"],
            subjects=frozenset(map(normalise, entry["subjects"])),
        )
        for entry in ledger.entries("preceding_delivery")
    ]


def first_delivered(ledger: Ledger) -> dict[str, str]:
    """Return code -> the first day on which the patient was delivered under the preceding study.

    Patients who got a code after the record was made are found too.
    """
    first: dict[str, str] = {}
    for delivery in preceding_deliveries(ledger):
        for code in delivery.codes(ledger):
            first[code] = min(delivery.date, first.get(code, delivery.date))
    return first


def delivered_before(ledger: Ledger, declined: Collection[str]) -> int:
    """Return how many of these patients (normalised IDs) the preceding study delivered."""
    return len({s for one in preceding_deliveries(ledger) for s in one.subjects} & set(declined))


def put_preceding_on_record(
    ledger: Ledger,
    rows: Mapping[int, str],
    details: Mapping[str, str],
    language: str,
    today: date,
    pattern: str = ANY_ID,
    mark: Path | None = MARK,
) -> PrecedingDelivery:
    """Add a delivery under the preceding study to the ledger and return it.

    Parameters
    ----------
    ledger, today
        The opened ledger, and the day of recording.
    rows
        Row of the list -> normalised patient ID. Patients who are not in this study are recorded
        too, because they may enter later.
    details
        ``date`` (ISO), ``partner``, ``medium``.
    language
        Of the messages. They name rows and never an ID.
    pattern
        What a patient ID looks like (`bonescint.names.ids.is_patient_id`).
    mark
        Touched before and afterwards (`bonescint.identity.mark`), so that the next run marks anew
        the cases that a version may have been trained on.

    Raises
    ------
    InputError
        If an entry is not one patient ID (above all if it is a code), the day lies in the future,
        a word holds a patient ID, or the same is on record. Nothing is recorded then.
    """
    text = Texts("receipts", language)
    details = {name: " ".join(details[name].split()) for name in ("date", "partner", "medium")}
    problems = list(_wrong_details(ledger, details, today, text))
    if not rows:
        problems.append(text("no_ids"))
    known = ledger.codes().keys()
    if odd := [row for row, subject in rows.items() if is_no_id(subject, known, pattern)]:
        shown = ", ".join(map(str, odd[:_SHOWN])) + (" ..." if len(odd) > _SHOWN else "")
        problems.append(text("no_id", n=len(odd), rows=shown))
    if problems:
        raise InputError([*problems, text("nothing")])
    subjects = frozenset(rows.values())
    with ledger.exclusive():
        before = preceding_deliveries(ledger)
        for other in before:
            if (other.date, other.subjects) == (details["date"], subjects):
                raise InputError([text("twice", delivery=other.id), text("nothing")])
        entry = {"id": f"P-{len(before) + 1:03d}", **details, "subjects": sorted(subjects)}
        touch(mark)
        ledger.append([{"kind": "preceding_delivery"} | entry])
        touch(mark)
    return preceding_deliveries(ledger)[-1]


def _wrong_details(
    ledger: Ledger, details: Mapping[str, str], today: date, text: Texts
) -> Iterator[str]:
    if details["date"] > today.isoformat():
        yield text("future", date=details["date"])
    for name in ("partner", "medium"):
        if tells_patient(ledger, details[name]):
            yield text("tells", option=name)
