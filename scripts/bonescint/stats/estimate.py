"""The record for every statistic of the study: one row of a metrics table."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

from bonescint.declared import columns
from bonescint.files import read_rows, write_rows

# `metrics` of the configuration, as far as a question reads it
MetricSettings = Mapping[str, Any]
NAN = math.nan
OK = "ok"
# for `Estimate.cases`: failed analyses count as wrong calls; the cases that all versions analysed
FAILURES_AS_WRONG, SAME_CASES = "failures_as_wrong", "same_cases"


@dataclass(frozen=True, slots=True)
class Estimate:
    """One statistic with its interval, its test and its source.

    The functions of `bonescint.stats` fill in the numbers, the questions the words
    (`dataclasses.replace`). Every word except the keys of software and readers is a key of
    resources/text/metrics.csv, or one of the question's own words.

    Parameters
    ----------
    question
        The table it belongs to.
    subject, comparator
        Key of the software or reader; a difference is subject minus comparator.
    measure, reference
        The measure, and what it is measured against.
    metric, cutoff
        The value that was judged, and the cut-off at which it counts as positive.
    cases
        Which cases, if not all: ``all`` and ``not_exposed`` beside each other, a group such as
        ``eod=2``, `FAILURES_AS_WRONG` or `SAME_CASES`.
    level
        Level of the interval (0.95), or of the interval that a TOST corresponds to.
    n, n_positive
        Cases used, and how many of them the reference calls positive. For a plain proportion:
        denominator and numerator.
    estimate, ci_low, ci_high, ci_method
        The value and its confidence limits. Limits are NaN where none would be honest.
    statistic, p_value, p_adjusted, test
        The test, two-sided; p after the adjustment for multiplicity.
    status
        ``ok``, or why the numbers are missing, such as ``one class`` or ``constant``.
    note
        Keys of resources/text/metrics.csv, ``key`` or ``key=value``, separated by ``; ``.
    """

    question: str = ""
    subject: str = ""
    comparator: str = ""
    measure: str = ""
    reference: str = ""
    metric: str = ""
    cutoff: float = NAN
    cases: str = ""
    level: float = NAN
    n: int | None = None
    n_positive: int | None = None
    estimate: float = NAN
    ci_low: float = NAN
    ci_high: float = NAN
    ci_method: str = ""
    statistic: float = NAN
    p_value: float = NAN
    p_adjusted: float = NAN
    test: str = ""
    status: str = OK
    note: str = ""

    def noting(self, *notes: str) -> "Estimate":
        """Return a copy with `notes` (keys, or ``key=value``) added to its note."""
        return replace(self, note="; ".join(note for note in (self.note, *notes) if note))


def one_of(value: object, *allowed: object) -> None:
    """Raise ValueError unless `value` is one of `allowed`, so that a misspelt method is found.

    Examples
    --------
    >>> one_of("wilson", "wilson", "exact")
    >>> one_of("wald", "wilson", "exact")
    Traceback (most recent call last):
        ...
    ValueError: 'wald' is none of 'wilson', 'exact'
    """
    if value not in allowed:
        raise ValueError(f"{value!r} is none of {', '.join(map(repr, allowed))}")


_COUNTS = {"n", "n_positive"}
_NUMBERS = {
    "cutoff", "level", "estimate", "ci_low", "ci_high", "statistic", "p_value", "p_adjusted",
}  # fmt: skip


def write_number(value: float) -> str:
    """Return `value` with ten significant digits, NaN as the empty text.

    Two builds of the mathematical libraries agree on ten digits, so the same input gives the same
    bytes.

    Examples
    --------
    >>> write_number(1 / 3), write_number(NAN), write_number(-0.0)
    ('0.3333333333', '', '0')
    """
    return "" if math.isnan(value) else format(value + 0.0, ".10g")  # + 0.0 turns -0 into 0


def write_estimates(path: str | Path, rows: Iterable[Estimate]) -> int:
    """Write a metrics table and return its row count.

    The table is replaced only when the last row is written.
    """
    return write_rows(path, columns("estimates"), (_as_text(row) for row in rows))


def read_estimates(path: str | Path) -> Iterator[Estimate]:
    """Yield the rows of a table that `write_estimates` wrote."""
    for row in read_rows(path):
        values: dict[str, object] = dict(row)
        values.update({name: int(row[name]) if row[name] else None for name in _COUNTS})
        values.update({name: float(row[name]) if row[name] else NAN for name in _NUMBERS})
        yield Estimate(**values)  # type: ignore[arg-type]


def _as_text(row: Estimate) -> dict[str, object]:
    values = {field.name: getattr(row, field.name) for field in fields(Estimate)}
    return {
        name: write_number(value) if name in _NUMBERS else value for name, value in values.items()
    }
