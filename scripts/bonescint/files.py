"""Reads and writes the workflow's own tables. A table is written whole or not at all.

A person may open any of them in a spreadsheet. So each begins with a BOM, because Japanese Excel
garbles a table without one. No text may be taken for a formula: `in_cell` marks such a text and
escapes invisible characters, and `as_written` undoes it. Tables without a BOM hold unchanged texts.
"""

import csv
import ctypes
import math
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import IO, Any, cast

Row = dict[str, str]  # of one of the workflow's own tables: column -> text
# the names that `replacing` gives to temporary files, with the number of the writing process
TEMPORARY = re.compile(r"\..+\.(\d+)\.tmp", re.DOTALL)
_LONGEST = 240  # bytes of a name; a disk allows 255, and `TEMPORARY` adds the rest
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
# characters that begin a formula in a spreadsheet (Japanese ones in full width too) or keep a text
_FORMULA = "=+-@\t\r\n＝＋－＠'"
# escapes of invisible characters that break no line, and of a backslash that looks like an escape
_SPELT = r"x(?:[01][0-9a-f]|7f|5c)|u00[89][0-9a-f]"
_UNSEEN = re.compile(rf"[\x00-\x09\x0b-\x1f\x7f-\x9f]|\\(?={_SPELT})")
_ESCAPE = re.compile(rf"\\({_SPELT})")
_NUMBER = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|[+-]inf", re.ASCII)


@contextmanager
def replacing(
    path: str | Path, mode: str = "w", sync: bool = True, private: bool = False
) -> Iterator[IO[Any]]:
    """Open a temporary neighbour of `path` and rename it into place if the block succeeds.

    Parameters
    ----------
    path
        The file to write. Its folder is made if needed.
    mode
        ``w`` (UTF-8, line ends as written) or ``wb``.
    sync
        Whether content and name must reach the disk now. Otherwise one `to_the_disk` can serve many
        files.
    private
        Whether the file has mode 0600 whatever the umask, as far as `give_mode` can set it.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{in_temporary(path.name)}.{os.getpid()}.tmp")
    text = {} if "b" in mode else {"encoding": "utf-8", "newline": ""}
    try:
        with temporary.open(mode, **text) as stream:  # type: ignore[call-overload]
            if private:
                give_mode(stream.fileno(), 0o600)
            yield stream
            if sync:
                stream.flush()
                os.fsync(stream.fileno())
        temporary.replace(path)
        if sync:
            # the new name must survive a power cut, too
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def to_the_disk(folder: Path) -> None:
    """Write everything on a folder's filesystem to the disk, without waiting for other disks.

    Raises
    ------
    OSError
        If the disk could not be written and the system reports it.
    """
    try:
        call = ctypes.CDLL(None, use_errno=True).syncfs
    except (AttributeError, OSError):  # macOS has no such function
        os.sync()
        return
    held = os.open(folder, os.O_RDONLY)
    try:
        if call(held):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    finally:
        os.close(held)


def towards_the_disk(stream: IO[Any]) -> None:
    """Let the system begin to write a file to the disk, and do not wait.

    `to_the_disk` then has less to wait for. Where the system has no such call, it has all of it.
    """
    stream.flush()
    if call := _begin_to_write():
        # from the first byte to the last; 2 is SYNC_FILE_RANGE_WRITE
        call(stream.fileno(), 0, 0, 2)


@cache
def _begin_to_write() -> Callable[[int, int, int, int], int] | None:
    try:
        call = ctypes.CDLL(None).sync_file_range
    except (AttributeError, OSError):  # only Linux has it
        return None
    call.argtypes = ctypes.c_int, ctypes.c_int64, ctypes.c_int64, ctypes.c_uint
    return cast("Callable[[int, int, int, int], int]", call)


def in_temporary(name: str) -> str:
    """Return the part of a file's name for its temporary name: cut off if the disk needs it."""
    written = os.fsencode(name)
    # some disks refuse a name that is cut within a character
    return name if len(written) <= _LONGEST else written[:_LONGEST].decode("utf-8", "ignore")


def from_the_disk(stream: IO[Any]) -> None:
    """Write a file to the disk, and read it from there again where the system supports it."""
    stream.flush()
    os.fsync(stream.fileno())
    if hasattr(os, "posix_fadvise"):  # macOS has no such function
        with suppress(OSError):
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def give_mode(file: str | Path | int, mode: int) -> None:
    """Give an own file or folder (a path or a descriptor) a mode, where the filesystem has modes.

    FAT and, on WSL 2, drives of Windows refuse it. `bonescint.identity.passphrase` then refuses to
    put files there that must not be in such a place.
    """
    with suppress(PermissionError):
        if isinstance(file, int):
            os.fchmod(file, mode)
        else:
            Path(file).chmod(mode)


def in_cell(text: str) -> str:
    r"""Return a text as a cell of a CSV file that may be opened in a spreadsheet.

    A text that would begin a formula gets an apostrophe before it, and so does an apostrophe;
    numbers do not. A control character is written ``\x07``, a backslash that could be read so
    ``\x5c``.
    """
    if text[:1] not in _FORMULA and text.isprintable() and "\\" not in text:  # most texts
        return text
    written = _UNSEEN.sub(_escaped, text)
    marked = text[:1] and text[0] in _FORMULA and not _NUMBER.fullmatch(text)
    return f"'{written}" if marked else written


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}"


def as_written(cell: str) -> str:
    """Return the text that `in_cell` made into a cell."""
    if "\\" in cell:
        cell = _ESCAPE.sub(lambda found: chr(int(found[1][1:], 16)), cell)
    return cell[1:] if cell[:1] == "'" else cell


class TableWriter:
    """Writes one of the workflow's tables row by row.

    Parameters
    ----------
    stream
        As `replacing` gives it. BOM and header are written at once.
    columns
        The header. A row with another key is an error.
    """

    def __init__(self, stream: IO[str], columns: Sequence[str]) -> None:
        stream.write(BOM)
        self._rows = csv.DictWriter(stream, columns, lineterminator="\n")
        self._rows.writeheader()

    def writerow(self, row: Mapping[str, object]) -> None:
        """Write a row. An absent key or None is written empty."""
        self._rows.writerow({key: _cell(one) for key, one in row.items()})


def _cell(value: object) -> object:
    return value if value is None or isinstance(value, int | float) else in_cell(str(value))


def write_rows(
    path: str | Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]
) -> int:
    """Write one of the workflow's tables and return its row count.

    UTF-8 with BOM, LF, missing = empty; texts as in `in_cell`.

    Parameters
    ----------
    path
        The table's file. It is replaced only when the last row is written.
    columns
        The header. A row with another key is an error.
    rows
        The rows. An absent key or None is written empty.
    """
    count = 0
    with replacing(path) as stream:
        writer = TableWriter(stream, columns)
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def read_rows(path: str | Path) -> Iterator[dict[str, str]]:
    """Yield the rows of a table that `write_rows` wrote, with every value as the original text."""
    marked = False

    def lines(stream: IO[str]) -> Iterator[str]:
        nonlocal marked
        for line in stream:
            marked = marked or "'" in line or "\\x" in line or "\\u" in line
            yield line

    with Path(path).open(encoding="utf-8", newline="") as stream:
        is_shown = stream.read(1) == BOM
        if not is_shown:
            stream.seek(0)
        for row in csv.DictReader(lines(stream)):
            if marked and is_shown:
                row = {name: as_written(cell or "") for name, cell in row.items()}
            marked = False
            yield row


def number(text: str | None) -> float | None:
    """Return a cell as a number, None where it is empty, no number or not finite."""
    try:
        value = float(text) if text else math.nan
    except ValueError:
        return None
    return value if math.isfinite(value) else None
