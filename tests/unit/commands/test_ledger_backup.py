"""`bonescint ledger backup`: copies lie apart, are read back, remembered and asked for again."""

import errno
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bonescint.commands.checked_inputs import StudyInputs
from bonescint.custody import copying
from bonescint.custody.backups import Backup, behind, key_copies, last_backup, last_told, reminder
from bonescint.custody.media import Medium
from bonescint.custody.runs import ending
from bonescint.errors import InputError
from bonescint.identity.ledger import Ledger, create_ledger
from tests.unit.ledger_study import HEAD, KEY, LEDGER, SUBJECTS, Answers, opened, quick_scrypt, run
from tests.unit.study_config import shipped

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def media(
    codes: dict[str, str], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Callable[[str], Path]:
    """Return a function that connects a medium and returns its folder; the rest is one disk."""
    root = tmp_path_factory.mktemp("media")

    def medium(path: str | Path) -> Medium:
        place = Path(os.path.realpath(path))
        name = place.relative_to(root).parts[0] if place.is_relative_to(root) else "disk"
        known = frozenset() if name.startswith("unknown") else frozenset({f"uuid {name}"})
        return Medium(frozenset({name}), known, str(place).removeprefix(f"{root}/"))

    monkeypatch.setattr(copying, "medium_of", medium)

    def connected(name: str) -> Path:
        (root / name).mkdir(exist_ok=True)
        return root / name

    return connected


def last(kind: str) -> Backup:
    found = last_backup(opened(), kind)
    assert found
    return found


def test_both_are_copied_read_back_and_remembered(media: Callable[[str], Path]) -> None:
    ledger, key = media("A") / "of the ledger.age", media("B")
    assert run("backup", "--ledger", str(ledger), "--key", str(key), "--plain") == 0
    copy = key / "BONE-DEMO-ledger.key"
    assert copy.read_bytes() == Path(KEY).read_bytes()
    assert {file.stat().st_mode & 0o777 for file in (copy, ledger)} == {0o600}
    shutil.copy(ledger, "copy.age")
    restored = Ledger(Path("copy.age"), Path(KEY), opened().identity, None)
    restored.read()
    # the ledger's copy comes last, so that it remembers the key's
    assert [one.where for one in key_copies(restored)] == [str(copy)]
    found = last("key")
    assert (found.where, found.place, found.names) == (
        str(copy),
        "B/BONE-DEMO-ledger.key",
        {"uuid B"},
    )
    assert last("ledger").patients == 3
    told = json.loads(Path("private/backups.json").read_text())
    assert told == last_told()
    assert told["ledger"] == {
        "at": last("ledger").at,
        "patients": 3,
        "entries": len(opened().entries()),
    }
    assert set(told["key"]) == {"at"}
    assert run("verify") == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ((), "--ledger"),
        (("--ledger", "{A}/none/x.age"), "フォルダ"),
        # where a medium is not connected, no file takes the name of its folder
        (("--ledger", "{disk}/usb-a"), r"フォルダ \S+/usb-a が.*\.age で"),
        (("--ledger", "{A}/x.key"), r"\.age で"),
        (("--key", "{disk}/usb-b/", "--plain"), r"フォルダ \S+/usb-b が.*\.key で"),
        (("--ledger", "private/x.age"), "研究のフォルダの中"),
        (("--key", "{A}", "--ledger", "{A}", "--plain"), "1 つの媒体"),
        (("--ledger", "{disk}", "--same-disk"), "1 つの媒体"),
        (("--key", "{disk}", "--same-disk", "--plain"), "1 つの媒体"),
        (("--key", "{A}"), "パスフレーズがありません"),
    ],
)
def test_what_is_refused_leaves_nothing(
    media: Callable[[str], Path],
    tmp_path_factory: pytest.TempPathFactory,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    places = {"A": media("A"), "disk": tmp_path_factory.mktemp("disk")}
    before = Path(LEDGER).read_bytes()
    with pytest.raises(InputError, match=message):
        run("backup", *(one.format(**places) for one in arguments))
    assert not any(file for place in places.values() for file in place.iterdir())
    assert Path(LEDGER).read_bytes() == before
    assert last_told() == {}


def test_a_pipe_or_a_missing_share_does_not_block_it(
    media: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    os.mkfifo(media("a") / "pipe")
    for kind in ("--ledger", "--key"):  # as a device that has no end
        with pytest.raises(InputError, match="別のファイル"):
            run("backup", kind, str(media("a") / "pipe"), "--plain")
    run("backup", "--ledger", str(media("b") / "x.age"))
    is_file = Path.is_file

    def unless_gone(path: Path) -> bool:
        if path == media("b") / "x.age":
            raise OSError(errno.ESTALE, "")
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", unless_gone)
    assert run("backup", "--key", str(media("c") / "x.key"), "--plain") == 0
    # the medium is known all the same
    with pytest.raises(InputError, match="対応表またはその控え"):
        run("backup", "--key", str(media("b") / "x.key"), "--plain")


def test_a_medium_that_held_the_one_never_gets_the_other(media: Callable[[str], Path]) -> None:
    run("backup", "--key", str(media("A")), "--plain")
    (media("A") / "BONE-DEMO-ledger.key").unlink()
    with pytest.raises(InputError, match="1 つの媒体"):
        run("backup", "--ledger", str(media("A")))
    run("backup", "--ledger", str(media("B")))
    with pytest.raises(InputError, match="1 つの媒体"):
        run("backup", "--key", str(media("B")), "--plain")


def test_an_unidentified_medium_is_recognised_by_its_files(
    media: Callable[[str], Path], capsys: Capture
) -> None:
    run("backup", "--key", str(media("unknown1")), "--plain")
    assert "見分けられません" in capsys.readouterr().out
    media("unknown1").rename(media("A").parent / "unknown2")
    with pytest.raises(InputError, match="1 つの媒体"):
        run("backup", "--ledger", str(media("unknown2")))


def test_the_disk_of_the_original_must_be_agreed_to(
    media: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> None:
    key = media("K") / "ledger.key"
    shutil.move(KEY, key)
    Path(KEY).symlink_to(key)
    other = tmp_path_factory.mktemp("disk")
    with pytest.raises(InputError, match="--same-disk"):
        run("backup", "--ledger", str(other))
    assert run("backup", "--ledger", str(other), "--same-disk") == 0


def test_only_an_older_state_of_this_ledger_is_replaced(
    media: Callable[[str], Path], tmp_path: Path
) -> None:
    copy = media("A") / "x.age"
    run("backup", "--ledger", str(copy))
    older, now = copy.read_bytes(), Path(LEDGER).read_bytes()
    opened().assign(["new"])
    run("backup", "--ledger", str(copy))
    assert copy.read_bytes() != older
    # the ledger itself is an older copy now
    newest = copy.read_bytes()
    Path(LEDGER).write_bytes(now)
    Path(HEAD).unlink()
    with pytest.raises(InputError, match="今の対応表にない記録"):
        run("backup", "--ledger", str(copy))
    create_ledger(tmp_path / "other.age", tmp_path / "other.key")
    for foreign in ((tmp_path / "other.age").read_bytes(), b"a letter"):
        copy.write_bytes(foreign)
        with pytest.raises(InputError, match="上書きしません"):
            run("backup", "--ledger", str(copy))
        assert copy.read_bytes() == foreign
    assert newest


def test_a_copy_that_reads_back_differently_replaces_nothing(
    media: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = media("A") / "x.age"
    run("backup", "--ledger", str(copy))
    before, read = copy.read_bytes(), Path.read_bytes
    monkeypatch.setattr(
        Path,
        "read_bytes",
        lambda path: read(path)[:-1] + b"?" if path.suffix == ".tmp" else read(path),
    )
    opened().assign(["new"])
    with pytest.raises(InputError, match="読み返す"):
        run("backup", "--ledger", str(copy))
    monkeypatch.undo()
    assert copy.read_bytes() == before
    assert list(copy.parent.iterdir()) == [copy]


def test_a_copy_of_the_key_that_was_cut_off_is_asked_for_all_the_same(
    media: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def cut_off(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(copying, "_copy", cut_off)
    with pytest.raises(KeyboardInterrupt):
        run("backup", "--key", str(media("A") / "x.key"), "--plain")
    assert [one.where for one in key_copies(opened())] == [str(media("A") / "x.key")]
    assert last_backup(opened(), "key") is None


def test_a_copy_that_failed_makes_no_medium_the_keys(
    media: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "full")

    with monkeypatch.context() as patch:
        patch.setattr(copying, "replacing", full)
        with pytest.raises(InputError, match="No space left"):
            run("backup", "--key", str(media("A")), "--plain")
    assert key_copies(opened()) == []


def test_a_wrapped_key_is_opened_from_its_copy_and_replaced_after_a_new_passphrase(
    media: Callable[[str], Path], answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick_scrypt(monkeypatch)
    copy = media("A") / "x.key"
    answers("the first one", "the first one")
    run("rewrap")
    answers("the first one", "wrong")
    with pytest.raises(InputError, match="パスフレーズが違います"):
        run("backup", "--key", str(copy))
    assert not copy.exists()
    answers("the first one", "the first one")
    run("backup", "--key", str(copy))
    answers("the first one", "the second one", "the second one")
    run("rewrap")
    answers("the second one", "the second one")
    run("backup", "--key", str(copy))
    assert copy.read_bytes() == Path(KEY).read_bytes()
    copy.write_bytes(b"a letter")
    answers("the second one", "the second one")
    with pytest.raises(InputError, match="上書きしません"):
        run("backup", "--key", str(copy))


def test_a_medium_without_modes_is_said(
    media: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    change = os.fchmod

    def fchmod(file: int, mode: int) -> None:
        change(file, 0o755)
        if "media" in str(Path(f"/proc/self/fd/{file}").readlink()):
            raise PermissionError(1, "not permitted")
        change(file, mode)

    monkeypatch.setattr(os, "fchmod", fchmod)
    assert run("backup", "--ledger", str(media("A"))) == 0
    assert "権限 (0600) を設定できません" in capsys.readouterr().out


def test_what_was_added_since_is_counted_and_told(media: Callable[[str], Path]) -> None:
    real = {"synthetic": False, "publication_date": None}
    assert behind(opened()) == 3
    none, no_key = reminder(real, "en")
    assert "no backup of the ledger" in none and "no backup of the key" in no_key
    run("backup", "--ledger", str(media("A")), "--key", str(media("B")), "--plain")
    assert behind(opened()) == 0
    assert list(reminder(real, "ja")) == []
    opened().assign([*SUBJECTS, "new"])
    assert behind(opened()) == 1
    (line,) = reminder(real, "en")
    assert line.startswith("1 entries") and last("ledger").at in line
    assert list(reminder({"synthetic": True}, "en")) == []
    assert line in ending(Path("opt_out.csv"), real, "en")
    Path(HEAD).unlink()
    assert list(reminder(real, "en")) == []


@pytest.mark.parametrize("synthetic", [False, True])
def test_the_check_warns_of_patients_without_a_backup(
    media: Callable[[str], Path], synthetic: bool
) -> None:
    def warned() -> list[str]:
        ledger = {"path": LEDGER, "key": KEY, "head": HEAD}
        config = shipped(ledger=ledger, study={"synthetic": synthetic})
        (found,) = StudyInputs(config)._ledger()
        assert found.rows == len(opened()) and not found.errors
        return found.warnings

    behind_it, no_key = "患者 1 名が加わりました", "鍵の控えがありません"
    assert len(warned()) == (0 if synthetic else 2)
    run("backup", "--ledger", str(media("A")))
    opened().assign(["new"])
    said = "".join(warned())
    assert [words in said for words in (behind_it, no_key)] == [not synthetic] * 2
    run("backup", "--key", str(media("B")), "--plain", "--ledger", str(media("A")))
    assert warned() == []


def test_the_status_tells_the_last_backups(media: Callable[[str], Path], capsys: Capture) -> None:
    run("backup", "--ledger", str(media("A")))
    capsys.readouterr()
    run("status")
    lines = capsys.readouterr().out.splitlines()
    told = [line for line in lines if "の控え  " in line]
    assert [str(media("A")) in line for line in told] == [True, False]
    assert told[1].endswith("なし")


@pytest.fixture
def mounted(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[Path]]:
    """Return two folders, each a filesystem of its own in memory."""
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    root = tmp_path_factory.mktemp("mounted")
    folders = [root / "one", root / "two"]
    for folder in folders:
        folder.mkdir()
        command = ["mount", "-t", "tmpfs", "bonescint", folder]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            pytest.skip("mounting is not allowed here")
    yield folders
    for folder in folders:
        subprocess.run(["umount", folder], check=True)


def test_real_filesystems_are_told_apart(codes: dict[str, str], mounted: list[Path]) -> None:
    one, two = mounted
    run("backup", "--key", str(one), "--plain")
    with pytest.raises(InputError, match="1 つの媒体"):
        run("backup", "--ledger", str(one))
    assert run("backup", "--ledger", str(two)) == 0
    assert last("key").place == "one/BONE-DEMO-ledger.key"
    # the study's own disk holds the key
    with pytest.raises(InputError, match="1 つの媒体"):
        run("backup", "--ledger", str(one.parent), "--same-disk")
