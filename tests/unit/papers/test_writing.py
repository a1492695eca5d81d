"""Files of a form: all of them or none."""

import errno
from pathlib import Path

import pytest

from bonescint.papers import writing


def test_a_full_disk_leaves_none_of_them(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    files = {tmp_path / "a.pdf": b"new", tmp_path / "b.pdf": b"new"}
    (tmp_path / "a.pdf").write_bytes(b"filled in")

    def full(*_: object) -> None:
        if (tmp_path / ".full").exists():
            raise OSError(errno.ENOSPC, "full")
        (tmp_path / ".full").touch()

    monkeypatch.setattr("os.fchmod", full)  # at the second file
    with pytest.raises(OSError, match="full"):
        writing.write_files(files)
    assert (tmp_path / "a.pdf").read_bytes() == b"filled in"
    assert {path.name for path in tmp_path.iterdir()} == {"a.pdf", ".full"}
