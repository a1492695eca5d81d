"""Estimate rows: finding one, and writing it as people read it."""

from bonescint.outputs.data import Row, number
from bonescint.outputs.labels import Labels


def _noted(row: Row) -> dict[str, str]:
    """Return a note's keys and values; a key without a value stands for itself."""
    parts = (part.partition("=") for part in row["note"].split("; ") if part)
    return {key: value for key, _, value in parts}


def find(
    rows: list[Row], measure: str, software: str, metric: str, comparator: str = ""
) -> Row | None:
    """Return the first row of a measure for one software and metric, the primary one.

    Parameters
    ----------
    rows
        Estimate rows (docs/tables.md); their note names the metric.
    measure
        Such as ``auc``.
    software, metric
        The software's key and ``bsi`` or ``hotspots``.
    comparator
        The other software's key, for rows that compare two.
    """
    for row in rows:
        key = (row["measure"], row["subject"], row["comparator"], _noted(row).get("metric"))
        if key == (measure, software, comparator, metric):
            return row
    return None


def with_limits(row: Row | None, labels: Labels) -> str:
    """Return ``0.93 (0.84 to 0.97)``, or where numbers are missing the row's status."""
    if row is None:
        return labels("no_data")
    point, low, high = (number(row[key]) for key in ("estimate", "ci_low", "ci_high"))
    status = "" if row["status"] == "ok" else labels.word(row["status"])
    if point is None:
        return status or labels("no_data")
    if low is None or high is None:
        return f"{fixed(point)} ({status})" if status else fixed(point)
    return labels("interval", point=fixed(point), low=fixed(low), high=fixed(high))


def fixed(value: float) -> str:
    """Return a number with two decimals, a true minus sign and no minus zero."""
    text = f"{value:.2f}".replace("-", "−")
    return text.removeprefix("−") if float(f"{value:.2f}") == 0 else text


def p_value(text: str) -> str:
    """Return a p-value to three decimals, small ones as ``<0.001``."""
    value = number(text)
    if value is None:
        return ""
    return "<0.001" if value < 0.001 else f"{value:.3f}"


def in_words(row: Row, labels: Labels) -> Row:
    """Return the row with its keys in words and the metric out of the note in its own field.

    Numbers stay as they are. An unknown key is shown as it is: a new statistic needs no new words
    to appear.
    """
    noted = _noted(row)
    metric = noted.pop("metric", "")
    words = [labels.note(key, value) for key, value in noted.items()]
    said = {
        key: labels.word(row[key])
        for key in ("measure", "reference", "ci_method", "test", "status")
    }
    said |= {key: labels.software(labels.word(row[key])) for key in ("subject", "comparator")}
    return row | said | {"metric": labels.word(metric), "note": labels("separator").join(words)}
