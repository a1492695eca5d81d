"""What kind of call of Snakemake this is, and what a run begins and ends with."""

import json
import os
import secrets
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from bonescint import made
from bonescint.config import DEMO
from bonescint.custody.period import period_is_over
from bonescint.custody.receipts import reminders
from bonescint.custody.retention import summary_line
from bonescint.errors import InputError
from bonescint.files import read_rows, replacing
from bonescint.folders import FOLDER_MARK
from bonescint.resources import Texts

# options with which Snakemake changes nothing. It tells the workflow of a dry-run only, so the
# command line is searched for the others
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
    """Return whether Snakemake was called to show something, not to run, from its command line."""
    return not _ONLY_LOOK.isdisjoint(word.split("=")[0] for word in arguments)


def round_of(outputs: Iterable[str], mark: Path, is_run: bool | None) -> str:
    """Return a word that changes when an output is missing as a run begins.

    When a job fails, Snakemake deletes its outputs. In the next run it does not notice that they
    are missing if the outputs that depend on them still exist. The word is a param of the rules
    that depend on them. When it changes, these rules run again, and the missing outputs are made
    before them.

    Parameters
    ----------
    outputs
        One output of each job that may have failed.
    mark
        File that keeps the word for later runs and for the jobs of this one; it reveals nothing.
    is_run
        Whether this is a run; False if Snakemake only looks, None in a job's own process.
    """
    known = mark.read_text(encoding="ascii") if mark.exists() else ""
    if is_run is None or all(map(os.path.exists, outputs)):
        return known
    word = secrets.token_hex(8)
    if is_run:
        mark.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with replacing(mark) as stream:
            stream.write(word)
    return word


def begin(receipt: Path, arguments: Iterable[str]) -> None:
    """Remove the receipt of a last step, `verify_purge` or `deliver`: this run makes it anew.

    So a receipt proves that this run was searched to its end, no matter how Snakemake judges dates,
    records and triggers. ``snakemake -n`` after such a run still says that nothing is to be done.
    """
    if "--unlock" not in arguments:
        receipt.unlink(missing_ok=True)


def bring_back(folders: Iterable[str], inputs: Iterable[str]) -> None:
    """Give outputs that are dated in the future the present date, and keep their order.

    Such outputs were made while the clock was wrong. When the clock is set back, Snakemake fails
    each job that reads them ("older modification time", "clock skew"), above all the search for
    patients who declined.

    If a whole folder is an output, only Snakemake's mark in it is changed, because it bears the
    date, and the files beside it may be inputs. The study's inputs stay as they are, except those
    below `DEMO`, which are outputs too.
    """
    now = time.time_ns()
    kept = {os.path.realpath(path) for path in inputs if not path.startswith(DEMO)}
    late: list[tuple[int, Path]] = []
    for folder in folders:
        for at, below, names in os.walk(folder):
            below[:] = [name for name in below if os.path.realpath(Path(at, name)) not in kept]
            if FOLDER_MARK in names:
                below[:] = []
            for path in (Path(at, name) for name in names):
                with suppress(OSError):
                    modified = path.lstat().st_mtime_ns
                    if modified > now and os.path.realpath(path) not in kept:
                        late.append((modified, path))
    steps = {modified: n for n, modified in enumerate(sorted({modified for modified, _ in late}))}
    for modified, path in late:
        # a microsecond apart: the order stays, so an output that was out of date is still so
        date_of = now + 1000 * steps[modified]
        with suppress(OSError):
            os.utime(path, ns=(date_of, date_of), follow_symlinks=False)


def withdrawn_at_end(receipt: Path, language: str) -> Iterator[str]:
    """Yield what the last search for who declined took away below results/delivery/volumes."""
    said = json.loads(receipt.read_text(encoding="utf-8")) if receipt.exists() else {}
    text = Texts("built", language)
    for key in ("withdrawn", "unlisted"):
        if n := said.get(key):
            yield text(f"{key}_at_end", n=n)


def edited(is_run: bool, language: str) -> Iterator[str]:
    """Put aside files of results/ that were changed by hand, and yield what to tell the person.

    A dry run moves nothing.

    Raises
    ------
    InputError
        If a file cannot be moved, because nothing may be computed from it.
    """
    text = Texts("study", language)
    if files := made.edited_results():
        yield text("edited")
        yield from (f"  {file}" for file in files)
        if not is_run:
            yield text("to_put_aside")
    if files and is_run:
        try:
            yield text("put_aside", folder=made.put_aside(files))
        except OSError as error:
            reason = os.strerror(error.errno or 0)
            raise InputError(text("not_put_aside", reason=reason)) from None
    for file in made.opened_in_excel():
        yield text("in_excel", file=file)


def ending(
    counts: Path, study: Mapping[str, Any], language: str, open_ends: Path | None = None
) -> Iterator[str]:
    """Yield what a person should read when a run has ended well.

    `counts` is results/cohort/opt_out.csv, `open_ends` results/cohort/open_ends.csv: what has not
    come back from the partner.
    """
    text = Texts("flow", language)
    for row in read_rows(counts) if counts.exists() else ():
        if n := int(row.get("entries_held") or 0):
            yield text("held_at_end", n=n, patients=row["patients_held"])
        if n := int(row["entries_unmatched"]):
            yield text("unmatched_at_end", n=n)
        # a table of a former version has no such column
        if n := int(row.get("patients_in_doubt") or 0):
            yield text("doubts_at_end", n=n)
    today = date.today()
    if open_ends:
        yield from reminders(open_ends, language, today)
    if period_is_over(study, today):
        yield text("period_over_at_end", end=study["period_end"])
    if line := summary_line(study, today, language):
        yield line
    # imported here because every job imports this module
    from bonescint.custody.backups import reminder

    yield from reminder(study, language)


def failure(receipt: Path, language: str) -> str:
    """Return what a person should read when a run has failed.

    `receipt` is that of the search for patients who declined. It exists if the search passed in
    this run.
    """
    return Texts("flow", language)("step_failed" if receipt.exists() else "run_failed")
