"""Every public function of `bonescint.stats` has an example that says what it returns."""

import doctest
import importlib
import inspect
import pkgutil

import pytest

from bonescint import stats

MODULES = sorted(info.name for info in pkgutil.walk_packages(stats.__path__, "bonescint.stats."))


def _reads_tables(function) -> bool:
    """Tell whether an example would be a table: the tests of the tables show it."""
    types = [str(one.annotation) for one in inspect.signature(function).parameters.values()]
    return any("Path" in one or "stats.samples.Samples" in one for one in types)


@pytest.mark.parametrize("name", MODULES)
def test_examples_are_right(name):
    failed, _ = doctest.testmod(importlib.import_module(name))
    assert not failed


@pytest.mark.parametrize("name", MODULES)
def test_every_public_function_has_one(name):
    module = importlib.import_module(name)
    found = {one.name: one.examples for one in doctest.DocTestFinder().find(module)}
    public = {
        key: [*found[f"{name}.{key}"], *found.get(name, [])]  # of a long function: in the module's
        for key, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == name and not key.startswith("_") and not _reads_tables(function)
    }
    shown = {key for key, ones in public.items() if any(f"{key}(" in one.source for one in ones)}
    assert public.keys() - shown == set()
