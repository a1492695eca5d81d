"""A small demonstration, run once; tests that change something work on a copy of it."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from bonescint.questions import known, question
from tests.workflow.runner import FEW_QUESTIONS, configure, few_questions, small, snakemake

# one run starts some sixty programs: without bytecode each would compile the package again
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/workflow" in item.path.as_posix():
            item.add_marker(pytest.mark.workflow)


def shared_folder(
    tmp_path_factory: pytest.TempPathFactory,
    worker_id: str,
    name: str,
    make: Callable[[Path], None],
) -> Path:
    """Return a folder that is made once for all processes: read only."""
    shared = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        # each process of pytest-xdist has a folder of its own below this one
        shared = shared.parent
    folder, done = shared / name, shared / f"{name}.done"
    with FileLock(shared / f"{name}.lock"):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            make(folder)
            done.touch()
    return folder


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return a folder with a finished run that answers every question."""

    def make(folder: Path) -> None:
        folder.mkdir()
        configure(folder, small)
        said = snakemake(folder)
        folder.with_name("finished.said").write_text(said, encoding="utf-8")

    return shared_folder(tmp_path_factory, worker_id, "finished", make)


@pytest.fixture(scope="session")
def brief(finished: Path, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return the same study with the questions alone that the figures need: its runs are short."""

    def make(folder: Path) -> None:
        shutil.copytree(finished, folder, symlinks=True)
        configure(folder, few_questions)
        for name in set(known()) - {*FEW_QUESTIONS, "hypotheses"}:
            for table in (name, *question(name).also):
                (folder / "results" / "metrics" / f"{table}.csv").unlink(missing_ok=True)
        shutil.rmtree(folder / "results" / "analyser")
        snakemake(folder)

    return shared_folder(tmp_path_factory, worker_id, "brief", make)


@pytest.fixture
def study(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a copy of the brief study, to change; of the finished one under the mark `whole`."""
    source = "finished" if request.node.get_closest_marker("whole") else "brief"
    folder = tmp_path / "study"
    shutil.copytree(request.getfixturevalue(source), folder, symlinks=True)
    return folder
