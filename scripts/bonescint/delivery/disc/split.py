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

# for what is known when all volumes are: "volume 1 of 12" in README.TXT and the sheet
_RESERVE = 16 * 2048


@dataclass(frozen=True, slots=True)
class VolumePlan:
    """What every volume of a delivery is built from.

    Parameters
    ----------
    cases
        In the order of their codes.
    study
        ``study`` of the configuration.
    delivery
        ``D-001``.
    form
        ``encrypted`` or ``plain``.
    medium, capacity
        Its name and the bytes that it holds.
    language
        Of label and messages.
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

    @property
    def unsure(self) -> int:
        """The bytes that one volume for all may need beyond those that `needed` tells."""
        return 0 if self.form == "plain" else _RESERVE

    def files(self, cases: Sequence[Case], label: Label) -> list[DiscFile]:
        """Return the files of a plain volume with these cases."""
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

    def too_small(self, codes: Sequence[str], needed: int) -> InputError:
        """Return the error for cases that a medium does not hold."""
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
    """Yield the cases of each volume: in order, as many as fit; of a single one the files, too.

    Parameters
    ----------
    plan
        Of the delivery.

    Raises
    ------
    InputError
        If there is no case, or one that the medium does not hold.
    """
    cases = plan.cases
    if not cases:
        raise InputError(Texts("image", plan.language)("nobody"))
    sizes, packed = _image_sizes(plan)
    weights = [sum(sizes[image] for image in case.images) for case in cases]
    start = 0
    while start < len(cases):
        # more do not fit with their images alone
        most = max(1, bisect_right(list(accumulate(weights[start:])), plan.capacity))
        fits, files = _share(cases[start : start + most], plan, packed)
        yield cases[start : start + fits], files
        start += fits


def _share(
    cases: Sequence[Case], plan: VolumePlan, packed: Mapping[Path, int]
) -> tuple[int, Sequence[DiscFile]]:
    """Return how many of the cases fit; the files, too, if one volume takes all."""
    files = plan.files(cases, plan.label(1, 1))
    whole = len(cases) == len(plan.cases)
    if whole and plan.needed(files, packed) <= plan.capacity - plan.unsure:
        return len(cases), files
    needed = _needed_by(cases, files, plan, packed)
    room = plan.capacity - _RESERVE
    if fits := bisect_right(range(1, len(cases) + 1), room, key=needed):
        return fits, ()
    if len(cases) == 1:
        raise plan.too_small([cases[0].code], needed(1) + _RESERVE)
    return _share(cases[:1], plan, packed)  # what it shares with the others may be too much


def _image_sizes(plan: VolumePlan) -> tuple[dict[Path, int], dict[Path, int]]:
    """Return what each image takes, and the same again if these are compressed sizes."""
    with cannot_write(Path(ARCHIVE)):
        sizes = {image: image.stat().st_size for case in plan.cases for image in case.images}
        if plan.form == "plain" or sum(sizes.values()) <= plan.capacity // 2:
            return sizes, {}
        packed = packed_sizes(sizes)
        return packed, packed


def _needed_by(
    cases: Sequence[Case], files: Sequence[DiscFile], plan: VolumePlan, packed: Mapping[Path, int]
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
