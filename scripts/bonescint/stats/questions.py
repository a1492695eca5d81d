"""From the statistics of one question to its table: who and what each row is about."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bonescint.stats.estimate import Estimate, write_estimates


def cutoffs_of(settings: Mapping[str, Any], metric: str) -> list[float]:
    """Return the configured cut-offs of a metric."""
    return [cutoff["value"] for cutoff in settings["cutoffs"] if cutoff["metric"] == metric]


def labelled(rows: Iterable[Estimate], *notes: str, **fields: str) -> list[Estimate]:
    """Return `rows` with further notes, and with fields such as ``subject`` filled in."""
    return [replace(row.noting(*notes), **fields) for row in rows]  # type: ignore[arg-type]


def tabulate(
    table: Path,
    question: str,
    rows: Iterable[Estimate],
    software: Mapping[str, Mapping[str, str]] | None = None,
) -> int:
    """Write results/metrics/<question>.csv and return its row count.

    Parameters
    ----------
    table
        The table.
    question
        One of `bonescint.stats.question_names.QUESTIONS`.
    rows
        Its rows, in their order.
    software
        Key -> ``version``: a row about a software says which version it was (R37).
    """

    def versions(row: Estimate) -> Iterable[str]:
        for name, key in (("version", row.subject), ("comparator_version", row.comparator)):
            if software and key in software:
                yield f"{name}={software[key]['version']}"

    return write_estimates(
        table, (replace(row, question=question).noting(*versions(row)) for row in rows)
    )
