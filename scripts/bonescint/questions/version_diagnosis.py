"""Compare the diagnoses of two versions of one product on the cases that both analysed."""

import logging
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.declared import columns
from bonescint.files import write_rows
from bonescint.joblog import job_log
from bonescint.stats import METRICS, reclassification, roc
from bonescint.stats.estimate import Estimate, write_number
from bonescint.stats.paired_calls import compare_accuracy
from bonescint.stats.questions import cutoffs_of, labelled, tabulate
from bonescint.stats.samples import Sample, Samples, read_truth

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)


def compare_version_diagnosis(
    reference: Path,
    measurements: Path,
    pairs: Sequence[Sequence[str]],
    software: Mapping[str, Mapping[str, str]],
    settings: Mapping[str, Any],
    table: Path,
    reclassified: Path,
) -> None:
    """Write how the newer version's diagnoses differ from the older's (R11).

    Every difference is new minus old, paired by case: who has both.

    Parameters
    ----------
    reference, measurements
        results/reference.csv and results/measurements.csv.
    pairs
        Keys of two versions of one product, [old, new].
    software
        Key -> ``version`` and more.
    settings
        The configuration's `metrics`: `confidence` and `cutoffs`.
    table, reclassified
        Where the estimates go, and every case whose call changed, by code.
    """
    samples = Samples(read_truth(reference), measurements)
    rows: list[Estimate] = []
    changed: list[dict[str, object]] = []
    for old, new in pairs:
        for metric in METRICS:
            sample = samples.of(metric, new, old)
            level = settings["confidence"]
            found = [roc.compare_paired(sample.y, sample.scores[0], sample.scores[1], level)]
            for cutoff in cutoffs_of(settings, metric):
                found += _at(sample, cutoff, level)
                changed += [
                    {"old": old, "new": new, "metric": metric} | case
                    for case in _changed(sample, cutoff)
                ]
            rows += labelled(
                found,
                f"metric={metric}",
                *sample.left_out,
                subject=new,
                comparator=old,
                reference="consensus",
            )
            logger.info("%s against %s, %s: %d cases", new, old, metric, sample.y.size)
    tabulate(table, "version_diagnosis", rows, software)
    write_rows(reclassified, columns("reclassified"), changed)


def _at(sample: Sample, cutoff: float, confidence: float) -> list[Estimate]:
    y = sample.y == 1
    new, old = (score >= cutoff for score in sample.scores)
    moves = reclassification.table(y, old, new)
    improvement = reclassification.nri(y, old, new, confidence).noting(
        "moves_positive=" + "/".join(map(str, moves.events)),
        "moves_negative=" + "/".join(map(str, moves.nonevents)),
    )
    return labelled(
        [*compare_accuracy(y, new, old, confidence), improvement],
        f"cutoff={write_number(cutoff)}",
    )


def _changed(sample: Sample, cutoff: float) -> Iterator[dict[str, object]]:
    for code, truth, new, old in zip(sample.codes, sample.y, *sample.scores, strict=True):
        if (new >= cutoff) != (old >= cutoff):
            yield {
                "code": code,
                "cutoff": write_number(cutoff),
                "metastasis": int(truth),
                "old_value": write_number(old),
                "new_value": write_number(new),
                "change": "up" if new > old else "down",
                "result": "gained" if (new >= cutoff) == truth else "lost",
            }


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        compare_version_diagnosis(
            reference=Path(snakemake.input.reference),
            measurements=Path(snakemake.input.measurements),
            pairs=snakemake.params.pairs,
            software=snakemake.params.software,
            settings=snakemake.params.settings,
            table=Path(snakemake.output.table),
            reclassified=Path(snakemake.output.reclassified),
        )
