"""Stamps change with what matters and with nothing else."""

import os
import stat
from pathlib import Path

from bonescint.provenance import content_stamp, settings_stamp, tree


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
    assert [name for name, _ in tree(raw)] == ["a/b/x", "a/b/y"]


def test_settings_stamp_ignores_the_order_of_keys() -> None:
    assert settings_stamp({"a": 1, "b": 2}) == settings_stamp({"b": 2, "a": 1})
    assert settings_stamp({"a": 1}) != settings_stamp({"a": 2})
