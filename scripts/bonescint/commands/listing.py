"""A command's table: aligned on the terminal, or a CSV file that Excel opens."""

import csv
import os
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from bonescint.errors import InputError
from bonescint.resources import Texts
from bonescint.text.width import without_controls

# verify_purge searches the first four; the others hold papers for the partner
NO_PLACE = ("results", "private", "logs", ".snakemake", "recalls", "forms")


def aligned(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return the table as lines of equal columns; a wide (East Asian) character takes two."""
    from rich.cells import cell_len

    lines = [header, *(list(map(without_controls, row)) for row in rows)]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            cell + " " * (width - cell_len(cell)) for cell, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def export(path: Path, header: Sequence[str], rows: Iterable[Sequence[str]], language: str) -> None:
    """Write the table as CSV (UTF-8 with BOM, mode 0600), texts as `bonescint.files.in_cell`.

    Raises
    ------
    InputError
        If the file is there already, cannot be written, or lies where the workflow looks for what
        is left of a patient who declined (R12).
    """
    from bonescint.files import BOM, in_cell, replacing

    text = Texts("custody", language)
    refuse_place(path, text)
    try:
        with replacing(path, private=True) as stream:
            stream.write(BOM)
            csv.writer(stream).writerows(map(in_cell, row) for row in [header, *rows])
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise InputError(text("csv.not_written", reason=reason)) from None


def write_new(files: Mapping[Path, bytes], language: str) -> None:
    """Write new files, path -> bytes, mode 0600: all of them or none.

    Raises
    ------
    InputError
        As `refuse_places`, or if one cannot be written.
    """
    from bonescint.papers.writing import write_files

    refuse_places(list(files), language)
    try:
        write_files(files)
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        raise InputError(Texts("listing", language)("csv.not_written", reason=reason)) from None


def refuse_places(paths: Sequence[Path], language: str) -> None:
    """Raise InputError if a new file may not lie where it is asked for, or two are one."""
    text = Texts("listing", language)
    for path in paths:
        refuse_place(path, text)
    if len({path.resolve() for path in paths}) < len(paths):
        raise InputError(text("same_file"))


def refuse_place(path: Path, text: Texts) -> None:
    """Raise InputError if a file is there already, or lies where the workflow looks for traces.

    `text` has the words ``csv.place`` and ``csv.exists``.
    """
    if lies_in(path, NO_PLACE):
        raise InputError(text("csv.place", folders=", ".join(NO_PLACE)))
    if path.exists():
        raise InputError(text("csv.exists"))


def lies_in(path: Path, folders: Iterable[str]) -> bool:
    """Tell whether a path, which need not exist, lies in one of the study's folders, or is one."""
    place = path.resolve()
    return any(place.is_relative_to(Path(folder).resolve()) for folder in folders)
