"""Join the results of every software in one table, with one value in each row."""

import logging
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import combinations, permutations
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bonescint.declared import columns
from bonescint.files import read_rows, write_rows
from bonescint.joblog import job_log
from bonescint.tables.metric_columns import Values, metric_phrase, metric_values
from bonescint.tables.values import FRACTION_BELOW, as_text
from bonescint.warnings import Phrase, warning, write_warnings

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)

# R9: a percentage is 100 times its fraction; two versions differ by far less on the same case
RATIOS = (10, 1000)
COMMON_CASES = 2
# with so many results above 0, cases do not agree in all their values by chance
TELLING_CASES = 5


def build_measurements(
    software: list[Path],
    table: Path,
    warnings: Path,
    metrics: Mapping[str, Sequence[str]] | None = None,
    values: Values | None = None,
) -> None:
    """Write the results of every software in long form, by code, software and metric (R8, R9).

    Parameters
    ----------
    software
        One table per software (results/software).
    table
        The table of measurements. A value is empty unless the case was analysed.
    warnings
        The table of warnings: about a version whose percentages look like fractions beside another
        version of the same cases, or whose results all equal another's.
    metrics
        Software -> its metrics; None for those that every software has.
    values
        The study's metrics (`metric_values`); None for the default ones.
    """
    values = values or metric_values()
    common = [key for key, metric in values.items() if not metric["software"]]
    rows: list[dict[str, object]] = []
    shares: dict[str, dict[str, dict[str, Decimal]]] = {
        key: defaultdict(dict) for key, metric in values.items() if metric["kind"] == "percent"
    }
    results: dict[str, dict[str, tuple[str, ...]]] = {}
    for path in software:
        for result in read_rows(path):
            kept: dict[str, object] = {
                name: result[name] for name in columns("measurements") if name in result
            }
            key, analysed = result["software"], result["status"] == "analysed"
            own = common if metrics is None else metrics[key]
            rows += [
                kept | {"metric": metric, "value": result[metric] if analysed else ""}
                for metric in own
            ]
            if analysed:
                of_case = tuple(result[metric] for metric in common)
                results.setdefault(key, {})[result["code"]] = of_case
                for metric in shares.keys() & set(own):
                    if result[metric]:
                        shares[metric][key][result["code"]] = Decimal(result[metric])
    rows.sort(key=lambda row: (row["code"], row["software"], row["metric"]))
    count = write_rows(table, columns("measurements"), rows)
    remarks = [
        found
        for metric, of_software in shares.items()
        for found in fractions(of_software, metric, metric_phrase(metric, values[metric]))
    ]
    remarks += same_results(results)
    write_warnings(warnings, remarks)
    logger.info(
        "%d values from %d software tables, %d warnings", count, len(software), len(remarks)
    )


def fractions(
    shares: Mapping[str, Mapping[str, Decimal]], metric: str = "bsi", named: Phrase | str = "BSI"
) -> list[dict[str, str]]:
    """Return a warning for each software with fractions where another has percentages (R9).

    Only cases of one tracer can be shared, because by licence they belong to one product (R6).

    Parameters
    ----------
    metric, named
        The metric, and its name in a warning.
    """
    found = []
    for low, high in permutations(sorted(shares), 2):
        highest = max(shares[low].values())
        common = [c for c, v in shares[low].items() if v > 0 and shares[high].get(c, 0) > 0]
        if highest >= FRACTION_BELOW or len(common) < COMMON_CASES:
            continue
        ratio = median(shares[high][code] / shares[low][code] for code in common)
        if RATIOS[0] <= ratio <= RATIOS[1]:
            said: dict[str, object] = {"software": low, "highest": as_text(highest), "other": high}
            said |= {"n": str(len(common)), "ratio": f"{ratio:.0f}", "percent": named}
            phrase = Phrase("fractions_of_version", said)
            found.append(warning(low, "R9", phrase, {"column": metric}))
    return found


def same_results(
    results: Mapping[str, Mapping[str, tuple[str, ...]]],
) -> list[dict[str, str]]:
    """Return a warning for two software whose results are the same in every case.

    Parameters
    ----------
    results
        Software -> code -> values of an analysed case, as imported.
    """
    found = []
    for one, other in combinations(sorted(results), 2):
        telling = sum(not {"", "0"}.issuperset(values) for values in results[one].values())
        if telling >= TELLING_CASES and results[one] == results[other]:
            values = {"software": one, "other": other, "n": str(len(results[one]))}
            found.append(warning(one, "R8", Phrase("same_results", values)))
    return found


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        build_measurements(
            software=[Path(path) for path in snakemake.input.software],
            table=Path(snakemake.output.table),
            warnings=Path(snakemake.output.warnings),
            metrics=snakemake.params.metrics,
            values=snakemake.params.settings,
        )
