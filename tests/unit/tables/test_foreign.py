"""What is no table of ours is named for what it is, whatever is wrong with it."""

import gzip
import io
import random
import zipfile

import openpyxl
import pytest

from bonescint.errors import InputError
from bonescint.tables.faults import NOT_SHOWN, Faults
from bonescint.tables.reading import Table, read_table
from tests.unit.tables.packages import sheet_of, write_package, xml

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 1000
STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/": b"spreadsheetml/",
    b"http://schemas.openxmlformats.org/officeDocument/2006/": b"officeDocument/",
    b"http://schemas.openxmlformats.org/drawingml/2006/": b"drawingml/",
}


def stream(name):
    return OLE + name.encode("utf-16-le") + b"\0" * 100


def zipped(name):
    found = io.BytesIO()
    with zipfile.ZipFile(found, "w") as archive:
        archive.writestr(name, "x")
    return found.getvalue()


@pytest.mark.parametrize(
    ("content", "japanese", "english"),
    [
        (stream("EncryptedPackage"), "パスワード付きです", "has a password"),
        (stream("Workbook"), "古い形式の Excel", "old Excel workbook"),
        (stream("Book"), "古い形式の Excel", "old Excel workbook"),
        (stream("WordDocument"), "文書か画像", "a document or a picture"),
        (OLE, "パスワード", "has a password"),
        (b"\x09\x08\x10\x00\x00\x06\x05\x00", "古い形式の Excel", "old Excel workbook"),
        (b"\x09\x00\x04\x00\x02\x00\x10\x00", "古い形式の Excel", "old Excel workbook"),
        (b"{\\rtf1\\ansi}", "文書か画像", "a document or a picture"),
        (b"MIME-Version: 1.0\r\nContent-Type: multipart/related", "Web ページ", "a web page"),
        (b"<html><table>" + b"<td>1</td>" * 200_000, "Web ページ", "a web page"),
        (b"PK\x05\x06" + b"\0" * 18, "壊れています", "damaged"),
        (gzip.compress(b"ID,BSI", mtime=0), "圧縮ファイル.*解凍", "archive.*Unpack"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "圧縮ファイル.*解凍", "archive.*Unpack"),
        (b"Rar!\x1a\x07\x01\0", "圧縮ファイル.*解凍", "archive.*Unpack"),
        (b"\x1a\xab-lh5-\x92\x81", "圧縮ファイル.*解凍", "archive.*Unpack"),
        (zipped("結果/VSBONE.CSV"), "圧縮ファイル.*解凍", "archive.*Unpack"),
        (zipped("a.xlsx"), "圧縮ファイル.*解凍", "archive.*Unpack"),
        (b"", "何も記入がなく", "it is empty"),
        (b"\xef\xbb\xbf\r\n \r\n", "何も記入がなく", "it is empty"),
    ],
)
def test_it_is_named(tmp_path, content, japanese, english):
    path = tmp_path / "table.xls"
    path.write_bytes(content)
    for language, words in (("ja", japanese), ("en", english)):
        with pytest.raises(InputError, match=words):
            read_table(path, language=language)


@pytest.mark.parametrize(
    ("language", "words"), [("ja", "非表示.* sheet"), ("en", "hidden.* sheet")]
)
def test_a_blank_sheet_before_a_hidden_one(tmp_path, language, words):
    book = openpyxl.Workbook()
    book.create_sheet("x").append(["ID"])
    book["x"].sheet_state = "hidden"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match=words):
        read_table(tmp_path / "a.xlsx", language=language)


@pytest.mark.parametrize("encoding", ["sjisx", "cp932", "utf-8"])
def test_a_configured_encoding_that_does_not_fit_the_file_is_named(tmp_path, encoding):
    path = tmp_path / "a.csv"
    path.write_bytes("患者ID,研究番号\n1,骨\n".encode("euc_jp") + b"\xfc\xf9")
    for language in ("ja", "en"):
        with pytest.raises(InputError, match=f'[「"]{encoding}[」"]'):
            read_table(path, encoding=encoding, language=language)


def test_an_archive_with_a_password(tmp_path):
    path = write_package(tmp_path / "a.xlsx")
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\1\2", 8), (b"PK\3\4", 6)):
        at = data.find(mark)
        while at >= 0:
            data[at + place] |= 1
            at = data.find(mark, at + 4)
    path.write_bytes(data)
    for language, words in (("ja", "パスワード付きの ZIP"), ("en", "archive with a password")):
        with pytest.raises(InputError, match=words):
            read_table(path, language=language)


@pytest.mark.parametrize("compression", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_compression_that_no_office_program_uses(tmp_path, compression):
    with pytest.raises(InputError, match="壊れています"):
        read_table(write_package(tmp_path / "a.xlsx", compression=compression))


def test_an_archive_of_very_many_members(tmp_path):
    path = write_package(
        tmp_path / "a.xlsx", parts={f"xl/x{n}.xml": ["<x/>"] for n in range(10**4)}
    )
    with pytest.raises(InputError, match="壊れています"):
        read_table(path)


@pytest.mark.parametrize("seed", range(200))
def test_a_damaged_workbook_is_no_table_or_is_read(tmp_path, seed):
    chance = random.Random(seed)  # noqa: S311
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    for row in (["ID", "BSI"], ["1", 2.5], ["あ", 1]):
        book.active.append(row)
    book.save(path)
    data = bytearray(path.read_bytes())
    if seed % 4 == 0:
        data = data[: chance.randrange(4, len(data))]
    for _ in range(chance.choice([1, 4, 40])):
        data[chance.randrange(4, len(data))] = chance.randrange(256)
    path.write_bytes(data)
    try:
        read_table(path)
    except InputError as error:
        assert "壊れています" in str(error) or "パスワード" in str(error)


@pytest.mark.parametrize("seed", range(100))
def test_so_is_one_whose_parts_are_damaged(tmp_path, seed):
    chance = random.Random(seed)  # noqa: S311
    whole = io.BytesIO()
    book = openpyxl.Workbook()
    for row in (["ID", "BSI", "日"], ["1", 2.5, 43619], ["あ", 1, "x"]):
        book.active.append(row)
    book.active["C2"].number_format = "yyyy/m/d"
    book.save(whole)
    path = tmp_path / "a.xlsx"
    with zipfile.ZipFile(whole) as old, zipfile.ZipFile(path, "w") as new:
        hit = chance.choice([name for name in old.namelist() if "docProps" not in name])
        for name in old.namelist():
            data = old.read(name)
            if name == hit:
                at = chance.randrange(len(data))
                gone = chance.choice([1, 5, 50])
                data = data[:at] + chance.choice([b"", b"9", b"<", b'"', b"A1"]) + data[at + gone :]
            new.writestr(name, data)
    try:
        read_table(path)
    except InputError as error:
        assert "a.xlsx" in str(error)


def test_strict_open_xml_is_read(tmp_path):
    path = tmp_path / "a.xlsx"
    book = openpyxl.Workbook()
    for row in (["患者ID", "検査日", "BSI"], ["00012", 43619, 0.0123]):
        book.active.append(row)
    book.active["B2"].number_format = "yyyy/m/d"
    book.active["C2"].number_format = "0.00%"
    book.save(path)
    with zipfile.ZipFile(path) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    with zipfile.ZipFile(path, "w") as new:
        for name, data in parts.items():
            for plain, strict in STRICT.items():
                data = data.replace(plain, b"http://purl.oclc.org/ooxml/" + strict)
            new.writestr(name, data)
    assert b"purl.oclc.org" in zipfile.ZipFile(path).read("xl/worksheets/sheet1.xml")
    table = read_table(path)
    assert table.header == ("患者ID", "検査日", "BSI")
    assert table.rows == [(2, ("00012", "2019-06-03", "1.23%"))]


def test_days_of_strict_open_xml_are_iso_text(tmp_path):
    days = ("2019-06-03T00:00:00", "2019-06-04")
    rows = (f'<row><c t="d"><v>{day}</v></c></row>' for day in days)
    assert read_table(write_package(tmp_path / "a.xlsx", sheet_of(*rows))).rows == [
        (2, ("2019-06-03",)),
        (3, ("2019-06-04",)),
    ]


def test_rows_and_cells_without_their_places(tmp_path):
    sheet = sheet_of(
        "<row><c><v>1</v></c><c/><c><v>2</v></c></row>", '<row r="5"><c><v>3</v></c></row>'
    )
    assert read_table(write_package(tmp_path / "a.xlsx", sheet)).rows == [
        (2, ("1", "", "2")),
        (5, ("3",)),
    ]


def test_two_rows_of_one_number_lose_no_patient(tmp_path):
    sheet = sheet_of('<row r="2"><c><v>1</v></c></row>', '<row r="2"><c><v>2</v></c></row>')
    with pytest.raises(InputError, match="壊れています"):
        read_table(write_package(tmp_path / "a.xlsx", sheet))


def test_raised_digits_of_one_text_in_many_cells(tmp_path):
    text = '<si><r><t>3</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>2</t></r></si>'
    strings = {"xl/sharedStrings.xml": xml("sst", text)}
    sheet = sheet_of(*['<row><c t="s"><v>0</v></c></row>'] * 3)
    assert [
        cells for _, cells in read_table(write_package(tmp_path / "a.xlsx", sheet, strings)).rows
    ] == [("3²",)] * 3


@pytest.mark.parametrize("typed", ["①", "3²", "x₂", "½", "⒈", "㊿", " ② "])
def test_restyled_digits_are_quoted_as_typed(typed):
    faults = Faults(Table("a.csv", None, 1, ("BSI",), []), "ja")
    assert faults.shown(typed) == typed.strip()
    assert faults.shown("１．５％") == "1.5%"
    # text that may identify a person is not quoted in any style
    assert faults.shown("①②③④⑤⑥⑦") is NOT_SHOWN
    assert faults.shown("²⁰¹⁹⁰⁶⁰") is NOT_SHOWN


def test_parts_under_names_of_their_own(tmp_path):
    book = openpyxl.Workbook()
    book.active.append(["ID", "BSI"])
    book.active.append([1, 0.25])
    book.active["B2"].number_format = "0.0%"
    book.save(tmp_path / "a.xlsx")
    names = {"styles.xml": "書式.xml", "sheet1.xml": "結果.xml"}
    with (
        zipfile.ZipFile(tmp_path / "a.xlsx") as old,
        zipfile.ZipFile(tmp_path / "b.xlsx", "w") as new,
    ):
        for name in old.namelist():
            data = old.read(name)
            for one, other in names.items():
                name, data = name.replace(one, other), data.replace(one.encode(), other.encode())
            new.writestr(name, data)
    assert read_table(tmp_path / "b.xlsx").rows == [(2, ("1", "25%"))]
