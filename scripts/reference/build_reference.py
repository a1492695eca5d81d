"""Combine the readings of all readers into one for each case: the reference standard."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median, median_low
from typing import TYPE_CHECKING, Any

from bonescint.declared import columns
from bonescint.files import read_rows, write_rows
from bonescint.joblog import job_log
from bonescint.stats.consensus import YES_NO
from bonescint.stats.estimate import write_number
from bonescint.stats.samples import eod_contradicts
from bonescint.warnings import Phrase, warning, write_warnings

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)

# the configured rules for counts
COUNT: dict[str, Callable[[list[float]], float]] = {"median": median}
# which grades count, from the consensus and the reader's own call. Their median is used. Of two
# middle grades it is the lower one, because there is no grade 2.5; of two counts it is the mean.
GRADED_BY: dict[str, Callable[[bool | None, bool], bool]] = {
    "median": lambda decision, call: True,
    "median_positive": lambda decision, call: call or not decision,
}


def build_reference(
    readings: list[Path], cases: Path, settings: dict[str, Any], table: Path, warnings: Path
) -> None:
    """Write the consensus of the readers who read a case, one row per code (R10).

    Parameters
    ----------
    readings
        One table per reader (results/readings).
    cases
        results/cases.csv: the study's cases, with their tracers.
    settings
        The configuration's `reference`: the rules for `metastasis`, `count` and `eod`.
    warnings
        The table of warnings on cases whose EOD contradicts the consensus.
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
        decision = None
        if reports:
            decision = YES_NO[settings["metastasis"]](yes, len(reports))
            row["status"] = "tie" if decision is None else "decided"
            row["metastasis"] = None if decision is None else int(decision)
        if len(reports) > 1:  # a single reader cannot be unanimous
            row["unanimous"] = int(yes in (0, len(reports)))
        if counts := [float(r["n_metastases"]) for r in reports if r["n_metastases"]]:
            row["n_metastases"] = write_number(COUNT[settings["count"]](counts))
        if grades := [
            int(r["eod"])
            for r in reports
            if r["eod_status"] == "graded"
            and GRADED_BY[settings["eod"]](decision, r["metastasis"] == "1")
        ]:
            row["eod"] = median_low(grades)
        rows.append(row)

    write_rows(table, columns("reference"), rows)
    write_warnings(warnings, (_contradiction(row) for row in rows if eod_contradicts(row)))
    logger.info(
        "cases by status: %s", dict(sorted(Counter(str(r["status"]) for r in rows).items()))
    )


def _contradiction(row: Mapping[str, object]) -> dict[str, str]:
    key = "reference.eod_zero" if row["metastasis"] else "reference.eod_above_zero"
    values = {name: row[name] for name in ("n_positive", "n_readers", "eod")}
    return warning("source.reference", "R10", Phrase(key, values), {"code": row["code"]})


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        build_reference(
            readings=[Path(path) for path in snakemake.input.readings],
            cases=Path(snakemake.input.cases),
            settings=snakemake.params.settings,
            table=Path(snakemake.output.table),
            warnings=Path(snakemake.output.warnings),
        )
