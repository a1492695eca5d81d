"""The built discs below results/: who is on them, and how they are withdrawn (R12).

An encrypted disc image cannot be searched for patients who declined, and searching a plain one
takes long. So two lists beside the images say who is on them. An image that is not on the lists is
removed, because nobody can say who is on it. It can be built anew: the folder belongs to the build
alone.
"""

import hashlib
import re
import shutil
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from bonescint.custody.deliveries import Delivery, DeliveryContents, codes_in, next_number
from bonescint.errors import InputError
from bonescint.files import Row, read_rows
from bonescint.resources import Texts

# no declared output, because Snakemake deletes declared outputs before a job, and a volume must
# stay until its successor is whole
FOLDER = Path("results/delivery/volumes")
# in the folder; the rule's outputs beside it are their copies
VOLUMES, CONTENTS = "volumes.csv", "contents.csv"
STAMP = "built.json"  # in the folder: digest of everything the volumes were built from
_FORMS = "forms"  # beside the folder: forms to be printed and signed with these volumes
_LABEL = ".txt"  # beside each image: the text for the label of the disc
_NUMBERS = {"volume", "of", "bytes", "cases", "images"}
_NO_IMAGES = {_LABEL, ".csv", ".json"}
# the name of a foreign file may name a patient
_OWN_NAME = re.compile(r"[A-Z0-9_]{1,16}_D[0-9]+_[0-9]+\.ISO")


@dataclass(frozen=True, slots=True)
class Build:
    """The volumes of one delivery as the lists have them.

    Parameters
    ----------
    folder
        Where the volumes lie.
    volumes, contents
        Rows of the two lists; none if nothing was built.
    """

    folder: Path
    volumes: list[Row]
    contents: list[Row]

    @property
    def delivery(self) -> str:
        """The number that stands on the labels: ``D-001``; empty if nothing was built."""
        found = re.search(r"_D([0-9]+)_[0-9]+$", self.volumes[0]["file_set_id"] if self else "")
        return f"D-{found[1]}" if found else ""

    @property
    def codes(self) -> set[str]:
        """Who is on the volumes, by list and labels: after a crash these may differ."""
        labels = self.folder.glob(f"*{_LABEL}")
        told = (codes_in(label.read_text(encoding="utf-8", errors="replace")) for label in labels)
        return {row["code"] for row in self.contents}.union(*told)

    @property
    def numbered(self) -> list[dict[str, Any]]:
        """The rows of the volumes for the record, with numbers as int."""
        return [
            {name: int(cell) if name in _NUMBERS else cell for name, cell in row.items()}
            for row in self.volumes
        ]

    @property
    def digests(self) -> dict[str, str]:
        """Code -> digest of the case as it is on a volume."""
        return {row["code"]: row["sha256"] for row in self.contents}

    @property
    def images(self) -> list[Path]:
        """The images that the lists confirm: of the built size, and with listed cases."""
        listed = [row["volume"] for row in self.contents]
        return [
            path
            for row in self.volumes
            if (path := self.folder / row["file"]).is_file()
            and path.stat().st_size == int(row["bytes"])
            and 0 < int(row["cases"]) == listed.count(row["volume"])
        ]

    @property
    def is_whole(self) -> bool:
        """Whether every volume of the list is there."""
        return len(self.images) == len(self.volumes)

    def changed(self) -> Iterator[Path]:
        """Yield the images that are missing or whose hash differs from the list."""
        for row in self.volumes:
            path = self.folder / row["file"]
            try:
                with path.open("rb") as stream:
                    digest = hashlib.file_digest(stream, "sha256").hexdigest()
            except FileNotFoundError:
                digest = ""
            if digest != row["sha256"]:
                yield path

    def __bool__(self) -> bool:
        return bool(self.volumes)


def read_build(folder: Path = FOLDER) -> Build:
    """Return what was built, by the lists beside the images; malformed lists count as empty.

    Parameters
    ----------
    folder
        Of the volumes.
    """
    lists = [folder / VOLUMES, folder / CONTENTS]
    try:
        build = Build(folder, *([*read_rows(path)] if path.exists() else [] for path in lists))
        _ = build.numbered, build.delivery, build.codes, build.images
    except (KeyError, TypeError, ValueError):
        return Build(folder, [], [])
    return build


class Withdrawn(NamedTuple):
    """What `withdraw_volumes` took away.

    Parameters
    ----------
    volumes
        How many images, because of who is on them.
    unlisted
        Names of the images that no list confirms; ? = a name that the build would not give.
    """

    volumes: int = 0
    unlisted: tuple[str, ...] = ()


def withdraw_volumes(gone: Collection[str], folder: Path = FOLDER) -> Withdrawn:
    """Remove all volumes if one holds somebody of `gone`, and always images that no list confirms.

    A delivery is withdrawn as a whole, because its volumes name each other. A recorded delivery is
    withdrawn too, because the ledger keeps what was on it.

    Parameters
    ----------
    gone
        Codes of patients who declined, or who may be in no further delivery.
    folder
        Of the volumes.
    """
    build = read_build(folder)
    kept = build.images
    files = [path for path in folder.rglob("*") if path.is_symlink() or path.is_file()]
    unlisted = [p for p in files if p not in kept and p.suffix.lower() not in _NO_IMAGES]
    for path in unlisted:
        path.unlink()
        path.with_suffix(_LABEL).unlink(missing_ok=True)
    # temporary folders of a build that was killed
    for path in folder.glob(".*/"):
        shutil.rmtree(path)
    names = (path.name if _OWN_NAME.fullmatch(path.name) else "?" for path in unlisted)
    if build.codes.isdisjoint(gone):
        return Withdrawn(0, tuple(sorted(names)))
    remove_build(folder)
    return Withdrawn(len(build.volumes), tuple(sorted(names)))


def remove_build(folder: Path = FOLDER) -> None:
    """Remove images, labels, forms and lists, and the copies of the lists.

    Parameters
    ----------
    folder
        Of the volumes.
    """
    for path in (*read_build(folder).images, *folder.glob(f"*{_LABEL}")):
        path.unlink()
    # nobody must sign for a disc that no longer exists
    for path in (folder.parent / _FORMS).glob("*"):
        path.unlink()
    (folder / STAMP).unlink(missing_ok=True)
    # the lists go last, so that after a crash every remaining image is still on them
    for name in (VOLUMES, CONTENTS):
        (folder.parent / name).unlink(missing_ok=True)
        (folder / name).unlink(missing_ok=True)


def checked_contents(
    build: Build, deliveries: Collection[Delivery], language: str
) -> DeliveryContents:
    """Return what built volumes hold, for the record, after checking the hash of every image.

    Parameters
    ----------
    build
        With at least one volume.
    deliveries
        The deliveries on record. The volumes must not be among them and must bear the next number.
    language
        Of the messages.

    Raises
    ------
    InputError
        If an image is missing or has changed, or is not the next delivery's.
    """
    text = Texts("built", language)
    digests = {row["sha256"] for row in build.volumes}
    for other in deliveries:
        if digests & {volume["sha256"] for volume in other.volumes}:
            raise InputError(text("recorded_already", delivery=other.id))
    number = next_number(deliveries)
    if build.delivery != number:
        raise InputError(text("other_number", delivery=build.delivery, next=number))
    if wrong := list(build.changed()):
        raise InputError(text("changed" if p.exists() else "missing", file=p) for p in wrong)
    files = [[f"{build.folder.name}/{row['file']}", row["sha256"]] for row in build.volumes]
    return DeliveryContents(files, {*build.digests}, {*build.digests})
