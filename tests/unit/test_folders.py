"""One walk over a raw tree, which nothing below the folder stops."""

import errno
import os
import subprocess
from pathlib import Path

import pytest

from bonescint import folders
from bonescint.folders import files_below
from tests.unit.unreadable import Vanishing, closed


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    for name in ("a/1", "b/c/2", "b/c/3", "b/d", "z"):
        path = tmp_path / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    return tmp_path / "raw"


@pytest.mark.parametrize("error", [errno.EACCES, errno.ENOENT, errno.EIO])
def test_a_folder_that_cannot_be_listed_is_an_entry(
    raw: Path, monkeypatch: pytest.MonkeyPatch, error: int
) -> None:
    closed(monkeypatch, raw / "b" / "c", error=error)
    found = {file.path: file.refusal for file in files_below(raw)}
    kind = type(OSError(error, "")).__name__
    assert found == {"a/1": "", "b/c/": f"folder: {kind}", "b/d": "", "z": ""}


def test_a_file_that_vanishes_after_the_listing_is_an_entry(
    raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    of_file = folders._file
    monkeypatch.setattr(
        folders, "_file", lambda path, e: of_file(path, Vanishing(e) if path == "b/d" else e)
    )
    found = {file.path: file.refusal for file in files_below(raw)}
    assert found == {"a/1": "", "b/c/2": "", "b/c/3": "", "b/d": "FileNotFoundError", "z": ""}


def test_an_unreadable_folder_is_not_taken_as_empty(
    raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed(monkeypatch, raw)
    with pytest.raises(PermissionError):
        list(files_below(raw))


def test_depth_is_bound_by_the_system_alone(tmp_path: Path) -> None:
    # more folders in each other than functions may call each other, and a path that is too long
    here = os.open(tmp_path, os.O_RDONLY)
    for _ in range(2500):
        os.mkdir("d", dir_fd=here)
        below = os.open("d", os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = below
    os.close(here)
    try:
        (found,) = files_below(tmp_path)
    finally:
        subprocess.run(["rm", "-r", str(tmp_path / "d")], check=True)  # pytest cannot
    assert found.refusal == "folder: OSError"
    assert found.path.count("/") > 1000
