"""Random data sets with identifiers at random places, in every transfer syntax."""

import csv
import struct
from io import BytesIO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.datadict import DicomDictionary
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from bonescint.deid.refusal import Refused
from bonescint.resources import RESOURCES
from tests.unit.deid.door import coded
from tests.unit.deid.encoded import BODY, LONG, PARTS, PIXELS, STATION, Tree, encode, parse
from tests.unit.deid.samples import CODE, ENCODINGS, counts

# texts that the header gives about the patient, and one that it does not give
NAME, KANJI, PATIENT_ID = "Quxley", "鵜飼^琉璃子", "0098712345"
UNKNOWN = "Zyxwvut"
BASE = parse(BODY)
BASE[0x00080005] = "CS", b"ISO_IR 192"
BASE[0x00100010] = "PN", f"{NAME}^Wendoline={KANJI}".encode()
BASE[0x00100020] = "LO", PATIENT_ID.encode()

with (RESOURCES / "nm_attributes.csv").open(encoding="utf-8", newline="") as _stream:
    ALLOWED = {
        tuple(int(step[1:5] + step[6:10], 16) for step in row["path"].split("/")): row["vr"]
        for row in csv.DictReader(_stream)
        if row["decision"] != "remove"
    }
# how the file is read and whether its image is whole depends on these; others test them
_FRAME = {tag for tag in PARTS if tag >> 16 == 0x0028} | {
    0x00080005, 0x00080008, 0x00080016, 0x00080018, 0x00080060, 0x0020000D, 0x0020000E,
    0x00100010, 0x00100020, 0x00200052, 0x00280301, 0x00282110, PIXELS,
}  # fmt: skip
_VRS = {
    tag: entry[0].split(" or ")[-1]
    for tag, entry in DicomDictionary.items()
    if tag >> 16 > 2 and tag not in _FRAME and tag >> 16 != 0xFFFE and " " not in entry[0][:2]
}
_VRS = {tag: "US" if vr == "SS" else vr for tag, vr in _VRS.items() if len(vr) == 2 and vr != "NO"}
_LISTED = sorted({path[-1] for path in ALLOWED} & _VRS.keys())
_SEQUENCES = sorted({path[0] for path in ALLOWED if len(path) > 1} & _VRS.keys())
_SIZES = {"AT": 4, "FD": 8, "FL": 4, "OD": 8, "OF": 4, "OL": 4, "OV": 8, "OW": 2, "SL": 4,
          "SS": 2, "SV": 8, "UL": 4, "US": 2, "UV": 8}  # fmt: skip

identifiers = st.sampled_from(
    [
        NAME,
        NAME.upper(),
        KANJI,
        "琉璃子 鵜飼",
        *KANJI.split("^"),
        PATIENT_ID,
        PATIENT_ID.lstrip("0"),
        UNKNOWN,
    ]
)
texts = st.builds(
    lambda before, text, after: before + text + after,
    st.sampled_from(["", "x ", "Dr."]), identifiers, st.sampled_from(["", " y", "様"]),
)  # fmt: skip


@st.composite
def values(draw, tag: int, vr: str, depth: int):
    if vr == "SQ":
        items = st.lists(trees(depth - 1), max_size=2) if depth else st.just([])
        return draw(items)
    if vr in ("IS", "DS"):
        return draw(st.sampled_from([PATIENT_ID, "1", "2.5", "-3", "1\\2"])).encode()
    if vr in ("DA", "DT", "TM", "AS"):
        return draw(st.sampled_from(["19480317", "20190701", "101500", "071Y"])).encode()
    if vr == "UI":
        return draw(st.sampled_from([b"1.2.840.10008.1.2.1", b"1.2.3.0098712345"]))
    text = draw(texts)
    if tag == STATION or vr in _SIZES:
        # kept text is searched only for what the header says of the patient
        text = text.replace(UNKNOWN, "")
    encoded = text.encode(draw(st.sampled_from(ENCODINGS)), "ignore")
    size = _SIZES.get(vr, 1)
    return encoded + bytes(-len(encoded) % size)


@st.composite
def elements(draw, depth: int):
    tag = draw(
        st.one_of(
            st.sampled_from(_LISTED),
            st.sampled_from(_SEQUENCES),
            st.sampled_from(sorted(_VRS)),
            st.builds(
                lambda group, element: group << 16 | element,
                st.integers(4, 0x7F0).map(lambda n: 2 * n + 1),
                st.sampled_from([0x10, 0x11, 0x1001, 0x1002, 0x1101]),
            ),
        )
    )
    # without a VR a private element does not show that it holds a name, so none is PN
    vr = _VRS.get(tag) or draw(st.sampled_from(["LO", "SQ", "OB", "UN", "US", "UT"]))
    return tag, (vr, draw(values(tag, vr, depth)))


def trees(depth: int) -> st.SearchStrategy[Tree]:
    return st.lists(elements(depth), max_size=4).map(dict)


ENCODED = [
    (ExplicitVRLittleEndian, False), (ExplicitVRLittleEndian, True),
    (ImplicitVRLittleEndian, False), (ImplicitVRLittleEndian, True),
    (ExplicitVRBigEndian, False), (ExplicitVRBigEndian, True),
    (DeflatedExplicitVRLittleEndian, False),
]  # fmt: skip


REASONS = {"residual-identifier", "required-attribute", "damaged", "unreadable-value"}


def outcome(tree: Tree, syntax: str, undefined: bool) -> bytes | str:
    try:
        return coded(encode(tree, syntax, undefined)).data
    except Refused as refusal:
        # "damaged": a name or an ID that is no text, as one in UTF-16; "unreadable-value":
        # a study date in digits that are no day
        assert refusal.reason in REASONS
        return refusal.reason


def walk(body: bytes, path: tuple[int, ...] = ()) -> list[tuple[int, ...]]:
    """Return the places of all elements, having checked their order and lengths."""
    places, at, last = [], 0, -1
    while at < len(body):
        group, element, vr, length = struct.unpack_from("<HH2sH", body, at)
        tag, at = group << 16 | element, at + 8
        if vr.decode() in LONG:
            (length,) = struct.unpack_from("<I", body, at)
            at += 4
        assert tag > last
        assert length % 2 == 0
        places.append((*path, tag))
        if vr == b"SQ":
            end = at + length
            inner = at
            while inner < end:
                mark, size = struct.unpack_from("<II", body, inner)
                assert mark == 0xE000FFFE
                places += walk(body[inner + 8 : inner + 8 + size], (*path, tag))
                inner += 8 + size
            assert inner == end
        at, last = at + length, tag
    assert at == len(body)
    return places


@settings(max_examples=90, deadline=None, suppress_health_check=list(HealthCheck))
@given(extra=trees(3))
def test_no_identifier_survives_and_every_encoding_gives_the_same(extra):
    tree = {**BASE, **extra}
    results = [outcome(tree, *how) for how in ENCODED]
    assert [result == results[0] for result in results] == [True] * len(results)
    written = results[0]
    if isinstance(written, str):
        return
    head = written[: -counts().nbytes].lower()
    secrets = [NAME, "wendoline", *KANJI.split("^"), PATIENT_ID.lstrip("0"), UNKNOWN]
    for text in secrets:
        found = [e for e in ENCODINGS if text.lower().encode(e) in head]
        assert found == [], text
    read = dcmread(BytesIO(written))
    assert read.PixelData == counts().tobytes()
    assert read.PatientName == read.PatientID == CODE
    start = 144 + int.from_bytes(written[140:144], "little")
    stamps = {(0x00120064, tag) for tag in (0x00080100, 0x00080102, 0x00080104)}
    codes = {0x00080100, 0x00080102, 0x00080104}
    for place in walk(written[start:]):
        listed = place in ALLOWED or place in stamps
        # the items of a listed code are its three attributes
        assert listed or (place[-1] in codes and place[:-1] in ALLOWED), place


@pytest.mark.parametrize(("syntax", "undefined"), ENCODED)
def test_the_generator_writes_what_the_library_reads(syntax, undefined):
    tree = {**BASE, 0x00101001: ("PN", b"A^B "), 0x00091001: ("LO", b"private ")}
    read = dcmread(BytesIO(encode(tree, syntax, undefined)))
    assert read.OtherPatientNames == "A^B"
    assert read.PatientName == f"{NAME}^Wendoline={KANJI}"
    assert list(read.DetectorVector) == [1, 2]
    assert read.DetectorInformationSequence[1].CollimatorType == "PARA"
    assert (read.pixel_array == counts()).all()
