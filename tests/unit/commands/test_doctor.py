"""`bonescint doctor` as a person meets it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bonescint.cli import main
from bonescint.commands import doctor
from bonescint.doctor import custody, machine
from bonescint.doctor.finding import GOOD, LOOK, MEND, Finding
from bonescint.resources import ROOT, Texts
from tests.unit.study_config import configure

Capture = pytest.CaptureFixture[str]
JAPANESE = re.compile("[\u3040-\u30ff\u4e00-\u9fff]")


@pytest.fixture(autouse=True)
def quiet_machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the machine itself, which is not the tests', be well."""
    checks = doctor._checks

    def only_the_study(study: Any) -> Any:
        good = {
            name: (lambda: Finding("swap", GOOD, "none"))
            for name in ("clock", "libraries", "network", "encryption", "room", "temporary")
        }
        return {**checks(study), **good}

    monkeypatch.setattr(doctor, "_checks", only_the_study)
    tmp_path.chmod(0o700)
    monkeypatch.chdir(tmp_path)


def test_outside_a_study(capsys: Capture) -> None:
    assert main(["doctor", "--language", "en"]) == 0
    out = capsys.readouterr().out
    assert "no study here" in out
    assert "cloud" not in out
    assert not JAPANESE.search(out)
    assert main(["doctor"]) == 0
    assert "研究 (config.yaml) はありません" in capsys.readouterr().out


def test_outside_a_study_there_is_nothing_to_seal(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    plain = Finding("encryption", LOOK, "no", {"path": "/", "device": "sda1"})
    monkeypatch.setattr(doctor, "_checks", lambda _: {"encryption": lambda: plain})
    main(["doctor", "--language", "en"])
    out = capsys.readouterr().out
    assert "Ask whoever" in out and "bonescint seal" not in out
    configure(language="en")
    main(["doctor"])
    assert "bonescint seal" in capsys.readouterr().out


def test_the_study_names_the_language(capsys: Capture) -> None:
    configure(language="en")
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "All is well." in out
    assert not JAPANESE.search(out)
    assert main(["doctor", "--language", "ja"]) == 0
    assert "すべて良好です。" in capsys.readouterr().out


@pytest.mark.parametrize("language", ["ja", "en"])
def test_a_study_with_every_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture, language: str
) -> None:
    folder = tmp_path / "OneDrive - Hospital" / "study"
    for name in ("private", "inputs", "results", ".snakemake/locks"):
        (folder / name).mkdir(parents=True)
    monkeypatch.chdir(folder)
    configure(language=language, study={"synthetic": False})
    shutil.copy(ROOT / "CITATION.cff", "inputs")
    Path("private").chmod(0o755)
    for name in ("private/ledger.age", "private/ledger.key"):
        Path(name).write_bytes(b"AGE-SECRET-KEY-1\n")
        Path(name).chmod(0o644)
    Path("results/~$study.xlsx").touch()
    Path(".snakemake/locks/0.input.lock").touch()
    monkeypatch.setattr(custody, "_is_reached", lambda _: True)
    monkeypatch.setattr(machine, "japanese_font", lambda: Path("none.ttf"))
    assert main(["doctor"]) == 1
    out = capsys.readouterr().out
    text = Texts("doctor", language)
    labels = ("fonts", "cloud", "access", "modes", "key", "runs", "tables")
    states = {
        label: line.split()[0]
        for line in out.splitlines()
        for label in labels
        if re.match(rf"\S+ +{re.escape(text(f'label.{label}'))}  ", line)
    }
    mend, look = text("state.mend"), text("state.look")
    assert states == {
        "fonts": mend, "cloud": mend, "access": look, "modes": mend, "key": mend,
        "runs": look, "tables": look,
    }  # fmt: skip
    assert "chmod 700 private" in out
    # private/, the ledger and its key each have a line
    assert out.count("0644") == 2
    joined = "".join(out.split())
    assert text("end.mend", mend=5, look=4).replace(" ", "") in joined.replace(" ", "")


def test_a_configuration_of_another_folder_is_refused(tmp_path: Path, capsys: Capture) -> None:
    configure()
    (tmp_path / "config.yaml").rename(tmp_path / "private.yaml")
    (tmp_path / "below").mkdir()
    with pytest.MonkeyPatch.context() as there:
        there.chdir(tmp_path / "below")
        assert main(["doctor", "--config", "../private.yaml"]) == 1
    assert capsys.readouterr().out == ""


def test_it_starts_quickly() -> None:
    program = (
        "import sys\nfrom bonescint.cli import main\nmain(['doctor'])\n"
        "print(sorted(m for m in sys.modules if m in ('pydicom', 'numpy', 'rich', 'pandas', "
        "'openpyxl', 'matplotlib', 'pyrage')))"
    )
    configure()
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_configuration_that_cannot_be_read(capsys: Capture) -> None:
    Path("config.yaml").write_text("study: [")
    assert main(["doctor", "--language", "en"]) == 1
    out = capsys.readouterr().out
    assert "config.yaml cannot be read" in out
    assert "other accounts" in out


def test_one_check_that_fails_hides_no_other(
    monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def fails(*_: object) -> None:
        raise PermissionError("/private/山田太郎")

    configure(language="en")
    monkeypatch.setattr(custody, "cloud", fails)
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "cloud could not be made (PermissionError)" in out
    assert "山田" not in out
    assert "open tables" in out


def test_what_make_says_is_said_once(monkeypatch: pytest.MonkeyPatch, capsys: Capture) -> None:
    said = Finding("temporary", MEND, "room", {"folder": "x", "why": "full"}, "surroundings")
    monkeypatch.setattr(doctor, "_checks", lambda _: {"temporary": lambda: said})
    monkeypatch.setattr("bonescint.cli.shortcomings", lambda: ["x is full"])
    assert main(["doctor", "--language", "en"]) == 1
    out, err = capsys.readouterr()
    assert "TMPDIR" in out
    assert err == ""


def test_whatever_is_not_well_says_what_to_do() -> None:
    words = Texts("doctor", "en")
    good = {
        "clock.found", "room.found", "room.images", "temporary.found", "network.none", "swap.none",
        "swap.yes", "encryption.yes", "encryption.memory", "encryption.bitlocker",
        "encryption.filevault", "cloud.none", "access.closed", "modes.none", "modes.closed",
        "key.none", "key.elsewhere", "runs.none", "tables.none",
        "backup.nothing", "backup.found", "sealed.nothing", "sealed.open", "sealed.found",
        # these say it in the words of a command that needs such a place
        "access.drive", "modes.drive",
        "program.found", "program.bundle", "libraries.locked", "fonts.found",
    }  # fmt: skip
    checks = {key.removeprefix("label.") for key in words if key.startswith("label.")}
    said = {key for key in words if key.split(".")[0] in checks and key.count(".") == 1}
    assert {key for key in said if f"{key}.do" not in words} == good
