"""Running `bonescint opt-out` and `bonescint delivery`; tests import the fixture."""

from collections.abc import Callable

import pytest

from tests.unit.called import call

Run = Callable[..., str]


@pytest.fixture
def run(study: object, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str) -> str:
        capsys.readouterr()
        assert call(*arguments) == 0
        return capsys.readouterr().out

    return command
