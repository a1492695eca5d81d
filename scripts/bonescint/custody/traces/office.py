"""Documents of Excel, Word and PowerPoint: their visible text and what else they store (R12).

Only texts are searched, and attributes that hold texts. Colours, sizes and positions are numbers
too, but the same ones in every document, so they could be mistaken for IDs.
"""

import io
import re
import warnings
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, time, timedelta
from typing import IO, Any

from bonescint.custody.traces.columns import ColumnContents, columns_of, headings, is_workbook
from bonescint.custody.traces.encodings import texts, untagged
from bonescint.custody.traces.names import folded
from bonescint.custody.traces.terms import Terms
from bonescint.custody.traces.text import Found, Place

_XML = (".xml", ".rels", ".vml")
# themes and styles hold only numbers
_LOOKS = re.compile(r"\[Content_Types\]\.xml|.*/theme/.*|(?:.*/)?styles\.xml")
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_CELLS = re.compile(rb"<sheetData\b.*</sheetData>", re.DOTALL)
# positions of a drawing's anchor
_POSITIONS = re.compile(rb"<(xdr|wp|wp14):(\w*[oO]ff|col|row|pct\w+)\b[^<>]*>[-0-9]+</\1:\2>")
# attributes that hold text: names of sheets, links, authors, alternative texts of pictures, and the
# values that a pivot table stores
_SAID = re.compile(
    rb"\b(?:name|displayName|descr|title|alt|caption|author|initials|tooltip|display|location"
    rb"|Target|w:author|w:fullDate|[wx]?:?v)=(?:\"([^\"]*)\"|'([^']*)')"
)
_TIMES = (date, time, timedelta)
Inner = Callable[[IO[bytes], str], Iterator[Found]]


def is_office(archive: zipfile.ZipFile) -> bool:
    """Tell whether an archive is a document of Excel, Word or PowerPoint.

    Parameters
    ----------
    archive
        Of any kind.
    """
    return "[Content_Types].xml" in archive.namelist()


def search_office(
    stream: IO[bytes], archive: zipfile.ZipFile, name: str, terms: Terms, inner: Inner
) -> Iterator[Found]:
    """Yield where a document holds a term: by sheet and row in a workbook, else by member.

    Parameters
    ----------
    stream, archive, name
        The document, and its path.
    terms
        What is looked for.
    inner
        Searches a member that is not XML, such as a picture.
    """
    suspect = bool(terms.weak)
    cells: list[Found] = []
    others: list[Found] = []
    for member in archive.infolist():
        part = member.filename
        if not part.endswith(_XML):
            with archive.open(member) as inside:
                others += inner(inside, part)
        elif not _LOOKS.fullmatch(part):
            data = archive.read(member)
            if _SHEET.fullmatch(part):
                cells += (found := _found(data, part, terms))
                suspect = suspect or bool(found)
                # the rest of the sheet: headers, footers, links
                data = _CELLS.sub(b"", data)
            found = _found(data, part, terms)
            suspect = suspect or (bool(found) and part == "xl/sharedStrings.xml")
            others += found
    rows = _workbook_rows(stream, is_workbook(name), terms) if suspect else []
    # if a workbook cannot be read by rows, its members are reported
    yield from cells if rows is None else rows
    for place, kind in dict.fromkeys(others):
        if not (rows and place.where == "xl/sharedStrings.xml"):
            yield place, kind


def _found(data: bytes, name: str, terms: Terms) -> list[Found]:
    values = [one or other for one, other in _SAID.findall(data)]
    if name.endswith(".rels"):
        data = b""
    # a name must not be found across the texts of two cells
    data = _POSITIONS.sub(b"", data).replace(b"</si>", b"</si>\1")
    kinds = {
        hit.kind
        for said in (data, b"\1".join(values))
        for text in texts(said)
        for plain in (_plain(text), untagged(text))
        for hit in terms.find(plain)
    }
    return [(Place("member", name), kind) for kind in sorted(kinds)]


def _plain(text: str) -> str:
    return re.sub("<[^<>]*>", "\t", text)


def _workbook_rows(stream: IO[bytes], own: bool, terms: Terms) -> list[Found] | None:
    """Return the rows that hold a term, in formulas and values; None if openpyxl cannot read it."""
    from openpyxl.reader.excel import load_workbook

    found: dict[Found, None] = {}
    for values in (True, False):
        stream.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                book = load_workbook(  # type: ignore[no-untyped-call]
                    io.BytesIO(stream.read()), read_only=True, data_only=values
                )
                for sheet in book.worksheets:
                    found |= dict.fromkeys(_rows(sheet, own, terms))
            except Exception:  # openpyxl raises many kinds for damaged files
                return None
    return sorted(found)


def _rows(sheet: Any, own: bool, terms: Terms) -> Iterator[Found]:
    """Yield the rows of a sheet that hold a term.

    In the study's own workbook the headings tell which numbers may be IDs. In any other workbook
    every number may be an ID, whatever its heading, because a person typed it.
    """
    ids: frozenset[int] | None = None
    columns: ColumnContents | None = None
    sheet.reset_dimensions()
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        cells = ["" if value is None or isinstance(value, _TIMES) else str(value) for value in row]
        if ids is None and any(cells):
            ids = columns_of("", cells).ids
        if own:
            # a table ends with an empty row; the next one has headings of its own
            columns = headings(cells) or (columns if any(cells) else None)
            cells = ["" if columns and columns.is_plain(*at) else at[1] for at in enumerate(cells)]
        kinds = {hit.kind for hit in terms.find(folded("\t".join(cells)))}
        if any(terms.is_weak_id(cells[n]) for n in ids or () if n < len(cells)):
            kinds.add("id")
        yield from ((Place("sheet", sheet.title, number), kind) for kind in sorted(kinds))
