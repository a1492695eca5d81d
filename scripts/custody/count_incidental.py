"""Count what was decided about the incidental findings, without codes (R34)."""

from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.custody.incidental import candidates, incidental_counts, incidental_on_record
from bonescint.identity.ledger import LedgerFiles, open_ledger
from bonescint.joblog import job_log
from bonescint.warnings import Phrase, warning, write_warnings

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def count_incidental(incidental: Path, ledger: LedgerFiles, warnings: Path) -> None:
    """Write one warning that counts the cases, or none if there were never any.

    Parameters
    ----------
    incidental
        results/hospital/incidental.csv.
    ledger
        Arguments of `open_ledger`. The decisions are on record there.
    warnings
        Table to write.
    """
    counts = incidental_counts(candidates(incidental), incidental_on_record(open_ledger(**ledger)))
    phrase = Phrase("incidental.counted", counts)
    known = counts["listed"] or counts["consulted"]
    write_warnings(warnings, [warning("source.incidental", "R34", phrase)] if known else [])


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        count_incidental(
            incidental=Path(snakemake.input.incidental),
            ledger=snakemake.params.ledger,
            warnings=Path(snakemake.output.warnings),
        )
