"""A patient is found in every place and nobody else is; the purge removes what it may."""

import bz2
import gzip
import io
import json
import os
import struct
import tarfile
import urllib.parse
import zipfile
import zlib
from base64 import urlsafe_b64encode
from pathlib import Path

import pytest
import xlsxwriter
from pydicom.dataset import FileMetaDataset
from pydicom.uid import UID, DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian

from bonescint.custody.traces import text as traces_text
from bonescint.custody.traces.names import folded, index_map
from bonescint.custody.traces.purge import purge
from bonescint.custody.traces.search import MASK, Person, Trace, masked, report_left, search
from bonescint.custody.traces.terms import Terms
from bonescint.resources import Texts
from tests.unit.dicom.samples import nm_file, nm_header

NAME = "KYOZOU^SUIKO=虚像^翠子=ｷｮｿﾞｳ^ｽｲｺ"
WOMAN = Person("BS-7K3M2", frozenset({"0039943096"}), frozenset({NAME}))
OTHER = "sep 39943097 BS-7K3M3 KYOZOU^MIDORI=虚像^緑=ｷｮｿﾞｳ^ﾐﾄﾞﾘ"


def found(root: Path, *persons: Person) -> list[tuple[str, str, str]]:
    """Return relative path, place and kind of every trace."""
    text = Texts("traces", "en")
    return [
        (str(t.path.relative_to(root)), t.place.words(text), t.kind)
        for t in search([root], persons or (WOMAN,))
    ]


def kinds(text: str, *persons: Person, path: bool = False) -> list[str]:
    return [hit.kind for hit in Terms(persons or (WOMAN,)).find(folded(text), in_path=path)]


def nm_dicom(path: Path, syntax: UID = ExplicitVRLittleEndian, **values: str) -> None:
    dataset = nm_header(**values)
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = syntax
    dataset.add_new(0x7FE00010, "OW", b"BS-7K3M2 " * 8)  # pixels hold no text
    dataset.save_as(path, enforce_file_format=True)


@pytest.mark.parametrize(
    "code", ["BS-7K3M2", "bs-7k3m2", "ＢＳ－７Ｋ３Ｍ２", "(BS-7K3M2)", "BS7K3M2"]
)
def test_codes_in_every_spelling(code: str) -> None:
    assert kinds(code) == ["code"]


@pytest.mark.parametrize(
    "typed",
    ["39943096", "0039943096", "３９９４３０９６", "3994-3096", "3994 3096", "3994ー3096",
     "3994\u00ad3096", "x,39943096,y", "ID39943096", "患者39943096さん", "39943096.0", "-39943096",
     "39943096_1", "2019-39943096", "39943096.", "1\n39943096\n2", "id\n39943096"],
)  # fmt: skip
def test_ids_in_every_spelling(typed: str) -> None:
    assert kinds(typed) == ["id"]


@pytest.mark.parametrize(
    "text",
    ["139943096", "399430961", "39943096x", "x39943096", "0.39943096", "1.2.840.39943096.3",
     "2.25.39943096", "39943096.5", "3994\n3096", "3994,3096", "BS-7K3M2X", "ABS-7K3M2", OTHER],
)  # fmt: skip
def test_other_patients_are_not_taken_for_the_patient(text: str) -> None:
    assert kinds(text) == []


@pytest.mark.parametrize(
    "name",
    ["KYOZOU^SUIKO", "Kyozou Suiko", "suiko, kyozou", "ＫＹＯＺＯＵ　ＳＵＩＫＯ", "SuikoKyozou",
     "虚像^翠子", "虚像　翠子", "虚像翠子", "患者虚像翠子様", "翠子 虚像", "ｷｮｿﾞｳ^ｽｲｺ",
     "キョゾウ　スイコ",
     "きょぞう すいこ", "<td>虚像</td>\n<td>翠子</td>", "虚像,翠子", "patient_kyozou_suiko.txt"],
)  # fmt: skip
def test_names_in_every_spelling(name: str) -> None:
    assert kinds(name) == ["name"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("HAYASHI^HANAKO=林^花子=ﾊﾔｼ^ﾊﾅｺ", "KOBAYASHI^HANAKO=小林^花子=ｺﾊﾞﾔｼ^ﾊﾅｺ"),
        ("YAMADA^HANA=山田^花=ﾔﾏﾀﾞ^ﾊﾅ", "YAMADA^HANAKO=山田^花子=ﾔﾏﾀﾞ^ﾊﾅｺ"),
        ("KYOZOU=虚像", "虚像 KYOZOU"),  # a family name alone
        ("MA^IN", "the main thing, ma in"),
        ("ONO^AI", "onoai"),
    ],
)
def test_names_within_others(name: str, text: str) -> None:
    person = Person(None, frozenset(), frozenset({name}))
    assert kinds(text, person) == []
    if "^" in name:
        assert kinds(f"({name})", person)


def test_ids_that_say_little_count_as_whole_values_only(tmp_path: Path) -> None:
    person = Person(None, frozenset({"1024", "20190603", "77", "A12"}), frozenset())
    (tmp_path / "a.csv").write_text("rows,date,note\n1024,20190603,77 A12\n")
    assert found(tmp_path, person) == []
    # written like this, it is no count
    (tmp_path / "a.csv").write_text("note\n00001024\n")
    assert found(tmp_path, person) == [("a.csv", "row 2", "id")]
    (tmp_path / "a.csv").write_text('patient_id,n\n5,1024\n77,5\n20190603,5\n"5\n6",3\na12,0\n')
    assert [row for _, row, _ in found(tmp_path, person)] == ["row 3", "row 4", "row 6"]
    (tmp_path / "a.csv").unlink()
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet("list")
        sheet.write_row(1, 0, ["患者 ID", "n"])
        sheet.write_row(2, 0, [5, 1024])
        sheet.write_row(3, 0, [1024, 5])
    assert found(tmp_path, person) == [("a.xlsx", 'sheet "list", row 4', "id")]
    (tmp_path / "a.xlsx").unlink()
    nm_dicom(tmp_path / "a.dcm", PatientID="1024")
    assert found(tmp_path, person) == [("a.dcm", "DICOM header (0010,0020)", "id")]
    (tmp_path / "a.dcm").rename(tmp_path / "77")
    assert ("77", "file name", "id") in found(tmp_path, person)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp932", "euc_jp", "utf-16"])
def test_texts_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    (tmp_path / "a.txt").write_text(f"一行目\n所見: 虚像 翠子 様\n{OTHER}\n", encoding=encoding)
    assert found(tmp_path) == [("a.txt", "line 2", "name")]


@pytest.mark.parametrize("encoding", ["utf-8", "cp932", "euc_jp", "utf-16-le", "utf-16-be"])
def test_binary_files(tmp_path: Path, encoding: str) -> None:
    for text, kind in (("虚像翠子", "name"), ("39943096", "id"), ("bs-7k3m2", "code")):
        data = b"\x00\x01\x80\x03" * 9 + b"\0\0\0" + text.encode(encoding) + b"\0\0\0\x05" * 3
        (tmp_path / "a.bin").write_bytes(data)
        assert found(tmp_path) == [("a.bin", "inside the file", kind)]


@pytest.mark.parametrize(
    "text",
    [json.dumps("虚像 翠子"), json.dumps(json.dumps("虚像 翠子")), urllib.parse.quote("虚像 翠子"),
     urllib.parse.quote("虚像^翠子".encode("cp932")), "".join(f"&#{ord(c)};" for c in "虚像翠子"),
     "&#x865a;&#x50CF; &#x7FE0;&#x5B50;"],
)  # fmt: skip
def test_escapes(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(f"[1,\n{text}]")
    assert found(tmp_path) == [("a.json", "line 2", "name")]


def test_large_files_in_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces_text, "BLOCK", 5000)
    lines = [f"{n},row of a table" for n in range(3000)]
    for number in (0, 1499, 2999):
        lines[number] += " 39943096"
    (tmp_path / "a.txt").write_text("\n".join(lines))
    assert [place for _, place, _ in found(tmp_path)] == ["line 1", "line 1500", "line 3000"]
    (tmp_path / "a.txt").unlink()
    for start in range(4990, 5001):  # across the blocks of a file without line ends
        (tmp_path / "b.txt").write_text("x " * (start // 2) + "y" * (start % 2) + " 虚像 翠子 " * 1)
        assert found(tmp_path) == [("b.txt", "line 1", "name")]


def test_rows_are_numbered_as_a_spreadsheet_does(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes('code,所見\nX,"a\nb"\nBS-7K3M2,"c\nd"\n'.encode("cp932"))
    assert found(tmp_path) == [("a.csv", "row 3", "code")]


def packed(content: bytes, form: str) -> bytes:
    if form == "gz":
        return gzip.compress(content)
    if form == "bz2":
        return bz2.compress(content)
    buffer = io.BytesIO()
    if form == "tar":
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            info = tarfile.TarInfo("in.txt")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    else:
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as zipped:
            zipped.writestr("in.txt", content)
    return buffer.getvalue()


@pytest.mark.parametrize("forms", ["zip", "gz", "bz2", "tar", "zip zip", "tar gz", "gz tar zip"])
def test_archives(tmp_path: Path, forms: str) -> None:
    content = f"x\n{OTHER}\n虚像 翠子\n".encode()
    for form in forms.split():
        content = packed(content, form)
    (tmp_path / "a.dat").write_bytes(content)
    assert [(path, kind) for path, _, kind in found(tmp_path)] == [("a.dat", "name")]
    # a damaged file is searched as bytes, without a crash
    (tmp_path / "a.dat").write_bytes(content[:-30] + b" 39943096 " + b"\0" * 20)
    assert "id" in [kind for _, _, kind in found(tmp_path)]


def test_names_of_members(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("BS-7K3M2/0001.txt", "x")
    assert found(tmp_path) == [("a.zip", "BS-7K3M2/0001.txt", "code")]


def test_workbooks(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        book.set_properties({"author": "虚像翠子"})
        sheet = book.add_worksheet("症例")
        sheet.write_row(0, 0, ["code", "a", "b"])
        sheet.write_row(2, 0, ["BS-7K3M2"])
        sheet.write_row(4, 0, ["x", 39943096])
        sheet.write_row(6, 0, ["x", "虚像", "翠子"])
        sheet.write_rich_string(8, 0, book.add_format({"bold": True}), "虚像", " 翠子")
    assert found(tmp_path) == [
        ("a.xlsx", 'sheet "症例", row 3', "code"),
        ("a.xlsx", 'sheet "症例", row 5', "id"),
        ("a.xlsx", 'sheet "症例", row 7', "name"),
        ("a.xlsx", 'sheet "症例", row 9', "name"),
        ("a.xlsx", "docProps/core.xml", "name"),
    ]


def test_parts_of_a_name_in_rows_of_two_persons(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "a.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, ["KYOZOU"])
        sheet.write_row(1, 0, ["SUIKO"])
    assert found(tmp_path) == []


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


@pytest.mark.parametrize(
    "made",
    [chunk(b"tEXt", b"Title\x00BS-7K3M2"),
     chunk(b"zTXt", b"Title\0\0" + zlib.compress(b"bs-7k3m2")),
     chunk(b"iTXt", b"Title\0\1\0ja\0\0" + zlib.compress("ＢＳ-7K3M2".encode()))],
)  # fmt: skip
def test_texts_of_images(tmp_path: Path, made: bytes) -> None:
    start = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", b"\0" * 13)
    end = chunk(b"IDAT", zlib.compress(b"\0" * 99)) + chunk(b"IEND", b"")
    (tmp_path / "a.png").write_bytes(start + end)
    assert found(tmp_path) == []
    (tmp_path / "a.png").write_bytes(start + made + end)
    assert found(tmp_path) == [("a.png", "inside the file", "code")]
    (tmp_path / "a.png").write_bytes(start + end + b" BS-7K3M2")
    assert found(tmp_path) == [("a.png", "inside the file", "code")]


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian])
def test_dicom_headers(tmp_path: Path, syntax: UID) -> None:
    nm_dicom(tmp_path / "a.dcm", syntax, PatientID="BS-7K3M2", PatientName="BS-7K3M2")
    # the next element's group reads as the digit 2
    nm_dicom(tmp_path / "b.dcm", syntax, PatientName="x", PatientID="1",
             RequestingPhysician="39943096", RequestedProcedureDescription="x")  # fmt: skip
    nm_dicom(tmp_path / "c.dcm", syntax, PatientID="39943097", StudyDate="20190603")
    assert found(tmp_path) == [
        ("a.dcm", "DICOM header (0010,0010)", "code"),
        ("a.dcm", "DICOM header (0010,0020)", "code"),
        ("b.dcm", "DICOM header (0032,1032)", "id"),
    ]


def test_japanese_dicom_headers(tmp_path: Path) -> None:
    nm_file(tmp_path / "a.dcm", 1)  # ISO 2022 IR 87
    person = Person(None, frozenset({"20190603"}), frozenset({"X^Y=山田^春子"}))
    assert found(tmp_path, person) == [("a.dcm", "DICOM header (0010,0010)", "name")]


def test_paths_and_records(tmp_path: Path) -> None:
    root = tmp_path / ".snakemake"
    long = "results/" + "x" * 300 + "/BS-7K3M2/a.csv"
    coded = urlsafe_b64encode(long.encode()).decode()
    record = root / "metadata" / f"@{coded[:250]}" / coded[250:]
    record.parent.mkdir(parents=True)
    record.write_text("{}")
    (root / "conda" / "39943096").mkdir(parents=True)  # installed software
    (root / "虚像_翠子.log").write_text("")
    (root / os.fsdecode("虚像翠子".encode("cp932"))).write_text("")
    (root / "link").symlink_to("/raw/39943096/1.dcm")
    hits = [(path, kind) for path, _, kind in found(root)]
    assert sorted(kind for _, kind in hits) == ["code", "id", "name", "name"]
    shown = [masked(t.path, [WOMAN]) for t in search([root], [WOMAN])]
    assert all(not found_in for found_in in map(kinds, shown))
    assert any(path.endswith(f".snakemake/metadata/{MASK}") for path in shown)
    assert masked("results/dicom/00/BS-7K3M2/a.dcm", [WOMAN]) == f"results/dicom/00/{MASK}/a.dcm"


def test_what_is_skipped(tmp_path: Path) -> None:
    (tmp_path / "ledger.age").symlink_to(tmp_path / "BS-7K3M2.age")
    (tmp_path / "BS-7K3M2.age").write_text("BS-7K3M2")
    skip = [tmp_path / "ledger.age", tmp_path / "BS-7K3M2.age"]
    assert list(search([tmp_path, tmp_path / "none"], [WOMAN], skip)) == []


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_unreadable_is_not_clean(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("x")
    (tmp_path / "a.txt").chmod(0)
    with pytest.raises(PermissionError):
        list(search([tmp_path], [WOMAN]))


def test_the_report_names_files_and_no_patient(tmp_path: Path) -> None:
    for n in range(25):
        (tmp_path / f"{n:02d}_虚像翠子.txt").write_text("BS-7K3M2\n" * 5)
    traces: list[Trace] = list(search([tmp_path], [WOMAN]))
    for language in ("ja", "en"):
        problems = report_left(traces, [WOMAN], language).problems
        assert len(problems) == 23
        assert "25" in problems[0]
        assert MASK in problems[1]
        assert kinds("\n".join(problems)) == []


@pytest.mark.parametrize("text", [NAME, "A ｶﾞｷﾞ 々x 佐々木 Mu\u0308ller Ａ㎜\nか\u3099", OTHER])
def test_the_map_of_a_folded_text(text: str) -> None:
    plain, places = index_map(text)
    assert plain == folded(text)
    assert len(places) == len(plain) + 1
    assert places == sorted(places)


def study(tmp_path: Path) -> Path:
    """Make a study's folder with a hit in everything the purge may touch."""
    for folder in ("results/delivery", "private/review", "logs/x", ".snakemake/log",
                   ".snakemake/scripts", ".snakemake/metadata",
                   ".snakemake/shadow/tmp1"):  # fmt: skip
        (tmp_path / folder).mkdir(parents=True)
    return tmp_path


def test_purge(tmp_path: Path) -> None:
    root = study(tmp_path)
    alive = root / "results" / f".a.csv.{os.getpid()}.tmp"
    dead = root / "private" / ".b.csv.4194399.tmp"
    log = root / ".snakemake" / "log" / "2026.snakemake.log"
    jp = root / "logs" / "x" / "a.log"
    clean = root / "logs" / "clean.log"
    for path in (alive, dead, log, clean):
        path.write_text("a\nsee BS-7K3M2, ID 3994-3096 end\n" + OTHER if path == log else OTHER)
    escaped = json.dumps("虚像 翠子")
    jp.write_bytes(f"前 虚像 翠子 後\r\n{escaped}\r\nｷｮｿﾞｳ\nスイコ 終\n".encode("cp932"))
    size, inode = jp.stat().st_size, log.stat().st_ino
    before = clean.stat().st_mtime_ns
    decisions = root / "private" / "review" / "decisions.tsv"
    rows = [b"\xef\xbb\xbfitem\tsha256\tdecision\treviewer\tdate\r\n"]
    rows += [b'"findings:BS-7K3M2"\ta\trelease\tx\ty\r\n', b"findings:BS-7K3M3\ta\tblock\tx\ty \n"]
    rows += [b"image\tb\trelease\t\x8eR\ty"]
    decisions.write_bytes(b"".join(rows))
    for name in ("a.zip", "b.zip"):
        with zipfile.ZipFile(root / "results" / "delivery" / name, "w") as archive:
            archive.writestr("x.csv", "BS-7K3M2" if name == "a.zip" else OTHER)
    (root / ".snakemake" / "scripts" / "tmp1.x.py").write_text("BS-7K3M2")
    (root / ".snakemake" / "scripts" / "tmp2.x.py").write_text(OTHER)
    (root / ".snakemake" / "shadow" / "tmp1" / "BS-7K3M2").mkdir()
    record = urlsafe_b64encode(b"results/dicom/BS-7K3M2").decode()
    (root / ".snakemake" / "metadata" / record).write_text("{}")
    (root / "results" / "BS-7K3M2.csv").write_text("made by hand")
    with log.open("a") as held:  # as Snakemake holds its log
        done = purge(root, [WOMAN], decisions, "en")
        held.write("\ngoes on")
    assert len(done) == 5
    assert kinds("\n".join(done)) == []
    assert alive.exists()
    assert not dead.exists()
    assert log.stat().st_ino == inode
    assert log.read_text() == f"a\nsee ********, ID ********* end\n{OTHER}\ngoes on"
    blotted = jp.read_bytes()
    assert len(blotted) == size
    assert blotted.decode("cp932") == (
        f"前 {'*' * 9} 後\r\n{'*' * len(escaped)}\r\n{'*' * 5}\n{'*' * 6} 終\n"
    )
    assert clean.stat().st_mtime_ns == before
    assert decisions.read_bytes() == rows[0] + rows[2] + rows[3]
    assert [p.name for p in (root / "results" / "delivery").iterdir()] == ["b.zip"]
    assert [p.name for p in (root / ".snakemake" / "scripts").iterdir()] == ["tmp2.x.py"]
    assert list((root / ".snakemake" / "metadata").iterdir()) == []
    # files made by hand are left for a person to delete
    assert found(root) == [("results/BS-7K3M2.csv", "file name", "code")]
    assert purge(root, [WOMAN], decisions, "ja") == []
