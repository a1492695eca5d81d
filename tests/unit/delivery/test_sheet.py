import io
from typing import Any

import pytest
from openpyxl import load_workbook

from bonescint.delivery.sheet import partner_book
from bonescint.errors import InputError

ROW = {
    "code": "BS-7K3M2", "exam_date": "2019-06-03", "findings": "=多発\n-転移", "eod": "2",
    "metastasis": "1", "age": "63", "sex": "F", "height_cm": "153.2", "weight_kg": "",
}  # fmt: skip
HEADERS = ["患者符号", "検査日", "所見", "EOD", "転移の有無", "年齢", "性別", "身長", "体重"]


def book_of(*given: Any) -> Any:
    """Return the workbook, read again."""
    return load_workbook(io.BytesIO(partner_book(*given)))


@pytest.mark.parametrize("language", ["ja", "en"])
def test_columns_a_to_i_are_those_of_the_notice(language: str) -> None:
    sheet = book_of([ROW, ROW | {"code": "BS-2", "eod": ""}], True, language).worksheets[0]
    first, second, third = sheet.iter_rows()
    assert [cell.value for cell in first] == HEADERS
    assert [cell.value for cell in second][2:] == ["=多発\n-転移", 2, "有", 63, "女", 153.2, None]
    assert second[1].value.strftime("%Y-%m-%d") == "2019-06-03"
    assert second[2].data_type == "s"
    assert third[3].value == "未算出"


def test_the_mark_stays_off_the_columns() -> None:
    book = book_of([ROW], True, "ja")
    assert all("SYNTHETIC" in sheet.title for sheet in book) and len(book.worksheets) == 2
    assert "SYNTHETIC" in book.worksheets[0].oddHeader.right.text
    assert not any("SYNTHETIC" in str(c.value) for row in book.worksheets[0] for c in row)
    assert len(book_of([ROW], False, "ja").worksheets) == 1


def test_same_rows_same_bytes() -> None:
    assert partner_book([ROW], True, "ja") == partner_book([ROW], True, "ja")


@pytest.mark.parametrize("field", ["exam_date", "findings", "metastasis", "age", "sex"])
def test_blank_required_fields_are_refused_by_code(field: str) -> None:
    rows = [ROW, ROW | {"code": "BS-2", field: " "}]
    with pytest.raises(InputError) as caught:
        partner_book(rows, False, "ja")
    (problem,) = caught.value.problems
    assert "BS-2" in problem and "BS-7K3M2" not in problem


def test_a_code_stands_once() -> None:
    with pytest.raises(InputError, match="BS-7K3M2"):
        partner_book([ROW, ROW], False, "ja")


def test_cells_that_are_changed_take_the_words_of_the_notice() -> None:
    sheet = book_of([ROW, ROW | {"code": "BS-2"}], False, "ja").worksheets[0]
    lists = {str(v.sqref): v.formula1 for v in sheet.data_validations.dataValidation}
    assert lists == {
        "D2:D3": '"0,1,2,3,4,未算出"',
        "E2:E3": '"有,無"',
        "G2:G3": '"女,男"',
    }


def test_a_reason_stands_beside_the_columns() -> None:
    for synthetic in (False, True):
        first, second = book_of([ROW], synthetic, "ja", ["理由: 延長の承認"]).worksheets
        assert [cell.value for cell in first[1]] == HEADERS
        assert "理由: 延長の承認" in [cell.value for (cell,) in second.iter_rows(max_col=1)]
