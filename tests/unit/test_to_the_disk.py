"""A file that is reported as written has reached the disk."""

import ctypes
import errno
import os
from pathlib import Path

import pytest

from bonescint import files


def test_one_call_has_all_files_of_a_disk_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    monkeypatch.setattr(files.os, "sync", lambda: asked.append("every disk"))
    (tmp_path / "scan").write_bytes(b"counts")
    files.to_the_disk(tmp_path)
    assert asked == []  # the machine's other disks are not waited for
    monkeypatch.setattr(files.ctypes, "CDLL", lambda *_, **__: object())  # as on macOS
    files.to_the_disk(tmp_path)
    assert asked == ["every disk"]


def test_a_disk_that_cannot_be_written_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Failing:
        @staticmethod
        def syncfs(folder: int) -> int:
            ctypes.set_errno(errno.EIO)
            return -1

    monkeypatch.setattr(files.ctypes, "CDLL", lambda *_, **__: Failing)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        files.to_the_disk(tmp_path)


def test_a_file_goes_to_the_disk_before_anybody_waits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[tuple[int, ...]] = []
    monkeypatch.setattr(files, "_begin_to_write", lambda: lambda *call: asked.append(call))
    with (tmp_path / "scan").open("wb") as stream:
        stream.write(b"counts")
        files.towards_the_disk(stream)
        assert asked == [(stream.fileno(), 0, 0, 2)]
        # what still lay in the program could not be written
        assert (tmp_path / "scan").read_bytes() == b"counts"


@pytest.mark.parametrize("library", [object(), None])
def test_a_system_without_that_call_writes_later(
    library: object, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if library:
        files._begin_to_write.cache_clear()
        monkeypatch.setattr(files.ctypes, "CDLL", lambda *_, **__: library)
    with (tmp_path / "scan").open("wb") as stream:
        stream.write(b"counts")
        files.towards_the_disk(stream)
    files._begin_to_write.cache_clear()
    assert (tmp_path / "scan").read_bytes() == b"counts"
