"""An older configuration is upgraded: values, comments and order stay."""

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from bonescint.cli import main
from bonescint.commands.upgrade import upgraded
from bonescint.commands.upgrade_steps import STEPS, UpgradeStep, with_version
from bonescint.config import check_config
from bonescint.config_form import CONFIG_VERSION
from bonescint.errors import InputError
from bonescint.resources import ROOT, Texts

MADE_BY = Path(__file__).parent / "v0.2.0" / "config.yaml"
Capture = pytest.CaptureFixture[str]


@pytest.fixture
def study(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the config.yaml of a study that version 0.2.0 ran."""
    monkeypatch.chdir(tmp_path)
    return Path(shutil.copy(MADE_BY, "config.yaml")).resolve()


def content(text: str) -> dict[str, Any]:
    return dict(yaml.safe_load(text))


def test_a_study_of_version_0_2_0_keeps_its_values_comments_and_order(
    study: Path, capsys: Capture
) -> None:
    before = study.read_text(encoding="utf-8")
    study.chmod(0o640)
    assert main(["upgrade"]) == 0
    after = study.read_text(encoding="utf-8")
    assert content(after) == content(before) | {"config_version": CONFIG_VERSION}
    check_config(content(after), files=False)
    left = iter(after.splitlines())
    assert all(line in left for line in before.splitlines())
    assert study.with_name("config.yaml.v1").read_text(encoding="utf-8") == before
    assert {path.stat().st_mode & 0o777 for path in study.parent.iterdir()} == {0o640}
    said = capsys.readouterr().out
    assert "config_version" in said and "config.yaml.v1" in said and "snakemake -n" in said


def test_a_second_time_changes_nothing(study: Path, capsys: Capture) -> None:
    main(["upgrade"])
    after = study.read_bytes()
    assert main(["upgrade"]) == 0
    assert study.read_bytes() == after
    assert "変更はありません" in capsys.readouterr().out.splitlines()[-1]
    assert sorted(p.name for p in study.parent.iterdir()) == ["config.yaml", "config.yaml.v1"]


def test_an_older_copy_of_other_content_stays(study: Path) -> None:
    study.with_name("config.yaml.v1").write_text("before", encoding="utf-8")
    main(["upgrade"])
    assert study.with_name("config.yaml.v1").read_text(encoding="utf-8") == "before"
    assert study.with_name("config.yaml.v1.2").read_bytes() == MADE_BY.read_bytes()


def test_windows_line_ends_and_a_mark_stay(study: Path) -> None:
    study.write_bytes(b"\xef\xbb\xbf" + study.read_bytes().replace(b"\n", b"\r\n"))
    assert main(["upgrade"]) == 0
    after = study.read_bytes()
    assert after.startswith(b"\xef\xbb\xbf#") and after.count(b"\n") == after.count(b"\r\n")


def test_a_link_is_followed(study: Path) -> None:
    kept = study.rename(study.with_name("kept.yaml"))
    study.symlink_to(kept)
    assert main(["upgrade"]) == 0
    assert study.is_symlink() and "config_version" in kept.read_text(encoding="utf-8")


def test_a_newer_configuration_is_refused_by_every_command(study: Path, capsys: Capture) -> None:
    text = f"config_version: {CONFIG_VERSION + 1}\nnew_key: 1\n" + study.read_text(encoding="utf-8")
    study.write_text(text, encoding="utf-8")
    for command in (["upgrade"], ["check"], ["table", "check", "vsbone3"]):
        assert main(command) == 1
        said = capsys.readouterr().err
        assert "新しい設定です" in said and "new_key" not in said
    assert study.read_text(encoding="utf-8") == text


def test_an_older_one_still_works_and_check_says_so(study: Path, capsys: Capture) -> None:
    config = content((ROOT / "config.yaml").read_text(encoding="utf-8"))
    del config["config_version"]
    study.write_text(yaml.safe_dump(config, allow_unicode=True), encoding="utf-8")
    assert main(["check"]) == 0
    assert "bonescint upgrade" in capsys.readouterr().out


def test_what_may_not_be_written_is_left(study: Path, capsys: Capture) -> None:
    study.chmod(0o444)
    assert main(["upgrade"]) == 1
    assert "chmod u+w" in capsys.readouterr().err
    assert [p.name for p in study.parent.iterdir()] == ["config.yaml"]


def test_a_full_medium_leaves_the_file_as_it_was(
    study: Path, monkeypatch: pytest.MonkeyPatch, capsys: Capture
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "")

    monkeypatch.setattr("os.fsync", full)
    assert main(["upgrade"]) == 1
    assert "No space left" in capsys.readouterr().err
    assert study.read_bytes() == MADE_BY.read_bytes()
    assert [p.name for p in study.parent.iterdir()] == ["config.yaml"]


@pytest.mark.parametrize(
    "text",
    [
        "{language: ja}\n",  # in brackets as a whole
        'language: ja\nconfig_version: "one"\n',
    ],
)
def test_what_cannot_be_edited_is_left(study: Path, text: str, capsys: Capture) -> None:
    study.write_text(text, encoding="utf-8")
    assert main(["upgrade"]) == 1
    assert f"config_version: {CONFIG_VERSION}" in capsys.readouterr().err
    assert study.read_text(encoding="utf-8") == text


def test_a_configuration_that_is_no_yaml_is_told_with_its_line(
    study: Path, capsys: Capture
) -> None:
    study.write_text("language：ja\n", encoding="utf-8")
    assert main(["upgrade"]) == 1
    assert "1 行" in capsys.readouterr().err


def test_every_version_has_its_step_and_its_words() -> None:
    assert [step.version for step in STEPS] == list(range(2, CONFIG_VERSION + 1))
    for language in ("ja", "en"):
        for step in STEPS:
            assert Texts("upgrade", language)(f"step.{step.version}")
    assert content((ROOT / "config.yaml").read_text(encoding="utf-8"))["config_version"] == (
        CONFIG_VERSION
    )


def test_steps_are_taken_in_order_and_an_edit_that_misses_is_refused() -> None:
    def renamed(config: Any) -> dict[str, Any]:
        return {"new" if key == "old" else key: value for key, value in config.items()}

    def rename(text: str) -> str:
        return text.replace("\nold:", "\nnew:")

    steps = (UpgradeStep(2), UpgradeStep(3, rename, renamed))
    words = Texts("upgrade", "en")
    text = "language: en\nold: 1 # as it was\n"
    new = upgraded(text, content(text), steps, words)
    assert new.endswith("language: en\nnew: 1 # as it was\n")
    assert content(new) == {"config_version": 3, "language": "en", "new": 1}
    quoted = 'language: en\n"old": 1\n'
    with pytest.raises(InputError, match="by hand"):
        upgraded(quoted, content(quoted), steps, words)


def test_the_version_goes_before_the_first_key() -> None:
    assert with_version("# head\n\n---\na: 1\n", 2).splitlines()[3].startswith("config_version: 2")
    assert with_version("a: 1\nconfig_version: 2 # my note\n", 3) == (
        "a: 1\nconfig_version: 3 # my note\n"
    )


def test_a_key_that_is_not_used_any_more_is_told(study: Path, capsys: Capture) -> None:
    main(["check"])
    assert "deidentification.batches は使われなくなりました" in capsys.readouterr().out
