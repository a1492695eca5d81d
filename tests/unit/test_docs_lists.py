"""Lists of README and docs/ against the code: commands, targets, rules, reasons, questions."""

import argparse
import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from tools import generate_reasons_doc
from tools.generated import path_of

from bonescint.cli import main
from bonescint.outputs.presets import PRESETS
from bonescint.questions import known
from bonescint.resources import ROOT, Texts
from tests.named import missing, rules

PAGES = [*ROOT.glob("README*.md"), *ROOT.glob("docs/**/*.md")]
# what a page names as an example of what somebody may add
MADE_UP = {
    "scripts/bonescint/questions/survival.py", "resources/text/questions/survival.csv",
    "rules/questions/survival.smk", "tests/unit/questions/test_survival.py",
    "scripts/bonescint/outputs/figures/waterfall.py", "resources/text/figures/waterfall.csv",
}  # fmt: skip


@cache
def text_of(language: str) -> str:
    """Return README and docs of one language."""
    readme = "README.md" if language == "en" else f"README.{language}.md"
    pages = [ROOT / readme, *sorted((ROOT / "docs" / language).glob("*.md"))]
    return "\n".join(page.read_text(encoding="utf-8") for page in pages)


class Parsed(Exception):
    """The parser as it would read a command line."""


def commands(parser: argparse.ArgumentParser, *before: str) -> Iterator[tuple[str, ...]]:
    """Yield every command of a parser that has none below it."""
    below = [a for a in parser._actions if isinstance(a, argparse._SubParsersAction)]
    for action in below:
        for name, one in action.choices.items():
            yield from commands(one, *before, name)
    if not below:
        yield before


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_command_is_told(language: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def caught(parser: argparse.ArgumentParser, *_: object) -> None:
        raise Parsed(parser)

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", caught)
    with pytest.raises(Parsed) as found:
        main([])
    every = list(commands(found.value.args[0]))
    assert ("ledger", "verify") in every and ("where",) in every and len(every) > 40
    told = text_of(language)
    # further ones may stand behind the first: `bonescint delivery record | list`
    patterns = {" ".join(one): r"[^\n]*\b".join(one) for one in every}
    silent = [
        one for one, names in patterns.items() if not re.search(rf"bonescint {names}\b", told)
    ]
    assert silent == []


@cache
def targets() -> frozenset[str]:
    """Return the rules that make nothing themselves: what a person asks Snakemake for."""
    text = "\n".join(f.read_text(encoding="utf-8") for f in (ROOT / "rules").glob("*.smk"))
    text += (ROOT / "Snakefile").read_text(encoding="utf-8")
    parts = re.split(r"^(?:rule|checkpoint) (\w+):$", text, flags=re.M)[1:]
    bodies = zip(parts[::2], parts[1::2], strict=True)
    # `deliver` looks at what it hands over, so it has a script
    return {"deliver"} | frozenset(
        name for name, body in bodies if not re.search(r"^    (script|shell|run):", body, re.M)
    )


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_target_is_told(language: str) -> None:
    assert {"all", "deliver", "review", "figures", "tables", "paper"} <= targets()
    told = text_of(language)
    named = set(re.findall(r"snakemake(?: --?[\w-]+(?: \d+)?)* ([a-z_]+)\b", told))
    assert targets() - named - {"all"} == set()
    assert {name for name in named if "_" in name} <= rules()


def test_every_rule_is_told() -> None:
    told = text_of("en") + (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")
    assert [rule for rule in sorted(rules()) if f"`{rule}`" not in told] == []


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_reason_is_told(language: str) -> None:
    written = generate_reasons_doc.document(language)
    path = path_of("reasons", language)
    assert path.read_text(encoding="utf-8") == written, "make docs"
    assert not re.search(r"^\{\w+\}$", written, re.M)


def test_a_refusal_has_one_of_the_reasons() -> None:
    raised = set[str]()
    for path in (ROOT / "scripts" / "bonescint").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in (
                "Refused",
                "HeaderFault",
            ):
                raised |= {one.value for one in node.args[:1] if isinstance(one, ast.Constant)}
    assert len(raised) > 20
    assert raised <= set(generate_reasons_doc.refusals())


def test_every_question_is_told() -> None:
    told = (ROOT / "docs" / "en" / "statistics.md").read_text(encoding="utf-8")
    assert [name for name in known() if not re.search(rf"\b{name}\b", told)] == []


@pytest.mark.parametrize("language", ["en", "ja"])
def test_every_preset_is_told(language: str) -> None:
    told = text_of(language)
    assert [name for name in PRESETS if name != "screen" and f"`{name}`" not in told] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_what_a_page_names_is_there(page: Path) -> None:
    assert set(missing(page.read_text(encoding="utf-8"))) - MADE_UP == set()


def test_every_reason_has_its_words_in_both_languages() -> None:
    for language in ("en", "ja"):
        flow = Texts("flow", language)
        assert all(flow(name) for name in generate_reasons_doc.REASONS)


def test_what_is_not_there_is_told() -> None:
    text = """`unit/test_docs.py::test_of_nobody`, `unit/nobody.py`, `bonescint.nobody`,
    `bonescint.files.nobody`, `resources/nobody.csv`, `unit/test_docs.py::headings_of`,
    `bonescint.files.read_rows`, `resources/tables.csv`, `unit/deid/`"""
    assert list(missing(text)) == [
        "unit/test_docs.py::test_of_nobody",
        "bonescint.nobody",
        "bonescint.files.nobody",
        "unit/nobody.py",
        "resources/nobody.csv",
    ]
