"""An archive as a stream: tar members, age both ways, lines of the manifest (R32)."""

import fcntl
import hashlib
import os
import re
import shutil
import tarfile
import threading
import time
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager, suppress
from decimal import Decimal
from pathlib import Path
from typing import IO, TYPE_CHECKING

from bonescint.custody.archive.contents import MANIFEST, README, Member
from bonescint.errors import InputError
from bonescint.resources import Texts

if TYPE_CHECKING:
    import pyrage

# is called with the stage, the megabytes done and the total
Report = Callable[[str, int, int | None], None]
CHUNK = 1 << 20
MB = 1_000_000
_END = bytes(2 * tarfile.BLOCKSIZE)  # marks the end of a tar
_MAGIC = b"age-encryption.org/v1\n"
_TYPES = {"file": tarfile.REGTYPE, "folder": tarfile.DIRTYPE, "link": tarfile.SYMTYPE}
_MODES = {"file": 0o600, "folder": 0o700, "link": 0o777}
_ESCAPED = {"\\": "\\\\", "\n": "\\n", "\r": "\\r"}


def _header(member: Member) -> bytes:
    """Return a member's tar header: no owner, no group, dates to the nanosecond (pax)."""
    info = tarfile.TarInfo(member.name)
    info.type = _TYPES[member.kind]
    info.mode = _MODES[member.kind] if member.mode is None else member.mode
    info.size, info.linkname = member.size, member.target
    info.mtime = max(0, member.modified // 10**9)
    info.pax_headers = {"mtime": format(Decimal(member.modified).scaleb(-9), "f")}
    return info.tobuf(tarfile.PAX_FORMAT, "utf-8", "surrogateescape")


def modified_of(info: tarfile.TarInfo) -> int:
    """Return the date in a member's header, in nanoseconds."""
    return int(Decimal(info.pax_headers.get("mtime", info.mtime)).scaleb(9))


def refuse_no_room(needed: int, folder: Path, text: Texts) -> None:
    """Refuse to begin if the disk of a folder has not so many bytes left."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise InputError(text("no_room", needed=-(-needed // MB), free=free // MB))


class ChangedMeanwhile(Exception):
    """A file has changed since the tree was walked; the message is its name."""


def tar_of(
    members: Sequence[Member],
    sums: list[str],
    failed: Callable[[Member, OSError], InputError],
    advance: Callable[[int], None],
    readme: bytes | None = None,
) -> Generator[bytes, None, None]:
    """Yield a tar: the members in order, and the manifest of all files.

    Parameters
    ----------
    members
        As they were when the tree was walked.
    sums
        Gets the SHA-256 of each member appended; an empty text if it is not a file.
    failed
        Returns what to raise where a file cannot be read.
    advance
        Called with the number of bytes read so far.
    readme
        Content of a first member, if there is one.

    Raises
    ------
    ChangedMeanwhile
        If a file has changed since. So no half-changed file is archived.
    """
    manifest: list[bytes] = []
    if readme is not None:
        yield from _text_member(README, readme)
        manifest.append(manifest_line(README, hashlib.sha256(readme).hexdigest()))
    done = 0
    for member in members:
        yield _header(member)
        try:
            for chunk in _content_of(member, sums):
                done += len(chunk)
                advance(done)
                yield chunk
        except OSError as error:
            raise failed(member, error) from None
        yield _padding(member.size)
    manifest += [manifest_line(m.name, s) for m, s in zip(members, sums, strict=True) if s]
    yield from _text_member(MANIFEST, b"".join(manifest))
    yield _END


def _content_of(member: Member, sums: list[str]) -> Iterator[bytes]:
    """Yield a file's bytes and append its SHA-256; an empty text if it is not a file."""
    if member.kind != "file":
        sums.append("")
        return
    digest = hashlib.sha256()
    try:
        with Path(member.source).open("rb", buffering=0) as file:
            left = member.size
            while left and (chunk := file.read(min(left, CHUNK))):
                left -= len(chunk)
                digest.update(chunk)
                yield chunk
            status = os.fstat(file.fileno())
    except FileNotFoundError:
        raise ChangedMeanwhile(member.name) from None
    now = status.st_size, status.st_mtime_ns, status.st_ctime_ns
    if now != (member.size, member.modified, member.changed):
        raise ChangedMeanwhile(member.name)
    sums.append(digest.hexdigest())


def _padding(size: int) -> bytes:
    """Return what fills a member up to a whole block."""
    return bytes(-size % tarfile.BLOCKSIZE)


def _text_member(name: str, data: bytes) -> Iterator[bytes]:
    yield _header(Member(name, "", "file", len(data), time.time_ns(), 0, ""))
    yield data + _padding(len(data))


class _Chunks:
    """What `pyrage` reads from. It keeps exceptions, of which `pyrage` would keep only the text."""

    def __init__(self, chunks: Iterator[bytes]) -> None:
        self._chunks = chunks
        self._rest = memoryview(b"")
        self.error: BaseException | None = None

    def read(self, size: int) -> bytes:
        try:
            while not self._rest:
                self._rest = memoryview(next(self._chunks))
        except StopIteration:
            return b""
        except BaseException as error:
            self.error = error
            raise
        piece, self._rest = self._rest[:size], self._rest[size:]
        return bytes(piece)


class Sink:
    """What `pyrage` writes to. It counts the bytes, and hashes them if `digest` is given."""

    def __init__(self, file: IO[bytes], digest: "hashlib._Hash | None" = None) -> None:
        self._file = file
        self.size = 0
        self._digest = digest
        self.error: BaseException | None = None

    def write(self, data: bytes) -> int:
        """Write all of it."""
        try:
            self._file.write(data)
        except BaseException as error:
            self.error = error
            raise
        self.size += len(data)
        if self._digest:
            self._digest.update(data)
        return len(data)

    def flush(self) -> None:
        """Pass buffered bytes to the system."""
        self._file.flush()


def encrypt(
    chunks: Generator[bytes, None, None], sink: Sink, identity: "pyrage.x25519.Identity"
) -> None:
    """Encrypt a stream to an identity's own public part.

    An exception that the plaintext raises is raised again.
    """
    import pyrage

    source = _Chunks(chunks)
    try:
        pyrage.encrypt_io(source, sink, [identity.to_public()])
    except Exception as error:
        raise (source.error or sink.error or error) from None
    finally:
        chunks.close()  # otherwise a decrypting thread that feeds it would wait for ever


@contextmanager
def decrypted(path: Path, identity: "pyrage.x25519.Identity", text: Texts) -> Iterator[IO[bytes]]:
    """Yield the plaintext of an age file as a stream, without writing it to the disk.

    What was read may be trusted only after the ``with`` block has ended, because age notices a
    truncated file only at its end.

    Raises
    ------
    InputError
        If it is not an age file, not encrypted to this key, damaged or incomplete.
    """
    import pyrage

    try:
        source = path.open("rb")
    except OSError as error:
        reason = os.strerror(error.errno or 0)
        key = "unreadable" if path.exists() else "no_file"
        raise InputError(text(key, file=path.name, reason=reason)) from None
    with source:
        if source.read(len(_MAGIC)) != _MAGIC:
            raise InputError(text("not_age", file=path.name))
        source.seek(0)
        reading, writing = os.pipe()
        # the default of 64 KiB halves the speed. A larger pipe may be refused to an unprivileged
        # process, and macOS cannot set the size
        with suppress(OSError, AttributeError):
            fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, CHUNK)
        failures: list[Exception] = []

        def decrypt() -> None:
            try:
                with os.fdopen(writing, "wb", buffering=CHUNK) as sink:
                    pyrage.decrypt_io(source, sink, [identity])
            except Exception as error:
                failures.append(error)

        thread = threading.Thread(target=decrypt)
        thread.start()
        try:
            with os.fdopen(reading, "rb", buffering=0) as stream:
                yield stream
                while stream.read(CHUNK):
                    pass  # the last bytes prove that the file is whole
        finally:
            thread.join()
            # if this side closed the pipe, the file is not at fault
            if failures and not isinstance(failures[0], BrokenPipeError):
                raise _failure(failures[0], path, text) from None


def _failure(error: Exception, path: Path, text: Texts) -> InputError:
    if isinstance(error, OSError) and error.errno:
        return InputError(text("unreadable", file=path.name, reason=os.strerror(error.errno)))
    key = "wrong_key" if "No matching keys" in str(error) else "damaged"
    return InputError(text(key, file=path.name))


def manifest_line(name: str, digest: str) -> bytes:
    """Return a file's line as sha256sum writes it; a name that is not UTF-8 keeps its bytes."""
    written = re.sub(r"[\\\n\r]", lambda m: _ESCAPED[m[0]], name)
    mark = "\\" if written != name else ""
    return f"{mark}{digest}  {written}\n".encode("utf-8", "surrogateescape")


def read_manifest(data: bytes) -> Iterator[tuple[str, str]]:
    """Yield (name, SHA-256) of the lines of a manifest."""
    plain = {written: char for char, written in _ESCAPED.items()}
    for line in data.decode("utf-8", "surrogateescape").split("\n")[:-1]:
        digest, _, name = line.partition("  ")
        if digest.startswith("\\"):
            name = re.sub(r"\\.", lambda m: plain[m[0]], name)
        yield name, digest.lstrip("\\")
