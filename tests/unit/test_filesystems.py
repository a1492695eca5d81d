"""Filesystems as the machine tells of them, and modes that are tried."""

import os
import stat
from pathlib import Path

import pytest

from bonescint.filesystems import close_to_others, filesystem_of, keeps_modes, mount_of

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


@pytest.fixture
def records(tmp_path: Path) -> Path:
    """Return a folder as Snakemake leaves it, with links out of it."""
    folder = tmp_path / "study/.snakemake"
    for name in ("metadata/a", "log/run.log", "conda/env/tool", "slurm_logs/rule/1.log"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).touch()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere/one").touch()
    (folder / "log/link").symlink_to(tmp_path / "elsewhere/one")
    (folder / "way_out").symlink_to(tmp_path / "elsewhere")
    (folder / "broken").symlink_to("nothing")
    for path in tmp_path.rglob("*"):
        if not path.is_symlink():
            path.chmod(0o775 if path.is_dir() else 0o660)
    return folder


def modes(folder: Path) -> dict[str, int]:
    found = [path for path in folder.rglob("*") if not path.is_symlink()]
    return {
        path.relative_to(folder).as_posix(): stat.S_IMODE(path.stat().st_mode) for path in found
    }


def test_the_records_are_closed_and_nothing_else(records: Path, tmp_path: Path) -> None:
    close_to_others(records)
    found = modes(tmp_path)
    inside = {name: mode for name, mode in found.items() if name.startswith("study/.snakemake")}
    # a program's files may be those of a cache that others use
    programs = {
        name: inside.pop(f"study/.snakemake/{name}") for name in ("conda/env", "conda/env/tool")
    }
    assert programs == {"conda/env": 0o775, "conda/env/tool": 0o660}
    assert len(inside) == 9
    for name, mode in inside.items():
        assert mode == (0o700 if (tmp_path / name).is_dir() else 0o600), name
    assert found["elsewhere"] == 0o775 and found["elsewhere/one"] == 0o660
    # a tool keeps its right to be run
    (records / "scripts").mkdir()
    (records / "scripts/tool").touch(mode=0o755)
    close_to_others(records)
    assert modes(records)["scripts/tool"] == 0o700


def test_what_vanishes_or_is_somebody_elses_stops_nothing(
    records: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lstat = Path.lstat

    def meanwhile(path: Path) -> os.stat_result:
        if path.name == "run.log":
            path.unlink()
        found = lstat(path)
        return os.stat_result((*found[:4], found[4] + (path.name == "a"), *found[5:]))

    monkeypatch.setattr(Path, "lstat", meanwhile)
    close_to_others(records)
    found = modes(records)
    assert found["metadata/a"] == 0o660 and found["slurm_logs/rule/1.log"] == 0o600
    assert "log/run.log" not in found
    close_to_others(tmp_path / "nothing")
    assert not (tmp_path / "nothing").exists()


def test_a_filesystem_without_modes_gets_none(
    records: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = modes(records)
    monkeypatch.setattr("bonescint.filesystems.keeps_modes", lambda _: False)
    close_to_others(records)
    assert modes(records) == before


def test_a_real_stick(stick: Path) -> None:
    assert filesystem_of(stick)[0] == "vfat"
    assert not keeps_modes(stick / "ledger.key")
