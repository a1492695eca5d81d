"""What each of the hospital's lists of opt-outs brought into the ledger (R12).

A list is identified by the keyed digest of its content. A wrong table in its place excludes
everybody whom it names. So a list that excludes too many is held, that is, not put on record until
a person confirms it. A list can also be taken back as a whole.
"""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Set
from pathlib import Path
from typing import NamedTuple

from bonescint.identity.chain import Entry
from bonescint.identity.ledger import Ledger
from bonescint.identity.mark import touch
from bonescint.identity.opt_outs import MARK, declined, in_force, links
from bonescint.identity.people import connected
from bonescint.names.ids import normalise

TAKEN, HELD, UNDONE = "opt_out_list", "opt_out_list_held", "opt_out_list_undone"
# the share of those who take part that a list may exclude at once without a confirmation
LARGEST_SHARE = 0.2
_FEW = 3  # fewer patients are never too many: the last ones of a study may decline one by one


class Taken(NamedTuple):
    """Who declines after a list was taken.

    Parameters
    ----------
    in_force
        As `bonescint.identity.opt_outs.in_force`, with the entries that are held.
    gone
        Normalised IDs of all persons to whom these entries belong.
    held
        Normalised IDs of the entries that exclude without being on record.
    held_gone
        Normalised IDs of those who are excluded only by a held entry.
    is_undone
        Whether the list was taken back as a whole, so that it excludes nobody.
    """

    in_force: dict[str, Entry]
    gone: set[str]
    held: set[str]
    held_gone: set[str]
    is_undone: bool


class Undone(NamedTuple):
    """The patients of an undone list: who takes part again, and who stays out for another reason.

    Parameters
    ----------
    back
        Normalised IDs of those who take part again.
    by_list, by_command, by_older
        How many are also named by another list, by the command, or by an entry that was recorded
        before lists had fingerprints.
    """

    back: list[str]
    by_list: int
    by_command: int
    by_older: int


def fingerprint(ledger: Ledger, path: str | Path) -> str:
    """Return the keyed digest of a list's content, as in results/cohort/inputs.csv."""
    with Path(path).open("rb") as stream:
        return ledger.digest(hashlib.file_digest(stream, "sha256").digest())


def standing(ledger: Ledger, of: str) -> str:
    """Return the last record of a list's fingerprint: `TAKEN`, `HELD`, `UNDONE`, or empty."""
    return _standings(ledger).get(of, "")


def is_too_much(
    ledger: Ledger,
    subjects: Iterable[str],
    of: str,
    largest_share: float,
    pairs: Set[tuple[str, str]] = frozenset(),
    here: Collection[str] = (),
) -> bool:
    """Return whether a list would exclude so many that a person must confirm it.

    Parameters
    ----------
    subjects, of
        The normalised IDs of the list, and its fingerprint.
    largest_share
        Share of those who take part, by code or by images, that a list may exclude at once.
    pairs, here
        (ID, other ID) and the normalised IDs of the present images.
    """
    codes, state, former = ledger.codes(), standing(ledger, of), in_force(ledger)
    if state == HELD:
        return not former.keys() >= set(subjects)
    if _is_latest(ledger, of) or not (codes or ledger.entries(TAKEN)):
        return False  # confirmed, or the first run: there is no "before"
    known = links(ledger).union(pairs)
    before = connected(former, known)
    after = connected([*former, *subjects], known)
    for group in (set(codes), set(here) - {""}):
        stay = group - before
        n = len(stay & after)
        if n >= _FEW and n > largest_share * len(stay):
            return True
    return False


def take_list(
    ledger: Ledger,
    entries: Iterable[Entry],
    of: str,
    largest_share: float,
    pairs: Set[tuple[str, str]],
    here: Collection[str],
) -> Taken:
    """Record what is new in the hospital's list, or hold the list; return who declines.

    An entry of somebody who declines already changes nothing. A held list excludes in every run,
    but it is not on record, so nothing is left of it when it is corrected. Everything is done under
    one lock, so that the results are of one moment.

    Parameters
    ----------
    entries
        Entries of the list, as for `bonescint.identity.opt_outs.record`.
    of, largest_share, pairs, here
        As for `is_too_much`.
    """
    with ledger.exclusive():
        is_undone = standing(ledger, of) == UNDONE
        listed = {} if is_undone else {entry["subject"]: entry for entry in entries}
        if is_too_much(ledger, listed, of, largest_share, pairs, here):
            if standing(ledger, of) != HELD:
                ledger.append([{"kind": HELD, "list": of}])
            recorded = declined(ledger, pairs)
            former = in_force(ledger)
            gone = connected([*recorded, *listed], links(ledger).union(pairs))
            held = listed.keys() - former.keys()
            return Taken(listed | former, gone, held, gone - recorded, False)
        if not is_undone:
            _record(ledger, listed, of)
        return Taken(in_force(ledger), declined(ledger, pairs), set(), set(), is_undone)


def confirm(
    ledger: Ledger, entries: Iterable[Entry], of: str, mark: Path | None = MARK
) -> list[str] | None:
    """Record a list that was held or undone; return the new subjects, None if it is neither."""
    with ledger.exclusive():
        if standing(ledger, of) not in (HELD, UNDONE):
            return None
        touch(mark)
        new = _record(ledger, {entry["subject"]: entry for entry in entries}, of)
        touch(mark)
    return new


def undo(ledger: Ledger, of: str, mark: Path | None = MARK) -> Undone:
    """Take back the opt-outs of one list, and record that the list no longer counts."""
    with ledger.exclusive():
        lists = {one for one, state in _standings(ledger).items() if state == UNDONE} | {of}
        theirs = {subject: by for subject, by in named_by(ledger).items() if of in by}
        back = sorted(subject for subject, by in theirs.items() if by <= lists)
        touch(mark)
        ledger.append(
            [
                {"kind": UNDONE, "list": of},
                *({"kind": "opt_out_withdrawn", "subject": s, "list": of} for s in back),
            ]
        )
        touch(mark)
    others = [by - lists for by in theirs.values()]
    return Undone(
        back,
        sum(bool(by - {"command", ""}) for by in others),
        sum("command" in by for by in others),
        sum("" in by for by in others),
    )


def named_by(ledger: Ledger) -> dict[str, set[str]]:
    """Return normalised ID -> sources that name it since its last withdrawal, if it is in force.

    A source is ``command``, the fingerprint of a list, or an empty text for a list that was
    recorded before lists had fingerprints.
    """
    found: dict[str, set[str]] = defaultdict(set)
    for entry in ledger.entries("opt_out", "opt_out_withdrawn", TAKEN):
        match entry["kind"]:
            case "opt_out":
                is_list = entry["source"] == "list"
                found[entry["subject"]].add(entry.get("list", "") if is_list else "command")
            case "opt_out_withdrawn":
                found.pop(entry["subject"], None)
            case _:
                # normalised again, because a former version may have recorded them otherwise
                for subject in filter(found.__contains__, map(normalise, entry["subjects"])):
                    found[subject].add(entry["list"])
    return dict(found)


def lists_on_record(ledger: Ledger) -> dict[str, Entry]:
    """Return fingerprint -> the entry of its last taking, for every list that counts."""
    states = _standings(ledger)
    return {e["list"]: e for e in ledger.entries(TAKEN) if states[e["list"]] == TAKEN}


def _standings(ledger: Ledger) -> dict[str, str]:
    return {entry["list"]: entry["kind"] for entry in ledger.entries(TAKEN, HELD, UNDONE)}


def _is_latest(ledger: Ledger, of: str) -> bool:
    """Tell whether a list is the last one that was taken, and still counts."""
    taken = ledger.entries(TAKEN)
    return bool(taken) and taken[-1]["list"] == of and standing(ledger, of) == TAKEN


def _record(ledger: Ledger, listed: dict[str, Entry], of: str) -> list[str]:
    former = in_force(ledger)
    new = [subject for subject in listed if subject not in former]
    entries: list[Entry] = [{"kind": "opt_out"} | listed[s] | {"list": of} for s in new]
    if not _is_latest(ledger, of):
        # also names opt-outs that are in force already, so that they stay if another list is undone
        entries.append({"kind": TAKEN, "list": of, "subjects": sorted(listed)})
    ledger.append(entries)
    return new
