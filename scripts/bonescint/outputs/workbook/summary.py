"""The first sheet: the answer, its numbers, what it cannot say, and where everything is."""

from collections.abc import Sequence
from typing import Any

from bonescint.files import Row
from bonescint.outputs.answers import Answer, answers, caution
from bonescint.outputs.estimates import PERFORMANCE, primary
from bonescint.outputs.results import failures_in_primary, overview, unanswered_in_words
from bonescint.outputs.workbook.book import StudyBook
from bonescint.outputs.workbook.questions import TEST_COLUMNS, shown_test
from bonescint.tables.sheets import Sheet
from bonescint.text.width import text_width

_NUMBERS = (
    "item", "subject", "comparator", "metric", "measure", "n:count", "n_positive:count",
    "estimate:three", "ci_low:three", "ci_high:three",
)  # fmt: skip
_LIMITS = "{0}_estimate:three:{0}", "{0}_ci_low:three:ci_low", "{0}_ci_high:three:ci_high"
_WIDEST = 26


def write_summary(to: StudyBook, study: dict[str, Any], sheets: Sequence[str]) -> None:
    """Write the answer in sentences and in numbers, and the contents.

    `sheets` are the other sheets, as for `StudyBook.names`.
    """
    labels, results = to.labels, to.results
    sheet = to.sheet("summary", "answer")
    sheet.line(f"{study['id']}  {study['title']}", "heading")
    sheet.notes(
        *([] if results.cases else [labels("no_participants")]),
        labels("coded_notice"),
        labels("case_count", n=len(results.cases), warnings=len(results.warnings)),
    )
    said = answers(results, labels)
    sheet.line(labels("answer_heading"), "heading")
    sentences = [f"{number}. {one.text}" for number, one in enumerate(said, 1)]
    sheet.notes(*sentences, style="answer")
    sheet.notes(*filter(None, (caution(said, labels), labels.shared("other_patients"))))
    if unanswered := unanswered_in_words(results, labels):
        sheet.line(labels("unanswered_heading"), "heading")
        sheet.notes(*unanswered, style="plain")
    _numbers(to, sheet, said)
    _primary(to, sheet)
    if labels.has("readers"):
        sheet.line(labels("overview_heading"), "heading")
        sheet.notes(labels("overview_note"), style="plain")
        limits = (one.format(measure) for measure in PERFORMANCE for one in _LIMITS)
        columns = to.columns(
            "software", "tracer", "metric", "cutoff", "failed", "n:count",
            "n_positive:count", *limits,
        )  # fmt: skip
        sheet.table(columns, overview(results, labels), labels("no_data"), main=False)
    _contents(to, sheet, sheets)


def _numbers(to: StudyBook, sheet: Sheet, said: Sequence[Answer]) -> None:
    """Write the estimates behind the sentences, each with the number of its sentence."""
    labels = to.labels
    rows: list[Row] = []
    for number, answer in enumerate(said, 1):
        # products that cannot be compared have no numbers here
        for row in answer.rows if answer.topic != "products" else ():
            rows.append(shown_test(row, [], labels) | {"item": str(number)})
    sheet.line(labels("numbers_heading"), "heading")
    sheet.table(to.columns(*_NUMBERS), rows, labels("no_data"), main=False, widest=_WIDEST)


def _primary(to: StudyBook, sheet: Sheet) -> None:
    labels = to.labels
    sheet.line(labels("primary_heading"), "heading")
    if how := failures_in_primary(to.results, labels):
        sheet.notes(how, style="plain")
    rows = primary(to.results.metrics.get("hypotheses", []))
    shown = [shown_test(row, [], labels) for row in rows]
    # the primary hypothesis is in no family, and its remarks are on its question's sheet
    specs = [one for one in TEST_COLUMNS if one not in ("p_adjusted:p", "role::family", "note")]
    sheet.table(to.columns(*specs), shown, labels("no_primary"), main=False, widest=_WIDEST)


def _contents(to: StudyBook, sheet: Sheet, sheets: Sequence[str]) -> None:
    sheet.line(to.labels("contents_heading"), "heading")
    sheet.notes(to.labels("contents_note"), style="plain")
    tables = to.questions
    sheet.widen(0, max(text_width(to.names(key)[0]) for key in sheets) + 2)
    for key in sheets:
        name, title = to.names(key)
        sheet.sheet.write_url(sheet.row, 0, f"internal:'{name}'!A1", to.styles["link"], string=name)
        files = to.labels("separator").join(f"{one}.csv" for one in tables.get(key, ()))
        said = to.labels("contents_files", title=title, files=files) if files else title
        sheet.sheet.write_string(sheet.row, 1, said, to.styles["plain"])
        sheet.row += 1
