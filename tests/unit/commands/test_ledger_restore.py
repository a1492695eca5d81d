"""`bonescint ledger restore`: a copy replaces the ledger, and losses are told before."""

import fcntl
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from bonescint.custody import copying, restoring
from bonescint.custody.backups import last_told, reminder
from bonescint.custody.media import Medium
from bonescint.errors import InputError
from bonescint.identity.ledger import create_ledger
from bonescint.identity.opt_outs import MARK, in_force, record
from bonescint.resources import Texts
from tests.unit.ledger_study import HEAD, KEY, LEDGER, SUBJECTS, Answers, opened, quick_scrypt, run
from tests.unit.wrapped import wrapped

Capture = pytest.CaptureFixture[str]
STUDY = "BONE-DEMO\n"


@pytest.fixture
def stick(
    codes: dict[str, str], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Path]:
    """Return a medium with a copy of the ledger, x.age; each folder is a medium."""
    monkeypatch.setattr(
        copying,
        "medium_of",
        lambda path: Medium(frozenset({str(Path(path).resolve())}), frozenset(), str(path)),
    )
    folder = tmp_path_factory.mktemp("stick")
    run("backup", "--ledger", str(folder / "x.age"))
    yield folder


def decline(subject: str) -> None:
    record(opened(), [{"subject": subject, "source": "command", "received": "", "by": "self"}])


def replaced() -> list[Path]:
    return sorted(Path("private").glob("ledger.replaced-*.age"))


def test_a_complete_copy_comes_back_without_a_question(
    stick: Path, codes: dict[str, str], capsys: Capture
) -> None:
    damaged = Path(LEDGER).read_bytes()[:-40]
    Path(LEDGER).write_bytes(damaged)
    assert run("restore", "--ledger", str(stick / "x.age")) == 0
    out = capsys.readouterr().out
    assert "失われる記録はありません" in out and "replaced" in out
    assert opened().codes() == codes
    assert [file.read_bytes() for file in replaced()] == [damaged]
    assert [Path(LEDGER).stat().st_mode & 0o777, replaced()[0].stat().st_mode & 0o777] == [
        0o600
    ] * 2
    assert run("verify") == 0
    # the copy does not record itself, so the next backup is due
    assert last_told() == {}
    assert any("no backup of the ledger" in line for line in reminder({"synthetic": False}, "en"))


def test_what_is_lost_is_told_and_must_be_agreed_to(
    stick: Path, codes: dict[str, str], answers: Answers, capsys: Capture
) -> None:
    decline(SUBJECTS[0])
    later = opened().assign([*SUBJECTS, "new"])["new"]
    for batch, code in (("00", codes[SUBJECTS[0]]), ("01", later)):
        Path("results/dicom", batch, code).mkdir(parents=True)
        report = Path("results/anonymization", f"{batch}.csv")
        report.parent.mkdir(exist_ok=True)
        report.touch()
    Path("private/codes.json").touch()
    Path(LEDGER).unlink()
    Path("private.age").touch()  # sealed
    for typed in ("", "yes\n"):
        answers(seen=typed)
        with pytest.raises(InputError, match="研究番号"):
            run("restore", "--ledger", str(stick / "x.age"))
        assert not Path(LEDGER).exists() and Path("private/codes.json").exists()
    out = capsys.readouterr().out
    assert "3 件少ない" in out and "opt-out add" in out  # and the record of the backup
    assert "患者符号のうち 1 個" in out
    mark = MARK.read_text()
    answers(seen=STUDY)
    assert run("restore", "--ledger", str(stick / "x.age")) == 0
    assert "bonescint unseal" in capsys.readouterr().out
    assert opened().codes() == codes and in_force(opened()).keys() == {SUBJECTS[1]}
    assert opened().entries("restored")[0]["missing"] == 3
    assert MARK.read_text() != mark
    # the batch of the lost code is made anew, and no other
    assert not Path("private/codes.json").exists()
    assert [file.name for file in Path("results/anonymization").iterdir()] == ["00.csv"]
    assert replaced() == []
    opened().assign(["new"])


def test_without_the_record_of_the_last_use_the_loss_is_unknown(
    stick: Path, answers: Answers, capsys: Capture
) -> None:
    for file in (HEAD, LEDGER):
        Path(file).unlink()
    answers(seen="\n")
    with pytest.raises(InputError, match="研究番号"):
        run("restore", "--ledger", str(stick / "x.age"))
    assert "分かりません" in capsys.readouterr().out
    answers(seen=STUDY)
    assert run("restore", "--ledger", str(stick / "x.age")) == 0
    assert len(opened()) == 3 and Path(HEAD).exists()


def test_nothing_is_restored_over_a_ledger_that_is_as_good(stick: Path) -> None:
    before = Path(LEDGER).read_bytes()
    with pytest.raises(InputError, match="戻す必要はありません"):
        run("restore", "--ledger", str(stick / "x.age"))
    assert Path(LEDGER).read_bytes() == before


def test_the_newest_copy_that_is_left_is_accepted_where_it_lies(
    stick: Path, answers: Answers
) -> None:
    opened().assign(["new"])
    shutil.copy(stick / "x.age", LEDGER)
    Path(LEDGER).chmod(0o600)
    with pytest.raises(InputError, match="restore --ledger"):
        opened()
    answers(seen=STUDY)
    assert run("restore", "--ledger", LEDGER) == 0
    assert len(opened()) == 3 and replaced() == []


def test_a_copy_of_other_entries_is_refused(stick: Path, answers: Answers, tmp_path: Path) -> None:
    shutil.copy(stick / "x.age", tmp_path / "older.age")
    opened().assign(["new"])
    run("backup", "--ledger", str(stick / "x.age"))
    Path(LEDGER).unlink()
    answers(seen=STUDY)
    run("restore", "--ledger", str(tmp_path / "older.age"))
    # the lost medium is found; its codes have been given again since
    opened().assign(["new", "newer", "newest"])
    before = Path(LEDGER).read_bytes()
    with pytest.raises(InputError, match="途中から"):
        run("restore", "--ledger", str(stick / "x.age"))
    assert Path(LEDGER).read_bytes() == before
    Path(LEDGER).unlink()
    answers(seen=STUDY)
    with pytest.raises(InputError, match="途中から"):
        longer = stick / "x.age"
        Path(HEAD).write_text(f"2 {'0' * 64}\n")
        run("restore", "--ledger", str(longer))


@pytest.mark.parametrize("what", ["foreign", "letter", "missing", "running", "nothing"])
def test_an_impossible_restore_is_refused(stick: Path, tmp_path: Path, what: str) -> None:
    copy = stick / "x.age"
    if what == "foreign":
        create_ledger(tmp_path / "other.age", tmp_path / "other.key")
        shutil.copy(tmp_path / "other.age", copy)
    elif what == "letter":
        copy.write_text("a letter")
    elif what == "missing":
        copy.unlink()
    elif what == "running":
        Path(".snakemake/locks").mkdir(parents=True)
        Path(".snakemake/locks/0.input.lock").touch()
    damaged = Path(LEDGER).read_bytes()[:-40]
    Path(LEDGER).write_bytes(damaged)
    with pytest.raises(InputError):
        run("restore", *(() if what == "nothing" else ("--ledger", str(copy))))
    assert Path(LEDGER).read_bytes() == damaged and replaced() == []


def test_the_key_comes_back_if_it_opens_the_ledger(
    stick: Path,
    codes: dict[str, str],
    tmp_path_factory: pytest.TempPathFactory,
    tmp_path: Path,
    answers: Answers,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    quick_scrypt(monkeypatch)
    answers("the first one", "the first one")
    run("rewrap")
    copy = tmp_path_factory.mktemp("keys") / "x.key"
    answers("the first one", "the first one")
    run("backup", "--key", str(copy))
    answers("the first one")
    with pytest.raises(InputError, match="上書きしません"):
        run("restore", "--key", str(copy))
    for file in (KEY, LEDGER):
        Path(file).unlink()
    create_ledger(tmp_path / "other.age", tmp_path / "other.key")
    with pytest.raises(InputError):
        run("restore", "--key", str(tmp_path / "other.key"), "--ledger", str(stick / "x.age"))
    assert not Path(KEY).exists()
    copy.chmod(0o755)  # as a medium without modes has it
    answers("wrong")
    with pytest.raises(InputError, match="パスフレーズが違います"):
        run("restore", "--key", str(copy), "--ledger", str(stick / "x.age"))
    assert not Path(KEY).exists()
    answers("the first one", seen=STUDY)
    assert run("restore", "--key", str(copy), "--ledger", str(stick / "x.age")) == 0
    assert Path(KEY).read_bytes() == copy.read_bytes()
    assert Path(KEY).stat().st_mode & 0o777 == 0o600
    monkeypatch.setenv("BONESCINT_PASSPHRASE", "the first one")
    assert opened().codes() == codes


def test_a_key_given_as_ledger_or_the_reverse_is_told(
    stick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    Path(LEDGER).unlink()
    for option, file, said in (
        ("--key", str(stick / "x.age"), "鍵ではありません"),
        ("--ledger", KEY, "対応表ではありません。鍵です"),
    ):
        with pytest.raises(InputError, match=said):
            run("restore", option, file)
    other = tmp_path / "wrapped.key"
    other.write_bytes(wrapped(Path(KEY).read_bytes(), "x"))
    with pytest.raises(InputError, match="鍵です"):
        run("restore", "--ledger", str(other))
    with pytest.raises(InputError, match="どの控えから戻すか"):
        run("restore")
    assert not Path(LEDGER).exists()


def test_the_folder_of_a_copy_will_do(stick: Path) -> None:
    run("backup", "--ledger", str(stick))
    Path(LEDGER).unlink()
    assert run("restore", "--ledger", str(stick)) == 0


def test_no_run_begins_meanwhile(stick: Path, answers: Answers) -> None:
    words = Texts("incidents", "ja")
    Path(".snakemake").mkdir()
    with Path(".snakemake/bonescint.run").open("a+") as run_lock:
        fcntl.flock(run_lock, fcntl.LOCK_EX)
        for command in (
            ("restore", "--ledger", str(stick / "x.age")),
            ("destroy", "--force", "--reason", "x", "--with-private"),
        ):
            answers(seen=STUDY)
            with pytest.raises(InputError, match=words("running")[:10]):
                run(*command)
    assert opened().codes()


def test_an_interrupted_restore_is_begun_again_and_loses_nothing(
    stick: Path, monkeypatch: pytest.MonkeyPatch, answers: Answers
) -> None:
    codes = opened().assign(["new"])
    image = Path("results/dicom/00", codes["new"])
    image.mkdir(parents=True)
    report = Path("results/anonymization/00.csv")
    report.parent.mkdir()
    report.touch()
    Path("private/codes.json").touch()
    before = MARK.read_bytes()
    Path(LEDGER).unlink()

    def power_cut(*_: object) -> None:
        raise KeyboardInterrupt

    answers(seen=STUDY)
    with monkeypatch.context() as patch:
        patch.setattr(restoring, "write_head", power_cut)
        with pytest.raises(KeyboardInterrupt):
            run("restore", "--ledger", str(stick / "x.age"))
    assert MARK.read_bytes() != before
    assert not report.exists() and not Path("private/codes.json").exists()
    answers(seen=STUDY)
    assert run("restore", "--ledger", str(stick / "x.age")) == 0
    assert opened().entries()[-1]["kind"] == "restored"
