"""A small demonstration, run once; tests that change something work on a copy of it."""

import shutil
from pathlib import Path

import pytest

from tests.workflow.runner import configure, small, snakemake


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/workflow" in item.path.as_posix():
            item.add_marker(pytest.mark.workflow)


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a finished run: read only."""
    folder = tmp_path_factory.mktemp("finished")
    configure(folder, small)
    snakemake(folder)
    return folder


@pytest.fixture
def study(finished: Path, tmp_path: Path) -> Path:
    """Return a copy of the finished run, to change."""
    folder = tmp_path / "study"
    shutil.copytree(finished, folder, symlinks=True)
    return folder
