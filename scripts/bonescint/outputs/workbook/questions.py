"""The questions' sheets: a row for every estimate, with its numbers as numbers."""

from collections.abc import Mapping, Sequence

from bonescint.files import Row
from bonescint.outputs.estimates import (
    DESCRIBED,
    OF_TESTS,
    as_read,
    estimate_in_words,
    shared_remarks,
)
from bonescint.outputs.labels import Labels
from bonescint.outputs.results import calls_by_metastasis
from bonescint.outputs.workbook.book import StudyBook
from bonescint.tables.sheets import ShownColumn

_ESTIMATES = (
    "question", "subject", "comparator", "metric", "cutoff:number", "measure", "reference",
    "n:count", "n_positive:count", "estimate:three", "ci_low:three", "ci_high:three", "ci_method",
    "test", "statistic:three", "p_value:p", "p_adjusted:p", "role", "note",
)  # fmt: skip
# a column with one value in all rows is replaced by one line: a narrow sheet prints legibly
_ONCE = (
    "question", "subject", "comparator", "metric", "reference", "n", "n_positive", "ci_method",
    "test", "role",
)  # fmt: skip
# the other columns are on the question's own sheet
TEST_COLUMNS = (
    "question", "subject", "comparator", "metric", "measure", "n:count", "n_positive:count",
    "estimate:three", "ci_low:three", "ci_high:three", "test", "p_value:p", "p_adjusted:p",
    "role::family", "note",
)  # fmt: skip
# width of the widest columns, in characters
_WIDEST = {spec.partition(":")[0]: 22 for spec in _ESTIMATES} | {"note": 60}


def write_questions(to: StudyBook, sheet_key: str, names: Sequence[str]) -> None:
    """Write a sheet of one question, or of a few short ones that share a table.

    Important remarks, and values that all rows share, are above the table. The longer notes are
    below it, because the rows above stay on the screen while scrolling. `sheet_key` is as for
    `StudyBook.names`.
    """
    labels, tests = to.labels, sheet_key == "hypotheses"
    specs: Sequence[str] = TEST_COLUMNS if tests else _ESTIMATES
    if any(row["measure"] in DESCRIBED for name in names for row in to.results.metrics[name]):
        specs = [one.replace("estimate:three", "estimate:described") for one in specs]
    said: list[Row] = []
    cautions, notes = [], []
    for name in names:
        rows = to.results.metrics[name]
        common, rest = shared_remarks(rows, labels, OF_TESTS if tests else ())
        for row, parts in zip(rows, rest, strict=True):
            said.append((shown_test if tests else _said)(row, parts, labels))
            if len(names) > 1:
                said[-1]["question"] = labels.question("sheet", name)
        remarks = labels("all_rows", notes=labels("separator").join(common)) if common else ""
        start = f"{labels.question('sheet', name)}: " if len(names) > 1 else ""
        warned = (labels.question("disclaimer", name), labels.question("caution", name), remarks)
        cautions += [start + one for one in warned if one]
        notes += [start + one for one in (labels.question("note", name),) if one]
    nothing = {"", *([labels.question("title", names[0])] if len(names) == 1 else [])}
    # each test shows its own n
    once = {*_ONCE} - ({"n", "n_positive"} if tests else set())
    columns, same = _columns(
        [(c, c.key in once) for c in to.columns(*specs)], said, nothing, labels
    )
    sheet = to.sheet(sheet_key, "questions")
    if same:
        cautions.append(labels("all_rows", notes=labels("separator").join(same)))
    sheet.notes(*cautions)
    sheet.table(columns, said, labels("no_data"), widest=_WIDEST)
    if notes:
        sheet.line(labels("notes_heading"), "heading")
        sheet.notes(*notes, style="plain")
    if "cutoffs" in names and to.results.failed_calls:
        calls = calls_by_metastasis(to.results, labels)
        sheet.line(calls.title, "heading")
        sheet.table(calls.columns, calls.rows, labels("no_data"), main=False)


def shown_test(row: Row, parts: Sequence[str], labels: Labels) -> Row:
    """Return a test's row in words: question, metric with the cut-off, family or role."""
    said = estimate_in_words(row, labels)
    status = "" if row["status"] == "ok" else said["status"]
    if status and row["estimate"]:
        parts = [status, *parts]
    return said | {
        "question": labels.question("sheet", row["question"]),
        "metric": as_read(row, labels)["metric"],
        "estimate": row["estimate"] or status,
        "role": said["family"] or said["role"],
        # a test without a family was not adjusted
        "p_adjusted": row["p_adjusted"] if said["family"] else "",
        "note": labels("separator").join(parts),
    }


def _said(row: Row, parts: Sequence[str], labels: Labels) -> Row:
    said = estimate_in_words(row, labels)
    if row["metric"] in labels.values:
        said["metric"] = labels.axis(row["metric"], "column_{}")
    if row["status"] != "ok":  # too rare for a column of its own
        parts = [said["status"], *parts]
    return said | {"note": labels("separator").join(parts)}


def _columns(
    columns: Sequence[tuple[ShownColumn, bool]],
    rows: Sequence[Mapping[str, str]],
    nothing: set[str],
    labels: Labels,
) -> tuple[list[ShownColumn], list[str]]:
    """Return the columns to show, and the values of those that are shown once for all rows."""
    shown, same = [], []
    for column, once in columns:
        values = {row[column.key] for row in rows}
        if len(rows) > 1 and len(values) == 1 and once:
            (value,) = values - nothing or {""}
            same += [labels("of_column", column=column.title, value=value)] if value else []
        elif values - nothing or not rows:
            shown.append(column)
    return shown, same
