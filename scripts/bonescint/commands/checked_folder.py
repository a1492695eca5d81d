"""The raw folder before the run reads it: how many files, and what some of them are."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from bonescint.errors import InputError
from bonescint.resources import Texts

if TYPE_CHECKING:
    from bonescint.custody.archive.stream import Report

_LOOKED_AT = 200  # at least so many files, and fewer than twice as many: a second or two
_RECEIPT = Path("private/indexed.json")


class CheckedFolder(NamedTuple):
    """What is known of the raw folder: how many files lie below it, and sentences."""

    files: int
    errors: list[str]
    warnings: list[str]
    notes: list[str]


def check_folder(folder: Path, config: Mapping[str, Any], report: "Report") -> CheckedFolder:
    """Count the files and look at the headers of some of them, evenly over the folder.

    `report` is called with the stage and how many files were found.
    """
    from bonescint.cohort.simulated import refuse_marks
    from bonescint.dicom.limits import Limits
    from bonescint.dicom.tree import index_files
    from bonescint.folders import FileFound, files_below

    language = str(config["language"])
    text, ingest = Texts("check", language), Texts("ingest", language)
    some: list[FileFound] = []
    every, files, closed = 1, 0, 0
    for found in files_below(folder):
        if files % every == 0:
            some.append(found)
        if len(some) == 2 * _LOOKED_AT:
            some, every = some[::2], 2 * every
        files += 1
        closed += found.path.endswith("/")
        report("files", files, None)
    if not files:
        return CheckedFolder(0, [ingest("no_files")], [], [])
    rows = index_files(
        folder, tuple(some[:: 1 + len(some) // _LOOKED_AT]), Limits(**config.get("limits", {}))
    )
    images = [row for readable, row in rows if readable]
    notes = [text("looked_at", n=len(rows), images=len(images))]
    warnings = [text("closed_folders", n=closed)] * bool(closed)
    warnings += [text("no_images", n=len(rows))] * (not images)
    errors: list[str] = []
    try:
        marks = (row["synthetic"] for row in images)
        refuse_marks(marks, config["study"]["synthetic"], language)
    except InputError as error:
        errors = error.problems
    return CheckedFolder(files, errors, warnings, notes + _last_run(text))


def _last_run(text: Texts) -> list[str]:
    """Return what the last run found in the folder."""
    import json

    try:
        counts = json.loads(_RECEIPT.read_text(encoding="utf-8"))
        return [text("last_run", images=counts["instances"], others=counts["unreadable"])]
    except (OSError, ValueError, KeyError, TypeError):
        return []
