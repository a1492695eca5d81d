"""What a person typed by hand: any encoding of Japanese hospitals, quotes checked, rows named."""

from pathlib import Path

import pytest

from bonescint.errors import InputError
from bonescint.text.csvfile import typed_lines, typed_rows

ROWS = [["item", "note"], ["1", "山田, 花子"], ["", ""], ["2", "髙橋"]]
ENCODINGS = ["utf-8", "utf-8-sig", "cp932", "utf-16", "utf-16-le"]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "typed.csv"


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_table_is_one_however_it_was_saved(
    path: Path, encoding: str, delimiter: str, end: str
) -> None:
    lines = [delimiter.join(f'" {cell} "' for cell in row) for row in ROWS]
    path.write_bytes(end.join(lines).encode(encoding))
    assert typed_rows(path, ["note", "item"]) == [
        (2, {"item": "1", "note": "山田, 花子"}),
        (4, {"item": "2", "note": "髙橋"}),
    ]


def test_rows_are_numbered_as_a_spreadsheet_numbers_them(path: Path) -> None:
    path.write_text('\nitem,note\n1,"a\nb"\n\n2\n', encoding="utf-8")
    assert typed_rows(path, ["item"]) == [
        (3, {"item": "1", "note": "a\nb"}),
        (5, {"item": "2", "note": ""}),
    ]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "item, note"),
        (b"item\n1\n", "item, note"),
        (b"item,note,item\n1,2,3\n", "item, note"),
        (b'item,note\n1,a\n2,"b\n3,c\n', "row 3"),
        (b'item,note\n1,"a"b\n', "row 2"),
        (b"item,note\n1,\x81 \n", "encoding"),
        ("item,note\n1,山田\n".encode("iso2022_jp"), "encoding"),
        (b"item,note\n1,a\0b\n", "no table"),
        (b"<html><table>item,note", "web page"),
    ],
)
def test_faults_are_named_in_both_languages(path: Path, content: bytes, said: str) -> None:
    path.write_bytes(content)
    with pytest.raises(InputError) as mistake:
        typed_rows(path, ["item", "note"])
    (problem,) = mistake.value.problems
    japanese, _, english = problem.partition(" / ")
    assert said in english
    assert "typed.csv" in japanese
    assert "typed.csv" in english
    assert "山田" not in problem


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_lines(path: Path, encoding: str) -> None:
    path.write_bytes("山田 花子\r\n\r\n 髙橋\n".encode(encoding))
    assert typed_lines(path) == ["山田 花子", "髙橋"]


@pytest.mark.parametrize("content", [b"\x81 ", "山田".encode("iso2022_jp"), b"a\0b"])
def test_lines_that_are_no_text(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(InputError, match="UTF-8"):
        typed_lines(path)
