"""`bonescint passphrase` asks twice unseen, or shows once what it made; the file says nothing."""

import re
import stat
from pathlib import Path

import pytest

from bonescint.cli import main
from bonescint.commands.passphrase import check_place
from bonescint.delivery.disc.passphrase import check_strength
from bonescint.errors import InputError
from tests.unit.ledger_study import Answers

TYPED = "violet anchor pebble march"
FILE = Path("private/disc.txt")


@pytest.fixture(autouse=True)
def study(empty: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """Run in a study's folder, without what this computer lacks."""
    monkeypatch.setattr("bonescint.cli.shortcomings", lambda: [])
    FILE.parent.mkdir()


def at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)


def test_asked_twice_and_not_shown(answers: Answers, capsys: pytest.CaptureFixture[str]) -> None:
    answers(TYPED, TYPED)
    assert main(["passphrase", str(FILE)]) == 0
    assert FILE.read_text() == f"{TYPED}\n"
    assert stat.S_IMODE(FILE.stat().st_mode) == 0o600
    shown = capsys.readouterr()
    assert TYPED not in shown.out + shown.err
    assert "delivery.disc.passphrase_file" in shown.out


@pytest.mark.parametrize(
    "typed, why",
    [
        ((TYPED, TYPED[:-1]), "differ"),
        (("",), "empty"),
        (("kz9-tq", "kz9-tq"), "20 to 99"),
        (("合言葉は長くて誰も知らないものですよね",) * 2, "ASCII"),
        (("correct horse battery staple",) * 2, "everybody knows"),
    ],
)
def test_refused(
    typed: tuple[str, ...], why: str, answers: Answers, capsys: pytest.CaptureFixture[str]
) -> None:
    answers(*typed)
    assert main(["passphrase", str(FILE)]) == 1
    assert not FILE.exists()
    shown = capsys.readouterr()
    assert why in shown.err
    assert not typed[0] or typed[0] not in shown.err


def test_a_generated_one_is_shown_once(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    at_a_terminal(monkeypatch)
    assert main(["passphrase", "--generate", str(FILE)]) == 0
    shown = capsys.readouterr().out
    (made,) = re.findall(r"^ {4}(\S+)$", shown, re.MULTILINE)
    assert shown.count(made) == 1
    assert FILE.read_text() == f"{made}\n"
    assert check_strength(made) == []


def test_a_generated_one_goes_into_no_other_file(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["passphrase", "--generate", str(FILE)]) == 1
    assert not FILE.exists()
    assert "terminal" in capsys.readouterr().err


def test_without_a_terminal_no_question_is_asked(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin.isatty", lambda: False)
    assert main(["passphrase", str(FILE)]) == 1
    assert "terminal" in capsys.readouterr().err


@pytest.mark.parametrize("folder", ["results", "logs", ".snakemake", "demo/dicom/2019"])
def test_places_are_refused_before_a_question_is_asked(
    folder: str, answers: Answers, capsys: pytest.CaptureFixture[str]
) -> None:
    Path(folder).mkdir(parents=True)
    answers()  # nothing to type: asking would fail
    assert main(["passphrase", f"{folder}/p"]) == 1
    assert "may not stand below" in capsys.readouterr().err
    assert list(Path(folder).iterdir()) == []


def test_an_existing_file_stays(answers: Answers, capsys: pytest.CaptureFixture[str]) -> None:
    FILE.write_text("mine")
    answers()
    assert main(["passphrase", str(FILE)]) == 1
    assert FILE.read_text() == "mine"
    assert "exists already" in capsys.readouterr().err


def test_places(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("results/x", "logs", ".snakemake", "raw/2019", "private"):
        Path(folder).mkdir(parents=True, exist_ok=True)
    Path("way").symlink_to("results/x")
    for name in ("results/p", "results/x/p", "logs/p", ".snakemake/p", "raw/2019/p", "way/p"):
        with pytest.raises(InputError, match="may not stand below"):
            check_place(Path(name), Path("raw"))
    check_place(Path("private/p"), Path("raw"))
    check_place(tmp_path.parent / "p", Path("raw"))
    with pytest.raises(InputError, match="does not exist"):
        check_place(Path("nowhere/p"), Path("raw"))
    Path("private/p").write_text("")
    with pytest.raises(InputError, match="exists already"):
        check_place(Path("private/p"), Path("raw"))
