"""Reading and writing the workflow's own tables, whole or not at all.

A person may open any of them in a spreadsheet. So each begins with a BOM, without which Japanese
Excel garbles it, and no text in it is taken for a formula: `in_cell` marks such a text and spells
what cannot be seen, `as_written` undoes it. A table without a BOM holds texts as they are.
"""

import csv
import ctypes
import math
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

Row = dict[str, str]  # of one of the workflow's own tables: column -> text
# what `replacing` names its temporary files; the process that writes
TEMPORARY = re.compile(r"\..+\.(\d+)\.tmp", re.DOTALL)
_LONGEST = 240  # bytes of a name, which a disk lets have 255: the rest is what `TEMPORARY` adds
BOM = "\N{ZERO WIDTH NO-BREAK SPACE}"
# with what a spreadsheet begins a formula (Japanese ones in full width too), or keeps a text
_FORMULA = "=+-@\t\r\n＝＋－＠'"
# what is no line break and cannot be seen; a backslash with which a text spells one of these
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
        The file to be written; its folder is made if needed.
    mode
        ``w`` (UTF-8, line ends as written) or ``wb``.
    sync
        Whether content and name must have reached the disk; without, one `to_the_disk` serves many
        files.
    private
        Whether the file has mode 0600, whatever the umask, as far as `give_mode` can.
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
            # the new name, too, must outlive a power cut
            folder = os.open(path.parent, os.O_RDONLY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def to_the_disk(folder: Path) -> None:
    """Have everything on a folder's filesystem reach the disk, and wait for no other disk.

    Parameters
    ----------
    folder
        Any folder of the filesystem.

    Raises
    ------
    OSError
        If the disk could not be written, where the system tells it.
    """
    try:
        call = ctypes.CDLL(None, use_errno=True).syncfs
    except (AttributeError, OSError):  # macOS has none
        os.sync()
        return
    held = os.open(folder, os.O_RDONLY)
    try:
        if call(held):
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
    finally:
        os.close(held)


def in_temporary(name: str) -> str:
    """Return a file's name as its temporary one has it: cut off where the disk could not hold it.

    Parameters
    ----------
    name
        The name, without its folder.
    """
    written = os.fsencode(name)
    # in the middle of a character, some disks would refuse it
    return name if len(written) <= _LONGEST else written[:_LONGEST].decode("utf-8", "ignore")


def from_the_disk(stream: IO[Any]) -> None:
    """Have a file written to the disk, and read again from there where the system can be asked to.

    Parameters
    ----------
    stream
        The file, open for writing.
    """
    stream.flush()
    os.fsync(stream.fileno())
    if hasattr(os, "posix_fadvise"):  # macOS has none
        with suppress(OSError):
            os.posix_fadvise(stream.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def give_mode(file: str | Path | int, mode: int) -> None:
    """Give a file or folder of one's own a mode, where its place knows modes.

    FAT and, on WSL 2, drives of Windows decline it. What may not lie there then is refused by
    `bonescint.identity.passphrase`.

    Parameters
    ----------
    file
        Its path, or the descriptor of a file that is open.
    mode
        The mode.
    """
    with suppress(PermissionError):
        if isinstance(file, int):
            os.fchmod(file, mode)
        else:
            Path(file).chmod(mode)


def in_cell(text: str) -> str:
    r"""Return a text as a cell of a CSV file holds it, for whoever opens that in a spreadsheet.

    What would begin a formula gets an apostrophe before it, and so does an apostrophe; numbers do
    not. A control character is written ``\x07``, a backslash that could be read so ``\x5c``.

    Parameters
    ----------
    text
        Any text.
    """
    if text[:1] not in _FORMULA and text.isprintable() and "\\" not in text:  # as most are
        return text
    written = _UNSEEN.sub(_escaped, text)
    marked = text[:1] and text[0] in _FORMULA and not _NUMBER.fullmatch(text)
    return f"'{written}" if marked else written


def _escaped(found: re.Match[str]) -> str:
    code = ord(found[0])
    return f"\\x{code:02x}" if code < 0x80 else f"\\u{code:04x}"


def as_written(cell: str) -> str:
    """Return the text of which `in_cell` made a cell.

    Parameters
    ----------
    cell
        The cell.
    """
    if "\\" in cell:
        cell = _ESCAPE.sub(lambda found: chr(int(found[1][1:], 16)), cell)
    return cell[1:] if cell[:1] == "'" else cell


class TableWriter:
    """Writes one of the workflow's tables row by row.

    Parameters
    ----------
    stream
        Of `replacing`; BOM and header are written at once.
    columns
        The header; a row with another key is an error.
    """

    def __init__(self, stream: IO[str], columns: Sequence[str]) -> None:
        stream.write(BOM)
        self._rows = csv.DictWriter(stream, columns, lineterminator="\n")
        self._rows.writeheader()

    def writerow(self, row: Mapping[str, object]) -> None:
        """Write a row; an absent key or None is written empty."""
        self._rows.writerow({key: _cell(one) for key, one in row.items()})


def _cell(value: object) -> object:
    return value if value is None or isinstance(value, int | float) else in_cell(str(value))


def write_rows(
    path: str | Path, columns: Sequence[str], rows: Iterable[Mapping[str, object]]
) -> int:
    """Write one of the workflow's tables and return its row count.

    UTF-8 with BOM, LF, missing = empty; texts as `in_cell`.

    Parameters
    ----------
    path
        The table's file, replaced only when the last row is written.
    columns
        The header; a row with another key is an error.
    rows
        The rows; an absent key or None is written empty.
    """
    count = 0
    with replacing(path) as stream:
        writer = TableWriter(stream, columns)
        for row in rows:
            writer.writerow(row)
            count += 1
    return count


def read_rows(path: str | Path) -> Iterator[dict[str, str]]:
    """Yield the rows of one of the workflow's own tables, every value as the text written.

    Parameters
    ----------
    path
        A table that `write_rows` wrote.
    """
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
