"""Media as the machine tells of them: disks, encrypted volumes, shares, drives of Windows."""

from pathlib import Path

import pytest

from bonescint.custody.media import Medium, medium_of

MOUNTS = """
22 1 259:2 / / rw - ext4 /dev/nvme0n1p2 rw
23 22 253:0 / {home}/study rw - ext4 /dev/mapper/luks-home rw
24 22 8:17 / {home}/stick rw - vfat /dev/sdb1 rw
25 22 8:18 / {home}/second rw - exfat /dev/sdb2 rw
26 22 0:44 / {home}/volume rw - btrfs /dev/sdc1 rw
27 22 0:50 / {home}/d rw - 9p D:\\134 rw,aname=drvfs
28 22 0:51 / {home}/share rw - cifs //server/keys/ rw
29 22 0:52 / {home}/again rw - cifs //server/keys rw
30 22 0:53 / {home}/memory rw - tmpfs tmpfs rw
31 22 0:54 / {home}/more rw - tmpfs tmpfs rw
32 22 7:0 / {home}/image rw - ext4 /dev/loop0 rw
"""
DISKS = {"nvme0n1": ["nvme0n1p2", "nvme0n1p3"], "sdb": ["sdb1", "sdb2"], "sdc": ["sdc1"]}
UUIDS = {"E-1": "nvme0n1p2", "L-2": "nvme0n1p3", "F-3": "sdb1", "X-4": "sdb2", "I-5": "dm-0"}


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Return the root of a machine whose home is the test's folder."""
    root = tmp_path / "root"
    for folder in ("proc/self", "dev/mapper", "dev/disk/by-uuid", "sys/class/block"):
        (root / folder).mkdir(parents=True)
    (root / "proc/self/mountinfo").write_text(MOUNTS.format(home=tmp_path))
    by_name = root / "sys/class/block"
    for disk, parts in DISKS.items():
        for part in parts:
            (root / "sys/devices" / disk / part).mkdir(parents=True)
            (root / "sys/devices" / disk / part / "partition").write_text("1")
            (by_name / part).symlink_to(root / "sys/devices" / disk / part)
    (root / "sys/devices/dm-0/slaves").mkdir(parents=True)
    (root / "sys/devices/dm-0/slaves/nvme0n1p3").symlink_to(root / "sys/devices/nvme0n1/nvme0n1p3")
    (by_name / "dm-0").symlink_to(root / "sys/devices/dm-0")
    (root / "dev/mapper/luks-home").symlink_to("../dm-0")
    (root / "sys/devices/loop0/loop").mkdir(parents=True)
    (root / "sys/devices/loop0/loop/backing_file").write_text(f"{tmp_path}/stick/image.img\n")
    (by_name / "loop0").symlink_to(root / "sys/devices/loop0")
    for uuid, device in UUIDS.items():
        (root / "dev/disk/by-uuid" / uuid).symlink_to(f"../../{device}")
    return root


@pytest.mark.parametrize(
    ("folder", "disks", "names"),
    [
        ("", {"nvme0n1"}, {"uuid E-1", "uuid L-2"}),
        # what is encrypted lies on the disk below it
        ("study", {"nvme0n1"}, {"uuid E-1", "uuid L-2"}),
        ("stick", {"sdb"}, {"uuid F-3", "uuid X-4"}),
        # a volume without a number of its own is known by its device
        ("volume", {"sdc"}, set()),
        # an image of a disk lies where its file lies
        ("image", {"sdb"}, {"uuid F-3", "uuid X-4"}),
        ("d", {"drvfs D:\\"}, set()),
        ("share", {"cifs //server/keys"}, {"cifs //server/keys"}),
        ("memory", {"tmpfs 0:53"}, set()),
    ],
)
def test_what_holds_a_path(
    machine: Path, tmp_path: Path, folder: str, disks: set[str], names: set[str]
) -> None:
    found = medium_of(tmp_path / folder / "not/there/yet.age", machine)
    assert (set(found.disks), set(found.names)) == (disks, names)


@pytest.mark.parametrize(
    ("one", "other", "is_one"),
    [
        ("stick", "second", True),  # two partitions of one stick
        ("study", "", True),
        ("share", "again", True),
        ("memory", "more", False),
        ("stick", "study", False),
        ("d", "share", False),
    ],
)
def test_what_is_one_medium(
    machine: Path, tmp_path: Path, one: str, other: str, is_one: bool
) -> None:
    media = [medium_of(tmp_path / folder, machine) for folder in (one, other)]
    assert media[0].is_also(media[1]) is media[1].is_also(media[0]) is is_one


def test_a_place_is_told_without_what_lies_above_the_medium(machine: Path, tmp_path: Path) -> None:
    assert medium_of(tmp_path / "stick/keys/a.key", machine).place == "stick/keys/a.key"
    assert medium_of(tmp_path / "a.key", machine).place == str(tmp_path / "a.key")


def test_it_is_known_again_under_another_letter() -> None:
    before = Medium(frozenset({"sdb"}), frozenset({"uuid F-3"}), "stick")
    assert before.is_also(Medium(frozenset({"sdf"}), frozenset({"uuid F-3"}), "stick1"))
    assert not before.is_also(Medium(frozenset({"sdf"}), frozenset({"uuid G-9"}), "stick"))


def test_a_machine_that_tells_nothing_has_the_number_of_the_filesystem(tmp_path: Path) -> None:
    found = medium_of(tmp_path / "a/b", tmp_path / "none")
    assert found.disks == {str(tmp_path.stat().st_dev)}
