"""What the generators of documents share: the text around the tables, and where a document lies."""

from collections.abc import Callable, Mapping
from pathlib import Path

from bonescint.resources import ROOT

LANGUAGES = ("en", "ja")


def path_of(name: str, language: str) -> Path:
    """Return where a document lies."""
    return ROOT / "docs" / language / f"{name}.md"


def filled(name: str, language: str, parts: Mapping[str, str]) -> str:
    """Return the prose of tools/<name>.<language>.md, each line ``{part}`` replaced by its part."""
    page = (ROOT / "tools" / f"{name}.{language}.md").read_text(encoding="utf-8")
    for part, text in parts.items():
        page = page.replace(f"\n{{{part}}}\n", f"\n{text}\n")
    return page


def write_documents(name: str, document: Callable[[str], str]) -> None:
    """Write a document in both languages."""
    for language in LANGUAGES:
        path_of(name, language).write_text(document(language), encoding="utf-8")
