"""Long texts stand on a form whole: statements, findings and titles, beside short ones."""

import io
import re
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import openpyxl
import pytest

from bonescint.papers.book import book_of
from bonescint.papers.form import Field, Fields, Paper, Points
from bonescint.papers.pdf import pdf_of
from bonescint.tables.sheets import ShownColumn, ShownTable

pytestmark = pytest.mark.skipif(not shutil.which("pdftotext"), reason="poppler is not installed")
_LONG = "\n".join(f"所見{n}は変性変化と考えます。" for n in range(400))


def words_of(blocks: Sequence[Fields | Points | ShownTable], folder: Path, **more: str) -> str:
    """Return what can be read in the PDF of a form, page by page, without blanks."""
    about = {"study_title": "題名", "delivery": "D-001"} | more
    paper = Paper(
        name="form", title="用紙", study="S-1", synthetic=True, language="ja", lead=[],
        blocks=blocks, **about,
    )  # fmt: skip
    file = folder / "form.pdf"
    file.write_bytes(pdf_of(paper))
    command = ["pdftotext", "-layout", str(file), "-"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


@pytest.mark.parametrize(
    "block",
    [
        Fields("利益相反", [Field("利益相反", _LONG)]),
        Points("義務", [(_LONG, "plan")]),
        ShownTable("読影", [ShownColumn("text", "所見")], [{"text": _LONG}]),
    ],
)
def test_what_is_longer_than_a_page_goes_on_on_the_next(
    block: Fields | Points | ShownTable, tmp_path: Path
) -> None:
    pages = words_of([block], tmp_path)
    assert pages.count("\f") > 1
    flowing = re.sub(r"\s", "", pages)
    assert [n for n in range(400) if f"所見{n}は" not in flowing] == []


def test_what_is_longer_than_the_highest_row_goes_on_in_the_next() -> None:
    paper = Paper(
        name="form", title="用紙", study="S-1", study_title="題名", delivery="", synthetic=False,
        language="ja", lead=[_LONG], blocks=[Fields("f", [Field("a", _LONG)])],
    )  # fmt: skip
    sheet = openpyxl.load_workbook(io.BytesIO(book_of(paper))).worksheets[0]
    cells = [cell for row in sheet for cell in row if "所見" in str(cell.value)]
    assert max(str(cell.value).count("\n") for cell in cells) < 30
    assert max(sheet.row_dimensions[cell.row].height for cell in cells) < 400
    assert "".join(str(cell.value) + "\n" for cell in cells) == (_LONG + "\n") * 2


def test_short_columns_stay_whole_beside_a_long_one(tmp_path: Path) -> None:
    columns = [ShownColumn("eod", "EOD"), ShownColumn("n", "Number", "count")]
    columns.append(ShownColumn("findings", "Findings"))
    row = {"eod": "2", "n": "12", "findings": _LONG.replace("\n", "")[:300]}
    header = words_of([ShownTable("読影", columns, [row])], tmp_path)
    assert re.search(r"EOD +Number +Findings", header)


def test_a_title_that_the_edge_does_not_hold_stands_below_the_forms_own(tmp_path: Path) -> None:
    title = "骨シンチにおける画像解析ソフトでの結果と読影結果の比較検討" * 6 + "終わり"
    assert "終わり" in words_of([Points("p", [("q", "")])], tmp_path, study_title=title)
