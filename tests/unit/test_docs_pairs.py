"""Every document for users is there in both languages, part by part."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from tools import wrap_docs

from bonescint.resources import ROOT

EN, JA = ROOT / "docs" / "en", ROOT / "docs" / "ja"
# docs/requirements.md is the English page of docs/ja/requirements.md; architecture, scale and
# decisions/ are for developers and in English alone
PAIRS = [(page, JA / page.name) for page in sorted(EN.glob("*.md"))]
PAIRS += [
    (ROOT / "docs" / "requirements.md", JA / "requirements.md"),
    (ROOT / "README.md", ROOT / "README.ja.md"),
]
COMMAND = re.compile(r"(?:sudo )?(bonescint|snakemake|make|python|git|age|wsl|apt)(?=\s|$)")


def body(page: Path) -> str:
    """Return a page without its blocks between fences."""
    return re.sub(r"^```.*?^```", "", page.read_text(encoding="utf-8"), flags=re.M | re.S)


def headings(page: Path) -> list[int]:
    """Return the level of every heading."""
    return [len(marks) for marks in re.findall(r"^(#{1,6}) ", body(page), re.M)]


def commands(page: Path) -> list[list[str]]:
    """Return program, subcommands and options of each line of code; other lines as blank."""
    found = []
    blocks = "".join(re.findall(r"^\n((?: {4,}\S.*\n)+)", body(page), re.M))
    for line in re.findall(r"^ {4,}(?![-*\d|])(.+)$", blocks, re.M):
        words = re.split(r"\s+#", line)[0].split()
        plain = [w for w in words if re.fullmatch(r"-{0,2}[a-z][a-z0-9_-]*", w)]
        found.append(plain if COMMAND.match(line) else [])
    return found


def fences(page: Path) -> list[str]:
    """Return the language of every block between fences."""
    return re.findall(r"^```(.*)$", page.read_text(encoding="utf-8"), re.M)


def links(page: Path) -> list[str]:
    """Return the file that each link leads to, whatever its language."""
    targets = re.findall(r"\]\(([^)#\s]*)[^)]*\)", body(page))
    plain = [re.sub(r"README(\.ja)?\.md", "README", target) for target in targets]
    plain = [re.sub(r"\.(en|ja)\.(png|svg)$", r".\2", target) for target in plain]
    plain = [re.sub(r"(^|/)(en|ja)/", r"\1", target) for target in plain]
    return [re.sub(r"^(\.\./)+", "", target) for target in plain]


def tables(page: Path) -> list[int]:
    """Return the number of lines of every table."""
    return [block.count("|\n") for block in re.findall(r"(?:^ *\|.*\|\n)+", body(page), re.M)]


PARTS: dict[str, Callable[[Path], object]] = {
    "headings": headings,
    "commands": commands,
    "fences": fences,
    "links": links,
    "tables": tables,
}


def test_both_folders_hold_the_same_pages() -> None:
    assert {page.name for page in EN.glob("*.md")} == {
        page.name for page in JA.glob("*.md") if page.name != "requirements.md"
    }
    assert len(PAIRS) > 20


@pytest.mark.parametrize("part", PARTS)
@pytest.mark.parametrize("pair", PAIRS, ids=[en.stem for en, _ in PAIRS])
def test_both_languages_have_the_same_parts(pair: tuple[Path, Path], part: str) -> None:
    english, japanese = (PARTS[part](page) for page in pair)
    assert english == japanese


def test_parts_are_found(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text(
        "# A\n\n    bonescint table map NAME --write  # why\n\n```yaml\n# no heading\n```\n"
        "| a |\n|---|\n\n[to](../en/a.md#b) ![p](../pictures/p.ja.png)\n",
        encoding="utf-8",
    )
    assert [PARTS[part](page) for part in PARTS] == [
        [1],
        [["bonescint", "table", "map", "--write"]],
        ["yaml", ""],
        ["a.md", "pictures/p.png"],
        [2],
    ]


def test_lines_are_broken() -> None:
    """`python tools/wrap_docs.py` breaks them: English prose at 100 characters."""
    long, joined = [], []
    for page in wrap_docs.pages():
        text = page.read_text(encoding="utf-8")
        if wrap_docs.is_japanese(page):
            joined += [page.name] if text != wrap_docs.wrapped(text, japanese=True) else []
            continue
        prose = [line for is_prose, line in wrap_docs.lines_of(text) if is_prose]
        # code and links are not broken
        plain = [re.sub(r"`[^`]*`|\]\([^)]*\)", "", line) for line in prose]
        long += [f"{page.name}: {line}" for line in plain if len(line) > 110]
    assert (long, joined) == ([], []), "make docs"


def test_lines_are_broken_where_a_page_stays_the_same() -> None:
    prose = "- " + "word " * 30 + "`some code` [a link](to/a/page.md) + 1"
    code = "    " + "x" * 120
    lines = wrap_docs.wrapped(f"{prose}\n\n{code}\n", japanese=False).splitlines()
    assert lines[-2:] == ["", code]
    assert len(lines) > 3 and max(map(len, lines[:-2])) <= 100
    assert all(re.match(r"  \w|  `", line) for line in lines[1:-2])
    assert " ".join(" ".join(lines[:-2]).split()) == prose
    japanese = "- 一つ (二つ。三つ)。**四つ。**五つ。`六つ。七つ`。\n| 表。表 |\n"
    assert wrap_docs.wrapped(japanese, japanese=True) == (
        "- 一つ (二つ。三つ)。\n  **四つ。**\n  五つ。\n  `六つ。七つ`。\n| 表。表 |\n"
    )


@pytest.mark.parametrize("folder", [EN, JA], ids=["en", "ja"])
def test_the_index_names_every_page(folder: Path) -> None:
    named = set(re.findall(r"^\| \[[^\]]*\]\(([^)]*)\)", body(folder / "index.md"), re.M))
    assert {page.name for page in folder.glob("*.md")} - named == {"index.md"}
