"""docs/*/security.md: what it says is done names a test that is there, alike in both languages."""

import ast
import re

import pytest

from bonescint.resources import ROOT
from tests.named import missing, named_tests

PAGES = {language: ROOT / "docs" / language / "security.md" for language in ("en", "ja")}
# what opens a connection, or serves one
NETWORK = {
    "aiohttp", "asyncio", "ftplib", "http", "httpx", "imaplib", "poplib", "requests", "smtplib",
    "socket", "socketserver", "ssl", "telnetlib", "urllib.request", "urllib3", "webbrowser",
    "xmlrpc",
}  # fmt: skip
# opens the page that lies on the disk
SHOWS = {"scripts/bonescint/commands/review_page.py": {"webbrowser"}}


@pytest.mark.parametrize("language", PAGES)
def test_each_named_test_is_there(language: str) -> None:
    text = PAGES[language].read_text(encoding="utf-8")
    assert len(named_tests(text)) > 40
    assert [*missing(text)] == []


@pytest.mark.parametrize(("language", "word"), [("en", "Done:"), ("ja", "済:")])
def test_whatever_is_done_names_its_test(language: str, word: str) -> None:
    text = PAGES[language].read_text(encoding="utf-8")
    lines = text.replace("\n  ", " ").splitlines()  # an item may go on
    done = [line for line in lines if line.startswith(f"- {word}")]
    assert len(done) > 20
    assert [line for line in done if not re.search(r"\.py::\w+`", line)] == []


def test_both_languages_say_the_same() -> None:
    en, ja = (page.read_text(encoding="utf-8") for page in PAGES.values())
    assert named_tests(en) == named_tests(ja)
    shape = [re.findall(r"^(#+|-|\|)", text, re.M) for text in (en, ja)]
    assert shape[0] == shape[1]
    rows = [re.findall(r"\| ([\d; ]+?)(?: of 100| / 100)? \|$", text, re.M) for text in (en, ja)]
    assert rows[0] == rows[1] and len(rows[0]) > 10


def test_nothing_opens_a_connection() -> None:
    found = {}
    for path in sorted((ROOT / "scripts").rglob("*.py")):
        names = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names |= {one.name for one in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                names |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
        reached = {n for name in names for n in NETWORK if f"{name}.".startswith(f"{n}.")}
        if reached:
            found[str(path.relative_to(ROOT))] = reached
    assert found == SHOWS
