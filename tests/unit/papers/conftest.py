"""The shipped configuration in either language."""

from typing import Any

import pytest

from tests.unit.study_config import shipped


@pytest.fixture(params=["ja", "en"])
def config(request: pytest.FixtureRequest) -> dict[str, Any]:
    """Return the shipped configuration in either language."""
    return shipped(language=request.param)
