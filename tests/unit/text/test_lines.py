"""Lines: words and numbers whole, no closing mark at a begin, nothing lost."""

import pytest

from bonescint.text.lines import lines_of
from bonescint.text.width import text_width


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("", [""]),
        ("a b", ["a b"]),
        ("first second third", ["first", "second", "third"]),
        ("患者符号、を渡す。", ["患者符号、", "を渡す。"]),
        ("患者符号と、を", ["患者符号", "と、を"]),  # no mark begins a line
        ("表は SHA-256 です", ["表は", "SHA-256 で", "す"]),  # no word is broken
        ("患者符号 (個人)", ["患者符号", "(個人)"]),  # no bracket ends a line
        ("one\ntwo", ["one", "two"]),
        ("0123456789abcdef", ["0123456789", "abcdef"]),  # longer than a line
    ],
)
def test_lines(text: str, lines: list[str]) -> None:
    assert lines_of(text, 10, text_width) == lines


@pytest.mark.parametrize("room", [1, 2, 5, 30])
def test_no_character_is_lost(room: int) -> None:
    text = "形式: 暗号化 (AES-256 の ZIP)。MANIFEST.sha256 を「比べる」、certutil -hashfile D:\\X"
    lines = lines_of(text, room, text_width)
    assert "".join("".join(lines).split()) == "".join(text.split())


def test_a_very_long_word_is_measured_a_few_times_a_line() -> None:
    measured = 0

    def measure(text: str) -> float:
        nonlocal measured
        measured += 1
        return text_width(text)

    assert lines_of("X" * 6000, 60, measure) == ["X" * 60] * 100
    assert measured < 2000
