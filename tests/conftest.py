"""Every test begins in an empty folder: a study made beside the program is none of its inputs."""

import gc
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest


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
