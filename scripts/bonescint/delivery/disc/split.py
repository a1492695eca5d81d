"""Which cases go on which volume: in order, as many as fit, a patient never split."""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import Any

from bonescint.delivery.disc.archive import archive_bound, packed_sizes
from bonescint.delivery.disc.fileset import volume_files
from bonescint.delivery.disc.image import LARGEST_FILE, cannot_write, image_size
from bonescint.delivery.disc.layout import ARCHIVE, Case, DiscFile, Label
from bonescint.errors import InputError
from bonescint.resources import Texts

# bytes for texts that are known only when all volumes are, such as "volume 1 of 12" in README.TXT
# and the sheet
_RESERVE = 16 * 2048


@dataclass(frozen=True, slots=True)
class VolumePlan:
    """The data from which all volumes of a delivery are built.

    Parameters
    ----------
    cases
        In the order of their codes.
    delivery
        ``D-001``.
    form
        ``encrypted`` or ``plain``.
    medium, capacity
        Name of the medium, and the bytes that it holds.
    cover
        Lines for the sheet's second page.
    """

    cases: Sequence[Case]
    study: Mapping[str, Any]
    delivery: str
    form: str
    medium: str
    capacity: int
    language: str
    cover: Sequence[str]

    def label(self, number: int, of: int) -> Label:
        """Return the label of volume n of m."""
        id_, title, synthetic = (self.study[key] for key in ("id", "title", "synthetic"))
        return Label(id_, title, self.delivery, number, of, synthetic, self.language)

    def files(self, cases: Sequence[Case], label: Label) -> list[DiscFile]:
        """Return the files of a plain volume with these cases."""
        return volume_files(cases, label, self.cover)

    def needed(self, files: Sequence[DiscFile], packed: Mapping[Path, int]) -> int:
        """Return the bytes of a plain volume of these files, or the most of an encrypted one."""
        if self.form == "plain":
            return image_size(files)
        size = archive_bound(files, packed)
        # too large for an image on any medium
        if size > LARGEST_FILE:
            return size
        return image_size([DiscFile(ARCHIVE, ARCHIVE, b"", size, "")])

    def too_small(self, codes: Sequence[str], needed: int) -> InputError:
        """Return the error for cases that do not fit on a medium."""
        total = sum(image.stat().st_size for case in self.cases for image in case.images)
        return InputError(
            Texts("image", self.language)(
                "too_small",
                codes=", ".join(codes),
                needed=needed,
                available=self.capacity,
                total=total,
                medium=self.medium,
            )
        )


def shares_of(plan: VolumePlan) -> Iterator[tuple[Sequence[Case], Sequence[DiscFile]]]:
    """Yield the cases of each volume: in order, as many as fit. Of a single volume, also the files.

    Raises
    ------
    InputError
        If there is no case, or one does not fit on the medium.
    """
    cases = plan.cases
    if not cases:
        raise InputError(Texts("image", plan.language)("nobody"))
    sizes, packed = _image_sizes(plan)
    weights = [sum(sizes[image] for image in case.images) for case in cases]
    start = 0
    while start < len(cases):
        # the images alone of more cases would not fit
        most = max(1, bisect_right(list(accumulate(weights[start:])), plan.capacity))
        fits, files = _share(cases[start : start + most], plan, packed)
        yield cases[start : start + fits], files
        start += fits


def _share(
    cases: Sequence[Case], plan: VolumePlan, packed: Mapping[Path, int]
) -> tuple[int, Sequence[DiscFile]]:
    """Return how many of the cases fit, and also the files if one volume holds all."""
    files = plan.files(cases, plan.label(1, 1))
    # what `needed` returns of an encrypted volume is not sure
    room = plan.capacity if plan.form == "plain" else plan.capacity - _RESERVE
    if len(cases) == len(plan.cases) and plan.needed(files, packed) <= room:
        return len(cases), files
    needed = _needed_by(cases, files, plan, packed)
    room = plan.capacity - _RESERVE
    if fits := bisect_right(range(1, len(cases) + 1), room, key=needed):
        return fits, ()
    if len(cases) == 1:
        raise plan.too_small([cases[0].code], needed(1) + _RESERVE)
    return _share(cases[:1], plan, packed)  # files shared by all cases may have been too large


def _image_sizes(plan: VolumePlan) -> tuple[dict[Path, int], dict[Path, int]]:
    """Return the size of each image, and its compressed size if that had to be found out."""
    with cannot_write(Path(ARCHIVE)):
        sizes = {image: image.stat().st_size for case in plan.cases for image in case.images}
        if plan.form == "plain" or sum(sizes.values()) <= plan.capacity // 2:
            return sizes, {}
        packed = packed_sizes(sizes)
        return packed, packed


def _needed_by(
    cases: Sequence[Case], files: Sequence[DiscFile], plan: VolumePlan, packed: Mapping[Path, int]
) -> Callable[[int], int]:
    """Return a function from a number of cases to their bytes, with the files shared by all."""
    owner = {image: n for n, case in enumerate(cases) for image in case.images}
    # each case has its own folder below those of images and previews
    folders = {_folder(f): owner[f.source] for f in files if f.source in owner}

    def needed(count: int) -> int:
        return plan.needed([f for f in files if folders.get(_folder(f), 0) < count], packed)

    return needed


def _folder(file: DiscFile) -> str:
    parts = file.iso.split("/")
    return parts[1] if len(parts) > 2 else ""
