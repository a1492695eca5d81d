"""A person is found in documents and codings that a person makes by hand (R12)."""

import base64
import io
import zipfile
import zlib
from email.message import EmailMessage
from pathlib import Path

import pikepdf
import pytest
import xlsxwriter

from bonescint.custody.traces.search import Person, search
from bonescint.outputs.style import house_style, new_figure, save
from bonescint.papers.form import Paper
from bonescint.papers.pdf import pdf_of
from bonescint.resources import Texts

WOMAN = Person("BS-7K3M2", frozenset({"39943096"}), frozenset({"KYOZOU^SUIKO=虚像^翠子=ｷｮｿﾞｳ^ｽｲｺ"}))
NAME, ID, CODE = "虚像 翠子", "39943096", "BS-7K3M2"
OTHER = "39943097 BS-7K3M3 虚像 緑"


def found(root: Path, *persons: Person) -> list[tuple[str, str]]:
    """Return place and kind of every trace."""
    text = Texts("traces", "en")
    return [(t.place.words(text), t.kind) for t in search([root], persons or (WOMAN,))]


def kinds(path: Path, content: str | bytes) -> list[str]:
    """Write a file and return the kinds found in it."""
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return sorted({kind for _, kind in found(path)})


def pdf(*contents: bytes, title: str = "", packed: bool = True) -> bytes:
    """Return a PDF file with these streams."""
    made = pikepdf.new()
    made.add_blank_page().Contents = pikepdf.Array(
        [made.make_stream(content) for content in contents]
    )
    if title:
        made.docinfo["/Title"] = title
    made.save(stream := io.BytesIO(), compress_streams=packed)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("shown", "kind"),
    [
        (b"BT (see BS-7K3M2 there) Tj ET", "code"),
        (b"BT [(B) -20 (S-7) 3.5 (K3) -10 (M2)] TJ ET", "code"),
        (b"BT [(see)-300(BS-7K3M2)-250(and)] TJ ET", "code"),
        (b"BT <333939> Tj [<3339> 5 <393433303936>] TJ ET", "id"),
        (b"BT (3) Tj 1 0 Td (9) Tj (9) Tj (4) Tj (3) Tj (0) Tj (9) Tj (6) Tj ET", "id"),
        (rb"BT (\063\071\071\064\063096) Tj ET", "id"),
        (b"BT <" + "虚像 翠子".encode("utf-16-be").hex().encode() + b"> Tj ET", "name"),
        (b"BT (" + "虚像 翠子".encode("cp932") + b") Tj ET", "name"),
    ],
)
@pytest.mark.parametrize("packed", [True, False])
def test_pages_of_a_pdf(tmp_path: Path, shown: bytes, kind: str, packed: bool) -> None:
    assert kinds(tmp_path / "a.pdf", pdf(shown, packed=packed)) == [kind]


def test_a_pdf_with_letters_in_numbers_of_its_own(tmp_path: Path) -> None:
    table = (
        b"/CIDInit /ProcSet findresource begin begincmap 1 begincodespacerange <0000> <FFFF> "
        b"endcodespacerange 1 beginbfrange <0013> <001C> <0030> endbfrange 1 beginbfrange "
        b"<0030> <0031> [<865A> <50CF>] endbfrange 2 beginbfchar <0040> <7FE0> <0041> <5B50> "
        b"endbfchar endcmap"
    )
    number = b"".join(b"%04x" % (0x13 + int(digit)) for digit in ID)
    assert kinds(tmp_path / "a.pdf", pdf(table, b"BT [<%b>] TJ ET" % number)) == ["id"]
    name = b"BT <00300031> Tj <00400041> Tj ET"
    assert kinds(tmp_path / "a.pdf", pdf(table, name)) == ["name"]
    assert kinds(tmp_path / "a.pdf", pdf(b"BT [<%b>] TJ ET" % number)) == []


def test_other_parts_of_a_pdf(tmp_path: Path) -> None:
    book = io.BytesIO()
    with xlsxwriter.Workbook(book) as workbook:
        workbook.add_worksheet().write(0, 0, CODE)
    assert kinds(tmp_path / "a.pdf", pdf(book.getvalue())) == ["code"]  # attached
    assert kinds(tmp_path / "a.pdf", pdf(b"BT (x) Tj ET", title=NAME)) == ["name"]
    coded = base64.a85encode(zlib.compress(b"BT (BS-7K3M2) Tj ET")) + b"~>"
    made = pikepdf.new()
    made.add_blank_page().Contents = made.make_stream(
        coded, Filter=[pikepdf.Name.ASCII85Decode, pikepdf.Name.FlateDecode]
    )
    made.save(stream := io.BytesIO())
    assert kinds(tmp_path / "a.pdf", stream.getvalue()) == ["code"]
    assert kinds(tmp_path / "a.pdf", pdf(b"BT (39943097) Tj (x BS-7K3M3) Tj ET")) == []
    assert kinds(tmp_path / "a.pdf", pdf(b"BT (x) Tj ET")[:60] + b" BS-7K3M2") == ["code"]


def test_what_a_pdf_held_before_it_was_changed(tmp_path: Path) -> None:
    before, after = pdf(b"BT (BS-7K3M2) Tj ET"), pdf(b"BT (x) Tj ET")
    assert kinds(tmp_path / "a.pdf", before + after) == ["code"]
    assert kinds(tmp_path / "a.pdf", after + after) == []


def test_pdfs_of_this_workflow(tmp_path: Path) -> None:
    with house_style():
        save(new_figure(5, 3, f"{CODE} {ID} {NAME}", True), tmp_path / "figure.pdf")
    assert {kind for _, kind in found(tmp_path)} == {"code", "id", "name"}
    title = Paper("codes", "", "STUDY", f"{ID} {NAME}", "", True, "ja", [CODE], [])
    assert kinds(tmp_path / "figure.pdf", pdf_of(title)) == ["code", "id", "name"]


def test_coded_in_base64(tmp_path: Path) -> None:
    text = f"所見について。\n{NAME} 様\n{OTHER}" * 2
    coded = base64.b64encode(text.encode()).decode()
    assert kinds(tmp_path / "a.html", f'<img src="data:text/plain;base64,{coded}">') == ["name"]
    assert kinds(tmp_path / "a.svg", f"<svg>\n<i>{base64.b64encode(coded.encode())}") == ["name"]
    assert [place for place, _ in found(tmp_path / "a.svg")] == ["line 2"]
    assert kinds(tmp_path / "a.json", '{"x": "' + base64.encodebytes(
        text.encode()).decode().replace("\n", "\\n") + '"}') == ["name"]  # fmt: skip
    three = base64.b64encode(base64.b64encode(coded.encode())).decode()
    assert kinds(tmp_path / "a.html", three) == []  # deeper than anybody codes
    hashes = f"{'0123456789abcdef' * 4}\n{'39943097' * 8}\n"
    assert kinds(tmp_path / "a.txt", hashes) == []
    table = base64.b64encode(f"x,{ID}\n".encode() * 9).decode()
    assert kinds(tmp_path / "a.csv", f"size,note\n5,{table}\n") == ["id"]


def test_mails(tmp_path: Path) -> None:
    mail = EmailMessage()
    mail["Subject"] = "画像について"
    mail.set_content(f"{'x' * 60} {OTHER}\n")
    assert kinds(tmp_path / "a.eml", mail.as_bytes()) == []
    with zipfile.ZipFile(attached := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", f"{CODE}\n" * 50)
    mail.add_attachment(attached.getvalue(), maintype="application", subtype="zip", filename="a")
    assert kinds(tmp_path / "a.eml", mail.as_bytes()) == ["code"]
    for charset, cte in (("utf-8", "base64"), ("iso-2022-jp", "7bit")):
        mail = EmailMessage()
        mail.set_content(f"{NAME} 様の画像をお送りします。{'x' * 90}\n", charset=charset, cte=cte)
        assert kinds(tmp_path / "b.eml", mail.as_bytes()) == ["name"]


@pytest.mark.parametrize("encoding", ["iso2022_jp", "iso2022_jp_ext", "iso2022_jp_2"])
def test_iso_2022(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.txt").write_bytes(f"一行目\n{NAME} 様\n虚像 緑".encode(encoding))
    assert found(tmp_path) == [("line 2", "name")]


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("<p><b>BS-7K</b>3M2</p>", "code"),
        ('<p>3994<span class="x">\n3096</span></p>', None),  # a line's end stays one
        ('<p>3994<span class="x">3096</span></p>', "id"),
        ("<td>虚<em>像</em></td><td>翠子</td>", "name"),
        ("<text><tspan>BS-</tspan><tspan>7K3M2</tspan></text>", "code"),
        ("<td>3994</td><td>3096</td>", None),
        ("<p>3994</p><p>3096</p>", None),
        ("<n>3994</n><n>3096</n>", None),
        ("3994<br>3096", None),
    ],
)
def test_words_split_by_tags(tmp_path: Path, text: str, kind: str | None) -> None:
    assert kinds(tmp_path / "a.html", f"<html>\n{text}\n") == ([kind] if kind else [])
    lines = {place for place, _ in found(tmp_path / "a.html")}
    assert lines <= {"line 2"}


def office(path: Path, name: str, xml: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr(name, f'<?xml version="1.0"?>\n<x>{xml}</x>')


def test_documents_of_word(tmp_path: Path) -> None:
    path = tmp_path / "a.docx"
    runs = (
        '<w:p w:rsidR="39943096"><w:r w:rsidR="39943096"><w:rPr><w:sz w:val="39943096"/></w:rPr>'
        "<w:t>{}</w:t></w:r><w:proofErr/><w:r><w:rPr><w:rFonts/></w:rPr><w:t>{}</w:t></w:r></w:p>"
    )
    office(path, "word/document.xml", runs.format("3994", "3097"))
    assert found(path) == []
    for first, second, kind in (("BS-7K", "3M2", "code"), ("3994", "3096", "id"),
                                ("虚", "像翠子", "name")):  # fmt: skip
        office(path, "word/document.xml", runs.format(first, second))
        assert found(path) == [("word/document.xml", kind)]
    cells = "<w:tc><w:p><w:r><w:t>3994</w:t></w:r></w:p></w:tc>"
    office(path, "word/document.xml", cells + cells.replace("3994", "3096"))
    assert found(path) == []
    office(path, "word/comments.xml", f'<w:comment w:author="{NAME}"><w:p/></w:comment>')
    assert found(path) == [("word/comments.xml", "name")]
    office(path, "word/_rels/document.xml.rels", f'<R Target="file:///C:/{CODE}.pdf"/>')
    assert found(path) == [("word/_rels/document.xml.rels", "code")]
    office(
        path,
        "ppt/slides/slide1.xml",
        "<a:p><a:r><a:t>BS-</a:t></a:r><a:r><a:t>7K3M2</a:t></a:r></a:p>",
    )
    assert found(path) == [("ppt/slides/slide1.xml", "code")]


def test_what_a_workbook_holds_besides_cells(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.set_custom_property("case", CODE)
        book.define_name("her_code", '="BS-7K3M2"')
        sheet = book.add_worksheet(f"x {ID}")
        sheet.set_header(f"&L{NAME}")
        sheet.write_comment("A1", CODE)
        sheet.write_url("B1", f"file:///C:/{ID}.dcm", string="x")
        sheet.insert_textbox(5, 5, CODE)
        sheet.write_formula("C1", f'="{CODE}"', value="x")
        sheet.write_formula("C2", "=A9", value=39943096)
        sheet.data_validation("D1", {"validate": "list", "source": [NAME, "y"]})
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": [sheet.name, 1, 2, 1, 2], "name": CODE})
        sheet.insert_chart("F9", chart)
    assert set(found(path)) == {
        (f'sheet "x {ID}", row 1', "code"), (f'sheet "x {ID}", row 2', "id"),
        ("docProps/app.xml", "id"), ("docProps/custom.xml", "code"), ("xl/workbook.xml", "code"),
        ("xl/workbook.xml", "id"), ("xl/worksheets/sheet1.xml", "name"),
        ("xl/comments1.xml", "code"), ("xl/drawings/drawing1.xml", "code"),
        ("xl/charts/chart1.xml", "code"), ("xl/charts/chart1.xml", "id"),
        ("xl/worksheets/_rels/sheet1.xml.rels", "id"),
    }  # fmt: skip
    # what a pivot table keeps of a list that was deleted
    office(path, "xl/pivotCache/pivotCacheDefinition1.xml", f'<s v="{CODE}"/><n v="5"/>')
    assert found(path) == [("xl/pivotCache/pivotCacheDefinition1.xml", "code")]


@pytest.mark.parametrize(
    ("text", "found_kinds"),
    [
        ("Lesions were seen in BS-7K\n3M2 as well", ["code"]),
        ("see BS-\n7K3M2", ["code"]),
        ("BS-7K-\r\n3M2", ["code"]),
        ("The scan of the patient 3994-\n3096", ["id"]),
        ("No lesion was seen in the patient 3994\n   3096 at all", ["id"]),
        ("> 3994-\n> 3096", ["id"]),
        ("3994\n3096", []),  # numbers below each other
        ("3994\n\n3096 and the patient 3994, 3096", []),
        ("No lesion was seen in the patient 3994\n3097 at all", []),
        ("No lesion was seen in the patient 13994\n3096 at all", []),
    ],
)
def test_broken_by_the_end_of_a_line(tmp_path: Path, text: str, found_kinds: list[str]) -> None:
    assert kinds(tmp_path / "a.txt", f"x\n{text}\n") == found_kinds
    short = Person(None, frozenset({"994309"}), frozenset())
    (tmp_path / "a.txt").write_text("The numbers of all that was counted: 994\n309 and so on")
    assert found(tmp_path / "a.txt", short) == []  # any two numbers make six digits


def test_rows_do_not_go_on_in_the_next(tmp_path: Path) -> None:
    rows = 'the name of a column,and of another\n"a","long cell with words and 3994"\n3096,5\n'
    assert kinds(tmp_path / "a.csv", rows) == []
    inside = 'a,b\n"a","long cell with words and 3994\n3096 and more",5\n'
    assert kinds(tmp_path / "a.csv", inside) == ["id"]
    assert found(tmp_path / "a.csv") == [("row 2", "id")]


def test_an_archive_behind_other_bytes(tmp_path: Path) -> None:
    with zipfile.ZipFile(made := io.BytesIO(), "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", f"{CODE}\n" * 50)
    assert kinds(tmp_path / "a.exe", b"MZ\x90\0" * 50 + made.getvalue()) == ["code"]
    assert kinds(tmp_path / "a.exe", b"MZ\x90\0" + ID.encode() + b"\0" * 50 + made.getvalue()) == [
        "code", "id",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "is_hers"),
    [("NM39943096.txt", True), ("scan39943096.txt", True), ("39943096a.txt", True),
     ("scan0039943096b.txt", True), ("NM139943096.txt", False), ("NM399430961.txt", False),
     ("NM39943097.txt", False)],
)  # fmt: skip
def test_ids_touched_by_letters_in_file_names(tmp_path: Path, name: str, is_hers: bool) -> None:
    (tmp_path / name).write_text("x")
    assert found(tmp_path) == [("file name", "id")] * is_hers
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.write(tmp_path / name, name)
    (tmp_path / name).unlink()
    assert found(tmp_path) == [(name, "id")] * is_hers
    short = Person(None, frozenset({"394309"}), frozenset())
    (tmp_path / "a.zip").rename(tmp_path / "scan394309.txt")
    assert ("file name", "id") not in found(tmp_path, short)


def test_what_a_jpeg_says_beside_its_pixels_is_searched(tmp_path: Path) -> None:
    from PIL import Image

    def made(**more: bytes) -> bytes:
        buffer = io.BytesIO()
        Image.effect_noise((200, 200), 90).save(buffer, "JPEG", **more)
        return buffer.getvalue()

    path = tmp_path / "a.jpg"
    plain = made()
    comment = b"\xff\xfe\0\x0a" + CODE.encode()
    assert kinds(path, plain) == []
    assert kinds(path, made(comment=NAME.encode())) == ["name"]
    assert kinds(path, made(exif=b"Exif\0\0II*\0" + ID.encode())) == ["id"]
    assert kinds(path, plain + b" " + CODE.encode()) == ["code"]
    assert kinds(path, plain[:-2] + comment + plain[-2:]) == ["code"]
    assert kinds(path, plain[:4] + CODE.encode()) == ["code"]
