"""A damaged, foreign or differing archive is named, and nothing of it is restored."""

import fcntl
import hashlib
import io
import os
import tarfile
from collections.abc import Callable
from pathlib import Path

import pyrage
import pytest

from bonescint.custody.archive.read import restore, verify_archive
from bonescint.custody.archive.stream import manifest_line
from bonescint.identity.ledger import create_ledger
from tests.unit.custody.archive_samples import (
    PATIENT,
    TEXT,
    identity,
    main,
    quiet,
    refused,
    study,
    write,
)

Capture = pytest.CaptureFixture[str]
__all__ = ["study"]


@pytest.fixture
def archived(study: Path, tmp_path: Path) -> Path:
    file = tmp_path / "s.tar.age"
    write(file)
    return file


@pytest.mark.parametrize(
    "damage, match",
    [
        (lambda d: d[:-1], "damaged"),
        (lambda d: d[: len(d) // 2], "damaged"),
        (lambda d: d[:60], "damaged"),
        (lambda d: d[:-70_000] + bytes([d[-70_000] ^ 1]) + d[-69_999:], "damaged"),
        (lambda d: d[:70] + bytes([d[70] ^ 1]) + d[71:], "damaged"),
        (lambda d: d + b"more", "damaged"),
        (lambda d: b"x" + d, "not an age file"),
        (lambda d: b"", "not an age file"),
    ],
)
def test_damage(
    archived: Path, tmp_path: Path, damage: Callable[[bytes], bytes], match: str
) -> None:
    archived.write_bytes(damage(archived.read_bytes()))
    refused(lambda: verify_archive(archived, identity(), TEXT, quiet), match)
    refused(lambda: main("--restore", archived, tmp_path / "new"), match)
    assert not list(tmp_path.glob("*new*"))
    assert not list(tmp_path.glob(".*"))


def test_cut_between_chunks(archived: Path) -> None:
    data = archived.read_bytes()
    header = data.index(b"\n---") + 1
    start = data.index(b"\n", header) + 1 + 16
    archived.write_bytes(data[: start + 3 * (65536 + 16)])
    refused(lambda: verify_archive(archived, identity(), TEXT, quiet), "damaged")


def test_cut_behind_the_end_of_the_tar(study: Path, tmp_path: Path) -> None:
    file = tmp_path / "f.tar.age"
    foreign(file, [(entry("a"), b"1")])
    plain = pyrage.decrypt(file.read_bytes(), [identity()]) + bytes(8_000_000)
    whole = pyrage.encrypt(plain, [identity().to_public()])
    file.write_bytes(whole)
    assert verify_archive(file, identity(), TEXT, quiet).good
    file.write_bytes(whole[:-100])
    refused(lambda: verify_archive(file, identity(), TEXT, quiet), "damaged")


def test_wrong_key(archived: Path, tmp_path: Path) -> None:
    create_ledger(tmp_path / "o.age", tmp_path / "o.key")
    refused(lambda: main("--verify", archived, "--key", tmp_path / "o.key"), "key does not open")
    refused(lambda: main("--verify", tmp_path / "none.age"), "not there")


Entries = list[tuple[tarfile.TarInfo, bytes]]


def foreign(file: Path, entries: Entries, manifest: bool = True) -> None:
    """Write an encrypted tar that this program would not: anyone with the public part can."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT) as tar:
        lines = b""
        for info, data in entries:
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
            if info.isreg():
                lines += manifest_line(info.name, hashlib.sha256(data).hexdigest())
        if manifest:
            info = tarfile.TarInfo("MANIFEST.sha256")
            info.size = len(lines)
            tar.addfile(info, io.BytesIO(lines))
    file.write_bytes(pyrage.encrypt(out.getvalue(), [identity().to_public()]))


def entry(name: str, kind: bytes = tarfile.REGTYPE, target: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, target
    return info


@pytest.mark.parametrize(
    "entries",
    [
        [(entry("../evil"), b"x")],
        [(entry("a/../../evil"), b"x")],
        [(entry("/tmp/bonescint-evil"), b"x")],  # noqa: S108
        [(entry("evil", tarfile.LNKTYPE, "/etc/hostname"), b"")],
        [(entry("evil", tarfile.CHRTYPE), b"")],
        [(entry("evil", tarfile.FIFOTYPE), b"")],
        [(entry("evil", tarfile.SYMTYPE, ".."), b""), (entry("evil/evil"), b"x")],
        [(entry("evil"), b"x"), (entry("evil"), b"y")],
        [(entry("none/evil"), b"x")],
    ],
)
def test_nothing_leads_out(study: Path, tmp_path: Path, entries: Entries) -> None:
    file = tmp_path / "f.tar.age"
    foreign(file, entries)
    refused(lambda: main("--restore", file, tmp_path / "new"), "Nothing was taken|differ|agree")
    assert sorted(p.name for p in tmp_path.iterdir()) == ["f.tar.age", "study"]
    assert not Path("/tmp/bonescint-evil").exists()  # noqa: S108


def test_links_that_lead_out_together(study: Path, tmp_path: Path) -> None:
    file = tmp_path / "f.tar.age"
    links = [("a", "."), ("b", "a/.."), ("c", "/etc"), ("good", "d/e")]
    foreign(file, [(entry(name, tarfile.SYMTYPE, target), b"") for name, target in links])
    found = restore(file, tmp_path / "new", identity(), None, TEXT, quiet)
    assert found.links == ["b", "c"]
    assert sorted(p.name for p in (tmp_path / "new").iterdir()) == ["MANIFEST.sha256", "a", "good"]


def test_manifest_differs(study: Path, tmp_path: Path, capsys: Capture) -> None:
    file = tmp_path / "f.tar.age"
    digest = hashlib.sha256(b"1").hexdigest()
    lines = b"".join(manifest_line(n, digest) for n in ("results/a", "results/b", "results/c"))
    rows = [("results/a", b"1"), ("results/b", b"2"), (f"demo/dicom/{PATIENT}", b"4"),
            ("MANIFEST.sha256", lines)]  # fmt: skip
    folders = [(entry(name, tarfile.DIRTYPE), b"") for name in ("results", "demo", "demo/dicom")]
    foreign(file, folders + [(entry(name), data) for name, data in rows], manifest=False)
    assert main("--verify", file) == 1
    out = capsys.readouterr().out
    assert "changed: results/b (line 2" in out
    assert "missing: results/c (line 3" in out
    assert "not in the manifest: a file" in out
    assert PATIENT not in out
    refused(lambda: main("--restore", file, tmp_path / "new"), "nothing was restored")
    foreign(file, [(entry("a"), b"1")], manifest=False)
    refused(lambda: main("--verify", file), "no manifest")
    file.write_bytes(pyrage.encrypt(b"no tar at all", [identity().to_public()]))
    refused(lambda: main("--verify", file), "no manifest")


def test_restore_into_a_used_folder(archived: Path, tmp_path: Path) -> None:
    refused(lambda: main("--restore", archived, "private"), "empty folder")
    refused(lambda: main("--restore", archived, tmp_path / "none/new"), "medium is connected")
    busy = tmp_path / ".busy.restoring"
    busy.mkdir()
    lock = os.open(busy, os.O_RDONLY)
    fcntl.flock(lock, fcntl.LOCK_EX)
    refused(lambda: main("--restore", archived, tmp_path / "busy"), "at work")
    os.close(lock)
    (tmp_path / "new").mkdir()
    stale = tmp_path / ".new.restoring"
    (stale / "private").mkdir(parents=True)
    (stale / "left over").write_text("by a run that was killed")
    assert main("--restore", archived, tmp_path / "new") == 0
    assert not stale.exists()
    assert not (tmp_path / "new/left over").exists()
