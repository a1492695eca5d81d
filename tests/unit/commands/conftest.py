"""A study with a ledger, and a person at its terminal."""

from pathlib import Path

import pytest

from tests.unit.ledger_study import Answers, settle, typist, with_patients


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the folder a study's without a ledger."""
    settle(tmp_path, monkeypatch)


@pytest.fixture
def codes(empty: None) -> dict[str, str]:
    """Return ID -> code of the three patients of the study's ledger; the second has declined."""
    return with_patients()


@pytest.fixture
def answers(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """Return a function that lines up what the person types."""
    return typist(monkeypatch)
