"""Workbooks of several sheets, and ones written part by part, as no office program writes them."""

import zipfile
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import openpyxl

_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_KINDS = {"workbook": "sheet.main", "worksheets/sheet1": "worksheet", "styles": "styles"}
_KINDS |= {"sharedStrings": "sharedStrings"}
HEADER_ROW = '<row r="1"><c r="A1" t="inlineStr"><is><t>ID</t></is></c></row>'


def book(path: str | Path, **sheets: Sequence[Sequence[object]]) -> Path:
    """Write a workbook of these sheets, name -> rows."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
    made.save(path)
    return Path(path)


def xml(root: str, *content: str) -> Iterable[str]:
    """Yield a part of a workbook in pieces."""
    return (f'<{root} xmlns="{_MAIN}" xmlns:r="{_OFFICE}">', *content, f"</{root}>")


def sheet_of(*rows: str, before: str = "") -> Iterable[str]:
    """Yield a sheet with a header and these rows."""
    return xml("worksheet", before, "<sheetData>", HEADER_ROW, *rows, "</sheetData>")


def write_package(
    path: Path,
    sheet: Iterable[str] = sheet_of('<row r="2"><c r="A2"><v>1</v></c></row>'),
    parts: Mapping[str, Iterable[str]] | None = None,
    compression: int = zipfile.ZIP_DEFLATED,
) -> Path:
    """Write a workbook of one sheet; `parts` replace or join its others."""
    types = "".join(
        f'<Override PartName="/xl/{part}.xml" ContentType='
        f'"application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"/>'
        for part, kind in _KINDS.items()
    )
    relations = "".join(
        f'<Relationship Id="rId{n}" Type="{_OFFICE}/{kind}" Target="{part}.xml"/>'
        for n, (part, kind) in enumerate(
            {
                "worksheets/sheet1": "worksheet",
                "styles": "styles",
                "sharedStrings": "sharedStrings",
            }.items(),
            1,
        )
    )
    listed = '<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets>'
    content: dict[str, Iterable[str]] = {
        "[Content_Types].xml": [f'<Types xmlns="{_PACKAGE}/content-types">{types}</Types>'],
        "xl/_rels/workbook.xml.rels": [
            f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}</Relationships>'
        ],
        "xl/workbook.xml": xml("workbook", listed),
        "xl/styles.xml": xml("styleSheet"),
        "xl/sharedStrings.xml": xml("sst"),
        "xl/worksheets/sheet1.xml": sheet,
    }
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, pieces in (content | dict(parts or {})).items():
            with archive.open(name, "w") as stream:
                for piece in pieces:
                    stream.write(piece.encode())
    return path
