"""Two margins, four cells; a shortfall and an odd case are told and never stop the run."""

from pathlib import Path

import pytest
from scripts.reference.check_cases import check_cases

from bonescint.files import read_rows, write_rows
from bonescint.warning_words import warnings_in_words

TARGETS = {"MDP": 2, "HMDP": 1, "with_findings": 2, "without_findings": 1}
# a Monday; nothing about the case is odd
CASE = {
    "study_date": "2019-06-03",
    "age": "71",
    "height_cm": "152",
    "weight_kg": "50.5",
    "views": "anterior+posterior",
}


def case(code: str, tracer: str, **changed: str) -> dict[str, str]:
    return CASE | {"code": code, "tracer": tracer} | changed


def run(
    folder: Path,
    cases: list[dict[str, str]],
    truth: dict[str, str],
    language: str = "en",
    has_readers: bool = True,
) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    write_rows(folder / "cases.csv", ["code", "tracer", *CASE], cases)
    rows = ({"code": code, "metastasis": yes} for code, yes in truth.items())
    write_rows(folder / "reference.csv", ["code", "metastasis"], rows)
    check_cases(
        cases=folder / "cases.csv",
        reference=folder / "reference.csv",
        targets=TARGETS,
        balance=folder / "balance.csv",
        warnings=folder / "warnings.csv",
        has_readers=has_readers,
    )
    warnings = warnings_in_words(read_rows(folder / "warnings.csv"), language)
    # a person reads no key
    assert not any(row["source"].startswith("source.") for row in warnings)
    return list(read_rows(folder / "balance.csv")), warnings


def test_without_readers_no_findings_are_counted(tmp_path: Path) -> None:
    cases = [case("A", "MDP"), case("B", "MDP"), case("C", "HMDP")]
    balance, warnings = run(tmp_path, cases, {"A": "", "B": "", "C": ""}, has_readers=False)
    assert [row["level"] for row in balance] == ["MDP", "HMDP"]
    assert warnings == []


def test_margins_and_cells(tmp_path: Path) -> None:
    cases = [case("A", "MDP"), case("B", "MDP"), case("C", "HMDP"), case("D", "HMDP")]
    # a tie has no finding; a reference may hold who is no case
    truth = {"A": "1", "B": "0", "C": "1", "D": "", "Z": "1"}
    balance, warnings = run(tmp_path, cases, truth)
    assert [tuple(row.values()) for row in balance] == [
        ("tracer", "MDP", "2", "2"),
        ("tracer", "HMDP", "1", "2"),
        ("findings", "with_findings", "2", "2"),
        ("findings", "without_findings", "1", "1"),
        ("cell", "MDP x with_findings", "", "1"),
        ("cell", "MDP x without_findings", "", "1"),
        ("cell", "HMDP x with_findings", "", "1"),
        ("cell", "HMDP x without_findings", "", "0"),
    ]
    assert warnings == []


@pytest.mark.parametrize(
    ("language", "level", "message"),
    [
        ("en", "Without findings", "0 cases where 1 were planned."),
        ("ja", "所見なし", "目標 1 例に対して 0 例です。"),
    ],
)
def test_a_shortfall_is_told_with_its_numbers(
    tmp_path: Path, language: str, level: str, message: str
) -> None:
    cases = [case("A", "MDP"), case("B", "HMDP")]
    _, warnings = run(tmp_path, cases, {"A": "1", "B": "1"}, language)
    assert [(row["rule"], row["where"]) for row in warnings] == [("R3", "MDP"), ("R4", level)]
    assert warnings[1]["message"] == message


@pytest.mark.parametrize(
    ("changed", "rule", "message"),
    [
        ({"views": "posterior"}, "R26", "Only one view (posterior)."),
        ({"age": ""}, "R25", "Age unknown."),
        ({"age": "90"}, "R24", "Aged 90 or more: may re-identify."),
        ({"age": "89.9"}, "", ""),
        ({"age": "19"}, "R13", "A minor (under 20)."),
        ({"age": "20"}, "", ""),
        ({"height_cm": "49"}, "R26", "Height outside 50 to 220 cm."),
        ({"height_cm": "220"}, "", ""),
        ({"height_cm": "", "weight_kg": ""}, "", ""),
        ({"weight_kg": "201"}, "R26", "Weight outside 10 to 200 kg."),
        ({"study_date": "2019-06-08"}, "R2", "The exam date is a weekend."),
        ({"study_date": ""}, "", ""),
    ],
)
def test_an_odd_case_is_told_by_its_code(
    tmp_path: Path, changed: dict[str, str], rule: str, message: str
) -> None:
    cases = [case("A", "MDP"), case("B", "MDP"), case("C", "HMDP", **changed)]
    _, warnings = run(tmp_path, cases, {"A": "1", "B": "1", "C": "0"})
    told = [(row["rule"], row["where"], row["message"]) for row in warnings]
    assert told == ([(rule, "C", message)] if rule else [])


def test_an_age_beyond_the_bounds_is_odd_twice(tmp_path: Path) -> None:
    cases = [case("A", "MDP"), case("B", "MDP"), case("C", "HMDP", age="121")]
    _, warnings = run(tmp_path, cases, {"A": "1", "B": "1", "C": "0"})
    assert [row["rule"] for row in warnings] == ["R26", "R24"]


def test_nobody_is_left(tmp_path: Path) -> None:
    balance, warnings = run(tmp_path, [], {})
    assert {row["n"] for row in balance} == {"0"}
    assert len(balance) == 8
    # said before the shortfalls, which follow from it
    assert "No participants" in warnings[0]["message"]
    assert [row["rule"] for row in warnings] == ["R12", "R3", "R3", "R4", "R4"]


@pytest.mark.parametrize(
    ("language", "said"),
    [("ja", "すべての症例で同じです"), ("en", "the same readings in every case")],
)
def test_two_readers_with_one_report_are_told(tmp_path: Path, language: str, said: str) -> None:
    columns = ["code", "reader", "metastasis", "n_metastases", "eod"]
    paths = []
    for reader, last in (("reader1", 3), ("reader2", 3), ("reader3", 4)):
        counts = [0, 1, 2, 7, 25, last]
        rows = [
            {"code": f"BS-{n}", "reader": reader, "metastasis": int(c > 0), "n_metastases": c}
            for n, c in enumerate(counts)
        ]
        paths.append(tmp_path / f"{reader}.csv")
        write_rows(paths[-1], columns, rows)
    for name, header in (
        ("cases", ["code", "tracer", *CASE]),
        ("reference", ["code", "metastasis"]),
    ):
        write_rows(tmp_path / f"{name}.csv", header, [])
    check_cases(
        cases=tmp_path / "cases.csv",
        reference=tmp_path / "reference.csv",
        targets={},
        balance=tmp_path / "balance.csv",
        warnings=tmp_path / "warnings.csv",
        readings=paths,
    )
    told = warnings_in_words(read_rows(tmp_path / "warnings.csv"), language)
    (row,) = [row for row in told if row["rule"] == "R10"]
    assert said in row["message"]
    assert "reader1" in row["message"] and "reader2" in row["message"]
