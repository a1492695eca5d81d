"""A controller that restarts: Slurm's plugin is told what it was told before."""

import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from bonescint.endings.controller import PLUGIN, outlive_controller


def test_the_last_answer_counts_while_there_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: Iterator[int | None] = iter([None, 300, None, None, 600, None])
    plugin = SimpleNamespace(get_min_job_age=lambda: next(answers))
    monkeypatch.setitem(sys.modules, PLUGIN, plugin)
    told: list[str] = []
    outlive_controller(lambda: told.append("away"))
    # a controller that never answered is none that restarts
    assert (plugin.get_min_job_age(), told) == (None, [])
    assert [plugin.get_min_job_age() for _ in range(3)] == [300, 300, 300]
    assert told == ["away"]
    assert [plugin.get_min_job_age() for _ in range(2)] == [600, 600]
    assert told == ["away", "away"]


@pytest.mark.parametrize("plugin", [None, SimpleNamespace()])
def test_without_the_plugin_nothing_is_done(
    monkeypatch: pytest.MonkeyPatch, plugin: SimpleNamespace | None
) -> None:
    monkeypatch.setitem(sys.modules, PLUGIN, plugin)
    outlive_controller(pytest.fail)
    assert not hasattr(plugin, "get_min_job_age")
