"""Three studies besides the demonstration. Each runs once, and tests only read it."""

from pathlib import Path

import pytest

from tests.studies import no_reader, one_tracer, other_organ
from tests.workflow.conftest import shared_folder
from tests.workflow.runner import snakemake

_MADE = {"one_tracer": one_tracer, "other_organ": other_organ, "no_reader": no_reader}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/studies" in item.path.as_posix():
            item.add_marker(pytest.mark.workflow)


def finished_study(name: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return the folder of a study after its run; what the run printed lies beside it."""

    def make(folder: Path) -> None:
        folder.mkdir()
        _MADE[name].make(folder)
        said = snakemake(folder)
        folder.with_name(f"{name}.said").write_text(said, encoding="utf-8")

    return shared_folder(tmp_path_factory, worker_id, name, make)


@pytest.fixture(scope="session")
def one_tracer_study(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return men and women, one tracer, three versions, two readers; in English."""
    return finished_study("one_tracer", tmp_path_factory, worker_id)


@pytest.fixture(scope="session")
def other_organ_study(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return liver scans with a volume and a count, and readers who grade nothing."""
    return finished_study("other_organ", tmp_path_factory, worker_id)


@pytest.fixture(scope="session")
def no_reader_study(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """Return one version of one product, without readers and without a preceding study."""
    return finished_study("no_reader", tmp_path_factory, worker_id)
