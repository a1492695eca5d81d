"""The volumes of a delivery: cases are split over media, each with an image and a label (R29).

All are built beside their predecessors, in a folder that no reader of results/ looks into. They get
their names only when the last one is whole. After that a former build is removed.
"""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from bonescint.delivery.disc.archive import archive_bound, write_archive_of
from bonescint.delivery.disc.fileset import outer_files
from bonescint.delivery.disc.image import (
    cannot_write,
    image_size,
    require_room,
    write_image,
)
from bonescint.delivery.disc.layout import ARCHIVE, MANIFEST, Case, DiscFile, Label
from bonescint.delivery.disc.outside import outside_label
from bonescint.delivery.disc.passphrase import disc_passphrase
from bonescint.delivery.disc.split import VolumePlan, shares_of
from bonescint.made import sha256_of
from bonescint.resources import Texts

CD = 681_984_000  # bytes of a CD-R of 74 minutes
_STAGING = ".building-"
_OURS = {".ISO", ".txt"}


@dataclass(frozen=True, slots=True)
class Volume:
    """A built volume. Most fields are columns of ``volumes.csv``.

    Parameters
    ----------
    number, of
        Volume n of m.
    file_set_id
        File-set ID and volume identifier.
    form
        ``encrypted`` or ``plain``.
    bytes
        Size of the image.
    sha256, manifest_sha256
        Of the image, and of MANIFEST.sha256 at its root.
    codes
        Codes of the cases on it, in order.
    images
        Number of DICOM images on it.
    """

    number: int
    of: int
    file_set_id: str
    file: str
    form: str
    bytes: int
    sha256: str
    manifest_sha256: str
    codes: tuple[str, ...]
    images: int


def build_volumes(
    cases: Sequence[Case],
    study: Mapping[str, Any],
    delivery_id: str,
    settings: Mapping[str, Any],
    folder: Path,
    language: str,
    cover: Sequence[str] = (),
    report: Callable[[str], None] | None = None,
) -> list[Volume]:
    """Build all volumes of a delivery, or none. A former build stays until all are whole.

    Parameters
    ----------
    cases
        In the order of their codes. A patient is never split.
    delivery_id
        ``D-001``.
    settings
        ``delivery.disc`` of the configuration.
    folder
        Where the images and labels go. Other images and labels in it belong to a former build.
    cover
        Lines for the sheet's second page.
    report
        Called with a sentence for each volume.

    Raises
    ------
    InputError
        If a patient does not fit on the medium, if there is no passphrase or no room, or if a
        source cannot be read or changes meanwhile. `folder` is unchanged then.
    """
    plan = VolumePlan(
        cases, study, delivery_id, settings.get("form", "encrypted"),
        settings.get("medium", "CD-R"), settings.get("capacity", CD), language, cover,
    )  # fmt: skip
    file = settings.get("passphrase_file")
    passphrase = disc_passphrase(file) if plan.form == "encrypted" else ""
    shares = list(shares_of(plan))
    text = Texts("image", language)
    built = []
    with _staging(folder) as staging:
        for number, (share, files) in enumerate(shares, 1):
            label = plan.label(number, len(shares))
            files = files or plan.files(share, label)
            volume = _build(share, files, plan, label, passphrase, staging)
            built.append(volume)
            if report:
                told = asdict(volume) | {"size": volume.bytes, "cases": len(volume.codes)}
                report(text("built", **told))
        with cannot_write(folder / ARCHIVE):
            _take_place(staging, folder)
    return built


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """Make a folder for unfinished volumes, after removing that of a killed build."""
    with cannot_write(folder / ARCHIVE):
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(f"{_STAGING}*"):
            shutil.rmtree(left)
        staging = tempfile.TemporaryDirectory(prefix=_STAGING, dir=folder)
    with staging as path:
        yield Path(path)


def _take_place(staging: Path, folder: Path) -> None:
    """Give the new volumes their names, then remove a former build."""
    # labels, which name the codes, come before the images, so that every image has its label
    names = sorted((p.name for p in staging.iterdir()), key=lambda name: (".ISO" in name, name))
    for name in names:
        (staging / name).replace(folder / name)
    for path in folder.iterdir():
        if path.suffix in _OURS and path.name not in names:
            path.unlink()
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)  # so that the names also survive a power cut
    finally:
        os.close(held)


def _build(
    cases: Sequence[Case],
    files: Sequence[DiscFile],
    plan: VolumePlan,
    label: Label,
    passphrase: str,
    staging: Path,
) -> Volume:
    """Build one volume's image and label."""
    archive = staging / ARCHIVE
    if plan.form == "encrypted":
        require_room(archive, archive_bound(files, {}))  # as if nothing could be compressed
        write_archive_of(files, archive, passphrase)
        files = outer_files(archive, label)
    image = staging / f"{label.file_set_id}.ISO"
    if (size := image_size(files)) > plan.capacity:
        raise plan.too_small([case.code for case in cases], size)
    write_image(files, label, image)
    archive.unlink(missing_ok=True)
    sha256 = sha256_of(image)
    volume = Volume(
        number=label.number,
        of=label.of,
        file_set_id=label.file_set_id,
        file=image.name,
        form=plan.form,
        bytes=size,
        sha256=sha256,
        manifest_sha256=next(file.sha256 for file in files if file.iso == MANIFEST),
        codes=tuple(case.code for case in cases),
        images=sum(len(case.images) for case in cases),
    )
    text = outside_label(
        label, cases, plan.medium, (plan.form, size, sha256), volume.manifest_sha256
    )
    with cannot_write(image):
        image.with_suffix(".txt").write_bytes(text)
    return volume
