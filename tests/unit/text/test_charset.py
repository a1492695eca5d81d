import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom.dataset import Dataset

from bonescint.dicom.elements import Elements
from bonescint.text.charset import decode

KANJI = "山田^春子"


def iso_2022(romaji: str, kanji: str) -> bytes:
    parts = b"^".join(part.encode("iso2022_jp") for part in kanji.split("^"))
    return romaji.encode() + b"=" + parts


@pytest.mark.parametrize(
    ("charset", "value", "text"),
    [
        (("", "ISO 2022 IR 87"), iso_2022("YAMADA^HARUKO", KANJI), f"YAMADA^HARUKO={KANJI}"),
        (
            ("ISO 2022 IR 6", "ISO 2022 IR 87"),
            iso_2022("YAMADA^HARUKO", KANJI),
            f"YAMADA^HARUKO={KANJI}",
        ),
        (
            ("ISO 2022 IR 13", "ISO 2022 IR 87"),
            "ﾔﾏﾀﾞ^ﾊﾙｺ=".encode("cp932") + b"\x1b$B;3ED\x1b(J^\x1b$B=U;R\x1b(J",
            f"ﾔﾏﾀﾞ^ﾊﾙｺ={KANJI}",
        ),
        (("ISO_IR 13",), "ﾔﾏﾀﾞ^ﾊﾙｺ".encode("cp932"), "ﾔﾏﾀﾞ^ﾊﾙｺ"),
        (("ISO_IR 13",), KANJI.encode("cp932"), KANJI),
        (("ISO_IR 192",), KANJI.encode(), KANJI),
        (("ISO_IR 192",), KANJI.encode("cp932"), KANJI),  # declared UTF-8, written Shift-JIS
        (("",), KANJI.encode("cp932"), KANJI),
        (("",), "髙橋①".encode("cp932"), "髙橋①"),
        (("",), KANJI.encode(), KANJI),
        (("",), iso_2022("", KANJI), f"={KANJI}"),
        (("", "ISO 2022 IR 159"), b"\x1b$(DA3\x1b(B", b"\x1b$(DA3".decode("iso2022_jp_ext")),
        (("ISO_IR 100",), "Müller^Jörg".encode("latin-1"), "Müller^Jörg"),
        (("GB18030",), "王^小东".encode("gb18030"), "王^小东"),
        (("no such charset",), KANJI.encode("cp932"), KANJI),
    ],
)
def test_names_in_every_charset(charset: tuple[str, ...], value: bytes, text: str) -> None:
    assert decode(value, charset) == text


@given(
    st.binary(),
    st.sampled_from(["", "ISO 2022 IR 87", "ISO_IR 13", "ISO_IR 192", "ISO_IR 100", "GB18030"]),
)
def test_no_bytes_raise(value: bytes, charset: str) -> None:
    assert isinstance(decode(value, (charset,)), str)


# every kanji of JIS X 0208 level 1: some hold the bytes of = ^ and \
LEVEL_1 = [
    bytes([0x1B, 0x24, 0x42, row, cell]).decode("iso2022_jp_ext", "ignore")
    for row in range(0x30, 0x50)
    for cell in range(0x21, 0x7F)
]


@given(st.lists(st.sampled_from([c for c in LEVEL_1 if c]), min_size=1).map("".join))
def test_every_kanji_survives(name: str) -> None:
    assert decode(name.encode("iso2022_jp"), ("", "ISO 2022 IR 87")) == name


def test_items_inherit_or_declare_their_charset() -> None:
    inner = Dataset()
    inner.PatientName = KANJI
    outer = Dataset()
    outer.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
    outer.ReferencedPatientSequence = [inner]
    assert Elements(outer).items(0x00081120)[0].charset == ("", "ISO 2022 IR 87")
    inner.SpecificCharacterSet = "ISO_IR 192"
    assert Elements(outer).items(0x00081120)[0].charset == ("ISO_IR 192",)
    assert Elements(outer).items(0x00081120)[0].text(0x00100010) == KANJI


@pytest.mark.parametrize("copies", [1, 40])  # a short value is decoded once, a long one each time
def test_long_and_short_values_are_decoded_alike(copies: int) -> None:
    for charset in (("ISO_IR 192",), ("",), ("ISO 2022 IR 6", "ISO 2022 IR 87")):
        kind = "iso2022_jp" if len(charset) == 2 else "utf-8"
        value = "山田 花子 ".encode(kind) * copies
        assert decode(value, charset) == "山田 花子 " * copies
