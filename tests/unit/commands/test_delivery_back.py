"""`bonescint delivery receipt`, `returned`, `record --preceding`, `show --html --audit`."""

import json
import re
from collections.abc import Callable
from datetime import date, timedelta
from html.parser import HTMLParser
from pathlib import Path

import openpyxl
import pytest

from bonescint.errors import InputError
from bonescint.files import write_rows
from bonescint.identity.ledger import Ledger, create_ledger, open_ledger
from bonescint.identity.opt_outs import record
from bonescint.resources import SYNTHETIC
from tests.unit.called import call
from tests.unit.study_config import configure

Run = Callable[..., str]
IDS = ("39943096", "39943097", "39943098")
DAY = str(date.today())
LATER = str(date.today() + timedelta(days=2))
ENTRY = {"source": "command", "received": "", "by": "self", "ground": "", "relation": ""}
DECISIONS = (
    "item\tsha256\tdecision\treviewer\tdate\n"
    f"coded\t{'a' * 64}\trelease\tR1\t2026-01-01\n"
    f"coded\t{'b' * 64}\trelease\tTaro Yamada\t2026-01-01\n"
    f"findings:BS-23456\t{'c' * 64}\tblock\tR1\t2026-01-01\n"
)


@pytest.fixture(params=["en"])
def codes(
    request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> list[str]:
    """Make a study of three delivered patients the current folder; the first has declined."""
    monkeypatch.chdir(tmp_path)
    approval = {"committee": "IRB", "number": "2025-1", "date": "2025-01-01"}
    config = configure(language=request.param, study={"approval": approval})
    ledger = create_ledger(**config["ledger"])
    given = ledger.assign(IDS)
    codes = [given[subject] for subject in IDS]
    write_rows("results/delivery/a.csv", ["code"], [{"code": code} for code in codes])
    Path("results/provenance.json").write_text(
        json.dumps({"versions": {"bonescint": "9.9"}, "config_sha256_16": "c0ffee"})
    )
    Path("private/review").mkdir()
    Path("private/review/decisions.tsv").write_text(DECISIONS)
    record(ledger, [{"subject": IDS[0]} | ENTRY])
    return codes


@pytest.fixture
def run(codes: list[str], capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str) -> str:
        capsys.readouterr()
        assert call("delivery", *arguments) == 0
        return capsys.readouterr().out

    command("record", "--medium", "CD-R 1", "--date", DAY, "--handed-over", "technologist")
    return command


def opened() -> Ledger:
    return open_ledger("private/ledger.age", "private/ledger.key", head="private/ledger.head")


def test_receipt_and_recall_come_back(
    run: Run, codes: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    (line,) = run("list").splitlines()[1:]
    assert line.split()[-3:] == ["1", "-", "1"]
    assert "is on record" in run("receipt", "ｄ１", "--date", DAY, "--by", "manager")
    assert "Nothing was added" in run("receipt", "1", "--date", DAY, "--by", "manager")
    # the codes may stand before or behind the date
    assert "1 cases" in run("returned", "D-001", "--date", DAY, codes[0].lower())
    assert "Nothing was added" in run("returned", "D-001", codes[0], "--date", DAY)
    (line,) = run("list").splitlines()[1:]
    assert line.split()[-3:] == ["1", DAY, "0"]
    shown = run("show", "D-001")
    assert "technologist" in shown and "manager" in shown
    assert [codes[0], DAY, DAY] in [line.split() for line in shown.splitlines()]
    assert call("where", codes[0]) == 0
    said = capsys.readouterr().out
    assert f"receipt {DAY}" in said and f"recall confirmed {DAY}" in said


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("receipt", "D-002", "--date", DAY), "no delivery D-002"),
        (("receipt", IDS[1], "--date", DAY), "no ID of a delivery"),
        (("receipt", "D-001", "--date", "31.12.2025"), "no date"),
        (("receipt", "D-001", "--date", LATER), "future"),
        (("receipt", "D-001", "--date", "2001-01-01"), "before D-001"),
        (("returned", "D-001", "--date", DAY, IDS[1]), "Code no. 1 is no code"),
        (("returned", "D-001", "--date", DAY, "BS-23456"), "Not recalled from D-001"),
        (("returned", "--date", DAY), "no ID of a delivery"),
        (("record", "--ids", "x", "--date", DAY), "--preceding"),
        (("record", "--preceding", "--date", DAY), "--ids FILE"),
        (("record", "--preceding", "--ids", "x.csv", "--date", DAY), "There is no x.csv"),
        (("record", "--preceding", "--ids", "ids.csv", "--date", LATER), "future"),
        (("record", "--preceding", "--ids", "ids.csv", "--date", DAY, "--means", "x"), "--means"),
        (("record", "--preceding", "--ids", "codes.csv", "--date", DAY), "rows 2, 3, 4"),
        (("record", "--preceding", "--ids", "empty.csv", "--date", DAY), "no patient ID"),
        (("record", "--preceding", "--ids", "other.csv", "--date", DAY), "not named in config"),
        (("record", "--preceding", "--ids", "two.xlsx", "--date", DAY), "--sheet"),
        (("show", "D-009"), "no delivery D-009"),
        (("show", "D-001", "--html", "results/a.html"), "Not below"),
        (("show", "D-001", "--html", "new.html", "--audit", "ids.csv"), "there already"),
    ],
)
def test_bad_input_is_a_sentence(
    run: Run, codes: list[str], arguments: tuple[str, ...], says: str
) -> None:
    Path("ids.csv").write_text("患者ID\n1\n")
    Path("codes.csv").write_text("\n".join(["patient_id", *codes]))
    Path("empty.csv").write_text("patient_id\n")
    Path("other.csv").write_text("a,b\n1,2\n")
    book = openpyxl.Workbook()
    for sheet in (book.active, book.create_sheet("more")):
        sheet.append(["患者ID"])
        sheet.append([IDS[0]])
    book.save("two.xlsx")
    before = Path("private/ledger.age").read_bytes()
    with pytest.raises(InputError) as refused:
        call("delivery", *arguments)
    assert says in str(refused.value)
    assert not any(subject in str(refused.value) for subject in IDS)
    assert Path("private/ledger.age").read_bytes() == before
    assert not Path("new.html").exists()


def test_a_delivery_under_the_preceding_study(
    run: Run, codes: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    # as the hospital types it: another encoding, zeros, full width, somebody who is not in here
    rows = f"患者番号,備考\n00{IDS[0]},x\n{IDS[1][:4]}-{IDS[1][4:]},\n８８８８,y\n{IDS[0]},\n"
    Path("ids.csv").write_text(rows, encoding="cp932")
    said = run(
        "record", "--preceding", "--ids", "ids.csv", "--date", "2022-03-04", "--partner", "X"
    )
    assert "P-001: 3 patients (4 rows). 2 of them are in this study, 1 are not" in said
    assert "1 of them have declined" in said
    listed = run("list", "--codes")
    (line,) = [line for line in listed.splitlines() if line.startswith("P-001")]
    assert sorted(codes[:2]) == line.split()[-2:]
    said += listed + run("show", "p1")
    assert call("where", codes[1]) == 0
    out, err = capsys.readouterr()
    assert "P-001" in out and "preceding" in out
    said += out + err
    assert not any(subject in said for subject in (*IDS, "8888"))
    assert call("where", "--id", "8888") == 0
    assert "P-001" in capsys.readouterr().out
    with pytest.raises(InputError, match="preceding study"):
        run("show", "P-001", "--html", "a.html")
    with pytest.raises(InputError, match="that study's records"):
        run("receipt", "P-001", "--date", DAY)
    (entry,) = opened().entries("preceding_delivery")
    assert entry["subjects"] == sorted([IDS[0], IDS[1], "8888"])


class Cells(HTMLParser):
    """Collects what stands in the cells of a page, and what it would load."""

    def __init__(self) -> None:
        super().__init__()
        self.said: list[str] = []
        self.loads: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.loads += [tag for name, _ in attrs if name in ("src", "href")]
        self.loads += [tag] * (tag in ("script", "link"))

    def handle_data(self, data: str) -> None:
        self.said.append(data.strip())


@pytest.mark.parametrize("codes", ["en", "ja"], indirect=True)
def test_a_page_for_the_auditor(run: Run, codes: list[str]) -> None:
    run("receipt", "D-001", "--date", DAY, "--by", "manager")
    # what is configured later does not change what held on that day
    Path("config.yaml").write_text(
        Path("config.yaml").read_text().replace("number: 2025-1", "number: X")
    )
    Path("private/review/decisions.tsv").unlink()
    run("show", "D-001", "--html", "a.html", "--audit", "a.json")
    page = Path("a.html").read_text(encoding="utf-8")
    cells = Cells()
    cells.feed(page)
    assert cells.loads == []
    for word in ("IRB", "2025-1", "c0ffee", "9.9", "technologist", "manager", "CD-R 1", DAY):
        assert word in cells.said
    assert SYNTHETIC in cells.said
    assert set(codes) <= {word for cell in cells.said for word in cell.split()}
    (entry,) = opened().entries("delivery")
    assert entry["hash"] in cells.said
    assert entry["conditions"]["decisions"]["counts"] == {"coded release": 2, "findings block": 1}
    notice = next(Path("recalls").iterdir())
    assert str(notice) in cells.said
    # a reviewer by code alone, no patient
    assert not any(word in page for word in ("Yamada", *IDS))
    assert re.search(r"R1\b", page)
    run("show", "D-001", "--html", "b.html", "--audit", "b.json")
    for one, other in (("a.html", "b.html"), ("a.json", "b.json")):
        assert Path(one).read_bytes() == Path(other).read_bytes()
        assert Path(one).stat().st_mode & 0o777 == 0o600


def test_an_audit_record(run: Run, codes: list[str]) -> None:
    run("show", "D-001", "--audit", "a.json")
    written = Path("a.json").read_text(encoding="utf-8")
    message = json.loads(written)["AuditMessage"]
    event = message["EventIdentification"]
    assert (event["EventID"]["csd-code"], event["EventActionCode"]) == ("110106", "R")
    assert event["EventDateTime"] == DAY
    roles = {one["RoleIDCode"]["csd-code"]: one for one in message["ActiveParticipant"]}
    assert roles["110153"]["UserID"] == "technologist"
    assert roles["110154"]["MediaIdentifier"]["MediaType"]["csd-code"] == "110032"
    objects = message["ParticipantObjectIdentification"]
    patients = [o["ParticipantObjectID"] for o in objects if o["ParticipantObjectTypeCode"] == "1"]
    assert patients == sorted(codes)
    assert not any(subject in written for subject in IDS)
