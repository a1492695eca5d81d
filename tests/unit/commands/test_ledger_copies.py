"""`bonescint ledger destroy` and the copies of the key that the ledger remembers."""

import errno
import shutil
from pathlib import Path

import pytest

from bonescint.custody import copying
from bonescint.custody.media import Medium
from bonescint.errors import InputError
from tests.unit.ledger_study import KEY, Answers, opened, quick_scrypt, run

Capture = pytest.CaptureFixture[str]
FORCED = ("destroy", "--force", "--reason", "研究の中止", "--certificate", "c.txt")


@pytest.fixture
def keys(
    codes: dict[str, str], tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> list[Path]:
    """Return the media of two copies of the key; the second is not connected."""
    root = tmp_path_factory.mktemp("user")

    def medium(path: str | Path) -> Medium:
        place = Path(path).resolve()
        return Medium(frozenset({str(place)}), frozenset(), str(place).removeprefix(f"{root}/"))

    monkeypatch.setattr(copying, "medium_of", medium)
    media = [root / "HERE", root / "AWAY"]
    for folder in media:
        folder.mkdir()
        run("backup", "--key", str(folder / "x.key"), "--plain")
    shutil.rmtree(media[1])
    return media


def certificate() -> str:
    return Path("c.txt").read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("typed", "said"),
    [("はい\n", "廃棄した (実施者の申告)"), ("No\n", "まだ残っている")],
)
def test_each_copy_out_of_reach_is_asked_for_and_certified(
    keys: list[Path], answers: Answers, capsys: Capture, typed: str, said: str
) -> None:
    answers(seen=f"{typed}BONE-DEMO\n")
    assert run(*FORCED) == 0
    out = capsys.readouterr().out
    # the connected copy is destroyed with the key
    assert f"廃棄する鍵: {keys[0] / 'x.key'}" in out and not (keys[0] / "x.key").exists()
    assert str(keys[1] / "x.key") in out
    (line,) = [line for line in certificate().splitlines() if "AWAY/x.key" in line]
    assert said in line
    (line,) = [line for line in certificate().splitlines() if "HERE/x.key" in line]
    assert "上書きし、削除した" in line
    assert str(keys[1].parent) not in certificate()  # it may name a user
    assert ("廃棄していない鍵の控えが 1 個" in out) is (typed == "No\n")


@pytest.mark.parametrize("typed", ["", "\n", "perhaps\n", "BONE-DEMO\n"])
def test_nothing_is_destroyed_without_an_answer(
    keys: list[Path], codes: dict[str, str], answers: Answers, typed: str
) -> None:
    answers(seen=typed)
    with pytest.raises(InputError, match="はい・いいえ"):
        run(*FORCED)
    assert opened().codes() == codes and (keys[0] / "x.key").exists()


@pytest.mark.parametrize(("answer", "said"), [("destroyed", "廃棄した"), ("kept", "まだ残って")])
def test_one_answer_may_be_given_for_all(
    keys: list[Path], answers: Answers, answer: str, said: str
) -> None:
    answers(seen="BONE-DEMO\n")
    assert run(*FORCED, "--copies", answer) == 0
    assert said in certificate()


def test_a_copy_with_a_former_passphrase_is_destroyed_too(
    keys: list[Path], answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick_scrypt(monkeypatch)
    answers("the first one", "the first one")
    run("rewrap")
    copy = keys[0] / "wrapped.key"
    answers("the first one", "the first one")
    run("backup", "--key", str(copy))
    answers("the first one", "the second one", "the second one")
    run("rewrap")
    assert copy.read_bytes() != Path(KEY).read_bytes()
    answers("the second one", seen="BONE-DEMO\n")
    assert run(*FORCED, "--copies", "destroyed") == 0
    assert list(keys[0].iterdir()) == []


def test_a_copy_made_by_hand_and_then_again_is_destroyed_too(
    keys: list[Path], answers: Answers, monkeypatch: pytest.MonkeyPatch
) -> None:
    quick_scrypt(monkeypatch)
    for former, phrase in (("", "the first one"), ("the first one", "the second one")):
        answers(*filter(None, [former]), phrase, phrase)
        run("rewrap")
        answers(phrase, phrase)
        run("backup", "--key", str(keys[0] / "x.key"))
        if not former:
            shutil.copy(keys[0] / "x.key", "private/by hand.key")
    answers("the second one", seen="BONE-DEMO\n")
    assert run(*FORCED, "--copies", "destroyed") == 0
    assert not Path("private/by hand.key").exists()


def test_the_certificate_is_written_though_a_sealed_file_cannot_be_deleted(
    codes: dict[str, str], answers: Answers
) -> None:
    Path("private.age").mkdir()  # as one that may not be written
    answers(seen="BONE-DEMO\n")
    assert run(*FORCED) == 0
    assert certificate()


def test_without_copies_no_question_is_asked(codes: dict[str, str], answers: Answers) -> None:
    answers(seen="BONE-DEMO\n")
    assert run(*FORCED) == 0
    assert "鍵の控え\n" not in certificate() and "廃棄した (" not in certificate()


def test_a_medium_that_cannot_be_read_is_asked_for(
    keys: list[Path], monkeypatch: pytest.MonkeyPatch, answers: Answers
) -> None:
    Path("private/round").symlink_to("round")
    is_file = Path.is_file

    def unless_away(path: Path) -> bool:
        if path.is_relative_to(keys[1]):  # another user's, or a share that is gone
            raise PermissionError(errno.EACCES, "")
        return is_file(path)

    monkeypatch.setattr(Path, "is_file", unless_away)
    answers(seen="No\nBONE-DEMO\n")
    assert run(*FORCED) == 0
    assert "AWAY/x.key" in certificate()
