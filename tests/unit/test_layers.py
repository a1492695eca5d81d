"""Layers, no circles, one meaning a name, nothing too long (docs/architecture.md)."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from bonescint.resources import ROOT

PACKAGE = ROOT / "scripts" / "bonescint"
_LOW = (
    "errors", "builtin", "files", "folders", "resources", "bundled", "declared", "catalogue",
    "warnings", "warning_words", "incidents", "surroundings", "filesystems", "runlock", "made",
    "kept", "joblog", "forkserver", "registered", "pages", "compiled", "special", "text", "names",
    "dicom",
)  # fmt: skip
# each layer imports only from those before it
LAYERS = (
    _LOW,
    ("provenance", "cohort", "identity"),
    ("deid", "tables"),
    ("stats", "analyser"),
    ("questions",),
    (
        "config_words",
        "config_values",
        "config_questions",
        "config_hypotheses",
        "config_form",
        "config",
    ),
    ("outputs", "papers", "custody", "delivery", "review"),
    ("endings", "doctor"),
    ("commands",),
    ("cli", "demo"),
)
# packages that may import less than all layers below them
ONLY = {
    "runlock": {"errors", "resources"},
    "joblog": {"errors", "incidents", "made", "runlock"},
    "stats": {"files", "declared", "special"},
    "analyser": {"errors", "resources", "dicom"},
    "questions": {"builtin", "errors", "files", "declared", "resources", "registered", "stats"},
    "demo": {*_LOW, "provenance", "cohort", "identity", "deid", "tables"},
}
# names that stand in several modules with one meaning each time
SHARED = {
    "add": "each command's own: adds it to the parser",
    "draw": "each figure's own: draws it",
    "rows": "each question's own: answers it",
}
LONGEST_FILE = 400
LONGEST_FUNCTION = {"scripts/bonescint": 60, "scripts": 80}


def _module(path: Path) -> str:
    parts = path.relative_to(PACKAGE).with_suffix("").parts
    return ".".join(parts).removesuffix("__init__").removesuffix(".")


@cache
def trees() -> dict[str, ast.Module]:
    """Return module -> its syntax tree. The package itself, which holds the version, is ``""``."""
    found = {_module(p): ast.parse(p.read_bytes()) for p in sorted(PACKAGE.rglob("*.py"))}
    assert len(found) > 100
    return found


def _imported(tree: ast.Module) -> Iterator[str]:
    """Yield the modules of the package that one imports, anywhere in it."""
    for node in ast.walk(tree):
        names = []
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert not node.level and node.module, "imports are absolute"
            names = [f"{node.module}.{alias.name}" for alias in node.names]
        for name in names:
            _, _, inside = name.partition("bonescint.")
            if name.startswith("bonescint.") and inside:
                # a name in a module, or the module itself
                yield inside if inside in trees() else inside.rpartition(".")[0]


@cache
def imports() -> dict[str, set[str]]:
    """Return module -> the other modules of the package that it imports."""
    return {module: set(_imported(tree)) - {"", module} for module, tree in trees().items()}


def _room(module: str) -> str:
    return module.partition(".")[0]


def test_every_room_has_a_layer() -> None:
    known = [room for layer in LAYERS for room in layer]
    assert sorted(known) == sorted({_room(module) for module in trees()} - {""})


def test_each_layer_imports_only_from_the_left() -> None:
    rank = {room: n for n, layer in enumerate(LAYERS) for room in layer}
    wrong = [
        f"{module} imports {other}"
        for module, others in imports().items()
        for other in others
        if (a := _room(module)) != (b := _room(other))
        and (rank[b] > rank[a] or b not in ONLY.get(a, {b}))
    ]
    assert wrong == []


def test_rooms_import_each_other_only_one_way() -> None:
    ways = defaultdict(set)
    for module, others in imports().items():
        ways[_room(module)] |= {_room(other) for other in others} - {_room(module)}
    TopologicalSorter(ways).prepare()  # raises a CycleError that names the circle


def test_no_modules_import_each_other_in_a_circle() -> None:
    TopologicalSorter(imports()).prepare()


def _names(tree: ast.Module) -> Iterator[str]:
    """Yield a module's classes, public functions and public type aliases."""
    for node in tree.body:
        match node:
            case ast.ClassDef(name=name):
                yield name
            case ast.FunctionDef(name=name) if not name.startswith("_"):
                yield name
            case ast.AnnAssign(target=ast.Name(id=name), annotation=ast.Name(id="TypeAlias")):
                yield name
            # an alias of a type is written like a class
            case ast.Assign(targets=[ast.Name(id=name)]) if re.match("[A-Z]+[a-z]", name):
                yield name


def test_each_name_has_one_meaning() -> None:
    homes = defaultdict(list)
    for module, tree in trees().items():
        for name in _names(tree):
            homes[name].append(module)
    # the functions in scripts/<stage> are called as their files
    for path in (ROOT / "scripts").glob("*/*.py"):
        if PACKAGE not in path.parents and path.stem in homes:
            homes[path.stem].append(f"scripts/{path.parent.name}")
    twice = {name: where for name, where in homes.items() if len(where) > 1}
    assert {name: where for name, where in twice.items() if name not in SHARED} == {}
    assert set(SHARED) <= set(twice), "no longer shared"


def _lines(*folders: str, endings: tuple[str, ...]) -> dict[str, int]:
    return {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines())
        for folder in folders
        for path in sorted((ROOT / folder).rglob("*"))
        if path.suffix in endings
    }


def test_no_file_is_too_long() -> None:
    lines = _lines("scripts", "rules", "tests", endings=(".py", ".smk"))
    assert {name: n for name, n in lines.items() if n > LONGEST_FILE} == {}


@pytest.mark.parametrize("folder", LONGEST_FUNCTION)
def test_no_function_is_too_long(folder: str) -> None:
    found = {
        f"{path.relative_to(ROOT)}:{node.name}": node.end_lineno - node.lineno + 1
        for path in sorted((ROOT / folder).rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno
    }
    assert {name: n for name, n in found.items() if n > LONGEST_FUNCTION[folder]} == {}
