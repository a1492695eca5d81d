"""The lines of a text and the rows of a table that hold a term (R12)."""

import csv
import io
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import IO, NamedTuple

from bonescint.custody.traces.columns import ColumnContents, columns_of
from bonescint.custody.traces.encodings import (
    INLINE,
    base64_runs,
    may_be_base64,
    texts,
    untagged,
    without_pictures,
)
from bonescint.custody.traces.terms import Terms
from bonescint.files import as_written
from bonescint.resources import Texts
from bonescint.text.encodings import UTF_16_MARKS, fitting

BLOCK = 1 << 22  # bytes read at once
_OVERLAP = 1 << 10  # bytes of a block without line ends; longer than any term in any encoding
_WHOLE = 1 << 26  # bytes of a text in which base64 is decoded
_SHORT = 100  # bytes
Nested = Callable[[bytes], set[str]]  # returns the kinds of terms in encoded content of a text


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
        """Return the place in words for a person. It may hold an identifier."""
        return text(f"place.{self.key}", where=self.where, row=self.row)


Found = tuple[Place, str]


def kinds_in(data: bytes, terms: Terms) -> set[str]:
    """Return the kinds of terms that a short text holds, in any encoding.

    Parameters
    ----------
    data, terms
        As for `bonescint.custody.traces.encodings.texts`, and what is looked for.
    """
    return {kind for text in texts(data) for _, kind in _hits(text, terms)}


def _hits(text: str, terms: Terms) -> Iterator[tuple[int, str]]:
    """Yield the number of line ends before each term, and its kind."""
    said = [text]
    if "<" in text and INLINE.search(text):
        said.append(untagged(text))
    if "\\x" in text or "\\u00" in text:
        # our tables write control characters as escapes
        said.append(as_written(text))
    for one in said:
        ends = at = 0
        for hit in terms.find(one):  # in order
            ends, at = ends + one.count("\n", at, hit.start), hit.start
            yield ends, hit.kind


def _decoded_lines(data: bytes, nested: Nested) -> Iterator[tuple[int, str]]:
    """Yield the lines of base64, and the kinds of terms in it."""
    runs = list(base64_runs(data))
    # a text may hold thousands of words that look like base64, so short runs are searched together;
    # an archive is longer
    short = [decoded for _, decoded in runs if len(decoded) < _SHORT]
    suspect = bool(nested(b"\n".join(short)))
    line, at = 1, 0
    for place, decoded in runs:
        line, at = line + data.count(b"\n", at, place), place
        if suspect or len(decoded) >= _SHORT:
            yield from ((line, kind) for kind in nested(decoded))


def _lines(stream: IO[bytes]) -> Iterator[tuple[int, bytes]]:
    """Yield blocks cut at line ends, each with the number of its first line."""
    line, rest = 1, b""
    while block := stream.read(BLOCK):
        block = rest + block
        cut = block.rfind(b"\n") + 1
        yield line, block[: cut or len(block)]
        # the last line is read again, because a line end may break a term. A block without line
        # ends overlaps the next one
        again = block.rfind(b"\n", 0, cut - 1) + 1 or cut if cut else max(len(block) - _OVERLAP, 0)
        line += block.count(b"\n", 0, again)
        rest = block[again:]
    if rest:
        yield line, rest


def search_text(
    stream: IO[bytes], name: str, terms: Terms, nested: Nested | None = None
) -> Iterator[Found]:
    """Yield the lines of a text, or the rows of a table, that hold a term.

    Parameters
    ----------
    stream, name, terms
        As for `bonescint.custody.traces.content.search_content`. The stream is read from its
        position on. In binary content strings are searched.
    nested
        Searches decoded base64. Without it base64 is not decoded.
    """
    begin = stream.tell()
    start = stream.read(2)
    stream.seek(begin)
    if start in UTF_16_MARKS:
        stream = io.BytesIO(stream.read().decode("utf-16", "replace").encode("utf-8", "replace"))
        begin = 0
    lines: set[tuple[int, str]] = set()
    broken: set[tuple[int, str]] = set()
    binary = is_coded = False
    is_table = name.lower().endswith((".csv", ".tsv"))
    for first, block in _lines(stream):
        binary = binary or b"\0" in block
        is_coded = is_coded or (nested is not None and may_be_base64(block))
        if is_coded and stream.tell() - begin <= _WHOLE:
            block = without_pictures(block)
        for text in texts(block):
            lines |= {(first + ends, kind) for ends, kind in _hits(text, terms)}
            # a cell of a table can go on in the next line only in quotes
            if not binary and not (is_table and b'"' not in block):
                for hit in terms.find_broken(text):
                    broken.add((first + text.count("\n", 0, hit.start), hit.kind))
    if nested and is_coded:
        stream.seek(begin)
        data = stream.read(_WHOLE)
        lines |= set(_decoded_lines(data, nested))
    if is_table and not binary and (lines or broken or terms.weak):
        stream.seek(0)
        yield from _table_rows(stream, name, lines, {line for line, _ in broken}, terms)
    elif binary:
        yield from ((Place("bytes"), kind) for kind in sorted({kind for _, kind in lines}))
    else:
        yield from ((Place("line", row=line), kind) for line, kind in sorted(lines | broken))


def _table_rows(
    stream: IO[bytes], name: str, lines: set[tuple[int, str]], broken: set[int], terms: Terms
) -> Iterator[Found]:
    """Yield rows numbered as in a spreadsheet, because a cell may hold several lines."""
    wrapper = io.TextIOWrapper(stream, _encoding(stream), "replace", newline="")
    by_line: dict[int, list[str]] = {}
    for line, kind in lines:
        by_line.setdefault(line, []).append(kind)
    start = wrapper.readline()
    wrapper.seek(0)
    reader = csv.reader(wrapper, delimiter="\t" if start.count("\t") > start.count(",") else ",")
    done, columns = 0, ColumnContents()
    with suppress(csv.Error):  # a file that is not a table has no rows; its lines follow below
        for row, cells in enumerate(reader, 1):
            inside = range(done + 1, reader.line_num + 1)
            found = {kind for line in inside for kind in by_line.pop(line, ())}
            done = reader.line_num
            cells = [as_written(cell) for cell in cells]
            if row == 1:
                columns = columns_of(name, cells)
            if "id" in found:
                plain = [
                    columns.is_plain(n, cell)
                    for n, cell in enumerate(cells)
                    if "id" in kinds_in(cell.encode("utf-8", "replace"), terms)
                ]
                if plain and all(plain):
                    found.discard("id")
            if len(inside) > 1 and not broken.isdisjoint(inside):
                text = "\n\n".join(cells)
                found |= {hit.kind for t in texts(text.encode()) for hit in terms.find_broken(t)}
            if any(terms.is_weak_id(cells[n]) for n in columns.ids if n < len(cells)):
                found.add("id")
            yield from ((Place("row", row=row), kind) for kind in sorted(found))
    wrapper.detach()
    for line in sorted(by_line):
        yield from ((Place("line", row=line), kind) for kind in sorted(by_line[line]))


def _encoding(stream: IO[bytes]) -> str:
    start = stream.read(BLOCK)
    stream.seek(0)
    return next(fitting(start[: start.rfind(b"\n") + 1], ("utf-8-sig",)), "cp932")
