"""The study's workbook: every table and figure of a run in one file for Excel."""

import io
import struct
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import xlsxwriter

from bonescint.files import replacing
from bonescint.outputs import DPI
from bonescint.outputs.data import Row
from bonescint.outputs.estimates import in_words
from bonescint.outputs.labels import Labels
from bonescint.outputs.results import Results, flattened, overview
from bonescint.outputs.sheets import FORMATS, Column, Sheet
from bonescint.outputs.verification import verification

# a file date that says nothing: the same results give the same bytes (R35)
CREATED = datetime(2000, 1, 1)
_FONT = {"font_name": "Yu Gothic", "font_size": 10}
_PAGE = (9.2, 5.4)  # inches a figure may take on a landscape A4 page
_ROW_INCHES = 0.25


def open_book(buffer: io.BytesIO) -> Any:
    """Return a workbook that keeps text as text and carries no date, author or path."""
    book = xlsxwriter.Workbook(
        buffer,
        {
            "in_memory": True,
            "strings_to_formulas": False,
            "strings_to_numbers": False,
            "strings_to_urls": False,
            # widths and pictures are measured by this font; every office program knows it
            "default_format_properties": {"font_name": "Arial", "font_size": 10},
        },
    )
    book.set_properties({"created": CREATED})
    return book


def make_styles(book: Any) -> dict[str, Any]:
    """Return the named cell formats."""
    cell = _FONT | {"valign": "top", "border": 1, "border_color": "#D0D0D0"}
    styles = {
        "plain": _FONT,
        "link": _FONT | {"font_color": "#0072B2", "underline": 1},
        "title": _FONT | {"bold": True, "font_size": 15},
        "heading": _FONT | {"bold": True, "font_size": 12},
        "banner": _FONT | {"bold": True, "font_color": "#B34A00", "font_size": 12},
        "note": _FONT | {"font_color": "#8A3A00"},
        "head": cell
        | {"bold": True, "bg_color": "#DCE9F2", "text_wrap": True, "valign": "vcenter"},
        "text": cell | {"text_wrap": True, "align": "left", "indent": 1},
        "date": cell | {"num_format": "yyyy-mm-dd", "align": "left"},
    }
    styles |= {
        kind: cell | {"num_format": code, "align": "right", "indent": 1}
        for kind, code in FORMATS.items()
    }
    return {name: book.add_format(properties) for name, properties in styles.items()}


class _Book:
    """The workbook under construction: what all its sheets share."""

    def __init__(self, book: Any, results: Results, labels: Labels) -> None:
        self.book, self.results, self.labels = book, results, labels
        self.styles = make_styles(book)

    def sheet(self, key: str) -> Sheet:
        name = self.labels(f"sheet_{key}")
        title = self.labels(f"title_{key}")
        return Sheet(self.book, name, title, self.labels.synthetic, self.styles)

    def columns(self, *specs: str, **say: Any) -> list[Column]:
        """Return columns from ``key`` or ``key:kind``, titled by the text ``column_key``."""
        parts = [spec.partition(":") for spec in specs]
        return [
            Column(key, self.labels(f"column_{key}"), kind or "text", say.get(key))
            for key, _, kind in parts
        ]

    def code(self, kind: str) -> Any:
        """Return what turns a coded value into its word, such as ``status_analysed``."""

        def say(value: str) -> str:
            key = f"{kind}_{value}"
            return self.labels(key) if key in self.labels else value

        return say


def _summary(to: _Book, study: dict[str, str], sheets: Sequence[str]) -> None:
    labels, results = to.labels, to.results
    sheet = to.sheet("summary")
    sheet.line(f"{study['id']}  {study['title']}", "heading")
    sheet.notes(
        *([] if results.cases else [labels("no_participants")]),
        labels("coded_notice"),
        labels("case_count", n=len(results.cases), warnings=len(results.warnings)),
        labels("power_warning"),
        labels("confounded_warning"),
    )
    sheet.line(labels("overview_heading"), "heading")
    columns = to.columns(
        "software", "tracer", "metric", "n:count", "n_positive:count", "auc", "sensitivity",
        "specificity",
    )  # fmt: skip
    sheet.table(columns, overview(results.accuracy, labels), labels("no_data"), main=False)
    sheet.line(labels("contents_heading"), "heading")
    for key in sheets:
        name = labels(f"sheet_{key}")
        sheet.sheet.write_url(sheet.row, 0, f"internal:'{name}'!A1", to.styles["link"], string=name)
        sheet.row += 1


def _flow(to: _Book) -> None:
    labels = to.labels
    sheet = to.sheet("flow")
    sheet.notes(labels("flow_note"))

    def step(value: str) -> str:
        name, _, arm = value.partition(":")
        return f"{labels.flow(name)} ({labels.software(arm)})" if arm else labels.flow(name)

    columns = to.columns(
        "step", "kind", "reason", "patients:count", "files:count", "MDP:count", "HMDP:count",
        step=step, kind=to.code("kind"), reason=labels.flow,
    )  # fmt: skip
    sheet.table(columns, to.results.flow, labels("no_data"))
    sheet.line(labels("balance_heading"), "heading")

    def level(value: str) -> str:
        return " × ".join(labels.flow(part) for part in value.split(" x "))

    columns = to.columns(
        "margin", "level", "target:count", "n:count", margin=labels.flow, level=level
    )
    sheet.table(columns, to.results.balance, labels("no_data"), main=False)


def _cases(to: _Book) -> None:
    columns = to.columns(
        "code", "tracer", "study_date:date", "sex", "age:count", "height_cm:one", "weight_kg:one",
        "views", "instances:count", "refused:count", views=to.code("views"), sex=to.code("sex"),
    )  # fmt: skip
    sheet = to.sheet("cases")
    sheet.notes(to.labels("coded_notice"))
    sheet.table(columns, to.results.cases, to.labels("no_data"))


def _reference(to: _Book) -> None:
    columns = to.columns(
        "code", "tracer", "n_readers:count", "readers_positive:count", "metastasis",
        "n_metastases:number", "eod:count", "unanimous", "status",
        metastasis=to.code("metastasis"), unanimous=to.code("unanimous"), status=to.code("status"),
    )  # fmt: skip
    sheet = to.sheet("reference")
    sheet.notes(to.labels("reference_note"))
    rows = [row | {"readers_positive": row["n_positive"]} for row in to.results.reference]
    sheet.table(columns, rows, to.labels("no_data"))


def _measurements(to: _Book) -> None:
    rows: dict[tuple[str, str], Row] = {}
    for row in to.results.measurements:
        one = rows.setdefault((row["code"], row["software"]), row | {"bsi": "", "hotspots": ""})
        one[row["metric"]] = row["value"]
    columns = to.columns(
        "code", "tracer", "software", "version", "bsi:two", "hotspots:count", "status",
        software=to.labels.software, status=to.code("status"),
    )  # fmt: skip
    sheet = to.sheet("measurements")
    sheet.notes(to.labels("measurements_note"))
    sheet.table(columns, list(rows.values()), to.labels("no_data"))


def _estimates(to: _Book, key: str, rows: list[Row], *notes: str) -> None:
    columns = to.columns(
        "subject", "comparator", "metric", "measure", "reference", "n:count", "n_positive:count",
        "estimate:three", "ci_low:three", "ci_high:three", "ci_method", "test",
        "statistic:three", "p_value:p", "p_adjusted:p", "status", "note",
    )  # fmt: skip
    said = [in_words(row, to.labels) for row in rows]
    # a column that says nothing takes room from those that do
    shown = [column for column in columns if not said or any(row[column.key] for row in said)]
    sheet = to.sheet(key)
    sheet.notes(*(to.labels(note) for note in notes))
    sheet.table(shown, said, to.labels("no_data"))


def _verification(to: _Book) -> None:
    sheet = to.sheet("deidentification")
    sheet.notes(to.labels("coded_notice"))
    for table in verification(to.results, to.labels.language, brief=False):
        sheet.line(table.title, "heading")
        for note in table.note.split("\n"):
            sheet.line(note, "note")
        sheet.table(table.columns, table.rows, to.labels("no_data"), main=False)


def _figures(to: _Book, figures: Sequence[Path], captions: Labels) -> None:
    sheet = to.sheet("figures")
    sheet.row += 1
    breaks: list[int] = []
    for path in figures:
        if path != figures[0]:
            breaks.append(sheet.row)
        sheet.line(captions(f"{path.stem}_title"), "heading")
        sheet.line(captions(f"{path.stem}_caption"))
        data = path.read_bytes()
        width, height = (pixels / DPI for pixels in struct.unpack(">II", data[16:24]))
        scale = min(1.0, _PAGE[0] / width, _PAGE[1] / height)
        sheet.sheet.insert_image(
            sheet.row, 0, path.name,
            {
                "image_data": io.BytesIO(data), "x_scale": scale, "y_scale": scale,
                "object_position": 3, "description": captions(f"{path.stem}_caption"),
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


def write(
    path: Path,
    results: Results,
    figures: Sequence[Path],
    study: dict[str, str],
    labels: Labels,
    captions: Labels,
) -> None:
    """Write the workbook; the same results give the same bytes.

    Parameters
    ----------
    path
        The file to write.
    results
        The run's tables.
    figures
        PNG files, shown in this order.
    study
        ``id`` and ``title``.
    labels, captions
        The words of the workbook and of the figures.
    """
    buffer = io.BytesIO()
    book = open_book(buffer)
    to = _Book(book, results, labels)
    sheets = [
        "flow", "cases", "reference", "measurements", "accuracy", "version_change",
        "software_comparison", "reader_agreement", "deidentification", "warnings", "figures",
        "provenance",
    ]  # fmt: skip
    _summary(to, study, sheets)
    _flow(to)
    _cases(to)
    _reference(to)
    _measurements(to)
    _estimates(to, "accuracy", results.accuracy, "power_warning")
    _estimates(to, "version_change", results.version_change, "version_note", "power_warning")
    _estimates(
        to, "software_comparison", results.software_comparison, "confounded_warning",
        "power_warning",
    )  # fmt: skip
    _estimates(to, "reader_agreement", results.reader_agreement, "agreement_note")
    _verification(to)
    warnings = to.sheet("warnings")
    warnings.notes(labels("warnings_note"))
    columns = to.columns("source", "rule", "where", "message")
    warnings.table(columns, results.warnings, labels("no_warnings"))
    _figures(to, figures, captions)
    provenance = to.sheet("provenance")
    provenance.notes(labels("provenance_note"))
    rows = flattened(results.provenance)
    provenance.table(to.columns("key", "value"), rows, labels("no_data"))
    book.close()
    with replacing(path, "wb") as stream:
        stream.write(buffer.getvalue())
