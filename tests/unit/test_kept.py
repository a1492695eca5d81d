"""What was derived from code is kept beside its bytecode, and never taken for another code's."""

import sys
from pathlib import Path

import pytest

from bonescint.kept import DerivedFacts


@pytest.fixture(autouse=True)
def writes_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "dont_write_bytecode", False)


def derived(facts: DerivedFacts, content: bytes, value: str) -> tuple[str]:
    found = facts.of("module.py", content, lambda: (value,))
    facts.keep()
    return found


def test_a_fact_is_derived_once_for_each_content(tmp_path: Path) -> None:
    beside = tmp_path / "module.py"
    assert derived(DerivedFacts(beside, "a"), b"1", "first") == ("first",)
    assert derived(DerivedFacts(beside, "a"), b"1", "never") == ("first",)
    assert derived(DerivedFacts(beside, "a"), b"2", "edited") == ("edited",)
    assert derived(DerivedFacts(beside, "a"), b"1", "back") == ("back",)
    assert derived(DerivedFacts(beside, "b"), b"1", "other") == ("other",)


@pytest.mark.parametrize("size", [0, 1, 20, -1])
def test_what_was_cut_off_is_derived_again(tmp_path: Path, size: int) -> None:
    beside = tmp_path / "module.py"
    derived(DerivedFacts(beside, "a"), b"1", "first")
    [file] = (tmp_path / "__pycache__").glob("*.facts")
    file.write_bytes(file.read_bytes()[:size])
    assert derived(DerivedFacts(beside, "a"), b"1", "again") == ("again",)
    assert derived(DerivedFacts(beside, "a"), b"1", "never") == ("again",)


def test_where_no_bytecode_is_written_nothing_is_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "__pycache__").touch()  # no folder can be made
    assert derived(DerivedFacts(tmp_path / "module.py", "a"), b"1", "first") == ("first",)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    assert derived(DerivedFacts(tmp_path / "b" / "module.py", "a"), b"1", "first") == ("first",)
    assert [path.name for path in tmp_path.iterdir()] == ["__pycache__"]
