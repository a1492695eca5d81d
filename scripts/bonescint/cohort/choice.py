"""Choose from more cases than planned: two margins of one table, in order (R3, R4).

The cells of the table have no quota. If cases were simply taken in order as long as they fit, a
margin might remain that no other case can fill. So a case is taken only if the largest possible
number of cases can still be reached. Among all largest choices this finds the first in order.
"""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bonescint.files import read_rows
from bonescint.warnings import Phrase, warning

FINDINGS = ("with_findings", "without_findings")
# states of a case: chosen, waiting as a reserve, cannot be chosen
CHOSEN, RESERVE, LEFT = "chosen", "reserve", "left"
SELECTION = Path("results/cohort/selection.csv")
_LEVELS = {"1": "with_findings", "0": "without_findings"}


class Candidate(NamedTuple):
    """A coded case and its place in the 2x2 table.

    Parameters
    ----------
    tracer
        The tracer as finally decided.
    findings
        ``with_findings``, ``without_findings``, or empty while the readers have not decided.
    """

    code: str
    tracer: str
    findings: str


def eligible(cases: Path, reference: Path) -> list[Candidate]:
    """Return all coded cases of results/cases.csv with their margins (results/reference.csv)."""
    said = {row["code"]: row["metastasis"] for row in read_rows(reference)}
    return [
        Candidate(row["code"], row["tracer"], _LEVELS.get(said.get(row["code"], ""), ""))
        for row in read_rows(cases)
    ]


def random_order(codes: Iterable[str], seed: int) -> list[str]:
    """Return codes in the order that a seed (``cohort.selection.random``) gives them.

    The sort key depends only on seed and code. So added or removed cases do not change the order of
    the others.
    """

    def key(code: str) -> bytes:
        return hashlib.sha256(f"{seed}\0{code}".encode()).digest()

    return sorted(codes, key=key)


def by_level(cases: Iterable[Candidate]) -> Counter[str]:
    """Return level of a margin -> cases, such as ``MDP`` -> 50."""
    return Counter(level for case in cases for level in case[1:] if level)


def choose(
    order: Sequence[Candidate], kept: Sequence[Candidate], targets: Mapping[str, int]
) -> list[Candidate]:
    """Return the kept cases, followed by those that are taken from the order.

    Parameters
    ----------
    order
        Cases that may be taken, in order. Cases without findings are skipped.
    kept
        Cases that stay chosen even if their margins have changed.
    targets
        Planned cases by level of each margin. No level gets more, and together they get as many as
        possible.
    """
    there = by_level(kept)
    room = {level: max(0, target - there[level]) for level, target in targets.items()}
    waiting = Counter(case[1:] for case in order)
    best = _most(room, waiting)
    found = list(kept)
    for case in order:
        waiting[case[1:]] -= 1
        if not all(room.get(level) for level in case[1:]):
            continue
        less = room | {level: room[level] - 1 for level in case[1:]}
        if 1 + _most(less, waiting) == best:
            found.append(case)
            room, best = less, best - 1
    return found


def _most(room: Mapping[str, int], waiting: Mapping[tuple[str, str], int]) -> int:
    """Return how many of the waiting cases fit into the room of both margins.

    The largest flow from the tracers to the findings equals the smallest cut between them (Ford and
    Fulkerson 1956). A cut takes the whole room of some levels of the findings. For the other levels
    it takes of each tracer the smaller of its room and its waiting cases.
    """
    tracers = room.keys() - set(FINDINGS)
    cuts = []
    for left in ((), FINDINGS[:1], FINDINGS[1:], FINDINGS):
        whole = sum(room[level] for level in FINDINGS if level not in left)
        cuts.append(
            whole + sum(min(room[t], sum(waiting[t, level] for level in left)) for t in tracers)
        )
    return min(cuts)


def warn_level(source: str, level: str, phrase: Phrase) -> dict[str, str]:
    """Return a warning about a planned number: of the findings (R4) or of a tracer (R3).

    Parameters
    ----------
    source, phrase
        As for `bonescint.warnings.warning`.
    level
        A level of one of the margins.
    """
    is_findings = level in FINDINGS
    group = Phrase(f"group.{level}") if is_findings else level
    return warning(source, "R4" if is_findings else "R3", phrase, {"group": group})


def not_chosen(selection: Path = SELECTION) -> set[str]:
    """Return the codes in no question and no delivery; the table may not be made yet."""
    rows: Collection[dict[str, str]] = list(read_rows(selection)) if selection.exists() else ()
    return {row["code"] for row in rows if row["state"] != CHOSEN}
