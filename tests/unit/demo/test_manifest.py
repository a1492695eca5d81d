"""Files of a person at the demonstration's place stay there in any run."""

import os
import shutil
from pathlib import Path

import pytest

from bonescint.demo.manifest import begin_demo, list_demo, not_of_the_generator
from bonescint.folders import FOLDER_MARK

OUTPUTS = ("dicom", "opt_out.csv", "readings/reader1.xlsx", "truth.csv")
FILES = ("dicom/201906/1.dcm", "opt_out.csv", "readings/reader1.xlsx", "truth.csv")


@pytest.fixture
def demo(tmp_path: Path) -> Path:
    for name in FILES:
        file = tmp_path / "demo" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(name)
    (tmp_path / "demo/dicom" / FOLDER_MARK).touch()
    return tmp_path / "demo"


def others(demo: Path) -> list[str]:
    return [f.relative_to(demo).as_posix() for f in not_of_the_generator(demo, OUTPUTS)]


def test_what_was_made_is_the_generators_wherever_it_is_copied(demo: Path, tmp_path: Path) -> None:
    assert others(tmp_path / "none") == []
    list_demo(demo, [demo / name for name in OUTPUTS])
    assert others(demo) == []
    shutil.copytree(demo, tmp_path / "copy", copy_function=shutil.copyfile)
    assert others(tmp_path / "copy") == []
    (demo / FILES[1]).unlink()
    assert others(demo) == []


@pytest.mark.parametrize("name", ["dicom/mine.dcm", "notes.txt", *FILES])
def test_what_was_added_or_changed_is_somebodys_own(demo: Path, name: str) -> None:
    list_demo(demo, [demo / name for name in OUTPUTS])
    # of the same size and with the date of what was there
    size = (demo / name).stat().st_size if (demo / name).exists() else 6
    (demo / name).write_text("x" * size)
    os.utime(demo / name, (1, 1))
    assert others(demo) == [name]


def test_a_link_to_somebodys_folder_is_somebodys(demo: Path, tmp_path: Path) -> None:
    list_demo(demo, [demo / name for name in OUTPUTS])
    (tmp_path / "raw").mkdir()
    shutil.rmtree(demo / "dicom")
    (demo / "dicom").symlink_to(tmp_path / "raw")
    assert others(demo) == ["dicom"]


def test_a_generator_that_was_cut_off_may_begin_again(demo: Path) -> None:
    list_demo(demo, [demo / name for name in OUTPUTS])
    begin_demo(demo)
    (demo / "dicom/201906/2.dcm").write_text("new")
    assert others(demo) == []
    (demo / "notes.txt").write_text("my own")
    assert others(demo) == ["notes.txt"]


def test_what_a_former_version_made_counts_as_long_as_nothing_came_there_since(demo: Path) -> None:
    assert others(demo) == []
    # a date can be set back, but not the moment at which the file came there
    mark = demo / "dicom" / FOLDER_MARK
    early = (demo / FILES[0]).stat().st_ctime - 10
    os.utime(mark, (early, early))
    assert others(demo) == sorted(FILES)
    mark.unlink()
    assert others(demo) == sorted(FILES)
