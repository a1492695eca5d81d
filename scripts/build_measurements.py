"""Put the results of every software below one another, one value a row."""

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.files import read_rows, write_rows
from bonescint.joblog import job_log
from bonescint.stats import METRICS

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)

COLUMNS = ["code", "tracer", "software", "version", "metric", "value", "status"]


def build_measurements(software: list[Path], table: Path) -> None:
    """Write BSI and Hotspot of every software in long form, by code, software and metric (R8, R9).

    Parameters
    ----------
    software
        One table per software (results/software).
    table
        Where the measurements go; a value is empty unless the case was analysed.
    """
    rows: list[dict[str, object]] = []
    for path in software:
        for result in read_rows(path):
            kept: dict[str, object] = {name: result[name] for name in COLUMNS if name in result}
            analysed = result["status"] == "analysed"
            rows += [
                kept | {"metric": metric, "value": result[metric] if analysed else ""}
                for metric in METRICS
            ]
    rows.sort(key=lambda row: (row["code"], row["software"], row["metric"]))
    count = write_rows(table, COLUMNS, rows)
    logger.info("%d values from %d software tables", count, len(software))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        build_measurements(
            software=[Path(path) for path in snakemake.input.software],
            table=Path(snakemake.output.table),
        )
