"""`bonescint request` as a person at the hospital meets it (R38)."""

import io
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pytest

from bonescint.cli import main
from bonescint.custody.deliveries import DETAILS, DeliveryContents, put_on_record
from bonescint.custody.requests import requests_on_record, stopped_codes
from bonescint.errors import InputError
from bonescint.identity.ledger import Ledger
from bonescint.identity.opt_outs import in_force
from tests.unit.called import call
from tests.unit.ledger_study import SUBJECTS, opened
from tests.unit.ledger_study import run as ledger_command
from tests.unit.study_config import configure

Run = Callable[..., str]
PATIENT = SUBJECTS[0]
SELF = ["--received", "2025-03-01", "--by", "self"]
ROLE = ["--date", "2025-03-10", "--by", "個人情報管理責任者"]


@pytest.fixture
def run(codes: dict[str, str], capsys: pytest.CaptureFixture[str]) -> Run:
    """Return a function that gives the command and returns what it says; never an ID."""

    def command(*arguments: str) -> str:
        capsys.readouterr()
        try:
            assert call("request", *arguments) == 0
            return capsys.readouterr().out
        except InputError as error:
            assert not any(subject in str(error) for subject in SUBJECTS)
            raise
        finally:
            said = "".join(capsys.readouterr())
            assert not any(subject in said for subject in SUBJECTS)

    return command


def delivered(ledger: Ledger, code: str) -> None:
    found = DeliveryContents(files=[["a.dcm", "0" * 64]], imaged={code})
    details = dict.fromkeys(DETAILS, "x") | {"date": "2025-02-01", "medium": "CD-R 1"}
    put_on_record(ledger, found, details, "en", date.today(), mark=None)


def test_a_stop_of_provision_holds_at_once_and_until_it_is_refused_or_taken_back(
    run: Run, codes: dict[str, str]
) -> None:
    code = codes[PATIENT]
    said = run("add", "--kind", "stop-provision", "--code", code.lower(), *SELF)
    assert code in said and "今後の提供から除かれます" in said
    assert stopped_codes(opened()) == {code}
    assert Path("private/requests.mark").exists()
    run("decide", "1", "--decision", "granted", *ROLE)
    assert stopped_codes(opened()) == {code} and PATIENT not in in_force(opened())
    run("add", "--kind", "stop-provision", "--code", code, *SELF)
    run("decide", "2", "--decision", "refused", "--reason", "重複", *ROLE)
    assert stopped_codes(opened()) == {code}  # the first is still in force
    assert "含まれます" in run("withdraw", "1", "--date", "2025-04-01")
    assert stopped_codes(opened()) == set()
    assert [one.state for one in requests_on_record(opened())] == ["withdrawn", "refused"]


def test_a_stop_of_use_becomes_an_opt_out(run: Run, codes: dict[str, str]) -> None:
    proxy = ["--by", "代諾者", "--ground", "1", "--relation", "子", "--received", "2025-03-01"]
    run("add", "--kind", "stop-use", "--id", f"00{PATIENT}", *proxy)
    assert stopped_codes(opened()) == {codes[PATIENT]}  # held back while it is undecided
    delivered(opened(), codes[PATIENT])
    said = run("decide", "1", "--decision", "granted", *ROLE)
    entry = in_force(opened())[PATIENT]
    assert (entry["by"], entry["ground"], entry["relation"]) == ("proxy", "deceased", "child")
    assert "recalls/recall_D-001" in said
    with pytest.raises(InputError, match="opt-out withdraw"):
        run("withdraw", "1", "--date", "2025-04-01")


def test_the_ledger_is_opened_once_though_it_becomes_an_opt_out(
    run: Run, codes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    run("add", "--kind", "stop-use", "--code", codes[PATIENT], *SELF)
    monkeypatch.setattr("bonescint.identity.first_use.open_or_create", None)  # asks once more
    run("decide", "1", "--decision", "granted", *ROLE)
    assert PATIENT in in_force(opened())


def test_a_patient_who_declined_is_in_no_delivery_whatever_is_taken_back(
    run: Run, codes: dict[str, str]
) -> None:
    run("add", "--kind", "stop-provision", "--code", codes[PATIENT], *SELF)
    run("add", "--kind", "stop-use", "--code", codes[PATIENT], *SELF)
    run("decide", "2", "--decision", "granted", *ROLE)
    said = run("withdraw", "1", "--date", "2025-04-01")
    assert "不参加の申し出が有効" in said and "再び含まれます" not in said


def test_a_patient_without_a_code_is_held_by_another_request(
    run: Run, codes: dict[str, str]
) -> None:
    for _ in range(2):
        run("add", "--kind", "stop-provision", "--id", "99999999", *SELF)
        number = len(requests_on_record(opened()))
        run("decide", str(number), "--decision", "granted", *ROLE)
    assert "見合わせは続きます" in run("withdraw", "1", "--date", "2025-04-01")
    assert "再び含まれます" in run("withdraw", "2", "--date", "2025-04-01")


def test_a_recall_is_offered_and_written_when_asked(run: Run, codes: dict[str, str]) -> None:
    delivered(opened(), codes[PATIENT])
    run("add", "--kind", "stop-provision", "--code", codes[PATIENT], *SELF)
    said = run("decide", "1", "--decision", "granted", *ROLE)
    assert "D-001" in said and "bonescint request recall 1" in said
    assert not Path("recalls").exists()
    assert "recall_D-001" in run("recall", "1")
    notice = next(Path("recalls").glob("*.txt")).read_text(encoding="utf-8-sig")
    assert codes[PATIENT] in notice and "不参加" not in notice
    assert "ありません" in run("recall", "1")
    run("add", "--kind", "stop-provision", "--code", codes[SUBJECTS[2]], *SELF)
    assert "ありません" in run("decide", "2", "--decision", "granted", "--recall", *ROLE)


def test_the_list_shows_codes_and_no_free_text(
    run: Run, codes: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PATIENT}\n"))
    run("add", "--kind", "correction", "--what", f"身長 {PATIENT}", *SELF)
    run("add", "--kind", "disclosure", "--id", "99999999", *SELF)
    said = run("list")
    assert codes[PATIENT] in said and "訂正" in said and "患者符号なし" in said
    assert "身長" not in said and "99999999" not in said and "2 件" in said
    assert requests_on_record(opened())[0].what == f"身長 {PATIENT}"
    assert ledger_command("verify") == 0


TOMORROW = str(date.today() + timedelta(1))


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        (["add", "--kind", "disclosure", "--code", "BS-AAAAA", *SELF], "BS-AAAAA"),
        (["add", "--kind", "disclosure", "--code", PATIENT, *SELF], "患者符号"),
        (["add", "--kind", "disclosure", "--id", "4.7E+06", *SELF], "指数"),
        (["add", "--kind", "disclosure", "--id", PATIENT, "--by", "self"], "--received"),
        (["add", "--kind", "disclosure", "--id", PATIENT, "--received", "2025-03-01"], "--by"),
        (["add", "--kind", "stop-use", "--id", PATIENT, "--by", "self", "--received", TOMORROW],
         "未来"),
        (["add", "--kind", "correction", "--id", PATIENT, *SELF], "--what"),
        (["add", "--kind", "disclosure", "--id", PATIENT, "--by", "proxy", "--received",
          "2025-03-01"], "--ground"),
        (["add", "--kind", "stop-provision", "--id", SUBJECTS[2], *SELF], "請求 1"),
        (["decide", "7", "--decision", "granted", *ROLE], "番号の請求はありません"),
        (["decide", "1", "--decision", "refused", *ROLE], "--reason"),
        (["decide", "1", "--decision", "granted", "--by", "x", "--date", TOMORROW], "未来"),
        (["decide", "1", "--decision", "granted", "--by", "x", "--date", "2025-02-28"], "より前"),
        (["decide", "1", "--decision", "granted", "--by", " ", "--date", "2025-03-02"], "職名"),
        (["decide", "1", "--decision", "granted", "--by", PATIENT, "--date", "2025-03-02"],
         "患者 ID が含まれ"),
        (["decide", "1", "--decision", "refused", "--reason", "x", "--recall", *ROLE], "回収"),
        (["decide", "3", "--decision", "refused", "--reason", "x", *ROLE], "決定済み"),
        (["decide", "4", "--decision", "granted", *ROLE], "取り下げられて"),
        (["withdraw", "3", "--date", "2025-03-20"], "決定済み"),
        (["withdraw", "4", "--date", "2025-03-20"], "取り下げられて"),
        (["withdraw", "1", "--date", "5.4.2025"], "日付"),
        (["recall", "1"], "回収"),
    ],
)  # fmt: skip
def test_an_impossible_request_changes_nothing(
    run: Run, codes: dict[str, str], wrong: list[str], says: str
) -> None:
    run("add", "--kind", "stop-provision", "--id", SUBJECTS[2], *SELF)
    for kind in ("disclosure", "correction", "disclosure"):
        run("add", "--kind", kind, "--id", SUBJECTS[1], "--what", "x", *SELF)
        if kind == "correction":
            run("decide", "3", "--decision", "granted", *ROLE)
            run("withdraw", "2", "--date", "2025-03-05")
    run("withdraw", "4", "--date", "2025-03-05")
    before = Path("private/ledger.age").read_bytes()
    mark = Path("private/requests.mark").read_bytes()
    with pytest.raises(InputError, match=says) as caught:
        run(*wrong)
    assert "何も記録していません" in str(caught.value)
    assert Path("private/ledger.age").read_bytes() == before
    assert Path("private/requests.mark").read_bytes() == mark


def test_an_id_in_place_of_a_number_is_not_repeated(
    run: Run, codes: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(InputError) as caught:
        run("recall", PATIENT)
    assert PATIENT not in str(caught.value)
    with pytest.raises(SystemExit):
        run("recall", SUBJECTS[2])
    assert SUBJECTS[2] not in capsys.readouterr().err


def test_other_ids_of_the_person_are_held_back_too(run: Run, codes: dict[str, str]) -> None:
    link = {"kind": "linked", "subject": PATIENT, "other": SUBJECTS[2]}
    opened().append([link])
    run("add", "--kind", "stop-provision", "--code", codes[PATIENT], *SELF)
    assert stopped_codes(opened()) == {codes[PATIENT], codes[SUBJECTS[2]]}


def test_a_request_may_come_before_the_first_run(
    empty: None, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["request", "add", "--kind", "stop-provision", "--id", PATIENT, *SELF]
    assert main(words) == 0
    said = capsys.readouterr().out
    assert "患者符号なし" in said and "対応表がまだないため" in said and PATIENT not in said
    code = opened().assign([PATIENT])[PATIENT]
    assert stopped_codes(opened()) == {code}  # at any time of enrolment


def test_both_languages(run: Run, codes: dict[str, str]) -> None:
    configure(study={"synthetic": True})
    text = Path("config.yaml").read_text(encoding="utf-8").replace("language: ja", "language: en")
    Path("config.yaml").write_text(text, encoding="utf-8")
    said = run("add", "--kind", "stop-provision", "--code", codes[PATIENT], *SELF)
    assert "no delivery holds the patient" in said
    assert "stop of provision" in run("list")
