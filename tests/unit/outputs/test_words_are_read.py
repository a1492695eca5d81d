"""No catalogue keeps words that no output says."""

import re
from collections.abc import Iterator
from functools import cache

import pytest

from bonescint.resources import ROOT, Texts

OUTPUTS = ("scripts/bonescint/outputs", "scripts/outputs", "rules")
# a key such as column_n is of a kind and of what names it: the outputs themselves, or
NAMED = (
    "caption", "card", "column", "heading", "mark", "methods_selection", "note", "panel", "place",
    "readers", "sheet", "title", "truth",
)  # fmt: skip
# a value of the coded tables or the configuration
VALUES = (
    "change", "column", "exposed", "kind", "metastasis", "methods_selection", "result", "rule",
    "section", "sex", "stard", "grras", "status", "taken", "unanimous", "view", "views",
)  # fmt: skip
ENDINGS = re.compile(r"(_no_(readers|eod|versions)|_rest|_else)$")
AREAS = ("report", "workbook", "answer", "figures", "checklists", "overview")


@cache
def tokens(*folders: str) -> set[str]:
    """Return every word and every whole string of the program's text below some folders."""
    kinds = (".py", ".j2", ".js", ".smk", ".yaml", ".csv")
    found: set[str] = set()
    for folder in folders:
        for file in (ROOT / folder).rglob("*"):
            if file.suffix in kinds:
                text = file.read_text(encoding="utf-8-sig")
                found.update(re.findall(r"[\w+]+", text))
    return found


def unread(area: str) -> Iterator[str]:
    said = tokens(*OUTPUTS, "scripts/bonescint/tables", "scripts/bonescint/delivery")
    values = said | tokens("scripts", "schemas", "resources/tables")
    for key in Texts(area, "en"):
        short = ENDINGS.sub("", key)
        if short in said or short.endswith("_axis"):  # of a metric, whatever it is called
            continue
        rests = {
            kind: short.removeprefix(f"{kind}_")
            for kind in (*NAMED, *VALUES)
            if short.startswith(f"{kind}_")
        }
        if not any(
            (kind in NAMED and rest in said) or (kind in VALUES and rest in values)
            for kind, rest in rests.items()
        ):
            yield key


@pytest.mark.parametrize("area", AREAS)
def test_every_word_is_said_by_somebody(area: str) -> None:
    assert list(unread(area)) == []
