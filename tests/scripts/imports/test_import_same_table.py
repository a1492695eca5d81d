"""One table given for two versions or two readers is told, by its content."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from bonescint.config import same_tables
from bonescint.identity.ledger import open_ledger
from bonescint.tables.cases import read_cases
from bonescint.tables.exports import read_export
from bonescint.tables.readings import read_report
from bonescint.warning_words import warnings_in_words
from tests.scripts.imports.cohort_tables import (
    DAY,
    GOOD,
    PATIENTS,
    VSBONE,
    make_cohort,
    write_table,
)

HEADER = ["患者ID", "検査日", "BSI", "Hotspot数", "解析状態"]


@pytest.fixture
def cases(tmp_path: Path) -> Any:
    cohort = make_cohort(tmp_path)
    return read_cases(cohort["cohort"], open_ledger(**cohort["ledger"]), "ja")  # type: ignore[arg-type]


def told(
    export: Path,
    cases: Any,
    own: dict[str, Any],
    other: dict[str, Any],
    language: str = "en",
) -> list[str]:
    found = read_export(
        export, cases, "vsbone3", VSBONE | own, language, same={"software.vsbone2": other}
    )
    rows = warnings_in_words(found.warnings, language)
    return [row["message"] for row in rows if "software.vsbone2" in row["message"]]


@pytest.mark.parametrize(
    ("language", "said"), [("ja", "同じ内容の表"), ("en", "has the same table")]
)
def test_the_same_table_is_told(tmp_path: Path, cases: Any, language: str, said: str) -> None:
    export = write_table(tmp_path / "v.xlsx", [HEADER, *GOOD])
    (message,) = told(export, cases, {}, {}, language)
    assert said in message
    assert "software.vsbone3" in message
    # names of columns that the table does not have find the same one
    assert len(told(export, cases, {}, {"columns": {"bsi": "BSI値(%)"}})) == 1


def test_versions_side_by_side_in_one_table_are_two(tmp_path: Path, cases: Any) -> None:
    header = [*HEADER[:2], "BSI 3", "Hotspot 3", "解析状態", "BSI 2", "Hotspot 2"]
    export = write_table(tmp_path / "v.xlsx", [header, *([*row, 1, 1] for row in GOOD)])
    own = {"columns": {"bsi": "BSI 3", "hotspots": "Hotspot 3"}}
    assert told(export, cases, own, {"columns": {"bsi": "BSI 2", "hotspots": "Hotspot 2"}}) == []
    # one column that was forgotten
    other = {"columns": {"bsi": "BSI 3", "hotspots": "Hotspot 2"}}
    assert len(told(export, cases, own, other)) == 1


def test_versions_on_two_sheets_are_two(tmp_path: Path, cases: Any) -> None:
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet("3.0")):
        for row in [HEADER, *GOOD]:
            sheet.append(row)
    book.active.title = "2.0"
    book.save(tmp_path / "v.xlsx")
    assert told(tmp_path / "v.xlsx", cases, {"sheet": "3.0"}, {"sheet": "2.0"}) == []
    assert told(tmp_path / "v.xlsx", cases, {"sheet": "3.0"}, {}) == []
    assert len(told(tmp_path / "v.xlsx", cases, {"sheet": "3.0"}, {"sheet": "3.0"})) == 1


def test_a_sheet_that_was_found_is_the_one_another_entry_names(tmp_path: Path, cases: Any) -> None:
    book = openpyxl.Workbook()
    book.active.append(["表紙"])
    for row in [HEADER, *GOOD]:
        (book["3.0"] if "3.0" in book.sheetnames else book.create_sheet("3.0")).append(row)
    hidden = book.create_sheet("old")
    hidden.append(HEADER)
    hidden.sheet_state = "hidden"
    book.save(tmp_path / "v.xlsx")
    assert len(told(tmp_path / "v.xlsx", cases, {}, {"sheet": "3.0"})) == 1
    assert told(tmp_path / "v.xlsx", cases, {}, {"sheet": "old"}) == []
    # of a text file no sheet is read
    export = write_table(tmp_path / "v.csv", [HEADER, *GOOD])
    assert len(told(export, cases, {}, {"sheet": "3.0"})) == 1


@pytest.mark.parametrize(
    ("language", "said"), [("ja", "同じ内容の表"), ("en", "has the same table")]
)
def test_one_report_for_two_readers(tmp_path: Path, cases: Any, language: str, said: str) -> None:
    header = ["患者ID", "検査日", "転移数", "転移の有無", "EOD", "所見"]
    rows = [[subject, DAY, 0, "無", 0, "異常なし"] for subject, _, _ in PATIENTS]
    report = write_table(tmp_path / "r.xlsx", [header, *rows])
    found = read_report(
        report, cases, "reader1", {"key": "patient_id"}, language, same={"readers.reader2": {}}
    )
    (row,) = warnings_in_words(found.warnings, language)
    assert said in row["message"]
    assert "readers.reader2" in row["message"]


def test_a_copy_under_another_name_has_the_same_content(tmp_path: Path) -> None:
    config: dict[str, Any] = {
        "software": {
            "vsbone2": {"export": "a.csv", "sheet": "A", "columns": {"bsi": "B"}},
            "vsbone3": {"export": "b.csv"},
        },
        "readers": {"reader1": {"report": "a.csv"}, "reader2": {"report": "c.csv"}},
    }
    for name, content in (("a.csv", "x"), ("b.csv", "x"), ("c.csv", "y")):
        (tmp_path / name).write_text(content)

    def stamp(name: str) -> str:
        return sha256((tmp_path / name).read_bytes()).hexdigest()

    stamps = {
        "software.vsbone2.export": stamp("a.csv"),
        "software.vsbone3.export": stamp("b.csv"),
        "readers.reader1.report": stamp("a.csv"),
        "readers.reader2.report": stamp("c.csv"),
        "inputs.participants": stamp("a.csv"),
    }
    assert same_tables(config, stamps) == {
        "software.vsbone2": {"software.vsbone3": {}},
        "software.vsbone3": {"software.vsbone2": {"sheet": "A", "columns": {"bsi": "B"}}},
        "readers.reader1": {},
        "readers.reader2": {},
    }
    # a second transcription that is another reader's report
    stamps["readers.reader2.second_report"] = stamp("b.csv")
    assert same_tables(config, stamps)["readers.reader1"] == {"readers.reader2": {}}
