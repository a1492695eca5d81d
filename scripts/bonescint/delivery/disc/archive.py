"""The encrypted part of a disc: a ZIP with AES-256 that 7-Zip opens but Windows does not (R29).

Names, sizes and dates stay readable in it. So no name holds a code, and all dates are the same.
Apart from the salts the same files give the same bytes.
"""

import hashlib
import zlib
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from pyzipper import WZ_AES, ZIP_DEFLATED, AESZipFile, BadZipFile  # type: ignore[import-untyped]
from pyzipper.zipfile_aes import AESZipInfo  # type: ignore[import-untyped]

from bonescint.delivery.disc.image import cannot_write, has_changed
from bonescint.delivery.disc.layout import DiscFile, blocks
from bonescint.errors import InputError
from bonescint.files import replacing
from bonescint.resources import both

_LEVEL = 1  # four times as fast as the usual 6, with an archive that is a tenth larger
_DATE = (2000, 1, 1, 0, 0, 0)
_MSDOS, _ARCHIVED = 0, 0x20  # reveals neither our system nor our permissions
# headers of an entry in both places, salt, check and authentication, sizes beyond 2 GiB
_ENTRY = 46 + 30 + 2 * 11 + 2 * 28 + 28
_END = 22


def write_archive_of(files: Sequence[DiscFile], path: Path, passphrase: str) -> None:
    """Write an encrypted ZIP of a plain volume, whole or not at all.

    Parameters
    ----------
    files
        Files of the plain volume. They get the names that Windows would show, with DICOMDIR at the
        root.
    passphrase
        Printable ASCII, because programs read other characters differently.

    Raises
    ------
    InputError
        If the archive cannot be written, or a source does not match its hash.
    """
    secret = passphrase.encode("ascii")
    with cannot_write(path), replacing(path, "w+b") as stream:
        with AESZipFile(stream, "w", encryption=WZ_AES) as archive:
            archive.setpassword(secret)
            for file in files:
                _add(archive, file)
        try:
            with AESZipFile(stream) as archive:
                archive.setpassword(secret)
                opens = all(_read_back(archive, file) for file in files)
        except (BadZipFile, RuntimeError, KeyError, zlib.error):
            opens = False
        if not opens:
            raise InputError(both("image", "differs", file=path.name))


def _add(archive: Any, file: DiscFile) -> None:
    entry = AESZipInfo(file.joliet, date_time=_DATE)
    entry.compress_type = ZIP_DEFLATED
    entry._compresslevel = _LEVEL  # the level of the archive is ignored for an entry made here
    entry.create_system, entry.external_attr = _MSDOS, _ARCHIVED
    entry.file_size = file.size  # decides whether ZIP64 sizes are needed
    digest = hashlib.sha256()
    with _opened(file) as source, archive.open(entry, "w") as written:
        for block in blocks(source):
            digest.update(block)
            written.write(block)
    if digest.hexdigest() != file.sha256:
        raise has_changed(file)


def _read_back(archive: Any, file: DiscFile) -> bool:
    """Return whether the passphrase opens an entry and its content is what was written."""
    with archive.open(file.joliet) as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest() == file.sha256


def _opened(file: DiscFile) -> AbstractContextManager[IO[bytes]]:
    return file.source.open("rb") if isinstance(file.source, Path) else BytesIO(file.source)


def archive_bound(files: Iterable[DiscFile], packed: Mapping[Path, int]) -> int:
    """Return the most bytes of an archive of these files, by `packed_sizes` where known."""
    total = _END
    for file in files:
        # incompressible data grow by some bytes per block
        content = file.size + file.size // 1000 + 64
        if isinstance(file.source, Path):
            content = packed.get(file.source, content)
        total += content + _ENTRY + 2 * len(file.joliet.encode())
    return total


def packed_sizes(files: Iterable[Path]) -> dict[Path, int]:
    """Return the compressed size of each file in the archive."""
    files = list(files)
    with ThreadPoolExecutor() as threads:  # zlib releases the lock of the interpreter
        return dict(zip(files, threads.map(_packed, files), strict=True))


def _packed(file: Path) -> int:
    compressor = zlib.compressobj(_LEVEL, zlib.DEFLATED, -zlib.MAX_WBITS)
    with file.open("rb") as source:
        size = sum(len(compressor.compress(block)) for block in blocks(source))
    return size + len(compressor.flush())
