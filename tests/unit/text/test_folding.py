"""Four meanings of "the same text": of names, headers, terms and cells."""

import pytest

from bonescint.dicom.vocabulary import scan_terms
from bonescint.text.folding import (
    DASHES,
    fold_header,
    fold_name,
    fold_term,
    half_width,
    sound,
    unpadded,
    without_unseen,
)


@pytest.mark.parametrize(
    ("text", "name", "header", "term", "cell"),
    [
        ("ＢＳＩ値", "bsi値", "bsi値", "bsi値", "BSI値"),
        ("Total_Count ", "total_count ", "totalcount", "total_count ", "Total_Count"),
        ("B\u200bSI", "b\u200bsi", "bsi", "b\u200bsi", "B\u200bSI"),
        ("たかはし", "タカハシ", "たかはし", "たかはし", "たかはし"),
        ("髙橋", "高橋", "髙橋", "髙橋", "髙橋"),
        ("Jörg", "jorg", "jörg", "jörg", "Jörg"),
        ("ﾌﾟｰﾙ像", "プール像", "プール像", "プール像", "プ-ル像"),
        ("2019–06―03", "2019–06―03", "2019–06―03", "2019–06―03", "2019-06-03"),
    ],
)
def test_each_folding_has_its_meaning(
    text: str, name: str, header: str, term: str, cell: str
) -> None:
    assert (fold_name(text), fold_header(text), fold_term(text), half_width(text)) == (
        name, header, term, cell,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [("ohyama", "oyama", True), ("ohya", "oya", True), ("ohyabu", "ooyabu", True),
     ("yuhya", "yuuya", True), ("ohno", "ono", True), ("satoh", "sato", True),
     ("ahya", "aya", False), ("ohara", "oara", False), ("hyodo", "yodo", False),
     ("ohira", "oira", False), ("ihyo", "iyo", False), ("tohma", "toma", True)],
)  # fmt: skip
def test_an_h_that_lengthens_a_vowel_is_not_heard(one: str, other: str, alike: bool) -> None:
    assert (sound(one) == sound(other)) == alike
    assert sound(sound(one)) == sound(one)


def test_padding_and_what_nobody_sees() -> None:
    assert unpadded("ＷＢ　１\0 ") == "WB 1"
    assert without_unseen("1\u00ad2\u200b3\ufeff") == "123"


@pytest.mark.parametrize("dash", [*DASHES, "-", "─", "ー", "ｰ"])
def test_a_long_vowel_is_typed_as_any_dash(dash: str) -> None:
    assert [found.meaning for found in scan_terms("phase").find(f"血液プ{dash}ル")] == ["early"]
