"""Every text that a finished study shows: workbook, report, figures, the last lines."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import openpyxl

# what is quoted from the configuration, and the names of tables
_KEYS = re.compile(r"^(analysis|software|tables_sha256|versions|inputs)\.")


def shown(study: Path) -> Iterator[tuple[str, str]]:
    """Yield place and text of all that a reader of the results sees, except keys of settings.

    Parameters
    ----------
    study
        A folder after its run.
    """
    results = study / "results"
    for line in page_lines(results / "report.html"):
        if not _KEYS.match(line):
            yield "report.html", line
    book = openpyxl.load_workbook(results / "study.xlsx", read_only=True)
    for sheet in book:
        yield "study.xlsx", sheet.title
        for row in sheet.iter_rows(values_only=True):
            if not (isinstance(row[0], str) and _KEYS.match(row[0])):
                yield from ((sheet.title, cell) for cell in row if isinstance(cell, str))
    for figure in sorted((results / "figures").glob("*.svg")):
        # letters are outlines; each text stands before its own as a comment
        for text in re.findall(r"<!--(.*?)-->", figure.read_text(encoding="utf-8"), re.DOTALL):
            yield figure.name, text.strip()
    said = study.with_name(f"{study.name}.said").read_text(encoding="utf-8")
    yield from (("screen", line) for line in said[said.index("\nbonescint:") :].splitlines())


def page_lines(page: Path) -> list[str]:
    """Return the text of a page, a line an element; pictures are left out."""
    unseen = r'"data:[^"]+"|<(style|script)>.*?</\1>'
    text = re.sub(unseen, "", page.read_text("utf-8"), flags=re.DOTALL)
    plain = html.unescape(re.sub(r"<[^>]+>", "\n", text))
    return [line.strip() for line in plain.splitlines() if line.strip()]


def written(folder: Path) -> Iterator[tuple[str, str]]:
    """Yield place and text of a report and a workbook, each text once.

    Parameters
    ----------
    folder
        With report.html and study.xlsx.
    """
    found = {line: "report.html" for line in page_lines(folder / "report.html")}
    book = openpyxl.load_workbook(folder / "study.xlsx", read_only=True)
    for sheet in book:
        found.setdefault(sheet.title, "study.xlsx")
        for row in sheet.iter_rows(values_only=True):
            for cell in row:
                if isinstance(cell, str):
                    found.setdefault(cell, sheet.title)
    yield from ((where, text) for text, where in found.items())
