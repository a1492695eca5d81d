"""What a document names as evidence: tests, modules, rules and files that must exist."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from bonescint.resources import ROOT

_PACKAGE = ROOT / "scripts" / "bonescint"
_ROOMS = "docs|envs|profiles|resources|rules|schemas|scripts|tests|tools"


def named_tests(text: str) -> list[str]:
    """Return the tests that a text names, as `` `unit/deid/test_engine.py::test_refusals` ``."""
    return re.findall(r"`(?:tests/)?([\w/]+\.py::\w+)`", text)


def missing(text: str) -> Iterator[str]:
    """Yield tests, modules, functions and files that a text names but that do not exist."""
    for test in named_tests(text):
        path, _, name = test.partition("::")
        if name not in _names_in(ROOT / "tests" / path):
            yield test
    for module in re.findall(r"`(bonescint(?:\.\w+)+)`", text):
        path = _PACKAGE.joinpath(*module.split(".")[1:])
        face = (
            path.parent / "__init__.py" if path.parent.is_dir() else path.parent.with_suffix(".py")
        )
        if not (path.is_dir() or path.with_suffix(".py").exists() or path.name in _names_in(face)):
            yield module
    for file in re.findall(r"`((?:unit|workflow|bundle|browser|studies)/[\w/]+(?:\.py)?/?)`", text):
        if not (ROOT / "tests" / file).exists():
            yield file
    for file in re.findall(rf"`((?:{_ROOMS})/[\w./-]+)`", text):
        if not (ROOT / file).exists() and not (ROOT / "tests" / file).exists():
            yield file


@cache
def _names_in(file: Path) -> frozenset[str]:
    """Return the functions, classes and constants of a module, and what it passes on."""
    found = set[str]()
    for node in ast.parse(file.read_text(encoding="utf-8")).body if file.exists() else []:
        match node:
            case ast.FunctionDef() | ast.ClassDef():
                found.add(node.name)
            case ast.Assign():
                found |= {one.id for one in node.targets if isinstance(one, ast.Name)}
            case ast.ImportFrom() | ast.Import():
                found |= {one.asname or one.name for one in node.names}
    return frozenset(found)


@cache
def rules() -> frozenset[str]:
    """Return the name of every rule of the workflow."""
    files = [ROOT / "Snakefile", *(ROOT / "rules").rglob("*.smk")]
    text = "\n".join(file.read_text(encoding="utf-8") for file in files)
    found = r"^\s*(?:rule|checkpoint) (\w+):|^use rule \w+ from \w+ as (\w+) with:"
    return frozenset(a or b for a, b in re.findall(found, text, re.M))
