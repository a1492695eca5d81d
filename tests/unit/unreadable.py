"""Folders that may not be read and files that vanish, also for tests that run as root."""

import os
from pathlib import Path
from typing import Any

import pytest


def closed(monkeypatch: pytest.MonkeyPatch, *folders: Path, error: int = 13) -> None:
    """Let the folders be listed no more: `error` is EACCES, or ENOENT for one that vanishes."""
    scandir = os.scandir

    def listed(path: Any = ".") -> Any:
        if not isinstance(path, int) and Path(path) in folders:
            raise OSError(error, os.strerror(error), str(path))
        return scandir(path)

    monkeypatch.setattr(os, "scandir", listed)


class Vanishing:
    """An entry of a folder whose file is deleted before anybody asks for its status."""

    def __init__(self, entry: os.DirEntry[str]) -> None:
        self._entry = entry
        self.name, self.path = entry.name, entry.path
        self.is_dir, self.is_symlink, self.is_file = entry.is_dir, entry.is_symlink, entry.is_file

    def stat(self, follow_symlinks: bool = True) -> os.stat_result:
        """Delete the file, then ask."""
        Path(self.path).unlink()
        return Path(self.path).stat()
