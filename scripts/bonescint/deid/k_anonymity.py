"""Compute k-anonymity over the kept attributes of a patient (R24), exact and coarsened.

k is the size of the smallest group of cases that share their values. In a group of one, anybody who
knows the values recognises the patient. An attribute may be coarsened: ``age/5`` is the age in
bands of 5 years, ``study_date/month`` is the month of the exam.
"""

import math
from collections import Counter
from collections.abc import Collection, Hashable, Sequence
from itertools import combinations

from bonescint.files import Row

# R24
ATTRIBUTES = ("sex", "age", "station_name", "study_date", "height_cm", "weight_kg")
_TEXT = frozenset({"sex", "station_name", "study_date"})
_NO_BODY: dict[str, str | None] = {"height_cm": None, "weight_kg": None}
# coarsened attribute -> how; None: left out. The other attributes stay exact.
_COARSER: tuple[dict[str, str | None], ...] = (
    {"age": "5"},
    {"age": "10"},
    {"study_date": "month"},
    {"height_cm": "5", "weight_kg": "5"},
    {"height_cm": "10", "weight_kg": "10"},
    _NO_BODY,
    {"age": "5", "study_date": "month", "height_cm": "5", "weight_kg": "5"},
    {"age": "10", "study_date": "month", "height_cm": "10", "weight_kg": "10"},
    {"age": "5", "study_date": "month", **_NO_BODY},
    {"age": "10", "study_date": "month", **_NO_BODY},
)


def assess(
    cases: Sequence[Row], known: Collection[str] = ATTRIBUTES
) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return k of each combination of attributes, and the cases that one of them singles out.

    Parameters
    ----------
    cases
        One row per case: ``code`` and the known ones of `ATTRIBUTES` (age in years, dates
        YYYY-MM-DD, height in cm and weight in kg, both compared in whole units). A missing value
        counts as a separate value.
    known
        The columns that the cases have; an attribute without one is left out.

    Returns
    -------
    rows, unique
        Rows of results/anonymization/k_anonymity.csv: each attribute alone, each pair, all of them,
        and all of them coarsened. ``unique`` of ``n`` cases share their values with no other;
        ``share`` is their proportion.
        Rows of unique_cases.csv there, by code: the smallest combinations that single a case out.
        A pair is left out if one of its attributes is enough, and all attributes if a pair is.
    """
    present = [name for name in ATTRIBUTES if name in known]
    values = {
        (name, step): [_value(case, name, step) for case in cases]
        for name in present
        for step in {"", *(changes.get(name) or "" for changes in _COARSER)}
    }
    codes = [case["code"] for case in cases]
    kinds = {"single": 1, "pair": 2, "full": len(present)}
    rows: list[dict[str, object]] = []
    found: list[dict[str, object]] = []
    alone: dict[tuple[str, ...], set[str]] = {}
    for kind, size in kinds.items():
        for chosen in combinations(present, size):
            attributes = "+".join(chosen)
            unique, row = _classes(codes, [values[name, ""] for name in chosen])
            rows.append({"kind": kind, "attributes": attributes} | row)
            by_less = (codes for less, codes in alone.items() if set(less) < set(chosen))
            found += [
                {"code": code, "kind": kind, "attributes": attributes}
                for code in unique.difference(*by_less)
            ]
            alone[chosen] = unique
    for changes in _COARSER:
        steps = {name: changes.get(name, "") for name in present}
        kept = {name: step for name, step in steps.items() if step is not None}
        names = [f"{name}/{step}" if step else name for name, step in kept.items()]
        row = _classes(codes, [values[of] for of in kept.items()])[1]
        rows.append({"kind": "coarser", "attributes": "+".join(names)} | row)
    return rows, sorted(found, key=lambda row: str(row["code"]))


def _value(case: Row, name: str, step: str) -> Hashable:
    """Return the value by which cases count as equal, exact or coarsened."""
    text = case[name]
    if name in _TEXT:
        return text[:7] if step == "month" else text
    # halves are rounded up, as people do
    return math.floor(math.floor(float(text) + 0.5) / int(step or 1)) if text else None


def _classes(codes: list[str], columns: list[list[Hashable]]) -> tuple[set[str], dict[str, object]]:
    """Return the cases that share these values with no other, and k and counts of all cases."""
    n = len(codes)
    groups = list(zip(*columns, strict=True)) if columns else [()] * n
    sizes = Counter(groups)
    unique = {code for code, group in zip(codes, groups, strict=True) if sizes[group] == 1}
    return unique, {
        "n": n,
        "k": min(sizes.values(), default=None),
        "classes": len(sizes),
        "unique": len(unique),
        "share": f"{len(unique) / n:.4f}" if n else None,
    }
