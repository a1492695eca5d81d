"""One row per case, and the folders held against the reports."""

import pytest
from scripts.anonymize.summarise_anonymization import summarise_anonymization

from bonescint.declared import columns
from bonescint.errors import InputError
from bonescint.files import read_rows, write_rows


@pytest.fixture
def study(tmp_path):
    lines = {
        "b2": [
            {"code": "BS-B", "status": "written", "views": "posterior", "file": "BS-B/BS-B_02.dcm"},
            {"code": "BS-B", "status": "written", "views": "anterior", "file": "BS-B/BS-B_01.dcm"},
            {"code": "BS-B", "status": "refused", "reason": "damaged"},
            {"code": "BS-B", "status": "duplicate"},
        ],
        "b1": [
            {"code": "BS-C", "status": "refused", "reason": "pixel-length"},
            {"code": "BS-A", "status": "written", "file": "BS-A/BS-A_01.dcm", "age": "66"},
        ],
        "b3": [],
    }
    facts = {"tracer": "HMDP", "study_date": "2019-07-01", "sex": "F", "age": "71"}
    for batch, rows in lines.items():
        known = [
            (facts if row["status"] == "written" else {"tracer": "HMDP"}) | row for row in rows
        ]
        write_rows(tmp_path / f"{batch}.csv", columns("anonymization"), known)
        (tmp_path / batch).mkdir()
        for row in rows:
            if "file" in row:
                path = tmp_path / batch / row["file"]
                path.parent.mkdir(exist_ok=True)
                path.write_bytes(b"x")
        (tmp_path / batch / ".snakemake_timestamp").write_bytes(b"")

    def run() -> list[dict[str, str]]:
        summarise_anonymization(
            reports=[tmp_path / f"{b}.csv" for b in lines],
            folders=[tmp_path / b for b in lines],
            cases=tmp_path / "cases.csv",
        )
        return list(read_rows(tmp_path / "cases.csv"))

    run.folder = tmp_path
    return run


def test_one_row_per_case(study):
    first, second, third = study()
    assert (first["code"], first["batch"], first["age"], first["views"]) == ("BS-A", "b1", "66", "")
    assert (second["instances"], second["refused"]) == ("2", "1")
    assert second["views"] == "anterior+posterior"
    assert (third["code"], third["instances"], third["refused"]) == ("BS-C", "0", "1")
    assert (third["tracer"], third["age"]) == ("HMDP", "")


def test_a_missing_file_is_named(study):
    (study.folder / "b2/BS-B/BS-B_01.dcm").unlink()
    with pytest.raises(InputError, match=r"BS-B_01\.dcm") as mistake:
        study()
    assert "b2" in str(mistake.value)
    assert not (study.folder / "cases.csv").exists()


def test_a_file_added_by_hand_is_reported_without_its_name(study):
    (study.folder / "b1/BS-A/Yamada.dcm").write_bytes(b"x")
    (study.folder / "b1/0012345678").mkdir()
    (study.folder / "b1/0012345678/a.dcm").write_bytes(b"x")
    with pytest.raises(InputError) as mistake:
        study()
    assert len(mistake.value.problems) == 2
    assert "BS-A" in str(mistake.value)
    assert "Yamada" not in str(mistake.value)
    assert "0012345678" not in str(mistake.value)
