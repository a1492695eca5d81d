"""Settle one reading per case from those of all readers: the reference standard."""

import logging
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from statistics import median, median_low
from typing import TYPE_CHECKING, Any

from bonescint.declared import columns
from bonescint.files import read_rows, write_rows
from bonescint.joblog import job_log
from bonescint.stats.estimate import write_number

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)

# the configured rules. Yes/no: from the readers who said yes and all readers; None is a tie
YES_NO: dict[str, Callable[[int, int], bool | None]] = {
    "majority": lambda yes, readers: None if 2 * yes == readers else 2 * yes > readers,
    "any": lambda yes, readers: yes > 0,
    "unanimous": lambda yes, readers: yes == readers,
}
# of two middle values the count is their mean, the EOD the lower: there is no grade 2.5
COUNT: dict[str, Callable[[list[float]], float]] = {"median": median}
EOD: dict[str, Callable[[list[int]], int]] = {"median": median_low}


def build_reference(
    readings: list[Path], cases: Path, settings: dict[str, Any], table: Path
) -> None:
    """Write the consensus of the readers who read a case, one row per code (R10).

    Parameters
    ----------
    readings
        One table per reader (results/readings).
    cases
        results/cases.csv: who is in the study, with which tracer.
    settings
        The configuration's `reference`: the rules for `metastasis`, `count` and `eod`.
    table
        Where the reference goes.
    """
    by_code: dict[str, list[dict[str, str]]] = {}
    for path in readings:
        for report in read_rows(path):
            if report["status"] == "read" and report["metastasis"]:
                by_code.setdefault(report["code"], []).append(report)

    rows: list[dict[str, object]] = []
    for case in sorted(read_rows(cases), key=lambda row: row["code"]):
        reports = by_code.get(case["code"], [])
        row: dict[str, object] = {"code": case["code"], "tracer": case["tracer"]}
        yes = sum(report["metastasis"] == "1" for report in reports)
        row |= {"n_readers": len(reports), "n_positive": yes, "status": "no_reading"}
        if reports:
            decision = YES_NO[settings["metastasis"]](yes, len(reports))
            row["status"] = "tie" if decision is None else "decided"
            row["metastasis"] = None if decision is None else int(decision)
        if len(reports) > 1:  # a single reader agrees with nobody
            row["unanimous"] = int(yes in (0, len(reports)))
        if counts := [float(r["n_metastases"]) for r in reports if r["n_metastases"]]:
            row["n_metastases"] = write_number(COUNT[settings["count"]](counts))
        if grades := [int(r["eod"]) for r in reports if r["eod_status"] == "graded"]:
            row["eod"] = EOD[settings["eod"]](grades)
        rows.append(row)

    write_rows(table, columns("reference"), rows)
    logger.info(
        "cases by status: %s", dict(sorted(Counter(str(r["status"]) for r in rows).items()))
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        build_reference(
            readings=[Path(path) for path in snakemake.input.readings],
            cases=Path(snakemake.input.cases),
            settings=snakemake.params.settings,
            table=Path(snakemake.output.table),
        )
