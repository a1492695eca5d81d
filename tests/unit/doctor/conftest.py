"""A machine that says what a test lets it say."""

from pathlib import Path

import pytest

from tests.unit.doctor.machines import FakeMachine


@pytest.fixture
def machine(tmp_path: Path) -> FakeMachine:
    """Return a machine of which nothing is known yet."""
    return FakeMachine(tmp_path / "machine")
