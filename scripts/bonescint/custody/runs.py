"""What kind of call of Snakemake this is, and the mark that each real run leaves."""

import secrets
from collections.abc import Iterable
from pathlib import Path

from bonescint.files import replacing

# Snakemake's options that change nothing; it tells the workflow of a dry-run alone
_ONLY_LOOK = frozenset(
    {
        "--d3dag", "--dag", "--detailed-summary", "-D", "--filegraph", "--generate-unit-tests",
        "--lint", "--list", "--list-changes", "--lc", "--list-input-changes", "--li",
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


def run_mark(private: Path, is_run: bool) -> str:
    """Return a text that is another one at every real run, and the last run's otherwise.

    As a param it makes the last step part of each run, while ``snakemake -n`` after a finished run
    still says that nothing is to be done.

    Parameters
    ----------
    private
        The identified side.
    is_run
        Whether this is a real run.
    """
    mark = private / "run.mark"
    if is_run:
        private.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replacing(mark) as stream:
            stream.write(secrets.token_hex(8))
    return mark.read_text(encoding="ascii") if mark.exists() else ""
