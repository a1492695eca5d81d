"""Whoever is in an image's header is also among its tokens, however the name or ID is written."""

import io
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from bonescint.custody.traces.content import _dicom_elements, search_content
from bonescint.custody.traces.terms import Person, Terms
from bonescint.custody.traces.text import Place
from bonescint.custody.traces.tokens import Tokens
from tests.unit.names.test_many import FAMILIES, GIVEN

CHARACTER_SETS = {
    "ISO_IR 192": "utf-8",
    "ISO_IR 13": "cp932",
    "ISO 2022 IR 87": "iso2022_jp",
    "ISO_IR 100": "latin-1",
}
_ELEMENTS = (0x00101001, "PN"), (0x00104000, "LT"), (0x00331001, "LO")
_SCRIPTS = range(3)  # romaji, kanji, kana
_SIGNS = " -_\u3000‐ー\u200b"
_codes = st.text("23456789ABCDEFGHJKLMNPQRSTUVWXYZ", min_size=5, max_size=5).map("BS-{}".format)
_ids = st.one_of(
    st.from_regex(r"0{0,4}[1-9][0-9]{2,9}", fullmatch=True),
    st.from_regex(r"(OLD|A|PB|Ø)-?[0-9]{3,8}[A-Z]?", fullmatch=True),
)


@st.composite
def _names(draw: Callable[[Any], Any]) -> str:
    family, given_ = draw(st.sampled_from(FAMILIES)), draw(st.sampled_from(GIVEN))
    groups = zip(family.split("="), given_.split("="), strict=True)
    return "=".join(f"{one}^{other}" for one, other in groups)


@st.composite
def _persons(draw: Callable[[Any], Any]) -> Person:
    return Person(draw(_codes), frozenset({draw(_ids)}), frozenset({draw(_names())}))


@st.composite
def _written(draw: Callable[[Any], Any], person: Person) -> str:
    """Return a person's code, ID or name as somebody may write it."""
    kind = draw(st.sampled_from(["code", "id", "name", "name"]))
    if kind == "name":
        group = next(iter(person.names)).split("=")[draw(st.sampled_from(_SCRIPTS))]
        parts = draw(st.permutations(group.split("^")))
        text = draw(st.sampled_from(["", " ", "^", ", ", "\u3000"])).join(parts)
        old, new = draw(st.sampled_from([("", ""), ("O", "OH"), ("SHI", "SI"), ("ョ", "ヨ")]))
        text = text.replace(old, new) if old else text
    else:
        text = str(person.code) if kind == "code" else next(iter(person.ids))
        if draw(st.booleans()):
            at = draw(st.integers(1, len(text) - 1))
            text = text[:at] + draw(st.sampled_from(_SIGNS)) + text[at:]
    form = draw(st.sampled_from([str, str.lower, str.title, _full_width]))
    return str(form(text))


def _full_width(text: str) -> str:
    return "".join(chr(ord(c) + 0xFEE0) if "!" <= c <= "~" else c for c in text)


def _image(values: list[bytes], character_set: str, explicit: bool, blob: bytes) -> bytes:
    """Return an image with these values in its elements."""
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian if explicit else ImplicitVRLittleEndian
    meta.MediaStorageSOPClassUID = meta.MediaStorageSOPInstanceUID = "1.2.3"
    stream = io.BytesIO()
    image = FileDataset(stream, {}, file_meta=meta, preamble=bytes(128))
    image.SpecificCharacterSet = character_set
    image.add_new(0x00330010, "LO", "MAKER")
    image.add_new(0x00331000, "OB", blob)
    # a name, a text, and what a maker keeps
    for (tag, vr), value in zip(_ELEMENTS, values, strict=False):
        image.add_new(tag, vr, value + b" " * (len(value) % 2))
    image.add_new(0x7FE00010, "OW", bytes(16))
    image.save_as(stream, enforce_file_format=True)
    return stream.getvalue()


# a text need not fit the declared character set
pytestmark = pytest.mark.filterwarnings("ignore::UserWarning")
_beside = st.text("AZaz09 .-,^様林アｱé", max_size=6)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whoever_is_in_a_header_is_among_its_tokens(data: st.DataObject) -> None:
    persons = data.draw(st.lists(_persons(), min_size=1, max_size=4))
    character_set, codec = data.draw(st.sampled_from(sorted(CHARACTER_SETS.items())))
    values = []
    for _ in range(data.draw(st.integers(1, 3))):
        written = data.draw(_written(data.draw(st.sampled_from(persons))))
        text = data.draw(_beside) + written + data.draw(_beside)
        values.append(text.encode(codec, "ignore"))
    blob = data.draw(st.binary(max_size=20).map(lambda one: one + b"\0" * (len(one) % 2)))
    image = _image(values, character_set, data.draw(st.booleans()), blob)
    for sought in (persons, *([one] for one in persons)):
        terms = Terms(sought)
        noted: list[Tokens] = []
        found = set(search_content(io.BytesIO(image), "", terms, note=noted.append))
        with suppress(IndexError):  # of pydicom, which cannot decode each value
            # each element is read, whatever the tokens say
            assert found == set(_dicom_elements(io.BytesIO(image), terms))
        if found:
            assert not terms.surely_not_among(noted[0])


@pytest.mark.parametrize(
    ("person", "written"),
    [
        ("12345678", "12345678"),
        ("12345678", "0012345678"),
        ("12345678", "123-45678"),
        ("12345678", "1 234 5678"),
        ("12345678", "１２３４５６７８"),
        ("1234", "001234"),
        ("OLD84065274", "old-8406-5274"),
        ("BS-7K3M2", "bs 7k3m2"),
        ("YAMADA^HANAKO=山田^花子=ヤマダ^ハナコ", "hanako yamada"),
        ("YAMADA^HANAKO=山田^花子=ヤマダ^ハナコ", "YamadaHanako"),
        ("YAMADA^HANAKO=山田^花子=ヤマダ^ハナコ", "山田　花子"),
        ("YAMADA^HANAKO=山田^花子=ヤマダ^ハナコ", "患者ﾔﾏﾀﾞﾊﾅｺ様"),
        ("OHNO^AI=大野^愛=オオノ^アイ", "Oono Ai"),
        ("MÜLLER^ANNA", "Müller, Anna"),
    ],
)
@pytest.mark.parametrize("character_set", sorted(CHARACTER_SETS))
def test_each_way_of_writing_is_among_the_tokens(
    person: str, written: str, character_set: str
) -> None:
    codec = CHARACTER_SETS[character_set]
    value = written.encode(codec, "ignore")
    if value.decode(codec) != written:
        return  # cannot be written in it
    is_code, is_name = person.startswith("BS-"), "^" in person
    code, ids = person if is_code else None, set() if is_code or is_name else {person}
    sought = Person(code, frozenset(ids), frozenset({person} if is_name else ()))
    for image in (_image([b"", value], character_set, explicit, b"") for explicit in (True, False)):
        noted: list[Tokens] = []
        assert list(search_content(io.BytesIO(image), "", Terms([sought]), note=noted.append))
        assert not Terms([sought]).surely_not_among(noted[0])


@pytest.mark.parametrize("person", [Person(None, frozenset({"OLD84065274"}), frozenset())])
def test_tokens_tell_who_is_surely_not_in_a_header(person: Person) -> None:
    noted: list[Tokens] = []
    image = io.BytesIO(_image([b"OLD-8406-5274"], "ISO_IR 192", True, b""))
    assert list(search_content(image, "", Terms([person]), note=noted.append))
    for other in ("84065275", "OLD84066274", "OLD74065274"):
        terms = Terms([Person("BS-22222", frozenset({other}), frozenset({"MORI^EMI=森^恵美"}))])
        assert terms.surely_not_among(noted[0])


def test_a_value_that_cannot_be_decoded_is_searched_as_bytes() -> None:
    # of a name with an empty part
    image = _image([b"\x1b$B;3ED\x1b(B^", b"84065274"], "ISO 2022 IR 87", True, b"")
    terms = Terms([Person(None, frozenset({"84065274"}), frozenset())])
    with pytest.raises(IndexError):
        list(_dicom_elements(io.BytesIO(image), terms))
    assert list(search_content(io.BytesIO(image), "", terms)) == [(Place("bytes"), "id")]
