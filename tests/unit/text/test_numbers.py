"""Numbers of headers: what has one meaning is read, what has two is not."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.deid.values import normal_form
from bonescint.text.numbers import digits_of, header_numbers, whole_number


@pytest.mark.parametrize(
    ("text", "vm", "expected"),
    [
        ("2.4\\2.4", 2, ["2.4", "2.4"]),
        (" 2.4 \\ 2.4\0", 2, ["2.4", "2.4"]),
        ("2,4\\2,4", 2, ["2.4", "2.4"]),
        ("2.4\\2.4\\", 2, ["2.4", "2.4"]),
        ("20,5\\30,5", None, ["20.5", "30.5"]),
        ("180,0", 1, ["180.0"]),
        ("0,226", 1, ["0.226"]),
        (",5", 1, ["0.5"]),
        ("1,234,567", 1, ["1234567"]),
        ("+1820", 1, ["1820"]),
        ("1.2E6", 1, ["1.2E6"]),
        ("1,2e-3", 1, ["1.2E-3"]),
        ("", 1, []),
        (" \0", 2, []),
    ],
)
def test_one_meaning(text, vm, expected):
    assert header_numbers(text, vm) == [Decimal(number) for number in expected]


@pytest.mark.parametrize(
    ("text", "vm"),
    [
        # of two values, or one with a decimal comma
        ("2,4", 2), ("2,4,2,4", 2), ("20,5", None), ("1,0\\0,0", 6),
        # a thousand, or one and a fraction
        ("1,200", 1), ("-12,345", 1), ("1,234,567", 3), ("1,23,456", 1), ("1.234.567", 1),
        # none, too many, in other units
        ("nan", 1), ("inf", 1), ("AUTO", 1), ("48.5kg", 1), ("1 2", 1), ("1_0", 1), ("--1", 1),
        ("2\\3", 1), ("2\\\\3", 3), ("٢", 1), ("２", 1), ("2\n4", 1), ("0" * 17 + "1", 1),
        ("1." + "0" * 64, 1), ("1e1000", 1), (",", 1), (".", 1),
    ],
)  # fmt: skip
def test_two_meanings_or_none(text, vm):
    assert header_numbers(text, vm) is None


def test_what_is_never_a_thousand_has_one_meaning():
    assert header_numbers("2,398\\2,398", 2, below_thousand=True) == [Decimal("2.398")] * 2
    assert header_numbers("2,398", 2, below_thousand=True) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [("2", 2), ("2.0", 2), ("2,0", 2), ("02", 2), ("1.2E6", 1_200_000), ("2.5", None),
     ("", None), ("2\\2", None), ("1e999", None), ("1e-999", None)],
)  # fmt: skip
def test_whole_numbers(text, number):
    assert whole_number(text) == number


@pytest.mark.parametrize(
    ("vr", "value", "vm", "written"),
    [
        ("IS", b"900000.0", 1, b"900000"),
        ("IS", b"900000,0", 1, b"900000"),
        ("IS", b"1.2E6", 1, b"1200000"),
        ("IS", b"+1820", 1, b"+1820"),
        ("IS", b"02", 1, b"02"),
        ("IS", b"1,200", 1, None),
        ("IS", b"900000.5", 1, None),
        ("IS", b"1e13", 1, None),
        ("DS", b"2,4\\2,4", 2, b"2.4\\2.4"),
        ("DS", b"2,4,2,4", 2, None),
        ("DS", b"2.39759993553161621094", 1, b"2.39759993553162"),
        ("DS", b"-126.45000000000000284217", 1, b"-126.45000000000"),
        ("DS", b"2.4e+000", 1, b"2.4e+000"),
        ("DS", b"48.5kg", 1, None),
        ("DS", b"12345678901234567", 1, None),
        ("DS", b"1.23456789012345678e300", 1, None),
        ("AS", b"70Y", 1, b"070Y"),
        ("AS", b"70", 1, None),
        ("DA", b"2023-06-14 ", 1, b"20230614"),
        ("DA", b"06/14/2023", 1, None),
    ],
)
def test_what_is_written(vr, value, vm, written):
    assert normal_form(vr, value, vm, little_endian=True) == written


_DECIMALS = st.decimals(
    min_value=-(10**15), max_value=10**15, allow_nan=False, allow_infinity=False, places=20
)


@given(_DECIMALS, st.sampled_from([".", ","]), st.sampled_from(["", " ", "\0"]))
def test_any_decimal_is_read_and_written_in_sixteen_characters(number, point, pad):
    text = f"{number:f}".replace(".", point)
    assert header_numbers(pad + text + pad, vm=1) == [number]
    written = normal_form("DS", text.encode(), 1, little_endian=True)
    assert len(written) <= 16
    assert abs(Decimal(written.decode()) - number) <= max(abs(number) * Decimal("1e-6"), 1)
    assert normal_form("DS", written, 1, little_endian=True) == written


@given(st.integers(-(10**11) + 1, 10**12 - 1))
def test_any_whole_number_is_written_as_it_is(number):
    for text in (f"{number}", f"{number}.000", f"{number},0", f"{number}E0"):
        assert int(normal_form("IS", text.encode(), 1, little_endian=True)) == number


@given(st.text(max_size=20))
def test_no_text_becomes_a_number_of_other_digits(text):
    for number in header_numbers(text, vm=1) or ():
        digits = [int(c) for c in text.upper().partition("E")[0] if c.isdecimal()]
        assert "".join(map(str, number.as_tuple().digits)) == "".join(map(str, digits)).lstrip(
            "0"
        ) or not any(digits)


@pytest.mark.parametrize(
    ("text", "digits"),
    [("1948", ("1948", "1948")), (" -012.50 ", ("1250", "12")), ("4E2", ("4", "400")),
     ("1E400", ("1", "")), ("0.7", ("7", "0")), ("NaN", ("", "")), ("Symbia", None), ("", None)],
)  # fmt: skip
def test_digits_of_a_number_and_of_its_whole_part(
    text: str, digits: tuple[str, str] | None
) -> None:
    assert digits_of(text) == digits
