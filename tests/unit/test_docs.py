"""What README and docs/ tell a person to type is understood, and what they link to is there."""

import argparse
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from bonescint.cli import main
from bonescint.resources import ROOT

PAGES = [*ROOT.glob("README*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("docs/*/*.md")]
NAMES = [str(page.relative_to(ROOT)) for page in PAGES]


def lines_of(page: Path) -> Iterator[str]:
    """Yield the commands that stand on a line of their own."""
    for line in page.read_text(encoding="utf-8").splitlines():
        if match := re.match(r" {4,}(bonescint .*)", line):
            yield match[1]


def mentions_in(page: Path) -> Iterator[str]:
    """Yield the commands within a sentence, but for those that show a choice."""
    for found in re.findall(r"`(bonescint [^`]+)`", page.read_text(encoding="utf-8")):
        if not re.search(r"[|\[\]…]|\.\.\.", found):
            yield re.sub(r" (N|番号)(?= |$)", " 1", found)


@pytest.fixture(autouse=True)
def only_parsed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no command run."""
    parse = argparse.ArgumentParser.parse_args

    def parsed(*arguments: object) -> argparse.Namespace:
        options: argparse.Namespace = parse(*arguments)  # type: ignore[call-overload]
        options.run = lambda _: 0
        return options

    monkeypatch.setattr(argparse.ArgumentParser, "parse_args", parsed)


def wrong(line: str, capsys: pytest.CaptureFixture[str]) -> str:
    """Return what the parser has against a line; empty if nothing."""
    try:
        main(shlex.split(line.replace("\\", "/"), comments=True)[1:])
    except SystemExit as stop:
        said = capsys.readouterr().err.strip().splitlines()
        return said[-1] if stop.code else ""
    return ""


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_commands_are_understood(page: Path, capsys: pytest.CaptureFixture[str]) -> None:
    faults = {line: wrong(line, capsys) for line in lines_of(page)}
    for line in mentions_in(page):
        said = wrong(line, capsys)
        # a sentence may name a command or an option without what it needs
        named = re.search("arguments are required|expected one argument", said)
        faults[line] = "" if named else said
    assert not {line: said for line, said in faults.items() if said}


def test_the_guide_to_a_delivery_has_commands() -> None:
    for language in ("en", "ja"):
        found = list(lines_of(ROOT / f"docs/{language}/delivery.md"))
        actions = ("passphrase", "verify", "record", "receipt", "returned")
        assert all(any(action in line for line in found) for action in actions)


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_lead_to_files(page: Path) -> None:
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.read_text(encoding="utf-8"))
    missing = [t for t in targets if "://" not in t and not (page.parent / t).exists()]
    assert not missing


def headings_of(page: Path) -> list[tuple[int, str]]:
    """Return level and text of every heading, those in blocks of code apart."""
    text = re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)
    return [(len(marks), said) for marks, said in re.findall(r"^(#{1,6}) (.+)$", text, re.M)]


def anchor(heading: str) -> str:
    """Return what a forge makes of a heading, to link to."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")


PAIRS = [(page, page.parents[1] / "ja" / page.name) for page in ROOT.glob("docs/en/*.md")]
PAIRS = [(ROOT / "README.md", ROOT / "README.ja.md")] + [p for p in PAIRS if p[1].exists()]


@pytest.mark.parametrize(("en", "ja"), PAIRS, ids=[en.stem for en, _ in PAIRS])
def test_both_languages_have_the_same_headings(en: Path, ja: Path) -> None:
    levels = [[level for level, _ in headings_of(page)] for page in (en, ja)]
    assert levels[0] == levels[1], list(zip(headings_of(en), headings_of(ja), strict=False))


def test_no_japanese_page_is_without_its_english_one() -> None:
    english = {page.name for page in [*ROOT.glob("docs/en/*.md"), *ROOT.glob("docs/*.md")]}
    assert {page.name for page in ROOT.glob("docs/ja/*.md")} <= english
    assert len(PAIRS) > 10


@pytest.mark.parametrize("page", PAGES, ids=NAMES)
def test_links_lead_to_headings(page: Path) -> None:
    missing = []
    for target in re.findall(r"\]\(([^)\s]*#[^)\s]+)\)", page.read_text(encoding="utf-8")):
        path, _, fragment = target.partition("#")
        linked = page.parent / path if path else page
        if "://" not in target and linked.suffix == ".md":
            known = {anchor(said) for _, said in headings_of(linked)}
            if fragment not in known:
                missing.append(target)
    assert missing == []
