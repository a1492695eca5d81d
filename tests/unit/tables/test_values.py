"""Numbers, dates and IDs in every spelling; what can be read in two ways is refused."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.tables.values import (
    NOT_CALCULATED,
    as_text,
    damaged_id,
    error_value,
    parse_number,
    parse_version,
    same_version,
)
from bonescint.text.dates import table_date
from bonescint.text.folding import fold_header

FULL_WIDTH = str.maketrans("0123456789.-/,%", "０１２３４５６７８９．－／，％")
decimals = st.decimals(-1000, 1000, places=4, allow_nan=False)


@given(decimals, st.booleans(), st.sampled_from([".", ","]))
def test_number_round_trip(number, wide, sign):
    text = f"{number:f}".replace(".", sign)
    text = text.translate(FULL_WIDTH) if wide else text
    assert parse_number(f" {text} ", sign) == number
    assert parse_number(text, "," if sign == "." else ".") == number  # four places: no thousands


@given(st.text(max_size=12))
def test_parsers_never_raise(text):
    number = parse_number(text, percent=True)
    assert number is None or number.is_finite()
    assert table_date(text) is None or table_date(text).year >= 1900
    damaged_id(text)


@given(st.text(max_size=12))
def test_text_with_letters_is_no_number(text):
    if any(
        c.isalpha() and c not in "eE" and fold_header(c).isalpha() and fold_header(c) != "e"
        for c in text
    ):
        assert parse_number(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.5", "1.5"),
        ("−1.5", "-1.5"),
        ("ー2", "-2"),
        ("１．５％", "1.5"),
        ("1.5 %", "1.5"),
        ("1,5", "1.5"),
        ("0,123", "0.123"),
        ("1e-05", "0.00001"),
        (".5", "0.5"),
        ("-0", "0"),
        ("1,234", None),
        ("1,234,5", None),
        ("1-5", None),
        ("nan", None),
        ("inf", None),
        ("", None),
        ("1 2", None),
        ("1%%", None),
        ("1e999", None),
        ("3²", None),
        ("0.5¹", None),
        ("①", None),
        ("⒈5", None),
        ("₃", None),
        ("　1.5\u00a0", "1.5"),
    ],
)
def test_number(text, expected):
    found = parse_number(text, percent=True)
    assert (found if found is None else as_text(found)) == expected


def test_percent_only_where_allowed():
    assert parse_number("12%") is None


def test_decimal_comma_tables_refuse_a_point_that_could_part_thousands():
    assert parse_number("1.234", ",") is None
    assert parse_number("1,234", ",") == Decimal("1.234")


@pytest.mark.parametrize(
    "text", ["1.23457E+11", "１．２Ｅ＋１１", "####", "#N/A", "#DIV/0!", NOT_CALCULATED]
)
def test_damaged_id(text):
    assert damaged_id(text)


@pytest.mark.parametrize("text", ["00012", "1E5", "A-1", "ID#3", ""])
def test_sound_id(text):
    assert not damaged_id(text)


@given(decimals)
def test_as_text_is_plain(number):
    text = as_text(number)
    assert Decimal(text) == number
    assert "E" not in text and not (text.endswith("0") and "." in text)


def test_fold():
    assert fold_header("ＢＳＩ値（％）") == fold_header("BSI値(%) ")
    assert fold_header("Segmentation_Failed") == fold_header("segmentation failed")
    assert fold_header("\ufeffB\u200bSI\u00ad") == fold_header("BSI")


@pytest.mark.parametrize("text", ["#N/A", "＃Ｎ／Ａ", "#ref!", NOT_CALCULATED])
def test_error_value(text):
    assert error_value(text)


@pytest.mark.parametrize("text", ["N/A", "-", "#3", "=", ""])
def test_no_error_value(text):
    assert not error_value(text)


numbers = st.lists(st.integers(0, 99), min_size=1, max_size=4)
frames = st.sampled_from(
    ["{}", "VSBONE {}", "Ver.{}", "VSBONE BSI version {} (2023.1)", "V{}", "バージョン {}", "{} 版"]
)


@given(numbers, frames, st.booleans(), st.lists(st.just(0), max_size=2))
def test_a_version_is_read_in_every_spelling(parts, frame, wide, zeros):
    text = frame.format(".".join(map(str, parts + zeros)))
    found = parse_version(text.translate(FULL_WIDTH) if wide else text)
    while len(parts) > 1 and parts[-1] == 0:
        parts = parts[:-1]
    assert found == tuple(parts)


@given(numbers, numbers)
def test_a_printed_version_agrees_with_its_beginnings_only(printed, configured):
    text = ".".join(map(str, configured))
    agrees = same_version(parse_version(".".join(map(str, printed))), text)
    longer = printed + [0] * (len(configured) - len(printed))
    assert agrees == (longer[: len(configured)] == configured)


@given(st.text(max_size=15))
def test_versions_never_raise(text):
    found = parse_version(text)
    assert found is None or same_version(found, ".".join(map(str, found)))


@pytest.mark.parametrize("text", ["VSBONE", "最新版", "", "三"])
def test_no_version(text):
    assert parse_version(text) is None
