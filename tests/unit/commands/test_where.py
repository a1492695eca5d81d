"""`bonescint where` finds every file, row and delivery of a patient, and says it plainly."""

import csv
import io
from pathlib import Path

import pytest

from bonescint.errors import InputError
from bonescint.files import write_rows
from bonescint.identity.ledger import Ledger, create_ledger
from tests.unit.called import call
from tests.unit.custody.built import build
from tests.unit.study_config import configure

SUBJECT, TYPED = "39943096", "0039-943096"


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ledger:
    """Return the ledger of a small study, in whose folder the test runs."""
    monkeypatch.chdir(tmp_path)
    ledger = create_ledger(**configure(language="en")["ledger"])
    ledger.assign([SUBJECT, "39943097"])
    return ledger


def study(ledger: Ledger) -> tuple[str, str]:
    """Write a study's files and return the codes of the patient and of another one."""
    code, other = (str(ledger.code_of(s)) for s in (SUBJECT, "39943097"))
    write_rows("results/cases.csv", ["code"], [{"code": other}, {"code": code}, {"code": code}])
    folder = Path("results/dicom/00") / code
    folder.mkdir(parents=True)
    (folder / f"{code}_01.dcm").write_bytes(b"\0" * 128 + b"DICM")
    files = [["results/cases.csv", "0" * 64]]
    ledger.append(
        {"kind": "delivery", "id": f"D-00{n}", "date": f"2024-01-0{n}", "medium": "CD",
         "partner": "P", "files": files, "codes": codes}
        for n, codes in ((1, [code, other]), (2, [other]), (3, [code]))
    )  # fmt: skip
    ledger.append([{"kind": "recall", "delivery": "D-003", "codes": [code], "date": "2024-02-01"}])
    Path("recalls").mkdir()
    Path("recalls/recall_D-003.txt").write_text(f"please delete\n{code}\n")
    raw = {"path": f"201906/{SUBJECT}/1.dcm", "subject": SUBJECT, "patient_name": "A^B=虚像^翠子"}
    write_rows(
        "private/consented.csv",
        ["path", "subject", "patient_name"],
        [raw | {"path": "x/1.dcm", "subject": "39943097"}, raw],
    )
    Path("private/note.txt").write_text("虚像 翠子\n", encoding="cp932")
    Path("demo").mkdir()
    Path("demo/opt_out.csv").write_text("患者ID\n1\n００３９９４３０９６\n", encoding="cp932")
    return code, other


def run(*arguments: str) -> int:
    return call("where", *arguments)


def test_a_code(ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    code, other = study(ledger)
    assert run(code.lower().replace("-", "")) == 0
    shown, errors = capsys.readouterr()
    lines = [line.split() for line in shown.splitlines()[1:]]
    assert [line[2] for line in lines if line[0] == code] == [
        "results/cases.csv",
        f"results/dicom/00/{code}",
        f"results/dicom/00/{code}/{code}_01.dcm",
        "recalls/recall_D-003.txt",
        "D-001",
        "D-003",
    ]
    assert "row 3, 4" in shown
    assert "line 2" in shown
    assert "recalled 2024-02-01" in shown
    assert "file: 3; folder: 1; delivery: 2" in shown
    # only the coded side: no ID, no name, no other patient
    assert not {SUBJECT, "虚像", other, "private"} & set(shown.replace("/", " ").split())
    assert errors == ""


def test_a_disc_by_its_list(ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    code, other = study(ledger)
    images = build((other,), (code,))
    assert run(code) == 0
    lines = capsys.readouterr().out.splitlines()
    (line,) = (line for line in lines if "disc image" in line and ".ISO" in line)
    assert str(images[1]) in line
    assert "volume 2 of 2, delivery D-001" in line


def test_an_id_on_the_identified_side(
    ledger: Ledger, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _ = study(ledger)
    assert run("--id", TYPED, "--csv", "answer.csv") == 0
    capsys.readouterr()
    assert Path("answer.csv").stat().st_mode & 0o777 == 0o600
    with Path("answer.csv").open(encoding="utf-8-sig") as stream:
        rows = [row[:4] for row in csv.reader(stream)]
    assert rows[1:] == [
        [code, "raw DICOM", f"demo/dicom/201906/{SUBJECT}/1.dcm", ""],
        [code, "file", "demo/opt_out.csv", "row 3"],
        [code, "file", "results/cases.csv", "row 3, 4"],
        [code, "folder", f"results/dicom/00/{code}", "file name"],
        [code, "file", f"results/dicom/00/{code}/{code}_01.dcm", "file name"],
        # the other patient has the same name
        [code, "file", "private/consented.csv", "row 2, 3"],
        [code, "file", "private/note.txt", "line 1"],
        [code, "file", "recalls/recall_D-003.txt", "line 2"],
        [code, "delivery", "D-001", "2024-01-01 CD P"],
        [code, "delivery", "D-003", "2024-01-03 CD P"],
    ]
    with pytest.raises(InputError):  # it never overwrites an answer
        run("--id", TYPED, "--csv", "answer.csv")
    # unseen, and in no history
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{TYPED}\n"))
    assert run("--id", "-", "--csv", "again.csv") == 0
    assert Path("again.csv").read_bytes() == Path("answer.csv").read_bytes()


def test_nothing_is_held(ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("BS-22222") == 0
    shown, errors = capsys.readouterr()
    assert shown == "Nothing is held.\n"
    assert "BS-22222 is not in the ledger" in errors
    assert run("--id", "555555") == 0
    shown, errors = capsys.readouterr()
    assert shown == "Nothing is held.\n"
    assert "has no code" in errors
    assert "demo/dicom" in errors


def test_without_the_ledger(ledger: Ledger, capsys: pytest.CaptureFixture[str]) -> None:
    code, _ = study(ledger)
    ledger.key.unlink()
    assert run(code) == 0
    shown, errors = capsys.readouterr()
    assert "results/cases.csv" in shown
    assert "D-001" not in shown
    assert "deliveries were not looked at" in errors


@pytest.mark.parametrize("arguments", [(), ("BS-7K3",), ("39943096",), ("--id", " ")])
def test_mistakes(ledger: Ledger, arguments: tuple[str, ...]) -> None:
    with pytest.raises(InputError) as error:
        run(*arguments)
    assert "39943096" not in str(error.value)  # an ID typed as a code is not repeated


def test_an_archive_made_since_the_patient_came_holds_the_patient(
    ledger: Ledger, capsys: pytest.CaptureFixture[str]
) -> None:
    early = ledger.assign(["1"])["1"]
    ledger.append([{"kind": "archive", "name": "s.tar.age", "sha256": ""}])
    late = ledger.assign(["2"])["2"]
    assert run(early, late) == 0
    shown = capsys.readouterr().out
    assert "archive: 1" in shown
    assert late not in shown
