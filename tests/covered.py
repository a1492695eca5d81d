"""What unit tests run of deid, identity and custody: lines and branches, told after the tests.

A plugin of pytest (-p tests.covered). A test takes up to twice as long while lines are counted, so
they are counted while modules are imported and in one case of each test that is about these
packages. At least as much is tested as it tells.
"""

from pathlib import Path

import pytest
from coverage import Coverage
from hypothesis import is_hypothesis_test

ROOT = Path(__file__).parents[1]
FOLDERS = (
    *("tests/unit/custody/", "tests/unit/deid/", "tests/unit/identity/", "tests/unit/commands/"),
    *("tests/scripts/anonymize/", "tests/scripts/custody/"),
)


def _coverage(one_of_many: bool) -> Coverage:
    return Coverage(
        data_file=ROOT / ".coverage", data_suffix=one_of_many, config_file=ROOT / "pyproject.toml"
    )


class Counting:
    """The count of one process."""

    def __init__(self) -> None:
        self._coverage, self._on = _coverage(one_of_many=True), False
        self._counted: set[str] = set()
        self._count(True)

    def _count(self, on: bool) -> None:
        if on != self._on:
            self._on = on
            (self._coverage.start if on else self._coverage.stop)()

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        self._count(False)
        seen = set[str]()
        for item in session.items:
            test = item.nodeid.partition("[")[0]
            # a test with hundreds of examples would take longest
            many = test in seen or is_hypothesis_test(getattr(item, "obj", None))
            if test.startswith(FOLDERS) and not many:
                self._counted.add(item.nodeid)
            seen.add(test)

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._count(nodeid in self._counted)

    def pytest_sessionfinish(self) -> None:
        self._count(False)
        self._coverage.save()


class Telling:
    """The sum of all processes, in the one that prints."""

    def __init__(self) -> None:
        for left in ROOT.glob(".coverage*"):
            left.unlink()

    @pytest.hookimpl(trylast=True)
    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        whole = _coverage(one_of_many=False)
        whole.combine()
        if whole.get_data().measured_files():
            terminalreporter.section("run by one case of each unit test of the three packages")
            whole.report(file=terminalreporter)


def pytest_configure(config: pytest.Config) -> None:
    one_of_many = hasattr(config, "workerinput")
    if not one_of_many:
        config.pluginmanager.register(Telling())
    # where there are several, this one only hands out the tests
    if one_of_many or not config.getoption("numprocesses", None):
        config.pluginmanager.register(Counting())
