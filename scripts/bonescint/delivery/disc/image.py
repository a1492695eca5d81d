"""The image of a volume: ISO 9660 level 1 and Joliet over the same bytes (R29, R35).

pycdlib accepts names that no reader takes, keeps the clock's time, and copies whatever it finds
when it writes. So names are checked here, its clock stands still, and the written image is read
back before it gets its name.
"""

import errno
import gc
import hashlib
import io
import os
import re
import shutil
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pycdlib
from pycdlib import dates, headervd
from pycdlib import pycdlib as mastering

from bonescint.delivery.disc.layout import SECTOR, DiscFile, Label
from bonescint.errors import InputError
from bonescint.files import replacing
from bonescint.resources import both

LARGEST_FILE = (1 << 32) - 1  # bytes that a directory record of level 1 can tell
_FULL = {errno.ENOSPC, errno.EDQUOT}
_BLOCK = 1 << 20
_MOMENT = 946_684_800.0  # 2000-01-01, as in the workbooks: a date that says nothing
_VOLUME = re.compile(r"[A-Z0-9_]{1,16}")
_FOLDER = re.compile(r"[A-Z0-9_]{1,8}")
_NAME = re.compile(r"[A-Z0-9_]{1,8}(\.[A-Z0-9_]{1,3})?")
_DEEPEST = 8  # levels, the root among them
# what Joliet or Windows forbids in a name, at its end, and beyond two bytes a character
_NOT_IN_JOLIET = re.compile(r'[\x00-\x1f*:;?\\<>|"]|[. ]$|[^\x00-\uffff]')
_LONGEST_JOLIET = 64  # bytes of UTF-8: what pycdlib takes, and below what Joliet does


def image_size(files: Sequence[DiscFile]) -> int:
    """Return the exact size in bytes of the image of these files; none of them is read.

    Parameters
    ----------
    files
        Of one volume.
    """
    return _size(_laid_out(files, "VOLUME", read=False))


def write_image(files: Sequence[DiscFile], label: Label, path: Path) -> None:
    """Write a volume's image, whole or not at all: the same files and label give the same bytes.

    Parameters
    ----------
    files
        Of the volume; a source that is not what its size and hash say is an error.
    label
        Gives the volume identifier.
    path
        The image; replaced only when what was written reads back as it should.

    Raises
    ------
    InputError
        If there is no room, the place cannot be written, or a source has changed.
    ValueError
        If a name is none that both trees can hold.
    """
    with _clock_stopped(), cannot_write(path):
        image = _laid_out(files, label.file_set_id, read=True)
        size = _size(image)
        require_room(path, size)
        with replacing(path, "w+b") as stream:
            image.write_fp(stream, blocksize=_BLOCK)
            _compare(stream, files, size, path.name)
    # pycdlib's records refer to each other in circles, and hold the previews of a whole volume
    del image
    gc.collect()


def require_room(path: Path, size: int) -> None:
    """Refuse to begin a file for which the disk has no room.

    Raises
    ------
    InputError
        With the bytes needed and free.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(path.parent).free
    if free < size:
        raise InputError(both("image", "no_room", file=path.name, needed=size, free=free))


@contextmanager
def cannot_write(path: Path) -> Iterator[None]:
    """Turn what the system says, while a file is built, into a sentence.

    Parameters
    ----------
    path
        What is built; an error about another file is one about a source.
    """
    try:
        yield
    except OSError as error:
        if error.errno in _FULL:
            raise InputError(both("image", "full", file=path.name)) from None
        reason = os.strerror(error.errno or errno.EIO)
        key = "not_written"
        named = Path(error.filename or path)
        if named.parent != path.parent and not path.is_relative_to(named):
            key, path = "no_source", named
        raise InputError(both("image", key, file=path, reason=reason)) from None


def has_changed(file: DiscFile) -> InputError:
    """Return the error for a source that is not what it was when the volume was put together."""
    name = file.source if isinstance(file.source, Path) else file.joliet
    return InputError(both("image", "changed", file=name))


def _laid_out(files: Sequence[DiscFile], volume: str, read: bool) -> Any:
    """Return the image with all files in it, not written yet; by their sizes only if not read."""
    _check_names(files, volume)
    image: Any = pycdlib.PyCdlib()
    # a name of its own in each field that would otherwise be filled with one
    image.new(interchange_level=1, joliet=3, vol_ident=volume, app_ident_str="BONESCINT")
    for folder in sorted({folder for file in files for folder in _folders(file.iso)}):
        image.add_directory(f"/{folder}", joliet_path=f"/{folder}")
    for file in sorted(files, key=lambda file: file.iso):
        at = f"/{file.iso}" if "." in file.iso else f"/{file.iso}."
        paths = {"iso_path": f"{at};1", "joliet_path": f"/{file.joliet}"}
        if not read:
            image.add_fp(io.BytesIO(), file.size, **paths)
        elif isinstance(file.source, bytes):
            image.add_fp(io.BytesIO(file.source), len(file.source), **paths)
        elif file.source.stat().st_size == file.size:
            image.add_file(str(file.source), **paths)
        else:
            raise has_changed(file)
    image.force_consistency()
    return image


def _size(image: Any) -> int:
    return int(image.pvd.space_size) * SECTOR


def _folders(path: str) -> list[str]:
    """Return the folders above a path: ``A``, ``A/B`` of ``A/B/C``."""
    return [str(parent) for parent in Path(path).parents[:-1]]


def _check_names(files: Sequence[DiscFile], volume: str) -> None:
    """Refuse what pycdlib accepts and readers do not; such names are a mistake of ours."""
    if not _VOLUME.fullmatch(volume):
        raise ValueError(f"volume identifier {volume}")
    for file in files:
        *folders, name = file.iso.split("/")
        *same, shown = file.joliet.split("/")
        if (
            not _NAME.fullmatch(name)
            or not all(map(_FOLDER.fullmatch, folders))
            or len(folders) >= _DEEPEST
            or folders != same
            or not shown
            or _NOT_IN_JOLIET.search(shown)
            or len(shown.encode()) > _LONGEST_JOLIET
        ):
            raise ValueError(f"name on a disc: {file.iso}, {file.joliet}")
        if file.size > LARGEST_FILE:
            raise InputError(both("image", "too_large_file", file=file.joliet, size=file.size))
    for paths in ([file.iso for file in files], [file.joliet.casefold() for file in files]):
        taken = {folder for path in paths for folder in _folders(path)}
        if len({*paths}) < len(paths) or taken & {*paths}:
            raise ValueError("two entries of a disc have one name")


def _compare(stream: IO[bytes], files: Sequence[DiscFile], size: int, name: str) -> None:
    """Parse what was written and hold both trees and every byte against what was meant."""
    if stream.seek(0, os.SEEK_END) != size:
        raise InputError(both("image", "differs", file=name))
    image: Any = pycdlib.PyCdlib()
    image.open_fp(stream)
    iso, joliet = _entries(image, "iso_path"), _entries(image, "joliet_path")
    if len(iso) != len(files) or len(joliet) != len(files):
        raise InputError(both("image", "differs", file=name))
    for file in files:
        entry = iso.get(file.iso)
        if entry is None or entry != joliet.get(file.joliet) or entry[1] != file.size:
            raise InputError(both("image", "differs", file=name))
        stream.seek(entry[0] * SECTOR)
        digest = hashlib.sha256()
        for block in blocks(stream, file.size):
            digest.update(block)
        if digest.hexdigest() != file.sha256:
            raise has_changed(file)


def _entries(image: Any, tree: str) -> dict[str, tuple[int, int]]:
    """Return extent and size of each file of one of the trees, by its path."""
    found = {}
    for folder, _, names in image.walk(**{tree: "/"}):
        for name in names:
            path = f"{folder.rstrip('/')}/{name}"
            record = image.get_record(**{tree: path})
            shown = path.removeprefix("/").removesuffix(";1").removesuffix(".")
            found[shown] = (record.extent_location(), record.get_data_length())
    return found


def blocks(stream: IO[bytes], size: int | None = None) -> Iterable[bytes]:
    """Yield what a stream holds, at most `size` bytes of it, a block at a time."""
    left = size
    while block := stream.read(_BLOCK if left is None else min(_BLOCK, left)):
        yield block
        left = None if left is None else left - len(block)


class _StoppedClock:
    """Stands in for the module `time` inside pycdlib: one moment, in no time zone."""

    localtime = staticmethod(time.gmtime)

    def time(self) -> float:
        return _MOMENT

    def __getattr__(self, name: str) -> object:
        return getattr(time, name)


@contextmanager
def _clock_stopped() -> Iterator[None]:
    """Let pycdlib, and nothing else of this process, take one moment for now."""
    modules: tuple[Any, ...] = (mastering, dates, headervd)
    for module in modules:
        module.time = _StoppedClock()
    try:
        yield
    finally:
        for module in modules:
            module.time = time
