"""Every test begins in an empty folder: a study made beside the program is none of its inputs."""

import gc
import os
import shutil
import subprocess
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import pytest
from hypothesis import settings

# how long an example takes depends on what else the machine does
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

# folders of long tests, and which process begins with them; the first one makes the finished study
# of tests/workflow, and nobody else needs it so early
BEGUN_BY = {"slurm": 0, "studies": 1, "fuzz": 2, "bundle": 2, "browser": 2}


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let each process of pytest-xdist begin with long tests: then all end at the same time."""
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    if processes > 1:
        items[:] = dealt(items, processes)


def dealt(items: list[pytest.Item], processes: int) -> list[pytest.Item]:
    """Return the tests in an order whose equal pieces each begin with long ones.

    A process that has done its piece takes over the end of another's: short tests.
    """
    hands: list[list[pytest.Item]] = [[] for _ in range(processes)]
    short: list[pytest.Item] = []
    for folder, tests in groupby(items, lambda item: item.path.parent):
        if folder == Path(__file__).parent / "workflow":
            # a module stays whole, because its tests share what it made
            for n, (_, of_module) in enumerate(groupby(tests, lambda item: item.path)):
                hands[n % processes] += of_module
        elif folder.name in BEGUN_BY:
            hands[BEGUN_BY[folder.name] % processes] += tests
        else:
            short += tests
    order: list[pytest.Item] = []
    for n, hand in enumerate(hands):
        # as pytest-xdist cuts it: WorkStealingScheduling.check_schedule
        piece = (len(items) - len(order)) // (processes - n)
        room = max(piece - len(hand), 0)
        order += [*hand, *short[:room]]
        del short[:room]
    return order


def pytest_collection_finish() -> None:
    """Let the garbage collector leave the tests and modules alone: they stay to the end."""
    gc.freeze()


@pytest.fixture(scope="session")
def _empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("empty")


@pytest.fixture(autouse=True)
def _elsewhere(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, _empty: Path
) -> Iterator[None]:
    # most tests ask for no folder of their own, and to make one for each of them takes long
    own = "tmp_path" in request.fixturenames
    monkeypatch.chdir(request.getfixturevalue("tmp_path") if own else _empty)
    yield
    for left in [] if own else list(_empty.iterdir()):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        else:
            left.unlink()


@pytest.fixture
def stick(tmp_path: Path) -> Iterator[Path]:
    """Return a FAT as it is mounted where nobody asks for anything else."""
    maker = shutil.which("mkfs.vfat", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
    if not maker or os.geteuid():
        pytest.skip("needs root and mkfs.vfat")
    image, place = tmp_path / "image", tmp_path / "stick"
    image.write_bytes(bytes(1 << 20))
    place.mkdir()
    subprocess.run([maker, str(image)], check=True, capture_output=True)
    mount = ["mount", "-o", "loop,umask=022", str(image), str(place)]
    if subprocess.run(mount, capture_output=True).returncode:
        pytest.skip("this machine does not let the test mount an image")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)
