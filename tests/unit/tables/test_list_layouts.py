"""Lists are read as any table is: sheet, row of the headers, encoding, names of the columns."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bonescint.config import list_layout
from bonescint.errors import InputError
from bonescint.tables.lists import read_opt_out, read_participants, read_tracer_calendar
from bonescint.warning_words import warnings_in_words
from tests.scripts.imports.cohort_tables import write_table
from tests.unit.tables.packages import book

STUDY = "HS2022-005"
ENTRIES: list[list[object]] = [["カルテNo", "届いた日"], ["12", "2024-01-10"], ["13", "2024-01-11"]]
LAYOUT = {
    "sheet": "申し出",
    "header_row": 3,
    "columns": {"key": "カルテNo", "received": "届いた日"},
}


def opt_outs(folder: Path, other: list[list[object]]) -> Path:
    sheets = {"表紙": other, "申し出": [["不参加の申し出"], [], *ENTRIES]}
    return book(folder / "o.xlsx", **sheets)


def test_opt_outs_behind_a_cover_sheet(tmp_path: Path) -> None:
    cover: list[list[object]] = [["作成日", date(2024, 1, 5)], ["連絡先", "027-220-0000"]]
    found = read_opt_out(opt_outs(tmp_path, cover), "ja", layout=LAYOUT)
    assert [(e.subject, e.received) for e in found] == [
        ("12", date(2024, 1, 10)),
        ("13", date(2024, 1, 11)),
    ]


@pytest.mark.parametrize(
    "other", [["患者番号"], ["カルテ No"], ["00471936"], [471936], ["A00471936"]]
)
def test_a_sheet_that_may_hold_opt_outs_too_still_stops(
    tmp_path: Path, other: list[object]
) -> None:
    path = opt_outs(tmp_path, [["表題"], other])
    with pytest.raises(InputError, match="ほかの 1 枚のシート"):
        read_opt_out(path, "ja", layout=LAYOUT)


def test_without_a_named_sheet_any_other_stops(tmp_path: Path) -> None:
    path = book(tmp_path / "o.xlsx", 申し出=ENTRIES, 表紙=[["作成日"]])
    with pytest.raises(InputError, match="1"):
        read_opt_out(path, "en", layout={"columns": LAYOUT["columns"]})


def test_participants_and_calendar(tmp_path: Path) -> None:
    rows: list[list[object]] = [["一覧"], ["番号", "課題"], ["12", STUDY], ["13", "HS2021-1"]]
    path = book(tmp_path / "p.xlsx", 表紙=[["x"]], 対象=rows)
    layout: dict[str, Any] = {"sheet": "対象", "header_row": 2}
    layout["columns"] = {"key": "番号", "study": "課題"}
    assert read_participants(path, STUDY, "ja", layout=layout) == {"12": 3}
    named = {"exam_date": "日", "tracer": "核種"}
    table = write_table(tmp_path / "c.csv", [["日", "核種"], ["2019-06-03", "MDP"]], "euc_jp")
    layout = {"encoding": "euc_jp", "columns": named}
    assert read_tracer_calendar(table, "ja", layout=layout) == {date(2019, 6, 3): "MDP"}


@pytest.mark.parametrize(
    ("language", "said"), [("ja", "見出し「番号」はなく"), ("en", 'no header "番号"')]
)
def test_headers_of_the_schema_where_the_configured_ones_are_missing(
    tmp_path: Path, language: str, said: str
) -> None:
    path = write_table(tmp_path / "p.csv", [["患者番号", "研究番号"], ["12", STUDY]])
    odd: list[dict[str, str]] = []
    layout = {"columns": {"key": "番号", "study": "研究番号"}}
    assert read_participants(path, STUDY, language, odd, layout) == {"12": 2}
    (told,) = warnings_in_words(odd, language)
    assert said in told["message"]
    assert "inputs.participants.columns.key" in told["message"]


def test_a_column_that_is_missing_is_named_with_its_key(tmp_path: Path) -> None:
    path = write_table(tmp_path / "p.csv", [["No", "研究番号"], ["12", STUDY]])
    with pytest.raises(InputError, match=r"inputs\.participants\.columns\.key"):
        read_participants(path, STUDY, "ja", layout={"columns": {"key": "番号"}})
    # without a configured column, the header must be renamed
    with pytest.raises(InputError, match="患者ID"):
        read_participants(path, STUDY, "ja")


def test_where_a_header_was_found_and_where_none_is(tmp_path: Path) -> None:
    rows: list[list[object]] = [["一覧"], [], ["患者ID", "研究番号"], ["12", STUDY]]
    path = book(tmp_path / "p.xlsx", 対象=rows)
    odd: list[dict[str, str]] = []
    assert read_participants(path, STUDY, "ja", odd, {}) == {"12": 4}
    (told,) = warnings_in_words(odd, "ja")
    assert told["where"] == "行 3"
    assert "inputs.participants.header_row" in told["message"]
    path = book(tmp_path / "q.xlsx", 対象=[["12", STUDY]])
    for part in ("sheet", "header_row", "columns.key", "columns.study"):
        with pytest.raises(InputError, match=rf"inputs\.participants\.{part}"):
            read_participants(path, STUDY, "ja", layout={})
    with pytest.raises(InputError, match=r": sheet, header_row, columns\.key"):
        read_opt_out(path, "ja")  # of a command that has no configuration


def test_layout_of_the_configuration() -> None:
    inputs = {"participants": "p.csv", "opt_out": {"file": "o.csv", "ids_only": True, "sheet": "A"}}
    assert list_layout({"inputs": inputs}, "participants") == {}
    assert list_layout({"inputs": inputs}, "opt_out") == {"sheet": "A"}
    assert list_layout({"inputs": inputs}, "tracer_calendar") == {}
