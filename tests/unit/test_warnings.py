"""A warning is a key and values, the same in every language, until somebody reads it."""

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bonescint.files import read_rows
from bonescint.resources import RESOURCES
from bonescint.warning_words import warning_texts, warnings_in_words
from bonescint.warnings import Phrase, warning, write_warnings

LANGUAGES = ("ja", "en")


def read_back(tmp_path: Path, row: dict[str, str], language: str) -> dict[str, str]:
    write_warnings(tmp_path / "w.csv", [row])
    (said,) = warnings_in_words(read_rows(tmp_path / "w.csv"), language)
    return said


@pytest.mark.parametrize(
    ("language", "where", "message"),
    [
        (
            "en",
            'file "a.csv" sheet "1" row 3 column "BSI"',
            'Value "(not shown, it may identify)" is above 10. Check the original result.',
        ),
        (
            "ja",
            "ファイル「a.csv」 シート「1」 行 3 列「BSI」",
            "値「(個人情報の可能性があるため表示しません)」は 10 を超えています。"
            "元の結果を確認してください。",
        ),
    ],
)
def test_words_are_put_in_last(tmp_path: Path, language: str, where: str, message: str) -> None:
    phrase = Phrase("above", {"value": Phrase("not_shown"), "limit": Decimal("10")})
    row = warning(
        "vsbone3", "R9", phrase, {"file": "a.csv", "sheet": "1", "row": 3, "column": "BSI"}
    )
    assert read_back(tmp_path, row, language) == {
        "source": "vsbone3",
        "rule": "R9",
        "where": where,
        "message": message,
    }


def test_a_row_holds_no_words() -> None:
    row = warning("source.cases", "R24", Phrase("case.old"), {"code": "BS-23456"})
    assert list(row.values()) == ["source.cases", "R24", '{"code": "BS-23456"}', "case.old", ""]
    assert warning("a", "", Phrase("no_result"))["where"] == ""


def test_values_read_as_they_were_written(tmp_path: Path) -> None:
    names = [Phrase("attribute.sex"), Phrase("attribute.age/5")]
    phrase = Phrase("deidentification.unique", {"n": 12, "unique": 3, "k": 1})
    said = read_back(tmp_path, warning("s", "R24", phrase, {"attributes": names}), "en")
    assert said["where"] == "sex + age (5 years)"
    assert said["message"].startswith("3 of 12 cases")
    values = {"value": date(2024, 1, 6), "exam": Path("a/b")}
    said = read_back(tmp_path, warning("s", "R2", Phrase("other_exam", values)), "en")
    assert "2024-01-06" in said["message"] and "a/b" in said["message"]


def test_braces_in_a_cell_are_no_fields(tmp_path: Path) -> None:
    phrase = Phrase("above", {"value": '{limit} "x", {0}', "limit": 1})
    said = read_back(tmp_path, warning("{a}", "", phrase, {"column": "{b}"}), "en")
    assert '{limit} "x", {0}' in said["message"]
    assert (said["source"], said["where"]) == ("{a}", 'column "{b}"')


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        Phrase("no such").in_words(*warning_texts("ja"))


def test_a_key_stands_in_one_catalogue() -> None:
    first, *others = warning_texts("ja")
    assert [key for key in first for other in others if key in other] == []


def test_both_languages_have_the_same_fields() -> None:
    for row in read_rows(RESOURCES / "text" / "warnings.csv"):
        ja, en = (set(re.findall(r"{(\w+)}", row[language])) for language in LANGUAGES)
        if row["key"] == "metric.own":  # the study's label, in the language's own words
            assert (ja, en) == ({"ja"}, {"en"})
            continue
        assert row["ja"] and row["en"] and ja == en, row["key"]
