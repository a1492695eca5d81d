"""Leaks that reviewers found and that no other test notices."""

import dataclasses
import zlib
from hashlib import sha256
from io import BytesIO

import numpy as np
import pytest
from pydicom import Dataset, dcmread
from pydicom.data import get_testdata_file
from pydicom.encaps import encapsulate, generate_frames
from pydicom.sequence import Sequence
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
)

from bonescint.deid.batch import write_cases
from bonescint.deid.instance import Settings
from bonescint.deid.keep_private import load_kept
from bonescint.deid.policy import load_policies
from bonescint.deid.refusal import Refused
from bonescint.errors import InputError
from bonescint.names.ids import normalise
from tests.unit.deid.door import SETTINGS, TABLE, coded, refusal
from tests.unit.deid.encoded import changed, element
from tests.unit.deid.samples import CODE, as_file, ge, siemens


def refused(ds: Dataset | bytes, settings: Settings = SETTINGS) -> str:
    return refusal(ds, settings).reason


@pytest.mark.parametrize(
    ("tag", "vr", "value", "column"),
    [
        (0x00101030, "DS", b"0_0_1_2_3_4_5_6_7_8 ", "weight_kg"),
        (0x00101030, "DS", b"0" * 18 + b"12345678", "weight_kg"),
        (0x00101020, "DS", b"123456.7_8", "height_cm"),
        (0x00101020, "DS", b"1e308 ", "height_cm"),
        (0x00080020, "DA", b"19480317Z ", "study_date"),
        (0x00100040, "CS", b"YAMADA", "sex"),
    ],
)
def test_the_report_says_what_the_file_says(tag, vr, value, column):
    data = changed(element(tag, vr, value))
    assert coded(data).facts[column] == ""


@pytest.mark.parametrize("spelt", [b"2019.06.01", b"2019-06-01", b"20190601"])
def test_a_study_date_is_written_as_da_however_it_was_spelt(spelt):
    done = coded(changed(element(0x00080020, "DA", spelt)))
    assert done.facts["study_date"] == "2019-06-01"
    assert dcmread(BytesIO(done.data)).StudyDate == "20190601"


def test_a_birthday_that_is_still_to_come():
    source = siemens()
    source.StudyDate, source.PatientBirthDate = "20190601", "19480602"
    del source.PatientAge
    assert coded(source).facts["age"] == 70
    source.PatientBirthDate = "19480601"
    assert coded(source).facts["age"] == 71


def request(keyword: str, value: str) -> Dataset:
    source = siemens()
    item = Dataset()
    setattr(item, keyword, value)
    source.RequestAttributesSequence = Sequence([item])
    return source


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, ImplicitVRLittleEndian])
@pytest.mark.parametrize(
    ("keyword", "value", "station"),
    [
        ("AccessionNumber", "77665544", "NM 77665544"),
        ("RequestingPhysician", "Kobayashi^Ken", "KOBAYASHI NM"),
        ("RequestedProcedureID", "RP99887766", "RP99887766"),
    ],
)
def test_identifiers_of_nested_items_are_known(keyword, value, station, syntax):
    source = request(keyword, value)
    source.StationName = station
    assert refused(as_file(source, syntax)) == "residual-identifier"
    source.StationName = "NM-ROOM2"
    assert coded(as_file(source, syntax)).data


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        (0x00281050, b"1234\\5678 "),
        (0x00281050, b"1948\\3\\17"),
        (0x00181130, b"12345678.1"),
        (0x00181130, b"2019070112345678"),
    ],
)
def test_numbers_in_pieces_and_with_something_about_them(tag, text):
    assert refused(changed(element(tag, "DS", text))) == "residual-identifier"


def test_a_kept_stream_is_searched_for_what_the_header_says():
    source = dcmread(get_testdata_file("JPGExtended.dcm", download=False))
    frame = next(generate_frames(source.PixelData, number_of_frames=1))
    at = frame.rindex(b"\xff\xd9")
    name = str(source.PatientName).encode()
    assert len(name) > 5
    source.PixelData = encapsulate([frame[:at] + name + frame[at:]])
    settings = dataclasses.replace(SETTINGS, keep_secondary_capture=True)
    buffer = BytesIO()
    source.save_as(buffer)
    try:
        assert name not in coded(buffer.getvalue(), settings=settings).data
    except Refused as refusal:
        assert refusal.reason in ("residual-identifier", "pixels-undecodable", "pixel-length")


@pytest.mark.parametrize(
    "typed",
    ["1111\u00ad2222", "1111\u200b2222", "\ufeff11112222", "11112222^^^HOSP", "１１１１-２２２２"],
)
def test_invisible_characters_in_an_id(typed):
    assert normalise(typed) == "11112222"


def test_of_two_contents_both_wait_for_a_person_whatever_else_is_wrong_with_one(tmp_path):
    burned = siemens()
    burned.BurnedInAnnotation, burned.CountsAccumulated = "YES", "1"
    for name, ds in {"a": burned, "b": siemens()}.items():
        (tmp_path / name).write_bytes(as_file(ds))
    row = {"sop_instance_uid": "1", "views": "", "tracer": "MDP"}
    rows = [row | {"path": name} for name in "ab"]
    done = {
        w.row["path"]: w.refusal
        for w in write_cases([(CODE, rows)], tmp_path, tmp_path / "out", SETTINGS)
    }
    assert done["a"] and done["a"].reason == "conflict"
    assert done["b"] and done["b"].reason == "conflict"
    # a decision needs the source's hash
    for name in "ab":
        digest = sha256((tmp_path / name).read_bytes()).hexdigest()
        assert done[name].sha256 == digest


def test_a_deflated_bomb_with_an_unusual_header_is_not_inflated():
    data = as_file(siemens(), DeflatedExplicitVRLittleEndian)
    sop_class = b"\2\0\2\0UI"
    at = data.index(sop_class)
    length = 8 + int.from_bytes(data[at + 6 : at + 8], "little")
    head = data[:at] + data[at + length :]
    start = 132
    while head[start : start + 2] == b"\2\0":
        size = int.from_bytes(head[start + 6 : start + 8], "little")
        long = head[start + 4 : start + 6] == b"OB"
        start += 12 + int.from_bytes(head[start + 8 : start + 12], "little") if long else 8 + size
    deflate = zlib.compressobj(wbits=-15)
    zeros = deflate.compress(bytes(300 << 20)) + deflate.flush()
    assert refused(head[:start] + zeros) == "beyond-limits"


def test_signed_values_of_an_implicit_file():
    source = siemens()
    source.PixelRepresentation = 1
    source.add_new(0x00280106, "SS", -5)
    for syntax in (ExplicitVRLittleEndian, ImplicitVRLittleEndian):
        written = dcmread(BytesIO(coded(as_file(source, syntax)).data))
        assert written.SmallestImagePixelValue == -5, syntax
        assert written["SmallestImagePixelValue"].VR == "SS"


@pytest.mark.parametrize("vector", [[0, 1], [1, 1]])
def test_a_view_is_never_given_to_the_wrong_detector(vector):
    source = siemens()
    source.DetectorVector = vector
    result = dcmread(BytesIO(coded(source, "anterior+posterior").data))
    assert all("ViewCodeSequence" not in item for item in result.DetectorInformationSequence)


def test_one_detector_without_a_vector_shows_no_single_view():
    source = siemens()
    del source.DetectorVector
    source.DetectorInformationSequence = source.DetectorInformationSequence[:1]
    result = dcmread(BytesIO(coded(source, "anterior+posterior").data))
    assert "ViewCodeSequence" not in result.DetectorInformationSequence[0]


@pytest.mark.parametrize("tag", ["(0008,0005)", "(0012,0062)", "(0012,0064)"])
def test_character_set_and_stamps_are_not_in_the_tables_power(tmp_path, tag):
    path = tmp_path / "t.csv"
    path.write_text(f'tag,keyword,action\n"{tag}",x,remove\n', encoding="utf-8")
    with pytest.raises(InputError, match="2"):
        load_policies(path, "a", "b")


def test_values_as_some_devices_write_them():
    data = changed(element(0x00101010, "AS", b"71Y "), element(0x00181302, "IS", b"1900.0"),
                   element(0x00100040, "CS", b"f "))  # fmt: skip
    written = dcmread(BytesIO(coded(data).data))
    assert (written.PatientAge, written.ScanLength, written.PatientSex) == ("071Y", 1900, "F")


def test_letters_in_a_kept_private_array_are_no_numbers():
    entry = {"creator": "ACME", "group": "0011", "element": "10", "vr": "US", "vm": 64}
    entry |= {"decided_by": "technologist", "date": "2026-01-15", "reason": "scale"}
    policies = load_policies(TABLE, "STUDY", "SERIES", load_kept([entry]))
    settings = dataclasses.replace(SETTINGS, policies=policies)
    for text, kept in ((b"KOBAYASHI KEN TEL ", False), (b"\1\0\2\0", True)):
        source = ge()
        block = source.private_block(0x0011, "ACME", create=True)
        block.add_new(0x10, "US", list(np.frombuffer(text, "<u2").tolist()))
        written = coded(source, settings=settings).data
        assert (b"ACME" in written) == kept
        assert b"KOBAYASHI" not in written


def test_the_patients_name_in_the_bytes_of_a_kept_private_array_is_found():
    entry = {"creator": "ACME", "group": "0011", "element": "10", "vr": "US", "vm": 64}
    entry |= {"decided_by": "technologist", "date": "2026-01-15", "reason": "scale"}
    policies = load_policies(TABLE, "STUDY", "SERIES", load_kept([entry]))
    source = ge()
    block = source.private_block(0x0011, "ACME", create=True)
    block.add_new(0x10, "US", np.frombuffer("山田花子".encode("cp932"), "<u2").tolist())
    settings = dataclasses.replace(SETTINGS, policies=policies)
    assert refused(source, settings) == "residual-identifier"
