"""What a summary of a run is made from. It imports little: every job reads the Snakefile."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bonescint.deid.decisions import Decision


class RunOutcome(NamedTuple):
    """What the summary is made from.

    Parameters
    ----------
    receipt
        Of the search for patients who declined: it exists if the search passed in this run.
    opt_outs, open_ends
        results/cohort/opt_out.csv and open_ends.csv.
    warnings
        The ``*.warnings.csv`` of the study as configured.
    decided
        By `bonescint.deid.decisions.read_decisions`.
    language
        ``ja`` or ``en``.
    called
        The key of a software or a reader -> what it is called.
    """

    receipt: Path
    opt_outs: Path
    open_ends: Path
    warnings: Sequence[str]
    decided: list[Decision]
    language: str
    called: Mapping[str, str] = {}
