"""The configured subgroups of the cases, and what few cases allow to say."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any, NamedTuple

from bonescint.stats.estimate import NAN, Estimate, write_number

FEWEST = 5  # with fewer cases of a class, a share or an area is not shown
GRADES = "eod"


class Subgroups(NamedTuple):
    """The groups by one property."""

    by: str  # a number of results/cases.csv, or `GRADES`
    # name, such as ``age=65-74`` or ``eod=2``, -> the codes of its cases
    groups: Mapping[str, set[str]]
    unknown: set[str]  # codes of the cases that are in no group


def groups_by_number(by: str, at: Sequence[float], values: Mapping[str, float | None]) -> Subgroups:
    """Return the groups of a number: below the first cut point, and from each one to the next.

    Parameters
    ----------
    by
        A number of results/cases.csv, such as ``age``.
    at
        Ascending cut points. A case at one of them is in the group above it.
    values
        Code -> value, None without a value.

    Examples
    --------
    >>> found = groups_by_number("age", [65, 75], {"A": 64, "B": 65, "C": 80, "D": None})
    >>> found.groups, found.unknown
    ({'age=<65': {'A'}, 'age=65-74': {'B'}, 'age=>=75': {'C'}}, {'D'})
    """
    edges = [-float("inf"), *at, float("inf")]
    known = {code: value for code, value in values.items() if value is not None}
    groups = {
        f"{by}={_interval(by, low, high)}": {c for c, value in known.items() if low <= value < high}
        for low, high in pairwise(edges)
    }
    return Subgroups(by, groups, values.keys() - known.keys())


def _interval(by: str, low: float, high: float) -> str:
    start, end = write_number(low), write_number(high)
    if low == -float("inf"):
        return f"<{end}"
    if high == float("inf"):
        return f">={start}"
    # ages are whole years
    if by == "age" and float(high).is_integer():
        return f"{start}-{write_number(high - 1)}"
    return f"{start}-<{end}"


def groups_by_grade(
    grades: Mapping[str, float], positive: Iterable[str], without: set[str]
) -> Subgroups:
    """Return the positive cases by the extent of their disease.

    A negative case has no extent of disease, so it is in no group.

    Parameters
    ----------
    grades
        Code -> grade by consensus.
    positive
        Codes of the positive cases.
    without
        Codes of the cases whose grade contradicts the consensus. They are in no group.

    Examples
    --------
    >>> groups_by_grade({"A": 1, "B": 2, "C": 2}, ["A", "B", "C", "D"], without={"C"}).groups
    {'eod=1': {'A'}, 'eod=2': {'B'}}
    """
    asked = set(positive)
    known = {code: grades[code] for code in asked - without if code in grades}
    groups = {
        f"{GRADES}={write_number(grade)}": {c for c, own in known.items() if own == grade}
        for grade in sorted(set(known.values()))
    }
    return Subgroups(GRADES, groups, asked - known.keys())


def of_subgroup(row: Estimate) -> Estimate:
    """Return a row of a subgroup, without numbers where the subgroup has too few cases.

    The row is a sensitivity, specificity or AUC, or the difference of two.

    Examples
    --------
    >>> row = of_subgroup(Estimate(measure="sensitivity", n=12, n_positive=2, estimate=0.5))
    >>> row.status, row.estimate
    ('too few', nan)
    """
    n, positive = row.n or 0, row.n_positive or 0
    asked = {"sensitivity": [positive], "specificity": [n - positive]}
    counts = asked.get(row.measure.removesuffix("_difference"), [positive, n - positive])
    if row.status in ("no data", "one class") or min(counts) >= FEWEST:
        return row
    blank: dict[str, Any] = dict.fromkeys(("estimate", "ci_low", "ci_high"), NAN)
    return replace(row, status="too few", **blank)
