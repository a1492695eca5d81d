"""A small demonstration, run once; tests that change something work on a copy of it."""

import shutil
from pathlib import Path

import pytest
from filelock import FileLock

from tests.workflow.runner import configure, small, snakemake


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/workflow" in item.path.as_posix():
            item.add_marker(pytest.mark.workflow)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a folder with a finished run, made once for all processes: read only."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        # each process of pytest-xdist has a folder of its own below this one
        shared = shared.parent
    folder = shared / "finished"
    with FileLock(shared / "finished.lock"):
        if not (shared / "finished.done").exists():
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir()
            configure(folder, small)
            printed = snakemake(folder)
            (shared / "finished.done").write_text(printed, encoding="utf-8")
    return folder


@pytest.fixture
def study(finished: Path, tmp_path: Path) -> Path:
    """Return a copy of the finished run, to change."""
    folder = tmp_path / "study"
    shutil.copytree(finished, folder, symlinks=True)
    return folder
