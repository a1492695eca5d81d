"""One answer to what a header's date is, whoever asks; what is looser or stricter says so."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.cohort.selection import decide_tracer, exclusion
from bonescint.deid.values import normal_form
from bonescint.files import read_rows, write_rows
from bonescint.identity.ledger import open_ledger
from bonescint.names.doubts import identity_doubts
from bonescint.names.spellings import spellings
from bonescint.tables.cases import read_cases
from bonescint.text.dates import as_da, header_date, loose_dates, reads_as_date, table_date
from tests.scripts.imports.cohort_tables import make_cohort

FULL_WIDTH = str.maketrans("0123456789.-/", "０１２３４５６７８９．－／")
DAY = date(2019, 6, 1)
IS_THE_DAY = ["20190601", " 20190601 ", "20190601\0", "2019.06.01", "2019-06-01", "2019/06/01"]
IS_NO_DAY = [
    "", "2019", "201906", "20190631", "00000000", "01.06.2019", "19-06-01", "2019-6-1",
    "20190601120000", "20190601\\20190602", "２０１９０６０１", "20190601Z",
]  # fmt: skip


WINDOW = {"sex": "any", "exam_from": "2019-06-01", "exam_to": "2019-06-01"}
SCAN = {"subject": "1", "kind": "whole_body", "phase": "delayed", "views": "anterior"}


def in_window(text: str) -> bool:
    return exclusion(SCAN | {"study_date": text}, {"1"}, WINDOW) is None


def in_calendar(text: str) -> bool:
    return decide_tracer([{"study_date": text, "tracer": "unknown"}], {DAY: "MDP"}) == "MDP"


def in_doubts(text: str) -> bool:
    same = {"patient_name": "虚像^翠子"}
    rows = [same | {"subject": "1", "patient_birth_date": text},
            same | {"subject": "2", "patient_birth_date": "20190601"}]  # fmt: skip
    (doubt,) = identity_doubts(rows, "en")
    return "One name and birth date" in doubt["message"]


def in_file(text: str) -> bool:
    return normal_form("DA", text.encode(), 1, little_endian=True) == b"20190601"


def in_search(text: str) -> bool:
    return (2019, 6, 1) in spellings((), (), (), (text,), ()).births


@pytest.mark.parametrize("asks", [in_window, in_calendar, in_doubts, in_file, in_search])
@pytest.mark.parametrize("text", IS_THE_DAY)
def test_every_caller_reads_the_day(asks: Callable[[str], bool], text: str) -> None:
    assert header_date(text) == DAY
    assert asks(text)


@pytest.mark.parametrize("asks", [in_window, in_calendar, in_doubts, in_file])
@pytest.mark.parametrize("text", IS_NO_DAY)
def test_no_caller_reads_a_day(asks: Callable[[str], bool], text: str) -> None:
    assert header_date(text) is None
    assert not asks(text)


@pytest.mark.parametrize("text", IS_THE_DAY)
def test_imports_read_the_day_and_withhold_the_birth_date(tmp_path: Path, text: str) -> None:
    cohort = make_cohort(tmp_path)
    rows = [one | {"study_date": text, "patient_birth_date": text}
            for one in read_rows(tmp_path / "cohort.csv")]  # fmt: skip
    write_rows(tmp_path / "cohort.csv", list(rows[0]), rows)
    ledger = open_ledger(**cohort["ledger"])
    cases = read_cases(tmp_path / "cohort.csv", ledger, "en")
    assert {case.exam_dates for case in cases.by_subject.values()} == {frozenset({DAY})}
    assert "20190601" in cases.identifiers


@given(st.dates())
def test_what_is_written_is_a_valid_da(day: date) -> None:
    assert len(as_da(day)) == 8
    assert header_date(as_da(day)) == day


@pytest.mark.parametrize("text", ["20190601120000", "2019 06 01", "/2019/06/01", "20190601Z"])
def test_a_birth_date_that_is_looked_for_is_read_loosely(text: str) -> None:
    assert loose_dates(text) == {DAY}
    assert in_search(text)


def test_a_cell_is_read_as_people_type_it() -> None:
    assert table_date("２０１９年６月１日（土）") == table_date("2019/6/1 12:00") == DAY
    assert table_date("1.6.2019") is table_date("18991231") is None


@given(st.dates(date(1900, 1, 1), date(2099, 12, 31)), st.booleans())
def test_date_round_trip(day: date, wide: bool) -> None:
    spellings = [
        f"{day:%Y-%m-%d}",
        f"{day:%Y/%m/%d}",
        f"{day:%Y%m%d}",
        f"{day.year}.{day.month}.{day.day}",
        f"{day.year}年{day.month}月{day.day}日",
        f"{day:%Y-%m-%d}T09:30:00",
        f"{day:%Y/%m/%d} 9:30",
        f"{day:%Y/%m/%d}(月)",
    ]
    for text in spellings:
        assert table_date(text.translate(FULL_WIDTH) if wide else text) == day


@pytest.mark.parametrize(
    "text",
    [
        "43619",
        "令和元年6月3日",
        "R1.6.3",
        "6/3/2019",
        "2019-6",
        "2019-02-30",
        "2019-06/03",
        "19-06-03",
        "",
        "未定",
    ],
)
def test_no_date(text: str) -> None:
    assert table_date(text) is None


@pytest.mark.parametrize(
    ("part", "is_date"),
    [("2019", True), ("201906", True), ("20190601", True), ("20191301", False), ("1849", False),
     ("2019-06-01", False), ("12345", False), ("2100", False)],
)  # fmt: skip
def test_folders_named_by_a_date(part: str, is_date: bool) -> None:
    assert reads_as_date(part) == is_date
