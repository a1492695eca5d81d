"""Patients who are held back until it is decided whether they declined under another ID (R12)."""

from collections.abc import Callable, Collection, Iterable, Set
from typing import NamedTuple

from bonescint.identity.people import connected
from bonescint.names.doubts import OptOutDoubt, PersonalData, opt_out_doubts
from bonescint.names.ids import doubted_in, normalise


class HeldBack(NamedTuple):
    """The patients who stay out until a decision is recorded.

    Parameters
    ----------
    subjects
        Normalised IDs, with all other IDs of the same persons.
    doubts
        Digest by which a decision refers to a doubt -> what is to be decided.
    """

    subjects: Set[str]
    doubts: dict[str, OptOutDoubt]


def held_back(
    declined: Collection[PersonalData],
    others: Collection[PersonalData],
    pairs: Iterable[tuple[str, str]],
    digest: Callable[[bytes], str],
    settled: Set[str],
    by_id: Iterable[OptOutDoubt] = (),
) -> HeldBack:
    """Return who may be somebody who declined. Both the workflow and the command call this.

    Parameters
    ----------
    declined, others
        As for `bonescint.names.doubts.opt_out_doubts`.
    pairs
        (ID, other ID) of the images.
    digest
        An HMAC under a secret, so that nobody can guess the two IDs from a decision.
    settled
        Digests of doubts that were decided: it is another person.
    by_id
        What `id_doubts` returned.
    """
    found = (*by_id, *opt_out_doubts(declined, others))
    doubts = {digest(doubt.payload): doubt for doubt in found}
    unsettled = {key: doubt for key, doubt in doubts.items() if key not in settled}
    return HeldBack(connected((d.subject for d in unsettled.values()), pairs), unsettled)


def id_doubts(
    patient_ids: Iterable[str], declined: Collection[str], pattern: str
) -> list[OptOutDoubt]:
    """Return foreign patient IDs that contain the ID of somebody who declined.

    Foreign means that the ID does not match the hospital's pattern.
    """
    return sorted(
        OptOutDoubt(normalise(typed), one, "id")
        for typed in set(patient_ids)
        for one in doubted_in(typed, declined, pattern)
    )
