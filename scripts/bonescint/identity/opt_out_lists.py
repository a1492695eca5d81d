"""What each of the hospital's lists of opt-outs brought into the ledger (R12).

A list is known by the keyed digest of its content. A wrong table in its place excludes everybody
whom it names: it is held until a person confirms it, or taken back as a whole.
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
# of those who take part, whom a list may leave out at once and be recorded without a word
LARGEST_SHARE = 0.2
_FEW = 3  # patients; fewer are never too many: the last of a study may decline one by one


class Taken(NamedTuple):
    """Who declines once a list was taken.

    Parameters
    ----------
    in_force
        As `bonescint.identity.opt_outs.in_force`, with the entries that are held.
    gone
        Normalised IDs of everybody whom they mean.
    held
        Normalised IDs of the entries that exclude without being on record.
    held_gone
        Normalised IDs of those who are gone for a held entry alone.
    is_undone
        Whether the list was taken back as a whole: it excludes nobody.
    """

    in_force: dict[str, Entry]
    gone: set[str]
    held: set[str]
    held_gone: set[str]
    is_undone: bool


class Undone(NamedTuple):
    """What an undone list brought in: who takes part again, and who stays out for another reason.

    Parameters
    ----------
    back
        Normalised IDs.
    by_list, by_command, by_older
        How many are also named by another list, by the command, or by an entry that was recorded
        before lists had fingerprints.
    """

    back: list[str]
    by_list: int
    by_command: int
    by_older: int


def fingerprint(ledger: Ledger, path: str | Path) -> str:
    """Return the keyed digest of a list's content: that of results/cohort/inputs.csv.

    Parameters
    ----------
    ledger
        The opened ledger.
    path
        The file.
    """
    with Path(path).open("rb") as stream:
        return ledger.digest(hashlib.file_digest(stream, "sha256").digest())


def standing(ledger: Ledger, of: str) -> str:
    """Return what was last recorded of a list: `TAKEN`, `HELD`, `UNDONE`, or empty.

    Parameters
    ----------
    ledger
        The opened ledger.
    of
        The list's fingerprint.
    """
    return _standings(ledger).get(of, "")


def is_too_much(
    ledger: Ledger,
    subjects: Iterable[str],
    of: str,
    largest_share: float,
    pairs: Set[tuple[str, str]] = frozenset(),
    here: Collection[str] = (),
) -> bool:
    """Return whether a list would leave out so many that a person must confirm it.

    Parameters
    ----------
    ledger
        The opened ledger.
    subjects, of
        The normalised IDs of the list, and its fingerprint.
    largest_share
        Of the patients who take part, by code or by images, that a list may leave out at once.
    pairs, here
        (ID, other ID) and the normalised IDs of the images that are there.
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
    """Record what the hospital's list says anew, or hold it; return who declines.

    An entry of somebody who declines already changes nothing. A list that is held excludes in every
    run, but nothing of it is on record: when it is mended, nothing is left of it. All is done under
    one lock, so that the results are of one moment.

    Parameters
    ----------
    ledger
        The opened ledger.
    entries
        Of the list, as for `bonescint.identity.opt_outs.record`.
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
    """Record a list that was held or undone; return the new subjects, None if it is neither.

    Parameters
    ----------
    ledger
        The opened ledger.
    entries, of
        As for `take_list`.
    mark
        As for `bonescint.identity.opt_outs.record`.
    """
    with ledger.exclusive():
        if standing(ledger, of) not in (HELD, UNDONE):
            return None
        touch(mark)
        new = _record(ledger, {entry["subject"]: entry for entry in entries}, of)
        touch(mark)
    return new


def undo(ledger: Ledger, of: str, mark: Path | None = MARK) -> Undone:
    """Take back what one list brought in, and record that it counts no more.

    Parameters
    ----------
    ledger
        The opened ledger.
    of
        The fingerprint of a list that was taken.
    mark
        As for `bonescint.identity.opt_outs.record`.
    """
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
    """Return normalised ID -> who names it since it was last withdrawn, of those in force.

    ``command``, fingerprints of lists, and an empty word for an entry of a list that was recorded
    before lists had fingerprints.

    Parameters
    ----------
    ledger
        The opened ledger.
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
                # as IDs are normalised today
                for subject in filter(found.__contains__, map(normalise, entry["subjects"])):
                    found[subject].add(entry["list"])
    return dict(found)


def lists_on_record(ledger: Ledger) -> dict[str, Entry]:
    """Return fingerprint -> when it was last taken, of every list that counts.

    Parameters
    ----------
    ledger
        The opened ledger.
    """
    states = _standings(ledger)
    return {e["list"]: e for e in ledger.entries(TAKEN) if states[e["list"]] == TAKEN}


def _standings(ledger: Ledger) -> dict[str, str]:
    return {entry["list"]: entry["kind"] for entry in ledger.entries(TAKEN, HELD, UNDONE)}


def _is_latest(ledger: Ledger, of: str) -> bool:
    """Tell whether a list is the one that was taken last and still counts."""
    taken = ledger.entries(TAKEN)
    return bool(taken) and taken[-1]["list"] == of and standing(ledger, of) == TAKEN


def _record(ledger: Ledger, listed: dict[str, Entry], of: str) -> list[str]:
    former = in_force(ledger)
    new = [subject for subject in listed if subject not in former]
    entries: list[Entry] = [{"kind": "opt_out"} | listed[s] | {"list": of} for s in new]
    if not _is_latest(ledger, of):
        # who is in force already is named by this list too, and stays when another is undone
        entries.append({"kind": TAKEN, "list": of, "subjects": sorted(listed)})
    ledger.append(entries)
    return new
