"""How a file is really encoded, and what is said of one that is damaged: the same at both doors."""

import struct
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGLosslessSV1,
)

from bonescint.deid.folder import deidentify_folder
from bonescint.deid.refusal import Refused
from bonescint.deid.source import read_source
from bonescint.dicom.headers import Unreadable, read_header
from bonescint.dicom.index import index_row
from bonescint.dicom.quiet import quiet_pydicom
from bonescint.files import read_rows
from bonescint.resources import Texts
from tests.unit.deid.door import SETTINGS, coded
from tests.unit.deid.encoded import (
    BIG,
    BODY,
    GOOD,
    IMPLICIT,
    ITEM_END,
    SEQUENCE_END,
    body_of,
    changed,
    deflated,
    element,
    implicit,
    meta,
    undefined,
)
from tests.unit.deid.samples import as_file, siemens

BODIES = {"explicit": BODY, "implicit": body_of(IMPLICIT), "big": body_of(BIG)}
SYNTAXES = {
    "explicit": ExplicitVRLittleEndian,
    "implicit": ImplicitVRLittleEndian,
    "big": ExplicitVRBigEndian,
}
SECOND = {
    "explicit": element(0x00020010, "UI", b"1.2.840.10008.1.2\0"),
    "implicit": implicit(0x00020010, b"1.2.840.10008.1.2\0"),
    "with a name": element(0x00020010, "UI", b"1.2.840.10008.1.2.1\0")
    + element(0x00020016, "AE", b"YAMADA"),
    "compressed": element(0x00020010, "UI", JPEGLosslessSV1.encode()),
}


def both(path: Path, data: bytes) -> tuple[tuple[str, str], tuple[str, str]]:
    """Return reason and detail of the index and of the de-identification."""
    path.write_bytes(data)
    header = read_header(path)
    index = ("", "")
    if isinstance(header, Unreadable):
        index = (header.reason.replace("_", "-"), header.detail)
    else:
        assert index_row(header, "a", 1)["patient_id"]
    with quiet_pydicom():
        try:
            coded(data)
        except Refused as refusal:
            for language in ("ja", "en"):
                assert Texts("deid", language)(f"reason.{refusal.reason}")
            return index, (refusal.reason, refusal.detail)
    return index, ("", "")


@pytest.mark.parametrize("really", BODIES)
@pytest.mark.parametrize("declared", [*SYNTAXES, "deflated", ""])
def test_a_misdeclared_encoding_is_read_as_it_is(tmp_path: Path, declared: str, really: str):
    syntax = SYNTAXES.get(declared, DeflatedExplicitVRLittleEndian if declared else "")
    data = meta(syntax) + BODIES[really]
    if declared == "deflated" and really == "implicit":
        assert [reason for reason, _ in both(tmp_path / "a", data)] == ["damaged", "damaged"]
        return
    assert both(tmp_path / "a", data) == (("", ""), ("", ""))
    if declared != "deflated":
        assert read_source(data).transfer_syntax == SYNTAXES[really]


@pytest.mark.parametrize("second", SECOND)
@pytest.mark.parametrize("really", ["explicit", "implicit"])
def test_a_second_file_meta_in_the_data_set(tmp_path: Path, really: str, second: str):
    for declared in ("explicit", "implicit"):
        data = meta(SYNTAXES[declared]) + SECOND[second] + BODIES[really]
        assert both(tmp_path / "a", data) == (("", ""), ("", ""))
        source = read_source(data)
        assert source.transfer_syntax == SYNTAXES[really]
        assert not [tag for tag in source.level if tag >> 16 == 2]
    packed = meta(DeflatedExplicitVRLittleEndian) + deflated(SECOND[second] + BODY)
    assert both(tmp_path / "a", packed) == (("", ""), ("", ""))


def test_two_compressed_syntaxes_cannot_be_told_apart(tmp_path: Path):
    fragments = struct.pack("<HHI", 0xFFFE, 0xE000, 0) + SEQUENCE_END
    body = changed(element(0x7FE00010, "OB", fragments, 0xFFFFFFFF))[len(meta()) :]
    second = element(0x00020010, "UI", JPEGLosslessSV1.encode())
    assert both(tmp_path / "a", meta(JPEG2000Lossless) + second + body) == (
        ("", ""),
        ("two-syntaxes", "(0002,0010)"),
    )
    # one compressed syntax is that of fragments
    source = read_source(meta() + second + body)
    assert source.transfer_syntax == JPEGLosslessSV1


def test_no_sop_class_is_said(tmp_path: Path):
    index, deid = both(tmp_path / "a", changed(without=(0x00080016,)))
    assert index == ("", "")
    assert deid == ("required-attribute", "(0008,0016)")


LOOSE = {
    "explicit": as_file(undefined(siemens())),
    "implicit": as_file(undefined(siemens()), ImplicitVRLittleEndian),
    "big": as_file(undefined(siemens()), ExplicitVRBigEndian),
}


def _delimiters(data: bytes) -> Iterator[int]:
    for mark in (
        ITEM_END,
        SEQUENCE_END,
        b"\xff\xfe\xe0\x0d",
        b"\xff\xfe\xe0\xdd",
    ):
        at = data.find(mark)
        while at >= 0:
            yield at
            at = data.find(mark, at + 1)


@pytest.mark.parametrize("name", LOOSE)
def test_a_whole_file_with_damaged_delimiters_was_not_cut(tmp_path: Path, name: str):
    data = LOOSE[name]
    places = sorted(set(_delimiters(data)))
    assert len(places) > 8
    for at in places:
        for put in (b"\0" * 8, b"\xfe\xff\0\xe0", b"ABCD"):
            (index, where), (deid, detail) = both(
                tmp_path / "a", data[:at] + put + data[at + len(put) :]
            )
            assert (index, deid) == ("damaged", "damaged"), (at, put, where, detail)
            # an attribute that holds sequences, by its tag
            assert detail.startswith("(0054,0")
            assert where == detail


@pytest.mark.parametrize("length", [3, 90, 5000])
@pytest.mark.parametrize("tag", [0x00540016, 0x00540022, 0x00100010])
def test_a_wrong_length_in_a_whole_file_is_damage(tmp_path: Path, tag: int, length: int):
    mark = struct.pack("<HH", tag >> 16, tag & 0xFFFF)
    at = GOOD.index(mark, 300)
    size = ("<I", at + 8) if GOOD[at + 4 : at + 6] == b"SQ" else ("<H", at + 6)
    broken = bytearray(GOOD)
    struct.pack_into(size[0], broken, size[1], length)
    (index, _), (deid, _) = both(tmp_path / "a", bytes(broken))
    assert "truncated" not in (index, deid)
    assert deid


def test_a_cut_file_is_still_truncated(tmp_path: Path):
    for data in (GOOD, IMPLICIT, *LOOSE.values()):
        for end in range(400, len(data) - 4100, 211):
            (index, _), (deid, _) = both(tmp_path / "a", data[:end])
            # between two elements nothing says what followed
            assert index in ("truncated", ""), end
            assert deid in ("truncated", "no-pixel-data"), end


CHARSETS = {
    b"ISO_IR 192\0": "",
    b"ISO_IR 192\0\0\0": "",
    b"\0ISO_IR 192": "",
    b"ISO 2022 IR 6\0\\ISO 2022 IR 87": "",
    b"\0" * 10: "",
    b"ISO_IR\0" + b"192": "character-set",
    b"ISO_IR 100\0\0JUNK": "character-set",
    b"ISO 2022 IR 6\\ISO\0IR 87": "character-set",
}


@pytest.mark.parametrize(("value", "expected"), CHARSETS.items())
@pytest.mark.parametrize("loose", [False, True])
def test_nul_in_the_character_set(tmp_path: Path, value: bytes, expected: str, loose: bool):
    value += b" " * (len(value) % 2)
    # without a transfer syntax it is read by the other reader
    data = changed(element(0x00080005, "CS", value), head=meta("") if loose else b"")
    detail = "(0008,0005)" if expected else ""
    assert both(tmp_path / "a", data) == (("", ""), (expected, detail))


@pytest.mark.parametrize(
    ("tag", "vr", "value"),
    [
        (0x00080060, "CS", b"NM\0\0"),
        (0x00081010, "SH", b"NM-ROOM2\0\0"),
        (0x00280008, "IS", b"2\0"),
        (0x00280004, "CS", b"MONOCHROME2\0"),
        (0x00080016, "UI", b"1.2.840.10008.5.1.4.1.1.20\0\0"),
    ],
)
def test_nul_behind_other_short_strings(tmp_path: Path, tag: int, vr: str, value: bytes):
    assert both(tmp_path / "a", changed(element(tag, vr, value))) == (("", ""), ("", ""))


def test_the_report_says_why_in_detail_and_quotes_nothing(tmp_path: Path):
    files = {
        "class": changed(element(0x00080018, "UI", b"1.2.3\0"), without=(0x00080016,)),
        "cut": GOOD[:-500],
        "damaged": LOOSE["explicit"].replace(ITEM_END, b"YAMADA\0\0", 1),
        "charset": changed(
            element(0x00080005, "CS", b"ISO_IR\x00192 "), element(0x00080018, "UI", b"1.2.4\0")
        ),
        "good": GOOD,
        "text": b"YAMADA",
    }
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    out = tmp_path.parent / f"{tmp_path.name}-out"
    deidentify_folder(
        source=tmp_path, destination=out, settings=SETTINGS, codes=None, declined=frozenset(),
        jobs=1, language="en", progress=lambda *_: None,
    )  # fmt: skip
    found = {row["source"]: (row["reason"], row["detail"]) for row in read_rows(out / "report.csv")}
    assert found == {
        "class": ("required-attribute", "(0008,0016)"),
        "cut": ("truncated", "500 bytes of the pixels are missing"),
        "damaged": ("damaged", found["damaged"][1]),
        "charset": ("character-set", "(0008,0005)"),
        "good": ("", ""),
        "text": ("not-dicom", "no DICM prefix"),
    }
    assert found["damaged"][1].startswith("(0054,0")
    for secret in ("YAMADA", "4159", "12345678"):
        assert secret not in (out / "report.csv").read_text(encoding="utf-8-sig")
