"""One patient, from enrolment over a delivery and requests to the committee (R36, R37, R38)."""

import re
import stat
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from bonescint.cli import main
from bonescint.custody.committee import Period, committee_form
from bonescint.custody.extract import extract_of
from bonescint.custody.requests import stopped_codes
from bonescint.declared import columns
from bonescint.files import write_rows
from bonescint.identity.opt_outs import in_force, withdraw
from bonescint.papers.form import Fields
from bonescint.tables.sheets import ShownTable
from tests.unit.ledger_study import SUBJECTS, opened
from tests.unit.study_config import shipped

PATIENT, OTHER = SUBJECTS[0], SUBJECTS[2]
ROLE = ["--by", "研究責任者"]
SELF = ["--by", "self"]
FINDINGS = "第8胸椎に異常集積を認めます。"
Say = Callable[..., str]


@pytest.fixture
def say(codes: dict[str, str], capsys: pytest.CaptureFixture[str]) -> Say:
    """Return a function that gives a command, which succeeds and shows no ID."""

    def command(*arguments: str) -> str:
        capsys.readouterr()
        code = main(arguments)
        said = capsys.readouterr()
        assert code == 0, said.err
        assert not any(subject in said.out + said.err for subject in SUBJECTS)
        return said.out

    return command


def write(path: str, name: str, *rows: dict[str, str]) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    write_rows(Path(path), columns(name), rows)


def enrol(code: str) -> None:
    """Write what a run leaves of a patient, as far as it is asked for."""
    files = [{"path": f"{n}.dcm", "subject": PATIENT} for n in range(2)]
    write_rows(Path("private/consented.csv"), ["path", "subject"], files)
    write("private/findings/reader1.csv", "reader_findings", {"code": code, "findings": FINDINGS})
    case = {
        "code": code, "tracer": "HMDP", "study_date": "2019-06-03", "sex": "F", "age": "71",
        "height_cm": "150", "weight_kg": "48.5", "station_name": "NM1", "instances": "2",
        "views": "anterior+posterior", "batch": "00", "refused": "0",
    }  # fmt: skip
    write("results/cases.csv", "cases", case)
    value = {"code": code, "software": "vsbone2", "metric": "bsi", "value": "0.13"}
    write("results/measurements.csv", "measurements", value | {"status": "analysed"})
    reading = {"code": code, "metastasis": "1", "n_metastases": "2", "eod": "1", "status": "read"}
    write("results/readings/reader1.csv", "readings", reading | {"reader": "reader1"})
    write("results/reference.csv", "reference", reading | {"status": "decided"})
    flow = {"step": "cohort", "kind": "in", "patients": "1", "HMDP": "1", "MDP": "0", "files": "2"}
    out = flow | {"kind": "out", "reason": "sex"}
    arm = flow | {"step": "analysed:vsbone2", "kind": "out", "reason": "segmentation_failed"}
    write("results/metrics/flow.csv", "flow", flow, out, arm)
    found = {"code": code, "found": "vsbone2:bsi=0.13"}
    write("results/hospital/incidental.csv", "incidental", found)
    image = Path("disc", code, "1.dcm")
    image.parent.mkdir(parents=True)
    image.write_bytes(bytes(128) + b"DICM" + code.encode())


def shown(page: str, label: str) -> list[str]:
    """Return the cells of the row that begins with the label."""
    row = re.search(rf'<th scope="row">{re.escape(label)}</th>(.*?)</tr>', page)
    assert row, label
    return re.findall(r"<td[^>]*>(.*?)</td>", row[1])


def test_from_enrolment_to_the_committee(say: Say, codes: dict[str, str], tmp_path: Path) -> None:
    code, today = codes[PATIENT], str(date.today())
    enrol(code)
    given = ["--medium", "CD-R 1", "--date", "2025-05-01", "--partner", "Partner"]
    say("delivery", "record", "disc", *given)
    say("delivery", "receipt", "D-001", "--date", "2025-05-02")
    say("incidental", "record", code, "--consulted", "2025-05-10", "--decision", "disclose")

    listed = Path("ids.csv")
    listed.write_text(f"患者ID\n{PATIENT}\n", encoding="utf-8")
    say("delivery", "record", "--preceding", "--ids", "ids.csv", "--date", "2022-03-04")
    listed.unlink()

    # which data do you hold about me?
    say("request", "add", "--kind", "disclosure", "--code", code, "--received", "2025-06-01", *SELF)
    extract = tmp_path / "out" / "extract.pdf"
    extract.parent.mkdir()
    say("request", "extract", code, "--pdf", str(extract))
    say("request", "decide", "1", "--decision", "granted", "--date", "2025-06-02", *ROLE)
    content = extract.read_bytes()
    assert stat.S_IMODE(extract.stat().st_mode) == 0o600
    assert (
        code.encode() in content
        and b"D-001" in content
        and b"P-001" in content
        and b"48.5" in content
    )
    assert PATIENT.encode() not in content

    # give it to nobody else
    stop = ["--kind", "stop-provision", "--id", PATIENT, "--received", "2025-06-10"]
    say("request", "add", *stop, *SELF)
    assert stopped_codes(opened()) == {code}
    said = say("request", "decide", "2", "--decision", "granted", "--date", "2025-06-12", *ROLE)
    assert "request recall 2" in said and not Path("recalls").exists()
    assert PATIENT not in in_force(opened())

    # do not use it at all
    stop = ["--kind", "stop-use", "--code", code, "--received", "2025-07-01"]
    say("request", "add", *stop, *SELF)
    said = say("request", "decide", "3", "--decision", "granted", "--date", "2025-07-01", *ROLE)
    assert PATIENT in in_force(opened())
    notice = next(Path("recalls").glob("*.txt"))
    assert str(notice) in said and code in notice.read_text(encoding="utf-8-sig")
    say("delivery", "returned", "D-001", "--date", today)

    # what the committee reads
    html, pdf = tmp_path / "out" / "page.html", tmp_path / "out" / "page.pdf"
    say("report", "committee", "--from", "2025-06-01", "--html", str(html), "--pdf", str(pdf))
    page = html.read_text(encoding="utf-8")
    assert shown(page, "開示") == ["1", "1", "0", "0", "0"]
    assert shown(page, "提供の停止") == ["1", "1", "0", "0", "0"]
    assert shown(page, "利用の停止") == ["1", "1", "0", "0", "0"]
    assert shown(page, "期間中の申し出") == ["2"]  # with the former one
    assert shown(page, "提供先が確認していない回収 (期間の終わり)") == ["0"]
    assert shown(page, "期間中の回収の依頼 (症例 × 提供)") == ["1"]
    assert shown(page, "開示すると決定") == ["1"]
    assert "papers.conflict_of_interest" in page and "D-001" not in page  # before the period
    assert "(VSBONE 2.0 (simulated))" in page
    for content in (html.read_bytes(), pdf.read_bytes()):
        assert not any(named.encode() in content for named in (code, PATIENT, OTHER))
    say("report", "committee", "--to", "2025-06-11", "--html", str(tmp_path / "out" / "b.html"))
    page = (tmp_path / "out" / "b.html").read_text(encoding="utf-8")
    assert shown(page, "提供の停止") == ["1", "0", "0", "0", "1"]  # not decided by then
    assert shown(page, "D-001")[-3:] == ["2025-05-02", "0", "0"]

    # outside the ledger the ID stands only in its source
    told = [p for p in tmp_path.rglob("*") if p.is_file() and PATIENT.encode() in p.read_bytes()]
    assert told == [tmp_path / "private/consented.csv"]
    assert say("ledger", "verify")


@pytest.mark.parametrize("folder", ["results", "logs", ".snakemake", "private", "recalls"])
def test_no_paper_goes_where_traces_are_looked_for(
    codes: dict[str, str], capsys: pytest.CaptureFixture[str], folder: str
) -> None:
    Path(folder).mkdir(exist_ok=True)
    place = f"{folder}/x.pdf"
    assert main(["request", "extract", codes[PATIENT], "--pdf", place]) == 1
    assert main(["report", "committee", "--pdf", place]) == 1
    assert folder in capsys.readouterr().err and not Path(place).exists()


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (["request", "extract", "BS-AAAAA", "--pdf", "x.pdf"], "BS-AAAAA"),
        (["request", "extract", "99999999", "--pdf", "x.pdf"], "患者符号がありません"),
        (["request", "extract", PATIENT, "--pdf", "config.yaml/x.pdf"], "書けません"),
        (["report", "committee"], "--html"),
        (["report", "committee", "--html", "x.html", "--pdf", "./x.html"], "同じファイル"),
        (["report", "committee", "--html", "x.html", "--pdf", "config.yaml/x.pdf"], "書けません"),
        (["report", "committee", "--to", "2099-01-01", "--html", "x.html"], "未来"),
        (["report", "committee", "--from", "yesterday", "--html", "x.html"], "--from"),
        (["report", "committee", "--from", "2025-02-01", "--to", "2025-01-01", "--html", "x.html"],
         "より後"),
    ],
)  # fmt: skip
def test_a_mistake_gives_a_sentence_and_no_file(
    codes: dict[str, str], capsys: pytest.CaptureFixture[str], wrong: list[str], says: str
) -> None:
    assert main(wrong) == 1
    said = capsys.readouterr().err
    assert says in said and "99999999" not in said and PATIENT not in said
    assert not list(Path().glob("x.*"))


def test_the_committee_page_has_no_code_and_the_extract_says_when_a_request_was_taken_back(
    say: Say, codes: dict[str, str]
) -> None:
    today, config = date.today(), shipped()
    page = committee_form(opened(), config, Period("", str(today)), today)
    assert page.foot == page.title  # no mark of personal information
    kind = ["--kind", "stop-provision", "--code", codes[PATIENT], "--received", "2025-06-01"]
    say("request", "add", *kind, *SELF)
    say("request", "decide", "1", "--decision", "granted", "--date", "2025-06-02", *ROLE)
    say("request", "withdraw", "1", "--date", "2025-06-09")
    extract = extract_of(opened(), PATIENT, config, today)
    assert "個人情報" in extract.foot
    rows = [row for block in extract.blocks if isinstance(block, ShownTable) for row in block.rows]
    assert [row["decided"] for row in rows if "decided" in row] == ["2025-06-09"]


def test_an_opt_out_stands_in_the_extract_and_one_that_was_taken_back_on_the_page(
    say: Say, codes: dict[str, str], tmp_path: Path
) -> None:
    say("opt-out", "add", PATIENT, "--by", "self", "--received", "2025-06-01")
    extract = extract_of(opened(), PATIENT, shipped(), date.today())
    since = [block for block in extract.blocks if isinstance(block, Fields)][-1]
    assert [field.value for field in since.fields] == ["2025-06-01"]
    withdraw(opened(), [PATIENT])
    page = tmp_path / "page.html"
    say("report", "committee", "--html", str(page))
    assert shown(page.read_text(encoding="utf-8"), "期間中の取り下げ") == ["1"]
    assert shown(page.read_text(encoding="utf-8"), "期間中の申し出") == ["1"]  # of another patient


def test_an_extract_holds_what_stands_under_other_ids_of_the_patient(
    codes: dict[str, str],
) -> None:
    opened().append([{"kind": "linked", "subject": PATIENT, "other": OTHER}])
    cases = [{"code": codes[one], "age": "71", "views": "anterior"} for one in (PATIENT, OTHER)]
    write("results/cases.csv", "cases", *cases)
    extract = extract_of(opened(), PATIENT, shipped(), date.today())
    fields = [
        field for block in extract.blocks if isinstance(block, Fields) for field in block.fields
    ]
    assert f"{codes[PATIENT]}, {codes[OTHER]}" in [field.value for field in fields]
    assert [field.value for field in fields].count("71") == 2
    assert extract.name == f"extract_{codes[PATIENT]}"


def test_both_papers_are_the_same_each_time(codes: dict[str, str]) -> None:
    enrol(codes[PATIENT])
    for n in range(2):
        assert main(["request", "extract", PATIENT, "--pdf", f"extract{n}.pdf"]) == 0
        assert (
            main(["report", "committee", "--html", f"page{n}.html", "--pdf", f"page{n}.pdf"]) == 0
        )
    for name in ("extract{}.pdf", "page{}.html", "page{}.pdf"):
        assert Path(name.format(0)).read_bytes() == Path(name.format(1)).read_bytes()


def test_an_extract_holds_the_second_results_of_a_case(codes: dict[str, str]) -> None:
    code, other = codes[PATIENT], codes[OTHER]
    enrol(code)
    values = {"software": "vsbone2", "status": "analysed", "bsi": "0.17", "hotspots": "3"}
    rows = [values | {"code": one} for one in (code, other)]
    write("results/repeats/vsbone2_second_operator.csv", "software", *rows)
    again = {"code": code, "reader": "reader1", "metastasis": "0", "status": "read"}
    write("results/second_readings/reader1_second_reading.csv", "readings", again)
    config = shipped(language="en")
    config["software"]["vsbone2"]["second_operator"] = "operator.csv"
    config["readers"]["reader1"]["repeat_report"] = "again.csv"
    extract = extract_of(opened(), PATIENT, config, date.today())
    rows = [row for block in extract.blocks if isinstance(block, ShownTable) for row in block.rows]
    measured = {row["software"]: row["bsi"] for row in rows if "software" in row}
    assert measured == {
        "VSBONE 2.0 (simulated)": "0.13", "VSBONE 2.0 (simulated), second operator": "0.17",
    }  # fmt: skip
    read = [(row["reader"], row["findings"]) for row in rows if "reader" in row]
    assert read[:2] == [("Reader 1", FINDINGS), ("Reader 1, second reading", "-")]


def test_an_extract_holds_what_the_reference_analyser_found(codes: dict[str, str]) -> None:
    code, other = codes[PATIENT], codes[OTHER]
    enrol(code)
    values = {"software": "reference", "status": "analysed", "bsi": "0.21", "hotspots": "2"}
    rows = [values | {"code": code}, values | {"code": other, "bsi": "9"}]
    write("results/analyser/cases.csv", "analysed", *rows)
    extract = extract_of(opened(), PATIENT, shipped(language="en"), date.today())
    rows = [row for block in extract.blocks if isinstance(block, ShownTable) for row in block.rows]
    found = {row["software"]: row["bsi"] for row in rows if "software" in row}
    said = next(name for name in found if "not for diagnosis" in name)
    assert "not a medical device" in said and found[said] == "0.21" and "9" not in found.values()
