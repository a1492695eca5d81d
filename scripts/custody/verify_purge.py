"""Look for everybody who declined in every file, and fail if a trace of them is left (R12)."""

import json
import logging
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.custody.declined import OPT_OUT_DOUBTS, unseal_declined
from bonescint.custody.owners import ITEMS, hashes_of, is_stale, owners_of, remove_review
from bonescint.custody.requests import stopped_codes
from bonescint.custody.traces.purge import purge, remove_deliveries
from bonescint.custody.traces.search import Person, Searcher, report_left
from bonescint.custody.traces.searched import Searched
from bonescint.custody.volumes import read_build, withdraw_volumes
from bonescint.custody.withdrawn import keep_withdrawn
from bonescint.errors import InputError
from bonescint.files import replacing
from bonescint.identity.batches import recorded_batches
from bonescint.identity.ledger import Ledger, LedgerFiles, open_ledger
from bonescint.identity.opt_out_lists import UNDONE, fingerprint, standing
from bonescint.identity.opt_outs import in_force
from bonescint.identity.people import column_of
from bonescint.joblog import job_log
from bonescint.resources import Texts
from bonescint.tables.lists import read_opt_out

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

SIDES = ("results", "private", "logs", ".snakemake")
logger = logging.getLogger(__name__)


def verify_purge(
    declined: Path,
    ledger: LedgerFiles,
    opt_out: Path,
    inputs: list[Path],
    temporary: list[Path],
    decisions: Path,
    current: list[str],
    language: str,
    receipt: Path,
    ids_only: bool = False,
    layout: Mapping[str, Any] | None = None,
    consented: Path | None = None,
    made_by: str = "",
    workers: int = 1,
) -> None:
    """Clean files that no rule makes anew, then search all sides of the study's folder.

    Parameters
    ----------
    declined
        private/declined.age: who declined, and how IDs and names are spelled.
    ledger
        Arguments of `open_ledger`.
    opt_out
        The hospital's list.
    inputs
        The hospital's own tables and folders, which may name patients and are not searched.
    temporary
        Tables that name everybody, which a run that ended early may have left.
    decisions
        The human decisions. Lines about the findings of those who declined are removed.
    current
        The batches, software and readers in force. Outputs of former ones may be removed (`purge`).
    language
        Of the messages.
    receipt
        JSON with the number of people looked for and of traces left: 0.
    ids_only, layout
        Whether the list holds only patient IDs, and how it is read.
    consented
        private/consented.csv: the patients whom the review page may show.
    made_by
        Digest of the code. With it, unchanged files are not searched again; without, all are.
    workers
        Number of processes that search files.

    Raises
    ------
    InputError
        With the files in which a trace is left, or if somebody declined during the run.
    """
    text = Texts("traces", language)
    book = open_ledger(**ledger)
    sealed = unseal_declined(declined, book)
    # the list is read again, because Snakemake may have missed a newer one
    listed = {entry.subject for entry in read_opt_out(opt_out, language, ids_only, layout)}
    unread = in_force_now(book, opt_out, listed) - sealed.keys()
    unknown = (Person(book.code_of(one), frozenset({one}), frozenset()) for one in unread)
    persons = [*sealed.values(), *unknown]
    for path in temporary:
        path.unlink(missing_ok=True)
    hashes = hashes_of(ITEMS, owners_of(book, {*sealed, *unread}))
    show_no_more(book, consented, text)
    taken = withdraw(book, {person.code for person in persons if person.code}, language)
    # the ledger and files sealed to it are encrypted; of disc images a list tells who is on them
    skip = {*inputs, book.path, book.key, declined, OPT_OUT_DOUBTS, *read_build().images}
    searched = Searched(persons, made_by, book) if made_by else None
    searcher = Searcher(persons, searched, workers)
    for line in purge(Path(), persons, decisions, language, current, skip, hashes, searcher):
        logger.info("%s", line)
    if unread:
        declined.unlink()  # so that the next run must filter the opt-outs again
        raise InputError(text("declined_meanwhile"))
    if left := list(searcher.search([Path(side) for side in SIDES], skip)):
        raise report_left(left, persons, language)
    searcher.keep()
    logger.info("%d people looked for, nothing left of them", len(persons))
    with replacing(receipt) as stream:
        stream.write(json.dumps({"declined": len(persons), "left": 0, **taken}) + "\n")


def in_force_now(book: Ledger, opt_out: Path, listed: set[str]) -> set[str]:
    """Return who declines by command or by the hospital's list, unless the list was taken back.

    Parameters
    ----------
    book
        The opened ledger.
    opt_out, listed
        The hospital's list, and who is in it.
    """
    is_undone = standing(book, fingerprint(book, opt_out)) == UNDONE
    return {*in_force(book), *(() if is_undone else listed)}


def show_no_more(book: Ledger, consented: Path | None, text: Texts) -> None:
    """Remove the review page if it shows somebody who declined or is held back.

    Parameters
    ----------
    book
        The opened ledger.
    consented
        private/consented.csv: the patients whom the page may show.
    text
        Of the log.
    """
    here = set(column_of(consented, "subject")) if consented else set()
    if is_stale(ITEMS, owners_of(book, here)):
        logger.info("%s", text("purged.review", n=remove_review()))


def withdraw(book: Ledger, gone: Collection[str], language: str) -> dict[str, int]:
    """Remove files for the partner with patients who declined or are in no further delivery.

    Parameters
    ----------
    book
        The opened ledger.
    gone
        Codes of the patients who declined. `purge` removes their other files.
    language
        Of the log.

    Returns
    -------
    dict
        How many volumes were ``withdrawn``, and how many images ``unlisted``; without zeros.
    """
    text = Texts("built", language)
    stopped = stopped_codes(book)
    build = read_build()
    if not build.codes.isdisjoint({*gone, *stopped}):
        # a disc may have been handed over without being recorded
        keep_withdrawn(book, build)
    taken = withdraw_volumes({*gone, *stopped})
    counts = {"withdrawn": taken.volumes, "unlisted": len(taken.unlisted)}
    counts = {key: n for key, n in counts.items() if n}
    for key, n in counts.items():
        logger.info("%s", text(key, n=n, files=", ".join(taken.unlisted)))
    persons = [Person(code, frozenset(), frozenset()) for code in sorted(stopped)]
    if n := remove_deliveries(Path(), persons, read_build().images):
        logger.info("%s", text("stopped", n=n))
    return counts


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        verify_purge(
            declined=Path(snakemake.input.declined),
            ledger=snakemake.params.ledger,
            opt_out=Path(snakemake.params.opt_out),
            inputs=[Path(path) for path in snakemake.params.inputs],
            temporary=[Path(path) for path in snakemake.params.temporary],
            decisions=Path(snakemake.params.decisions),
            consented=Path(snakemake.input.consented),
            current=[
                *snakemake.params.current,
                *recorded_batches(Path(snakemake.input.batches)),
            ],
            language=snakemake.params.language,
            receipt=Path(snakemake.output.receipt),
            ids_only=snakemake.params.ids_only,
            layout=snakemake.params.layout,
            made_by=snakemake.params.code,
            workers=snakemake.threads,
        )
