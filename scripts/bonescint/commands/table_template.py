"""An empty Excel table to fill in: what the import accepts is what its cells offer and allow."""

import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from bonescint.commands.input_tables import InputTable
from bonescint.commands.wanted import column_meaning, described_columns, wanted_columns
from bonescint.errors import InputError
from bonescint.files import replacing
from bonescint.resources import SYNTHETIC, Texts
from bonescint.tables.columns import KEYS, Column
from bonescint.tables.metric_columns import Values, metric_values
from bonescint.tables.sheets import Sheet, ShownColumn, make_styles, open_book
from bonescint.text.folding import fold_header
from bonescint.text.width import text_width

_LAST_ROW = 1_048_575  # of an Excel sheet, from 0
_TITLE, _MESSAGE = 32, 255  # characters Excel allows in the messages of a cell
_LATEST = date(2099, 12, 31)  # the last day, and the first, that the import reads
_EARLIEST = date(1900, 1, 1)
_ANY = 1e15  # no metric reaches it; up to here Excel keeps whole numbers exact
_EXPLAINED = (
    "header", "description", "need", "accepted", "headers", "errors", "warnings", "rule",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Field:
    """One column of the template: the importer's record, and its words in the user's language."""

    column: Column
    header: str
    description: str
    offered: list[str]
    is_key: bool
    is_configured: bool

    @property
    def is_required(self) -> bool:
        return self.column.required or self.is_key


def write_template(path: Path, table: InputTable, config: Mapping[str, Any]) -> int:
    """Write the empty table, a new ``.xlsx`` file, and return its number of columns.

    One study gives the same bytes.

    Raises
    ------
    InputError
        If the file is there already or cannot be written.
    """
    text = Texts("table_commands", str(config["language"]))
    if path.suffix.lower() != ".xlsx":
        raise InputError(text("ending", path=path))
    if path.exists():
        raise InputError(text("exists", path=path))
    fields = _fields(table, metric_values(config["metrics"].get("values")), text.language)
    buffer = io.BytesIO()
    book = open_book(buffer)
    sheet = _add_sheet(book, table, text)
    _write_entry(book, sheet, fields, table, config, text)
    _write_help(book, fields, table, config, text, sheet.get_name())
    book.close()
    try:
        with replacing(path, "wb") as stream:
            stream.write(buffer.getvalue())
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise InputError(text("not_written", path=path, reason=reason)) from None
    return len(fields)


def template_headers(table: InputTable, values: Values, language: str) -> dict[str, str]:
    """Return column -> header of the empty table, for the study's metrics (`metric_values`)."""
    return {field.column.name: field.header for field in _fields(table, values, language)}


def _fields(table: InputTable, values: Values, language: str) -> list[_Field]:
    described = described_columns(table.schema, values)
    key = table.settings.get("key", "patient_id")
    configured = dict(table.settings.get("columns") or {})
    configured[key] = configured.pop("key", None) or ""
    found = []
    for name, column in wanted_columns(table.schema, values, table.name, table.settings).items():
        # the table has no such column
        if (name in KEYS and name != key) or (name in configured and configured[name] is None):
            continue
        keywords = described[name]
        found.append(
            _Field(
                column,
                configured.get(name) or keywords["x-headers"][language][0],
                column_meaning(keywords, name == key, language),
                [_offered(words, language) for words in keywords.get("x-words", {}).values()],
                is_key=name == key,
                is_configured=bool(configured.get(name)),
            )
        )
    return found


def _offered(words: list[str], language: str) -> str:
    # the first word is Japanese; the English one consists of ASCII letters
    english = (word for word in words if word.isascii() and word[0].isalpha())
    return next(english, words[0]) if language == "en" else words[0]


def _add_sheet(book: Any, table: InputTable, text: Texts) -> Any:
    from xlsxwriter.exceptions import XlsxInputError

    name = table.settings.get("sheet") or text("sheet_data")
    try:
        return book.add_worksheet(name)
    except XlsxInputError:
        area = "inputs" if table.kind == table.name else table.kind
        entry = f"{area}.{table.name}.sheet"
        raise InputError(text("bad_sheet", entry=entry, sheet=name)) from None


def _write_entry(
    book: Any,
    sheet: Any,
    fields: list[_Field],
    table: InputTable,
    config: Mapping[str, Any],
    text: Texts,
) -> None:
    """Write the sheet to fill in: headers, formats, and what each cell accepts."""
    font = {"font_name": "Yu Gothic", "font_size": 10}
    head = font | {"bold": True, "text_wrap": True, "valign": "vcenter", "border": 1}
    required = book.add_format(head | {"bg_color": "#BFD9EA"})
    optional = book.add_format(head | {"bg_color": "#EFEFEF"})
    formats = {
        "date": book.add_format(font | {"num_format": "yyyy-mm-dd"}),
        # as text, an ID keeps its zeros and a version its ".0"
        "text": book.add_format(font | {"num_format": "@"}),
        "long": book.add_format(font | {"num_format": "@", "text_wrap": True, "valign": "top"}),
    }
    plain = book.add_format(font)
    top = (table.settings.get("header_row") or 1) - 1
    sheet.set_row(top, 33)
    for i, field in enumerate(fields):
        is_long = field.column.name in ("findings", "note")
        style = formats.get("long" if is_long else field.column.kind, plain)
        width = 60 if is_long else max(text_width(w) for w in (field.header, *field.offered)) + 4
        sheet.set_column(i, i, min(max(width, 14), 60), style)
        sheet.write_string(top, i, field.header, required if field.is_required else optional)
        sheet.data_validation(
            top + 1, i, _LAST_ROW, i, _validation(field, table, config["cohort"], text)
        )
        if field.column.kind == "text":
            sheet.ignore_errors({"number_stored_as_text": _cells(i, top + 1)})
    sheet.freeze_panes(top + 1, 1)
    sheet.repeat_rows(top)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    if config["study"]["synthetic"]:
        sheet.set_header(f"&R{SYNTHETIC}")


def _cells(column: int, row: int) -> str:
    from xlsxwriter.utility import xl_range

    return str(xl_range(row, column, _LAST_ROW, column))


def _validation(
    field: _Field, table: InputTable, cohort: Mapping[str, Any], text: Texts
) -> dict[str, Any]:
    column = field.column
    need = text("required" if field.is_required else "optional")
    accepted = _accepted(field, text)
    options: dict[str, Any] = {
        "input_title": field.header[:_TITLE],
        "input_message": f"{field.description}\n{accepted}\n{need}"[:_MESSAGE],
        "error_title": field.header[:_TITLE],
        "error_message": text("refused", accepted=accepted)[:_MESSAGE],
        # a patient who declines is excluded whatever the row says: no cell is refused (R13)
        "error_type": "warning" if table.schema == "opt_out" else "stop",
    }
    low, high = column.minimum, column.maximum
    if column.kind == "integer" and column.words and low is not None and high is not None:
        numbers = [str(n) for n in range(int(low), int(high) + 1)]
        return options | {"validate": "list", "source": numbers + field.offered}
    if column.kind == "word":
        return options | {"validate": "list", "source": field.offered}
    window = {"low": cohort["exam_from"], "high": cohort["exam_to"]}
    # a new study may not have chosen its period yet
    if column.name == "exam_date" and all(window.values()):
        return options | {
            "validate": "date",
            "criteria": "between",
            "minimum": date.fromisoformat(window["low"]),
            "maximum": date.fromisoformat(window["high"]),
            # only a warning: the table may also list another exam of the same patient
            "error_type": "warning",
            "error_message": text("outside_window", **window),
        }
    if column.kind == "date":
        # nothing is analysed or read before the study's first exam; a list may hold any day
        known = "key" in table.settings and window["low"]
        first = date.fromisoformat(window["low"]) if known else _EARLIEST
        return options | {
            "validate": "date", "criteria": "between", "minimum": first, "maximum": _LATEST,
            "error_type": "warning",
        }  # fmt: skip
    if column.kind in ("number", "integer"):
        kind = "decimal" if column.kind == "number" else "integer"
        least, most = -_ANY if low is None else float(low), _ANY if high is None else float(high)
        limits = {"criteria": "between", "minimum": least, "maximum": most}
        if column.limits == "at_least":
            limits = {"criteria": ">=", "value": least}
        return options | {"validate": kind} | limits
    return options | {"validate": "any"}


def _accepted(field: _Field, text: Texts, *, all_words: bool = False) -> str:
    """Return what a cell may hold: the words it offers, or all that the import understands."""
    column = field.column
    words = " / ".join(column.accepted if all_words else field.offered)
    match column.kind:
        case "word":
            return text("words", words=words)
        case "date":
            return text("date", example="2019-06-03")
        case "text":
            own = f"text.{column.name}"
            return text("id" if field.is_key else own if own in text else "text")
    bounds = {"low": column.minimum, "high": column.maximum}
    numbers = text(f"{column.kind}_{column.limits}", **bounds)
    if column.percent:
        numbers = text("percent", numbers=numbers)
    return text("or_word", numbers=numbers, words=words) if words else numbers


def _write_help(
    book: Any,
    fields: list[_Field],
    table: InputTable,
    config: Mapping[str, Any],
    text: Texts,
    entry: str,
) -> None:
    """Write the sheet that explains every column."""
    name = text("sheet_help")
    name += "_" * (name.casefold() == entry.casefold())
    study = config["study"]
    title = text(
        f"title_{table.kind}",
        name=table.name,
        label=" ".join(str(table.settings.get(k) or "") for k in ("product", "version")).strip(),
    )
    notes = []
    if study["id"] or study["title"]:
        notes.append(text("help_study", id=study["id"] or "", title=study["title"] or ""))
    cohort = config["cohort"]
    window = cohort["exam_from"] and cohort["exam_to"]
    if window and any(field.column.name == "exam_date" for field in fields):
        notes.append(text("help_window", low=cohort["exam_from"], high=cohort["exam_to"]))
    if "tracer" in table.settings:
        notes.append(text("help_tracer", tracer=table.settings["tracer"]))
    if table.kind == "participants" and study["preceding_study"]:
        notes.append(text("help_preceding", study=study["preceding_study"]))
    notes += [
        text(f"help_rows_{table.kind}"),
        text("help_colours"),
        text("help_check", name=table.name),
    ]
    rows = [_explained(field, table, text) for field in fields]
    titles = {key: text(f"column_{key}") for key in _EXPLAINED}
    if table.kind != "opt_out":
        sheet = Sheet(book, name, title, study["synthetic"], make_styles(book))
        sheet.notes(*notes)
        sheet.table([ShownColumn(key, titles[key]) for key in _EXPLAINED], rows, "")
        return
    # in a text box: filled cells beside the entries would make the import refuse the list (R12)
    notes.insert(1, text("help_one_sheet", sheet=entry))
    lines = [title, *([SYNTHETIC] if study["synthetic"] else []), "", *notes]
    for row in rows:
        lines += ["", f"■ {row['header']}"]
        lines += [f"    {titles[key]}: {row[key]}" for key in _EXPLAINED[1:] if row[key]]
    box = book.add_worksheet(name)
    box.hide_gridlines(2)
    box.set_landscape()
    box.set_paper(9)
    box.fit_to_pages(1, 0)
    size = {"width": 1100, "height": 19 * (len(lines) + 12)}
    box.insert_textbox(0, 0, "\n".join(lines), size | {"font": {"name": "Yu Gothic", "size": 10}})


def _explained(field: _Field, table: InputTable, text: Texts) -> dict[str, str]:
    column = field.column
    others = () if field.is_configured else column.headers
    return {
        "header": field.header,
        "description": field.description,
        "need": text("required" if field.is_required else "optional"),
        "accepted": _accepted(field, text, all_words=True),
        "headers": ", ".join(h for h in others if fold_header(h) != fold_header(field.header)),
        "errors": next(_remarks("errors", column, table.schema, text), ""),
        "warnings": next(_remarks("warnings", column, table.schema, text), ""),
        "rule": column.rule,
    }


def _remarks(kind: str, column: Column, schema: str, text: Texts) -> Iterator[str]:
    """Yield the remarks on the column itself, then those on every column of its kind."""
    is_open = column.kind == "number" and column.limits != "between"
    # an error message of the column itself may name both bounds
    own = [] if is_open and kind == "errors" else [f"{kind}.{schema}.{column.name}"]
    for key in (*own, f"{kind}.{column.kind}"):
        if key in text:
            yield text(key, low=column.minimum, high=column.maximum, above=column.warn_above)
