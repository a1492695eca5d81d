"""`bonescint ledger destroy`: refused, asked for, done, proved and certified."""

import os
import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest

from bonescint.custody import destruction
from bonescint.custody.certificate import what_is_lost
from bonescint.custody.destruction import loss
from bonescint.errors import InputError
from bonescint.resources import Texts
from tests.unit.ledger_study import HEAD, KEY, LEDGER, SUBJECTS, Answers, opened, quick_scrypt, run
from tests.unit.study_config import configure, reconfigure

Capture = pytest.CaptureFixture[str]
FORCED = ("destroy", "--force", "--reason", "研究の中止")


@pytest.mark.parametrize(
    ("study", "arguments", "message"),
    [
        ({}, ["destroy"], "発表日"),
        ({"publication_date": "2026-01-01"}, ["destroy"], "2036-01-01"),
        ({}, ["destroy", "--force"], "--reason"),
        ({}, ["destroy", "--force", "--reason", " "], "--reason"),
        ({}, [*FORCED, "--certificate", "config.yaml"], "上書き"),
        ({}, [*FORCED, "--certificate", "none/c.txt"], "フォルダ"),
    ],
)
def test_destroy_refuses(
    codes: dict[str, str],
    answers: Answers,
    study: dict[str, str],
    arguments: list[str],
    message: str,
) -> None:
    configure(study=study)
    answers(seen="BONE-DEMO\n")
    with pytest.raises(InputError, match=message):
        run(*arguments)
    assert opened().codes() == codes


@pytest.mark.parametrize("typed", ["", "\n", "bone-demo\n", "yes\n"])
def test_destroy_asks_for_the_study(codes: dict[str, str], answers: Answers, typed: str) -> None:
    answers(seen=typed)
    with pytest.raises(InputError, match="一致しません"):
        run(*FORCED)
    assert opened().codes() == codes
    assert not list(Path().glob("destruction*"))


def test_destroy_destroys_proves_and_certifies(
    codes: dict[str, str], answers: Answers, capsys: Capture
) -> None:
    secret = Path(KEY).read_bytes()
    os.link(KEY, "elsewhere.key")
    shutil.copy(KEY, "private/copy.key")
    Path("private/second.key").write_bytes(b"x\n" + secret.split(b"\n")[1] + b"\n")
    Path("private/declined.age").write_bytes(opened().seal(b"[]"))
    Path("private/cohort.csv").write_text("4711234")
    Path("private/4711234.csv").write_text("4711234")
    Path("logs").mkdir()
    Path("logs/a.log").write_text("")
    answers(seen="BONE-DEMO\n")
    assert run(*FORCED) == 0
    out = capsys.readouterr().out
    assert "患者 ID の対応: 3 名" in out
    assert "private/declined.age" in out
    assert out.count("廃棄する鍵") == 3
    assert not list(Path("private").glob("*.key"))
    # the other name of the same file holds nothing of the key
    assert b"SECRET" not in Path("elsewhere.key").read_bytes()
    assert secret not in Path("elsewhere.key").read_bytes()
    with pytest.raises(InputError):
        opened()
    with pytest.raises(InputError, match="exists"):
        run("init")  # no new codes by mistake
    name = f"destruction_certificate_BONE-DEMO_{date.today()}.txt"
    data = Path(name).read_bytes()
    assert data.startswith(b"\xef\xbb\xbf")
    assert data.count(b"\n") == data.count(b"\r\n")
    certificate = data.decode("utf-8-sig")
    assert "研究の中止" in certificate
    assert "3 名" in certificate
    assert "鍵のファイル 3 個" in certificate
    assert "private/cohort.csv" in certificate
    assert "ほかのファイル: 1 個" in certificate  # it is named after a patient
    assert "合成データ" in certificate
    sums = subprocess.run(["sha256sum", LEDGER], capture_output=True, text=True, check=True).stdout
    assert sums.split()[0] in certificate
    assert not any(word in certificate for word in [*SUBJECTS, *codes.values(), str(Path.cwd())])
    assert Path("private/cohort.csv").exists()


def test_what_is_lost_counts_requests_and_findings_too(codes: dict[str, str]) -> None:
    opened().append(
        [
            {"kind": "request", "request": 1, "right": "disclosure", "subject": SUBJECTS[0]},
            {"kind": "incidental", "code": codes[SUBJECTS[0]]},
            {"kind": "incidental", "code": codes[SUBJECTS[0]]},
        ]
    )
    lines = what_is_lost(loss(opened()), Texts("ledger", "ja"))
    for told in (
        "請求と決定の記録: 1 件",
        "偶発的所見についての記録: 1 例",
        "先行研究での提供の記録: 0 件",
    ):
        assert any(told in line for line in lines)


def test_destroy_in_due_time_needs_no_force(
    codes: dict[str, str], answers: Answers, capsys: Capture
) -> None:
    configure(study={"publication_date": "2010-05-01", "retention_years": 10, "synthetic": True})
    answers(seen="BONE-DEMO\n")
    assert run("destroy", "--certificate", "c.txt") == 0
    certificate = Path("c.txt").read_text(encoding="utf-8-sig")
    assert "2020-05-01" in certificate
    assert "満了前" not in certificate


def test_without_a_manager_the_certificate_is_text_alone(
    codes: dict[str, str], answers: Answers, capsys: Capture
) -> None:
    configure(study={"publication_date": "2010-05-01", "privacy_manager": "未定"})
    answers(seen="BONE-DEMO\n")
    assert run("destroy", "--certificate", "c.txt") == 0
    assert not list(Path().glob("c.[px]*"))
    assert "R33" in capsys.readouterr().out


def test_no_form_is_overwritten_by_the_certificate(codes: dict[str, str]) -> None:
    Path("c.pdf").touch()
    with pytest.raises(InputError, match=r"c\.pdf"):
        run(*FORCED, "--certificate", "c.txt")


def test_destroy_follows_a_link_to_the_medium(codes: dict[str, str], answers: Answers) -> None:
    Path("medium").mkdir()
    shutil.move(KEY, "medium/ledger.key")
    Path(KEY).symlink_to(Path("medium/ledger.key").resolve())
    answers(seen="BONE-DEMO\n")
    run(*FORCED)
    assert not Path(KEY).is_symlink()
    assert not list(Path("medium").iterdir())


def test_destroy_with_private_leaves_inputs_and_nothing_else(
    codes: dict[str, str], answers: Answers
) -> None:
    reconfigure(inputs={"participants": "private/lists/participants.csv"})
    for name in (
        "private/lists/participants.csv",
        "private/lists/copy.csv",
        "private/batches/00.csv",
        "private/cohort.csv",
        "logs/x/a.log",
        ".snakemake/metadata/x",
        "results/study.xlsx",
    ):
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text("4711234")
    locks = Path(".snakemake/locks")
    locks.mkdir()
    (locks / "0.input.lock").touch()
    answers(seen="BONE-DEMO\n")
    with pytest.raises(InputError, match="snakemake"):
        run(*FORCED, "--with-private")
    assert opened().codes() == codes
    (locks / "0.input.lock").unlink()
    answers(seen="BONE-DEMO\n")
    assert run(*FORCED, "--with-private", "--certificate", "c.txt") == 0
    left = {str(path) for path in Path().rglob("*") if path.is_file()}
    kept = {"private/lists/participants.csv", "results/study.xlsx", "config.yaml"}
    kept |= {"c.txt", "c.pdf", "c.xlsx"}
    assert left - {f"{LEDGER}.lock", "private/opt_outs.mark"} == kept | {LEDGER, HEAD}
    assert "平文のファイルなし" in Path("c.txt").read_text(encoding="utf-8-sig")


def test_destroy_takes_the_copy_of_a_wrapped_key_with_it(
    codes: dict[str, str], answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick_scrypt(monkeypatch)
    answers("a passphrase", "a passphrase")
    run("rewrap")
    shutil.copy(KEY, "private/copy.key")
    monkeypatch.setenv("BONESCINT_PASSPHRASE", "a passphrase")
    answers(seen="BONE-DEMO\n")
    run(*FORCED)
    assert not list(Path("private").glob("*.key"))


def test_a_copy_that_stays_is_no_proof(
    codes: dict[str, str], answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copy(KEY, "private/copy.key")
    monkeypatch.setattr(destruction, "_shred", lambda file: Path(KEY).unlink(missing_ok=True))
    answers(seen="BONE-DEMO\n")
    with pytest.raises(InputError, match="残っている"):
        run(*FORCED)
    assert not list(Path().glob("destruction*"))


@pytest.mark.parametrize(
    ("failure", "message"), [(None, "まだ|残っている"), (OSError(30, "read-only"), "書き込み禁止")]
)
def test_no_certificate_without_destruction(
    codes: dict[str, str],
    answers: Answers,
    monkeypatch: pytest.MonkeyPatch,
    failure: OSError | None,
    message: str,
) -> None:
    def shred(file: Path) -> None:
        if failure:
            raise failure

    monkeypatch.setattr(destruction, "_shred", shred)
    answers(seen="BONE-DEMO\n")
    with pytest.raises(InputError, match=message):
        run(*FORCED)
    assert not list(Path().glob("destruction*"))


def test_destroy_stops_if_the_ledger_changed_meanwhile(
    codes: dict[str, str], answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    def another(*_: object) -> destruction.Leftovers:
        opened().assign(["new"])
        return destruction.Leftovers((), 0, 0)

    monkeypatch.setattr(destruction, "leftovers", another)
    answers(seen="BONE-DEMO\n")
    with pytest.raises(InputError, match="変更されました"):
        run(*FORCED)
    assert opened().code_of("new")


def test_a_certificate_that_cannot_be_written_is_printed(
    codes: dict[str, str], answers: Answers, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("bonescint.custody.certificate.write_certificate", full)
    answers(seen="BONE-DEMO\n")
    with pytest.raises(InputError, match="No space left"):
        run(*FORCED)
    assert "廃棄証明書 (対応表の鍵)" in capsys.readouterr().out
