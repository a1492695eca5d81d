"""`bonescint opt-out` and `bonescint delivery` as a person at the hospital meets them."""

import io
import re
import stat
from datetime import date, timedelta
from pathlib import Path

import pytest

from bonescint.custody.declined import OPT_OUT_DOUBTS, seal_doubts
from bonescint.declared import columns
from bonescint.deid.decisions import other_persons, read_decisions
from bonescint.errors import InputError
from bonescint.files import write_rows
from bonescint.identity.doubts import held_back
from bonescint.identity.ledger import Ledger, create_ledger, open_ledger
from bonescint.identity.opt_outs import in_force, remembered
from bonescint.identity.people import read_people
from bonescint.names.doubts import OptOutDoubt, PersonalData
from bonescint.tables.lists import read_opt_out
from tests.unit.commands.opt_out_command import Run, run
from tests.unit.study_config import configure, reconfigure

__all__ = ["run"]
OPTED = ["--by", "self", "--received", "2025-01-05"]
IN, OTHER, OUTSIDE, NOBODY = "12345678", "22345678", "32345678", "99999999"


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make the study's folder the current one."""
    monkeypatch.chdir(tmp_path)
    delivery, inputs = {"partner": "Partner Inc."}, {"opt_out": "list.csv"}
    configure(language="en", delivery=delivery, inputs=inputs)
    rows = [{"path": "a", "subject": IN}, {"path": "b", "subject": OUTSIDE}]
    write_rows(tmp_path / "private" / "consented.csv", ["path", "subject"], rows)
    return tmp_path


@pytest.fixture
def codes(study: Path) -> dict[str, str]:
    ledger = create_ledger("private/ledger.age", "private/ledger.key")
    return ledger.assign([IN, OTHER])


def opened() -> Ledger:
    return open_ledger("private/ledger.age", "private/ledger.key")


def hospital_list(*rows: str) -> None:
    lines = "患者ID,申出日,申出者,理由,続柄\n" + "".join(f"{row}\n" for row in rows)
    Path("list.csv").write_text(lines, encoding="utf-8")


def test_add_records_and_says_what_is_known(run: Run, codes: dict[str, str]) -> None:
    said = run("opt-out", "add", "１２３４-5678", OUTSIDE, NOBODY, *OPTED).splitlines()
    assert "with a code" in said[0]
    assert "no patient of the study" in said[1]
    assert "Matched nobody yet" in said[2]
    assert "snakemake --cores 4" in said[-1]
    assert not any(number in line for line in said for number in (IN, OUTSIDE, NOBODY))
    declined = in_force(opened())
    assert set(declined) == {IN, OUTSIDE, NOBODY}
    entry = declined[IN]
    assert (entry["by"], entry["received"], entry["source"]) == ("self", "2025-01-05", "command")
    assert Path("private/opt_outs.mark").exists()


def test_all_that_is_wrong_is_said_in_one_answer(run: Run, codes: dict[str, str]) -> None:
    code = codes[IN]
    wrong = [OUTSIDE, code, "Yamada Taro", "1.2E+07", OUTSIDE, "HanakoYamada"]
    with pytest.raises(InputError) as error:
        run("opt-out", "add", *wrong, "--by", "friend", "--received", "soon")
    said = str(error.value)
    assert "Yamada" not in said and code not in said
    assert re.findall(r"ID no\. (\d)", said) == ["2", "3", "4", "6"]
    assert [one.split()[0] for one in error.value.problems[4:]] == [
        "--received",
        "--by:",
        "Nothing",
    ]
    assert in_force(opened()) == {}


def test_what_is_refused_makes_no_ledger(study: Path, run: Run) -> None:
    with pytest.raises(InputError) as error:
        run("opt-out", "add", "Yamada Taro", "BS-23456")
    assert len(re.findall(r"ID no\.", str(error.value))) == 2
    assert not Path("private/ledger.age").exists() and not Path("private/ledger.key").exists()


def test_the_same_again_is_said_and_completes(run: Run, codes: dict[str, str]) -> None:
    said = run("opt-out", "add", IN)
    assert "date received is missing" in said and "Who declined is missing" in said
    assert "its details were updated" in run("opt-out", "add", f"00{IN}", "--by", "代諾者")
    said = run(
        "opt-out", "add", IN, "--received", "2025/1/5", "--ground", "1", "--relation", "祖父"
    )
    assert "missing" not in said
    entries = len(opened().entries())
    mark = Path("private/opt_outs.mark").read_text()
    assert "nothing changed" in run("opt-out", "add", IN, IN)
    assert len(opened().entries()) == entries
    assert Path("private/opt_outs.mark").read_text() != mark  # this mends a crash before the mark
    entry = in_force(opened())[IN]
    assert [entry[k] for k in ("received", "by", "ground", "relation")] == [
        "2025-01-05",
        "proxy",
        "deceased",
        "grandparent",
    ]


@pytest.mark.parametrize(
    ("details", "says"),
    [
        (["--by", "proxy", "--received", "2025-01-05", "--relation", "child"], "ground is missing"),
        (["--by", "proxy", "--received", "2025-01-05", "--ground", "5"], "relation is missing"),
        ([*OPTED, "--relation", "child"], "declined in person"),
        (["--received", "2025-01-05", "--ground", "minor"], "Add --by proxy"),
        (["--by", "self", "--received", str(date.today() + timedelta(2))], "in the future"),
    ],
)
def test_an_odd_entry_is_recorded_all_the_same(
    run: Run, codes: dict[str, str], details: list[str], says: str
) -> None:
    assert says in run("opt-out", "add", IN, *details)
    assert IN in in_force(opened())


@pytest.mark.parametrize(
    "wrong",
    [["1.23E+11"], ["####"], ["--", "- -"], [""], ["bs-7k3m2"], [IN, "--by", "neighbour"],
     [IN, "--received", "5.1.2026"], [IN, "--received", "令和8年1月5日"]],
)  # fmt: skip
def test_what_cannot_be_read_changes_nothing(
    run: Run, codes: dict[str, str], wrong: list[str]
) -> None:
    before = Path("private/ledger.age").read_bytes()
    with pytest.raises(InputError, match="Nothing was recorded") as caught:
        run("opt-out", "add", *(["--by", "self"] if "--by" not in wrong else []), OTHER, *wrong)
    assert OTHER not in str(caught.value)
    assert Path("private/ledger.age").read_bytes() == before


@pytest.mark.parametrize("typed", ["HANAKO", "山田花子", f"{IN}{OTHER}"])
def test_what_is_not_one_patient_id_is_not_recorded(
    run: Run, codes: dict[str, str], typed: str
) -> None:
    with pytest.raises(InputError, match="no. 2: Not one patient ID.*\n.*Nothing was recorded"):
        run("opt-out", "add", IN, typed, *OPTED)
    assert in_force(opened()) == {}


def test_letters_alone_are_an_id_where_the_hospital_says_so(
    run: Run, codes: dict[str, str]
) -> None:
    reconfigure(inputs={"patient_id_pattern": r"[A-Z]+|\d{1,8}"})
    run("opt-out", "add", "abc", *OPTED)
    assert set(in_force(opened())) == {"ABC"}


def test_ids_from_standard_input(
    run: Run, codes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{IN}\n\n{OTHER}\n"))
    run("opt-out", "add", "-", *OPTED)
    assert set(in_force(opened())) == {IN, OTHER}


def test_before_the_first_run_the_ledger_is_made(study: Path, run: Run) -> None:
    Path("private/consented.csv").unlink()
    said = run("opt-out", "add", IN, *OPTED)
    assert "A new one was made" in said
    assert "Not compared" in said
    assert set(in_force(opened())) == {IN}
    assert "A new one" not in run("opt-out", "add", OTHER, *OPTED)


def test_a_fault_of_the_list_stops_no_opt_out(run: Run, codes: dict[str, str]) -> None:
    hospital_list("1.2E+11,,,,")
    run("opt-out", "add", IN, *OPTED)
    assert IN in in_force(opened())


def test_list_joins_list_and_ledger(run: Run, codes: dict[str, str]) -> None:
    assert "Nobody has declined" in run("opt-out", "list")
    hospital_list(f"{IN},2025-01-02,本人,,", f"{NOBODY},,,,")
    run("opt-out", "add", OUTSIDE, "--by", "proxy", "--ground", "4", "--relation", "spouse")
    ledger = opened()
    old = {"source": "list", "received": "2024-12-01", "by": "self", "ground": "", "relation": ""}
    ledger.append([{"kind": "opt_out", "subject": OTHER} | old])
    printed = run("opt-out", "list")
    rows = {line.split()[0]: line for line in printed.splitlines()[1:]}
    assert list(rows) == [OUTSIDE, NOBODY, OTHER, IN]  # by date, those without one first
    assert "list row 2" in rows[IN] and codes[IN] in rows[IN] and "(next run)" in rows[IN]
    assert "disease name" in rows[OUTSIDE] and "command" in rows[OUTSIDE]
    assert "no code" in rows[OUTSIDE]
    assert "gone from the list" in rows[OTHER]
    assert len({line.find("list row") for line in (rows[IN], rows[NOBODY])}) == 1


@pytest.mark.parametrize("language", ["ja", "en"])
def test_exported_list_reads_as_a_list(run: Run, codes: dict[str, str], language: str) -> None:
    config = Path("config.yaml")
    config.write_text(config.read_text().replace("language: en", f"language: {language}"))
    grounds = ["deceased", "lacks judgement", "emergency", "disease name", "minor"]
    relations = ["spouse", "parent", "sibling", "child", "grandchild", "grandparent",
                 "cohabiting relative", "equivalent"]  # fmt: skip
    for n, relation in enumerate(relations):
        ground = grounds[n % len(grounds)]
        proxy = ["--by", "proxy", "--ground", ground, "--relation", relation]
        run("opt-out", "add", f"5000{n}", "--received", "2025-01-05", *proxy)
    run("opt-out", "add", IN, *OPTED)
    run("opt-out", "list", "--csv", "declined.csv")
    file = Path("declined.csv")
    entries = {e.subject: e for e in read_opt_out(file, "en")}
    assert len(entries) == len(relations) + 1
    assert not any(e.problems for e in entries.values())
    assert (entries["50007"].ground, entries["50007"].relation) == ("emergency", "equivalent")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert codes[IN] not in file.read_text(encoding="utf-8")  # no file pairs code and ID
    with pytest.raises(InputError):
        run("opt-out", "list", "--csv", "declined.csv")
    with pytest.raises(InputError):
        run("opt-out", "list", "--csv", "private/declined.csv")
    assert not Path("private/declined.csv").exists()


def test_withdraw(run: Run, codes: dict[str, str]) -> None:
    run("opt-out", "add", IN, OTHER, *OPTED)
    hospital_list(f"{OUTSIDE},,,,", f"{IN},,,,")
    with pytest.raises(
        InputError, match=r"no\. 2: The patient still stands in row 3 of the list list\.csv"
    ):
        run("opt-out", "withdraw", OTHER, IN)
    hospital_list()
    with pytest.raises(InputError, match=r"no\. 2: No opt-out"):
        run("opt-out", "withdraw", OTHER, NOBODY)
    assert set(in_force(opened())) == {IN, OTHER}
    assert "former code" in run("opt-out", "withdraw", IN)
    assert set(in_force(opened())) == {OTHER}
    assert opened().code_of(IN) == codes[IN]
    run("opt-out", "add", IN, *OPTED)
    assert "(next run)" not in run("opt-out", "list")


def deliver(run: Run, *more: str, day: str = "2024-12-01") -> str:
    return run("delivery", "record", "--medium", "CD-R 1", "--date", day, *more)


def test_deliver_decline_recall(run: Run, codes: dict[str, str]) -> None:
    for code in codes.values():
        write_rows(Path("results/dicom/00") / code / "a.csv", ["code"], [{"code": code}])
    Path("results/delivery").mkdir()
    Path("results/delivery/partner.csv").write_text(f"患者符号\n{codes[OTHER]}\n", encoding="cp932")
    said = deliver(run)
    assert "D-001: 2 cases, 3 files" in said
    with pytest.raises(InputError, match="D-001"):
        deliver(run)
    hospital_list(f"{OTHER},2025-01-02,本人,,")
    said = run("opt-out", "add", IN, *OPTED)
    assert "Delivered: D-001" in said
    (notice,) = Path("recalls").glob("*.txt")
    assert str(notice) in said
    assert codes[IN] in notice.read_text(encoding="utf-8-sig")
    # recorded later: a patient who declined since is recalled at once, also if only listed
    said = run("delivery", "record", "results/dicom", "--medium", "USB", "--date", "2024-12-02")
    assert "cases: 2" in said
    listed = run("delivery", "list", "--codes").splitlines()
    assert [line.split()[0] for line in listed[1:]] == ["D-001", "D-002"]
    assert codes[IN] in listed[1]
    shown = run("delivery", "show", "ｄ-００１")
    assert "Partner Inc." in shown and "obtained in the course of care" in shown
    assert f"{codes[IN]}  {date.today()}" in shown
    assert f"dicom/00/{codes[IN]}/a.csv" in shown
    with pytest.raises(InputError):
        run("delivery", "show", "D-003")
    run("delivery", "list", "--csv", "deliveries.csv")
    assert len(Path("deliveries.csv").read_text().splitlines()) == 3
    assert "D-001" in run("opt-out", "list")
    hospital_list()
    assert "asked to delete" in run("opt-out", "withdraw", IN)


def test_details_that_a_decision_leaves_out_are_asked_for(run: Run, codes: dict[str, str]) -> None:
    for code in codes.values():
        write_rows(Path("results/dicom/00") / code / "a.csv", ["code"], [{"code": code}])
    table = Path("results/hospital/incomplete.csv")
    write_rows(table, ["code", "decision"], [{"code": codes[IN], "decision": "leave-out"}])
    with pytest.raises(InputError, match=codes[IN]):
        deliver(run)
    assert "D-001" not in run("delivery", "list")
    rest = Path("results/dicom/00") / codes[OTHER]
    assert "D-001: 1 cases" in (said := deliver(run, str(rest)))
    assert "leaves out" not in said
    # the delivery is on record all the same
    said = deliver(run, "results/dicom", day="2024-12-02")
    assert f"leaves out of the delivery: {codes[IN]}" in said


def test_images_and_rows_that_do_not_match_are_said(run: Run, codes: dict[str, str]) -> None:
    (Path("results/dicom/00") / codes[IN]).mkdir(parents=True)
    (Path("results/dicom/00") / codes[IN] / "a.dcm").touch()
    Path("results/sheet.csv").write_text(codes[OTHER])
    said = deliver(run, "results/dicom", "results/sheet.csv", day="2025-01-02")
    assert f"no row in a table: {codes[IN]}" in said
    assert f"no image: {codes[OTHER]}" in said


def test_delivery_needs_a_date_and_a_partner(run: Run, codes: dict[str, str]) -> None:
    (Path("results/dicom/00") / codes[IN]).mkdir(parents=True)
    (Path("results/dicom/00") / codes[IN] / "a.dcm").touch()
    with pytest.raises(InputError, match="--date"):
        deliver(run, day="yesterday")
    config = Path("config.yaml")
    config.write_text(config.read_text().replace("partner: Partner Inc.", "partner: null"))
    with pytest.raises(InputError, match="--partner"):
        deliver(run)
    assert "D-001" in deliver(run, "--partner", "Other Ltd.")


def test_a_patient_held_back_is_shown_with_the_line_that_decides(
    study: Path, run: Run, codes: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    assert "no list" in run("opt-out", "doubts")
    index = study / "index.csv"
    keys = ("path", "patient_id", "patient_name", "patient_birth_date", "other_patient_ids")
    data = [PersonalData(IN, "MORI^EMI", "19600101"), PersonalData(OTHER, "Mori Emi", "")]
    rows = [dict(zip(keys, ("x", d.subject, d.name, d.birth, ""), strict=True)) for d in data]
    write_rows(index, keys, rows)
    ledger, people = opened(), read_people(index)
    for settled in (frozenset(), {ledger.digest(OptOutDoubt(OTHER, IN, "").payload)}):
        held = held_back(data[:1], data[1:], (), ledger.digest, settled)
        seal_doubts(OPT_OUT_DOUBTS, held, people, index, data[:1], ledger)
        assert not any(d.subject.encode() in OPT_OUT_DOUBTS.read_bytes() for d in data)
        said = run("opt-out", "doubts")
        if settled:
            assert "Nobody is held back" in said
        else:
            assert all(word in said for word in (IN, OTHER, "MORI^EMI", "Mori Emi", "19600101"))
            (line,) = [x.strip() for x in said.splitlines() if "\tanother-person\t" in x]
            Path("d.tsv").write_text("item\tsha256\tdecision\treviewer\tdate\n" + line + "\n")
            assert other_persons(read_decisions(Path("d.tsv"))) == set(held.doubts)


def test_name_and_birth_date_are_on_record_before_the_images_go(
    study: Path, run: Run, codes: dict[str, str]
) -> None:
    row = {"path": "a", "patient_name": "MORI^EMI", "patient_birth_date": "19600101"}
    tables = [*columns("index"), *columns("consented")]
    write_rows("private/consented.csv", tables, [row | {"subject": s} for s in (IN, OUTSIDE)])
    # whether or not a column follows the ID
    assert "no patient of the study" in run("opt-out", "add", OUTSIDE, *OPTED)
    run("opt-out", "add", OUTSIDE, *OPTED)
    assert remembered(opened()) == [PersonalData(OUTSIDE, "MORI^EMI", "19600101")]
