"""The draft as a document for word processors. The same inputs give the same bytes."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from bonescint.files import Row, replacing
from bonescint.outputs.labels import Labels
from bonescint.outputs.paper.bound import Piece
from bonescint.outputs.paper.traced import traced
from bonescint.resources import SYNTHETIC, Texts
from bonescint.tables.sheets import CREATED, ShownTable

_LATIN, _JAPANESE = "Times New Roman", "游明朝"
_TEXT, _SMALL = 10.5, 8.0  # points
# centimetres, 16 across a page; the column of what the run knows is the widest
_OF_LISTS = (1.2, 1.8, 3.0, 6.4, 3.6)
_OF_NUMBERS = (1.2, 1.6, 3.6, 6.6, 3.0)


class Draft(NamedTuple):
    """What the document holds."""

    title: str
    methods: Mapping[str, Sequence[Sequence[str]]]  # paragraphs of sentences by name
    results: Mapping[str, Sequence[Sequence[Piece]]]  # sentences in pieces by name
    references: Sequence[str]
    legends: Sequence[str]
    checklists: Sequence[ShownTable]
    numbers: Sequence[Row]


def write_document(path: Path, draft: Draft, labels: Labels) -> None:
    """Write paper.docx."""
    import docx  # only this module needs it

    document = docx.Document()
    _prepare(document, draft.title, labels)
    words = Texts("paper", labels.language)
    document.add_heading(words("title"), 0)
    document.add_paragraph(words("draft"))
    document.add_heading(words("methods"), 1)
    for key, said in draft.methods.items():
        document.add_heading(words(key), 2)
        for sentences in said:
            paragraph = document.add_paragraph()
            for one in sentences:
                # highlight what the authors must write, so that nobody overlooks it
                open_item = one.startswith(("〔", "["))
                _run(paragraph, one + labels.gap, highlighted=open_item)
    document.add_heading(words("results"), 1)
    for key, told in draft.results.items():
        document.add_heading(words(key), 2)
        paragraph = document.add_paragraph()
        for pieces in told:
            for piece in pieces:
                _run(paragraph, piece.text, piece.number)
            _run(paragraph, labels.gap)
    for name, lines in (("references", draft.references), ("legends", draft.legends)):
        if lines:
            document.add_heading(words(name), 1)
        for n, line in enumerate(lines, 1):
            document.add_paragraph(f"{n}. {line}" if name == "references" else line)
    for table in draft.checklists:
        document.add_heading(table.title, 1)
        document.add_paragraph(table.note)
        shown = [one for one in table.columns if one.key != "place"]
        cells = [[row[column.key] for column in shown] for row in table.rows]
        _table(document, [column.title for column in shown], cells, _OF_LISTS)
    document.add_heading(words("numbers"), 1)
    titles = [words(f"column_{key}") for key in ("number", "text", "table", "row", "value")]
    document.add_paragraph(words("numbers_note"))
    _table(document, titles, [traced(row, labels) for row in draft.numbers], _OF_NUMBERS)
    _write(path, document)


def _prepare(document: Any, title: str, labels: Labels) -> None:
    """Set page, fonts, properties and the header of every page."""
    from docx.oxml.ns import qn
    from docx.shared import Cm, Pt, RGBColor

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2.5)
    for name in ("Normal", "Title", "Heading 1", "Heading 2", "Header"):
        style = document.styles[name]
        style.font.name = _LATIN
        fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
        # fonts of a theme would take precedence over these
        for theme in ("asciiTheme", "hAnsiTheme", "eastAsiaTheme", "cstheme"):
            fonts.attrib.pop(qn(f"w:{theme}"), None)
        fonts.set(qn("w:eastAsia"), _JAPANESE)
        style.font.color.rgb = RGBColor(0, 0, 0)
    document.styles["Normal"].font.size = Pt(_TEXT)
    banner = [SYNTHETIC] if labels.synthetic else []
    header = section.header.paragraphs[0]
    header.text = "  ".join([*banner, labels("coded_notice")])
    about = document.core_properties
    about.author = about.last_modified_by = about.comments = ""
    about.title, about.language, about.revision = title, labels.language, 1
    about.created = about.modified = CREATED


def _run(paragraph: Any, text: str, bookmark: str = "", highlighted: bool = False) -> None:
    """Add words to a paragraph. A number gets a bookmark of its name."""
    from docx.enum.text import WD_COLOR_INDEX
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    if bookmark:
        for kind in ("w:bookmarkStart", "w:bookmarkEnd"):
            element = OxmlElement(kind)
            element.set(qn("w:id"), bookmark.removeprefix("r"))
            if kind == "w:bookmarkStart":
                element.set(qn("w:name"), bookmark)
                paragraph._p.append(element)
                paragraph.add_run(text)
            else:
                paragraph._p.append(element)
        return
    run = paragraph.add_run(text)
    if highlighted:
        run.font.highlight_color = WD_COLOR_INDEX.YELLOW


def _table(
    document: Any, titles: Sequence[str], rows: Sequence[Sequence[str]], widths: Sequence[float]
) -> None:
    """Add a table with its header on every page. Widths are in centimetres."""
    from docx.oxml import OxmlElement
    from docx.shared import Cm, Pt

    table = document.add_table(rows=1 + len(rows), cols=len(titles), style="Table Grid")
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    cells = iter(table._cells)
    for texts in (titles, *rows):
        for text in texts:
            run = next(cells).paragraphs[0].add_run(text)
            run.font.size, run.bold = Pt(_SMALL), texts is titles
    table.autofit = False
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Cm(width)
        for cell in column.cells:
            cell.width = Cm(width)


def _write(path: Path, document: Any) -> None:
    """Write the document's parts with fixed dates."""
    made, fixed = io.BytesIO(), io.BytesIO()
    document.save(made)
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(fixed, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist(), key=lambda one: (one != "[Content_Types].xml", one)):
            part = zipfile.ZipInfo(name, CREATED.timetuple()[:6])
            part.compress_type = zipfile.ZIP_DEFLATED
            new.writestr(part, old.read(name))
    with replacing(path, "wb") as stream:
        stream.write(fixed.getvalue())
