"""Ask the partner to return the delivered data of patients who declined (R12, R31)."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.custody.preceding import delivered_before
from bonescint.custody.recalls import delivered, recall
from bonescint.identity.ledger import LedgerFiles, open_ledger
from bonescint.identity.opt_outs import declined
from bonescint.joblog import job_log
from bonescint.warnings import Phrase, warning, write_warnings

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def write_recalls(
    ledger: LedgerFiles,
    study: Mapping[str, Any],
    language: str,
    recalls: Path,
    warnings: Path,
) -> None:
    """Write the notices that are due, each once, and the total number of patients concerned.

    Parameters
    ----------
    ledger
        Arguments of `open_ledger`. Opt-outs and deliveries are on record there.
    study, language
        Of the configuration.
    recalls
        The folder for notices. It is not an output of the rule, because Snakemake would delete
        former notices before the job.
    warnings
        Table to write.
    """
    book = open_ledger(**ledger)
    gone = declined(book)
    recall(book, gone, recalls, study, language, date.today())
    found: dict[str, dict[str, object]] = {
        "recalled": {"n": delivered(book, gone), "folder": recalls},
        # they were delivered under codes of the preceding study, which are unknown here
        "preceding": {"n": delivered_before(book, gone)},
    }
    write_warnings(
        warnings,
        [
            warning("source.opt_out_ledger", "R12", Phrase(f"opt_out.{key}", values))
            for key, values in found.items()
            if values["n"]
        ],
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        write_recalls(
            ledger=snakemake.params.ledger,
            study=snakemake.params.study,
            language=snakemake.params.language,
            recalls=Path(snakemake.params.recalls),
            warnings=Path(snakemake.output.warnings),
        )
