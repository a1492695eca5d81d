"""Leave out everybody who declined, before anything else is decided (R12, R13)."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.custody.declined import seal_declined, who_declined
from bonescint.custody.recalls import delivered
from bonescint.custody.traces.paths import masked
from bonescint.custody.traces.terms import Terms
from bonescint.declared import columns
from bonescint.files import read_rows, write_rows
from bonescint.identity.chain import Entry
from bonescint.identity.ledger import LedgerFiles, open_or_create
from bonescint.identity.opt_outs import is_incomplete, links, take_list
from bonescint.identity.people import connected, read_people, write_others
from bonescint.joblog import job_log
from bonescint.tables.lists import OptOutEntry, read_opt_out
from bonescint.tables.opt_out_ids import refuse_no_ids
from bonescint.warnings import Phrase, warning, write_warnings

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def filter_opt_out(
    index: Path,
    unindexed: Path,
    opt_out: Path,
    ledger: LedgerFiles,
    coded: Path,
    language: str,
    consented: Path,
    unreadable: Path,
    declined: Path,
    counts: Path,
    warnings: Path,
) -> None:
    """Write the index without the patients who declined, by the list or by the command.

    Parameters
    ----------
    index, unindexed
        The index of the raw folder and its unreadable files.
    opt_out
        The hospital's list; its entries go into the ledger, where they stay until withdrawn.
    ledger
        Arguments of `open_ledger`; the ledger is made on the first run. It is no output of the
        rule: Snakemake deletes outputs before a job and rolls them back after a failure.
    coded
        The folder of coded images; where it holds codes, a ledger that is missing is lost.
    language
        Of the messages.
    consented, counts, warnings
        Tables to write (docs/en/tables.md). An entry that matches nobody or is incomplete is
        reported by its row, never ignored; an incomplete one excludes all the same.
    unreadable
        The unreadable files, without the IDs and names in the paths of who declined.
    declined
        Who declined, with the spellings that must not be left anywhere; sealed to the ledger.
    """
    entries = read_opt_out(opt_out, language)
    people = read_people(index)
    here = set(people.headers.values())
    book, _ = open_or_create(ledger, coded)
    known = here.union(book.codes(), *people.pairs) - {""}
    refuse_no_ids(entries, known, opt_out, language)
    opted_out, gone = take_list(book, map(_entry, entries), people.pairs)

    files_gone = write_others(consented, index, people, gone)
    persons = who_declined(people, gone, book)
    seal_declined(declined, persons, book)
    terms = Terms(persons.values())
    lost = [row | {"path": masked(row["path"], terms)} for row in read_rows(unindexed)]
    write_rows(unreadable, columns("unreadable"), lost)

    pairs = people.pairs | links(book)
    unmatched = {s for s in opted_out if connected([s], pairs).isdisjoint(here)}
    unlisted = {s: opted_out[s] for s in opted_out.keys() - {entry.subject for entry in entries}}
    found = [
        *_of_the_list(entries, unmatched, opt_out.name),
        *_of_the_ledger(unlisted, unmatched),
        *_of_other_ids(len((gone - opted_out.keys()) & here)),
    ]
    write_warnings(warnings, found)
    total = {
        "files_found": len(people.subjects) + len(lost),
        "files_unreadable": len(lost),
        "files_indexed": len(people.subjects),
        "patients_indexed": len(here - {""}),
        "files_opted_out": files_gone,
        "patients_opted_out": len(gone & here),
        "entries": len(entries) + len(unlisted),
        "entries_unmatched": sum(e.subject in unmatched for e in entries)
        + len(unmatched & unlisted.keys()),
        "entries_incomplete": len({e.subject for e in entries if e.problems})
        + sum(map(is_incomplete, unlisted.values())),
        "patients_recalled": delivered(book, gone),
    }
    write_rows(counts, columns("opt_out"), [total])


def _entry(entry: OptOutEntry) -> Entry:
    return {
        "subject": entry.subject,
        "source": "list",
        "received": entry.received.isoformat() if entry.received else "",
        "by": entry.by,
        "ground": entry.ground,
        "relation": entry.relation,
    }


def _of_the_list(
    entries: list[OptOutEntry], unmatched: set[str], source: str
) -> Iterator[dict[str, str]]:
    for entry in entries:
        if entry.subject in unmatched:
            yield warning(source, "R12", Phrase("opt_out.unmatched"), {"entry": entry.row})
        if entry.struck:
            yield warning(source, "R12", Phrase("row.struck"), {"entry": entry.row})
    for entry in entries:
        for problem in entry.problems:
            yield warning(source, "R13", problem, {"entry": entry.row})


def _of_the_ledger(unlisted: Mapping[str, Entry], unmatched: set[str]) -> Iterator[dict[str, str]]:
    """Yield what is odd about opt-outs that the list does not hold, without saying whose."""
    commanded = {s: e for s, e in unlisted.items() if e["source"] == "command"}
    vanished = unlisted.keys() - commanded.keys()
    for rule, key, n in (
        ("R12", "vanished", len(vanished)),
        ("R12", "command_unmatched", len(unmatched & commanded.keys())),
        ("R13", "command_incomplete", sum(map(is_incomplete, commanded.values()))),
    ):
        if n:
            values = {"n": n, "matched": len(vanished - unmatched)}
            yield warning("source.opt_out_ledger", rule, Phrase(f"opt_out.{key}", values))


def _of_other_ids(n: int) -> Iterator[dict[str, str]]:
    if n:
        yield warning("source.opt_out_ledger", "R12", Phrase("opt_out.linked", {"n": n}))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        filter_opt_out(
            index=Path(snakemake.input.index),
            unindexed=Path(snakemake.input.unindexed),
            opt_out=Path(snakemake.input.opt_out),
            ledger=snakemake.params.ledger,
            coded=Path(snakemake.params.coded),
            language=snakemake.params.language,
            consented=Path(snakemake.output.consented),
            unreadable=Path(snakemake.output.unreadable),
            declined=Path(snakemake.output.declined),
            counts=Path(snakemake.output.counts),
            warnings=Path(snakemake.output.warnings),
        )
