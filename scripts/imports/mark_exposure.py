"""Mark cases that a company had before releasing a version: possible training cases (R31)."""

import logging
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.custody.deliveries import recorded
from bonescint.custody.preceding import first_delivered
from bonescint.declared import columns
from bonescint.files import read_rows, write_rows
from bonescint.identity.ledger import LedgerFiles, open_ledger
from bonescint.joblog import job_log

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)


def mark_exposure(
    cases: Path,
    ledger: LedgerFiles,
    software: Mapping[str, Mapping[str, str]],
    table: Path,
) -> None:
    """Write for each case and each software of its tracer whether its training may have seen it.

    It may have if any recorded delivery, also of the preceding study, holds the case and is not
    later than the version's release. In doubt it may have: on the day of the release, for a
    delivery to any recipient, and after a recall.

    Parameters
    ----------
    cases
        results/cases.csv: the cases of the study with their tracers.
    software
        Key -> ``tracer``, ``version``, ``released`` (ISO date), in the configured order.
    table
        The table of marks, with only codes and dates. `delivered` is the first such delivery.
    """
    book = open_ledger(**ledger)
    first = first_delivered(book)
    for delivery in recorded(book):
        for code in delivery.codes:
            first[code] = min(delivery.date, first.get(code, delivery.date))
    rows: list[dict[str, object]] = []
    for case in sorted(read_rows(cases), key=lambda row: row["code"]):
        for key, entry in software.items():
            if entry["tracer"] != case["tracer"]:
                continue
            delivered = first.get(case["code"], "")
            exposed = "" < delivered <= entry["released"]
            rows.append(
                {
                    "code": case["code"],
                    "tracer": case["tracer"],
                    "software": key,
                    "version": entry["version"],
                    "released": entry["released"],
                    "delivered": delivered if exposed else "",
                    "exposed": int(exposed),
                }
            )
    write_rows(table, columns("exposure"), rows)
    marked = sum(row["exposed"] == 1 for row in rows)
    logger.info("%d of %d cases by software may have been trained on", marked, len(rows))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        mark_exposure(
            cases=Path(snakemake.input.cases),
            ledger=snakemake.params.ledger,
            software=snakemake.params.software,
            table=Path(snakemake.output.table),
        )
