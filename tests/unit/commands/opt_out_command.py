"""Running `bonescint opt-out` and `bonescint delivery`; tests import the fixture."""

import argparse
from collections.abc import Callable

import pytest

from bonescint.commands import delivery, opt_out

Run = Callable[..., str]


@pytest.fixture
def run(study: object, capsys: pytest.CaptureFixture[str]) -> Run:
    def command(*arguments: str) -> str:
        parser = argparse.ArgumentParser()
        commands = parser.add_subparsers()
        opt_out.add(commands)
        delivery.add(commands)
        options = parser.parse_args(arguments)
        capsys.readouterr()
        assert options.run(options) == 0
        return capsys.readouterr().out

    return command
