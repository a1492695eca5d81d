"""What a study knows of its discs: hashes on record, verified images, people.

The receiver of a disc has none of this. Then the check leaves these comparisons out.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any

from bonescint.custody.traces.content import search_content
from bonescint.custody.traces.paths import masked, path_kinds
from bonescint.custody.traces.terms import Terms
from bonescint.custody.traces.text import Place
from bonescint.delivery.contents import REPORTS, reports_of
from bonescint.delivery.disc.contents import FileRead
from bonescint.files import read_rows
from bonescint.resources import Texts

VOLUMES = Path("results/delivery/volumes.csv")
CONTENTS = Path("results/delivery/contents.csv")


@dataclass
class StudyRecords:
    """What a disc can be compared with; empty where nothing is known.

    Parameters
    ----------
    volumes
        Where volumes are on record (a path, or ``D-001``), and their rows: file_set_id, sha256,
        manifest_sha256.
    contents
        File-set ID -> code -> number of images, of the volumes built last.
    images
        SHA-256 -> code of each image that was de-identified and verified; None = unknown.
    terms
        Terms that must not occur anywhere; None = unknown.
    people
        Number of persons to whom the terms belong.
    """

    volumes: list[tuple[str, Mapping[str, Any]]] = field(default_factory=list)
    contents: dict[str, dict[str, int]] = field(default_factory=dict)
    images: dict[str, str] | None = None
    terms: Terms | None = None
    people: int = 0

    def of_volume(self, file_set_id: str) -> list[tuple[str, Mapping[str, Any]]]:
        """Return where a volume is on record, and what is recorded."""
        return [
            (where, row)
            for where, row in self.volumes
            if row.get("file_set_id") == file_set_id and file_set_id
        ]

    def is_known(self, path: str) -> bool:
        """Tell whether a path names a known person."""
        terms = self.terms
        return terms is not None and any(path_kinds(PurePosixPath(path).parts, terms, {}))

    def hidden(self, words: str) -> str:
        """Return words with parts that name a known person hidden."""
        return words if self.terms is None else masked(words, self.terms)


def records_here() -> StudyRecords:
    """Return what the coded side of the study in this folder says."""
    found = StudyRecords()
    if VOLUMES.exists():
        rows = list(read_rows(VOLUMES))
        found.volumes = [(VOLUMES.as_posix(), row) for row in rows]
        ids = {row["volume"]: row["file_set_id"] for row in rows}
        for row in read_rows(CONTENTS) if CONTENTS.exists() else ():
            codes = found.contents.setdefault(ids.get(row["volume"], ""), {})
            codes[row["code"]] = int(row["images"])
    if reports := reports_of(REPORTS):
        rows = [row for report in reports for row in read_rows(report)]
        found.images = {row["sha256"]: row["code"] for row in rows if row["status"] == "written"}
    return found


def add_delivered(found: StudyRecords, deliveries: Sequence[Any]) -> None:
    """Add the volumes of recorded deliveries.

    Parameters
    ----------
    found
        The records, to which the volumes are added.
    deliveries
        As `bonescint.custody.deliveries.recorded` returns them.
    """
    for delivery in deliveries:
        found.volumes += [(delivery.id, row) for row in getattr(delivery, "volumes", ())]


def left_in(read: FileRead, terms: Terms, text: Texts) -> Iterator[tuple[str, str]]:
    """Yield place and kind of each known ID or name in a file, and of codes of who declined.

    Parameters
    ----------
    terms
        What is looked for.
    text
        The words of the area ``traces``.
    """
    with read.opened() as stream:
        found: dict[tuple[Place, str], None] = dict.fromkeys(
            search_content(stream, PurePosixPath(read.name).name, terms)
        )
    for place, kind in found:
        yield masked(place.words(text), terms), kind
