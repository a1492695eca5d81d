"""Headers other than the configured ones, and rows whose date is not that of the patient's exam."""

from pathlib import Path
from typing import Any

import pytest
from scripts.imports.import_readings import import_readings

from bonescint.errors import InputError
from bonescint.files import read_rows
from bonescint.warning_words import warnings_in_words
from tests.scripts.imports.cohort_tables import (
    DAY,
    GOOD,
    PATIENTS,
    import_vsbone,
    make_cohort,
    write_table,
)

# the demonstration's, which a hospital leaves as they are
COLUMNS = {
    "key": "患者ID",
    "exam_date": "検査日",
    "bsi": "BSI値(%)",
    "hotspots": "ホットスポット数",
    "status": "解析状態",
}
OTHERS = ["患者番号", "撮影日", "BSI", "ホットスポット数", "状態"]


@pytest.fixture
def cohort(tmp_path: Path) -> dict[str, Any]:
    return make_cohort(tmp_path)


@pytest.mark.parametrize("name", ["vsbone3.xlsx", "vsbone3.csv"])
def test_other_headers_of_the_schema_are_read_and_told(
    cohort: dict[str, Any], tmp_path: Path, name: str
) -> None:
    export = write_table(tmp_path / name, [OTHERS, *GOOD])
    rows, warnings = import_vsbone(cohort, tmp_path, export, columns=COLUMNS)
    assert rows[cohort["codes"]["1001"]]["bsi"] == "1.25"
    assert rows[cohort["codes"]["1003"]]["status"] == "segmentation_failed"
    told = [row["message"] for row in warnings if "見出し「" in row["message"]]
    assert len(told) == 4  # ホットスポット数 is as configured
    for key in ("key", "exam_date", "bsi", "status"):
        (one,) = [m for m in told if f"software.vsbone3.columns.{key} " in m]
        assert f"「{COLUMNS[key]}」" in one


def test_other_headers_are_told_in_english(cohort: dict[str, Any], tmp_path: Path) -> None:
    export = write_table(tmp_path / "vsbone3.xlsx", [OTHERS, *GOOD])
    import_vsbone(cohort, tmp_path, export, columns=COLUMNS)
    told = warnings_in_words(read_rows(tmp_path / "warnings.csv"), "en")
    assert (
        sum('The table has no header "検査日"' in row["message"] for row in told)
        == sum("software.vsbone3.columns.exam_date" in row["message"] for row in told)
        == 1
    )


def test_the_configured_header_counts_first(cohort: dict[str, Any], tmp_path: Path) -> None:
    rows = [[*row, 99] for row in GOOD]
    export = write_table(tmp_path / "v.xlsx", [[*COLUMNS.values(), "BSI"], *rows])
    found, warnings = import_vsbone(cohort, tmp_path, export, columns=COLUMNS)
    assert found[cohort["codes"]["1001"]]["bsi"] == "1.25"
    assert warnings == []


def test_two_other_headers_are_not_chosen_between(cohort: dict[str, Any], tmp_path: Path) -> None:
    header = ["患者ID", "検査日", "BSI", "ホットスポット数", "解析状態", "BSI(%)"]
    export = write_table(tmp_path / "v.xlsx", [header, *([*row, 1] for row in GOOD)])
    with pytest.raises(InputError) as caught:
        import_vsbone(cohort, tmp_path, export, columns=COLUMNS)
    assert "software.vsbone3.columns.bsi" in caught.value.problems[0]


def read(cohort: dict[str, Any], folder: Path, report: Path, language: str) -> None:
    import_readings(
        report=report,
        second=None,
        cohort=cohort["cohort"],
        ledger=cohort["ledger"],
        reader="reader1",
        settings={"key": "patient_id"},
        language=language,
        table=folder / "r.csv",
        warnings=folder / "r.warnings.csv",
        findings=folder / "f.csv",
        faults=folder / "faults" / "r.xlsx",
        synthetic=True,
    )


@pytest.mark.parametrize(("language", "cure"), [("ja", "患者 ID"), ("en", "patient ID")])
def test_a_date_of_another_patient_is_cured_at_the_patient(
    cohort: dict[str, Any], tmp_path: Path, language: str, cure: str
) -> None:
    """If two patients are swapped, overwriting the date would give each the other's results."""
    swapped = [[GOOD[0][0], "2019-06-10", *GOOD[0][2:]], *GOOD[1:]]
    export = write_table(tmp_path / "v.xlsx", [[*COLUMNS.values()], *swapped])
    with pytest.raises(InputError) as caught:
        import_vsbone(cohort, tmp_path, export, language=language, columns=COLUMNS)
    told, _ = caught.value.problems
    assert cure in told
    header = ["患者ID", "検査日", "転移数", "転移の有無", "EOD", "所見", "読影日"]
    rows = [[subject, DAY, 0, "無", 0, "異常なし", "2019-06-20"] for subject, _, _ in PATIENTS]
    rows[0][1] = "2019-06-17"
    rows[1][6] = "2019-06-01"  # read before the exam
    rows.append(rows[2])
    with pytest.raises(InputError) as caught:
        read(cohort, tmp_path, write_table(tmp_path / "r.xlsx", [header, *rows]), language)
    *told, _ = caught.value.problems
    assert len(told) == 3
    for one in told:
        # the patient comes first
        assert cure in one


@pytest.mark.parametrize(("language", "cure"), [("ja", "患者 ID"), ("en", "patient ID")])
def test_a_patient_of_the_other_tracer_may_be_a_mistyped_one(
    cohort: dict[str, Any], tmp_path: Path, language: str, cure: str
) -> None:
    rows = [["2001", *GOOD[0][1:]], *GOOD[1:]]
    export = write_table(tmp_path / "v.xlsx", [[*COLUMNS.values()], *rows])
    with pytest.raises(InputError) as caught:
        import_vsbone(cohort, tmp_path, export, language=language, columns=COLUMNS)
    told, _ = caught.value.problems
    assert told.index(cure) < told.index("software.vsbone3")
