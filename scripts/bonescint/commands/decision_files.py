"""Files of decisions: the JSON that the page saves, and the list that comes back as Excel."""

import io
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from bonescint.deid.decisions import REVIEWER_CODE, person
from bonescint.errors import InputError
from bonescint.incidents import reason_of
from bonescint.resources import Texts

FORMAT = "bonescint-decisions/1"
_HEAD = ("format", "study", "items_sha256", "reviewer", "saved")
_ROW = ("item", "sha256", "decision", "rectangles")
_MOST_BYTES = 50_000_000
SHEET, ABOUT = "decisions", "about"
# columns of an item in the list: no path, and no ID of a patient who is held back
_SHOWN = ("item", "sha256", "kind", "reason", "detail", "label", "views", "score", "decided")
_LAST_COLUMNS = ("decision", "rectangles")


class Typed(NamedTuple):
    """One decision of a file, and its place in the file."""

    place: str
    item: str
    sha256: str
    decision: str
    rectangles: str


@dataclass(frozen=True, slots=True)
class DecisionsFile:
    """A file of decisions, read but not yet compared with the list of items."""

    study: str
    items_sha256: str  # of the list of items it was made from
    reviewer: str  # who decided
    saved: str  # when
    rows: tuple[Typed, ...]


def read_decisions_file(
    path: Path, text: Texts, today: date, reviewer: str | None = None
) -> DecisionsFile:
    """Return what a file of decisions says: the page's JSON, or a list of `write_decisions_book`.

    A list may not say who decided: then `reviewer` does. If both say it, they must be the same.

    Raises
    ------
    InputError
        If it is neither, has another format, or does not say who decided and when, or says a later
        day than `today`.
    """
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(text("too_large", file=path.name))
        data = path.read_bytes()
    except OSError as error:
        reason = reason_of(error)
        raise InputError(text("unreadable", file=path.name, reason=reason)) from None
    if data[:2] == b"PK":
        head, rows = _from_book(path, text)
        head |= {"saved": today.isoformat()}
    else:
        head, rows = _from_json(data, path.name, text)
    if head.get("format") != FORMAT:
        raise InputError(text("format", file=path.name, format=FORMAT))
    codes = [_reviewer(typed, text) for typed in (head.get("reviewer"), reviewer) if typed]
    if not codes:
        raise InputError(text("no_reviewer"))
    if len({person(code) for code in codes}) > 1:
        raise InputError(text("two_reviewers", file=path.name))
    who = codes[0]
    try:
        saved = date.fromisoformat(head["saved"])
    except ValueError:
        saved = date.max
    if saved > today or len(head["saved"]) != len("2026-01-15"):
        raise InputError(text("saved", file=path.name))
    return DecisionsFile(head["study"], head["items_sha256"], who, saved.isoformat(), rows)


def _reviewer(typed: str, text: Texts) -> str:
    from bonescint.text.folding import half_width

    code = half_width(typed)
    # not repeated in the message, because it may be a person's name
    if not re.fullmatch(REVIEWER_CODE, code):
        raise InputError(text("reviewer"))
    return code


def _from_json(data: bytes, file: str, text: Texts) -> tuple[dict[str, str], tuple[Typed, ...]]:
    try:
        found = json.loads(data.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        raise InputError(text("no_json", file=file)) from None
    if not isinstance(found, dict) or found.get("format") != FORMAT:
        raise InputError(text("format", file=file, format=FORMAT))
    listed = found.get("decisions")
    head = {key: found.get(key) for key in _HEAD}
    if not _are_texts(head.values()) or not isinstance(listed, list):
        raise InputError(text("damaged", file=file))
    rows = []
    for n, one in enumerate(listed, 1):
        if not isinstance(one, dict):
            raise InputError(text("damaged", file=file))
        row = {key: one.get(key, "" if key == "rectangles" else None) for key in _ROW}
        row["rectangles"] = row["rectangles"] or ""
        if not _are_texts(row.values()):
            raise InputError(text("damaged", file=file))
        rows.append(Typed(text("nth", n=n), **{k: str(v).strip() for k, v in row.items()}))
    return {key: str(value) for key, value in head.items()}, tuple(rows)


def _are_texts(values: Iterable[object]) -> bool:
    return all(isinstance(value, str) for value in values)


def _from_book(path: Path, text: Texts) -> tuple[dict[str, str], tuple[Typed, ...]]:
    from bonescint.tables.reading import read_table

    about = read_table(path, ABOUT, 1, language=text.language)
    head = {row[0].strip(): row[1].strip() for _, row in about.rows if len(row) > 1}
    if not {"format", "study", "items_sha256"} <= head.keys():
        raise InputError(text("damaged", file=path.name))
    table = read_table(path, SHEET, 1, language=text.language)
    # a header is the word for people, a slash and the column's name
    names = [title.rpartition("/")[2].strip() for title in table.header]
    if any(names.count(name) != 1 for name in _ROW):
        raise InputError(text("columns", file=path.name, columns=", ".join(_ROW)))
    at = {name: names.index(name) for name in _ROW}
    rows = []
    if table.struck:
        raise InputError(text("struck", file=path.name, n=table.struck[0]))
    for number, cells in table.rows:
        row = {name: cells[column].strip() for name, column in at.items()}
        if row["decision"] or row["rectangles"]:
            rows.append(Typed(text("row", n=number), **row))
        elif not row["item"] or not row["sha256"]:
            raise InputError(text("foreign_row", file=path.name, n=number))
    return head, tuple(rows)


def write_decisions_book(
    path: Path,
    items: Iterable[Mapping[str, str]],
    choices: Mapping[tuple[str, str], Iterable[str]],
    head: Mapping[str, str],
    text: Texts,
) -> int:
    """Write the list of items as a workbook in which a person chooses; return how many there are.

    Parameters
    ----------
    path, text
        A new file, and the words of resources/text/decisions.csv.
    items
        Rows of private/review/items.csv.
    choices
        Item and hash -> what may be decided of it; other items are left out.
    head
        ``study``, ``items_sha256`` and ``reviewer``.

    Raises
    ------
    InputError
        If it cannot be written.
    """
    from bonescint.files import replacing
    from bonescint.tables.sheets import make_styles, open_book

    buffer = io.BytesIO()
    book = open_book(buffer)
    styles = make_styles(book)
    kept = [row for row in items if (row["item"], row["sha256"]) in choices]
    _write_items(book, kept, choices, styles, text)
    about = book.add_worksheet(ABOUT)
    about.set_column(0, 0, 16)
    about.set_column(1, 1, 70)
    lines = {"format": FORMAT} | dict(head)
    for n, (key, value) in enumerate([("key", "value"), *lines.items()]):
        about.write_string(n, 0, key, styles["text"])
        about.write_string(n, 1, value, styles["text"])
    about.write_string(len(lines) + 2, 0, text("how_reviewer"), styles["note"])
    said = Texts("review", text.language)
    used = dict.fromkeys(word for row in kept for word in choices[row["item"], row["sha256"]])
    for n, word in enumerate(used, len(lines) + 4):
        about.write_string(n, 0, word, styles["text"])
        about.write_string(n, 1, said(f"choice.{word}"), styles["text"])
    book.close()
    try:
        with replacing(path, "wb", private=True) as stream:
            stream.write(buffer.getvalue())
    except OSError as error:
        reason = reason_of(error)
        raise InputError(text("not_written", file=path, reason=reason)) from None
    return len(kept)


def _write_items(
    book: Any,
    rows: list[Mapping[str, str]],
    choices: Mapping[tuple[str, str], Iterable[str]],
    styles: dict[str, Any],
    text: Texts,
) -> None:
    sheet = book.add_worksheet(SHEET)
    said = Texts("review", text.language)
    # the only cells that may be changed; as text, so that Excel converts nothing
    free = book.add_format({"num_format": "@", "locked": False, "border": 1, "bg_color": "#FFFBE6"})
    columns = (*_SHOWN, *_LAST_COLUMNS)
    widths = {"sha256": 14, "item": 22, "reason": 22, "detail": 30, "label": 22, "rectangles": 40}
    for i, name in enumerate(columns):
        sheet.set_column(i, i, widths.get(name, 14))
        sheet.write_string(0, i, f"{text(f'column.{name}')} / {name}", styles["head"])
    for n, row in enumerate(rows, 1):
        for i, name in enumerate(_SHOWN):
            # the label of a patient who is held back is the patient ID
            shown = "" if (name, row["kind"]) == ("label", "doubt") else row[name]
            if name == "kind":
                shown = f"{said(f'js.kind.{shown}')} / {shown}"
            sheet.write_string(n, i, shown, styles["text"])
        for i in range(len(_SHOWN), len(columns)):
            sheet.write_blank(n, i, None, free)
        sheet.data_validation(
            n, len(_SHOWN), n, len(_SHOWN),
            {"validate": "list", "source": list(choices[row["item"], row["sha256"]]),
             "error_title": text("column.decision"), "error_message": text("choose")},
        )  # fmt: skip
    sheet.freeze_panes(1, 1)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    sheet.protect("", {"autofilter": True, "sort": True, "format_columns": True})
