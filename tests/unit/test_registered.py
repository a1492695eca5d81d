"""Modules that are found by what they declare."""

from pathlib import Path

import pytest

from bonescint import registered as module
from bonescint.registered import registered


@pytest.mark.parametrize(
    "declared",
    [
        'FOUND = {"order": 5, "needs": ["a"]}\n',
        'FOUND = {"order": 5, "needs": ["a"]}  # short\n\nOTHERS = {\n    1: {},\n}\n',
        'FOUND = {\n    "order": 5,\n    "needs": ["a"],\n}\nOTHERS = {}\n',
        'FOUND: dict[str, Any] = {\n    "order": 5,\n    "needs": ["a"],\n}\n',
    ],
)
def test_a_declaration_is_found_however_it_is_laid_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, declared: str
) -> None:
    monkeypatch.setattr(module, "_PACKAGE", tmp_path)
    (tmp_path / "made").mkdir()
    (tmp_path / "made" / "later.py").write_text('FOUND = {"order": 9, "of": {"a": {}}}\n')
    (tmp_path / "made" / "one.py").write_text(f'"""One."""\n\nimport os\n\n{declared}')
    (tmp_path / "made" / "other.py").write_text("FOUNDATION = {}\n")
    registered.cache_clear()
    found = registered("made", "FOUND")
    registered.cache_clear()
    assert list(found.items()) == [
        ("one", {"order": 5, "needs": ["a"]}),
        ("later", {"order": 9, "of": {"a": {}}}),
    ]
