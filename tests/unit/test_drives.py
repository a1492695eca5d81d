"""Places that keep no modes, and files that another program holds open, as on drives of Windows."""

import errno
import os
import stat
import subprocess
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest

from bonescint import runlock
from bonescint.cli import main
from bonescint.delivery.disc.passphrase import write_passphrase_file
from bonescint.errors import InputError
from bonescint.files import give_mode, replacing
from bonescint.identity import passphrase
from bonescint.identity.key import write_key
from bonescint.identity.ledger import create_ledger, open_ledger
from bonescint.incidents import reason_of, system_error
from bonescint.joblog import job_log
from bonescint.resources import Texts

PASSPHRASE = "correct-Horse-7-battery-staple"  # noqa: S105
Capture = pytest.CaptureFixture[str]


@pytest.fixture(params=["drvfs", "vfat", "cifs"])
def drive(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Let every place have a filesystem where each file has mode 0755; return its type.

    FAT and drives of Windows on WSL 2 decline another mode, others take it and forget it.
    """
    fstype = str(request.param)

    def chmod(*_: object) -> None:
        if fstype != "cifs":
            raise PermissionError(errno.EPERM, "Operation not permitted")

    def without_modes(asked: Callable[..., os.stat_result]) -> Callable[..., os.stat_result]:
        def asked_there(*path: object, **options: object) -> os.stat_result:
            found = asked(*path, **options)
            return os.stat_result((stat.S_IFMT(found.st_mode) | 0o755, *found[1:]))

        return asked_there

    monkeypatch.setattr(os, "fchmod", chmod)
    monkeypatch.setattr(Path, "chmod", chmod)
    monkeypatch.setattr(os, "fstat", without_modes(os.fstat))
    monkeypatch.setattr(Path, "stat", without_modes(Path.stat))
    monkeypatch.setattr(passphrase, "filesystem_of", lambda path: (fstype, ""))
    return fstype


WHERE = {
    "drvfs": "drive of Windows (drvfs).*NTFS",
    "vfat": "FAT medium (vfat).*umask=077",
    "cifs": "filesystem cifs",
}


def says(fstype: str, after: str) -> str:
    where = WHERE[fstype].replace("(", r"\(").replace(")", r"\)")
    return rf"(?s)ホーム.*/ .*{where}.*{after}"


def test_a_new_key_that_others_could_read_is_not_written(drive: str, tmp_path: Path) -> None:
    files = {name: tmp_path / f"ledger.{name}" for name in ("path", "key", "head")}
    with pytest.raises(InputError, match=says(drive, "No file was left")):
        create_ledger(**files)
    assert not files["key"].exists() and not files["path"].exists()
    assert [p for p in tmp_path.iterdir() if p.suffix == ".tmp"] == []


def test_a_key_there_keeps_its_former_content(drive: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_text("former")
    with pytest.raises(InputError, match="No file was left"):
        write_key(tmp_path / "key", pyrage.x25519.Identity.generate(), None)
    assert (tmp_path / "key").read_text() == "former"


def test_a_secret_that_lies_there_is_refused_with_the_place(drive: str, tmp_path: Path) -> None:
    (tmp_path / "pass").write_text(PASSPHRASE)
    with pytest.raises(InputError, match=says(drive, "Nothing was changed")):
        passphrase.given_passphrase(tmp_path / "pass")
    with pytest.raises(InputError, match=says(drive, "No file was left")):
        write_passphrase_file(tmp_path / "new", PASSPHRASE)
    assert not (tmp_path / "new").exists()


def test_a_mode_that_is_open_on_a_filesystem_with_modes(tmp_path: Path) -> None:
    (tmp_path / "pass").write_text(PASSPHRASE)
    (tmp_path / "pass").chmod(0o644)
    with pytest.raises(InputError, match="chmod 600") as caught:
        passphrase.given_passphrase(tmp_path / "pass")
    assert "Windows" not in str(caught.value)


def test_what_is_no_secret_is_written_there(drive: str, tmp_path: Path) -> None:
    with replacing(tmp_path / "a.csv", private=True) as stream:
        stream.write("a")
    assert (tmp_path / "a.csv").read_text() == "a"
    with runlock.alone(tmp_path / ".snakemake", Texts("incidents", "en")):
        pass


def test_a_file_is_private_whatever_the_umask(tmp_path: Path) -> None:
    mask = os.umask(0)
    try:
        with replacing(tmp_path / "a", private=True), replacing(tmp_path / "b"):
            pass
    finally:
        os.umask(mask)
    assert [stat.S_IMODE((tmp_path / n).stat().st_mode) for n in "ab"] == [0o600, 0o666]


def test_a_study_there_is_made_and_told_once(
    drive: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    arguments = ["new", str(tmp_path / "study"), "--language", "en", "--no-questions"]
    assert main(arguments) == 0
    said = capsys.readouterr().err
    assert said.count("other users can read private/") == 1
    assert f"({drive})" in said or f"filesystem {drive}" in said


def test_the_folder_of_somebody_else_is_no_place_for_a_run(
    tmp_path: Path, drive: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 4711)
    if drive != "cifs":
        with pytest.raises(PermissionError):
            runlock.take(tmp_path / ".snakemake", Texts("incidents", "en"))


def test_on_a_filesystem_with_modes_a_new_study_tells_nothing(
    tmp_path: Path, capsys: Capture
) -> None:
    assert main(["new", str(tmp_path / "study"), "--no-questions"]) == 0
    assert capsys.readouterr().err == ""


@pytest.fixture
def open_file(tmp_path: Path) -> Path:
    """Return a file that cannot be replaced: a mount over itself, which only root may make."""
    file = tmp_path / "results.xlsx"
    file.write_text("former")
    done = subprocess.run(["mount", "--bind", str(file), str(file)], capture_output=True)
    if done.returncode:
        pytest.skip("this machine does not let the test mount a file over itself")
    return file


def close(file: Path) -> None:
    subprocess.run(["umount", "--lazy", str(file)], check=True)


def test_a_file_that_is_open_elsewhere_stays_and_is_named(open_file: Path, tmp_path: Path) -> None:
    try:
        with pytest.raises(SystemExit), job_log(tmp_path / "a.log"), replacing(open_file) as stream:
            stream.write("new")
        assert open_file.read_text() == "former"
    finally:
        close(open_file)
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.log", "results.xlsx"]
    said = (tmp_path / "a.log").read_text(encoding="utf-8")
    assert f"{open_file} cannot be replaced" in said and f"{open_file} を置き換え" in said


@pytest.mark.parametrize("number", ["EACCES", "EPERM", "EBUSY", "ETXTBSY"])
def test_each_way_in_which_windows_declines(number: str) -> None:
    code = getattr(errno, number)
    moved = OSError(code, os.strerror(code), ".study.xlsx.7.tmp", None, "results/study.xlsx")
    assert "results/study.xlsx cannot be replaced" in system_error(moved)
    # what was read may be named after a patient
    read = OSError(code, os.strerror(code), "inputs/山田花子.xlsx")
    assert "山田" not in system_error(read) and "open in Excel" in system_error(read)
    assert "open in Excel" in reason_of(read) and "山田" not in reason_of(read)


def test_other_errors_speak_of_no_open_file() -> None:
    full = OSError(errno.ENOSPC, "", ".study.xlsx.7.tmp", None, "results/study.xlsx")
    assert "The disk is full" in system_error(full) and "study.xlsx" not in system_error(full)
    assert reason_of(full) == "No space left on device"


def test_a_command_tells_what_is_open(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def held(*_: object) -> None:
        raise OSError(errno.EBUSY, "Device or resource busy", "x.tmp", None, "config.yaml")

    monkeypatch.setattr("bonescint.commands.new_study.place_of_study", held)
    monkeypatch.delenv("BONESCINT_DEBUG", raising=False)
    assert main(["new", str(tmp_path / "study"), "--no-questions"]) == 1
    assert "config.yaml cannot be replaced" in capsys.readouterr().err


def test_a_key_on_a_real_stick(stick: Path, tmp_path: Path) -> None:
    files = {"path": tmp_path / "ledger.age", "key": stick / "ledger.key"}
    with pytest.raises(InputError, match="vfat"):
        create_ledger(**files)
    assert list(stick.iterdir()) == []
    files["key"] = tmp_path / "ledger.key"
    create_ledger(**files)
    assert len(open_ledger(**files)) == 0


def test_a_mode_that_is_declined_stops_nothing(drive: str, tmp_path: Path) -> None:
    (tmp_path / "a").touch()
    give_mode(tmp_path / "a", 0o600)
    with (tmp_path / "a").open() as stream:
        give_mode(stream.fileno(), 0o600)
