"""A text that is almost a patient ID matches the patient or is told to be no ID (R12)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.names.ids import (
    declined_in,
    doubted_in,
    ids_in,
    is_patient_id,
    normalise,
    tells_id,
)

ALMOST = [
    "00471936\0\0XJUNK", "00471936\0", "\0 00471936", "471936.0", "00471936.00", "471936.",
    "４７１９３６．０", "471936,0", "0047 1936.0", "+00471936", "＋00471936", "+471936.0",
    '"00471936"', "'00471936", "“00471936”", "「00471936」", '="00471936"', '"+00471936"',
    "00471936\x01", "00471936^^^HOSPITAL", "＂00471936＂ ", '00471936"\0"9',
]  # fmt: skip


@pytest.mark.parametrize("typed", ALMOST)
def test_characters_that_programs_leave_around_an_id_are_ignored(typed: str) -> None:
    assert normalise(typed) == "471936"


@pytest.mark.parametrize(
    ("typed", "subject"),
    [("471936.5", "471936.5"), ("A12.0", "A12.0"), ("471937.0", "471937"), ("10", "10"),
     ("0.0", "0"), ("000", "0"), ("+", ""), ('""', ""), ("\0", ""), ("4+7", "4+7")],
)  # fmt: skip
def test_what_is_part_of_an_id_stays(typed: str, subject: str) -> None:
    assert normalise(typed) == subject


@given(st.text("0123456789aＡ+=\"'.,\0^\\- ー\u0301\u200b", max_size=12))
def test_one_normalisation_is_enough(typed: str) -> None:
    assert normalise(normalise(typed)) == normalise(typed)


@pytest.mark.parametrize(
    ("subject", "pattern", "is_id"),
    [("471936", "[0-9A-Z]+", True), ("山田花子", "[0-9A-Z]+", False), ("A12.0", "[0-9A-Z]+", False),
     ("471936", r"\d{1,8}", True), ("471936XJUNK", r"\d{1,8}", False), ("K471", r"[a-z]\d+", True),
     ("471936\n", r"\d+", False), ("٤٧", r"\d+", False), ("", "[0-9A-Z]+", False)],
)  # fmt: skip
def test_the_pattern_says_what_an_id_is(subject: str, pattern: str, is_id: bool) -> None:
    assert is_patient_id(subject, pattern) == is_id


@pytest.mark.parametrize(
    ("text", "holds"),
    [("ID:00471936", True), ("471936;471937", True), ("0047/1936", True), ("X471936Y", True),
     ("(47)19-36", True), ("4.71936E5", True), ("471937", False), ("4719 30 6", False), ("", False),
     ("X\0 00471936", True), ("No.12!", True), ("120/3", False), ("a-55?", True), ("55", False)],
)  # fmt: skip
def test_a_run_of_digits_is_found_in_what_is_no_id(text: str, holds: bool) -> None:
    assert bool(declined_in(text, {"471936", "12", "A55"})) == holds


@pytest.mark.parametrize(
    ("text", "pattern", "doubt"),
    [("ID:00471936", "[0-9A-Z]+", True), ("00471936", "[0-9A-Z]+", False),
     ("471936.0", "[0-9A-Z]+", False), ("471936XJUNK", "[0-9A-Z]+", False),
     ("471936XJUNK", "[0-9]+", True), ("0047193600471937", "[0-9]{1,8}", True),
     ("XJUNK\0\x0000471936", "[0-9A-Z]+", True), ("5\\00471936", "[0-9A-Z]+", True),
     ("ID:00471937", "[0-9A-Z]+", False), ("", "[0-9A-Z]+", False)],
)  # fmt: skip
def test_which_patients_are_in_doubt(text: str, pattern: str, doubt: bool) -> None:
    assert doubted_in(text, {"471936"}, pattern) == ({"471936"} if doubt else set())


def test_ids_in_a_sentence_are_also_neighbours() -> None:
    found = set(ids_in("USB 0047-1936, (０００４７１)"))
    assert {"471936", "471", "1936", "USB00471936"} <= found
    assert "1936471" not in found


def test_a_code_tells_an_id_however_it_is_written() -> None:
    assert tells_id("P-0047-1936", "471936")
    assert tells_id("0012", "12")
    assert not tells_id("P12", "12")
