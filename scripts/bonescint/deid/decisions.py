"""What a person has decided of images and findings: private/review/decisions.tsv (R22, R27)."""

import re
from pathlib import Path
from typing import NamedTuple

from bonescint.deid.refusal import mistake
from bonescint.errors import InputError
from bonescint.text.csvfile import typed_rows

_COLUMNS = ["item", "sha256", "decision", "reviewer", "date"]
_DIGEST = re.compile("[0-9a-f]{64}")
_IMAGE = "image"


class Decision(NamedTuple):
    """A row: what it is about, the hash of what was seen, ``release`` or ``block``."""

    item: str
    sha256: str
    decision: str


def read_decisions(path: Path) -> list[Decision]:
    """Read the decisions; each holds for the content of its sha256 alone.

    Parameters
    ----------
    path
        The table, as `bonescint.text.csvfile.typed_rows` reads it: item (``image`` or
        ``findings:CODE``), sha256, decision (``release`` or ``block``), reviewer, date.

    Raises
    ------
    InputError
        If it is not such a table; every bad row is named.
    """
    decisions, problems = [], []
    for number, row in typed_rows(path, _COLUMNS):
        # some programs print hashes in capitals; a block that is not understood must not be lost
        digest, item = row["sha256"].lower(), row["item"]
        item = item.lower() if item.lower() == _IMAGE else item
        if (
            row["decision"] not in ("release", "block")
            or not row["reviewer"]
            or not _DIGEST.fullmatch(digest)
            or not (item == _IMAGE or item.startswith("findings:"))
        ):
            problems.append(mistake("error.decision", path=path, row=number))
            continue
        decisions.append(Decision(item, digest, row["decision"]))
    if problems:
        raise InputError(problems)
    return decisions


def released(decisions: list[Decision]) -> frozenset[tuple[str, str]]:
    """Return item and hash of what was released; a block anywhere wins.

    Parameters
    ----------
    decisions
        By `read_decisions`.
    """
    by: dict[str, set[tuple[str, str]]] = {"release": set(), "block": set()}
    for item, digest, decision in decisions:
        by[decision].add((item, digest))
    return frozenset(by["release"] - by["block"])


def released_images(decisions: list[Decision]) -> frozenset[str]:
    """Return the hashes of the source files that were released.

    Parameters
    ----------
    decisions
        By `read_decisions`.
    """
    return frozenset(digest for item, digest in released(decisions) if item == _IMAGE)
