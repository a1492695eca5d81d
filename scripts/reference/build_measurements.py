"""Put the results of every software below one another, one value a row."""

import logging
from collections.abc import Mapping
from decimal import Decimal
from itertools import combinations, permutations
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

from bonescint.declared import columns
from bonescint.files import read_rows, write_rows
from bonescint.joblog import job_log
from bonescint.stats import METRICS
from bonescint.tables.values import FRACTION_BELOW, as_text
from bonescint.warnings import Phrase, warning, write_warnings

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)

# R9: percent is 100 times the fraction; two versions differ by far less on the same case
RATIOS = (10, 1000)
COMMON_CASES = 2
# so many cases with a result above 0 do not agree in all their values by chance
TELLING_CASES = 5


def build_measurements(software: list[Path], table: Path, warnings: Path) -> None:
    """Write BSI and Hotspot of every software in long form, by code, software and metric (R8, R9).

    Parameters
    ----------
    software
        One table per software (results/software).
    table
        Where the measurements go; a value is empty unless the case was analysed.
    warnings
        Where a version goes whose BSI looks like fractions beside another's of the same cases, or
        whose results are all another's.
    """
    rows: list[dict[str, object]] = []
    bsi: dict[str, dict[str, Decimal]] = {}
    results: dict[str, dict[str, tuple[str, ...]]] = {}
    for path in software:
        for result in read_rows(path):
            kept: dict[str, object] = {
                name: result[name] for name in columns("measurements") if name in result
            }
            analysed = result["status"] == "analysed"
            rows += [
                kept | {"metric": metric, "value": result[metric] if analysed else ""}
                for metric in METRICS
            ]
            if analysed:
                of_case = tuple(result[metric] for metric in METRICS)
                results.setdefault(result["software"], {})[result["code"]] = of_case
            if analysed and result["bsi"]:
                values = bsi.setdefault(result["software"], {})
                values[result["code"]] = Decimal(result["bsi"])
    rows.sort(key=lambda row: (row["code"], row["software"], row["metric"]))
    count = write_rows(table, columns("measurements"), rows)
    remarks = [*fractions(bsi), *same_results(results)]
    write_warnings(warnings, remarks)
    logger.info(
        "%d values from %d software tables, %d warnings", count, len(software), len(remarks)
    )


def fractions(bsi: Mapping[str, Mapping[str, Decimal]]) -> list[dict[str, str]]:
    """Return a warning for each software whose BSI are fractions where another's are percent (R9).

    Cases of one tracer alone can be common: by licence they are one product's (R6).

    Parameters
    ----------
    bsi
        Software -> code -> BSI as imported.
    """
    found = []
    for low, high in permutations(sorted(bsi), 2):
        highest = max(bsi[low].values())
        common = [c for c, v in bsi[low].items() if v > 0 and bsi[high].get(c, 0) > 0]
        if highest >= FRACTION_BELOW or len(common) < COMMON_CASES:
            continue
        ratio = median(bsi[high][code] / bsi[low][code] for code in common)
        if RATIOS[0] <= ratio <= RATIOS[1]:
            values = {"software": low, "highest": as_text(highest), "other": high}
            values |= {"n": str(len(common)), "ratio": f"{ratio:.0f}"}
            phrase = Phrase("fractions_of_version", values)
            found.append(warning(low, "R9", phrase, {"column": "bsi"}))
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
        )
