"""The image holds both trees over the same bytes, is the same each time, or is not there."""

import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pycdlib
import pytest

from bonescint.delivery.disc import image as module
from bonescint.delivery.disc.image import image_size, write_image
from bonescint.delivery.disc.layout import DiscFile
from bonescint.errors import InputError
from bonescint.resources import ROOT
from tests.unit.delivery.disc.small import LABEL, case, disc_file, stand_in


@pytest.fixture
def files(tmp_path: Path) -> list[DiscFile]:
    cases = [case(tmp_path / "dicom", code, (3000, 5000)) for code in ("P-2345", "P-6789")]
    return stand_in(cases, LABEL)


def listed(path: Path, tree: str) -> dict[str, bytes]:
    """Return the content of each file of a tree."""
    image: Any = pycdlib.PyCdlib()
    image.open(str(path))
    found = {}
    for folder, _, names in image.walk(**{tree: "/"}):
        for name in names:
            at = f"{folder.rstrip('/')}/{name}"
            with image.open_file_from_iso(**{tree: at}) as stream:
                found[at] = stream.read()
    image.close()
    return found


def content(file: DiscFile) -> bytes:
    return file.source if isinstance(file.source, bytes) else file.source.read_bytes()


def test_both_trees_hold_every_file(files: list[DiscFile], tmp_path: Path) -> None:
    target = tmp_path / "a.iso"
    write_image(files, LABEL, target)
    assert listed(target, "joliet_path") == {f"/{f.joliet}": content(f) for f in files}
    in_iso = {
        f"/{f.iso};1" if "." in f.iso else f"/{f.iso}.;1": content(f)
        for f in files
    }  # fmt: skip
    assert listed(target, "iso_path") == in_iso
    assert target.read_bytes()[32808:32840].decode() == f"{LABEL.file_set_id:32}"


def test_the_size_is_known_before(files: list[DiscFile], tmp_path: Path) -> None:
    target = tmp_path / "a.iso"
    write_image(files, LABEL, target)
    assert target.stat().st_size == image_size(files)
    # nothing is read for it
    gone = [replace(f, source=tmp_path / "gone") for f in files]
    assert image_size(gone) == image_size(files)


_BUILD = """
import sys
from pathlib import Path
from bonescint.delivery.disc.image import write_image
from tests.unit.delivery.disc.small import LABEL, case, stand_in
cases = [case(Path(sys.argv[1]) / "dicom", code, (3000, 5000)) for code in ("P-2345", "P-6789")]
files = stand_in(cases, LABEL)
write_image(files[:: int(sys.argv[2])], LABEL, Path(sys.argv[3]))
"""


def test_the_same_bytes_at_any_time_and_place(files: list[DiscFile], tmp_path: Path) -> None:
    first = tmp_path / "a.iso"
    write_image(files, LABEL, first)
    for n, (zone, step) in enumerate((("Asia/Tokyo", "1"), ("America/St_Johns", "-1"))):
        time.sleep(1.1 * n)  # the clock goes on, and the order given is another one
        other = tmp_path / f"{n}.iso"
        subprocess.run(
            [sys.executable, "-c", _BUILD, str(tmp_path), step, str(other)],
            check=True,
            cwd=ROOT,
            env={"TZ": zone, "PYTHONPATH": f"{ROOT / 'scripts'}:{ROOT}", "PATH": ""},
        )
        assert other.read_bytes() == first.read_bytes()


def test_the_clock_goes_on_for_everybody_else(files: list[DiscFile], tmp_path: Path) -> None:
    write_image(files, LABEL, tmp_path / "a.iso")
    for one in (module.mastering, module.dates, module.headervd):
        assert one.time is time  # type: ignore[attr-defined]


@pytest.mark.skipif(not shutil.which("isoinfo"), reason="isoinfo (genisoimage) is not installed")
def test_isoinfo_agrees(files: list[DiscFile], tmp_path: Path) -> None:
    target = tmp_path / "a.iso"
    write_image(files, LABEL, target)
    for file in files:
        iso = f"/{file.iso};1" if "." in file.iso else f"/{file.iso}.;1"
        for option, path in ((["-x", iso], file.iso), (["-J", "-x", f"/{file.joliet}"], "")):
            if not path and not file.joliet.isascii():
                continue  # isoinfo shows no letters beyond its locale's
            command = ["isoinfo", "-i", str(target), *option]
            done = subprocess.run(command, capture_output=True, check=True)
            assert done.stdout == content(file)


@pytest.mark.skipif(not shutil.which("xorriso"), reason="xorriso is not installed")
def test_xorriso_agrees(files: list[DiscFile], tmp_path: Path) -> None:
    target, out = tmp_path / "a.iso", tmp_path / "out"
    write_image(files, LABEL, target)
    command = ["xorriso", "-osirrox", "on", "-indev", str(target), "-extract", "/", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found = {
        str(path.relative_to(out)): path.read_bytes() for path in out.rglob("*") if path.is_file()
    }
    assert found == {file.joliet: content(file) for file in files}
    assert "WARNING" not in done.stderr
    subprocess.run(["chmod", "-R", "u+w", str(out)], check=True)


@pytest.mark.parametrize(
    "iso, joliet",
    [
        ("README.TEXT", "README.TXT"),
        ("readme.txt", "readme.txt"),
        ("LONGNAME9", "LONGNAME9"),
        ("A-B", "A-B"),
        ("A.B.C", "A.B.C"),
        ("", "A"),
        ("/A", "/A"),
        ("A", ""),
        ("A", "a*b"),
        ("A", "a?"),
        ("A", "a:b"),
        ("A", "a."),
        ("A", "a\n"),
        ("A", "字" * 22),
        ("A", "𠮷"),
        ("A/B", "C/B"),
        ("A", "B/A"),
        ("DIR.EXT/A", "DIR.EXT/A"),
        ("1/2/3/4/5/6/7/8/9", "1/2/3/4/5/6/7/8/9"),
        ("../A", "../A"),
    ],
)
def test_names_that_some_reader_does_not_take(iso: str, joliet: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="name on a disc"):
        write_image([DiscFile(iso, joliet, b"", 0, "")], LABEL, tmp_path / "a.iso")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "first, second",
    [
        (("A", "a1"), ("A", "a2")),
        (("A", "same"), ("B", "same")),
        (("A", "same"), ("B", "SAME")),
        (("A", "A"), ("A/B", "A/B")),
    ],
)
def test_two_entries_of_one_name(
    first: tuple[str, str], second: tuple[str, str], tmp_path: Path
) -> None:
    files = [DiscFile(iso, joliet, b"", 0, "") for iso, joliet in (first, second)]
    with pytest.raises(ValueError, match="one name"):
        write_image(files, LABEL, tmp_path / "a.iso")


def test_a_volume_identifier_of_other_letters(tmp_path: Path) -> None:
    files = [disc_file("A", b"a")]
    label = replace(LABEL, delivery="d/01")
    with pytest.raises(ValueError, match="volume identifier"):
        write_image(files, label, tmp_path / "a.iso")


def test_a_file_that_level_1_cannot_hold() -> None:
    with pytest.raises(InputError, match=r"4,294,967,296 bytes.*4 GiB"):
        image_size([DiscFile("A", "A", b"", 1 << 32, "")])
    assert image_size([DiscFile("A", "A", b"", (1 << 32) - 1, "")]) > 1 << 32


def grown(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


def other(path: Path) -> None:
    path.write_bytes(bytes(path.stat().st_size))


@pytest.mark.parametrize("change", [grown, other, Path.unlink])
def test_a_source_that_changed_before(
    change: Callable[[Path], None], files: list[DiscFile], tmp_path: Path
) -> None:
    source = next(f.source for f in files if isinstance(f.source, Path))
    change(source)
    target = tmp_path / "disc" / "a.iso"
    with pytest.raises(InputError, match=source.name):
        write_image(files, LABEL, target)
    assert list(target.parent.iterdir() if target.parent.exists() else []) == []


@pytest.mark.parametrize("change", [lambda p: p.write_bytes(b"short"), other])
def test_a_source_that_changes_while_the_image_is_written(
    change: Callable[[Path], None],
    files: list[DiscFile],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    source = next(f.source for f in files if isinstance(f.source, Path))
    write = pycdlib.PyCdlib.write_fp

    def changed_first(*given: Any, **more: Any) -> None:
        change(source)
        write(*given, **more)

    monkeypatch.setattr(pycdlib.PyCdlib, "write_fp", changed_first)
    target = tmp_path / "a.iso"
    target.write_bytes(b"the former one")
    with pytest.raises(InputError, match=f"{source.name} changed while"):
        write_image(files, LABEL, target)
    assert target.read_bytes() == b"the former one"
    assert [path.name for path in tmp_path.iterdir() if path.is_file()] == ["a.iso"]


def test_what_does_not_read_back(
    files: list[DiscFile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = pycdlib.PyCdlib.write_fp

    def damaged(self: Any, stream: Any, **more: Any) -> None:
        write(self, stream, **more)
        stream.truncate(stream.seek(0, os.SEEK_END) - 2048)

    monkeypatch.setattr(pycdlib.PyCdlib, "write_fp", damaged)
    with pytest.raises(InputError, match="a.iso, read back"):
        write_image(files, LABEL, tmp_path / "a.iso")
    assert not (tmp_path / "a.iso").exists()


def test_a_disk_without_room(
    files: list[DiscFile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "disk_usage", lambda _: shutil._ntuple_diskusage(9, 8, 1))  # type: ignore[attr-defined]
    with pytest.raises(InputError, match=f"needs {image_size(files):,} bytes, 1 are free"):
        write_image(files, LABEL, tmp_path / "a.iso")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_a_disk_that_becomes_full(
    files: list[DiscFile], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Any, stream: Any, **more: Any) -> None:
        with Path("/dev/full").open("wb", buffering=0) as disk:
            disk.write(b"x")

    monkeypatch.setattr(pycdlib.PyCdlib, "write_fp", full)
    with pytest.raises(InputError, match="disk became full"):
        write_image(files, LABEL, tmp_path / "disc" / "a.iso")
    assert list((tmp_path / "disc").iterdir()) == []


def test_a_place_that_is_no_folder(files: list[DiscFile], tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(InputError, match="cannot be written"):
        write_image(files, LABEL, tmp_path / "file" / "a.iso")


def test_an_empty_file(tmp_path: Path) -> None:
    files = [disc_file("EMPTY.TXT", b""), disc_file("A", b"a")]
    write_image(files, LABEL, tmp_path / "a.iso")
    assert listed(tmp_path / "a.iso", "joliet_path") == {"/EMPTY.TXT": b"", "/A": b"a"}
    assert hashlib.sha256(b"").hexdigest() == files[0].sha256
