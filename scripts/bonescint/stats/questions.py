"""What the questions share: the subject and the meaning of each row."""

import math
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from bonescint.stats.estimate import FAILURES_AS_WRONG, NAN, Estimate, MetricSettings

# Measures whose test answers no question of a study. Their hypotheses are, for example, that
# readers of the same images agree only by chance, or that two measurements of the same image are
# unrelated (ICC, W, kappa, correlation or slope 0). Nobody believes that, and the smallest p says
# nothing about how well they agree. Kendall's test is Jonckheere's where one of the two is a grade.
# The test of a net reclassification improvement is misleading (Pepe 2014). So these measures are
# described with their limits only.
UNTESTED = frozenset(
    {
        "count_power", "fleiss_kappa", "icc_a1", "icc_ak", "icc_c1", "icc_ck", "kendall",
        "kendall_w", "nri", "spearman",
    }
)  # fmt: skip
_OF_TEST = ("z=", "z_p=", "df1=", "df2=")  # parts of a note that are about the test only

# questions with differences in two versions: failures left out, and failures as wrong calls
COUNT_FAILURES = ("version_diagnosis", "equivalence")


def low_metrics(settings: MetricSettings) -> set[str]:
    """Return the metrics whose low values indicate metastasis.

    Examples
    --------
    >>> low_metrics({"values": {"bsi": {"positive": "high"}, "time": {"positive": "low"}}})
    {'time'}
    """
    values = settings.get("values", {})
    return {metric for metric, one in values.items() if one.get("positive") == "low"}


def sign_of(settings: MetricSettings, metric: str) -> int:
    """Return -1 for a metric whose low values indicate metastasis, else 1.

    Examples
    --------
    >>> sign_of({"values": {"time": {"positive": "low"}}}, "time")
    -1
    """
    return -1 if metric in low_metrics(settings) else 1


def cutoffs_of(settings: MetricSettings, metric: str) -> list[float]:
    """Return the configured cut-offs of a metric, for scores as `Samples` returns them.

    A score at or above one is positive. Where low values are positive, scores and cut-offs have the
    opposite sign, which `answer_question` removes.

    Examples
    --------
    >>> cutoffs_of({"cutoffs": [{"metric": "bsi", "value": 1}]}, "bsi")
    [1]
    """
    sign = sign_of(settings, metric)
    return [sign * cutoff["value"] for cutoff in settings["cutoffs"] if cutoff["metric"] == metric]


def counts_failures(settings: MetricSettings) -> bool:
    """Tell whether the primary hypothesis counts failures as wrong (`metrics.primary.cases`).

    If so, families and margins do, too, because one study answers with one analysis.

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
    """Return the row of a difference, with a note where its test and its limits disagree.

    Test and limits then come from two methods. Either p is below 1 - `level` although the limits
    include (or touch) 0, or the reverse. The note names the limits.

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
    """Return a row that describes but tests nothing: without statistic, p and notes about them.

    Examples
    --------
    >>> without_test(Estimate(p_value=0.01, test="icc_f", note="df1=5; seed=1")).note
    'seed=1'
    """
    # with limits, the degrees of freedom may belong to them
    left_out = _OF_TEST if row.ci_method else (*_OF_TEST, "df=")
    note = "; ".join(part for part in row.note.split("; ") if not part.startswith(left_out))
    return replace(row, statistic=NAN, p_value=NAN, test="", note=note)
