"""List by code the cases in which a software and the readers disagree, for the hospital (R34)."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.declared import columns
from bonescint.files import read_rows, write_rows
from bonescint.joblog import job_log
from bonescint.stats.estimate import write_number
from bonescint.tables.metric_columns import Values, metric_values, with_metrics

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)

OF_CASE = ["metastasis", "n_metastases", "eod", "n_readers", "n_positive"]


def list_misclassified(
    reference: Path,
    measurements: Path,
    readings: Sequence[Path],
    software: Mapping[str, Mapping[str, str]],
    cutoffs: Sequence[Mapping[str, Any]],
    misclassified: Path,
    incidental: Path,
    values: Values | None = None,
) -> None:
    """Write each disagreement with all values of its case, and what the readers may have missed.

    A case counts as positive at or above a cut-off. Where the readers did not decide, there can be
    no disagreement.

    Parameters
    ----------
    readings
        One table per reader (results/readings).
    software
        Key -> ``label`` and more, in the configured order.
    cutoffs
        ``metric`` and ``value`` of each configured cut-off.
    misclassified, incidental
        Tables to write (docs/en/tables.md). The second has the cases that a software calls positive
        and the readers' consensus negative. It never leaves the hospital (R34).
    values
        The study's metrics (`metric_values`); None for the default ones.
    """
    values = values or metric_values()
    truth = {row["code"]: row for row in read_rows(reference) if row["status"] == "decided"}
    answers: dict[str, list[str]] = defaultdict(list)
    for path in readings:
        for row in read_rows(path):
            said = row["metastasis"] if row["status"] == "read" else row["status"]
            answers[row["code"]].append(f"{row['reader']}={said}")
    results: dict[str, dict[str, dict[str, dict[str, str]]]] = defaultdict(dict)
    for row in read_rows(measurements):
        if row["value"]:
            results[row["code"]].setdefault(row["software"], {})[row["metric"]] = row

    wrong: list[dict[str, str]] = []
    unexpected: list[dict[str, str]] = []
    for code in sorted(truth.keys() & results.keys()):
        case = truth[code]
        found: dict[str, None] = {}  # in order, each once
        for key in [key for key in software if key in results[code]]:
            of_software = results[code][key]
            for cutoff in [cutoff for cutoff in cutoffs if cutoff["metric"] in of_software]:
                row = of_software[cutoff["metric"]]
                at, low = cutoff["value"], values[cutoff["metric"]]["positive"] == "low"
                positive = float(row["value"]) <= at if low else float(row["value"]) >= at
                if positive == (case["metastasis"] == "1"):
                    continue
                wrong.append(
                    {name: row[name] for name in columns("misclassified") if name in row}
                    | {name: case[name] for name in OF_CASE}
                    | {metric: of_software[metric]["value"] for metric in of_software}
                    | {
                        "cutoff": write_number(cutoff["value"]),
                        "kind": "false_positive" if positive else "false_negative",
                        "readers": "; ".join(answers[code]),
                    }
                )
                if positive:
                    found[f"{key}:{row['metric']}={row['value']}"] = None
        if found:
            kept = {name: case[name] for name in columns("incidental") if name in case}
            unexpected.append(kept | {"found": "; ".join(found)})
    write_rows(misclassified, with_metrics(columns("misclassified"), values), wrong)
    write_rows(incidental, columns("incidental"), unexpected)
    logger.info("%d disagreements, %d incidental findings", len(wrong), len(unexpected))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        list_misclassified(
            reference=Path(snakemake.input.reference),
            measurements=Path(snakemake.input.measurements),
            readings=[Path(path) for path in snakemake.input.readings],
            software=snakemake.params.software,
            cutoffs=snakemake.params.cutoffs,
            misclassified=Path(snakemake.output.misclassified),
            incidental=Path(snakemake.output.incidental),
            values=snakemake.params.settings,
        )
