"""What sealing leaves where it is, and what it says of data that stay readable."""

import os
import shutil
from pathlib import Path

import pytest

from bonescint.cli import main
from bonescint.custody.seal import SEALED, sealed_file
from bonescint.files import write_rows
from bonescint.identity.ledger import create_ledger
from tests.unit.study_config import configure, reconfigure

Capture = pytest.CaptureFixture[str]


def begin(folder: Path, monkeypatch: pytest.MonkeyPatch, **ledger: str) -> None:
    """Make a study with a ledger, in private/ unless said otherwise, and its key on a medium."""
    (folder / "study" / "private").mkdir(parents=True)
    (folder / "usb").mkdir()
    monkeypatch.chdir(folder / "study")
    monkeypatch.delenv("BONESCINT_PASSPHRASE", raising=False)
    places = {"key": str(folder / "usb" / "ledger.key")} | ledger
    config = configure(language="en", ledger=places)
    Path("private/cohort.csv").write_text("subject\n")
    Path("private/keys").symlink_to(folder / "usb")
    Path("private/now.key").symlink_to("keys/ledger.key")
    mark = {"id": config["study"]["id"], "synthetic": True}
    files = config["ledger"]
    create_ledger(files["path"], files["key"], head="private/ledger.head", study=mark).claim()


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Make a study the current folder; return the folder around it."""
    begin(tmp_path, monkeypatch)
    return tmp_path


@pytest.mark.parametrize("key", ["private/keys/ledger.key", "private/first.key"])
def test_each_link_on_the_way_to_the_key_stays(study: Path, key: str) -> None:
    Path("private/first.key").symlink_to("now.key")
    reconfigure(ledger={"key": key})
    assert main(["seal"]) == 0
    assert not Path("private/cohort.csv").exists()
    assert main(["unseal"]) == 0
    assert Path("private/cohort.csv").exists()


def test_a_name_as_long_as_the_disk_allows_comes_back(study: Path) -> None:
    name = "骨" * 83 + ".csv"
    Path("private", name).write_text("1")
    assert main(["seal"]) == 0
    assert main(["unseal"]) == 0
    assert Path("private", name).read_text() == "1"


def test_a_link_to_itself_is_sealed_like_any_other(study: Path) -> None:
    Path("private/round").symlink_to("round")
    assert main(["seal"]) == 0
    assert main(["unseal"]) == 0
    assert Path("private/round").readlink() == Path("round")


def test_a_folder_that_holds_the_ledger_is_no_interruption(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    begin(tmp_path, monkeypatch, path="private/custody/ledger.age")
    for said in ("1 files", "it is sealed"):
        assert main(["seal"]) == 0
        out = capsys.readouterr().out
        assert said in out
        assert "interrupted" not in out
    assert main(["unseal"]) == 0
    assert "interrupted" not in capsys.readouterr().out


def test_what_a_link_leads_to_stays_readable_and_is_told(study: Path, capsys: Capture) -> None:
    (study / "raw").mkdir()
    Path("private/raw").symlink_to(study / "raw")
    reconfigure(inputs={"dicom": "private/raw"})
    assert main(["seal"]) == 0
    assert "stay readable: dicom" in capsys.readouterr().out.replace("inputs.", "")
    main(["unseal"])
    Path("private/batches").symlink_to(study / "raw")
    capsys.readouterr()
    assert main(["seal"]) == 0
    assert "4 links" in capsys.readouterr().out


def test_the_first_folder_is_told_even_if_the_second_fails(study: Path, capsys: Capture) -> None:
    Path("results").mkdir()
    os.mkfifo("results/pipe")
    assert main(["seal", "--results"]) == 1
    said = capsys.readouterr()
    assert f"{SEALED}: 1 files" in said.out
    assert "socket, pipe or device" in said.err
    shutil.rmtree("results")
    assert sealed_file() == Path(SEALED)


def test_a_copy_of_the_key_anywhere_in_the_study_is_found(study: Path, capsys: Capture) -> None:
    Path("memo/2026").mkdir(parents=True)
    os.link(study / "usb/ledger.key", "memo/2026/note.txt")
    assert main(["seal"]) == 1
    assert "memo/2026/note.txt" in capsys.readouterr().err
    assert sealed_file() is None


def test_an_opt_out_that_no_run_followed_is_told_each_time(study: Path, capsys: Capture) -> None:
    people = {"subject": "90071234", "patient_name": "A^B", "patient_birth_date": "19500101"}
    write_rows("private/consented.csv", list(people), [people])
    Path("results").mkdir()
    Path("results/purge.json").touch()
    os.utime("results/purge.json", (1_500_000_000, 1_500_000_000))
    main(["opt-out", "add", "90071234", "--by", "self", "--received", "2026-01-01"])
    os.utime("private/opt_outs.mark", (1_600_000_000, 1_600_000_000))
    for command in ("seal", "unseal", "seal", "unseal"):
        capsys.readouterr()
        assert main([command]) == 0
        said = capsys.readouterr().out
        assert "who declined" in said and "`snakemake`" in said, command
    # a run has looked for who declined
    Path("results/purge.json").touch()
    for command in ("seal", "unseal"):
        capsys.readouterr()
        assert main([command]) == 0
        assert "declined" not in capsys.readouterr().out
