"""What kind of call of Snakemake this is, and what a run begins and ends with."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from bonescint.custody.retention import summary_line
from bonescint.files import read_rows
from bonescint.resources import Texts

# Snakemake's options that change nothing; it tells the workflow of a dry-run alone
_ONLY_LOOK = frozenset(
    {
        "--containerize", "--d3dag", "--dag", "--detailed-summary", "-D", "--filegraph",
        "--generate-unit-tests", "--lint", "--list", "--list-changes", "--lc",
        "--list-input-changes", "--li",
        "--list-params-changes", "--lp", "--list-rules", "-l", "--list-target-rules", "--lt",
        "--list-untracked", "--lu", "--print-compilation", "--report", "--rulegraph", "--summary",
        "-S",
    }
)  # fmt: skip


def only_looks(arguments: Iterable[str]) -> bool:
    """Return whether Snakemake was called to show something, not to run.

    Parameters
    ----------
    arguments
        The command line.
    """
    return not _ONLY_LOOK.isdisjoint(word.split("=")[0] for word in arguments)


def begin(receipt: Path, arguments: Iterable[str]) -> None:
    """Remove the receipt of the last search for who declined, so that this run ends with one.

    Whatever Snakemake makes of dates, records and triggers: a receipt stands for a run that was
    searched to its end. ``snakemake -n`` after such a run still says that nothing is to be done.

    Parameters
    ----------
    receipt
        Output of the rule `verify_purge`.
    arguments
        The command line of a real run.
    """
    if "--unlock" not in arguments:
        receipt.unlink(missing_ok=True)


def ending(counts: Path, study: Mapping[str, Any], language: str) -> Iterator[str]:
    """Yield what a person should read when a run has ended well.

    Parameters
    ----------
    counts
        results/cohort/opt_out.csv.
    study, language
        Of the configuration.
    """
    text = Texts("flow", language)
    for row in read_rows(counts) if counts.exists() else ():
        if n := int(row["entries_unmatched"]):
            yield text("unmatched_at_end", n=n)
        # the table may be one of the version before
        if n := int(row.get("patients_in_doubt") or 0):
            yield text("doubts_at_end", n=n)
    if line := summary_line(study, date.today(), language):
        yield line
