"""A sealed study: one file that the key opens, and everything back as it was."""

import os
import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyrage
import pytest

from bonescint import runlock
from bonescint.cli import main
from bonescint.custody.archive.read import verify_archive
from bonescint.custody.seal import SEALED, clear_unfinished, refuse_sealed, sealed_file
from bonescint.custody.sealing import SealedFolder
from bonescint.errors import InputError
from bonescint.identity.key import open_identity
from bonescint.identity.ledger import open_ledger
from bonescint.identity.opt_outs import in_force
from bonescint.resources import Texts
from tests.unit.custody.to_seal import PATIENT, begin
from tests.unit.study_config import reconfigure
from tests.unit.wrapped import wrapped

Capture = pytest.CaptureFixture[str]
# audit events of Python that change the disk
CHANGES = {
    "os.chmod", "os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.symlink", "os.utime",
}  # fmt: skip
NAMES = {"private", "results"}


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a study's folder whose key lies elsewhere: odd dates, modes, names, links, a mark."""
    folder = tmp_path / "study"
    begin(folder, tmp_path / "usb" / "ledger.key", monkeypatch)
    write("private/salt", "x" * 32)
    write("private/cohort.csv", f"subject\n{PATIENT}\n", modified=1_600_000_000_123_456_789)
    write("private/batches/00.csv", "a" * 3_000_000, mode=0o640)
    write("private/made/logs/.hidden", "", modified=1)
    write(f"private/raw/{PATIENT}/" + os.fsdecode(b"sjis-\x8d\x9c\\\n.dcm"), "DICM")
    Path("private/empty").mkdir(mode=0o750)
    Path("private/latest.csv").symlink_to("cohort.csv")
    Path("private/nowhere").symlink_to("/nowhere")
    os.link("private/cohort.csv", "private/made/second name.csv")
    write("results/dicom/00/.snakemake_timestamp", "")
    write("results/dicom/00/a.dcm", "DICM" * 100)
    for name in ("private/batches", "private/empty", "private/made", "results"):
        os.utime(name, ns=(5, 1_500_000_000_987_654_321))
    os.utime("private/nowhere", ns=(5, 1_400_000_000_000_000_001), follow_symlinks=False)
    return folder


def write(name: str, text: str, mode: int = 0o600, modified: int | None = None) -> None:
    path = Path(name)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(text)
    path.chmod(mode)
    if modified is not None:
        os.utime(path, ns=(modified, modified))


def tree(*names: str) -> dict[str, tuple[object, ...]]:
    """Return everything below folders: content, dates to the nanosecond, modes, targets."""
    found: dict[str, tuple[object, ...]] = {}
    for path in (path for name in names for path in Path(name).rglob("*")):
        status = path.lstat()
        content = path.readlink() if path.is_symlink() else path.is_file() and path.read_bytes()
        found[str(path)] = (content, status.st_mtime_ns, status.st_mode)
    return found


def plain() -> set[str]:
    """Return the names of the files and links that lie in private/."""
    return {p.name for p in Path("private").rglob("*") if p.is_symlink() or not p.is_dir()}


STAYS = {"ledger.age", "ledger.age.lock", "ledger.head", "salt", "study.json"}


def test_seal_and_unseal(study: Path, capsys: Capture) -> None:
    before = tree(*NAMES)
    assert main(["seal"]) == 0
    said = capsys.readouterr()
    assert "5 files, 4 MB sealed" in said.out
    assert PATIENT not in said.out + said.err
    assert sealed_file() == Path(SEALED)
    assert plain() == STAYS
    assert not Path("private/batches").exists()
    assert Path(SEALED).stat().st_mode & 0o777 == 0o600
    assert PATIENT.encode() not in Path(SEALED).read_bytes()
    # the command for archives opens it too
    identity = open_identity(study.parent / "usb" / "ledger.key")
    archived = verify_archive(Path(SEALED), identity, Texts("archive", "en"), lambda _: None)
    assert archived.good
    assert tree("results").items() <= before.items()
    assert main(["seal", "--results"]) == 0
    assert "private.age: it is sealed" in capsys.readouterr().out
    assert list(Path("results").iterdir()) == []
    assert main(["unseal"]) == 0
    assert tree(*NAMES) == before
    assert sealed_file() is None
    assert [path.name for path in study.glob("*.age*")] == []
    assert main(["unseal"]) == 1
    assert "not sealed" in capsys.readouterr().err


def test_refused_where_the_key_lies_beside(study: Path, capsys: Capture) -> None:
    key = study.parent / "usb" / "ledger.key"
    for place in ("copy of the key", "private/batches/old"):
        shutil.copy(key, place)
        assert main(["seal"]) == 1
        said = capsys.readouterr().err
        assert place in said
        assert "rewrap" in said
        Path(place).unlink()
    # a passphrase beside the key that it opens protects nothing
    Path("private/ledger.key").write_bytes(wrapped(key.read_bytes(), "correct horse"))
    Path("private/ledger.key").chmod(0o600)
    write("private/phrase", "correct horse\n")
    reconfigure(ledger={"key": "private/ledger.key", "passphrase_file": "private/phrase"})
    assert main(["seal"]) == 1
    assert "private/ledger.key" in capsys.readouterr().err
    assert sealed_file() is None
    shutil.move("private/phrase", study.parent / "usb")
    reconfigure(ledger={"passphrase_file": str(study.parent / "usb" / "phrase")})
    assert main(["seal"]) == 0
    assert plain() == STAYS | {"ledger.key"}


def test_refused_while_a_run_is_under_way(study: Path, capsys: Capture) -> None:
    words = Texts("incidents", "en")
    ready, tell = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            runlock.take(Path(".snakemake"), words)
            os.write(tell, b"1")
            signal.pause()
        finally:
            os._exit(1)  # this process ends here; the tests go on only in the other one
    try:
        os.close(tell)
        assert os.read(ready, 1) == b"1"
        for command in ("seal", "unseal"):
            assert main([command]) == 1
            assert words("running") in capsys.readouterr().err
    finally:
        os.close(ready)
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
    assert "cohort.csv" in plain()


def test_commands_on_a_sealed_study(study: Path, capsys: Capture) -> None:
    main(["seal"])
    capsys.readouterr()
    for line in ("check", "review", "where BS-7K3M2", "archive x.tar.age", "plan",
                 "delivery record --medium CD-R --date 2020-01-01", "incidental list"):  # fmt: skip
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(sys, "argv", ["bonescint"])
            code = main(line.split())
        said = capsys.readouterr()
        assert code == 1, line
        assert "unseal" in said.err
        assert "Traceback" not in said.err
        assert said.out == ""
    reconfigure(language="ja")
    assert main(["check"]) == 1
    assert "封印" in capsys.readouterr().err
    assert main(["ledger", "status"]) == 0
    with pytest.raises(InputError, match=r"sealed on \d{4}-\d\d-\d\d"):
        refuse_sealed("en")


def test_an_opt_out_while_sealed(study: Path, capsys: Capture) -> None:
    main(["seal"])
    os.utime(SEALED, (1_600_000_000, 1_600_000_000))
    capsys.readouterr()
    command = ["opt-out", "add", PATIENT, "--by", "self", "--received", "2026-01-01"]
    assert main(command) == 0
    said = capsys.readouterr().out
    assert SEALED in said
    assert "unseal" in said
    assert PATIENT not in said
    mark = Path("private/opt_outs.mark").read_bytes()
    assert main(["unseal"]) == 0
    assert "Run `snakemake` now" in capsys.readouterr().out
    # so the next run notices it
    assert Path("private/opt_outs.mark").read_bytes() == mark
    key = study.parent / "usb" / "ledger.key"
    assert PATIENT in in_force(open_ledger("private/ledger.age", key))


def test_room_is_looked_at_first(
    study: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    before = tree(*NAMES)
    usage = shutil.disk_usage(study)._replace(free=1_000_000)
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: usage)
        assert main(["seal"]) == 1
        assert "about 4 MB are needed, 1 MB are free" in capsys.readouterr().err
    assert tree(*NAMES) == before
    main(["seal"])
    with monkeypatch.context() as patch:
        patch.setattr(shutil, "disk_usage", lambda _: usage)
        assert main(["unseal"]) == 1
    assert plain() == STAYS
    assert main(["unseal"]) == 0
    assert tree(*NAMES) == before


def test_a_file_that_cannot_be_removed_is_told_and_removed_by_the_next_call(
    study: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    before, unlink = tree(*NAMES), Path.unlink

    def refuse(path: Path, missing_ok: bool = False) -> None:
        if path.name == "cohort.csv":
            raise PermissionError(13, "Permission denied")
        unlink(path, missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        assert main(["seal"]) == 1
    said = capsys.readouterr().err
    assert "cannot be removed (Permission denied)" in said and PATIENT not in said
    assert sealed_file() and Path("private/cohort.csv").exists()
    assert main(["seal"]) == 0
    assert plain() == STAYS
    assert main(["unseal"]) == 0
    assert tree(*NAMES) == before


def test_what_changes_meanwhile_is_not_lost(
    study: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    read = SealedFolder._read

    def and_edit(self: SealedFolder, *arguments: Any) -> Any:
        Path("private/cohort.csv").write_text("edited")
        return read(self, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(SealedFolder, "_read", and_edit)
        assert main(["seal"]) == 1
    assert "changed while it was being sealed" in capsys.readouterr().err
    assert sealed_file() is None
    assert Path("private/cohort.csv").read_text() == "edited"
    before = tree("private")
    main(["seal"])
    # somebody writes into the folder of a sealed study
    write("private/cohort.csv", f"another {PATIENT}")
    write(f"private/new {PATIENT}.csv", "new")
    for command, n in (("seal", 2), ("unseal", 1)):
        assert main([command]) == 1
        said = capsys.readouterr().err
        assert f"{n} files in private/" in said
        assert "private/cohort.csv" in said
        assert PATIENT not in said
    assert Path("private/cohort.csv").read_text() == f"another {PATIENT}"
    Path("private/cohort.csv").unlink()
    assert main(["unseal"]) == 0
    assert Path(f"private/new {PATIENT}.csv").read_text() == "new"
    Path(f"private/new {PATIENT}.csv").unlink()
    after = tree("private")
    assert after == before


def test_damage_is_noticed_and_nothing_is_taken(study: Path, capsys: Capture) -> None:
    main(["seal"])
    whole = Path(SEALED).read_bytes()
    flipped = bytearray(whole)
    flipped[-70_000] ^= 1
    for damaged in (whole[:-20], whole[:2_000_000], bytes(flipped), b""):
        Path(SEALED).write_bytes(damaged)
        assert main(["unseal"]) == 1
        assert SEALED in capsys.readouterr().err
        assert plain() == STAYS
        assert Path(SEALED).read_bytes() == damaged
    other = pyrage.encrypt(b"x", [pyrage.x25519.Identity.generate().to_public()])
    Path(SEALED).write_bytes(other)
    assert main(["unseal"]) == 1
    assert "key" in capsys.readouterr().err


def test_a_folder_on_a_medium_that_is_gone(study: Path, capsys: Capture) -> None:
    before = tree(*NAMES)
    elsewhere, away = study.parent / "disk", study.parent / "away"
    shutil.move("results", elsewhere)
    Path("results").symlink_to(elsewhere)
    main(["seal", "--results"])
    elsewhere.rename(away)
    capsys.readouterr()
    assert main(["unseal"]) == 1
    assert "Nothing is lost" in capsys.readouterr().err
    away.rename(elsewhere)
    assert main(["unseal"]) == 0
    assert {n: one for n, one in tree("results").items() if n != "results"} == {
        n: one for n, one in before.items() if n.startswith("results/")
    }


def test_a_sealed_study_is_destroyed(
    study: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    main(["seal", "--results"])
    monkeypatch.setattr("bonescint.commands.ledger_destroy.typed", lambda _: "BONE-DEMO")
    assert main(["ledger", "destroy", "--force", "--reason", "test"]) == 0
    said = capsys.readouterr().out
    assert "private.age" in said
    assert "results.age" in said
    assert "unseal" in said
    assert list(study.glob("*.age")) == []


def killed(action: Callable[[], object], at: int) -> bool:
    """Run in a process that is killed before its n-th change of the disk; whether it was.

    What is written is as after a kill: the kernel keeps it, Python's buffers are lost.
    """
    pid = os.fork()
    if pid == 0:
        steps = 0

        def count(event: str, arguments: tuple[Any, ...]) -> None:
            nonlocal steps
            if event in CHANGES or (event == "open" and arguments[2] & (os.O_WRONLY | os.O_RDWR)):
                steps += 1
                if steps == at:
                    os.kill(os.getpid(), signal.SIGKILL)

        sys.addaudithook(count)
        try:
            action()
        finally:
            os._exit(0)
    _, status = os.waitpid(pid, 0)
    return os.WIFSIGNALED(status)


@pytest.mark.parametrize("command", ["seal", "unseal"])
@pytest.mark.parametrize("then", ["seal", "unseal"])
def test_killed_at_every_step(
    study: Path, command: str, then: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    write("private/batches/00.csv", "small", mode=0o640)
    identity = open_identity(study.parent / "usb" / "ledger.key")
    outside = [Path("private/ledger.age"), Path("private/ledger.head")]
    folder = SealedFolder("private", outside, identity, Texts("seal", "en"), lambda *_: None)
    # here it would wait for all writing of the machine
    monkeypatch.setattr(os, "sync", lambda: None)
    before = tree(*NAMES)
    at = resumed = 0
    while True:
        at += 1
        if command == "unseal":
            folder.seal()
        if not killed(getattr(folder, command), at):
            break
        # as the commands and a run do
        clear_unfinished()
        if not sealed_file():
            assert tree(*NAMES) == before, at
            folder.seal()
        done = getattr(folder, then)()
        resumed += bool(done and done.resumed)
        if then == "seal":
            assert plain() == STAYS, at
            folder.unseal()
        assert tree(*NAMES) == before, at
        assert list(study.glob(".*.tmp")) == []
    # at many places, also where only some files were plain
    assert at > 12
    assert resumed > 5
