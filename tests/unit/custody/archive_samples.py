"""A small study to archive, and short ways to the functions under test."""

import io
import os
import shutil
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyrage
import pytest

from bonescint.commands.configuration import merged
from bonescint.config import LEDGER_HEAD
from bonescint.custody.archive.contents import Contents, contents
from bonescint.custody.archive.write import Written, write_archive
from bonescint.errors import InputError
from bonescint.identity.key import open_identity
from bonescint.identity.ledger import create_ledger
from bonescint.resources import ROOT, Texts
from tests.unit.called import call

TEXT = Texts("archive", "en")
PATIENT = "90071234"
ODD = "results/" + os.fsdecode(b"sjis-\x8d\x9c\\back\nslash\r.txt")


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a study's folder: both sides, odd names, a link, an empty folder, the key's copies."""
    folder = tmp_path / "study"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.delenv("BONESCINT_PASSPHRASE", raising=False)
    files = {"path": "private/ledger.age", "key": "private/ledger.key", "head": LEDGER_HEAD}
    create_ledger(**files).assign([PATIENT])
    shutil.copy("private/ledger.key", "private/old copy")
    shutil.copy(ROOT / "config.yaml", "config.yaml")
    files = {
        "private/cohort.csv": f"path,subject\nx.dcm,{PATIENT}\n",
        "private/.cohort.csv.123.tmp": "half",
        "results/cases.csv": "code,age\nBS-7K3M2,61\n",
        "logs/index_dicom.log": "INFO 3 files\n",
        "demo/opt_out.csv": "患者ID\n",
        f"demo/dicom/{PATIENT}/scan.dcm": "DICM" * 100,
        ODD: "名前",
    }
    for n in range(12):
        files[f"results/dicom/{n:02}.dcm"] = f"plaintext-{n:02}-" * 10_000
    for name, text in files.items():
        Path(name).parent.mkdir(parents=True, exist_ok=True)
        Path(name).write_text(text, encoding="utf-8")
    os.utime("results/cases.csv", ns=(0, 1_600_000_000_123_456_789))
    Path("results/empty").mkdir()
    Path("results/link").symlink_to("cases.csv")
    Path("results/out").symlink_to("/etc/hostname")
    return folder


def main(*arguments: object) -> int:
    return call("archive", *map(str, arguments), "--language", "en")


def identity() -> pyrage.x25519.Identity:
    return open_identity("private/ledger.key")


def made_of(**changes: Any) -> Contents:
    """Return the study's own folders without the program's code."""
    config = merged([Path("config.yaml")]) | changes
    found = contents(config, [Path("config.yaml")], with_raw=changes.get("with_raw", False))
    roots = {n: p for n, p in found.roots.items() if not p.is_absolute()}
    return Contents(roots, found.raw, found.with_raw, found.secrets, found.absent)


def quiet(*_: object) -> None: ...


def write(file: Path, report: Callable[..., None] = quiet, **changes: Any) -> Written:
    return write_archive(
        file, made_of(**changes), identity(), "read me\n", lambda _: b"cover", TEXT, report
    )


def tree(folder: Path) -> dict[str, tuple[object, ...]]:
    found = {}
    for path in sorted(folder.rglob("*")):
        status = path.lstat()
        if path.is_symlink():
            value: tuple[object, ...] = ("link", str(path.readlink()))
        elif path.is_dir():
            value = ("folder",)
        else:
            value = (path.read_bytes(), status.st_mtime_ns)
        found[str(path.relative_to(folder))] = value
    return found


def members(file: Path) -> tarfile.TarFile:
    data = pyrage.decrypt(file.read_bytes(), [identity()])
    return tarfile.open(fileobj=io.BytesIO(data), encoding="utf-8", errors="surrogateescape")


def refused(action: Callable[[], object], match: str) -> None:
    with pytest.raises(InputError, match=match) as caught:
        action()
    assert PATIENT not in str(caught.value)
