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
