"""Paths of Windows, as WSL has them."""

import pytest

from bonescint.text.drives import wsl_path


@pytest.mark.parametrize(
    ("typed", "there"),
    [
        (r"C:\Users\研究", "/mnt/c/Users/研究"),
        ("d:/data/2026 年", "/mnt/d/data/2026 年"),
        ("Ｃ：￥データ￥ＡＢ", "/mnt/c/データ/ＡＢ"),
        ("C:¥data", "/mnt/c/data"),
        ("E:", "/mnt/e"),
        ("E:\\", "/mnt/e"),
    ],
)
def test_a_drive_letter_has_a_place_on_wsl(typed: str, there: str) -> None:
    assert wsl_path(typed) == there


@pytest.mark.parametrize("path", ["", "inputs/a.csv", "/mnt/c/a", "c", "ab:/c", "研究：A", "C:a"])
def test_any_other_path_is_no_path_of_windows(path: str) -> None:
    assert wsl_path(path) is None
