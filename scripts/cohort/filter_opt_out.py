"""Leave out everybody who declined, before anything else is decided (R12, R13)."""

import json
import os
from collections.abc import Collection, Iterator, Mapping, Set
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.custody.recalls import delivered, recall
from bonescint.custody.traces.paths import masked
from bonescint.custody.traces.terms import Person, Terms, without_shared
from bonescint.declared import columns
from bonescint.errors import InputError
from bonescint.files import WARNING_COLUMNS, read_rows, replacing, write_rows
from bonescint.identity.chain import Entry
from bonescint.identity.codes import typed_code
from bonescint.identity.ledger import open_or_create
from bonescint.identity.opt_outs import declined as everybody_who_declines
from bonescint.identity.opt_outs import in_force, links, record
from bonescint.identity.people import connected, read_lines, read_people, spellings
from bonescint.joblog import job_log
from bonescint.names.doubts import identity_doubts
from bonescint.resources import Texts
from bonescint.tables.lists import OptOutEntry, read_opt_out

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def filter_opt_out(
    index: Path,
    unindexed: Path,
    opt_out: Path,
    ledger: Mapping[str, str],
    coded: Path,
    study: Mapping[str, Any],
    language: str,
    recalls: Path,
    consented: Path,
    unreadable: Path,
    declined: Path,
    counts: Path,
    warnings: Path,
    doubts: Path,
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
    study, language, recalls
        Of the configuration, and the folder for notices about patients delivered before.
    consented, counts, warnings
        Tables to write (docs/en/tables.md). An entry that matches nobody or is incomplete is
        reported by its row, never ignored; an incomplete one excludes all the same.
    unreadable
        The unreadable files, without the IDs and names in the paths of who declined.
    declined
        Who declined, with the spellings that must not be left anywhere; sealed to the ledger.
    doubts
        Table to write on the identified side: one ID with two names, one name with two IDs.
    """
    text = Texts("flow", language)
    entries = read_opt_out(opt_out, language)
    people = read_people(index)
    here = set(people.headers.values())
    book, _ = open_or_create(ledger, coded)
    _refuse_no_ids(entries, here | book.codes().keys(), people.pairs, opt_out.name, text)
    with book.exclusive():
        former = in_force(book)
        listed = {entry.subject: entry for entry in entries if entry.subject not in former}
        record(book, map(_entry, listed.values()), mark=None)
        opted_out = in_force(book)
        gone = everybody_who_declines(book, people.pairs)
    pairs = people.pairs | links(book)

    # an ID may hold what parts cells
    cell = {s: '"' + s.replace('"', '""') + '"' if set(s) & set(',"\n\r') else s for s in here}
    with replacing(consented) as stream:
        lines = read_lines(index)
        stream.write(f"{next(lines)},subject\n")
        stream.writelines(
            f"{line},{cell[subject]}\n"
            for line, subject in zip(lines, people.subjects, strict=True)
            if subject not in gone
        )
    own = without_shared(
        (h.patient_name for h, s in people.headers.items() if s in gone),
        (h.patient_name for h, s in people.headers.items() if s not in gone),
    )
    persons = {
        subject: Person(
            book.code_of(subject), frozenset(ids), frozenset({own[name] for name in names} - {""})
        )
        for subject, (ids, names) in sorted(spellings(people, gone).items())
    }
    with replacing(declined, "wb") as stream:
        os.fchmod(stream.fileno(), 0o600)
        records = [
            {"subject": subject, "code": p.code, "ids": sorted(p.ids), "names": sorted(p.names)}
            for subject, p in persons.items()
        ]
        stream.write(book.seal(json.dumps(records, ensure_ascii=False).encode()))
    known = Terms(persons.values())
    lost = [row | {"path": masked(row["path"], known)} for row in read_rows(unindexed)]
    write_rows(unreadable, columns("unreadable"), lost)

    unmatched = {s for s in opted_out if connected([s], pairs).isdisjoint(here)}
    found = list(_of_the_list(entries, unmatched, opt_out.name, text))
    on_list = {entry.subject for entry in entries}
    other = {subject: entry for subject, entry in opted_out.items() if subject not in on_list}
    found += _of_the_ledger(other, unmatched, text)
    recall(book, gone, recalls, study, language, date.today())
    n_delivered = delivered(book, gone)
    for key, n in {
        "linked": len((gone - set(opted_out)) & here),
        "recalled": n_delivered,
    }.items():
        if n:
            message = text(f"opt_out_{key}", n=n, folder=recalls)
            found.append(_warning(text("opt_out_ledger"), "R12", "", message))
    doubtful = identity_doubts(
        (
            {
                "subject": s,
                "patient_name": h.patient_name,
                "patient_birth_date": h.patient_birth_date,
            }
            for h, s in people.headers.items()
            if s not in gone
        ),
        language,
    )
    write_rows(doubts, WARNING_COLUMNS, doubtful)
    if doubtful:
        # which they are stays on the identified side
        message = text("identity_doubts", n=len(doubtful), file=doubts)
        found.append(_warning(text("identity"), "R12", "", message))
    write_rows(warnings, WARNING_COLUMNS, found)
    incomplete = {entry.subject for entry in entries if entry.problems}
    files_gone = sum(map(gone.__contains__, people.subjects))
    total = {
        "files_found": len(people.subjects) + len(lost),
        "files_unreadable": len(lost),
        "files_indexed": len(people.subjects),
        "patients_indexed": len(here - {""}),
        "files_opted_out": files_gone,
        "patients_opted_out": len(gone & here),
        "entries": len(entries) + len(other),
        "entries_unmatched": sum(e.subject in unmatched for e in entries)
        + len(unmatched & set(other)),
        "entries_incomplete": len(incomplete | {s for s, e in other.items() if _lacks(e)}),
        "patients_recalled": n_delivered,
    }
    write_rows(counts, columns("opt_out"), [total])


def _refuse_no_ids(
    entries: list[OptOutEntry],
    known: Set[str],
    pairs: Collection[tuple[str, str]],
    file: str,
    text: Texts,
) -> None:
    """Refuse entries that match nobody and are not one patient ID: somebody would be overlooked."""
    known = known.union(*pairs) - {""}

    def is_odd(subject: str) -> bool:
        return (
            not (subject.isascii() and subject.isalnum())
            or typed_code(subject) is not None
            or any({subject[:i], subject[i:].lstrip("0")} <= known for i in range(1, len(subject)))
        )

    odd = [entry.row for entry in entries if entry.subject not in known and is_odd(entry.subject)]
    if odd:
        raise InputError(text("opt_out_no_id", file=file, row=row) for row in odd)


def _entry(entry: OptOutEntry) -> Entry:
    return {
        "subject": entry.subject,
        "source": "list",
        "received": entry.received.isoformat() if entry.received else "",
        "by": entry.by,
        "ground": entry.ground,
        "relation": entry.relation,
    }


def _lacks(entry: Entry) -> bool:
    wanted = ["received", "by"] + ["ground", "relation"] * (entry["by"] == "proxy")
    return not all(entry[key] for key in wanted)


def _warning(source: str, rule: str, where: str, message: str) -> dict[str, str]:
    return {"source": source, "rule": rule, "where": where, "message": message}


def _of_the_list(
    entries: list[OptOutEntry], unmatched: set[str], source: str, text: Texts
) -> Iterator[dict[str, str]]:
    for entry in entries:
        if entry.subject in unmatched:
            where = text("row", row=entry.row)
            yield _warning(source, "R12", where, text("opt_out_unmatched"))
    for entry in entries:
        for problem in entry.problems:
            yield _warning(source, "R13", text("row", row=entry.row), problem)


def _of_the_ledger(
    other: Mapping[str, Entry], unmatched: set[str], text: Texts
) -> Iterator[dict[str, str]]:
    """Yield what is odd about opt-outs that the list does not hold, without saying whose."""
    commanded = {s: e for s, e in other.items() if e["source"] == "command"}
    vanished = set(other) - set(commanded)
    for rule, key, n in (
        ("R12", "opt_out_vanished", len(vanished)),
        ("R12", "opt_out_command_unmatched", len(unmatched & set(commanded))),
        ("R13", "opt_out_command_incomplete", sum(map(_lacks, commanded.values()))),
    ):
        if n:
            message = text(key, n=n, matched=len(vanished - unmatched))
            yield _warning(text("opt_out_ledger"), rule, "", message)


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        filter_opt_out(
            index=Path(snakemake.input.index),
            unindexed=Path(snakemake.input.unindexed),
            opt_out=Path(snakemake.input.opt_out),
            ledger=snakemake.params.ledger,
            coded=Path(snakemake.params.coded),
            study=snakemake.params.study,
            language=snakemake.params.language,
            recalls=Path(snakemake.params.recalls),
            consented=Path(snakemake.output.consented),
            unreadable=Path(snakemake.output.unreadable),
            declined=Path(snakemake.output.declined),
            counts=Path(snakemake.output.counts),
            warnings=Path(snakemake.output.warnings),
            doubts=Path(snakemake.output.doubts),
        )
