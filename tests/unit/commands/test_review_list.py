"""The list in Excel: it goes out, is filled in and comes back, or is refused as a whole."""

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.styles import Font

from bonescint.cli import main
from bonescint.deid.decisions import read_decisions
from tests.unit.commands.review_study import DECISIONS, LISTED, STATION, make_study, refused, taken


@pytest.fixture(autouse=True)
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the current folder that of a study with a list of items."""
    monkeypatch.chdir(tmp_path)
    make_study()


def filled(reviewer: str | None = "A", **cells: str) -> openpyxl.Workbook:
    """Return the exported list, decisions filled in by item."""
    assert main(["review", "export", "list.xlsx"]) == 0
    book = openpyxl.load_workbook("list.xlsx")
    Path("list.xlsx").unlink()
    for row in book["decisions"].iter_rows(min_row=2):
        at = {str(cell.value): cell for cell in book["decisions"][1]}
        column = next(c.column for name, c in at.items() if name.endswith("/ decision"))
        if word := cells.get(str(row[0].value)):
            book["decisions"].cell(row[0].row, column).value = word
    if reviewer:
        next(r for r in book["about"].iter_rows() if r[0].value == "reviewer")[1].value = reviewer
    return book


def test_the_list_goes_out_and_comes_back(capsys) -> None:
    book = filled(station="release", **{"findings:BS-A": "block"})
    sheet = book["decisions"]
    assert sheet.max_row == len(LISTED)  # all but what is kept, and a header
    assert sheet.protection.sheet
    lists = {str(v.sqref): v.formula1 for v in sheet.data_validations.dataValidation}
    assert len(lists) == len(LISTED) - 1
    assert '"release,block,redact"' in lists.values() and '"leave-out"' in lists.values()
    assert "00471199" not in str([[c.value for c in row] for row in sheet.iter_rows()])
    book.save("back.xlsx")
    assert taken(Path("back.xlsx")) == 0
    assert [(d.item, d.decision, d.reviewer, d.date) for d in read_decisions(DECISIONS)] == [
        ("findings:BS-A", "block", "A", date.today().isoformat()),
        ("station", "release", "A", date.today().isoformat()),
    ]


def test_the_person_who_filled_in_the_list_may_be_given_by_an_option(capsys) -> None:
    filled(None, station="release").save("back.xlsx")
    assert "about" in refused(Path("back.xlsx"), capsys)
    assert taken(Path("back.xlsx"), "--reviewer", "B") == 0
    filled("A", station="block").save("back.xlsx")
    assert "another reviewer" in refused(Path("back.xlsx"), capsys, "--reviewer", "B")
    assert taken(Path("back.xlsx"), "--reviewer", "a") == 0


def _added(book: Any) -> None:
    cells = ["image", "f" * 64, *[""] * 7, "release", ""]
    book["decisions"].append(cells)


def _added_in_passing(book: Any) -> None:
    book["decisions"].append(["what is this?"])


def _other_hash(book: Any) -> None:
    row = next(r for r in book["decisions"].iter_rows(min_row=2) if r[0].value == "station")
    row[1].value = "f" * 64


def _twice(book: Any) -> None:
    book["decisions"].append(["station", STATION, *[""] * 7, "block", ""])


def _no_column(book: Any) -> None:
    book["decisions"].delete_cols(2)


def _no_sheet(book: Any) -> None:
    del book["about"]


def _other_format(book: Any) -> None:
    next(r for r in book["about"].iter_rows() if r[0].value == "format")[1].value = "x/9"


def _struck(book: Any) -> None:
    for cell in next(r for r in book["decisions"].iter_rows() if r[0].value == "station"):
        cell.font = Font(strike=True)


def _no_study(book: Any) -> None:
    next(r for r in book["about"].iter_rows() if r[0].value == "study")[0].value = "-"


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_added, "row 10: image"), (_added_in_passing, "row 10 is no row of the list"),
        (_other_hash, "not in the list"), (_twice, "two different decisions"),
        (_no_column, "headers item, sha256"), (_no_sheet, "about"),
        (_other_format, "another version"), (_struck, "struck out"), (_no_study, "lacks a part"),
    ],
)  # fmt: skip
def test_a_list_that_was_changed_is_refused(capsys, change, said) -> None:
    book = filled(station="release")
    change(book)
    book.save("back.xlsx")
    assert said in refused(Path("back.xlsx"), capsys)


@pytest.mark.parametrize(
    ("file", "said"),
    [("list.csv", ".xlsx"), ("private/list.xlsx", "not lie"), ("there.xlsx", "there already"),
     ("none/\0.xlsx", ""), ("file/x.xlsx", "cannot be written")],
)  # fmt: skip
def test_where_the_list_may_not_go(capsys, file, said) -> None:
    Path("there.xlsx").write_bytes(b"")
    Path("file").write_bytes(b"")
    assert main(["review", "export", file]) == 1
    assert said in capsys.readouterr().err
