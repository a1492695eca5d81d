from hypothesis import given
from hypothesis import strategies as st

from bonescint.text.width import broken, text_width


def test_wide_characters_count_two() -> None:
    assert text_width("BSI") == 3
    assert text_width("所見") == 4
    assert text_width("ｶﾅ") == 2


def test_lines_are_broken_behind_a_stop_and_never_inside_a_number() -> None:
    text = "合意を、読影者 1 名ずつ、全員とした。Positive at 0.5 or above"
    assert broken(text, 24) == [
        "合意を、", "読影者 1 名ずつ、", "全員とした。Positive ", "at 0.5 or above",
    ]  # fmt: skip


@given(st.text(), st.integers(2, 60))
def test_broken_lines_hold_the_whole_text(text: str, width: int) -> None:
    assert "".join(broken(text, width)) == text
