"""Stamps change with what matters and with nothing else."""

import os
import stat
from pathlib import Path

import pytest

from bonescint import __version__, bundled
from bonescint.cli import main
from bonescint.folders import files_below
from bonescint.provenance import content_stamp, settings_stamp, versions
from tests.unit.unreadable import closed


def test_stamp_sees_content_not_date(tmp_path: Path) -> None:
    private, table = tmp_path / "private", tmp_path / "opt_out.csv"
    table.write_text("患者ID\n1\n")
    before = content_stamp(table, private)
    os.utime(table, (1, 1))
    assert content_stamp(table, private) == before
    table.write_text("患者ID\n2\n")
    os.utime(table, (1, 1))  # an older list restored
    assert content_stamp(table, private) != before
    assert stat.S_IMODE((private / "salt").stat().st_mode) == 0o600
    assert stat.S_IMODE(private.stat().st_mode) == 0o700


def test_stamp_is_keyed(tmp_path: Path) -> None:
    table = tmp_path / "list.csv"
    table.write_text("1")
    assert content_stamp(table, tmp_path / "a") != content_stamp(table, tmp_path / "b")


def test_stamp_of_a_folder_sees_every_level(tmp_path: Path) -> None:
    raw = tmp_path / "raw"
    (raw / "a" / "b").mkdir(parents=True)
    (raw / "a" / "b" / "x").write_text("1")
    before = content_stamp(raw, tmp_path / "p")
    assert content_stamp(raw, tmp_path / "p") == before
    (raw / "a" / "b" / "y").write_text("")
    assert content_stamp(raw, tmp_path / "p") != before
    assert [file.path for file in files_below(raw)] == ["a/b/x", "a/b/y"]


def test_what_cannot_be_read_stops_no_stamp(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    raw, private = tmp_path / "raw", tmp_path / "p"
    (raw / "00471936").mkdir(parents=True)
    (raw / "00471936" / "x").write_text("1")
    whole = content_stamp(raw, private)
    (raw / "00471936" / "x").chmod(0)  # when it may be read again it is looked at again
    assert content_stamp(raw, private) != whole
    (raw / "00471936" / "x").chmod(0o644)
    with monkeypatch.context() as patch:
        closed(patch, raw / "00471936")
        without = content_stamp(raw, private)
        assert without not in (whole, content_stamp(raw / "none", private))
    with monkeypatch.context() as patch:
        closed(patch, raw)
        assert content_stamp(raw, private) == content_stamp(raw / "none", private)


def test_settings_stamp_ignores_the_order_of_keys() -> None:
    assert settings_stamp({"a": 1, "b": 2}) == settings_stamp({"b": 2, "a": 1})
    assert settings_stamp({"a": 1}) != settings_stamp({"a": 2})


def test_versions_name_the_bundle_of_an_installed_program_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(bundled, "ROOT", tmp_path)
    checkout = versions()
    assert "bundle" not in checkout
    (tmp_path / "BUNDLE").write_text("bonescint-1+g2-linux_x86_64-py311\n")
    assert versions() == checkout | {"bundle": "bonescint-1+g2-linux_x86_64-py311"}
    with pytest.raises(SystemExit):
        main(["--version"])
    said = capsys.readouterr().out
    assert said == f"bonescint {__version__} (bonescint-1+g2-linux_x86_64-py311)\n"
