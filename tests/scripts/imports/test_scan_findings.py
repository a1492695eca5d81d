"""The readers' findings of a case become one text, with the kinds of what may name somebody."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

import pytest
from scripts.imports.scan_findings import scan_findings

from bonescint.delivery.review import digest
from bonescint.files import read_rows, write_rows

PEOPLE = [
    {"patient_id": "00471936", "subject": "471936", "patient_name": "Sato^Hanako=佐藤^花子"},
    {"patient_id": "81", "subject": "81", "patient_name": ""},
]


def scan(
    folder: Path,
    *texts: dict[str, str],
    staff: str | None = None,
    encoding: str = "utf-8",
    header: Mapping[str, str] = MappingProxyType({}),
) -> list[dict[str, str]]:
    """Scan one text a reader and code; return the rows of the table."""
    columns = ["patient_id", "subject", "patient_name", "staff", "institution"]
    write_rows(folder / "consented.csv", columns, [person | header for person in PEOPLE])
    findings = {}
    for n, said in enumerate(texts, 1):
        findings[f"reader{n}"] = folder / f"reader{n}.csv"
        rows = ({"code": code, "findings": text} for code, text in said.items())
        write_rows(findings[f"reader{n}"], ["code", "findings"], rows)
    if staff is not None:
        (folder / "staff.txt").write_text(staff, encoding=encoding)
    scan_findings(
        findings=findings,
        consented=folder / "consented.csv",
        staff=folder / "staff.txt" if staff is not None else None,
        language="ja",
        table=folder / "findings.csv",
    )
    return list(read_rows(folder / "findings.csv"))


def test_texts_without_an_identifier_pass(tmp_path: Path) -> None:
    rows = scan(tmp_path, {"BS-2": "多発骨転移。81%", "BS-1": "異常集積なし"})
    assert [(row["code"], row["kinds"]) for row in rows] == [("BS-1", ""), ("BS-2", "")]


def test_each_kind_is_named(tmp_path: Path) -> None:
    said = {
        "BS-1": "佐藤様、集積あり",
        "BS-2": "ID 471936",
        "BS-3": "前回 2018年5月1日",
        "BS-4": "連絡先 027-220-0000",
        "BS-5": "山本医師と確認",
    }
    kinds = {row["code"]: row["kinds"] for row in scan(tmp_path, said, staff="\ufeff山本 一郎\n\n")}
    assert kinds == {
        "BS-1": "name",
        "BS-2": "patient_id",
        "BS-3": "date",
        "BS-4": "telephone",
        "BS-5": "staff",
    }


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16"])
def test_staff_in_any_encoding_of_a_hospital(tmp_path: Path, encoding: str) -> None:
    said = {"BS-1": "髙橋医師と確認"}
    (row,) = scan(tmp_path, said, staff="山本 一郎\n髙橋 二郎\n", encoding=encoding)
    assert row["kinds"] == "staff"


def test_the_hash_binds_the_joined_text(tmp_path: Path) -> None:
    (row,) = scan(tmp_path, {"BS-1": "左肋骨"}, {"BS-1": " 右腸骨 ", "BS-2": "  "})
    assert row["code"] == "BS-1"
    assert "左肋骨" in row["findings"] and "右腸骨" in row["findings"]
    assert row["sha256"] == digest(row["findings"])


def test_no_findings_make_an_empty_table(tmp_path: Path) -> None:
    assert scan(tmp_path, {}) == []


def test_names_in_the_headers_need_no_list(tmp_path: Path) -> None:
    header = {"staff": "KAKUU^ICHIRO=架空^一郎\\虚像^二郎", "institution": "模型記念\\核医学診療部"}
    said = {
        "BS-1": "架空と確認",
        "BS-2": "虚像に報告",
        "BS-3": "模型記念で撮像",
        "BS-4": "核医学診療部の依頼",
        "BS-5": "第4腰椎に集積亢進",
    }
    rows = scan(tmp_path, said, header=header)
    kinds = {row["code"]: row["kinds"] for row in rows}
    assert kinds == {
        "BS-1": "staff",
        "BS-2": "staff",
        "BS-3": "institution",
        "BS-4": "institution",
        "BS-5": "",
    }
