"""Clouds, other accounts, modes and the key of a study."""

from pathlib import Path

import pytest

from bonescint.doctor import custody
from bonescint.doctor.finding import GOOD, LOOK, MEND, LookedAt, looked_at
from tests.unit.doctor.machines import FakeMachine

WRAPPED = b"age-encryption.org/v1\n-> scrypt\n"
PLAIN = b"AGE-SECRET-KEY-1\n"
PASSPHRASE = {"passphrase_file": "pass"}


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a study's folder, closed, with a ledger."""
    study = tmp_path / "study"
    (study / "private").mkdir(parents=True)
    study.chmod(0o700)
    (study / "private").chmod(0o700)
    monkeypatch.chdir(study)
    monkeypatch.delenv("BONESCINT_PASSPHRASE_FILE", raising=False)
    secret("private/ledger.age", WRAPPED)
    return study


def secret(path: str | Path, content: bytes) -> None:
    Path(path).touch(mode=0o600)
    Path(path).write_bytes(content)


def of(synthetic: bool = False, **ledger: str) -> LookedAt:
    return looked_at({"study": {"synthetic": synthetic}, "ledger": ledger})


def test_what_is_looked_at_of_any_configuration() -> None:
    broken = {"ledger": None, "inputs": "x", "software": {"a": None}, "readers": {"b": {}}}
    found = looked_at(broken)
    assert found.ledger == Path("private/ledger.age")
    assert found.dicom is None
    assert found.is_real
    given = looked_at(
        {
            "inputs": {
                "dicom": "inputs/dicom",
                "opt_out": {"file": "inputs/opt_out.xlsx"},
                "participants": "inputs/participants.csv",
                "patient_id_pattern": r"\d+",
            },
            "software": {"v": {"export": "inputs/v.csv", "second_export": None}},
            "readers": {"r": {"report": "inputs/r.xlsx"}},
            "delivery": {"disc": {"passphrase_file": "disc.txt"}},
        }
    )
    assert sorted(given.tables) == [
        "inputs.opt_out", "inputs.participants", "readers.r.report", "software.v.export",
    ]  # fmt: skip
    assert given.passphrase is None
    assert given.secrets == [Path("disc.txt")]


@pytest.mark.parametrize(
    "name",
    [
        "OneDrive - 病院",
        "Dropbox (Personal)",
        "Google Drive",
        "マイドライブ",
        "ＯｎｅＤｒｉｖｅ",
        "Box",
    ],
)
def test_a_cloud_by_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    inside = tmp_path / name / "study"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    assert custody.cloud(of())[1:3] == (MEND, "found")
    assert custody.cloud(of(synthetic=True)).state == LOOK
    assert custody.cloud(of()).values["folder"] == name


def test_a_cloud_by_its_mark_or_behind_a_link(tmp_path: Path) -> None:
    assert custody.cloud(of()).state == GOOD
    copied = tmp_path / "Documents"
    copied.mkdir()
    Path("inputs").symlink_to(copied)
    study = looked_at({"inputs": {"dicom": "inputs"}})
    assert custody.cloud(study).state == GOOD
    (copied / ".dropbox").touch()
    assert custody.cloud(study).values == {"path": Path("inputs"), "folder": "Documents"}
    (tmp_path / "boxes").mkdir()
    assert custody.cloud(of(key=str(tmp_path / "boxes/ledger.key"))).state == GOOD
    key = str(tmp_path / "Nextcloud/ledger.key")
    assert custody.cloud(of(key=key)).values["path"] == Path(key)


def test_modes(folder: Path) -> None:
    secret("private/ledger.key", WRAPPED)
    secret("pass", b"x")
    study = of(**PASSPHRASE)
    assert [one[1:3] for one in custody.modes(study)] == [(GOOD, "closed")]
    for path in ("private", "private/ledger.age", "private/ledger.key", "pass"):
        Path(path).chmod(0o755)
    found = list(custody.modes(study))
    assert [one.state for one in found] == [MEND, LOOK, MEND, MEND]
    assert {one.key for one in found} == {"open"}
    assert found[0].values == {
        "path": Path("private"), "mode": "0755", "right": "700", "typed": "private",
    }  # fmt: skip
    assert found[3].values["right"] == "600"


def test_a_disk_that_holds_no_modes(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("private/ledger.age").chmod(0o644)
    monkeypatch.setattr(custody, "keeps_modes", lambda _: False)
    monkeypatch.setattr("bonescint.identity.passphrase.filesystem_of", lambda _: ("vfat", "rw"))
    (found,) = custody.modes(of())
    assert found[1:3] == (LOOK, "drive")
    # as whoever writes a key there is told
    assert "FAT medium (vfat)" in str(found.values["en"])
    assert "umask=077" in str(found.values["ja"])


def test_nothing_there_yet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "new").mkdir()
    monkeypatch.chdir(tmp_path / "new")
    assert [one.key for one in custody.modes(of())] == ["none"]
    assert custody.key(of()).key == "none"


def test_other_accounts(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, machine: FakeMachine
) -> None:
    images = tmp_path / "the images"
    images.mkdir(mode=0o755)
    study = looked_at({"inputs": {"dicom": str(images)}})
    # the tests' own folder is closed
    tmp_path.chmod(0o700)
    assert custody.access(study).state == GOOD
    monkeypatch.setattr(custody, "_is_reached", lambda folder: folder == images)
    found = custody.access(study, machine.root)
    assert found[1:3] == (LOOK, "open")
    assert found.values == {"path": images, "umask": "?", "typed": f"'{images}'"}
    monkeypatch.setattr(custody, "keeps_modes", lambda _: False)
    assert custody.access(study, machine.root).key == "drive"


def test_a_folder_is_reached_by_all_above_it(tmp_path: Path) -> None:
    above, folder = tmp_path / "above", tmp_path / "above/folder"
    folder.mkdir(parents=True)
    folder.chmod(0o755)
    above.chmod(0o711)
    open_above = [one for one in above.parents if not one.stat().st_mode & 0o001]
    assert custody._is_reached(folder) == (not open_above)
    above.chmod(0o700)
    assert not custody._is_reached(folder)
    above.chmod(0o711)
    folder.chmod(0o711)
    assert not custody._is_reached(folder)


def test_the_key(tmp_path: Path, machine: FakeMachine, monkeypatch: pytest.MonkeyPatch) -> None:
    stick = tmp_path / "stick"
    stick.mkdir()
    machine.mount("/", "8:1", "ext4", "/dev/sda1")
    beside, away = "private/ledger.key", str(stick / "ledger.key")

    def found(synthetic: bool = False, **ledger: str) -> tuple[str, str]:
        one = custody.key(of(synthetic, **ledger), machine.root)
        return one.state, one.key

    assert found() == (GOOD, "away")
    secret(beside, PLAIN)
    secret(away, PLAIN)
    assert found() == (MEND, "plain")
    assert found(synthetic=True) == (LOOK, "plain")
    # another folder of the same disk is no other medium
    assert found(key=away) == (MEND, "plain")
    secret(beside, WRAPPED)
    assert found() == (LOOK, "beside")
    # a passphrase beside the key it opens protects nothing
    secret("pass", b"x")
    assert found(**PASSPHRASE) == (MEND, "passphrase")
    monkeypatch.setenv("BONESCINT_PASSPHRASE_FILE", "pass")
    assert found() == (MEND, "passphrase")
    monkeypatch.delenv("BONESCINT_PASSPHRASE_FILE")
    machine.mount(stick, "8:17", "ext4", "/dev/sdb1")
    secret(stick / "pass", b"x")
    assert found(passphrase_file=str(stick / "pass")) == (LOOK, "beside")
    assert found(key=away) == (GOOD, "elsewhere")
