"""How the patients of the two tracers differ: what confounds the comparison of the products."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from bonescint.files import read_rows
from bonescint.joblog import job_log
from bonescint.stats.case_mix import (
    standardised_difference,
    standardised_difference_proportion,
)
from bonescint.stats.questions import labelled, tabulate

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)

TRACERS = ("MDP", "HMDP")
_OF_CASE = ("age", "height_cm", "weight_kg")
_OF_REFERENCE = ("n_metastases", "eod")


def compare_case_mix(cases: Path, reference: Path, confidence: float, table: Path) -> None:
    """Write standardised differences, MDP minus HMDP, of age, size, weight and findings (R6).

    Parameters
    ----------
    cases, reference
        results/cases.csv and results/reference.csv.
    confidence
        Of the intervals.
    table
        Where the estimates go; the note `metric` names what is compared.
    """
    found = {row["code"]: row for row in read_rows(reference)}
    groups = [
        [row | found[row["code"]] for row in read_rows(cases) if row["tracer"] == tracer]
        for tracer in TRACERS
    ]
    rows = []
    for name in (*_OF_CASE, *_OF_REFERENCE):
        first, second = (
            np.array([float(row[name]) for row in group if row[name]]) for group in groups
        )
        rows += labelled([standardised_difference(first, second, confidence)], f"metric={name}")
    counts: list[tuple[int, int]] = []
    for group in groups:
        decided = [row["metastasis"] == "1" for row in group if row["metastasis"]]
        counts.append((sum(decided), len(decided)))
    shares = standardised_difference_proportion(*counts[0], *counts[1], confidence)
    rows += labelled([shares], "metric=metastasis")
    rows = labelled(rows, "confounded", subject=TRACERS[0], comparator=TRACERS[1])
    tabulate(table, "case_mix", rows)
    logger.info("%d and %d cases", *map(len, groups))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        compare_case_mix(
            cases=Path(snakemake.input.cases),
            reference=Path(snakemake.input.reference),
            confidence=snakemake.params.confidence,
            table=Path(snakemake.output.table),
        )
