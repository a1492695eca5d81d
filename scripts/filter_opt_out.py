"""Leave out everybody who declined, before anything else is decided (R12, R13)."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.dicom import INDEX_COLUMNS
from bonescint.files import WARNING_COLUMNS, read_rows, write_rows
from bonescint.identity.doubts import identity_doubts
from bonescint.identity.ids import normalise
from bonescint.joblog import job_log
from bonescint.resources import Texts
from bonescint.tables.lists import read_opt_out

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def filter_opt_out(
    index: Path,
    unreadable: Path,
    opt_out: Path,
    language: str,
    consented: Path,
    counts: Path,
    warnings: Path,
    doubts: Path,
) -> None:
    """Write the index without the patients of the opt-out list.

    Parameters
    ----------
    index, unreadable
        The index of the raw folder and its unreadable files.
    opt_out
        The hospital's list.
    language
        ``ja`` or ``en``.
    consented, counts, warnings
        Tables to write (docs/tables.md). An entry that matches nobody or is incomplete is reported
        by its row, never ignored; an incomplete one excludes all the same.
    doubts
        Table to write on the identified side: one ID with two names, one name with two IDs.
    """
    text = Texts("flow", language)
    entries = read_opt_out(opt_out, language)
    declined = {entry.subject for entry in entries}
    subjects: set[str] = set()
    files = {"kept": 0, "opted_out": 0}

    def keep() -> Iterator[dict[str, str]]:
        for row in read_rows(index):
            subject = normalise(row["patient_id"])
            subjects.add(subject)
            if subject in declined:
                files["opted_out"] += 1
            else:
                files["kept"] += 1
                yield row | {"subject": subject}

    write_rows(consented, [*INDEX_COLUMNS, "subject"], keep())
    subjects.discard("")
    matched = declined & subjects
    n_unreadable = sum(1 for _ in read_rows(unreadable))
    found = [
        {
            "source": opt_out.name,
            "rule": "R12",
            "where": text("row", row=entry.row),
            "message": text("opt_out_unmatched"),
        }
        for entry in entries
        if entry.subject not in matched
    ]
    found += [
        {
            "source": opt_out.name,
            "rule": "R13",
            "where": text("row", row=entry.row),
            "message": problem,
        }
        for entry in entries
        for problem in entry.problems
    ]
    doubtful = identity_doubts(read_rows(consented), language)
    write_rows(doubts, WARNING_COLUMNS, doubtful)
    if doubtful:
        # which they are stays on the identified side
        message = text("identity_doubts", n=len(doubtful), file=doubts)
        found.append({"source": text("identity"), "rule": "R12", "where": "", "message": message})
    write_rows(warnings, WARNING_COLUMNS, found)
    total = {
        "files_found": sum(files.values()) + n_unreadable,
        "files_unreadable": n_unreadable,
        "files_indexed": sum(files.values()),
        "patients_indexed": len(subjects),
        "files_opted_out": files["opted_out"],
        "patients_opted_out": len(matched),
        "entries": len(entries),
        "entries_unmatched": sum(e.subject not in matched for e in entries),
        "entries_incomplete": sum(bool(e.problems) for e in entries),
    }
    write_rows(counts, list(total), [total])


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        filter_opt_out(
            index=Path(snakemake.input.index),
            unreadable=Path(snakemake.input.unreadable),
            opt_out=Path(snakemake.input.opt_out),
            language=snakemake.params.language,
            consented=Path(snakemake.output.consented),
            counts=Path(snakemake.output.counts),
            warnings=Path(snakemake.output.warnings),
            doubts=Path(snakemake.output.doubts),
        )
