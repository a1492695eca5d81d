"""Encryption of disks: what the kernel tells, what Windows answers, what nobody can tell."""

import subprocess
from pathlib import Path
from typing import Any

import pytest

from bonescint.doctor import bitlocker, disks
from bonescint.doctor.finding import GOOD, LOOK
from tests.unit.doctor.machines import FakeMachine


def kinds(machine: FakeMachine, *paths: str) -> list[tuple[str, str]]:
    found = disks.encryption([Path(path) for path in paths], machine.root)
    return [(one.key, one.state) for one in found]


def test_luks_below_a_volume_of_lvm(machine: FakeMachine) -> None:
    machine.disk("nvme0n1p3", "259:3")
    machine.disk("dm-0", "253:0", on=("nvme0n1p3",), uuid="CRYPT-LUKS2-0123456789abcdef-luks")
    machine.disk("dm-1", "253:1", on=("dm-0",), uuid="LVM-abc")
    machine.mount("/", "253:1", "ext4", "/dev/mapper/vg-root")
    assert kinds(machine, "/home/study") == [("yes", GOOD)]


def test_a_volume_over_two_disks_of_which_one_is_bare(machine: FakeMachine) -> None:
    machine.disk("sda2", "8:2")
    machine.disk("sdb1", "8:17")
    machine.disk("dm-0", "253:0", on=("sda2",), uuid="CRYPT-LUKS1-x")
    machine.disk("dm-1", "253:1", on=("dm-0", "sdb1"), uuid="LVM-abc")
    machine.mount("/", "253:1", "ext4", "/dev/mapper/vg-root")
    assert kinds(machine, "/home/study") == [("no", LOOK)]


def test_a_filesystem_with_a_number_of_its_own_names_its_device(machine: FakeMachine) -> None:
    machine.disk("dm-0", "253:0", uuid="CRYPT-LUKS2-x")
    (machine.root / "dev/mapper/home").symlink_to("../dm-0")
    machine.mount("/", "0:35", "btrfs", "/dev/mapper/home", ",subvol=/home")
    assert kinds(machine, "/home/study") == [("yes", GOOD)]


def test_a_file_that_is_a_disk_is_as_safe_as_where_it_lies(machine: FakeMachine) -> None:
    machine.disk("dm-0", "253:0", uuid="CRYPT-LUKS2-x")
    machine.disk("loop0", "7:0")
    machine.write("sys/devices/loop0/loop/backing_file", "/vault/image\n")
    machine.mount("/", "8:1", "ext4", "/dev/sda1")
    machine.mount("/vault", "253:0", "ext4", "/dev/mapper/vault")
    machine.mount("/mnt/image", "7:0", "ext4", "/dev/loop0")
    assert kinds(machine, "/mnt/image/study") == [("yes", GOOD)]


def test_each_disk_has_a_line(machine: FakeMachine) -> None:
    machine.disk("sda1", "8:1")
    machine.mount("/", "8:1", "ext4", "/dev/sda1")
    machine.mount("/media/stick", "8:17", "vfat", "/dev/sdb1")
    machine.mount("/mnt/server", "0:60", "cifs", "//server/share")
    machine.mount("/run", "0:24", "tmpfs", "tmpfs")
    machine.mount("/vault", "0:61", "fuse.gocryptfs", "/home/cipher")
    found = kinds(
        machine, "/home/a", "/home/b", "/media/stick/k", "/mnt/server/l", "/run/x", "/vault/y"
    )
    assert found == [
        ("no", LOOK), ("untold", LOOK), ("share", LOOK), ("memory", GOOD), ("yes", GOOD),
    ]  # fmt: skip


def test_a_machine_that_tells_nothing(tmp_path: Path) -> None:
    assert [one.key for one in disks.encryption([tmp_path], tmp_path)] == ["untold"]
    assert list(disks.swap(tmp_path)) == []


@pytest.mark.parametrize(
    ("answer", "key"),
    [
        (b"1\r\n", "bitlocker"),
        (b"2\r\n", "bitlocker_off"),
        (b"3\r\n", "bitlocker_partly"),
        (b"5\r\n", "bitlocker_partly"),
        (b"", "bitlocker_untold"),
        (b"\x82\xa0", "bitlocker_untold"),
    ],
)
def test_windows_answers(
    machine: FakeMachine, monkeypatch: pytest.MonkeyPatch, answer: bytes, key: str
) -> None:
    asked: list[str] = []

    def run(command: list[str], **_: Any) -> subprocess.CompletedProcess[bytes]:
        asked.append(command[-1])
        return subprocess.CompletedProcess(command, 0, answer)

    monkeypatch.setattr(bitlocker.subprocess, "run", run)
    monkeypatch.setenv("WSL_DISTRO_NAME", "Ubuntu-24.04")
    machine.become_wsl()
    machine.disk("sdc", "8:32")
    machine.mount("/", "8:32", "ext4", "/dev/sdc")
    machine.mount("/mnt/d", "0:50", "9p", "D:\\", ",aname=drvfs;path=D:\\")
    assert [one for one, _ in kinds(machine, "/home/study", "/mnt/d/key")] == [key, key]
    # the disk of WSL is a file on some drive; the other drive has a letter
    assert "Ubuntu-24.04" in asked[0]
    assert "$drive = 'D'" in asked[1]


@pytest.mark.parametrize("error", [FileNotFoundError(), subprocess.TimeoutExpired("x", 20)])
def test_windows_does_not_answer(
    machine: FakeMachine, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    def run(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr(bitlocker.subprocess, "run", run)
    monkeypatch.setenv("WSL_DISTRO_NAME", "Ubuntu")
    machine.become_wsl()
    machine.mount("/", "8:32", "ext4", "/dev/sdc")
    assert kinds(machine, "/home/study") == [("bitlocker_untold", LOOK)]


def test_no_odd_name_becomes_a_command(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_: Any, **__: Any) -> None:
        pytest.fail("asked")

    monkeypatch.setattr(bitlocker.subprocess, "run", run)
    monkeypatch.setenv("WSL_DISTRO_NAME", "x'; Remove-Item 'y")
    assert bitlocker.protection(None) == "bitlocker_untold"
    assert bitlocker.protection("'") == "bitlocker_untold"


def swaps(machine: FakeMachine, *names: str) -> list[str]:
    lines = "".join(f"{name} partition 8 0 -2\n" for name in names)
    machine.write("proc/swaps", f"Filename Type Size Used Priority\n{lines}")
    return [one.key for one in disks.swap(machine.root)]


def test_swap(machine: FakeMachine) -> None:
    machine.disk("sda3", "8:3")
    machine.disk("dm-0", "253:0", on=("sda3",), uuid="CRYPT-PLAIN-swap")
    machine.mount("/", "253:0", "ext4", "/dev/dm-0")
    assert swaps(machine) == ["none"]
    assert swaps(machine, "/dev/zram0", "/dev/dm-0", "/swapfile") == ["yes"]
    assert swaps(machine, "/dev/dm-0", "/dev/sda3") == ["no"]
    # without an answer nothing is said
    assert swaps(machine, "/dev/unknown") == []
    machine.become_wsl()
    assert swaps(machine, "/dev/sda3") == []
