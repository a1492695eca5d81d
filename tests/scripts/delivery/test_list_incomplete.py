"""The cases that lack a required field are listed by code, in a table and as warnings."""

from pathlib import Path

import pytest
from scripts.delivery.list_incomplete import list_incomplete

from bonescint.declared import columns
from bonescint.files import read_rows, write_rows
from bonescint.warning_words import warnings_in_words

Rows = list[dict[str, str]]
CASE = {"study_date": "2019-06-03", "age": "63", "sex": "F", "instances": "2"}
CASES: Rows = [CASE | {"code": f"BS-{n}"} for n in range(1, 6)]


def run(folder: Path, language: str = "en") -> tuple[Rows, Rows]:
    cases = [dict(row) for row in CASES]
    cases[1]["age"] = ""
    cases[3]["instances"] = "0"  # no image: not in the sheet
    write_rows(folder / "cases.csv", [*CASE, "code", "height_cm", "weight_kg"], cases)
    decided = [{"code": f"BS-{n}", "metastasis": "0", "eod": "0"} for n in range(1, 5)]
    write_rows(folder / "reference.csv", ["code", "metastasis", "eod"], decided)
    said = [{"code": code, "findings": "異常なし"} for code in ("BS-1", "BS-2", "BS-5")]
    write_rows(folder / "findings.csv", columns("findings"), said)
    list_incomplete(
        cases=folder / "cases.csv",
        reference=folder / "reference.csv",
        findings=folder / "findings.csv",
        decisions=folder / "decisions.tsv",
        table=folder / "incomplete.csv",
        warnings=folder / "warnings.csv",
    )
    told = warnings_in_words(read_rows(folder / "warnings.csv"), language)
    return list(read_rows(folder / "incomplete.csv")), told


@pytest.mark.parametrize(
    ("language", "said"),
    [("ja", "必須の列が空欄です: 年齢"), ("en", "are blank: 年齢")],
)
def test_they_are_listed_and_told(tmp_path: Path, language: str, said: str) -> None:
    table, told = run(tmp_path, language)
    assert [(row["code"], row["blanks"], row["decision"]) for row in table] == [
        ("BS-2", "age", ""),
        ("BS-3", "findings", ""),
        ("BS-5", "metastasis", ""),
    ]
    assert [row["where"] for row in told] == ["BS-2", "BS-3", "BS-5"]
    assert said in told[0]["message"]
    assert {row["rule"] for row in told} == {"R26"}


def test_what_was_decided_is_told(tmp_path: Path) -> None:
    table, _ = run(tmp_path)
    words = {"BS-2": "leave-out", "BS-3": "not-stated"}
    lines = [
        f"blank:{row['code']}\t{row['sha256']}\t{words[row['code']]}\trole\t2026-01-05\n"
        for row in table
        if row["code"] in words
    ]
    head = "item\tsha256\tdecision\treviewer\tdate\n"
    (tmp_path / "decisions.tsv").write_text(head + "".join(lines))
    table, told = run(tmp_path)
    assert [row["decision"] for row in table] == ["leave-out", "not-stated", ""]
    assert [row["rule"] for row in told] == ["R28", "R26", "R26"]
    assert "Do not hand over its images" in told[0]["message"]
    assert "記載なし" in told[1]["message"]
    _, told = run(tmp_path, "ja")
    assert "提供しません" in told[0]["message"]
    assert "「記載なし」" in told[1]["message"]
