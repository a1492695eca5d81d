"""The glossary: the same words in both languages, and Japanese as outputs and pages have it."""

import re

from bonescint.resources import ROOT

# words of code and English documents alone: no Japanese output says them
IN_CODE_ALONE = {
    "door", "checkpoint", "retired code", "planted", "trace", "phantom", "preset", "code digest",
}  # fmt: skip


def words(language: str) -> list[list[tuple[str, str]]]:
    """Return English and Japanese of every word, section by section."""
    text = (ROOT / "docs" / language / "glossary.md").read_text(encoding="utf-8")
    sections = [
        re.findall(r"^\| (.+?) \| (.+?) \| .+ \|$", part, re.M)[1:] for part in text.split("\n## ")
    ]
    return [[(a, b) if language == "en" else (b, a) for a, b in rows] for rows in sections[1:]]


def test_both_languages_have_the_same_words_in_the_same_order() -> None:
    assert words("en") == words("ja")
    said = [word for rows in words("en") for word, _ in rows]
    assert len(said) == len(set(said)) > 60
    assert {"door", "batch", "chain", "exposure", "failure", "index test"} <= set(said)


def test_the_japanese_is_that_of_the_outputs() -> None:
    files = [f for room in ("resources", "docs/ja") for f in (ROOT / room).rglob("*")]
    said = "".join(
        file.read_text(encoding="utf-8-sig")
        for file in [*files, ROOT / "README.ja.md"]
        if file.suffix in {".csv", ".j2", ".md"} and file.name != "glossary.md"
    )
    unknown = {word for rows in words("en") for word, ja in rows if ja not in said}
    assert unknown <= IN_CODE_ALONE
