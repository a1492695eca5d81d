"""Forms as files: a PDF to print and a workbook to fill in, readable by their owner alone."""

from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path

from bonescint.files import replacing
from bonescint.papers.book import book_of
from bonescint.papers.form import Paper
from bonescint.papers.pdf import pdf_of

ENDINGS = (".pdf", ".xlsx")


def beside(stem: Path, ending: str) -> Path:
    """Return the path of a form's file, from the path without its ending (one of `ENDINGS`)."""
    return stem.with_name(stem.name + ending)


def contents_of(form: Paper) -> dict[str, bytes]:
    """Return the form's files, ending -> bytes."""
    return {".pdf": pdf_of(form), ".xlsx": book_of(form)}


def write_form(form: Paper, stem: Path) -> list[Path]:
    """Write a form's files and return their paths; `stem` is that path without the ending."""
    files = {beside(stem, ending): content for ending, content in contents_of(form).items()}
    write_files(files)
    return list(files)


def write_files(files: Mapping[Path, bytes]) -> None:
    """Write files that their owner alone may read: all of them, or none if one fails."""
    with ExitStack() as written:
        for path, content in files.items():
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            stream = written.enter_context(replacing(path, "wb", private=True))
            stream.write(content)
            stream.flush()  # a full disk fails here, before the first file gets its name
