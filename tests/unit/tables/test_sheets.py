import math

from hypothesis import given
from hypothesis import strategies as st

from bonescint.tables.sheets import row_height
from bonescint.text.width import line_count, text_width


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
