"""The names of tags, and that they are the only place where a tag stands as a number."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom.datadict import dictionary_has_tag, tag_for_keyword

from bonescint.dicom import tags
from bonescint.resources import ROOT

NAMED = {name: value for name, value in vars(tags).items() if isinstance(value, int)}
SOURCES = sorted(set((ROOT / "scripts").rglob("*.py")) - {Path(tags.__file__)})
# below it stand the elements of network messages, whose numbers are everyday numbers
FIRST = 0x00020000
HALF = re.compile("0x[0-9A-Fa-f]{4}")


def numbers(source: str) -> Iterator[tuple[int, int]]:
    """Yield line and number of every tag that is written as one number or as a pair of them."""
    tree = ast.parse(source)
    lines = source.splitlines()

    def spelled(node: ast.expr) -> str:
        return lines[node.lineno - 1].encode()[node.col_offset : node.end_col_offset].decode()

    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, int):
            if node.value >= FIRST and dictionary_has_tag(node.value):
                yield node.lineno, node.value
        elif isinstance(node, ast.Tuple | ast.List | ast.Call):
            parts = node.args if isinstance(node, ast.Call) else node.elts
            for first, second in zip(parts, parts[1:], strict=False):
                if (
                    isinstance(first, ast.Constant)
                    and isinstance(second, ast.Constant)
                    and HALF.fullmatch(spelled(first))
                    and HALF.fullmatch(spelled(second))
                    and dictionary_has_tag(first.value << 16 | second.value)
                ):
                    yield first.lineno, first.value << 16 | second.value


def test_a_tag_is_what_the_standard_calls_so() -> None:
    assert {name: tag_for_keyword(name) for name in NAMED} == NAMED


def test_every_name_is_used() -> None:
    used = {
        node.attr
        for path in SOURCES
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "tags"
    }
    assert NAMED.keys() - used == set()


def test_no_other_module_writes_a_tag_as_a_number() -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line}: {tags.notation(tag)}"
        for path in SOURCES
        for line, tag in numbers(path.read_text(encoding="utf-8"))
    ]
    assert found == []


@pytest.mark.parametrize(
    "source",
    ["x = 0x00100020", "x = 1048608", "x = (0x0010, 0x0020)", 'pack("<HH", 0xFFFE, 0xE000)'],
)
def test_a_tag_written_as_a_number_is_seen(source: str) -> None:
    assert len(list(numbers(source))) == 1


@pytest.mark.parametrize(
    "source", ["x = 0xFFFF0000", "x = 0xFFFFFFFF", "x = {0x0010: (0x10, 0x20)}", "x = 256"]
)
def test_masks_groups_and_counts_are_no_tags(source: str) -> None:
    assert list(numbers(source)) == []


def test_a_tag_in_words() -> None:
    assert tags.notation(tags.SeriesDescription) == "(0008,103E)"
    assert tags.notation(0x00091040) == "(0009,1040)"
    assert tags.label(tags.SeriesDescription) == "SeriesDescription (0008,103e)"


def test_tables_of_constants_load_nothing() -> None:
    modules = "tags, view_codes, vrs"
    asked = f"import sys; from bonescint.dicom import {modules}; print(*sys.modules)"
    command = [sys.executable, "-c", f"import sys; sys.path.insert(0, 'scripts'); {asked}"]
    loaded = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True).stdout
    inside = {name for name in loaded.split() if name.startswith("bonescint")}
    assert inside == {"bonescint", "bonescint.dicom"} | {
        f"bonescint.dicom.{name}" for name in modules.split(", ")
    }
    assert "pydicom" not in loaded.split()
