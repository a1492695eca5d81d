"""Estimate rows: how to find one, and how to write it as people read it."""

import math
from collections.abc import Collection, Sequence

from bonescint.files import Row, number
from bonescint.outputs.labels import Labels
from bonescint.outputs.rounding import CHANCE, DIGITS, NULLS, rounded, rounded_p
from bonescint.stats.estimate import SAME_CASES

PERFORMANCE = ("auc", "sensitivity", "specificity")  # what overviews show
# the parts of a note with fields of their own; a version is part of the software's label
_FIELDS = {"family", "primary", "exploratory", "version", "comparator_version"}
# these describe the cases and estimate nothing, so they have the digits of the data
DESCRIBED = ("group_size", "median", "quartile_low", "quartile_high")
_MARGINS = ("margin", "margin_low", "margin_high")
# remarks that a list of tests must show itself: a TOST does not test against zero, and p and limits
# can be misread without them
OF_TESTS = (*_MARGINS, "confounded", "test_and_limits_differ", "one_without_variance")


def noted(row: Row) -> dict[str, str]:
    """Return a note's keys and values. A key without a value has an empty one."""
    parts = (part.partition("=") for part in row["note"].split("; ") if part)
    return {key: value for key, _, value in parts}


def find(
    rows: list[Row],
    measure: str,
    software: str,
    metric: str,
    comparator: str = "",
    cutoff: float | None = None,
    cases: str = "",
) -> Row | None:
    """Return the first row of a measure for one software and metric.

    It is about the cut-off, unless that is None, and about these cases; an empty text means all
    cases of the question.
    """
    wanted = {"measure": measure, "subject": software, "comparator": comparator}
    wanted |= {"metric": metric, "cases": cases}
    for row in rows:
        if wanted.items() <= row.items() and cutoff in (None, number(row["cutoff"])):
            return row
    return None


def performance(
    accuracy: list[Row],
    at_cutoffs: list[Row],
    software: str,
    metric: str,
    cutoffs: dict[str, float],
) -> dict[str, Row | None]:
    """Return the rows of `PERFORMANCE` for one software and metric.

    Versions of one product are shown beside each other. So a version that analysed more cases than
    the others has its rows over the cases that all versions analysed. Without a cut-off for the
    metric there is no sensitivity or specificity, because the table may hold that of a cut-off
    chosen from the data.
    """
    cutoff = cutoffs.get(metric, math.nan)

    def found(measure: str, cases: str) -> Row | None:
        if measure == "auc":
            return find(accuracy, measure, software, metric, cases=cases)
        return find(at_cutoffs, measure, software, metric, cutoff=cutoff, cases=cases)

    return {one: found(one, SAME_CASES) or found(one, "") for one in PERFORMANCE}


def with_limits(row: Row | None, labels: Labels) -> str:
    """Return ``0.93 (0.84 to 0.97)``, or the row's status where numbers are missing."""
    if row is None:
        return labels("no_data")
    point, low, high = (number(row[key]) for key in ("estimate", "ci_low", "ci_high"))
    status = "" if row["status"] == "ok" else labels.word(row["status"])
    against = compared_with(row)
    if point is None:
        # a row with only a test has no value
        return status or ("" if row["statistic"] else labels("no_data"))
    if low is None or high is None:
        described = row["measure"] in DESCRIBED
        shown = f"{round(point, DIGITS):.10g}" if described else rounded(point, against)
        shown = labels.mark(shown, row, "estimate")
        return f"{shown} ({status})" if status else shown
    numbers = {"point": (point, "estimate"), "low": (low, "ci_low"), "high": (high, "ci_high")}
    said = {key: labels.mark(rounded(one, against), row, c) for key, (one, c) in numbers.items()}
    return labels("interval", **said)


def _p_value(row: Row, column: str, labels: Labels) -> str:
    value = number(row[column])
    return "" if value is None else labels.mark(rounded_p(value, labels.error), row, column)


def compared_with(row: Row) -> tuple[float, ...]:
    """Return the numbers that a row is compared with. No rounding may reach or pass them.

    They are no difference, a ratio of 1, chance for an AUC, and the margin where the row has one.
    """
    parts = noted(row)
    margin, low, high = (number(parts.get(key, "")) for key in _MARGINS)
    both = () if margin is None else (margin, -margin)
    chance = (CHANCE,) if row["measure"] == "auc" else ()
    return (*NULLS, *chance, *both, *(one for one in (low, high) if one is not None))


def estimate_in_words(row: Row, labels: Labels) -> Row:
    """Return the row with its keys in words, and parts of the note in fields of their own.

    Numbers stay as they are. An unknown key is shown unchanged, so a new statistic needs no new
    words to appear.

    Returns
    -------
    dict
        The row with ``role`` (primary or exploratory) and ``family`` taken out of ``note``. The
        note has the cases and the level where they are not the usual ones. ``p_adjusted`` is only
        given for a test in a family. The versions are dropped, because the labels show them.
    """
    parts = noted(row)
    roles = [labels.word(key) for key in ("primary", "exploratory") if key in parts]
    said = {key: labels.word(row[key]) for key in ("metric", "ci_method", "test", "status")}
    said["measure"] = labels.word(row["measure"], **parts)  # a ratio's word says what was added
    who = ("subject", "comparator", "reference")
    said |= {key: labels.software(labels.word(row[key])) for key in who}
    return (
        row
        | said
        | {
            "question": labels.question("title", row["question"]),
            "family": labels.family(parts["family"]) if "family" in parts else "",
            # the primary hypothesis is tested alone, so its p is not adjusted
            "p_adjusted": row["p_adjusted"] if "family" in parts else "",
            "role": labels("separator").join(roles),
            "note": labels("separator").join(remarks(row, labels)),
        }
    )


def remarks(row: Row, labels: Labels, only: Collection[str] = ()) -> list[str]:
    """Return the rest of a row's note, without the fields of `estimate_in_words`, in words.

    `only` has the keys to return, such as `OF_TESTS`; none means all.
    """
    said = [
        labels.note(key, value)
        for key, value in noted(row).items()
        if key not in _FIELDS and (not only or key in only)
    ]
    return [*labels.about(row["cases"], number(row["level"])), *said]


def shared_remarks(
    rows: Sequence[Row], labels: Labels, only: Collection[str] = ()
) -> tuple[list[str], list[list[str]]]:
    """Return the remarks that all rows share, and the other remarks of each row.

    A single row shares nothing.
    """
    notes = [remarks(row, labels, only) for row in rows]
    common = [] if len(rows) < 2 else [part for part in notes[0] if all(part in n for n in notes)]
    return common, [[part for part in parts if part not in common] for parts in notes]


def as_read(row: Row, labels: Labels) -> Row:
    """Return the row in words with its numbers as people read them.

    Returns
    -------
    dict
        `estimate_in_words`, the metric with its cut-off, and ``value`` (with limits), ``counts``
        (n and n positive), ``p`` and ``p_adjusted``.
    """
    said = estimate_in_words(row, labels)
    if (cutoff := number(said["cutoff"])) is not None:
        said["metric"] = labels.at(row["metric"], cutoff, "at_cutoff")
    statistic = number(row["statistic"])
    return said | {
        "value": with_limits(row, labels),
        "counts": " / ".join(part for part in (row["n"], row["n_positive"]) if part),
        "statistic": "" if statistic is None else rounded(statistic),
        "p": _p_value(row, "p_value", labels),
        "p_adjusted": _p_value(row, "p_adjusted", labels) if said["p_adjusted"] else "",
    }


def primary(hypotheses: list[Row]) -> list[Row]:
    """Return the rows on the one primary hypothesis."""
    return [row for row in hypotheses if "primary" in noted(row)]
