"""The study's workbook: answer, cases, all tables and figures in one Excel file."""

import io
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bonescint.cohort.flow import tracers_of
from bonescint.files import Row, replacing
from bonescint.outputs.design import limits
from bonescint.outputs.labels import Labels
from bonescint.outputs.recorded import record_in_words
from bonescint.outputs.results import Results
from bonescint.outputs.verification import verification
from bonescint.outputs.workbook.analysed import write_analysed
from bonescint.outputs.workbook.book import StudyBook
from bonescint.outputs.workbook.cases import write_case_list
from bonescint.outputs.workbook.charts import DRAWN
from bonescint.outputs.workbook.pictures import write_figures
from bonescint.outputs.workbook.questions import write_questions
from bonescint.outputs.workbook.reading import write_checklists, write_purposes
from bonescint.outputs.workbook.summary import write_summary
from bonescint.tables.sheets import open_book
from bonescint.warning_words import warnings_in_words

# the tables that the report does not need; the last one never leaves the hospital (R34)
CASE_LISTS = (
    "measurements", "misclassified", "reclassified", "exposed", "readings", "roc_curves",
    "incidental", "analysed", "analysed_regions",
)  # fmt: skip
_LAST = ("deidentification", "warnings", "provenance", "checklists")


def write_book(
    path: Path,
    results: Results,
    lists: Mapping[str, list[Row]],
    study: dict[str, Any],
    labels: Labels,
) -> None:
    """Write the workbook. The same results give the same bytes.

    Parameters
    ----------
    results
        The run's tables. The PNG files of its figures are shown, in their order.
    lists
        The rows of each of `CASE_LISTS` that exists.
    study
        ``id`` and ``title``, and ``design`` where it is stated.
    """
    buffer = io.BytesIO()
    book = open_book(buffer)
    to = StudyBook(book, results, labels)
    has_list = "incidental" in lists and labels.has("readers")
    hospital = ["incidental"] if has_list else []
    forms = {one.stem: one for one in results.figures}
    forms |= {one.stem: one for one in results.figures if one.suffix == ".png"}
    figures = list(forms.values())
    drawn = ["figures", *(["charts"] if DRAWN & {one.stem for one in figures} else [])]
    own = ["analysed"] if "analysed" in lists else []
    sheets = ["cases", "flow", *to.questions, *own, *hospital, "purposes", *drawn, *_LAST]
    write_summary(to, study, sheets)
    write_case_list(to, lists)
    _flow(to)
    for sheet, names in to.questions.items():
        write_questions(to, sheet, names)
    if own:
        write_analysed(to, lists)
    if hospital:
        _incidental(to, lists["incidental"])
    places = to.places(["summary", *sheets])
    limiting = [labels("of_column", column=t, value=v) for t, v in limits(results, study, labels)]
    write_purposes(to.sheet("purposes"), results, labels, limiting, places)
    write_figures(to, figures, lists)
    _verification(to)
    _warnings(to)
    provenance = to.sheet("provenance")
    provenance.notes(labels("provenance_note"))
    rows = record_in_words(results.provenance, labels)
    provenance.table(to.columns("key", "value"), rows, labels("no_data"))
    write_checklists(to.sheet("checklists"), results, study, labels, places)
    book.close()
    with replacing(path, "wb") as stream:
        stream.write(buffer.getvalue())


def _flow(to: StudyBook) -> None:
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


def _incidental(to: StudyBook, rows: list[Row]) -> None:
    """Write the incidental findings, which only the hospital may read (R34)."""
    labels = to.labels

    def found(value: str) -> str:
        results = (re.split("[:=]", part) for part in value.split("; ") if part)
        return "; ".join(
            f"{labels.software(key)} {labels.result(metric, value)}"
            for key, metric, value in results
        )

    sheet = to.sheet("incidental", "hospital")
    sheet.notes(labels("note_incidental"))
    columns = to.columns(
        "code", "tracer", "found", "n_readers:count", "n_positive:count:readers_positive",
        found=found,
    )  # fmt: skip
    sheet.table(columns, rows, labels("no_data"))


def _verification(to: StudyBook) -> None:
    sheet = to.sheet("deidentification")
    sheet.notes(to.labels("coded_notice"))
    for table in verification(to.results, to.labels.language, brief=False):
        sheet.line(table.title, "heading")
        for note in table.note.split("\n"):
            sheet.line(note, "note")
        sheet.table(table.columns, table.rows, to.labels("no_data"), main=False)


def _warnings(to: StudyBook) -> None:
    labels = to.labels
    sheet = to.sheet("warnings")
    sheet.notes(labels("warnings_note"))
    columns = to.columns("source", "where", "message")
    said = warnings_in_words(to.results.warnings, labels.language, labels.software)
    sheet.table(columns, said, labels("no_warnings"))
