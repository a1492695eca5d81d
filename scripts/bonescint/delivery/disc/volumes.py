"""The volumes of a delivery: cases over media, an image and an outside label each (R29).

All are built beside their predecessors, in a folder that no reader of results/ looks into. Only
when the last one is whole do they take their names, and only then does a former build go.
"""

import hashlib
import os
import shutil
import tempfile
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from bonescint.delivery.disc.archive import archive_bound, packed_sizes, write_archive_of
from bonescint.delivery.disc.fileset import outer_files, volume_files
from bonescint.delivery.disc.image import (
    LARGEST_FILE,
    cannot_write,
    image_size,
    require_room,
    write_image,
)
from bonescint.delivery.disc.layout import ARCHIVE, MANIFEST, Case, DiscFile, Label
from bonescint.delivery.disc.outside import outside_label
from bonescint.delivery.disc.passphrase import disc_passphrase
from bonescint.errors import InputError
from bonescint.resources import Texts

CD = 681_984_000  # bytes of a CD-R of 74 minutes
_STAGING = ".building-"
_OURS = {".ISO", ".txt"}
# for what is known when all volumes are: "volume 1 of 12" in README.TXT and the sheet
_RESERVE = 16 * 2048


@dataclass(frozen=True, slots=True)
class Volume:
    """A built volume; most fields are columns of ``volumes.csv``.

    Parameters
    ----------
    number, of
        Volume n of m.
    file_set_id
        File-set ID and volume identifier.
    file
        The image's name.
    form
        ``encrypted`` or ``plain``.
    bytes
        Size of the image.
    sha256, manifest_sha256
        Of the image, and of MANIFEST.sha256 at its root.
    codes
        Of the cases on it, in order.
    images
        DICOM images on it.
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


@dataclass(frozen=True, slots=True)
class _Plan:
    """What every volume of a delivery is built from."""

    study: Mapping[str, Any]
    delivery: str
    form: str
    medium: str
    capacity: int
    language: str
    cover: Sequence[str]

    def label(self, number: int, of: int) -> Label:
        id_, title, synthetic = (self.study[key] for key in ("id", "title", "synthetic"))
        return Label(id_, title, self.delivery, number, of, synthetic, self.language)

    @property
    def unsure(self) -> int:
        """The bytes that one volume for all may need beyond those that `needed` tells."""
        return 0 if self.form == "plain" else _RESERVE

    def files(self, cases: Sequence[Case], label: Label) -> list[DiscFile]:
        return volume_files(cases, label, self.cover)

    def needed(self, files: Sequence[DiscFile], packed: Mapping[Path, int]) -> int:
        """Return the bytes of a plain volume of these files, at most those of an encrypted one."""
        if self.form == "plain":
            return image_size(files)
        size = archive_bound(files, packed)
        # an image cannot hold it then, whatever the medium
        if size > LARGEST_FILE:
            return size
        return image_size([DiscFile(ARCHIVE, ARCHIVE, b"", size, "")])


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
    """Build all volumes of a delivery, or none; a former build stays until all are whole.

    Parameters
    ----------
    cases
        In the order of their codes; a patient is never split.
    study
        ``study`` of the configuration.
    delivery_id
        ``D-001``.
    settings
        ``delivery.disc`` of the configuration.
    folder
        Where the images and labels go. Other images and labels in it are a former build's.
    language
        Of label and messages.
    cover
        Lines for README.TXT.
    report
        Takes a sentence a volume.

    Raises
    ------
    InputError
        If a patient does not fit on the medium, there is no passphrase, no room, or a source
        cannot be read or changes meanwhile. Nothing in `folder` has changed then.
    """
    plan = _Plan(
        study, delivery_id, settings.get("form", "encrypted"), settings.get("medium", "CD-R"),
        settings.get("capacity", CD), language, cover,
    )  # fmt: skip
    file = settings.get("passphrase_file")
    passphrase = disc_passphrase(file) if plan.form == "encrypted" else ""
    shares = list(_shares(cases, plan))
    text = Texts("image", language)
    built = []
    with _staging(folder) as staging:
        for number, (share, files) in enumerate(shares, 1):
            label = plan.label(number, len(shares))
            files = files or plan.files(share, label)
            volume = _build(share, files, plan, label, passphrase, staging)
            built.append(volume)
            if report:
                report(text("built", **_told(volume)))
        with cannot_write(folder / ARCHIVE):
            _take_place(staging, folder)
    return built


def _told(volume: Volume) -> dict[str, object]:
    return {
        "number": volume.number,
        "of": volume.of,
        "file": volume.file,
        "size": volume.bytes,
        "cases": len(volume.codes),
        "images": volume.images,
    }


@contextmanager
def _staging(folder: Path) -> Iterator[Path]:
    """Make a folder for what is not whole yet; what a killed build left there goes first."""
    with cannot_write(folder / ARCHIVE):
        folder.mkdir(parents=True, exist_ok=True)
        for left in folder.glob(f"{_STAGING}*"):
            shutil.rmtree(left)
        staging = tempfile.TemporaryDirectory(prefix=_STAGING, dir=folder)
    with staging as path:
        yield Path(path)


def _take_place(staging: Path, folder: Path) -> None:
    """Give the new volumes their names, then remove a former build."""
    # labels, which name the codes, before the images that hold them
    names = sorted((p.name for p in staging.iterdir()), key=lambda name: (".ISO" in name, name))
    for name in names:
        (staging / name).replace(folder / name)
    for path in folder.iterdir():
        if path.suffix in _OURS and path.name not in names:
            path.unlink()
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)  # the names, too, outlive a power cut
    finally:
        os.close(held)


def _build(
    cases: Sequence[Case],
    files: Sequence[DiscFile],
    plan: _Plan,
    label: Label,
    passphrase: str,
    staging: Path,
) -> Volume:
    """Build one volume's image and label."""
    archive = staging / ARCHIVE
    if plan.form == "encrypted":
        require_room(archive, archive_bound(files, {}))
        write_archive_of(files, archive, passphrase)
        files = outer_files(archive, label)
    image = staging / f"{label.file_set_id}.ISO"
    if (size := image_size(files)) > plan.capacity:
        raise _too_small([case.code for case in cases], size, size, plan)
    write_image(files, label, image)
    archive.unlink(missing_ok=True)
    with image.open("rb") as stream:
        sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
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


def _shares(
    cases: Sequence[Case], plan: _Plan
) -> Iterator[tuple[Sequence[Case], Sequence[DiscFile]]]:
    """Yield the cases of each volume: in order, as many as fit; of a single one the files, too."""
    if not cases:
        raise InputError(Texts("image", plan.language)("nobody"))
    sizes, packed = _image_sizes(cases, plan)
    weights = [sum(sizes[image] for image in case.images) for case in cases]
    start = 0
    while start < len(cases):
        # more do not fit with their images alone
        most = max(1, bisect_right(list(accumulate(weights[start:])), plan.capacity))
        tried = cases[start : start + most]
        files = plan.files(tried, plan.label(1, 1))
        if most == len(cases) and plan.needed(files, packed) <= plan.capacity - plan.unsure:
            yield cases, files
            return
        needed = _needed_by(tried, files, plan, packed)
        fits = bisect_right(range(1, most + 1), plan.capacity - _RESERVE, key=needed)
        if not fits:
            raise _too_small([tried[0].code], needed(1) + _RESERVE, sum(weights), plan)
        yield tried[:fits], ()
        start += fits


def _image_sizes(cases: Sequence[Case], plan: _Plan) -> tuple[dict[Path, int], dict[Path, int]]:
    """Return what each image takes, and the same again if these are compressed sizes."""
    with cannot_write(Path(ARCHIVE)):
        sizes = {image: image.stat().st_size for case in cases for image in case.images}
        if plan.form == "plain" or sum(sizes.values()) <= plan.capacity // 2:
            return sizes, {}
        packed = packed_sizes(sizes)
        return packed, packed


def _needed_by(
    cases: Sequence[Case], files: Sequence[DiscFile], plan: _Plan, packed: Mapping[Path, int]
) -> Callable[[int], int]:
    """Return what tells the bytes that the first cases need, with what is shared by all of them."""
    owner = {image: n for n, case in enumerate(cases) for image in case.images}
    # a case has its folder below those of the images and of the previews
    folders = {_folder(f): owner[f.source] for f in files if f.source in owner}

    def needed(count: int) -> int:
        return plan.needed([f for f in files if folders.get(_folder(f), 0) < count], packed)

    return needed


def _folder(file: DiscFile) -> str:
    parts = file.iso.split("/")
    return parts[1] if len(parts) > 2 else ""


def _too_small(codes: Sequence[str], needed: int, total: int, plan: _Plan) -> InputError:
    return InputError(
        Texts("image", plan.language)(
            "too_small",
            codes=", ".join(codes),
            needed=needed,
            available=plan.capacity,
            total=total,
            medium=plan.medium,
        )
    )
