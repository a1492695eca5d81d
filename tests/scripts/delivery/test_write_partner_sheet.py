"""The partner's sheet is written behind the gates, for the cases that have images (R14 to R39)."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from scripts.delivery.write_partner_sheet import write_partner_sheet

from bonescint.delivery.plan import TABLE
from bonescint.delivery.review import digest
from bonescint.errors import InputError
from bonescint.files import write_rows

CASES = ["code", "study_date", "age", "sex", "height_cm", "weight_kg", "instances"]
STUDY = {"synthetic": True, "period_end": "2099-12-31"}
DELIVERY: dict[str, Any] = {"after_period_end": None}
Write = Callable[..., list[str]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Return a function that writes the sheet and returns its codes."""
    exam = {"study_date": "2019-06-03", "age": "63", "sex": "F"}
    cases = [{"code": code, "instances": n} | exam for code, n in (("BS-1", 1), ("BS-2", 0))]
    write_rows(tmp_path / "cases.csv", CASES, cases)
    decided = [{"code": code, "metastasis": 1, "eod": 2} for code in ("BS-1", "BS-2")]
    write_rows(tmp_path / "reference.csv", ["code", "metastasis", "eod"], decided)

    def run(
        kinds: str = "",
        decision: str = "",
        study: dict[str, Any] = STUDY,
        delivery: dict[str, Any] = DELIVERY,
        reports: Sequence[Path] = (),
        decided: Path | None = None,
        selection: Path = Path("none.csv"),
    ) -> list[str]:
        text = "佐藤様、多発骨転移"
        columns = ["code", "sha256", "kinds", "findings"]
        row = {"sha256": digest(text), "kinds": kinds, "findings": text}
        rows = [row | {"code": code} for code in ("BS-1", "BS-2")]
        write_rows(tmp_path / "findings.csv", columns, rows)
        decisions = tmp_path / "decisions.tsv"
        if decision:
            decisions.write_text(
                "item\tsha256\tdecision\treviewer\tdate\n"
                f"findings:BS-1\t{digest(text)}\t{decision}\trole\t2026-01-05\n"
            )
        sheet = tmp_path / "sheet.xlsx"
        write_partner_sheet(
            cases=tmp_path / "cases.csv",
            reference=tmp_path / "reference.csv",
            findings=tmp_path / "findings.csv",
            decisions=decisions if decision else decided,
            study=study,
            delivery=delivery,
            language="en",
            sheet=sheet,
            reports=reports,
            selection=selection,
        )
        return [row[0].value for row in load_workbook(sheet).worksheets[0].iter_rows(min_row=2)]

    return run


def test_a_case_without_an_image_is_not_in_it(write: Write) -> None:
    assert write() == ["BS-1"]


def test_a_patient_who_stopped_the_provision_is_not_in_it(
    write: Write, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    write_rows(TABLE, ["code", "state"], [{"code": "BS-1", "state": "new"}])
    assert write() == ["BS-1"]
    write_rows(TABLE, ["code", "state"], [{"code": "BS-1", "state": "stopped"}])
    # nothing of it waits for a person either
    assert write(kinds="name") == []


def test_a_hit_waits_for_a_person(write: Write, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="BS-1"):
        write(kinds="name")
    assert not (tmp_path / "sheet.xlsx").exists()
    with pytest.raises(InputError, match="BS-1"):
        write(kinds="name", decision="block")
    assert write(kinds="name", decision="release") == ["BS-1"]


def test_closed_gates_are_all_named(write: Write, tmp_path: Path) -> None:
    with pytest.raises(InputError) as refused:
        write(study={"synthetic": False, "period_end": "2020-01-01"}, kinds="name")
    # the period, three parts of the approval, partner, privacy manager, staff, and the finding
    assert len(refused.value.problems) == 8
    assert not (tmp_path / "sheet.xlsx").exists()


def test_an_incomplete_case_holds_up_nobody_once_it_is_decided(tmp_path: Path) -> None:
    exam = {"study_date": "2019-06-03", "sex": "F", "instances": 1}
    cases = [{"code": f"BS-{n}", "age": "63" if n < 3 else ""} | exam for n in (1, 2, 3)]
    write_rows(tmp_path / "cases.csv", CASES, cases)
    decided = [{"code": f"BS-{n}", "metastasis": 1, "eod": 2} for n in (1, 2, 3)]
    write_rows(tmp_path / "reference.csv", ["code", "metastasis", "eod"], decided)
    said = [{"code": code, "findings": "転移"} for code in ("BS-1", "BS-3")]
    # the findings of a case that is left out need no decision
    said[1] |= {"kinds": "name", "sha256": "0" * 64}
    write_rows(tmp_path / "findings.csv", ["code", "sha256", "kinds", "findings"], said)
    paths = {name: tmp_path / f"{name}.csv" for name in ("cases", "reference", "findings")}
    decisions = tmp_path / "decisions.tsv"
    decisions.write_text("item\tsha256\tdecision\treviewer\tdate\n")

    def deliver() -> None:
        write_partner_sheet(
            **paths,
            decisions=decisions,
            study=STUDY,
            delivery=DELIVERY,
            language="ja",
            sheet=tmp_path / "sheet.xlsx",
        )

    with pytest.raises(InputError) as refused:
        deliver()
    # both, and the hit of the second
    assert [one.split(":")[0] for one in refused.value.problems] == ["findings", "BS-2", "BS-3"]
    assert not (tmp_path / "sheet.xlsx").exists()
    for one in refused.value.problems[1:]:
        line = one[one.index("blank:") :].replace("REVIEWER", "role").replace("DATE", "2026-01-05")
        word = "not-stated" if "blank:BS-2" in line else "leave-out"
        with decisions.open("a", encoding="utf-8") as stream:
            stream.write(line.replace("leave-out", word) + "\n")
    deliver()
    rows = load_workbook(tmp_path / "sheet.xlsx").worksheets[0].iter_rows(min_row=2)
    assert [(row[0].value, row[2].value) for row in rows] == [
        ("BS-1", "転移"),
        ("BS-2", "記載なし"),
    ]


def test_a_reason_that_was_used_stands_beside_the_cases(write: Write, tmp_path: Path) -> None:
    over = {"id": "STUDY-1", "synthetic": True, "period_end": "2020-01-01"}
    assert write(study=over, delivery={"after_period_end": "approved extension"}) == ["BS-1"]
    second = load_workbook(tmp_path / "sheet.xlsx").worksheets[1]
    said = [str(cell.value) for (cell,) in second.iter_rows(max_col=1)]
    for word in ("STUDY-1", "2020-01-01", "approved extension"):
        assert any(word in line for line in said)
    # before the period ends, no reason is needed
    write(study=STUDY, delivery={"after_period_end": "approved extension"})
    second = load_workbook(tmp_path / "sheet.xlsx").worksheets[1]
    assert not any("approved" in str(cell.value) for (cell,) in second.iter_rows(max_col=1))


def test_of_patients_every_image_waits_for_its_release(write: Write, tmp_path: Path) -> None:
    report = tmp_path / "00.csv"
    line = {"code": "BS-1", "file": "BS-1/BS-1_01.dcm", "status": "written", "sha256": "a" * 64}
    write_rows(report, list(line), [line])
    approval = {"committee": "C", "number": "1", "date": "2020-01-01"}
    real = STUDY | {"synthetic": False, "approval": approval, "privacy_manager": "A"}
    (tmp_path / "staff.txt").write_text("山本一郎\n")
    full = {"after_period_end": None, "partner": "P", "staff_names": str(tmp_path / "staff.txt")}
    with pytest.raises(InputError, match="BS-1_01.dcm"):
        write(study=real, delivery=full, reports=[report])
    assert write(reports=[report]) == ["BS-1"]  # simulated images belong to no patient
    # images of cases that are not chosen need no release
    write_rows(report, list(line), [line | {"code": "BS-3"}])
    write_rows(tmp_path / "s.csv", ["code", "state"], [{"code": "BS-3", "state": "reserve"}])
    with pytest.raises(InputError, match="BS-1_01.dcm"):
        write(study=real, delivery=full, reports=[report])
    chosen = {"reports": [report], "selection": tmp_path / "s.csv"}
    assert write(study=real, delivery=full, **chosen) == ["BS-1"]
    write_rows(report, list(line), [line])
    decisions = tmp_path / "decisions.tsv"
    assert write(decision="release") == ["BS-1"]
    with decisions.open("a") as stream:
        stream.write(f"coded\t{'a' * 64}\trelease\trole\t2026-01-05\n")
    assert write(study=real, delivery=full, reports=[report], decided=decisions) == ["BS-1"]
