"""Measure how far the readers agree with each other on metastasis yes/no."""

import logging
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from bonescint.files import read_rows
from bonescint.joblog import job_log
from bonescint.stats.agreement import cohen_kappa, fleiss_kappa, percent_agreement
from bonescint.stats.estimate import Estimate, write_estimates

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)


def assess_reader_agreement(readings: list[Path], settings: dict[str, Any], table: Path) -> None:
    """Write agreement and kappa of all readers, and of every pair of them (R10).

    Parameters
    ----------
    readings
        One table per reader (results/readings), named after the reader.
    settings
        The configuration's `metrics`: `confidence`.
    table
        Where the estimates go. The cases that a reader has not read are counted in the note.
    """
    confidence = settings["confidence"]
    answers = {
        path.stem: {
            row["code"]: float(row["metastasis"]) if row["metastasis"] else np.nan
            for row in read_rows(path)
        }
        for path in readings
    }
    codes = sorted({code for answer in answers.values() for code in answer})
    # shape (cases, readers) even where either is empty
    ratings = np.array(
        [[answer.get(code, np.nan) for answer in answers.values()] for code in codes]
    ).reshape(len(codes), len(answers))

    def incomplete(columns: list[int]) -> str:
        return f"not_read_by_all={int(np.isnan(ratings[:, columns]).any(axis=1).sum())}"

    everyone = incomplete(list(range(len(answers))))
    rows: list[Estimate] = [
        replace(one, subject="all_readers").noting(everyone)
        for one in (percent_agreement(ratings, confidence), fleiss_kappa(ratings, confidence))
    ]
    for (i, first), (j, second) in combinations(enumerate(answers), 2):
        rows += [
            replace(one, subject=first, comparator=second).noting(incomplete([i, j]))
            for one in (
                percent_agreement(ratings[:, [i, j]], confidence),
                cohen_kappa(ratings[:, i], ratings[:, j], confidence=confidence),
            )
        ]
    write_estimates(table, (replace(row, question="reader_agreement") for row in rows))
    logger.info("%d cases, %d readers", len(codes), len(answers))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        assess_reader_agreement(
            readings=[Path(path) for path in snakemake.input.readings],
            settings=snakemake.params.settings,
            table=Path(snakemake.output.table),
        )
