"""What a run on a cluster must not do."""

import errno
import fcntl
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from bonescint import filesystems, runlock
from bonescint.errors import InputError
from bonescint.filesystems import locks_for_all
from bonescint.identity import lock
from bonescint.identity.cluster import refuse_cluster
from bonescint.identity.ledger import create_ledger, open_ledger
from bonescint.identity.passphrase import VARIABLE
from bonescint.resources import ROOT, Texts

MOUNT = "22 1 0:50 / / rw - {fstype} server:/home rw,{options}\n"


def mounted(root: Path, fstype: str, options: str) -> Path:
    told = root / "proc/self/mountinfo"
    told.parent.mkdir(parents=True, exist_ok=True)
    told.write_text(MOUNT.format(fstype=fstype, options=options))
    return root


@pytest.mark.parametrize(
    ("fstype", "options", "holds"),
    [
        ("nfs4", "vers=4.2,local_lock=none", True),
        ("nfs", "vers=3,nolock,local_lock=all", False),
        ("nfs", "vers=3,local_lock=flock", False),
        ("nfs", "vers=3,local_lock=posix", True),
        ("cifs", "vers=3.1.1,nobrl", False),
        ("cifs", "vers=3.1.1", True),
        ("lustre", "flock", True),
        ("lustre", "localflock", False),
        ("fuse.sshfs", "user_id=0", False),
        ("ext4", "relatime", True),
    ],
)
def test_a_share_that_locks_for_itself_is_known(
    tmp_path: Path, fstype: str, options: str, holds: bool
) -> None:
    assert locks_for_all(tmp_path, mounted(tmp_path / "root", fstype, options)) == holds


def test_a_share_without_locks_is_tried(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert locks_for_all(tmp_path)

    def refused(*_: object) -> None:
        raise OSError(errno.ENOSYS, "")

    monkeypatch.setattr(fcntl, "flock", refused)
    assert not locks_for_all(tmp_path)
    # the ledger is not written there either, and says why
    with pytest.raises(InputError, match=os.strerror(errno.ENOSYS)):
        create_ledger(tmp_path / "ledger.age", tmp_path / "ledger.key")


def test_the_controller_learns_no_passphrase(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ledger = {"path": str(tmp_path / "private/ledger.age"), "key": "private/ledger.key"}
    refuse_cluster(ledger, "en")
    monkeypatch.setenv(VARIABLE, "four unrelated long words")
    with pytest.raises(InputError, match="mode 0600") as refused:
        refuse_cluster(ledger, "en")
    assert "unrelated" not in str(refused.value)


def test_a_place_that_locks_for_itself_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setattr(filesystems, "filesystem_of", lambda *_: ("nfs", "rw,nolock"))
    ledger = {"path": "private/ledger.age", "key": "private/ledger.key"}
    with pytest.raises(InputError, match="ロックは、ほかのコンピューターに効きません"):
        refuse_cluster(ledger, "ja")


def test_the_ledger_is_asked_what_it_is_not_what_its_path_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """NFS may answer for a path out of its memory, until the file is opened."""
    files = (tmp_path / "ledger.age", tmp_path / "ledger.key")
    here = create_ledger(*files)
    here.assign(["10001"])
    remembered, stat = files[0].stat(), Path.stat

    def out_of_memory(path: Path, **options: bool) -> os.stat_result:
        return remembered if path == files[0] else stat(path, **options)

    open_ledger(*files).assign(["10002"])  # another node
    monkeypatch.setattr(Path, "stat", out_of_memory)
    here.assign(["10003"])
    monkeypatch.undo()
    assert set(open_ledger(*files).codes()) == {"10001", "10002", "10003"}


@pytest.fixture
def second_mount(tmp_path: Path) -> Iterator[Path]:
    place = tmp_path / "mount"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "mode=700", "tmpfs", str(place)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs root and a machine that lets the test mount a tmpfs")
    yield place
    subprocess.run(["umount", "--lazy", str(place)], check=True)


ADDS = """
import sys
from bonescint.identity.ledger import open_ledger
path, key, first = sys.argv[1:]
ledger = open_ledger(path, key)
for n in range(20):
    ledger.assign([f"{int(first) + n}"])
"""


def test_two_at_once_on_another_mount_lose_nothing(second_mount: Path) -> None:
    files = (second_mount / "ledger.age", second_mount / "ledger.key")
    create_ledger(*files)
    command = [sys.executable, "-c", ADDS, *map(str, files)]
    both = [subprocess.Popen([*command, first]) for first in ("20000", "30000")]
    assert [process.wait(60) for process in both] == [0, 0]
    assert len(open_ledger(*files)) == 40
    with lock.locked(files[0]):
        assert locks_for_all(second_mount)


@pytest.fixture
def two_ways(tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """Return a folder by two mounts of one filesystem, as two computers see a share."""
    places = (tmp_path / "one", tmp_path / "other")
    for place in places:
        place.mkdir(mode=0o700)
    mount = ["mount", "--bind", *map(str, places)]
    if os.geteuid() or subprocess.run(mount, capture_output=True, check=False).returncode:
        pytest.skip("needs root and a machine that lets the test mount a folder twice")
    yield places
    subprocess.run(["umount", "--lazy", str(places[1])], check=True)


def test_two_at_once_by_different_mounts_lose_nothing(two_ways: tuple[Path, Path]) -> None:
    one, other = (place / "ledger.age" for place in two_ways)
    key = two_ways[0] / "ledger.key"
    create_ledger(one, key)
    writers = [(one, "20000"), (other, "30000")]
    both = [
        subprocess.Popen([sys.executable, "-c", ADDS, str(path), str(key), first])
        for path, first in writers
    ]
    assert [process.wait(60) for process in both] == [0, 0]
    assert len(open_ledger(one, key)) == len(open_ledger(other, key)) == 40


TAKES = """
import sys
from pathlib import Path
from bonescint import runlock
from bonescint.resources import Texts
runlock.take(Path(sys.argv[1]), Texts("incidents", "en"))
print("taken", flush=True)
sys.stdin.read()
"""


def test_a_run_is_alone_by_whichever_mount(
    two_ways: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runlock, "_held", [])
    one, other = (place / ".snakemake" for place in two_ways)
    text = Texts("incidents", "en")
    command = [sys.executable, "-c", TAKES, str(one)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as run:
        assert run.stdout and run.stdout.readline() == "taken\n"
        with pytest.raises(InputError, match="under way"):
            runlock.take(other, text)
        monkeypatch.setenv("SLURM_JOB_ID", "7")
        runlock.join(other, text)
        run.communicate()
    with pytest.raises(InputError, match="does not see the lock"):
        runlock.join(other, text)


def test_what_another_node_made_is_waited_for() -> None:
    """NFS remembers for up to a minute (acdirmax) that a file was missing."""
    profile = yaml.safe_load((ROOT / "profiles/slurm/profile.yaml").read_text(encoding="utf-8"))
    assert profile["latency-wait"] >= 60
