"""Leave out everybody who declined, before anything else is decided (R12, R13)."""

from collections.abc import Iterator, Mapping, Set
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.cohort.simulated import refuse_marks
from bonescint.custody.declined import seal_declined, seal_doubts, who_declined
from bonescint.custody.recalls import delivered
from bonescint.custody.traces.paths import masked
from bonescint.custody.traces.terms import Terms
from bonescint.declared import columns
from bonescint.deid.decisions import other_persons, read_decisions
from bonescint.files import read_rows, write_rows
from bonescint.identity.chain import Entry
from bonescint.identity.doubts import HeldBack, held_back, id_doubts
from bonescint.identity.first_use import open_or_create
from bonescint.identity.index_cache import seal_index
from bonescint.identity.ledger import Ledger, LedgerFiles
from bonescint.identity.migration import moves_of
from bonescint.identity.opt_out_lists import LARGEST_SHARE, Taken, fingerprint, take_list
from bonescint.identity.opt_outs import is_incomplete, links, remember, remembered
from bonescint.identity.people import (
    People,
    column_of,
    connected,
    personal_data,
    read_lines,
    read_people,
    write_others,
)
from bonescint.joblog import job_log
from bonescint.names.doubts import PersonalData
from bonescint.names.ids import ANY_ID
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
    decisions: Path,
    consented: Path,
    unreadable: Path,
    declined: Path,
    doubts: Path,
    counts: Path,
    warnings: Path,
    cache: Path,
    made_by: str,
    id_pattern: str = ANY_ID,
    ids_only: bool = False,
    largest_share: float = LARGEST_SHARE,
    layout: Mapping[str, Any] | None = None,
    reviewers: int = 1,
) -> None:
    """Write the index without the patients who declined, by list or by command.

    Parameters
    ----------
    index, unindexed
        The index of the raw folder and its unreadable files.
    opt_out, ids_only, largest_share, id_pattern, layout
        The hospital's list, whose entries go into the ledger; how to read it; the form of an ID.
    ledger, coded
        Arguments of `open_ledger`, and the folder of coded images. A missing ledger is created, or
        is lost if this folder holds codes. It is not an output of the rule, because Snakemake
        deletes outputs before a job and restores them after a failure.
    language, decisions, reviewers
        Of the messages; the human decisions about doubts, if any; how many persons must agree.
    consented, counts, warnings
        Tables to write. An entry that matches nobody or is incomplete is reported by its row.
    unreadable
        The unreadable files, with IDs and names of those who declined hidden in their paths.
    cache, made_by
        Where the rows of the consented instances are kept for the next index (`seal_index`).
    declined, doubts
        Who declined, in all spellings, and who is held back. Both are sealed to the ledger.
    """
    entries = read_opt_out(opt_out, language, ids_only, layout)
    people = read_people(index)
    here = set(people.headers.values())
    book, _ = open_or_create(ledger, coded)
    known = here.union(book.codes(), *people.pairs) - {""}
    refuse_no_ids(entries, known, opt_out, language, id_pattern)
    taken = _taken(entries, people, book, fingerprint(book, opt_out), largest_share)
    opted_out, gone, entries = taken.in_force, taken.gone, [] if taken.is_undone else entries
    decided = read_decisions(decisions, reviewers) if decisions.exists() else []
    personal, held = _held_back(people, taken, book, other_persons(decided), id_pattern)
    seal_doubts(doubts, held, people, index, personal, book)
    persons = who_declined(people, gone, book, held.subjects)
    seal_declined(declined, persons, book)
    terms = Terms(persons.values())
    hidden = _namesakes(index, terms)
    write_others(consented, index, people, gone | held.subjects, hidden)
    # rows from which a name was removed do not show what the files hold, so none is kept
    seal_index(cache, None if hidden else consented, made_by, book)
    lost = [row | {"path": masked(row["path"], terms)} for row in read_rows(unindexed)]
    write_rows(unreadable, columns("unreadable"), lost)
    pairs = people.pairs | links(book)
    unmatched = {s for s in opted_out if connected([s], pairs).isdisjoint(here)}
    unlisted = {s: opted_out[s] for s in opted_out.keys() - {entry.subject for entry in entries}}
    found = chain(
        _of_the_list(entries, unmatched, opt_out.name),
        _of_the_ledger(unlisted, unmatched),
        _of_patients("linked", len((gone - opted_out.keys()) & here)),
        _of_patients("doubts", len(held.subjects & here)),
        _of_a_list(taken, opt_out.name, len(taken.held_gone & here)),
    )
    write_warnings(warnings, found)
    total = _of_files(people, len(lost), gone, held.subjects)
    total |= _of_entries(entries, unlisted, unmatched) | _of_held_entries(taken, here)
    recalled = delivered(book, gone - taken.held_gone)
    write_rows(counts, columns("opt_out"), [total | {"patients_recalled": recalled}])


def refuse_other_kind(index: Path, synthetic: bool, language: str) -> None:
    """Refuse to go on with images that are not of the kind that the configuration says.

    If images of patients were called simulated, the gates of the delivery would be open (R39).

    Raises
    ------
    InputError
        If the study is simulated and an image is not marked so, or the other way round.
    """
    refuse_marks(column_of(index, "synthetic"), synthetic, language)


def _namesakes(index: Path, terms: Terms) -> set[str]:
    """Return names of staff and institutions that a search would mistake for those who declined."""
    # an index of a former version has no such columns
    held = {"staff", "institution"}.intersection(next(read_lines(index)).split(","))
    said = {value for column in held for value in column_of(index, column)}
    names = {name for several in said for name in several.split("\\") if name}
    return {name for name in names if terms and masked(name, terms) != name}


def _taken(
    entries: list[OptOutEntry], people: People, book: Ledger, of: str, largest_share: float
) -> Taken:
    """Take the list, after recording today's spelling of the IDs of the images."""
    typed = ((header.patient_id, subject) for header, subject in people.headers.items())
    book.append(moves_of(typed, book.entries()))
    listed = [entry.as_recorded() for entry in entries]
    here = set(people.headers.values())
    return take_list(book, listed, of, largest_share, people.pairs, here)


def _of_held_entries(taken: Taken, here: Set[str]) -> dict[str, int]:
    return {"entries_held": len(taken.held), "patients_held": len(taken.held_gone & here)}


def _of_entries(
    entries: list[OptOutEntry], unlisted: Mapping[str, Entry], unmatched: set[str]
) -> dict[str, int]:
    """Return the columns that count entries of the list and the ledger."""
    matched_nobody = sum(e.subject in unmatched for e in entries)
    incomplete = {e.subject for e in entries if e.problems}
    return {
        "entries": len(entries) + len(unlisted),
        "entries_unmatched": matched_nobody + len(unmatched & unlisted.keys()),
        "entries_incomplete": len(incomplete) + sum(map(is_incomplete, unlisted.values())),
    }


def _of_files(people: People, lost: int, gone: Set[str], held: Set[str]) -> dict[str, int]:
    """Return the columns that count files and patients, present and excluded."""
    here = set(people.headers.values())
    return {
        "files_found": len(people.subjects) + lost,
        "files_unreadable": lost,
        "files_indexed": len(people.subjects),
        "patients_indexed": len(here - {""}),
        "files_opted_out": sum(subject in gone for subject in people.subjects),
        "patients_opted_out": len(gone & here),
        "files_in_doubt": sum(subject in held for subject in people.subjects),
        "patients_in_doubt": len(held & here),
    }


def _held_back(
    people: People, taken: Taken, book: Ledger, settled: frozenset[str], id_pattern: str
) -> tuple[list[PersonalData], HeldBack]:
    """Return name and birth date of those who declined, and who of the others may be one of them.

    The former are recorded, so that the doubt remains when their images are gone. Those of a held
    list are not, because nothing of a held list may be on record.
    """
    here = list(personal_data(people))
    gone = taken.gone
    remember(book, (one for one in here if one.subject in gone - taken.held_gone))
    declined = [one for one in remembered(book) if one.subject in gone]
    declined += [one for one in here if one.subject in taken.held_gone]
    others = [one for one in here if one.subject not in gone]
    by_id = id_doubts((header.patient_id for header in people.headers), gone, id_pattern)
    return declined, held_back(declined, others, people.pairs, book.digest, settled, by_id)


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
    """Yield warnings about opt-outs that are not on the list, without naming anybody."""
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


def _of_patients(key: str, n: int) -> Iterator[dict[str, str]]:
    if n:
        yield warning("source.opt_out_ledger", "R12", Phrase(f"opt_out.{key}", {"n": n}))


def _of_a_list(taken: Taken, source: str, patients: int) -> Iterator[dict[str, str]]:
    """Yield a warning if a person must look at the list: it excludes too many or was taken back."""
    if taken.held:
        values = {"n": len(taken.held), "patients": patients}
        yield warning(source, "R12", Phrase("opt_out.held", values))
    if taken.is_undone:
        yield warning(source, "R12", Phrase("opt_out.undone"))


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        refuse_other_kind(
            index=Path(snakemake.input.index),
            synthetic=snakemake.params.synthetic,
            language=snakemake.params.language,
        )
        filter_opt_out(
            index=Path(snakemake.input.index),
            unindexed=Path(snakemake.input.unindexed),
            opt_out=Path(snakemake.params.opt_out),
            ledger=snakemake.params.ledger,
            coded=Path(snakemake.params.coded),
            language=snakemake.params.language,
            decisions=Path(snakemake.params.decisions),
            reviewers=snakemake.params.reviewers,
            consented=Path(snakemake.output.consented),
            unreadable=Path(snakemake.output.unreadable),
            declined=Path(snakemake.output.declined),
            doubts=Path(snakemake.output.doubts),
            counts=Path(snakemake.output.counts),
            warnings=Path(snakemake.output.warnings),
            cache=Path(snakemake.output.cache),
            made_by=snakemake.params.indexed_by,
            id_pattern=snakemake.params.patient_id_pattern,
            layout=snakemake.params.layout,
            **snakemake.params.settings,
        )
