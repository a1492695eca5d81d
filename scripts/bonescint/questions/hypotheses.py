"""Every test of the study in one table: the primary hypothesis, the families, the rest."""

import logging
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bonescint.errors import InputError
from bonescint.joblog import job_log
from bonescint.resources import Texts
from bonescint.stats.estimate import Estimate, read_estimates, write_estimates, write_number
from bonescint.stats.multiplicity import holm

if TYPE_CHECKING:
    from snakemake.iocontainers import snakemake

logger = logging.getLogger(__name__)

_FIELDS = ("question", "subject", "comparator", "measure")
_NOTES = ("metric", "cutoff", "cases")


def adjust_hypotheses(
    tables: Sequence[Path],
    primary: Mapping[str, object] | None,
    families: Mapping[str, Mapping[str, Sequence[str]]],
    language: str,
    table: Path,
) -> None:
    """Write every test of the study once, adjusted within its family (Holm 1979).

    Of several methods for one hypothesis the first counts and the others are exploratory; so is
    every test in no family. The primary hypothesis is tested alone.

    Parameters
    ----------
    tables
        The questions' tables, in their order.
    primary
        `question`, `subject`, `measure` and where they apply `comparator`, `metric` and `cutoff` of
        the one primary hypothesis; None = there is none.
    families
        Name -> question -> measures that are adjusted together.
    language
        ``ja`` or ``en``, of the message.
    table
        Where the tests go: the primary first, then family by family, then the rest; the notes
        ``primary``, ``family=name`` and ``exploratory`` tell them apart.

    Raises
    ------
    InputError
        If the primary hypothesis could be any of several rows.
    """
    every = [row for path in tables for row in read_estimates(path)]
    tests = [row for row in every if not math.isnan(row.p_value)]
    first: dict[tuple[str, ...], Estimate] = {}
    for row in tests:
        first.setdefault(_about(row), row)
    rest = {id(row): row for row in tests}
    rows: list[Estimate] = []
    if primary:
        one = _primary(every, primary, language)
        rows.append(replace(one, p_adjusted=one.p_value).noting("primary"))
        rest.pop(id(one), None)
    for name, questions in families.items():
        family = [
            rest.pop(id(row))
            for row in first.values()
            if id(row) in rest and row.measure in questions.get(row.question, ())
        ]
        adjusted = holm([row.p_value for row in family])
        rows += [
            replace(row, p_adjusted=float(p)).noting(f"family={name}")
            for row, p in zip(family, adjusted, strict=True)
        ]
        logger.info("%s: %d tests", name, len(family))
    rows += [row.noting("exploratory") for row in rest.values()]
    write_estimates(table, rows)
    logger.info("%d tests, %d of them exploratory", len(tests), len(rest))


def _notes(row: Estimate) -> dict[str, str]:
    return dict(note.partition("=")[::2] for note in row.note.split("; "))


def _about(row: Estimate) -> tuple[str, ...]:
    notes = _notes(row)
    return (
        *(getattr(row, name) for name in (*_FIELDS, "reference")),
        *(notes.get(name, "") for name in _NOTES),
    )


def _primary(rows: Iterable[Estimate], wanted: Mapping[str, object], language: str) -> Estimate:
    """Return the row of the primary hypothesis, a row that says so if there is none."""
    fields = {name: str(wanted.get(name) or "") for name in _FIELDS}
    notes = {
        name: write_number(value) if isinstance(value, int | float) else str(value)
        for name, value in wanted.items()
        if name in _NOTES and value is not None
    }
    found: dict[tuple[str, ...], Estimate] = {}
    for row in rows:
        if all(getattr(row, name) == value for name, value in fields.items()) and (
            notes.items() <= _notes(row).items()
        ):
            found.setdefault(_about(row), row)
    if len(found) > 1:
        given = [{k: v for k, v in _notes(row).items() if k in _NOTES} for row in found.values()]
        which = "; ".join(", ".join(f"{k}: {v}" for k, v in one.items()) for one in given)
        raise InputError(Texts("config", language)("primary_unclear", n=len(found), which=which))
    if found:
        return next(iter(found.values()))
    return Estimate(**fields, status="not assessed").noting(  # type: ignore[arg-type]
        *(f"{name}={value}" for name, value in notes.items())
    )


if __name__ == "__main__":
    with job_log(snakemake.log[0]):
        adjust_hypotheses(
            tables=[Path(path) for path in snakemake.input.tables],
            primary=snakemake.params.primary,
            families=snakemake.params.families,
            language=snakemake.params.language,
            table=Path(snakemake.output.table),
        )
