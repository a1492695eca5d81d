"""Which encoding bytes are text in, and that no encoding of a Japanese hospital is forgotten."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bonescint.text.encodings import JAPANESE, decoded, file_encoding, fitting, readings

TEXT = "患者ID,氏名\n1,髙橋 花子\n"


def file_text(data: bytes, encoding: str | None = None) -> str | None:
    found = file_encoding(data, encoding)
    return "".join(decoded(data, found)).removeprefix("\ufeff") if found else None


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "cp932", "utf-16", "utf-16-le", "utf-16-be"]
)
def test_a_file_says_what_was_written(encoding: str) -> None:
    assert file_text(TEXT.encode(encoding)) == TEXT


def test_a_named_encoding_is_taken_at_its_word_unless_a_mark_tells_another() -> None:
    euc = "患者ID\n骨シンチ\n"
    assert file_text(euc.encode("euc_jp"), "euc_jp") == euc
    assert file_text(TEXT.encode("utf-8-sig"), "cp932") == TEXT
    assert file_text(TEXT.encode("cp932"), "utf-8") is None
    assert file_text(b"a", "no such\0codec") is None


def test_bytes_that_are_surely_no_text_have_no_encoding() -> None:
    assert file_text(b"\xff\x80\x81 \xfd") is None


@pytest.mark.parametrize("text", ["虚像翠子", "シンチ"])
@pytest.mark.parametrize("encoding", [*JAPANESE, "iso2022_jp", "utf-16-le", "utf-16-be"])
def test_a_value_is_read_in_every_encoding(text: str, encoding: str) -> None:
    for before in (b"", b"\0"):  # a text of two bytes a character may begin at either
        assert any(text in said for said in readings(before + text.encode(encoding)))


@given(st.binary(max_size=24))
def test_any_bytes_are_read(data: bytes) -> None:
    assert all(isinstance(said, str) for said in readings(data))
    assert all(isinstance(data.decode(encoding), str) for encoding in fitting(data))
