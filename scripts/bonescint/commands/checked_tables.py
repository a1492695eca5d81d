"""A software's export or a reader's report as the import will take it, before the import."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bonescint.commands.input_tables import InputTable

if TYPE_CHECKING:
    from bonescint.identity.ledger import Ledger
    from bonescint.tables.cases import Cases
    from bonescint.tables.exports import Export
    from bonescint.tables.readings import ReadingReport

COHORT = Path("private/cohort.csv")


def cohort_cases(ledger: "Ledger | None", language: str) -> "Cases":
    """Return the cohort; empty if there is none yet, and then no row is checked.

    It is empty, too, if there is no ledger or the ledger cannot be opened.

    Raises
    ------
    InputError
        If a patient of the cohort has no code.
    """
    from bonescint.tables.cases import Cases, read_cases

    if ledger is not None and COHORT.is_file():
        return read_cases(COHORT, ledger, language)
    return Cases({}, frozenset())


def check_import(
    file: Path,
    second: str | None,
    table: InputTable,
    cases: "Cases",
    config: Mapping[str, Any],
) -> "Export | ReadingReport":
    """Return what the import would give for a table and its second transcription, if there is one.

    Raises
    ------
    InputError
        With every fault found.
    """
    from bonescint.config import inputs, metrics, same_tables
    from bonescint.tables.exports import read_export
    from bonescint.tables.readings import read_report

    other = Path(second) if second else None
    language = str(config["language"])
    paths = {where: Path(path) for where, path in inputs(config).items()}
    paths |= {table.file_key: file}
    # the tables of the demonstration may not have been made yet
    stamps = {
        where: sha256(path.read_bytes()).hexdigest() if path.is_file() else str(path)
        for where, path in paths.items()
        if where.startswith(f"{table.kind}.")
    }
    same = same_tables(config, stamps)[f"{table.kind}.{table.name}"]
    if table.kind == "software":
        values = metrics(config)["values"]
        return read_export(file, cases, table.name, table.settings, language, other, same, values)
    return read_report(file, cases, table.name, table.settings, language, other, same)


def odd_rows(given: "Export | ReadingReport", language: str) -> list[str]:
    """Return what the import would warn of: where, what, and the rule."""
    from bonescint.warning_words import warnings_in_words

    return [
        f"{row['where']}: {row['message']}" + (f" [{row['rule']}]" if row["rule"] else "")
        for row in warnings_in_words(given.warnings, language)
    ]
