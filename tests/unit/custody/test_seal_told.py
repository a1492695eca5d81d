"""What sealing says when it stops: what blocks it, what to do, or how it goes on."""

import os
from pathlib import Path

import pytest

from bonescint.cli import INTERRUPTED, main
from bonescint.custody import sealing
from bonescint.custody.seal import SEALED
from tests.unit.custody.test_seal_places import begin

Capture = pytest.CaptureFixture[str]
OLD, NOW, LATER = 1_500_000_000, 1_600_000_000, 1_700_000_000


@pytest.fixture(autouse=True)
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    begin(tmp_path, monkeypatch)
    write("private/cohort.csv", "sealed", NOW)


def write(name: str, text: str, modified: int) -> None:
    Path(name).write_text(text)
    os.utime(name, (modified, modified))


def refused(command: str, capsys: Capture) -> str:
    capsys.readouterr()
    assert main([command]) == 1
    return capsys.readouterr().err


def test_which_of_two_is_newer_is_told(capsys: Capture) -> None:
    main(["seal"])
    for command in ("seal", "unseal"):
        write("private/cohort.csv", "edited", LATER)
        said = refused(command, capsys)
        assert "1 of them are newer than what is sealed" in said
        assert "private/cohort.csv" in said and "bonescint unseal" in said
        write("private/cohort.csv", "former", OLD)
        said = refused(command, capsys)
        assert "the sealed ones are the later state" in said and "are newer" not in said
    # as the sentence says
    Path("private/cohort.csv").rename("aside.csv")
    assert main(["unseal"]) == 0
    assert Path("private/cohort.csv").read_text() == "sealed"


def test_added_files_hinder_only_sealing(capsys: Capture) -> None:
    main(["seal"])
    write("private/consented.csv", "new", LATER)
    assert "All 1 are not in the sealed file: `bonescint unseal`" in refused("seal", capsys)
    assert main(["unseal"]) == 0
    assert main(["seal"]) == 0
    assert not Path("private/consented.csv").exists()


@pytest.mark.parametrize("command", ["seal", "unseal"])
def test_after_an_interruption_the_same_command_goes_on(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture, command: str
) -> None:
    if command == "unseal":
        main(["seal"])

    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(sealing, "walk_archive", interrupt)
        assert main([command]) == INTERRUPTED
    assert "Give the same command again" in capsys.readouterr().err
    assert main([command]) == 0
    assert Path(SEALED).exists() == (command == "seal")


def test_the_progress_of_a_small_folder_is_1_of_1(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[object, ...]] = []
    monkeypatch.setattr("bonescint.commands.progress._LINE_EVERY", -1)
    monkeypatch.setattr("builtins.print", lambda *said, **_: told.append(said))
    main(["seal"])
    main(["unseal"])
    lines = [str(one[0]) for one in told]
    assert "sealing (MB): 1/1" in lines
    assert "bringing back (MB): 1/1" in lines
    assert not [line for line in lines if line.endswith("/0")]
