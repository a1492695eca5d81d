"""What bytes say in every encoding, and the lines and rows of a text that hold a term (R12)."""

import csv
import io
import re
from collections.abc import Iterator
from contextlib import suppress
from typing import IO, NamedTuple
from urllib.parse import unquote_to_bytes

from bonescint.custody.traces_terms import Terms, folded, is_id_column
from bonescint.resources import Texts

BLOCK = 1 << 22  # bytes read at once
_OVERLAP = 1 << 10  # of a block without line ends, longer than any term in any encoding
_BOMS = (b"\xff\xfe", b"\xfe\xff")
RUNS = re.compile(rb"[\t\x20-\x7e\x80-\xff\x1b]{3,}")
_WIDE = re.compile("[\t -~\u3000-\u30ff\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]{2,}")
_UNICODE = re.compile(r"\\+u([0-9A-Fa-f]{4})")
_ENTITY = re.compile(r"&#(?:(\d{2,7})|[xX]([0-9A-Fa-f]{2,6}));")
_PERCENT = re.compile(r"(?:%[0-9A-Fa-f]{2}[^\s\"'<>&,%]{0,100})+")
# outlines of letters and curves: thousands of pairs of numbers, none of which is an ID
_GEOMETRY = re.compile(r'\b(?:d|points|transform)="[-a-z0-9.,()\s]*"')


class Place(NamedTuple):
    """Where in a file.

    Parameters
    ----------
    key
        A text ``place.<key>`` of resources/text/traces.csv: name, line, row, sheet, header,
        member, bytes.
    where
        The member of an archive, the sheet, or the DICOM element.
    row
        The row of a table or line of a text, as spreadsheets and editors number them.
    """

    key: str
    where: str = ""
    row: int = 0

    def words(self, text: Texts) -> str:
        """Return the place as a person reads it; it may hold an identifier."""
        return text(f"place.{self.key}", where=self.where, row=self.row)


Found = tuple[Place, str]


def texts(data: bytes) -> Iterator[str]:
    """Yield what bytes say, folded, in every encoding and without escapes.

    Parameters
    ----------
    data
        Text in an unknown encoding, or binary values in which text may stand.
    """
    for text in _decoded(data):
        plain = folded(text)
        yield _GEOMETRY.sub(_line_ends, plain) if "<path" in plain else plain
        if (unescaped := _unescaped(text)) != text:
            yield folded(unescaped)


def _decoded(data: bytes) -> Iterator[str]:
    if b"\0" in data:
        # text of two bytes a character may begin at either
        for start in (0, 1):
            for encoding in ("utf-16-le", "utf-16-be"):
                yield "\n".join(_WIDE.findall(data[start:].decode(encoding, "replace")))
        data = b"\n".join(RUNS.findall(data))
    try:
        yield data.decode("utf-8")
    except UnicodeDecodeError:
        # a log may hold a path in another encoding than its own
        for encoding in ("utf-8", "cp932", "euc_jp"):
            yield data.decode(encoding, "replace")


def _line_ends(found: re.Match[str]) -> str:
    return "\n" * found[0].count("\n")


def _unescaped(text: str) -> str:
    if "\\u" in text:
        text = _UNICODE.sub(lambda m: chr(int(m[1], 16)), text)
        # a rare kanji takes two escapes
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if "&#" in text:
        text = _ENTITY.sub(
            lambda m: chr(min(int(m[1] or m[2], 10 if m[1] else 16), 0x10FFFF)), text
        )
    return _PERCENT.sub(_unquoted, text) if "%" in text else text


def _unquoted(found: re.Match[str]) -> str:
    # a space between, for what was before it may be another value
    return " ".join(_decoded(unquote_to_bytes(found[0])))


def _lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield blocks cut at line ends, each with the number of its first line."""
    line, rest = 1, b""
    while block := stream.read(BLOCK):
        block = rest + block
        cut = block.rfind(b"\n") + 1
        # a block without line ends overlaps the next one
        end = cut or len(block)
        yield line, block[:end]
        line += block.count(b"\n", 0, end)
        rest = block[end:] if cut else block[-_OVERLAP:]
    if rest:
        yield line, rest


def search_text(stream: IO[bytes], name: str, terms: Terms) -> Iterator[Found]:
    """Yield the lines of a text, the rows of a table, that hold a term.

    Parameters
    ----------
    stream, name, terms
        As for `bonescint.custody.traces_content.search_content`, from where the stream stands on.
        What is no text is searched for strings.
    """
    begin = stream.tell()
    start = stream.read(2)
    stream.seek(begin)
    if start in _BOMS:
        stream = io.BytesIO(stream.read().decode("utf-16", "replace").encode("utf-8", "replace"))
    lines: set[tuple[int, str]] = set()
    binary = False
    for first, block in _lines(stream):
        binary = binary or b"\0" in block
        for text in texts(block):
            for hit in terms.find(text):
                lines.add((first + text.count("\n", 0, hit.start), hit.kind))
    if name.lower().endswith((".csv", ".tsv")) and not binary and (lines or terms.weak):
        stream.seek(0)
        yield from _table_rows(stream, lines, terms)
    elif binary:
        yield from ((Place("bytes"), kind) for kind in sorted({kind for _, kind in lines}))
    else:
        yield from ((Place("line", row=line), kind) for line, kind in sorted(lines))


def _table_rows(stream: IO[bytes], lines: set[tuple[int, str]], terms: Terms) -> Iterator[Found]:
    """Yield rows as a spreadsheet numbers them: a cell may hold several lines."""
    wrapper = io.TextIOWrapper(stream, _encoding(stream), "replace", newline="")
    by_line: dict[int, list[str]] = {}
    for line, kind in lines:
        by_line.setdefault(line, []).append(kind)
    start = wrapper.readline()
    wrapper.seek(0)
    reader = csv.reader(wrapper, delimiter="\t" if start.count("\t") > start.count(",") else ",")
    done, ids = 0, []
    with suppress(csv.Error):  # what is no table has no rows; its lines follow
        for row, cells in enumerate(reader, 1):
            found = {k for n in range(done + 1, reader.line_num + 1) for k in by_line.pop(n, ())}
            done = reader.line_num
            if row == 1:
                ids = [n for n, title in enumerate(cells) if is_id_column(title)]
            if terms.weak and any(n < len(cells) and terms.is_weak_id(cells[n]) for n in ids):
                found.add("id")
            yield from ((Place("row", row=row), kind) for kind in sorted(found))
    wrapper.detach()
    for line in sorted(by_line):
        yield from ((Place("line", row=line), kind) for kind in sorted(by_line[line]))


def _encoding(stream: IO[bytes]) -> str:
    start = stream.read(BLOCK)
    stream.seek(0)
    try:
        start[: start.rfind(b"\n") + 1].decode("utf-8")
    except UnicodeDecodeError:
        return "cp932"
    return "utf-8-sig"
