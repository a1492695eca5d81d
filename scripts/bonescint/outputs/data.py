"""The coded tables in the form that figures and pages need."""

from collections.abc import Iterable, Mapping
from pathlib import Path

from bonescint.files import Row, number
from bonescint.identity.codes import listed_codes
from bonescint.outputs.estimates import find

_RAW, _QUANTILES = ("limit_low", "limit_high"), ("quantile_low", "quantile_high")


def measured(measurements: Iterable[Row]) -> dict[tuple[str, str], dict[str, float]]:
    """Group the values of results/measurements.csv.

    Returns
    -------
    dict
        (software, metric) to code to value (BSI in %, Hotspot a count), in the table's order.
        Results without a value are left out.
    """
    groups: dict[tuple[str, str], dict[str, float]] = {}
    for row in measurements:
        value = number(row["value"])
        if value is not None:
            groups.setdefault((row["software"], row["metric"]), {})[row["code"]] = value
    return groups


def in_both(
    values: Mapping[tuple[str, str], Mapping[str, float]], old: str, new: str, metric: str
) -> dict[str, tuple[float, float]]:
    """Return code to the old and the new version's value, for cases that have both (`measured`)."""
    before, after = (values.get((key, metric), {}) for key in (old, new))
    return {code: (before[code], after[code]) for code in before if code in after}


def decided(reference: Iterable[Row]) -> dict[str, bool]:
    """Return code to metastasis (True: yes), for cases that the readers' consensus decided."""
    return {row["code"]: row["metastasis"] == "1" for row in reference if row["metastasis"]}


def first_cutoffs(cutoffs: Iterable[Mapping[str, float | str]]) -> dict[str, float]:
    """Return metric to the first of its configured cut-offs, which overviews show.

    A value is positive at or above a cut-off.
    """
    first: dict[str, float] = {}
    for entry in cutoffs:
        first.setdefault(str(entry["metric"]), float(entry["value"]))
    return first


def shown_cases(montage: Mapping[str, str]) -> dict[str, str | list[str]]:
    """Return which cases the montage shows: the rule, or the codes of the configured list.

    `montage` has ``cases``, and ``list`` where the cases are listed in a file.
    """
    if path := montage.get("list"):
        return {"cases": listed_codes(Path(path))}
    return {"cases": montage.get("cases", "first")}


def roc_points(
    curves: Iterable[Row], software: str, metric: str
) -> list[tuple[float, float, float | None]]:
    """Return a curve's points from the origin on: 1 - specificity, sensitivity, threshold."""
    points = [
        (
            float(row["false_positive_rate"]),
            float(row["true_positive_rate"]),
            number(row["threshold"]),
        )
        for row in curves
        if row["software"] == software
        and row["metric"] == metric
        and row["false_positive_rate"]
        and row["true_positive_rate"]
    ]
    return sorted(points, key=lambda point: point[:2])


def roc_band(bands: Iterable[Row], software: str, metric: str) -> tuple[list[float], ...]:
    """Return the limits along a curve: 1 - specificity, lower and upper limit of sensitivity.

    Rows without limits are left out.
    """
    found = [
        (1 - float(row["specificity"]), float(row["ci_low"]), float(row["ci_high"]))
        for row in bands
        if row["software"] == software and row["metric"] == metric and row["ci_low"]
    ]
    false_alarms, low, high = ([one[i] for one in found] for i in range(3))
    return false_alarms, low, high


def roc_point_at(
    points: Iterable[tuple[float, float, float | None]], cutoff: float, is_low: bool
) -> tuple[float, float] | None:
    """Return a curve's point at a cut-off, None where the cut-off is beyond all points.

    Values at or above the cut-off are positive; if low ones indicate disease, at or below it.
    """
    way = -1 if is_low else 1
    called = [p[:2] for p in points if p[2] is not None and way * p[2] >= way * cutoff]
    return max(called, default=None)


def agreement_levels(rows: list[Row], pair: tuple[str, str], metric: str) -> tuple[list[Row], str]:
    """Return the rows of the bias and of the limits of agreement that are first in the table.

    Returns
    -------
    list, str
        The rows, and the name of the text on why they are not the usual ones: ``quantiles_first``,
        or ``raw_alone`` where the limits that should be first have no values; else empty.
    """
    old, new = pair
    measures = ("bias", *_RAW, *_QUANTILES)
    bias, *limits = (find(rows, one, new, metric, comparator=old) for one in measures)
    raw, quantiles = limits[:2], limits[2:]
    first = next((row for row in rows if row in (raw[0], quantiles[0])), None)
    changes = first is not None and first is quantiles[0]
    told = changes and all(row and row["estimate"] for row in quantiles)
    why = ("quantiles_first" if told else "raw_alone") if changes else ""
    return [row for row in (bias, *(quantiles if told else raw)) if row], why
