"""The lists tell who is on a disc image; images that they do not describe are removed (R12)."""

from pathlib import Path

import pytest

from bonescint.custody.volumes import FOLDER, Withdrawn, read_build, withdraw_volumes
from tests.unit.custody.built import build

ONE, OTHER, THIRD = "BS-7K3M2", "BS-8M4N3", "BS-9N5P4"


@pytest.fixture(autouse=True)
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def left() -> set[str]:
    folder = FOLDER.parent
    return {p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()}


def test_what_the_lists_say() -> None:
    assert not read_build()
    assert read_build().is_whole
    images = build((ONE, OTHER), (THIRD,), number="D012")
    found = read_build()
    assert (found.delivery, found.codes, found.images) == ("D-012", {ONE, OTHER, THIRD}, images)
    assert found.numbered[1]["bytes"] == 2048
    assert found.is_whole
    assert list(found.changed()) == []
    images[0].write_bytes(images[0].read_bytes()[::-1])
    assert list(found.changed()) == images[:1]
    assert found.is_whole  # only sizes, because this is asked whenever rules are read
    images[0].unlink()
    assert not found.is_whole


def test_a_delivery_is_withdrawn_as_a_whole() -> None:
    build((ONE, OTHER), (THIRD,))
    (FOLDER.parent / "forms").mkdir()
    (FOLDER.parent / "forms" / "record.pdf").write_bytes(b"names the discs by their hash")
    before = left()
    assert withdraw_volumes({"BS-ZZZZZ"}) == Withdrawn()
    assert left() == before
    assert withdraw_volumes({THIRD}) == Withdrawn(2)
    assert left() == set()


def test_a_label_counts_if_the_list_is_older() -> None:
    """A crash between the new images and their list; the sizes may be the same."""
    (image,) = build((ONE, OTHER))
    image.with_suffix(".txt").write_text(f"{ONE} {THIRD}")
    assert withdraw_volumes({THIRD}) == Withdrawn(1)
    assert left() == set()


@pytest.mark.parametrize("damage", ["no list", "no cases", "another size", "no list at all"])
def test_an_image_that_its_lists_do_not_describe_goes(damage: str) -> None:
    (image,) = build((ONE, OTHER))
    match damage:
        case "no list":
            (FOLDER / "volumes.csv").unlink()
        case "no cases":
            (FOLDER / "contents.csv").write_text("volume,code,images,sha256,replaces\n")
        case "another size":
            image.write_bytes(b"x")
        case "no list at all":
            (FOLDER / "volumes.csv").write_bytes(b"\xff\xfe\x00volume\n")
    assert withdraw_volumes({"BS-ZZZZZ"}) == Withdrawn(0, (image.name,))
    assert not image.exists()


def test_leftovers_of_a_killed_build_or_a_person_go_unnamed() -> None:
    (image,) = build((ONE,))
    staging = FOLDER / ".building-x1"
    staging.mkdir()
    (staging / "BONE_TEST_D002_1.ISO").write_bytes(b"half")
    (staging / "BONE_TEST_D002_1.txt").write_text(OTHER)
    (FOLDER / "YAMADA_HANAKO.iso").write_bytes(b"x")
    (FOLDER / "notes.txt").write_text("a person's own, which is searched like any other text")
    found = withdraw_volumes(set())
    assert found == Withdrawn(0, ("?", "BONE_TEST_D002_1.ISO"))
    assert image.exists()
    assert (FOLDER / "notes.txt").exists()
    assert not staging.exists()
    assert read_build().is_whole
