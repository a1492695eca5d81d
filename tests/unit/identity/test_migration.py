"""A ledger made before IDs were compared as now keeps its codes: nobody gets a second one (R16)."""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from scripts.cohort.assign_codes import assign_codes

from bonescint.custody.recalls import delivered
from bonescint.files import write_rows
from bonescint.identity.ledger import Ledger, LedgerFiles, create_ledger, open_ledger
from bonescint.identity.opt_outs import declined, in_force, record, withdraw
from bonescint.names.ids import normalise

HEADERS = ["00471936", "00471936\0\0XJUNK", "+0052", '"0063"', "74.0", "0085"]
FILES = Callable[[], Ledger]


def former(text: str) -> str:
    """Return a subject as the first versions made it."""
    text = re.split(r"[\^\\]", text.strip("^\\ "), maxsplit=1)[0].replace("\0", "")
    plain = re.sub(r"[\s\-_]+", "", unicodedata.normalize("NFKC", text)).upper()
    return plain.lstrip("0") or plain[:1]


@pytest.fixture
def files(tmp_path: Path) -> LedgerFiles:
    return {name: str(tmp_path / f"ledger.{name}") for name in ("path", "key", "head")}  # type: ignore[return-value]


@pytest.fixture
def given(files: LedgerFiles, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """Make a ledger as the first versions did and return header -> code."""
    ledger = create_ledger(**files)
    with monkeypatch.context() as patch:
        patch.setattr("bonescint.identity.migration.normalise", former)
        codes = {}
        for header in HEADERS:
            subject = former(header)
            codes[header] = ledger.assign([subject], {subject: header})[subject]
        record(ledger, [{"subject": "+0052", "source": "list"}], mark=None)
        ledger.append([{"kind": "linked", "subject": "+0052", "other": "74.0"}])
        both = [codes[HEADERS[0]], codes[HEADERS[1]]]
        ledger.append([{"kind": "delivery", "id": "D-001", "codes": both, "files": []}])
        assert len(set(codes.values())) == len(HEADERS)
    return codes


def test_codes_stay_and_no_patient_gets_a_second_one(files, given):
    ledger = open_ledger(**files)
    again = ledger.assign(map(normalise, HEADERS))
    assert again == {normalise(h): given[h] for h in HEADERS if h != HEADERS[1]}
    assert len(ledger) == len(HEADERS) - 1
    assert ledger.patient_id("52") == "+0052"


def test_the_older_code_is_used_on_and_the_other_still_found(files, given):
    ledger = open_ledger(**files)
    older, retired = given[HEADERS[0]], given[HEADERS[1]]
    assert ledger.code_of("471936") == older
    assert ledger.codes_of("471936") == [older, retired]
    assert ledger.subject_of(retired) == "471936"
    assert [ledger.code_in_use(code) for code in (older, retired, "BS-22222")] == [
        older, older, "BS-22222",
    ]  # fmt: skip
    assert ledger.retired() == {retired: "471936XJUNK"}
    assert retired not in ledger.codes().values()
    assert delivered(ledger, {"471936"}) == 2


def test_the_older_one_may_be_the_odd_one(files, monkeypatch):
    ledger = create_ledger(**files)
    with monkeypatch.context() as patch:
        patch.setattr("bonescint.identity.migration.normalise", former)
        older = ledger.assign(["74.0"])["74.0"]
        retired = ledger.assign(["74"])["74"]
    ledger = open_ledger(**files)
    assert ledger.assign(["74"]) == {"74": older}
    assert ledger.subject_of(retired) == "74"
    kinds = [e["former"] for e in open_ledger(**files).entries("subject_moved")]
    assert kinds == ["74.0", "74"]


def test_opt_outs_and_links_of_the_former_id_stay_in_force(files, given):
    ledger = open_ledger(**files)
    assert set(in_force(ledger)) == {"52"}
    assert declined(ledger) == {"52", "74"}
    withdraw(ledger, ["52"], mark=None)
    assert in_force(open_ledger(**files)) == {}


def test_reading_alone_changes_nothing(files, given):
    before = Path(files["path"]).read_bytes(), Path(files["head"]).read_bytes()
    Path(files["path"]).chmod(0o400)
    ledger = open_ledger(**files)
    assert ledger.code_of("471936") and ledger.entries() and ledger.codes()
    assert (Path(files["path"]).read_bytes(), Path(files["head"]).read_bytes()) == before


def test_what_was_brought_over_is_recorded_once_and_the_chain_is_intact(files, given):
    open_ledger(**files).append([])
    ledger = open_ledger(**files)
    moved = ledger.entries("subject_moved")
    assert {(e["former"], e["subject"]) for e in moved} == {
        ("471936XJUNK", "471936"), ("+0052", "52"), ('"0063"', "63"), ("74.0", "74"),
    }  # fmt: skip
    assert [e["used"] for e in moved if "used" in e] == [given[HEADERS[0]]]
    n = len(ledger.entries())
    ledger.append([])
    ledger.assign(["471936", "52"])
    assert len(open_ledger(**files).entries()) == n
    assert {e["recorded"] for e in moved} == {date.today().isoformat()}
    # what was there stands as it was written: only what is read is under today's subjects
    ledger.assign(["99"])
    assert len(open_ledger(**files)) == len(HEADERS)


def test_the_next_run_takes_both_for_one_patient(files, given, tmp_path):
    rows = [{"subject": normalise(h), "patient_id": h} for h in HEADERS]
    write_rows(tmp_path / "cohort.csv", ["subject", "patient_id"], rows)
    assign_codes(tmp_path / "cohort.csv", files, tmp_path / "receipt.json")
    ledger = open_ledger(**files)
    assert len(ledger) == len(HEADERS) - 1
    assert ledger.entries("patient")[1]["subject"] == "471936"
