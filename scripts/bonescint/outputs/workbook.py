"""The study's workbook: every table and figure of a run in one file for Excel."""

import io
import re
import struct
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from itertools import chain
from pathlib import Path
from typing import Any

from bonescint.cohort.flow import tracers_of
from bonescint.files import Row, replacing
from bonescint.outputs import DPI
from bonescint.outputs.design import limits
from bonescint.outputs.estimates import (
    OF_TESTS,
    as_read,
    estimate_in_words,
    primary,
    shared_remarks,
)
from bonescint.outputs.labels import Labels
from bonescint.outputs.reading_sheets import write_checklists, write_purposes
from bonescint.outputs.recorded import record_in_words
from bonescint.outputs.results import (
    Results,
    calls_by_metastasis,
    failures_in_primary,
    overview,
    unanswered_in_words,
)
from bonescint.outputs.verification import verification
from bonescint.tables.sheets import Sheet, ShownColumn, make_styles, open_book
from bonescint.warning_words import warnings_in_words

_PAGE = (9.2, 5.4)  # inches a figure may take on a landscape A4 page
_ROW_INCHES = 0.25


# the hospital's lists, a row a case: columns as `key`, `key:kind` or `key:kind:title`
_SOFTWARE = ("software", "version")
# what Excel takes for no name of a sheet: a metric may be called anything
_NO_SHEET, _LONGEST = re.compile(r"[\[\]:*?/\\']"), 31
_VALUES = "values"  # stands for a column a metric
_DIGITS = {"percent": "two", "count": "count", "number": "number"}
_CASE_SHEETS = {
    "cases": (
        "code", "tracer", "study_date:date", "sex", "age:count", "height_cm:one", "weight_kg:one",
        "views", "instances:count", "refused:count",
    ),
    "reference": (
        "code", "tracer", "n_readers:count", "n_positive:count:readers_positive", "metastasis",
        "n_metastases:number", "eod:count", "unanimous", "status",
    ),
    "measurements": ("code", "tracer", *_SOFTWARE, _VALUES, "status"),
    "misclassified": (
        "code", "tracer", *_SOFTWARE, "metric", "cutoff:number", "kind", "value:number:measured",
        _VALUES, "metastasis", "n_metastases:number", "eod:count",
        "n_readers:count", "n_positive:count:readers_positive", "readers",
    ),
    "reclassified": (
        "code", "old", "new", "metric", "cutoff:number", "metastasis", "old_value:number",
        "new_value:number", "change", "result",
    ),
    "exposed": (
        "code", "tracer", *_SOFTWARE, "released:date", "delivered:date", "exposed",
    ),
    "incidental": (
        "code", "tracer", "found", "n_readers:count", "n_positive:count:readers_positive",
    ),
}  # fmt: skip
_OF_READERS = ("reference", "misclassified", "reclassified", "incidental")
# those which the report does not need; the last never leaves the hospital (R34)
CASE_LISTS = ("measurements", "misclassified", "reclassified", "exposed", "incidental")
_ESTIMATES = (
    "question", "subject", "comparator", "metric", "cutoff:number", "measure", "reference",
    "n:count", "n_positive:count", "estimate:three", "ci_low:three", "ci_high:three", "ci_method",
    "test", "statistic:three", "p_value:p", "p_adjusted:p", "role", "status", "note",
)  # fmt: skip
# where these are the same in every row they are said once: a narrow sheet is legible in print
_ONCE = (
    "question", "subject", "comparator", "metric", "reference", "n", "n_positive", "ci_method",
    "test", "role", "status",
)  # fmt: skip
# the rest of them stands with the question
_TESTS = (
    "question", "subject", "comparator", "metric", "measure", "value", "counts", "test",
    "p_value:p", "p_adjusted:p", "role::family", "note",
)  # fmt: skip
_WIDEST = {_ESTIMATES: 34, _TESTS: 26}  # characters of a column
_TABS = {"cases": "#E69F00", "questions": "#0072B2", "hospital": "#D55E00"}


class _Book:
    """The workbook under construction: what all its sheets share."""

    def __init__(self, book: Any, results: Results, labels: Labels) -> None:
        self.book, self.results, self.labels = book, results, labels
        self.styles = make_styles(book)

    def sheet(self, key: str, tab: str = "") -> Sheet:
        name, title = self.names(key)
        sheet = Sheet(self.book, name, title, self.labels.synthetic, self.styles)
        if tab:
            sheet.sheet.set_tab_color(_TABS[tab])
        return sheet

    def names(self, key: str) -> tuple[str, str]:
        """Return a sheet's name and its title."""
        if key in self.results.metrics:
            name = _NO_SHEET.sub("-", self.labels.question("sheet", key))[:_LONGEST]
            return name, self.labels.question("title", key)
        return self.labels(f"sheet_{key}"), self.labels(f"title_{key}")

    def places(self, sheets: Collection[str]) -> Callable[[str], str]:
        """Return what tells how a place is called here; empty where there is no such sheet."""

        def place(key: str) -> str:
            key = "summary" if key == "overview" else key
            said = f"place_{key}"  # in the report alone
            if said in self.labels:
                return self.labels(said)
            return self.names(key)[0] if key in sheets else ""

        return place

    def columns(self, *specs: str, **say: Any) -> list[ShownColumn]:
        """Return columns from ``key``, ``key:kind`` or ``key:kind:title``.

        The title is the text ``column_key``; a coded value with a text ``key_value`` is said so.
        """
        columns = []
        # a column of another table may be called as a metric is
        own = [f"{k}:{_DIGITS[one['kind']]}:{_VALUES}" for k, one in self.labels.values.items()]
        for spec in chain.from_iterable(own if spec == _VALUES else [spec] for spec in specs):
            key, kind, title, *_ = [*spec.split(":"), "", ""]
            words = say.get(key, self.code(key))
            if title == _VALUES:
                title = self.labels.axis(key, "column_{}")
            else:
                title = self.labels.heading(title or key)
            columns.append(ShownColumn(key, title, kind or "text", words))
        return columns

    def code(self, kind: str) -> Any:
        """Return what turns a coded value into its word, such as ``status_analysed``."""

        def say(value: str) -> str:
            key = f"{kind}_{value}"
            return self.labels(key) if key in self.labels else value

        return say


def _summary(to: _Book, study: dict[str, Any], sheets: Sequence[str]) -> None:
    labels, results = to.labels, to.results
    sheet = to.sheet("summary")
    sheet.one_page()
    sheet.line(f"{study['id']}  {study['title']}", "heading")
    sheet.notes(
        *([] if results.cases else [labels("no_participants")]),
        labels("coded_notice"),
        labels("case_count", n=len(results.cases), warnings=len(results.warnings)),
        *filter(None, map(labels.shared, ("small_groups", "other_patients"))),
    )
    if unanswered := unanswered_in_words(results, labels):
        sheet.line(labels("unanswered_heading"), "heading")
        sheet.notes(*unanswered)
    sheet.line(labels("primary_heading"), "heading")
    if said := failures_in_primary(results, labels):
        sheet.notes(said)
    columns = to.columns(
        "subject", "comparator", "metric", "measure", "value", "counts", "test", "p", "note"
    )
    rows = [as_read(row, labels) for row in primary(results.metrics.get("hypotheses", []))]
    sheet.table(columns, rows, labels("no_primary"), main=False)
    if labels.has("readers"):
        sheet.line(labels("overview_heading"), "heading")
        sheet.notes(labels("overview_note"))
        columns = to.columns(
            "software", "tracer", "metric", "n:count", "n_positive:count", "failed", "auc",
            "cutoff:number", "sensitivity", "specificity",
        )  # fmt: skip
        sheet.table(columns, overview(results, labels), labels("no_data"), main=False)
    sheet.line(labels("contents_heading"), "heading")
    for key in sheets:
        name, title = to.names(key)
        sheet.sheet.write_url(sheet.row, 0, f"internal:'{name}'!A1", to.styles["link"], string=name)
        sheet.sheet.write_string(sheet.row, 1, title, to.styles["plain"])
        sheet.row += 1


def _flow(to: _Book) -> None:
    labels = to.labels
    sheet = to.sheet("flow")
    sheet.one_page()
    sheet.notes(labels("flow_note"))

    def step(value: str) -> str:
        name, _, arm = value.partition(":")
        return f"{labels.flow(name)} ({labels.software(arm)})" if arm else labels.flow(name)

    tracers = (f"{one}:count" for one in tracers_of(to.results.flow))
    columns = to.columns(
        "step", "kind", "reason", "patients:count", "files:count", *tracers,
        step=step, reason=labels.flow,
    )  # fmt: skip
    sheet.table(columns, to.results.flow, labels("no_data"))
    sheet.line(labels("balance_heading"), "heading")

    def level(value: str) -> str:
        return " × ".join(labels.flow(part) for part in value.split(" x "))

    columns = to.columns(
        "margin", "level", "target:count", "n:count", margin=labels.flow, level=level
    )
    sheet.table(columns, to.results.balance, labels("no_data"), main=False)


def _case_sheet(to: _Book, key: str, rows: list[Row], *limits: str) -> None:
    labels = to.labels

    def readers(value: str) -> str:
        answers = (part.partition("=") for part in value.split("; ") if part)
        call = to.code("metastasis")
        said = (f"{labels.software(name)} {call(answer)}" for name, _, answer in answers)
        return labels("separator").join(said)

    def found(value: str) -> str:
        results = (re.split("[:=]", part) for part in value.split("; ") if part)
        return "; ".join(
            f"{labels.software(key)} {labels.result(metric, value)}"
            for key, metric, value in results
        )

    specs = [one for one in _CASE_SHEETS[key] if one != "eod:count" or labels.has("eod")]
    columns = to.columns(
        *specs, software=labels.software, old=labels.software, new=labels.software,
        metric=labels.word, readers=readers, found=found,
    )  # fmt: skip
    sheet = to.sheet(key, "hospital" if key == "incidental" else "cases")
    sheet.notes(labels("coded_notice" if key == "cases" else f"note_{key}"), *limits)
    sheet.table(columns, rows, labels("no_data"))


def _by_software(measurements: list[Row], metrics: Iterable[str]) -> list[Row]:
    """Return one row a case and software, its metrics beside each other."""
    rows: dict[tuple[str, str], Row] = {}
    for row in measurements:
        one = rows.setdefault((row["code"], row["software"]), row | dict.fromkeys(metrics, ""))
        one[row["metric"]] = row["value"]
    return list(rows.values())


def _question(to: _Book, key: str, rows: list[Row]) -> None:
    """Write a question's sheet; what is the same in every row stands once, above the table."""
    labels, specs = to.labels, _TESTS if key == "hypotheses" else _ESTIMATES
    tests = specs == _TESTS
    common, rest = shared_remarks(rows, labels, OF_TESTS if tests else ())
    said = []
    for row, parts in zip(rows, rest, strict=True):
        one = as_read(row, labels) if tests else estimate_in_words(row, labels)
        one |= {"note": labels("separator").join(parts)}
        if tests:
            one |= {"question": labels.question("sheet", row["question"])}
            one |= {"role": one["family"] or one["role"]}
        said.append(one)
    nothing = {"", labels.question("title", key), labels.word("ok")}
    columns, same = [], []
    for column in to.columns(*specs):
        values = {row[column.key] for row in said}
        if len(said) > 1 and len(values) == 1 and column.key in _ONCE:
            (value,) = values - nothing or {""}
            same += [labels("of_column", column=column.title, value=value)] if value else []
        elif values - nothing or not said:
            columns.append(column)
    sheet = to.sheet(key, "questions")
    notes = [labels.question(kind, key) for kind in ("caution", "note")]
    if same or common:
        notes.append(labels("all_rows", notes=labels("separator").join([*same, *common])))
    sheet.notes(*(note for note in notes if note))
    sheet.table(columns, said, labels("no_data"), widest=_WIDEST[specs])
    if key == "cutoffs" and to.results.failed_calls:
        calls = calls_by_metastasis(to.results, labels)
        sheet.line(calls.title, "heading")
        sheet.table(calls.columns, calls.rows, labels("no_data"), main=False)


def _verification(to: _Book) -> None:
    sheet = to.sheet("deidentification")
    sheet.notes(to.labels("coded_notice"))
    for table in verification(to.results, to.labels.language, brief=False):
        sheet.line(table.title, "heading")
        for note in table.note.split("\n"):
            sheet.line(note, "note")
        sheet.table(table.columns, table.rows, to.labels("no_data"), main=False)


def _figures(to: _Book, figures: Sequence[Path]) -> None:
    sheet = to.sheet("figures")
    sheet.row += 1
    breaks: list[int] = []
    for path in figures:
        if path != figures[0]:
            breaks.append(sheet.row)
        caption = to.labels.figure("caption", path.stem)
        sheet.line(to.labels.figure("title", path.stem), "heading")
        sheet.line(caption)
        data = path.read_bytes()
        width, height = (pixels / DPI for pixels in struct.unpack(">II", data[16:24]))
        scale = min(1.0, _PAGE[0] / width, _PAGE[1] / height)
        sheet.sheet.insert_image(
            sheet.row, 0, path.name,
            {
                "image_data": io.BytesIO(data), "x_scale": scale, "y_scale": scale,
                "object_position": 3, "description": caption,
            },
        )  # fmt: skip
        rows = int(height * scale / _ROW_INCHES) + 2
        for row in range(sheet.row, sheet.row + rows):
            sheet.sheet.set_row(row, _ROW_INCHES * 72)
        sheet.row += rows
    # page breaks and "fit to width" exclude each other in Excel
    sheet.sheet.set_print_scale(100)
    sheet.sheet.set_h_pagebreaks(breaks)
    if not figures:
        sheet.line(to.labels("no_data"), "note")


def write_book(
    path: Path,
    results: Results,
    lists: Mapping[str, list[Row]],
    study: dict[str, Any],
    labels: Labels,
) -> None:
    """Write the workbook; the same results give the same bytes.

    Parameters
    ----------
    path
        The file to write.
    results
        The run's tables; of the figures the PNG files are shown, in their order.
    lists
        The rows of those of `CASE_LISTS` that there are.
    study
        ``id`` and ``title``, and ``design`` where it is stated.
    labels
        The words of the workbook.
    """
    buffer = io.BytesIO()
    book = open_book(buffer)
    to = _Book(book, results, labels)
    by_case = {"cases": results.cases, "reference": results.reference, **lists}
    for key in () if labels.has("readers") else _OF_READERS:
        by_case.pop(key, None)
    by_case["measurements"] = _by_software(by_case["measurements"], labels.values)
    case_sheets = [key for key in _CASE_SHEETS if key in by_case]
    last = ("deidentification", "warnings", "figures", "provenance", "checklists")
    sheets = ["flow", *results.metrics, "purposes", *case_sheets, *last]
    _summary(to, study, sheets)
    _flow(to)
    for question, rows in results.metrics.items():
        _question(to, question, rows)
    write_purposes(to.sheet("purposes"), results, labels)
    for key in case_sheets:
        limiting = limits(results, study, labels) if key == "reference" else []
        _case_sheet(to, key, by_case[key], *chain.from_iterable(limiting))
    _verification(to)
    warnings = to.sheet("warnings")
    warnings.notes(labels("warnings_note"))
    columns = to.columns("source", "where", "message")
    said = warnings_in_words(results.warnings, labels.language, labels.software)
    warnings.table(columns, said, labels("no_warnings"))
    _figures(to, [path for path in results.figures if path.suffix == ".png"])
    provenance = to.sheet("provenance")
    provenance.notes(labels("provenance_note"))
    rows = record_in_words(results.provenance, labels)
    provenance.table(to.columns("key", "value"), rows, labels("no_data"))
    places = to.places(["summary", *sheets])
    write_checklists(to.sheet("checklists"), results, study, labels, places)
    book.close()
    with replacing(path, "wb") as stream:
        stream.write(buffer.getvalue())
