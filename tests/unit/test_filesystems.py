"""Filesystems as the machine tells of them, and modes that are tried."""

import os
from pathlib import Path

import pytest

from bonescint.filesystems import filesystem_of, keeps_modes, mount_of

MOUNTS = r"""
22 1 259:2 / / rw,relatime shared:1 - ext4 /dev/nvme0n1p2 rw
23 22 0:21 / /proc rw - proc proc rw
24 22 253:0 / {home} rw - ext4 /dev/mapper/vg-home rw
25 24 8:17 / {home}/my\040key rw,nosuid - vfat /dev/sdb1 rw,fmask=0022,dmask=0022
60 22 0:50 / {home}/c rw,noatime - 9p C:\134 rw,dirsync,aname=drvfs;path=C:\;uid=1000,trans=fd
61 22 0:51 / {home}/share rw - 9p host rw,aname=/srv
70 24 8:33 / {home}/twice rw - ext4 /dev/sdc1 rw
71 70 8:49 / {home}/twice rw - exfat /dev/sdd1 rw
72 broken
"""


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """Return the root of a machine whose home is the test's folder."""
    told = tmp_path / "root/proc/self/mountinfo"
    told.parent.mkdir(parents=True)
    told.write_text(MOUNTS.format(home=tmp_path))
    return tmp_path / "root"


def test_the_nearest_mount_holds_a_path(machine: Path, tmp_path: Path) -> None:
    assert filesystem_of("/none/of/these", machine)[0] == "ext4"
    home = mount_of(tmp_path / "study", machine)
    assert home
    assert (home.device, home.source) == ("253:0", "/dev/mapper/vg-home")
    assert filesystem_of(tmp_path / "my key/ledger.key", machine)[0] == "vfat"
    assert "fmask=0022" in filesystem_of(tmp_path / "my key", machine)[1]
    assert filesystem_of(tmp_path / "my keys", machine)[0] == "ext4"
    # the later mount hides the earlier
    assert filesystem_of(tmp_path / "twice/x", machine)[0] == "exfat"


def test_a_drive_of_windows_has_its_own_name(machine: Path, tmp_path: Path) -> None:
    assert filesystem_of(tmp_path / "c/study", machine)[0] == "drvfs"
    assert filesystem_of(tmp_path / "share", machine)[0] == "9p"


def test_a_link_is_where_it_leads(machine: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "c/study")
    assert filesystem_of(tmp_path / "link/private", machine)[0] == "drvfs"


def test_a_machine_that_does_not_tell(tmp_path: Path) -> None:
    assert mount_of(tmp_path, tmp_path) is None
    assert filesystem_of(tmp_path, tmp_path) == ("", "")


def test_modes_are_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert keeps_modes(tmp_path)
    assert keeps_modes(tmp_path / "not/yet/ledger.key")
    assert list(tmp_path.iterdir()) == []
    stat = Path.stat

    def as_on_a_stick(path: Path, **options: bool) -> os.stat_result:
        found = stat(path, **options)
        return os.stat_result((found.st_mode | 0o755, *found[1:]))

    monkeypatch.setattr(Path, "stat", as_on_a_stick)
    assert not keeps_modes(tmp_path)


def test_a_real_stick(stick: Path) -> None:
    assert filesystem_of(stick)[0] == "vfat"
    assert not keeps_modes(stick / "ledger.key")
