"""What has not come back is listed by delivery, without a code."""

import runpy
from datetime import date
from pathlib import Path

import pytest
from scripts.custody.list_open_ends import list_open_ends

from bonescint.custody.deliveries import DETAILS, DeliveryContents, put_on_record, recorded
from bonescint.custody.recalls import recall
from bonescint.custody.receipts import record_receipt
from bonescint.files import read_rows
from bonescint.identity.ledger import Ledger, create_ledger
from bonescint.resources import ROOT
from bonescint.warning_words import warnings_in_words
from tests.scripts.study_tables import snakemake_object

TODAY = date(2026, 1, 31)
STUDY = {"id": "S", "title": "T", "synthetic": True}


@pytest.fixture
def ledger(tmp_path: Path) -> Ledger:
    ledger = create_ledger(tmp_path / "ledger.age", tmp_path / "ledger.key")
    contents = DeliveryContents([["a.dcm", "0" * 64]], set(ledger.assign(["12", "34"]).values()))
    details = dict.fromkeys(DETAILS, "x") | {"date": "2026-01-10"}
    put_on_record(ledger, contents, details, "en", TODAY, None)
    return ledger


def run(folder: Path) -> tuple[list[dict[str, str]], list[dict[str, str]]]:
    files = {"path": str(folder / "ledger.age"), "key": str(folder / "ledger.key")}
    list_open_ends(files, folder / "open.csv", folder / "warnings.csv")
    words = warnings_in_words(read_rows(folder / "warnings.csv"), "en")
    return list(read_rows(folder / "open.csv")), words


def test_open_ends_and_warnings(tmp_path: Path, ledger: Ledger) -> None:
    recall(ledger, ["34"], tmp_path / "recalls", STUDY, "en", TODAY)
    rows, warnings = run(tmp_path)
    assert [(row["missing"], row["since"], row["cases"]) for row in rows] == [
        ("receipt", "2026-01-10", "2"),
        ("recall", "2026-01-31", "1"),
    ]
    assert [(one["where"], one["rule"]) for one in warnings] == [("D-001", "R29")] * 2
    assert "No receipt" in warnings[0]["message"] and "2 cases" in warnings[0]["message"]
    assert "not confirmed" in warnings[1]["message"]
    written = (tmp_path / "open.csv").read_text() + (tmp_path / "warnings.csv").read_text()
    assert "BS-" not in written
    record_receipt(ledger, recorded(ledger)[0], TODAY, "x", "en", TODAY, None)
    assert [row["missing"] for row in run(tmp_path)[0]] == ["recall"]


def test_adapter(tmp_path: Path, ledger: Ledger) -> None:
    run(tmp_path)
    files = {"path": str(tmp_path / "ledger.age"), "key": str(tmp_path / "ledger.key")}
    outputs = {"table": str(tmp_path / "t.csv"), "warnings": str(tmp_path / "w.csv")}
    fake = snakemake_object(tmp_path, {}, outputs, {"ledger": files})
    script = ROOT / "scripts/custody/list_open_ends.py"
    runpy.run_path(str(script), {"snakemake": fake}, "__main__")
    assert (tmp_path / "t.csv").read_bytes() == (tmp_path / "open.csv").read_bytes()
    assert (tmp_path / "w.csv").read_bytes() == (tmp_path / "warnings.csv").read_bytes()
