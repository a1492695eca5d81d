"""What a document names as evidence: tests, modules, rules and files that must be there."""

import ast
import re
from collections.abc import Iterator
from functools import cache

from bonescint.resources import ROOT


def named_tests(text: str) -> list[str]:
    """Return the tests that a text names, as `` `unit/deid/test_engine.py::test_refusals` ``."""
    return re.findall(r"`([\w/]+\.py::\w+)`", text)


@cache
def _tests_of(path: str) -> frozenset[str]:
    file = ROOT / "tests" / path
    tree = ast.parse(file.read_text(encoding="utf-8")) if file.exists() else ast.Module([], [])
    return frozenset(node.name for node in tree.body if isinstance(node, ast.FunctionDef))


def missing(text: str) -> Iterator[str]:
    """Yield what a text names and nobody finds: tests, modules of the package, files, rules."""
    for test in named_tests(text):
        path, _, name = test.partition("::")
        if name not in _tests_of(path):
            yield test
    for module in re.findall(r"`bonescint\.([a-z_.0-9]+)`", text):
        path = ROOT / "scripts" / "bonescint" / module.replace(".", "/")
        if not path.with_suffix(".py").exists() and not path.is_dir():
            yield f"bonescint.{module}"
    for file in re.findall(
        r"`((?:docs|resources|rules|schemas|scripts|tests|tools)/[\w./-]+)`", text
    ):
        if not (ROOT / file).exists():
            yield file


@cache
def rules() -> frozenset[str]:
    """Return the name of every rule of the workflow."""
    files = [ROOT / "Snakefile", *(ROOT / "rules").rglob("*.smk")]
    found = r"^\s*(?:rule|checkpoint) (\w+):|^use rule \w+ from \w+ as (\w+) with:"
    matches = re.findall(found, "\n".join(map(lambda f: f.read_text("utf-8"), files)), re.M)
    return frozenset(a or b for a, b in matches)
