"""Public attributes that a relay did not know and wrote as UN (PS3.5 6.2.2) are what they are."""

import struct
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.uid import ExplicitVRBigEndian, ImplicitVRLittleEndian

from bonescint.deid.identifiers import known_identifiers
from bonescint.deid.ranges import Unusual, read_ranges
from bonescint.deid.refusal import Refused
from bonescint.deid.source import read_source
from bonescint.dicom.headers import Header, read_header
from bonescint.dicom.index import index_row
from tests.unit.deid.door import coded
from tests.unit.deid.encoded import (
    BIG,
    GOOD,
    PARTS,
    PIXELS,
    STATION,
    TRACERS,
    UNDEFINED,
    body_of,
    changed,
    element,
    implicit,
    item,
    meta,
    undefined,
)
from tests.unit.deid.samples import CODE, PATIENT_ID, as_file, plant, siemens
from tests.unit.deid.test_engine import read

DETECTORS = 0x00540022


def implicit_values(data: bytes) -> dict[int, bytes]:
    """Return the bytes of a data set's elements, without pixels, as implicit VR writes them."""
    level = read_ranges(data).level
    return {tag: bytes(raw.value) for tag, raw in level.items() if tag != PIXELS}


def relayed(source: bytes = GOOD) -> bytes:
    """Return a file in which every public element but the pixels is UN."""
    ds = dcmread(BytesIO(source))
    values = implicit_values(as_file(ds, ImplicitVRLittleEndian))
    return changed(*(element(t, "UN", v) for t, v in values.items() if not t >> 16 & 1))


def in_big_endian(values: dict[int, bytes]) -> bytes:
    """Return the same in a big-endian file: heads are turned round, unknown values are not."""
    heads = b"".join(
        struct.pack(">HH2sHI", tag >> 16, tag & 0xFFFF, b"UN", 0, len(value)) + value
        for tag, value in sorted(values.items()) if not tag >> 16 & 1
    )  # fmt: skip
    return meta(ExplicitVRBigEndian) + heads + body_of(BIG)[-(12 + 1024) :]


def test_every_attribute_as_un_gives_the_same_bytes():
    assert coded(relayed()).data == coded(GOOD).data
    assert coded(relayed(), "anterior+posterior").data == coded(GOOD, "anterior+posterior").data


def test_both_readers_see_the_same():
    def plain(level):
        # pydicom reads the character set at once
        return {tag: (raw.vr, bytes(raw.value), raw.little_endian) for tag, raw in level.items()
                if tag != 0x00080005}  # fmt: skip

    one, two = read_ranges(relayed()).level, read_source(relayed()).level
    assert plain(one) == plain(two)
    items = [plain(level) for level in one[DETECTORS].parse(one[DETECTORS].value)]
    assert items == [plain(level) for level in two[DETECTORS].parse(two[DETECTORS].value)]


@pytest.mark.parametrize("loose", [False, True])
def test_unknown_values_are_little_endian_in_a_big_endian_file(loose):
    source = undefined(siemens()) if loose else siemens()
    values = implicit_values(as_file(source, ImplicitVRLittleEndian))
    assert coded(in_big_endian(values)).data == coded(GOOD).data


@pytest.mark.parametrize("length", [None, UNDEFINED])
def test_items_of_undefined_length(length):
    values = implicit_values(as_file(undefined(siemens()), ImplicitVRLittleEndian))
    end = b"" if length is None else struct.pack("<HHI", 0xFFFE, 0xE0DD, 0)
    data = changed(*(element(t, "UN", values[t] + end, length)
                     for t in (TRACERS, DETECTORS)))  # fmt: skip
    assert coded(data).data == coded(GOOD).data


def test_items_that_keep_the_files_encoding():
    explicit = PARTS[DETECTORS][12:]
    assert coded(changed(element(DETECTORS, "UN", explicit))).data == coded(GOOD).data
    assert coded(changed(element(DETECTORS, "UN", b""))).facts["n_unusable"] == 0


def test_unknown_ones_inside_items():
    dose = element(0x00181074, "UN", b"740 ")
    code = item(implicit(0x00080100, b"C-163A8 ") + implicit(0x00080102, b"99SDM "))
    data = changed(element(TRACERS, "SQ", item(dose + element(0x00540300, "UN", code))))
    tracer = read(coded(data)).RadiopharmaceuticalInformationSequence[0]
    assert tracer.RadionuclideTotalDose == 740
    assert tracer.RadionuclideCodeSequence[0].CodeMeaning == "^99m^Technetium"


@pytest.mark.parametrize(
    ("tag", "value", "keyword", "written"),
    [
        (0x00101030, b"heavy ", "PatientWeight", None),
        (0x00101030, b"\x80\x01", "PatientWeight", None),
        (0x00280106, b"\1\0\0", "SmallestImagePixelValue", None),
        (0x00181300, b"fast", "ScanVelocity", ""),
        (0x00540020, b"\1\0\2", "DetectorVector", None),
    ],
)
def test_bytes_of_another_kind_are_counted(tag, value, keyword, written):
    done = coded(changed(element(tag, "UN", value)))
    assert done.facts["n_unusable"] == 1
    found = read(done).get(keyword)
    assert found == written or (written == "" and found is None)


@pytest.mark.parametrize("value", [b"SIEMENS ", b"\xfe\xff\x00\xe0\xff\0\0\0ab", b"\0" * 8])
def test_a_sequence_without_items_is_refused(value):
    with pytest.raises(Refused) as refusal:
        coded(changed(element(DETECTORS, "UN", value)))
    assert refusal.value.reason == "damaged"


@given(st.binary(max_size=64), st.sampled_from([DETECTORS, TRACERS, STATION, 0x00101030]))
def test_any_bytes_are_written_refused_or_counted(value, tag):
    try:
        done = coded(changed(element(tag, "UN", value + b"\0" * (len(value) % 2))))
    except Refused:
        return
    assert dcmread(BytesIO(done.data)).PatientID == CODE


def test_private_ones_stay_out():
    creator = element(0x00210010, "LO", b"PHOTO GE NMX")
    inner = item(implicit(0x00100020, PATIENT_ID.encode()))
    data = changed(creator, element(0x00211001, "UN", inner), element(0x00211002, "UN", b"Hanako"))
    done = coded(data)
    assert not [e.tag for e in read(done).iterall() if e.tag.is_private]
    assert done.facts["n_removed_private"] >= 3


def test_identifiers_are_known_however_they_are_stored():
    source = plant(siemens())
    plainly, unknown = (
        known_identifiers(read_source(data), {})
        for data in (as_file(source), relayed(as_file(source)))
    )
    assert set(plainly.texts) == set(unknown.texts)
    assert plainly.stored == unknown.stored
    for tag, text in ((0x00101001, b"KUROKAWA^RIN"), (0x00101000, b"77770815"),
                      (0x00321032, b"KUROKAWA")):  # fmt: skip
        data = changed(element(tag, "UN", text), element(STATION, "SH", text))
        with pytest.raises(Refused) as refusal:
            coded(data)
        assert refusal.value.reason == "residual-identifier"


@pytest.mark.parametrize("how", ["little", "big"])
def test_the_index_says_the_same(how, tmp_path):
    other = siemens()
    other.DetectorInformationSequence[1].ImageOrientationPatient = [-1, 0, 0, 0, 0, -1]
    other.OtherPatientIDs = "0099"
    rows = []
    unknown = (
        relayed(as_file(other)) if how == "little"
        else in_big_endian(implicit_values(as_file(other, ImplicitVRLittleEndian)))
    )  # fmt: skip
    for name, data in (("plain", as_file(other)), ("relayed", unknown)):
        path = tmp_path / name
        path.write_bytes(data)
        header = read_header(path)
        assert isinstance(header, Header)
        rows.append(index_row(header, "", 0))
    assert rows[0] == rows[1]
    assert rows[1]["patient_id"] == PATIENT_ID
    assert rows[1]["views"] == "anterior+posterior"
    assert rows[1]["other_patient_ids"] == "0099"


def test_unknown_pixels_are_no_surprise():
    data = changed(element(PIXELS, "UN", PARTS[PIXELS][12:]))
    try:
        assert coded(data).data == coded(GOOD).data
    except Unusual:
        pytest.fail("left to nobody")
