"""List patient IDs and names that do not go together, for a person at the hospital (R12)."""

from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.declared import columns
from bonescint.files import write_rows
from bonescint.identity.people import read_people
from bonescint.joblog import job_log
from bonescint.names.doubts import identity_doubts
from bonescint.warnings import Phrase, warning, write_warnings

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def find_identity_doubts(consented: Path, language: str, doubts: Path, warnings: Path) -> None:
    """Write each ID with two names and each name with two IDs. Nobody who declined is listed.

    Parameters
    ----------
    consented
        private/consented.csv.
    language
        Of the doubts, which a person at the hospital reads.
    doubts
        Table of the doubts, to write on the identified side.
    warnings
        Table with their number, to write on the coded side.
    """
    people = read_people(consented)
    found = identity_doubts((header._asdict() for header in people.headers), language)
    write_rows(doubts, columns("identity_doubts"), found)
    phrase = Phrase("identity.doubts", {"n": len(found), "file": doubts})
    write_warnings(warnings, [warning("source.identity", "R12", phrase)] if found else [])


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        find_identity_doubts(
            consented=Path(snakemake.input.consented),
            language=snakemake.params.language,
            doubts=Path(snakemake.output.doubts),
            warnings=Path(snakemake.output.warnings),
        )
