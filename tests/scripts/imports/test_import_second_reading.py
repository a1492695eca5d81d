"""A reader's second reading: some of the cases, the same bounds, and nothing of its findings."""

import runpy
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from scripts.imports.import_readings import import_readings
from snakemake.iocontainers import OutputFiles

from bonescint.errors import InputError
from bonescint.files import read_rows
from bonescint.resources import ROOT
from bonescint.tables.repeats import repeats
from tests.scripts.imports.cohort_tables import make_cohort, write_table

HEADER = ["患者番号", "転移数", "転移の有無", "EODグレード", "所見"]
FINDING = "山田花子 様、右第 3 肋骨"
# of the six patients of the cohort; 9999 is no patient
ROWS = [
    ["00001001", 2, "有", 1, FINDING],
    ["1002", 0, "無", "未算出", ""],
    ["9999", 3, "有", 1, "x"],
    ["1003", "", "", "", ""],
]


def settings_of(file: Path) -> dict[str, Any]:
    given = {"file": str(file), "columns": {"key": "患者番号", "eod": "EODグレード"}}
    entry = {"report": "first.xlsx", "second_report": "typed.xlsx", "key": "patient_id"}
    columns = {"columns": {"findings": "所見", "eod": "EOD"}}
    entries = {"reader1": entry | columns | {"repeat_report": given}, "reader2": entry}
    found = repeats({}, entries)
    assert {name: (one.entry, one.key) for name, one in found.items()} == {
        "reader1_second_reading": ("reader1", "readers.reader1.repeat_report")
    }
    settings = found["reader1_second_reading"].settings
    assert settings == given | {"key": "patient_id"}
    return settings


def arguments(folder: Path, rows: list[list[object]]) -> dict[str, Any]:
    cohort = make_cohort(folder)
    table = write_table(folder / "again.xlsx", [HEADER, *rows])
    return {
        "report": table,
        "second": None,
        "codes": cohort["codes"],
        "cohort": cohort["cohort"],
        "ledger": cohort["ledger"],
        "reader": "reader1",
        "settings": settings_of(table),
        "language": "ja",
        "table": folder / "out.csv",
        "warnings": folder / "warnings.csv",
        "findings": None,
        "faults": folder / "faults.xlsx",
        "synthetic": True,
    }


def test_some_cases_read_again_and_no_findings(tmp_path: Path) -> None:
    given = arguments(tmp_path, ROWS)
    codes = given.pop("codes")
    import_readings(**given)
    found = {row["code"]: row for row in read_rows(tmp_path / "out.csv")}
    assert set(found) == set(codes.values())
    said = {subject: found[code] for subject, code in codes.items()}
    names = ("status", "metastasis", "n_metastases", "eod", "eod_status")
    assert [said["1001"][n] for n in names] == ["read", "1", "2", "1", "graded"]
    assert [said["1002"][n] for n in names] == ["read", "0", "0", "", "not_calculated"]
    assert {said[one]["status"] for one in ("1003", "1004", "2001")} == {"missing"}
    # four cases that were not read again are no warning; a row left blank is one
    assert [row["key"] for row in read_rows(tmp_path / "warnings.csv")].count("not_read") == 1
    assert "missing_reading" not in (tmp_path / "warnings.csv").read_text(encoding="utf-8")
    written = b"".join(path.read_bytes() for path in tmp_path.glob("*.csv") if
                       path.name not in ("cohort.csv",))  # fmt: skip
    assert "肋骨".encode() not in written and "山田".encode() not in written


def test_a_faulty_second_reading_writes_nothing(tmp_path: Path) -> None:
    given = arguments(tmp_path, [["1001", -1, "有", 7, FINDING]])
    del given["codes"]
    with pytest.raises(InputError) as error:
        import_readings(**given)
    said = " ".join(error.value.problems)
    assert "R10" in said and "1001" not in said and "山田" not in said
    assert (tmp_path / "faults.xlsx").exists() and not (tmp_path / "out.csv").exists()


def test_adapter(tmp_path: Path) -> None:
    given = arguments(tmp_path, ROWS)
    names = ("report", "second", "reader", "settings", "language", "faults", "synthetic", "ledger")
    job = SimpleNamespace(
        input=SimpleNamespace(cohort=str(given["cohort"])),
        output=OutputFiles(fromdict={name: str(given[name]) for name in ("table", "warnings")}),
        params=SimpleNamespace(**{name: given[name] for name in names}, same=None),
        log=[str(tmp_path / "log.txt")],
    )
    script = ROOT / "scripts" / "imports" / "import_readings.py"
    runpy.run_path(str(script), init_globals={"snakemake": job}, run_name="__main__")
    assert len(list(read_rows(given["table"]))) == 6
    assert "1001" not in (tmp_path / "log.txt").read_text(encoding="utf-8")
