"""What a summary of a run is made from. It imports little: every job reads the Snakefile."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from bonescint.deid.decisions import Decision


class RunOutcome(NamedTuple):
    """What the summary is made from."""

    # of the search for patients who declined: it exists if the search passed in this run
    receipt: Path
    opt_outs: Path  # results/cohort/opt_out.csv
    open_ends: Path  # results/cohort/open_ends.csv
    warnings: Sequence[str]  # the *.warnings.csv of the study as configured
    decided: list[Decision]  # by `bonescint.deid.decisions.read_decisions`
    language: str
    called: Mapping[str, str] = {}  # the key of a software or a reader -> what it is called
