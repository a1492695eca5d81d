"""What the questions share: who and what each row is about."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bonescint.stats.estimate import FAILURES_AS_WRONG, NAN, Estimate

# Measures whose test answers no question of a study. That readers of the same images agree by
# chance alone, that two measurements of the same image have nothing to do with each other (ICC,
# W, kappa, correlation or slope 0): nobody holds it, and the smallest p says nothing about how
# well they agree. Kendall's test is Jonckheere's where one of both is a grade. The test of a net
# reclassification improvement is misleading (Pepe 2014). They are described with their limits.
UNTESTED = frozenset(
    {
        "count_power", "fleiss_kappa", "icc_a1", "icc_ak", "icc_c1", "icc_ck", "kendall",
        "kendall_w", "nri", "spearman",
    }
)  # fmt: skip
_OF_TEST = ("z=", "z_p=", "df1=", "df2=")  # what a note says of the test alone

# the questions whose differences stand there with failures left out and as wrong calls
COUNT_FAILURES = ("version_diagnosis", "equivalence")


def low_metrics(settings: Mapping[str, Any]) -> set[str]:
    """Return the metrics whose low values speak for metastasis.

    Examples
    --------
    >>> low_metrics({"values": {"bsi": {"positive": "high"}, "time": {"positive": "low"}}})
    {'time'}
    """
    values = settings.get("values", {})
    return {metric for metric, one in values.items() if one.get("positive") == "low"}


def sign_of(settings: Mapping[str, Any], metric: str) -> int:
    """Return -1 of a metric whose low values speak for metastasis, else 1.

    Examples
    --------
    >>> sign_of({"values": {"time": {"positive": "low"}}}, "time")
    -1
    """
    return -1 if metric in low_metrics(settings) else 1


def cutoffs_of(settings: Mapping[str, Any], metric: str) -> list[float]:
    """Return the configured cut-offs of a metric, for scores as `Samples` returns them.

    A score at or above one is positive: where low values are, both have another sign, which
    `answer_question` takes away.

    Examples
    --------
    >>> cutoffs_of({"cutoffs": [{"metric": "bsi", "value": 1}]}, "bsi")
    [1]
    """
    sign = sign_of(settings, metric)
    return [sign * cutoff["value"] for cutoff in settings["cutoffs"] if cutoff["metric"] == metric]


def counts_failures(settings: Mapping[str, Any]) -> bool:
    """Tell whether the primary hypothesis takes failures as wrong calls (`metrics.primary.cases`).

    Where it does, families and margins do, too: one study answers by one analysis.

    Examples
    --------
    >>> counts_failures({"primary": {"cases": "failures_as_wrong"}}), counts_failures({})
    (True, False)
    """
    return (settings.get("primary") or {}).get("cases") == FAILURES_AS_WRONG


def labelled(rows: Iterable[Estimate], *notes: str, **fields: Any) -> list[Estimate]:
    """Return `rows` with further notes, and with fields such as ``subject`` filled in.

    Examples
    --------
    >>> [(row.note, row.subject) for row in labelled([Estimate()], "few=1", subject="bonenavi")]
    [('few=1', 'bonenavi')]
    """
    return [replace(row.noting(*notes), **fields) for row in rows]


def held_together(row: Estimate, level: float) -> Estimate:
    """Return the row of a difference, noted where its test and its limits say different things.

    The two are then two methods, not one seen from both sides: p is below 1 - `level` although the
    limits hold (or touch) 0, or the reverse. Which limits they are stands in the note.

    Examples
    --------
    >>> limits = {"ci_low": -0.01, "ci_high": 0.1, "ci_method": "delong"}
    >>> row = Estimate(measure="auc_difference", test="score", p_value=0.04, **limits)
    >>> held_together(row, level=0.95).note
    'test_and_limits_differ=delong'
    """
    difference = row.measure == "hodges_lehmann" or row.measure.endswith("_difference")
    tested = row.test not in ("", "tost") and not math.isnan(row.p_value + row.ci_low)
    if not (difference and tested) or "test_and_limits_differ" in row.note:
        return row
    if (row.p_value < round(1 - level, 12)) == (not row.ci_low <= 0 <= row.ci_high):
        return row
    return row.noting(f"test_and_limits_differ={row.ci_method}")


def without_test(row: Estimate) -> Estimate:
    """Return a row that describes and tests nothing: without statistic, p and what is about them.

    Parameters
    ----------
    row
        Such as one of `UNTESTED`.

    Examples
    --------
    >>> without_test(Estimate(p_value=0.01, test="icc_f", note="df1=5; seed=1")).note
    'seed=1'
    """
    # the degrees of freedom may be those of the limits
    left_out = _OF_TEST if row.ci_method else (*_OF_TEST, "df=")
    note = "; ".join(part for part in row.note.split("; ") if not part.startswith(left_out))
    return replace(row, statistic=NAN, p_value=NAN, test="", note=note)
