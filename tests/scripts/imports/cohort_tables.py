"""A small cohort with its ledger, and tables written as a hospital would."""

import csv
from pathlib import Path

import openpyxl
import pytest
from scripts.imports.import_software import import_software

from bonescint.declared import columns
from bonescint.errors import InputError
from bonescint.files import read_rows, write_rows
from bonescint.identity.ledger import create_ledger
from bonescint.warning_words import warnings_in_words

# subject, patient ID as in the header, tracer; exam on Monday 2019-06-03
PATIENTS = [
    ("1001", "00001001", "HMDP"),
    ("1002", "00001002", "HMDP"),
    ("1003", "00001003", "HMDP"),
    ("1004", "00001004", "HMDP"),
    ("2001", "00002001", "MDP"),
    ("2002", "00002002", "MDP"),
]


def make_cohort(folder: Path) -> dict[str, object]:
    """Write cohort.csv and a ledger; return the arguments every import takes, and the codes."""
    rows = [
        {
            "path": f"{subject}/{n}.dcm",
            "subject": subject,
            "patient_id": patient_id,
            "patient_name": f"YAMADA{subject}^HANAKO=山田^花子",
            "patient_birth_date": "19500102",
            "study_date": "20190603",
            "tracer": tracer,
        }
        for subject, patient_id, tracer in PATIENTS
        for n in range(2)
    ]
    write_rows(folder / "cohort.csv", [*columns("index"), *columns("consented")], rows)
    ledger = create_ledger(folder / "ledger.age", folder / "ledger.key")
    codes = ledger.assign([subject for subject, _, _ in PATIENTS])
    return {
        "cohort": folder / "cohort.csv",
        "ledger": {"path": str(folder / "ledger.age"), "key": str(folder / "ledger.key")},
        "language": "ja",
        "codes": codes,
    }


def write_table(path: Path, rows: list[list[object]], encoding: str = "utf-8") -> Path:
    """Write rows as XLSX or CSV, as the name's ending says."""
    if path.suffix == ".xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        book.save(path)
    else:
        with path.open("w", encoding=encoding, newline="") as stream:
            csv.writer(stream).writerows(rows)
    return path


HEADER = ["患者ID", "検査日", "BSI値(%)", "ホットスポット数", "解析状態"]
DAY = "2019-06-03"
GOOD = [
    ["1001", DAY, 1.25, 4, "解析済"],
    ["00001002", DAY, 0, 0, "解析済"],
    ["１００３", "2019/6/3", "", "", "領域分割失敗"],
    ["1004", DAY, "0.5%", "２", "解析済"],
]
VSBONE = {"product": "VSBONE", "version": "3.0", "tracer": "HMDP", "key": "patient_id"}


def import_vsbone(
    cohort: dict[str, object],
    folder: Path,
    export: Path,
    second: Path | None = None,
    language: str = "ja",
    **settings: object,
) -> tuple[dict[str, dict[str, str]], list[dict[str, str]]]:
    """Import an export of vsbone3; return its rows by code and its warnings."""
    import_software(
        export=export,
        second=second,
        cohort=cohort["cohort"],
        ledger=cohort["ledger"],
        software="vsbone3",
        settings=VSBONE | settings,
        language=language,
        table=folder / "table.csv",
        warnings=folder / "warnings.csv",
        faults=folder / "faults" / "vsbone3.xlsx",
        synthetic=True,
    )
    rows = {row["code"]: row for row in read_rows(folder / "table.csv")}
    return rows, warnings_in_words(read_rows(folder / "warnings.csv"), "ja")


def faults(run, rows, **options):
    """Return what the import of these rows is refused for."""
    with pytest.raises(InputError) as caught:
        run(rows, **options)
    *problems, last = caught.value.problems
    assert last.endswith("faults.xlsx")
    return problems
