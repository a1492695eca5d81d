"""What is said of a backup of the key that failed or was cut off: as it is."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bonescint.custody import copying
from bonescint.custody.backups import key_copies
from bonescint.custody.media import Medium
from bonescint.errors import InputError
from tests.unit.ledger_study import KEY, LEDGER, Answers, opened, quick_scrypt, run

Capture = pytest.CaptureFixture[str]


@pytest.fixture
def copy(codes: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return where the copy goes; each folder is a medium."""
    monkeypatch.setattr(
        copying,
        "medium_of",
        lambda path: Medium(frozenset({str(Path(path).resolve())}), frozenset(), str(path)),
    )
    stick = tmp_path.parent / f"{tmp_path.name}-stick"
    stick.mkdir()
    return stick / "x.key"


def test_a_wrong_passphrase_changes_nothing(
    copy: Path, answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick_scrypt(monkeypatch)
    answers("long enough for it", "long enough for it")
    run("rewrap")
    before = Path(LEDGER).read_bytes()
    answers("long enough for it", "wrong")
    with pytest.raises(InputError, match="何も変更していません"):
        run("backup", "--key", str(copy))
    assert Path(LEDGER).read_bytes() == before


@pytest.mark.parametrize("fault", [OSError(28, "full"), KeyboardInterrupt()])
@pytest.mark.parametrize("former", [False, True])
def test_what_stands_there_is_said(
    copy: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: Capture,
    fault: BaseException,
    former: bool,
) -> None:
    if former:
        run("backup", "--key", str(copy), "--plain")
        # the key is the same, written otherwise
        Path(KEY).write_bytes(b"# note\n" + Path(KEY).read_bytes())

    def fails(*_: object, **__: object) -> None:
        raise fault

    with monkeypatch.context() as patch:
        patch.setattr(copying, "replacing", fails)
        with pytest.raises((InputError, KeyboardInterrupt)) as caught:
            run("backup", "--key", str(copy), "--plain")
    said = str(caught.value) + capsys.readouterr().err
    assert "鍵の控えはできていません" in said
    assert "何も変更していません" not in said
    assert ("以前のファイル" if former else f"{copy} には何もありません") in said


def test_a_finished_copy_whose_record_was_cut_off_is_asked_for(
    copy: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    make: Callable[..., None] = copying._copy

    def cut_off(*given: object) -> None:
        make(*given)
        raise KeyboardInterrupt

    monkeypatch.setattr(copying, "_copy", cut_off)
    with pytest.raises(KeyboardInterrupt):
        run("backup", "--key", str(copy), "--plain")
    assert f"{copy} にあるのは今の鍵の控え" in capsys.readouterr().err
    assert [one.where for one in key_copies(opened())] == [str(copy)]


def test_nothing_is_known_about_a_medium_that_is_gone(
    copy: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: object, **__: object) -> None:
        copy.parent.rmdir()
        raise OSError(5, "")

    monkeypatch.setattr(copying, "replacing", gone)
    with pytest.raises(InputError, match="分かりません"):
        run("backup", "--key", str(copy), "--plain")
    assert [one.where for one in key_copies(opened())] == [str(copy)]
