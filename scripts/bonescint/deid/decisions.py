"""Read what persons decided about images and findings: private/review/decisions.tsv (R22, R27).

All code that reads decisions does it here, so that one rule holds everywhere. Something passes only
if nobody decided otherwise and as many persons agree as the study asks for (`review.reviewers`).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from bonescint.deid.rectangles import Rectangles, parse_rectangles, spelled
from bonescint.deid.refusal import mistake
from bonescint.errors import InputError
from bonescint.text.csvfile import typed_rows
from bonescint.text.folding import half_width, unpadded

COLUMNS = ["item", "sha256", "decision", "reviewer", "date"]
RECTANGLES = "rectangles"  # the sixth column, which a table may lack
_DIGEST = re.compile("[0-9a-f]{64}")
# The code of the person who decided; the script of the page uses the pattern, too. Four letters or
# four digits may be a name or an ID, so a code has fewer of them, or both.
REVIEWER_CODE = (
    r"(?![A-Za-z]{4,}$)(?![A-Za-z]{0,2}[0-9]{4,}[A-Za-z]{0,2}$)(?!.*[0-9]{5})[A-Za-z0-9]{1,16}"
)
IMAGE = "image"  # a source file
CODED = "coded"  # an image as it is about to leave
STATION = "station"  # whether a Station Name with a word of the hospital may stay
DOUBT = "opt-out-doubt"  # whether two patient IDs belong to one person
ANOTHER_PERSON = "another-person"
# the decision, and whether it lets something pass
_WORDS = {"release": True, "block": False}
REDACT = "redact"  # rectangles of the image become 0; the result is judged like any image
_IMAGE_WORDS = _WORDS | {REDACT: True}
BLANK = "blank:"  # followed by a code: a case without a required field of the partner's sheet
NOT_STATED, LEAVE_OUT = "not-stated", "leave-out"
_BLANK_WORDS = {NOT_STATED: True, LEAVE_OUT: False}
_DOUBT_WORDS = {ANOTHER_PERSON: True, "same-person": False}
_ITEMS = (IMAGE, CODED, STATION, DOUBT)


class Decision(NamedTuple):
    """A row: its subject, the hash of the content seen, the decision, the person and the day.

    `rectangles` belong to ``redact``, in the form of `bonescint.deid.rectangles.spelled`.
    """

    item: str
    sha256: str
    decision: str
    reviewer: str = ""
    date: str = ""
    rectangles: str = ""

    @property
    def outcome(self) -> tuple[str, str]:
        """The part of a decision that persons must agree on."""
        return self.decision, self.rectangles

    @property
    def passes(self) -> bool:
        """Whether it lets something pass."""
        return decision_words(self.item)[self.decision]


class Standing(NamedTuple):
    """The state of the decisions about one content.

    Parameters
    ----------
    item, sha256
        Subject and hash of the content.
    state
        ``decided``; ``waits`` for another person; ``disagreed``.
    """

    item: str
    sha256: str
    state: str
    decisions: tuple[Decision, ...]


def read_decisions(path: Path, reviewers: int = 1) -> list[Decision]:
    """Read the decisions that count. Each holds only for the content with its sha256.

    Parameters
    ----------
    path
        The table, as `bonescint.text.csvfile.typed_rows` reads it: item (``image``, ``coded``,
        ``station``, ``findings:CODE``, ``blank:CODE`` or ``opt-out-doubt``), sha256, decision
        (``release`` or ``block``; for an image also ``redact``; for a blank ``leave-out`` or
        ``not-stated``; for a doubt ``another-person`` or ``same-person``), reviewer, date, and
        the rectangles of ``redact``.
    reviewers
        How many different persons must agree (`review.reviewers`). With 1, every row counts.

    Raises
    ------
    InputError
        If it is not such a table; every bad row is named.
    """
    decisions, problems = [], []
    for number, row in typed_rows(path, COLUMNS):
        decision = parse_decision(row)
        if decision:
            decisions.append(decision)
        else:
            problems.append(mistake("error.decision", path=path, row=number))
    if problems:
        raise InputError(problems)
    if reviewers == 1:
        return decisions
    settled = {
        (one.item, one.sha256) for one in standings(decisions, reviewers) if one.state == "decided"
    }
    return [one for one in decisions if (one.item, one.sha256) in settled]


def parse_decision(row: Mapping[str, str]) -> Decision | None:
    """Return a row of trimmed cells as a decision, or None if it is none."""
    # some programs print hashes in capitals; a block must not be lost because of that
    digest, item = row["sha256"].lower(), row["item"]
    item = item.lower() if item.lower() in _ITEMS else item
    rectangles = row.get(RECTANGLES) or ""
    if (
        row["decision"] not in decision_words(item)
        or not row["reviewer"]
        or not _DIGEST.fullmatch(digest)
        or not (item in _ITEMS or item.startswith(("findings:", BLANK)))
        or bool(rectangles) != (row["decision"] == REDACT)
    ):
        return None
    if rectangles:
        try:
            rectangles = spelled(parse_rectangles(rectangles))
        except ValueError:
            return None
    return Decision(item, digest, row["decision"], row["reviewer"], row["date"], rectangles)


def decision_words(item: str) -> dict[str, bool]:
    """Return the possible decisions about an item, and whether each lets something pass."""
    if item.startswith(BLANK):
        return _BLANK_WORDS
    if item == IMAGE:
        return _IMAGE_WORDS
    return _DOUBT_WORDS if item == DOUBT else _WORDS


def person(reviewer: str) -> str:
    """Return a reviewer without width, case and blanks, so that two spellings are one person."""
    return "".join(half_width(reviewer).casefold().split())


def standings(decisions: Iterable[Decision], reviewers: int) -> list[Standing]:
    """Return the state of all rows about each content, sorted by item and hash."""
    by: dict[tuple[str, str], list[Decision]] = defaultdict(list)
    for one in decisions:
        by[one.item, one.sha256].append(one)
    found = []
    for (item, digest), its in sorted(by.items()):
        state = "decided"
        if len({one.outcome for one in its}) > 1:
            state = "disagreed"
        elif len({person(one.reviewer) for one in its}) < reviewers:
            state = "waits"
        found.append(Standing(item, digest, state, tuple(its)))
    return found


def _passing(decisions: list[Decision]) -> dict[tuple[str, str], Decision]:
    """Return item and hash -> the decision that lets it pass. A decision against it wins."""
    return {
        (one.item, one.sha256): one.decisions[0]
        for one in standings(decisions, 1)
        if one.state == "decided" and one.decisions[0].passes
    }


def released(decisions: list[Decision]) -> frozenset[tuple[str, str]]:
    """Return item and hash of contents that may pass unchanged. A decision otherwise wins."""
    passing = _passing(decisions)
    return frozenset(key for key, one in passing.items() if one.decision != REDACT)


def redactions(decisions: list[Decision]) -> dict[str, Rectangles]:
    """Return hash of a source file -> the rectangles that become 0 in its image."""
    return {
        digest: parse_rectangles(one.rectangles)
        for (_, digest), one in _passing(decisions).items()
        if one.decision == REDACT
    }


def blanks_decided(decisions: list[Decision]) -> dict[tuple[str, str], str]:
    """Return item and hash of incomplete cases -> the decision. ``leave-out`` wins."""
    stated = released(decisions)
    return {
        (item, digest): NOT_STATED if (item, digest) in stated else LEAVE_OUT
        for item, digest, *_ in decisions
        if item.startswith(BLANK)
    }


def released_images(decisions: list[Decision]) -> frozenset[str]:
    """Return the hashes of the source files, and of redacted images, that were released."""
    return frozenset(digest for item, digest in released(decisions) if item == IMAGE)


def released_stations(decisions: list[Decision]) -> frozenset[str]:
    """Return the digests of the Station Names that may stay."""
    return frozenset(digest for item, digest in released(decisions) if item == STATION)


def station_digest(name: str) -> str:
    """Return the digest by which a decision names a decoded Station Name; empty without a name."""
    name = unpadded(name)
    return sha256(name.encode()).hexdigest() if name else ""


def other_persons(decisions: list[Decision]) -> frozenset[str]:
    """Return the digests of the doubts that a person settled as ``another-person``."""
    return frozenset(digest for item, digest in released(decisions) if item == DOUBT)


def decision_line(digest: str, item: str = DOUBT) -> str:
    """Return the row by which a digest may pass; name and day are to be filled in."""
    word = ANOTHER_PERSON if item == DOUBT else "release"
    return "\t".join((item, digest, word, "REVIEWER", "DATE"))
