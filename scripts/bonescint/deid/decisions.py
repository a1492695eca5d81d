"""What a person has decided of images and findings: private/review/decisions.tsv (R22, R27)."""

import re
from hashlib import sha256
from pathlib import Path
from typing import NamedTuple

from bonescint.deid.refusal import mistake
from bonescint.errors import InputError
from bonescint.text.csvfile import typed_rows
from bonescint.text.folding import unpadded

COLUMNS = ["item", "sha256", "decision", "reviewer", "date"]
_DIGEST = re.compile("[0-9a-f]{64}")
IMAGE = "image"  # a source file
CODED = "coded"  # an image as it is to leave
STATION = "station"  # whether a Station Name may stay that holds what is the hospital's
DOUBT = "opt-out-doubt"  # whether two patient IDs are one person's
ANOTHER_PERSON = "another-person"
# what is decided, and whether it lets something pass
_WORDS = {"release": True, "block": False}
BLANK = "blank:"  # and a code: a case that lacks a required field of the partner's sheet
NOT_STATED, LEAVE_OUT = "not-stated", "leave-out"
_BLANK_WORDS = {NOT_STATED: True, LEAVE_OUT: False}
_DOUBT_WORDS = {ANOTHER_PERSON: True, "same-person": False}
_ITEMS = (IMAGE, CODED, STATION, DOUBT)


class Decision(NamedTuple):
    """A row: what it is about, the hash of what was seen, and what was decided."""

    item: str
    sha256: str
    decision: str


def read_decisions(path: Path) -> list[Decision]:
    """Read the decisions; each holds for the content of its sha256 alone.

    Parameters
    ----------
    path
        The table, as `bonescint.text.csvfile.typed_rows` reads it: item (``image``, ``coded``,
        ``station``, ``findings:CODE``, ``blank:CODE`` or ``opt-out-doubt``), sha256, decision
        (``release`` or ``block``; of a blank ``leave-out`` or ``not-stated``; of a doubt
        ``another-person`` or ``same-person``), reviewer, date.

    Raises
    ------
    InputError
        If it is not such a table; every bad row is named.
    """
    decisions, problems = [], []
    for number, row in typed_rows(path, COLUMNS):
        # some programs print hashes in capitals; a block that is not understood must not be lost
        digest, item = row["sha256"].lower(), row["item"]
        item = item.lower() if item.lower() in _ITEMS else item
        if (
            row["decision"] not in _words(item)
            or not row["reviewer"]
            or not _DIGEST.fullmatch(digest)
            or not (item in _ITEMS or item.startswith(("findings:", BLANK)))
        ):
            problems.append(mistake("error.decision", path=path, row=number))
            continue
        decisions.append(Decision(item, digest, row["decision"]))
    if problems:
        raise InputError(problems)
    return decisions


def _words(item: str) -> dict[str, bool]:
    if item.startswith(BLANK):
        return _BLANK_WORDS
    return _DOUBT_WORDS if item == DOUBT else _WORDS


def released(decisions: list[Decision]) -> frozenset[tuple[str, str]]:
    """Return item and hash of what may pass; a decision against it anywhere wins.

    Parameters
    ----------
    decisions
        By `read_decisions`.
    """
    by: dict[bool, set[tuple[str, str]]] = {True: set(), False: set()}
    for item, digest, decision in decisions:
        by[_words(item)[decision]].add((item, digest))
    return frozenset(by[True] - by[False])


def blanks_decided(decisions: list[Decision]) -> dict[tuple[str, str], str]:
    """Return item and hash of incomplete cases -> what was decided; ``leave-out`` wins.

    Parameters
    ----------
    decisions
        By `read_decisions`.
    """
    stated = released(decisions)
    return {
        (item, digest): NOT_STATED if (item, digest) in stated else LEAVE_OUT
        for item, digest, _ in decisions
        if item.startswith(BLANK)
    }


def released_images(decisions: list[Decision]) -> frozenset[str]:
    """Return the hashes of the source files that were released.

    Parameters
    ----------
    decisions
        By `read_decisions`.
    """
    return frozenset(digest for item, digest in released(decisions) if item == IMAGE)


def released_stations(decisions: list[Decision]) -> frozenset[str]:
    """Return the digests of the Station Names that may stay.

    Parameters
    ----------
    decisions
        By `read_decisions`.
    """
    return frozenset(digest for item, digest in released(decisions) if item == STATION)


def station_digest(name: str) -> str:
    """Return what a decision about a Station Name is found by; empty if there is no name.

    Parameters
    ----------
    name
        As decoded from the source.
    """
    name = unpadded(name)
    return sha256(name.encode()).hexdigest() if name else ""


def other_persons(decisions: list[Decision]) -> frozenset[str]:
    """Return the digests of doubts of which somebody said: another person.

    Parameters
    ----------
    decisions
        By `read_decisions`.
    """
    return frozenset(digest for item, digest in released(decisions) if item == DOUBT)


def decision_line(digest: str, item: str = DOUBT) -> str:
    """Return the row that lets something pass; name and day are to be filled in.

    Parameters
    ----------
    digest
        Of the doubt (another person), or of the Station Name.
    item
        What it is about.
    """
    word = ANOTHER_PERSON if item == DOUBT else "release"
    return "\t".join((item, digest, word, "REVIEWER", "DATE"))
