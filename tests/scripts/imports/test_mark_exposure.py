"""Cases that a company may have trained a version on are marked, also in doubt (R31)."""

import logging
import runpy
from datetime import date
from pathlib import Path

import pytest
from scripts.imports.mark_exposure import mark_exposure

from bonescint.custody.deliveries import DETAILS, DeliveryContents, put_on_record
from bonescint.custody.preceding import put_preceding_on_record
from bonescint.custody.recalls import recall
from bonescint.files import read_rows, write_rows
from bonescint.identity.ledger import Ledger, create_ledger
from bonescint.resources import ROOT
from tests.scripts.study_tables import snakemake_object

TODAY = date(2026, 1, 31)
SUBJECTS = ["40000001", "40000002", "40000003"]
SOFTWARE = {
    "bonenavi": {"tracer": "MDP", "version": "2.1", "released": "2017-04-01"},
    "vsbone3": {"tracer": "HMDP", "version": "3.0", "released": "2023-04-01"},
    "vsbone4": {"tracer": "HMDP", "version": "4.0", "released": "2025-12-01"},
}


class Study:
    """Three cases, the last of them with the other tracer, and what was delivered of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.files = {"path": str(folder / "ledger.age"), "key": str(folder / "ledger.key")}
        self.ledger: Ledger = create_ledger(**self.files)
        codes = self.ledger.assign(SUBJECTS)
        self.codes = [codes[subject] for subject in SUBJECTS]
        rows = [
            {"code": code, "tracer": tracer}
            for code, tracer in zip(self.codes, ("HMDP", "HMDP", "MDP"), strict=True)
        ]
        write_rows(folder / "cases.csv", ["code", "tracer"], rows)

    def deliver(self, day: str, *codes: str, partner: str = "Partner Inc.") -> None:
        found = DeliveryContents([[day, "0" * 64]], set(codes))
        details = dict.fromkeys(DETAILS, "x") | {"date": day, "partner": partner}
        put_on_record(self.ledger, found, details, "en", TODAY, None)

    def marks(self) -> dict[tuple[str, str], tuple[str, str]]:
        mark_exposure(self.folder / "cases.csv", self.files, SOFTWARE, self.folder / "table.csv")
        rows = read_rows(self.folder / "table.csv")
        return {(r["code"], r["software"]): (r["exposed"], r["delivered"]) for r in rows}


@pytest.fixture
def study(tmp_path: Path) -> Study:
    return Study(tmp_path)


def test_one_row_a_case_and_software_of_its_tracer(study: Study) -> None:
    marks = study.marks()
    first, second, third = study.codes
    assert set(marks) == {
        *((code, key) for code in (first, second) for key in ("vsbone3", "vsbone4")),
        (third, "bonenavi"),
    }
    assert set(marks.values()) == {("0", "")}
    rows = list(read_rows(study.folder / "table.csv"))
    assert [row["code"] for row in rows] == sorted(row["code"] for row in rows)
    assert (rows[0]["version"], rows[0]["released"]) in {
        ("3.0", "2023-04-01"),
        ("2.1", "2017-04-01"),
    }


@pytest.mark.parametrize(
    ("day", "three", "four"),
    [
        ("2023-03-31", "1", "1"),
        ("2023-04-01", "1", "1"),  # on the day of the release: in doubt it was seen
        ("2023-04-02", "0", "1"),
        ("2025-12-02", "0", "0"),
    ],
)
def test_delivered_before_the_release(study: Study, day: str, three: str, four: str) -> None:
    code = study.codes[0]
    study.deliver(day, code)
    marks = study.marks()
    assert marks[code, "vsbone3"] == (three, day if three == "1" else "")
    assert marks[code, "vsbone4"] == (four, day if four == "1" else "")
    assert marks[study.codes[1], "vsbone4"] == ("0", "")


def test_the_first_delivery_decides_whoever_got_it(study: Study) -> None:
    code = study.codes[0]
    study.deliver("2025-11-01", code)
    study.deliver("2022-05-05", code, study.codes[1], partner="Somebody else")
    study.deliver("2024-01-01", code)
    assert study.marks()[code, "vsbone3"] == ("1", "2022-05-05")
    assert study.marks()[code, "vsbone4"] == ("1", "2022-05-05")


def test_a_recall_does_not_undo_what_was_seen(study: Study) -> None:
    study.deliver("2022-05-05", *study.codes)
    recall(
        study.ledger,
        SUBJECTS[:1],
        study.folder / "recalls",
        {"id": "S", "title": "T", "synthetic": True},
        "en",
        TODAY,
    )
    assert study.marks()[study.codes[0], "vsbone3"][0] == "1"


def test_a_former_case_is_not_named(study: Study, caplog: pytest.LogCaptureFixture) -> None:
    study.deliver("2022-05-05", *study.codes)
    write_rows(
        study.folder / "cases.csv", ["code", "tracer"], [{"code": study.codes[1], "tracer": "HMDP"}]
    )
    with caplog.at_level(logging.INFO):
        assert {code for code, _ in study.marks()} == {study.codes[1]}
    assert "2 of 2" in caplog.text
    written = (study.folder / "table.csv").read_text() + caplog.text
    assert not any(subject in written for subject in SUBJECTS)


def test_adapter(study: Study) -> None:
    study.deliver("2022-05-05", *study.codes)
    study.marks()
    fake = snakemake_object(
        study.folder,
        {"cases": str(study.folder / "cases.csv")},
        {"table": str(study.folder / "out.csv")},
        {"ledger": study.files, "software": SOFTWARE},
    )
    runpy.run_path(str(ROOT / "scripts/imports/mark_exposure.py"), {"snakemake": fake}, "__main__")
    assert (study.folder / "out.csv").read_bytes() == (study.folder / "table.csv").read_bytes()


def test_deliveries_under_the_preceding_study_count(study: Study) -> None:
    details = {"date": "2022-05-05", "partner": "P", "medium": ""}
    rows = {2: SUBJECTS[0], 3: "50000001"}
    put_preceding_on_record(study.ledger, rows, details, "en", TODAY, mark=None)
    study.deliver("2024-01-01", *study.codes[:2])
    first, second, _ = study.codes
    assert study.marks()[first, "vsbone3"] == ("1", "2022-05-05")
    assert study.marks()[second, "vsbone3"] == ("0", "")
    assert study.marks()[second, "vsbone4"] == ("1", "2024-01-01")
    # a patient who enters later was delivered too
    code = study.ledger.assign(["50000001"])["50000001"]
    write_rows(study.folder / "cases.csv", ["code", "tracer"], [{"code": code, "tracer": "HMDP"}])
    assert study.marks()[code, "vsbone3"] == ("1", "2022-05-05")
