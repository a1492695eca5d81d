"""A birth date is searched for in any spelling, also if the header's value is no valid DA."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.names.matcher import FIELD, matcher
from bonescint.names.reading import laid_out, read
from bonescint.text.dates import loose_dates
from tests.unit.deid.encoded import STATION, changed, element
from tests.unit.deid.test_search import refused

BORN = date(1953, 4, 5)
ONE_MEANING = [
    "19530405", "1953.04.05", "1953/4/5", "1953-4-5", "1953年4月5日", "19530405101500", "1953 0405",
    "S28.04.05", "S28.4.5", "s28/4/5", "S280405", "S-28-4-5", "昭和28年4月5日", "昭28.4.5",
    "㍼28年4月5日", "昭和２８年４月５日生", "昭和二十八年四月五日", "一九五三年四月五日", "3280405",
    "3-280405", "Showa 28.4.5", "SYOWA28-4-5", "1953(昭和28)年4月5日", "昭和28(1953)年4月5日",
    "1953-Apr-5", "Ｓ２８．４．５",
]  # fmt: skip
SEVERAL_MEANINGS = ["05041953", "04051953", "5/4/1953", "05APR1953", "Apr 5, 1953",
                    "5th April 1953", "53-4-5", "530405", "28.4.5", "5.4.53"]  # fmt: skip
SPELLINGS = [
    *ONE_MEANING[:-1], *SEVERAL_MEANINGS[:-2], "NM 530405", "CAM S280405", "05.04.1953",
]  # fmt: skip


@pytest.mark.parametrize("header", ONE_MEANING)
def test_a_header_that_means_one_day(header: str) -> None:
    assert loose_dates(header) == {BORN}


@pytest.mark.parametrize("header", SEVERAL_MEANINGS)
def test_a_header_that_may_mean_several_days(header: str) -> None:
    assert BORN in loose_dates(header)
    assert len(loose_dates(header)) <= 8


@pytest.mark.parametrize("header", [*ONE_MEANING, *SEVERAL_MEANINGS])
def test_every_spelling_is_found_from_every_spelling(header: str) -> None:
    known = matcher(FIELD, births=(header,))
    missed = [text for text in (*SPELLINGS, header) if not known.are_in(laid_out((text,)))]
    assert missed == []


@pytest.mark.parametrize("header", ["", "195", "1953", "99999999", "00000000", "UNKNOWN"])
def test_an_invalid_date_is_searched_for_only_as_it_stands(header: str) -> None:
    known = matcher(FIELD, births=(header,))
    for text in ("SYMBIA-1", "CAM 1953", "19530401", "S28.4.5", "unknown", "99999999"):
        assert not known.are_in(laid_out((text,)))


@pytest.mark.parametrize("header", ["19530000", "19534405", "S28.02.30", "昭和99年13月1日"])
def test_an_impossible_day_is_found_as_it_stands(header: str) -> None:
    assert loose_dates(header) == set()
    known = matcher(FIELD, births=(header,))
    assert known.are_in(read(f"CAM {header}".encode()))


@given(st.dates(date(1926, 12, 25), date(1989, 1, 7)))
def test_every_day_of_an_era(day: date) -> None:
    year = day.year - 1925
    for text in (f"S{year:02}.{day:%m.%d}", f"昭和{year}年{day.month}月{day.day}日"):
        assert loose_dates(text) == {day}
    assert loose_dates("昭和元年12月25日") == {date(1926, 12, 25)}


@pytest.mark.parametrize("encoding", ["cp932", "utf-8", "euc_jp"])
@pytest.mark.parametrize("header", ["昭和28年4月5日", "S28.04.05", "1953/4/5", "05041953"])
def test_the_verification_knows_it(header: str, encoding: str) -> None:
    def of(station: str) -> bytes:
        return changed(
            element(0x00100030, "DA", header.encode(encoding)),
            element(STATION, "SH", station.encode(encoding)),
        )

    for station in ("CAM 19530405", "昭28.4.5", "1953/04/05", header):
        assert refused(of(station))
    assert not refused(of("SYMBIA-1"))
