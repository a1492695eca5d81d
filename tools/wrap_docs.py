"""Break the lines of README and docs/: English at 100 characters, Japanese after a sentence.

    python tools/wrap_docs.py

Tables, headings and code stay as they are. A rendered page does not change.
"""

import re
from collections.abc import Iterator
from pathlib import Path

from bonescint.resources import ROOT

WIDTH = 100
_MARK = re.compile(r"( *)((?:[-*]|\d+\.) +)?(.*)")
# what must not be broken: code and links
_WORD = re.compile(r"(?:`[^`]*`|!?\[[^\]]*\]\([^)]*\)|[^\s`\[]|\[)+")
# a word that means something at the beginning of a line
_SIGN = re.compile(r"[-+*#>|=]+|\d+[.)]|\|.*")
_KEPT = re.compile(r"\s*$|#|\s*\||<|!\[|(?:English|日本語): \[")


def pages() -> list[Path]:
    """Return README and all documents, of a generated one the text that it is made from."""
    made = {page.name.split(".")[0] for page in ROOT.glob("tools/*.md")}
    written = [page for page in ROOT.glob("docs/**/*.md") if page.stem not in made]
    return [*ROOT.glob("README*.md"), *written, *ROOT.glob("tools/*.md")]


def is_japanese(page: Path) -> bool:
    """Return whether a page is in Japanese.

    Parameters
    ----------
    page
        One of `pages`.
    """
    return page.parent.name == "ja" or ".ja." in page.name


def lines_of(text: str) -> Iterator[tuple[bool, str]]:
    """Yield whether it is prose, and each line of a page.

    Parameters
    ----------
    text
        The page.
    """
    fenced, before = False, ""
    for line in text.splitlines():
        is_fence = line.lstrip().startswith("```")
        code = re.match(r" {4,}", line) and not before.strip()
        kept = fenced or is_fence or bool(code) or bool(_KEPT.match(line))
        fenced ^= is_fence
        before = line if not code else ""
        yield not kept, line


def joined(lines: Iterator[tuple[bool, str]]) -> Iterator[tuple[bool, str]]:
    """Yield a paragraph or an item on one line, and other lines as they are.

    Parameters
    ----------
    lines
        As `lines_of` yields them.
    """
    open_line = ""
    for prose, line in lines:
        if prose and open_line and not _MARK.findall(line)[0][1]:
            open_line += " " + line.strip()
            continue
        if open_line:
            yield True, open_line
        open_line = line if prose else ""
        if not prose:
            yield False, line
    if open_line:
        yield True, open_line


def broken(line: str) -> str:
    """Break a line of English prose.

    Parameters
    ----------
    line
        A paragraph or an item on one line.
    """
    indent, mark, rest = _MARK.findall(line)[0]
    words: list[str] = []
    for word in _WORD.findall(rest):
        if words and _SIGN.fullmatch(word):
            words[-1] += " " + word
        else:
            words.append(word)
    lines = [indent + mark + words[0]]
    for word in words[1:]:
        if len(lines[-1]) + 1 + len(word) > WIDTH:
            lines.append(" " * len(indent + mark) + word)
        else:
            lines[-1] += " " + word
    return "\n".join(lines)


def by_sentence(line: str) -> str:
    """Put each sentence of Japanese prose on a line of its own.

    Parameters
    ----------
    line
        A line of prose.
    """
    indent, mark, rest = _MARK.findall(line)[0]
    again = "\n" + " " * len(indent + mark)
    depth, code, bold, out = 0, False, False, indent + mark
    for piece in re.findall(r"\*\*|.", rest):
        if out.endswith(("。", "。**")) and not (depth or code or bold):
            out += again
        code ^= piece == "`"
        bold ^= piece == "**"
        depth += 0 if code else (piece in "(「") - (piece in ")」")
        if not (piece == " " and out.endswith(again)):
            out += piece
    return out


def wrapped(text: str, japanese: bool) -> str:
    """Return a page with its lines broken.

    Parameters
    ----------
    text
        The page.
    japanese
        Whether it is in Japanese.
    """
    lines = lines_of(text)
    if japanese:
        parts = [by_sentence(line) if prose else line for prose, line in lines]
    else:
        parts = [broken(line) if prose else line for prose, line in joined(lines)]
    return "\n".join(parts) + "\n"


def main() -> None:
    """Write every page anew."""
    for page in pages():
        text = page.read_text(encoding="utf-8")
        page.write_text(wrapped(text, is_japanese(page)), encoding="utf-8")


if __name__ == "__main__":
    main()
