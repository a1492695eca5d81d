"""What the questions share: who and what each row is about."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bonescint.stats.estimate import FAILURES_AS_WRONG, Estimate

# the questions whose differences stand there with failures left out and as wrong calls
COUNT_FAILURES = ("version_diagnosis", "equivalence")


def low_metrics(settings: Mapping[str, Any]) -> set[str]:
    """Return the metrics whose low values speak for metastasis."""
    values = settings.get("values", {})
    return {metric for metric, one in values.items() if one.get("positive") == "low"}


def cutoffs_of(settings: Mapping[str, Any], metric: str) -> list[float]:
    """Return the configured cut-offs of a metric, for scores as `Samples` returns them.

    A score at or above one is positive: where low values are, both have another sign, which
    `answer_question` takes away.
    """
    way = -1 if metric in low_metrics(settings) else 1
    return [way * cutoff["value"] for cutoff in settings["cutoffs"] if cutoff["metric"] == metric]


def counts_failures(settings: Mapping[str, Any]) -> bool:
    """Tell whether the primary hypothesis takes failures as wrong calls (`metrics.primary.cases`).

    Where it does, families and margins do, too: one study answers by one analysis.
    """
    return (settings.get("primary") or {}).get("cases") == FAILURES_AS_WRONG


def labelled(rows: Iterable[Estimate], *notes: str, **fields: Any) -> list[Estimate]:
    """Return `rows` with further notes, and with fields such as ``subject`` filled in."""
    return [replace(row.noting(*notes), **fields) for row in rows]
