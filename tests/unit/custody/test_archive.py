"""An archive comes back byte for byte, or is not there; the key is never in it."""

import fcntl
import hashlib
import io
import os
import shutil
import signal
import socket
import subprocess
import sys
import tarfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyrage
import pytest

from bonescint.commands.configuration import merged
from bonescint.custody.archive.read import restore, verify_archive
from bonescint.custody.archive.write import partial_of
from bonescint.errors import InputError
from bonescint.identity.key import open_identity
from bonescint.identity.ledger import open_ledger
from bonescint.resources import ROOT
from tests.unit.custody.archive_samples import (
    ODD,
    PATIENT,
    TEXT,
    identity,
    main,
    members,
    quiet,
    refused,
    study,
    tree,
    write,
)
from tests.unit.wrapped import wrapped

Capture = pytest.CaptureFixture[str]
__all__ = ["study"]


def test_round_trip(study: Path, tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "s.tar.age"
    before = tree(study)
    assert main(file) == 0
    (entry,) = open_ledger("private/ledger.age", "private/ledger.key").entries("archive")
    assert entry["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    out, err = capsys.readouterr()
    assert str(tmp_path) not in out + err
    assert "results/out" in err
    assert main("--verify", file) == 0
    assert "agree" in capsys.readouterr().out
    assert main("--restore", file, tmp_path / "new") == 0
    assert "results/out" in capsys.readouterr().err
    after = tree(tmp_path / "new")
    left_out = {
        "private/ledger.key", "private/old copy", "private/ledger.age.lock",
        "private/.cohort.csv.123.tmp", "demo/dicom", f"demo/dicom/{PATIENT}",
        f"demo/dicom/{PATIENT}/scan.dcm", "results/out",
    }  # fmt: skip
    assert before.keys() - after.keys() == left_out
    assert all(after[name] == before[name] for name in before.keys() - left_out)
    assert {"Snakefile", "requirements.lock", "scripts/bonescint/cli.py"} <= after.keys()
    assert not any("__pycache__" in name for name in after)
    for path in (tmp_path / "new").rglob("*"):
        if not path.is_symlink():
            assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(p.name for p in tmp_path.iterdir()) == [
        "new", "s.tar.age", "s.tar.age.README.txt", "study"
    ]  # fmt: skip


def test_key_and_owner_are_not_in_it(study: Path, tmp_path: Path) -> None:
    file = tmp_path / "s.tar.age"
    main(file)
    secret = Path("private/ledger.key").read_bytes().split()[-1]
    assert secret not in pyrage.decrypt(file.read_bytes(), [identity()])
    with members(file) as tar:
        every = tar.getmembers()
    assert every[0].name == "README.txt"
    assert every[-1].name == "MANIFEST.sha256"
    names = [m.name for m in every[1:-1]]
    assert names == sorted(names)
    assert {(m.uid, m.gid, m.uname, m.gname) for m in every} == {(0, 0, "", "")}


def test_passphrase_file_stays_out(study: Path, tmp_path: Path) -> None:
    words = Path("private/words")
    words.write_text("words")
    ledger = merged([Path("config.yaml")])["ledger"] | {"passphrase_file": str(words)}
    write(tmp_path / "s.tar.age", ledger=ledger)
    with members(tmp_path / "s.tar.age") as tar:
        assert "private/words" not in tar.getnames()
        assert "private/cohort.csv" in tar.getnames()


@pytest.mark.parametrize("at", ["read", "check"])
def test_an_interruption_leaves_nothing(study: Path, tmp_path: Path, at: str) -> None:
    Path("results/large").write_bytes(bytes(8_000_000))
    before = threading.active_count()

    def interrupt(stage: str, *_: object) -> None:
        if stage == at:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "s.tar.age", interrupt)
    assert threading.active_count() == before
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


def test_what_is_not_read_back_gets_no_name(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def damaged(file: Path, *arguments: Any) -> Any:
        with file.open("r+b") as stream:
            stream.seek(-70_000, os.SEEK_END)
            byte = stream.read(1)[0] ^ 1
            stream.seek(-1, os.SEEK_CUR)
            stream.write(bytes([byte]))
        return verify_archive(file, *arguments)

    monkeypatch.setattr("bonescint.custody.archive.write.verify_archive", damaged)
    with pytest.raises(InputError, match="not what was written"):
        write(tmp_path / "s.tar.age")
    assert [path.name for path in tmp_path.iterdir()] == ["study"]


def test_wrapped_key(study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    key = Path("private/ledger.key")
    key.write_bytes(wrapped(key.read_bytes(), "words"))
    shutil.copy(key, "private/backup")
    monkeypatch.setenv("BONESCINT_PASSPHRASE", "words")
    file = tmp_path / "s.tar.age"
    assert main(file) == 0
    assert main("--restore", file, tmp_path / "new", "--key", key) == 0
    assert not (tmp_path / "new/private/backup").exists()


def test_standard_tools_open_it(study: Path, tmp_path: Path) -> None:
    if not shutil.which("age"):
        pytest.skip("age is not installed")
    file = tmp_path / "s.tar.age"
    main(file)
    plain = subprocess.run(
        ["age", "-d", "-i", "private/ledger.key", file], capture_output=True, check=True
    ).stdout
    (tmp_path / "new").mkdir()
    subprocess.run(["tar", "x", "-C", tmp_path / "new"], input=plain, check=True)
    check = subprocess.run(
        ["sha256sum", "-c", "--strict", "MANIFEST.sha256"],
        cwd=tmp_path / "new",
        capture_output=True,
    )
    assert check.returncode == 0
    assert (tmp_path / "new" / ODD).read_text(encoding="utf-8") == "名前"
    assert (tmp_path / "new/private").stat().st_mode & 0o777 == 0o700


def test_raw_dicom_on_demand(study: Path, tmp_path: Path) -> None:
    file = tmp_path / "s.tar.age"
    assert main(file, "--with-dicom") == 0
    with members(file) as tar:
        assert f"demo/dicom/{PATIENT}/scan.dcm" in tar.getnames()


def test_what_lies_elsewhere(study: Path, tmp_path: Path) -> None:
    medium = tmp_path / "medium"
    medium.mkdir()
    for name in ("ledger.age", "ledger.key"):
        Path("private", name).rename(medium / name)
    (medium / "list.csv").write_text("患者ID\n", encoding="utf-8")
    overlay = Path("hospital.yaml")
    overlay.write_text(
        f"ledger: {{path: {medium}/ledger.age, key: {medium}/ledger.key}}\n"
        f"inputs: {{opt_out: {medium}/list.csv, participants: {medium}/none.csv}}\n"
    )
    file = tmp_path / "s.tar.age"
    assert main(file, "--config", "config.yaml", overlay) == 0
    data = pyrage.decrypt(file.read_bytes(), [open_identity(medium / "ledger.key")])
    with tarfile.open(fileobj=io.BytesIO(data)) as tar:
        names = tar.getnames()
    assert {"external/ledger.path/ledger.age", "external/inputs.opt_out/list.csv"} <= set(names)
    assert "hospital.yaml" in names
    assert not any("ledger.key" in name for name in names)


def test_cover(study: Path, tmp_path: Path) -> None:
    config = Path("config.yaml").read_text(encoding="utf-8")
    config = config.replace("publication_date: null", 'publication_date: "2026-03-31"')
    Path("config.yaml").write_text(config, encoding="utf-8")
    file = tmp_path / "my study.tar.age"
    main(file)
    raw = (tmp_path / "my study.tar.age.README.txt").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    assert raw.count(b"\r\n") == raw.count(b"\n")
    text = raw.decode("utf-8-sig")
    assert hashlib.sha256(file.read_bytes()).hexdigest() in text
    opening = "age -d -i ledger.key 'my study.tar.age' | tar x"
    for wanted in (str(file.stat().st_size), "2036-03-31", "BONE-DEMO", "SYNTHETIC",
                   "鍵のかかる棚", opening, "age-encryption.org/v1"):  # fmt: skip
        assert wanted in text
    for never in (str(tmp_path), PATIENT, "BS-7K3M2", "AGE-SECRET", "匿名加工"):
        assert never not in text


KILLED = """
import os, signal, sys
from pathlib import Path
from typing import Any
from tests.unit.custody import archive_samples as t
stage, at = sys.argv[2], int(sys.argv[3])
seen = 0
def report(now, done, total):
    global seen
    seen += now == stage
    if seen == at:
        os.kill(os.getpid(), signal.SIGKILL)
t.write(Path(sys.argv[1]), report)
"""


def killed(file: Path, stage: str, at: int) -> None:
    paths = os.pathsep.join((str(ROOT), str(ROOT / "scripts")))
    end = subprocess.run(
        [sys.executable, "-c", KILLED, file, stage, str(at)], env=os.environ | {"PYTHONPATH": paths}
    )
    assert end.returncode == -signal.SIGKILL
    assert not file.exists()
    # none of the plaintext is on the disk
    assert b"plaintext-" not in partial_of(file).read_bytes()
    assert b"results" not in partial_of(file).read_bytes()


@pytest.mark.parametrize("stage, at", [("read", 12), ("check", 3)])
def test_made_anew_after_a_kill(study: Path, tmp_path: Path, stage: str, at: int) -> None:
    file = tmp_path / "s.tar.age"
    killed(file, stage, at)
    write(file)
    assert verify_archive(file, identity(), TEXT, quiet).good
    assert not partial_of(file).exists()


def test_changed_while_read(study: Path, tmp_path: Path) -> None:
    file = tmp_path / "s.tar.age"
    target, gone = Path("results/dicom/05.dcm"), Path("results/dicom/07.dcm")
    seen = 0

    def once(stage: str, *_: object) -> None:
        nonlocal seen
        seen += 1
        if seen == 7:
            target.write_text("other " * 30_000)
            gone.unlink()

    write(file, once)
    found = restore(file, tmp_path / "new", identity(), None, TEXT, quiet)
    assert found.good
    assert (tmp_path / "new" / target).read_text() == "other " * 30_000
    assert not (tmp_path / "new" / gone).exists()

    def always(stage: str, *_: object) -> None:
        with target.open("a") as stream:
            stream.write("more")

    with pytest.raises(InputError, match="results/dicom/05.dcm: it kept changing"):
        write(tmp_path / "t.tar.age", always)
    assert not (tmp_path / "t.tar.age").exists()


def test_name_of_a_raw_file_is_not_told(study: Path, tmp_path: Path) -> None:
    raw = Path(f"demo/dicom/{PATIENT}/scan.dcm")

    def always(stage: str, *_: object) -> None:
        with raw.open("a") as stream:
            stream.write("more")

    with pytest.raises(InputError) as caught:
        write(tmp_path / "t.tar.age", always, with_raw=True)
    assert PATIENT not in str(caught.value)
    assert "kept changing" in str(caught.value)


def test_a_file_that_appears_meanwhile_is_not_overwritten(study: Path, tmp_path: Path) -> None:
    file = tmp_path / "s.tar.age"

    def appear(stage: str, *_: object) -> None:
        if stage == "check":
            file.write_text("mine")

    refused(lambda: write(file, appear), "overwritten")
    assert file.read_text() == "mine"


def test_refusals(study: Path, tmp_path: Path) -> None:
    file = tmp_path / "s.tar.age"
    file.write_text("mine")
    refused(lambda: main(file), "overwritten")
    assert file.read_text() == "mine"
    file.unlink()
    cover = tmp_path / "s.tar.age.README.txt"
    cover.write_text("of one that was moved")
    refused(lambda: main(file), "overwritten")
    cover.unlink()
    refused(lambda: main("results/s.tar.age"), "inside")
    refused(lambda: main(tmp_path / "none/s.tar.age"), "medium")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind("results/socket")
        refused(lambda: main(file), "results/socket: not a regular file")
    Path("results/socket").unlink()
    with partial_of(file).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused(lambda: main(file), "at work")
    Path(".snakemake").mkdir()
    with Path(".snakemake/bonescint.run").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        refused(lambda: main(file), "snakemake")
    Path("private/ledger.age").rename("elsewhere")
    refused(lambda: main(file), "ledger")
    partial_of(file).unlink()
    assert sorted(p.name for p in tmp_path.iterdir()) == ["study"]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1500k", "none", str(folder)]
    if os.getuid() or subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("no file system can be mounted here")
    yield folder
    subprocess.run(["umount", folder], check=True)


def test_disk_full(study: Path, small_disk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = small_disk / "s.tar.age"
    with monkeypatch.context() as context:
        refused(lambda: main(file), "room")
        assert not list(small_disk.iterdir())
        usage = shutil.disk_usage(study)
        context.setattr("shutil.disk_usage", lambda _: usage)
        refused(lambda: main(file), "No space left")
    assert not list(small_disk.iterdir())
    subprocess.run(["mount", "-o", "remount,size=60m", small_disk], check=True)
    assert main(file) == 0
    assert main("--verify", file) == 0
    subprocess.run(["mount", "-o", "remount,size=5m", small_disk], check=False)
    (small_disk / "rest").write_bytes(bytes(max(0, shutil.disk_usage(small_disk).free - 100_000)))
    refused(lambda: main("--restore", file, small_disk / "new"), "No space left")
    assert not list(small_disk.glob("*new*"))
