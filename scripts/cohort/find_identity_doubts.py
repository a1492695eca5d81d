"""List patient IDs and names that do not go together, for a person at the hospital (R12)."""

from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.files import WARNING_COLUMNS, write_rows
from bonescint.identity.people import read_people
from bonescint.joblog import job_log
from bonescint.names.doubts import identity_doubts
from bonescint.resources import Texts

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake


def find_identity_doubts(consented: Path, language: str, doubts: Path, warnings: Path) -> None:
    """Write one ID with two names and one name with two IDs; who declined is in no doubt.

    Parameters
    ----------
    consented
        private/consented.csv.
    language
        Of the messages.
    doubts
        Table to write on the identified side: which they are.
    warnings
        Table to write on the coded side: how many they are.
    """
    people = read_people(consented)
    found = identity_doubts((header._asdict() for header in people.headers), language)
    write_rows(doubts, WARNING_COLUMNS, found)
    write_rows(warnings, WARNING_COLUMNS, _warnings(len(found), doubts, language))


def _warnings(n: int, doubts: Path, language: str) -> list[dict[str, str]]:
    text = Texts("flow", language)
    message = text("identity_doubts", n=n, file=doubts)
    return [{"source": text("identity"), "rule": "R12", "message": message}] if n else []


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        find_identity_doubts(
            consented=Path(snakemake.input.consented),
            language=snakemake.params.language,
            doubts=Path(snakemake.output.doubts),
            warnings=Path(snakemake.output.warnings),
        )
