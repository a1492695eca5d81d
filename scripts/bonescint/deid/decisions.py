"""What a person has decided of images and findings: private/review/decisions.tsv (R22, R27)."""

from pathlib import Path
from typing import NamedTuple

from bonescint.deid.refusal import mistake
from bonescint.errors import InputError

_COLUMNS = ["item", "sha256", "decision", "reviewer", "date"]
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
        The table, parted by tabs: item (``image`` or ``findings:CODE``), sha256, decision
        (``release`` or ``block``), reviewer, date.

    Raises
    ------
    InputError
        If it is not such a table; every bad row is named.
    """
    data = path.read_bytes()
    try:
        lines = data.decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        # Excel writes the code page of a Japanese Windows
        lines = data.decode("cp932", "replace").splitlines()
    if not lines or lines[0].split("\t") != _COLUMNS:
        raise InputError(mistake("error.decisions_header", path=path, columns=", ".join(_COLUMNS)))
    decisions, problems = [], []
    for number, line in enumerate(lines[1:], 2):
        if not line.strip():
            continue
        values = dict(zip(_COLUMNS, map(str.strip, line.split("\t")), strict=False))
        if values.get("decision") not in ("release", "block") or not values.get("reviewer"):
            problems.append(mistake("error.decision", path=path, row=number))
            continue
        decisions.append(Decision(values["item"], values["sha256"], values["decision"]))
    if problems:
        raise InputError(problems)
    return decisions


def released_images(decisions: list[Decision]) -> frozenset[str]:
    """Return the hashes of the source files that were released; a block anywhere wins.

    Parameters
    ----------
    decisions
        By `read_decisions`.
    """
    images = [d for d in decisions if d.item == _IMAGE]
    blocked = {d.sha256 for d in images if d.decision == "block"}
    return frozenset(d.sha256 for d in images) - blocked
