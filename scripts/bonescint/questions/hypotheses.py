"""Every test of the study in one table: the primary hypothesis, the families, the rest."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from bonescint.errors import InputError
from bonescint.resources import Texts
from bonescint.stats.estimate import (
    FAILURES_AS_WRONG,
    Estimate,
    MetricSettings,
    read_estimates,
    write_number,
)
from bonescint.stats.multiplicity import holm
from bonescint.stats.questions import counts_failures

QUESTION = {
    "order": 10,
    "needs": ["questions", "language"],
    "settings": ["primary", "families"],
}

_FIELDS = ("question", "subject", "comparator", "measure")
_CHOSEN = ("metric", "cutoff")  # not compared where the hypothesis leaves them open
_ABOUT = (*_FIELDS, "reference", *_CHOSEN, "cases")


def rows(questions: Sequence[Path], language: str, settings: MetricSettings) -> Iterator[Estimate]:
    """Yield every test of the study once, adjusted within its family (Holm 1979).

    If several methods test one hypothesis, the first counts and the others are exploratory. So is
    every test without a family. The primary hypothesis is tested alone: `primary` has `question`,
    `subject`, `measure` and where they apply `comparator`, `metric`, `cutoff` and `cases`.
    `families`: name -> question -> measures that are adjusted together. Some tests exist twice,
    with failures left out and with failures as wrong calls. A family then uses the version that the
    primary hypothesis uses. The order is: the primary test, each family, the rest. The notes
    ``primary``, ``family=name`` and ``exploratory`` distinguish them.

    Raises
    ------
    InputError
        If the primary hypothesis matches several rows.
    """
    every = [row for path in questions for row in read_estimates(path)]
    tests = [row for row in every if not math.isnan(row.p_value)]
    first: dict[tuple[str, ...], Estimate] = {}
    for row in tests:
        first.setdefault(_about(row), row)
    rest = {id(row): row for row in tests}
    pairs = [(_about(replace(row, cases="")), about) for about, row in first.items()
             if row.cases == FAILURES_AS_WRONG]  # fmt: skip
    beside = {complete if counts_failures(settings) else wrong for complete, wrong in pairs}
    if settings["primary"]:
        one = _primary(every, settings["primary"], language)
        yield replace(one, p_adjusted=one.p_value).noting("primary")
        rest.pop(id(one), None)
    for name, measures in settings["families"].items():
        family = [
            rest.pop(id(row))
            for about, row in first.items()
            if id(row) in rest and row.measure in measures.get(row.question, ())
            # only one of the two tests that differ in how failures count
            if about not in beside
        ]
        adjusted = holm([row.p_value for row in family])
        for row, p in zip(family, adjusted, strict=True):
            yield replace(row, p_adjusted=float(p)).noting(f"family={name}")
    yield from (row.noting("exploratory") for row in rest.values())


def _about(row: Estimate) -> tuple[str, ...]:
    return tuple(str(getattr(row, name)) for name in _ABOUT)


def _primary(rows: Iterable[Estimate], wanted: Mapping[str, Any], language: str) -> Estimate:
    """Return the row of the primary hypothesis, or a row that says that there is none."""
    fields: dict[str, Any] = {name: wanted.get(name) or "" for name in _FIELDS}
    fields |= {name: wanted[name] for name in _CHOSEN if wanted.get(name) is not None}
    found: dict[tuple[str, ...], Estimate] = {}
    for row in rows:
        if all(getattr(row, name) == value for name, value in fields.items()):
            found.setdefault(_about(row), row)
    # Prefer the named cases, then all cases, to a group that is not named. If nothing failed,
    # there is only one analysis.
    named = FAILURES_AS_WRONG if wanted.get("cases") == FAILURES_AS_WRONG else ""
    for cases in (named, ""):
        if chosen := {about: row for about, row in found.items() if row.cases == cases}:
            found = chosen
            break
    if len(found) > 1:
        which = "; ".join(", ".join(_said(row)) for row in found.values())
        raise InputError(Texts("config", language)("primary_unclear", n=len(found), which=which))
    if found:
        return next(iter(found.values()))
    return Estimate(**fields, status="not assessed")


def _said(row: Estimate) -> Iterator[str]:
    for name in (*_CHOSEN, "cases"):
        value = getattr(row, name)
        if shown := write_number(value) if isinstance(value, float) else value:
            yield f"{name}: {shown}"
