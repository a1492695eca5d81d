"""The report's section on a question: its main numbers, and all of them for the appendix."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from bonescint.files import Row
from bonescint.outputs.estimates import OF_TESTS, as_read, estimate_in_words, shared_remarks
from bonescint.outputs.labels import Labels
from bonescint.outputs.main_table import main_table
from bonescint.outputs.results import purposes
from bonescint.questions import question
from bonescint.tables.sheets import ShownColumn, ShownTable

_ESTIMATES = (
    "measure", "metric", "reference", "value:number", "ci_method", "counts:number", "test",
    "statistic:number", "p:number", "note",
)  # fmt: skip
# the other columns are in the question's own section
TEST_COLUMNS = (
    "question", "subject", "comparator", "measure", "metric", "value:number", "counts:number",
    "test", "p:number", "p_adjusted:number", "note",
)  # fmt: skip


def shown_columns(labels: Labels, *specs: str) -> list[ShownColumn]:
    """Return columns from ``key`` or ``key:kind``, titled by the text ``column_key``."""
    parts = [spec.partition(":") for spec in specs]
    return [ShownColumn(key, labels.heading(key), kind or "text") for key, _, kind in parts]


def estimates_table(
    rows: list[Row], title: str, labels: Labels, specs: Sequence[str]
) -> ShownTable:
    """Return Estimate rows as people read them. The title has what all rows share.

    `specs` are columns, as for `shown_columns`.
    """
    tests = specs == TEST_COLUMNS
    common, rest = shared_remarks(rows, labels, OF_TESTS if tests else ())
    shown = []
    for row, parts in zip(rows, rest, strict=True):
        said = as_read(row, labels)
        if said["role"] and not tests:  # a list of tests has the role in its title
            parts = [said["role"], *parts]
        shown.append(said | {"note": labels("separator").join(parts)})
    columns = []
    for column in shown_columns(labels, *specs):
        values = {row[column.key] for row in shown}
        # drop a column without content, and a single reference, which the text names
        if values - {""} and (column.key != "reference" or len(values) > 1):
            columns.append(column)
    if common:
        title = labels("all_rows", title=title, notes=labels("separator").join(common))
    return ShownTable(title, columns, shown)


def question_section(
    key: str, rows: list[Row], labels: Labels, settings: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the report's section on a question.

    `settings` is the configuration's `metrics`, as the run recorded it.

    Returns
    -------
    dict
        ``key``, ``title``, ``disclaimer``, ``caution`` (its first sentence) and ``caution_rest``,
        ``note``, ``purposes``; ``main``: the main table, None where the question declares none;
        ``tables``: all rows, in one table for each comparison. Tests that other questions made are
        grouped by the family in which they are adjusted.
    """
    groups: dict[tuple[str, tuple[str, ...]], list[Row]] = {}
    for row in rows:
        said = estimate_in_words(row, labels)
        specs: tuple[str, ...] = _ESTIMATES
        if row["question"] != key:
            family, specs = said["family"], TEST_COLUMNS
            title = labels("family_of", family=family) if family else said["role"]
        else:
            title = said["subject"]
            if comparator := said["comparator"]:
                title = labels("pair_of", subject=title, comparator=comparator)
        groups.setdefault((title, specs), []).append(row)
    tables = [
        estimates_table(group, title, labels, specs) for (title, specs), group in groups.items()
    ]
    caution, *more = re.split(
        r"(?<=。)|(?<=[a-z)]\.) ", labels.question("caution", key), maxsplit=1
    )
    return {
        "key": key,
        "title": labels.question("title", key),
        "disclaimer": labels.question("disclaimer", key),
        "caution": caution,
        "caution_rest": "".join(more),
        "note": labels.question("note", key),
        "purposes": purposes(key, rows, labels),
        "is_shown": bool(question(key).shown),
        "main": main_table(key, rows, labels, settings) if question(key).shown else None,
        "tables": tables,
    }
