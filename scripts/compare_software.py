"""Compare software of different products: different patients and tracers, hence confounded."""

import logging
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.joblog import job_log
from bonescint.stats import METRICS, roc
from bonescint.stats.estimate import Estimate, write_estimates, write_number
from bonescint.stats.multiplicity import adjust_family
from bonescint.stats.proportions import difference_independent
from bonescint.stats.samples import Samples

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)


def compare_software(
    reference: Path,
    measurements: Path,
    pairs: Sequence[Sequence[str]],
    settings: dict[str, Any],
    table: Path,
) -> None:
    """Write the differences in AUC, sensitivity and specificity between two products.

    The tracer decides the software (R6), so no patient has both: every row is unpaired and carries
    the note `confounded` (R11). No paired test and no Bland-Altman belong here.

    Parameters
    ----------
    reference, measurements
        results/reference.csv and results/measurements.csv.
    pairs
        Keys of two software of different products; a difference is first minus second.
    settings
        The configuration's `metrics`: `confidence` and `cutoffs`.
    table
        Where the estimates go; p-values are adjusted by Holm within each pair.
    """
    samples = Samples(reference, measurements)
    confidence = settings["confidence"]
    rows: list[Estimate] = []
    for first, second in pairs:
        family: list[Estimate] = []
        for metric in METRICS:
            y1, (s1,), left_out_1 = samples.of(metric, first)
            y2, (s2,), left_out_2 = samples.of(metric, second)
            found = [roc.compare_unpaired(y1, s1, y2, s2, confidence)]
            for cutoff in settings["cutoffs"]:
                if cutoff["metric"] != metric:
                    continue
                for measure, truth in (
                    ("sensitivity_difference", 1),
                    ("specificity_difference", 0),
                ):
                    right1, right2 = (
                        ((s >= cutoff["value"]) == truth)[y == truth]
                        for y, s in ((y1, s1), (y2, s2))
                    )
                    difference = difference_independent(
                        int(right1.sum()), right1.size, int(right2.sum()), right2.size, confidence
                    )
                    if difference.status != "ok" and min(y1.size, y2.size):
                        difference = replace(difference, status="one class")
                    found.append(
                        replace(
                            difference,
                            measure=measure,
                            n=y1.size + y2.size,
                            n_positive=int(y1.sum() + y2.sum()),
                        ).noting(
                            f"cutoff={write_number(cutoff['value'])}",
                            f"count={right1.sum()}/{right1.size}",
                            f"count_comparator={right2.sum()}/{right2.size}",
                        )
                    )
            family += [
                replace(
                    one,
                    question="software_comparison",
                    subject=first,
                    comparator=second,
                    reference="consensus",
                ).noting(
                    f"metric={metric}",
                    "confounded",
                    *left_out_1,
                    *(f"comparator_{note}" for note in left_out_2),
                )
                for one in found
            ]
            logger.info("%s and %s, %s: %d and %d cases", first, second, metric, y1.size, y2.size)
        rows += adjust_family(family)
    write_estimates(table, rows)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        compare_software(
            reference=Path(snakemake.input.reference),
            measurements=Path(snakemake.input.measurements),
            pairs=snakemake.params.pairs,
            settings=snakemake.params.settings,
            table=Path(snakemake.output.table),
        )
