"""`bonescint new --demo`: a folder in which the simulated demonstration runs."""

from pathlib import Path

import pytest
import yaml

from bonescint.cli import main
from bonescint.config import check_config
from bonescint.resources import ROOT


@pytest.fixture(autouse=True)
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize(
    ("language", "first"),
    [("ja", "# 合成データによる実演"), ("en", "# The simulated demonstration")],
)
def test_it_is_the_programs_own_configuration_in_either_language(
    language: str, first: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["new", "demo 1", "--demo", "--language", language]) == 0
    assert "snakemake --cores 4" in capsys.readouterr().out
    files = {p.relative_to("demo 1").as_posix() for p in Path("demo 1").rglob("*") if p.is_file()}
    profile = "profiles/default/profile.yaml"
    assert files == {"config.yaml", "Snakefile", "README.md", ".gitignore", profile}
    assert {p.stat().st_mode & 0o077 for p in Path("demo 1").rglob("*")} == {0}
    text, own = (
        (at / "config.yaml").read_text(encoding="utf-8").splitlines()
        for at in (Path("demo 1"), ROOT)
    )
    assert [a.partition(" #")[0] for a, b in zip(text, own, strict=True) if a != b] == (
        [] if language == "ja" else ["language: en"]
    )
    readme = Path("demo 1/README.md").read_text(encoding="utf-8")
    assert readme.startswith(first) and str(ROOT) not in readme
    monkeypatch.chdir("demo 1")
    check_config(yaml.safe_load(Path("config.yaml").read_text(encoding="utf-8")))


def test_it_takes_no_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["new", "demo", "--demo", "--id", "S-01", "--exam-from", "2020-01-01"]) == 1
    assert "--id, --exam-from: the demonstration" in capsys.readouterr().err
    assert main(["new", "demo", "--demo", "--language", "fr"]) == 1
    assert "--language: " in capsys.readouterr().err
    assert list(Path.cwd().iterdir()) == []
