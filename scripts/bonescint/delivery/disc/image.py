"""The image of a volume: ISO 9660 level 1 and Joliet over the same bytes (R29, R35).

pycdlib accepts names that no reader accepts, writes the present time, and copies sources without
checking them. So names are checked here, its clock is stopped, and the written image is read back
before it gets its name.
"""

import errno
import gc
import io
import os
import re
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pycdlib
from pycdlib import dates, headervd
from pycdlib import pycdlib as mastering

from bonescint.delivery.disc.layout import (
    CHUNK,
    SECTOR,
    DiscFile,
    Label,
    folders_above,
    hash_of,
)
from bonescint.errors import InputError
from bonescint.files import replacing
from bonescint.resources import both

LARGEST_FILE = (1 << 32) - 1  # bytes; the largest size in a directory record of level 1
_FULL = {errno.ENOSPC, errno.EDQUOT}
_MOMENT = 946_684_800.0  # 2000-01-01, as in the workbooks: a date that reveals nothing
_VOLUME = re.compile(r"[A-Z0-9_]{1,16}")
_FOLDER = re.compile(r"[A-Z0-9_]{1,8}")
_NAME = re.compile(r"[A-Z0-9_]{1,8}(\.[A-Z0-9_]{1,3})?")
_DEEPEST = 8  # levels, the root among them
# characters that Joliet or Windows forbids in a name or at its end, and those beyond two bytes
_NOT_IN_JOLIET = re.compile(r'[\x00-\x1f*:;?\\<>|"]|[. ]$|[^\x00-\uffff]')
_LONGEST_JOLIET = 64  # bytes of UTF-8: the limit of pycdlib, below that of Joliet


def image_size(files: Sequence[DiscFile]) -> int:
    """Return the exact size in bytes of the image of a volume's files, without reading them."""
    return _size(_laid_out(files, "VOLUME", read=False))


def write_image(files: Sequence[DiscFile], label: Label, path: Path) -> None:
    """Write a volume's image, whole or not at all: the same files and label give the same bytes.

    Parameters
    ----------
    files
        Files of the volume. A source that does not match its size and hash is an error.
    label
        Gives the volume identifier.
    path
        The image. A former one is replaced only when the new one was read back correctly.

    Raises
    ------
    InputError
        If there is no room, the place cannot be written, or a source has changed.
    ValueError
        If a name is not possible in both trees.
    """
    with _clock_stopped(), cannot_write(path):
        image = _laid_out(files, label.file_set_id, read=True)
        size = _size(image)
        require_room(path, size)
        with replacing(path, "w+b") as stream:
            image.write_fp(stream, blocksize=CHUNK)
            _compare(stream, files, size, path.name)
    # pycdlib's records refer to each other in circles and hold all previews of a volume, so memory
    # is freed only by the collector
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
    """Turn an error of the system, while a file is built, into a message about it or its source."""
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
    """Return the error for a source that has changed since the volume was put together."""
    name = file.source if isinstance(file.source, Path) else file.joliet
    return InputError(both("image", "changed", file=name))


def _laid_out(files: Sequence[DiscFile], volume: str, read: bool) -> Any:
    """Return the image with all files, not yet written. Without `read` only sizes are used."""
    _check_names(files, volume)
    image: Any = pycdlib.PyCdlib()
    # pycdlib would fill this field with its own name
    image.new(interchange_level=1, joliet=3, vol_ident=volume, app_ident_str="BONESCINT")
    for folder in sorted({folder for file in files for folder in folders_above(file.iso)}):
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


def _check_names(files: Sequence[DiscFile], volume: str) -> None:
    """Refuse names that pycdlib accepts and readers do not; they would be a bug of this program."""
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
        taken = {folder for path in paths for folder in folders_above(path)}
        if len({*paths}) < len(paths) or taken & {*paths}:
            raise ValueError("two entries of a disc have one name")


def _compare(stream: IO[bytes], files: Sequence[DiscFile], size: int, name: str) -> None:
    """Parse the written image, and compare both trees and every byte with the files."""
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
        if hash_of(stream, file.size) != file.sha256:
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


class _StoppedClock:
    """Replaces the module `time` inside pycdlib: always the same moment, in UTC."""

    localtime = staticmethod(time.gmtime)

    def time(self) -> float:
        return _MOMENT

    def __getattr__(self, name: str) -> object:
        return getattr(time, name)


@contextmanager
def _clock_stopped() -> Iterator[None]:
    """Give pycdlib, and nothing else in this process, a fixed time."""
    modules: tuple[Any, ...] = (mastering, dates, headervd)
    for module in modules:
        module.time = _StoppedClock()
    try:
        yield
    finally:
        for module in modules:
            module.time = time
