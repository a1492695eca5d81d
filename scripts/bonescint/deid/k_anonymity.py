"""k-anonymity over what is kept of a patient (R24): who could be singled out, and what would help.

k is the size of the smallest group of cases that share their values; a group of one is a patient
whom anybody recognises who knows those values. An attribute may be coarsened: ``age/5`` stands for
age in bands of 5 years, ``study_date/month`` for the month of the exam.
"""

from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bonescint.warnings import Phrase

# R24; an attribute whose column the cases do not have is left out
ATTRIBUTES = ("sex", "age", "station_name", "study_date", "height_cm", "weight_kg")
_TEXT = frozenset({"sex", "station_name", "study_date"})
_NO_BODY: dict[str, str | None] = {"height_cm": None, "weight_kg": None}
# coarsened attribute -> how; None: not given at all. The others stay as they are kept.
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


def assess(cases: pd.DataFrame) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    """Return k of each combination of attributes, and the cases that one of them singles out.

    Parameters
    ----------
    cases
        One row per case, every value text: ``code`` and those of `ATTRIBUTES` that exist (age in
        years, dates YYYY-MM-DD, height in cm and weight in kg, both compared in whole units).
        A missing value is a value of its own.

    Returns
    -------
    rows, unique
        Rows of results/anonymization/k_anonymity.csv: each attribute alone, each pair, all of them,
        and all of them coarsened; ``unique`` of ``n`` cases share their values with nobody, which
        is ``share``.
        Rows of unique_cases.csv there, by code: the least that singles a case out, so a pair is not
        named where one of its attributes does, nor all attributes where a pair does.
    """
    present = [name for name in ATTRIBUTES if name in cases]
    values = {
        (name, step): _values(cases, name, step)
        for name in present
        for step in {"", *(changes.get(name) or "" for changes in _COARSER)}
    }
    kinds = {"single": 1, "pair": 2, "full": len(present)}
    rows, found = [], []
    alone: dict[tuple[str, ...], NDArray[np.bool_]] = {}
    for kind, size in kinds.items():
        for chosen in combinations(present, size):
            sizes, row = _classes([values[name, ""] for name in chosen], len(cases))
            rows.append({"kind": kind, "attributes": "+".join(chosen)} | row)
            least = sizes == 1
            for smaller, unique in alone.items():
                if set(smaller) < set(chosen):
                    least &= ~unique
            alone[chosen] = sizes == 1
            found += [
                {"code": code, "kind": kind, "attributes": "+".join(chosen)}
                for code in cases.loc[least, "code"]
            ]
    for changes in _COARSER:
        steps = {name: changes.get(name, "") for name in present}
        kept = {name: step for name, step in steps.items() if step is not None}
        names = [f"{name}/{step}" if step else name for name, step in kept.items()]
        row = _classes([values[key] for key in kept.items()], len(cases))[1]
        rows.append({"kind": "coarser", "attributes": "+".join(names)} | row)
    return rows, sorted(found, key=lambda row: str(row["code"]))


def phrases(attributes: str) -> list[Phrase]:
    """Return what a combination such as ``sex+age/5`` is in words of the area ``deidentification``.

    Parameters
    ----------
    attributes
        The column ``attributes`` of a row.
    """
    return [Phrase(f"attribute.{name}") for name in attributes.split("+")]


def _values(cases: pd.DataFrame, name: str, step: str) -> NDArray[np.int64]:
    """Return an attribute's values as numbers from 0, equal where they count as equal.

    A missing number is -1.
    """
    if name in _TEXT:
        values = cases[name].str[:7] if step == "month" else cases[name]
    else:
        # halves go up, as people round
        whole = np.floor(pd.to_numeric(cases[name]) + 0.5)
        values = np.floor(whole / int(step or 1))
    return pd.factorize(values)[0].astype(np.int64)


def _classes(
    columns: list[NDArray[np.int64]], n: int
) -> tuple[NDArray[np.int64], dict[str, object]]:
    """Return the size of each case's group, and k and the like of the whole."""
    group = np.zeros(n, np.int64)
    for values in columns:
        # values lie in -1..n-1; numbered from 0 again at each step, the product stays small
        group = pd.factorize(group * (n + 1) + values)[0].astype(np.int64)
    counts = np.bincount(group)
    unique = int((counts == 1).sum())
    return counts[group], {
        "n": n,
        "k": int(counts.min()) if n else None,
        "classes": len(counts),
        "unique": unique,
        "share": f"{unique / n:.4f}" if n else None,
    }
