"""docs/*/security.md: what it says is done names a test that is there, alike in both languages."""

import ast
import re
from itertools import chain

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
# pairs of sockets of one process and its children, without an address that others could reach
PAIRS = {"scripts/bonescint/forkserver.py": {"socket"}}


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


def test_what_is_done_is_shown_by_a_test_that_runs_each_time() -> None:
    text = PAGES["en"].read_text(encoding="utf-8")
    shown = [named_tests(clause) for clause in re.findall(r"\(([^()]*::[^()]*)\)", text)]
    assert sorted({*chain(*shown)}) == sorted({*named_tests(text)})
    assert [tests for tests in shown if all(map(is_slow, tests))] == []


def is_slow(test: str) -> bool:
    file, _, name = test.partition("::")
    text = (ROOT / "tests" / file).read_text(encoding="utf-8")
    assert not re.search(r"^pytestmark = .*slow", text, re.M)
    (found,) = [
        node
        for node in ast.parse(text).body
        if isinstance(node, ast.FunctionDef) and node.name == name
    ]
    return any(ast.unparse(mark) == "pytest.mark.slow" for mark in found.decorator_list)


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
    assert found == SHOWS | PAIRS
    for path in PAIRS:
        nodes = [*ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8")))]
        used = {node.attr for node in nodes if isinstance(node, ast.Attribute)}
        assert "socketpair" in used
        assert used.isdisjoint({"accept", "bind", "connect", "connect_ex", "listen", "sendto"})
