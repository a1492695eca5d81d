import math

from hypothesis import given
from hypothesis import strategies as st

from bonescint.outputs.sheets import broken, line_count, row_height, text_width


def test_wide_characters_count_two() -> None:
    assert text_width("BSI") == 3
    assert text_width("所見") == 4
    assert text_width("ｶﾅ") == 2


def test_wrapped_text_gets_its_lines() -> None:
    assert line_count("所見" * 15, 60) == 1
    assert line_count("所見" * 16, 60) == 2
    assert line_count("a\n\nb", 60) == 3
    assert row_height(["a", "所見" * 100], [10, 61]) == row_height(["x\n" * 6 + "x"], [10])


@given(st.text(), st.integers(2, 60))
def test_a_row_holds_its_text(text: str, width: int) -> None:
    lines = line_count(text, width)
    assert lines * width >= max(text_width(line) for line in text.split("\n"))
    assert math.isfinite(row_height([text], [width + 1.0]))
    assert row_height([text], [width + 1.0]) <= 409


def test_lines_are_broken_behind_a_stop_and_never_inside_a_number() -> None:
    text = "合意を、読影者 1 名ずつ、全員とした。Positive at 0.5 or above"
    assert broken(text, 24) == [
        "合意を、", "読影者 1 名ずつ、", "全員とした。Positive ", "at 0.5 or above",
    ]  # fmt: skip


@given(st.text(), st.integers(2, 60))
def test_broken_lines_hold_the_whole_text(text: str, width: int) -> None:
    assert "".join(broken(text, width)) == text
