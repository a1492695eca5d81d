"""What the questions share: who and what each row is about."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bonescint.stats.estimate import Estimate


def cutoffs_of(settings: Mapping[str, Any], metric: str) -> list[float]:
    """Return the configured cut-offs of a metric."""
    return [cutoff["value"] for cutoff in settings["cutoffs"] if cutoff["metric"] == metric]


def labelled(rows: Iterable[Estimate], *notes: str, **fields: Any) -> list[Estimate]:
    """Return `rows` with further notes, and with fields such as ``subject`` filled in."""
    return [replace(row.noting(*notes), **fields) for row in rows]
