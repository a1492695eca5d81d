"""Rectangles that a person wants black: what changes in a coded file, and what does not."""

import dataclasses
from hashlib import sha256
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import Dataset, dcmread

from bonescint.deid import instance
from bonescint.deid.instance import Coded, Settings
from bonescint.deid.pixels import prepare
from bonescint.deid.policy import load_policies
from bonescint.deid.ranges import read_ranges
from bonescint.deid.rectangles import (
    Rectangle,
    Rectangles,
    parse_rectangles,
    redacted_digest,
    spelled,
)
from bonescint.deid.redaction import redacted
from bonescint.deid.refusal import Refused
from bonescint.resources import Texts
from tests.unit.deid.door import SETTINGS, TABLE, coded, refusal
from tests.unit.deid.encoded import around
from tests.unit.deid.samples import as_file, ge, siemens
from tests.unit.deid.test_burned_in import FONTS, stencil
from tests.unit.deid.test_engine import errors_of

numbers = st.integers(0, 999_999)
rectangles = st.builds(
    Rectangle, numbers.map(lambda n: max(n, 1)), numbers, numbers,
    numbers.map(lambda n: max(n, 1)), numbers.map(lambda n: max(n, 1)),
)  # fmt: skip


def redacting(data: bytes, text: str, *releases: str) -> Settings:
    wanted = {sha256(data).hexdigest(): parse_rectangles(text)}
    return dataclasses.replace(SETTINGS, redactions=wanted, releases=frozenset(releases))


def code(data: bytes, settings: Settings) -> tuple[Coded, Dataset]:
    done = coded(data, settings=settings)
    return done, dcmread(BytesIO(done.data))


def with_text() -> Dataset:
    """Return an instance of two frames in the first of which a name is drawn."""
    ds = siemens()
    ds.Rows, ds.Columns = 128, 256
    image = np.random.default_rng(1).poisson(3, (2, 128, 256)).astype("<u2")
    image[0][stencil((128, 256), "YAMADA HANAKO", FONTS[0], 16, (20, 30)) > 0] = 255
    ds.PixelData, ds.LargestImagePixelValue = image.tobytes(), 255
    return ds


AROUND_TEXT = "1:20,15,200,30"


@given(st.lists(rectangles, min_size=1, max_size=20))
def test_rectangles_are_read_as_they_are_spelled(found: list[Rectangle]) -> None:
    assert parse_rectangles(spelled(found)) == tuple(sorted(set(found)))
    assert parse_rectangles(" ; ".join(spelled([one]) for one in found[::-1])) == tuple(
        sorted(set(found))
    )


@given(st.one_of(st.text(), st.text(alphabet="0123456789:,;- ")))
def test_any_text_is_rectangles_or_an_error(text: str) -> None:
    try:
        found = parse_rectangles(text)
    except ValueError:
        return
    assert parse_rectangles(spelled(found)) == found
    assert all(min(one.frame, one.width, one.height) >= 1 for one in found)


@pytest.mark.parametrize(
    "text",
    ["", ";", "1:1,1,1", "1:1,1,1,1;", "0:1,1,1,1", "1:1,1,0,1", "1:1,1,1,0", "1:-1,1,1,1",
     "1:1.5,1,1,1", "１:1,1,1,1", "1:1,1,1,9999999", "1,1,1,1", "1:1,1,1,1,1",
     ";".join(f"{n}:0,0,1,1" for n in range(1, 1002))],
)  # fmt: skip
def test_what_is_no_list_of_rectangles_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="malformed"):
        parse_rectangles(text)


def test_a_redacted_image_differs_inside_the_rectangles_alone(tmp_path) -> None:
    source = with_text()
    data = as_file(source)
    assert refusal(data, SETTINGS).reason == "burned-in-suspected"
    coded, result = code(data, redacting(data, AROUND_TEXT))
    before, after = source.pixel_array, result.pixel_array
    assert not after[0, 15:45, 20:220].any()
    assert np.array_equal(after[1], before[1])
    rest = np.ones(before.shape, bool)
    rest[0, 15:45, 20:220] = False
    assert np.array_equal(after[rest], before[rest])
    assert (result.BurnedInAnnotation, result.ImageType[0]) == ("NO", "DERIVED")
    assert list(result.ImageType)[1:] == list(source.ImageType)[1:]
    assert result.LargestImagePixelValue == after.max() < 255
    options = {item.CodeValue: item.CodeMeaning for item in result[0x00120064].value}
    assert options["113101"] == "Clean Pixel Data Option"
    assert len(options) == len(code(as_file(siemens()), SETTINGS)[1][0x00120064].value) + 1
    assert errors_of(coded.data, tmp_path) <= errors_of(data, tmp_path)


def test_nothing_else_of_the_file_changes() -> None:
    data = as_file(with_text())
    _, plain = code(data, dataclasses.replace(SETTINGS, releases={sha256(data).hexdigest()}))
    _, result = code(data, redacting(data, AROUND_TEXT))
    changed = {e.keyword for e in result if e.tag not in plain or e != plain[e.tag]}
    assert changed == {
        "ImageType", "SOPInstanceUID", "DeidentificationMethodCodeSequence",
        "LargestImagePixelValue", "BurnedInAnnotation", "PixelData",
    }  # fmt: skip
    assert not [e.tag for e in plain if e.tag not in result]


def test_the_same_rectangles_give_the_same_file_and_others_another_uid() -> None:
    data = as_file(with_text())
    one, result = code(data, redacting(data, AROUND_TEXT))
    again, _ = code(data, redacting(data, f"{AROUND_TEXT} ;{AROUND_TEXT}"))
    assert one.data == again.data
    _, other = code(data, redacting(data, f"{AROUND_TEXT};2:0,0,1,1"))
    _, plain = code(as_file(siemens()), SETTINGS)
    uids = {ds.SOPInstanceUID for ds in (result, other, plain)}
    assert len(uids) == 3
    assert result.file_meta.MediaStorageSOPInstanceUID == result.SOPInstanceUID
    assert result.SOPInstanceUID.startswith("2.25.")


def test_rectangles_hold_for_the_content_they_were_drawn_on() -> None:
    source = siemens()
    settings = redacting(as_file(source), "1:0,0,1,1")
    source.CountsAccumulated = "4711"
    _, result = code(as_file(source), settings)
    assert result.ImageType[0] == "ORIGINAL"
    assert result.PixelData == source.PixelData


def test_text_outside_the_rectangles_waits_for_a_person_again() -> None:
    data = as_file(with_text())
    beside = "2:0,0,9,9"
    digest = redacted_digest(sha256(data).hexdigest(), parse_rectangles(beside))
    refused = refusal(data, redacting(data, beside))
    assert (refused.reason, refused.sha256) == ("redacted-suspected", digest)
    # an earlier decision about the picture does not count
    assert refusal(data, redacting(data, beside, sha256(data).hexdigest())).sha256 == digest
    _, result = code(data, redacting(data, beside, digest))
    assert result.BurnedInAnnotation == "NO"
    # other rectangles do not change it either
    assert refusal(data, redacting(data, "2:0,0,9,8", digest)).reason == "redacted-suspected"


def test_what_the_header_said_of_text_is_settled_by_rectangles() -> None:
    source = siemens()
    source.BurnedInAnnotation = "YES"
    data = as_file(source)
    assert refusal(data, SETTINGS).reason == "burned-in-suspected"
    _, result = code(data, redacting(data, "1:0,0,8,2"))
    assert result.BurnedInAnnotation == "NO"


@pytest.mark.parametrize(
    "text", ["3:0,0,1,1", "1:8,0,1,1", "1:0,32,1,1", "2:7,0,2,1", "1:0,31,1,2"]
)
def test_rectangles_outside_the_image_are_refused(text: str) -> None:
    data = as_file(siemens())
    refused = refusal(data, redacting(data, text))
    assert (refused.reason, refused.sha256) == ("rectangles-outside", "")
    assert refused.detail == f"{text} in 2 frames of 8 x 32"
    for language in ("ja", "en"):
        assert Texts("deid", language)("reason.rectangles-outside")
        assert Texts("deid", language)("reason.redacted-suspected")


@pytest.mark.parametrize("name", ["JPEG2000.dcm", "MR_small_RLE.dcm"])
def test_a_compressed_image_is_redacted_as_decoded(name: str) -> None:
    ds, picture = around(name)
    data = as_file(ds, picture.file_meta.TransferSyntaxUID)
    _, result = code(data, redacting(data, "1:3,2,5,4"))
    expected = picture.pixel_array.copy()
    expected[2:6, 3:8] = 0
    assert np.array_equal(result.pixel_array, expected)
    if "SmallestImagePixelValue" in result:
        assert result.SmallestImagePixelValue == expected.min()


def test_monochrome1_gets_0_as_well() -> None:
    source = siemens()
    source.PhotometricInterpretation = "MONOCHROME1"
    data = as_file(source)
    _, result = code(data, redacting(data, "2:1,1,3,3"))
    assert not result.pixel_array[1, 1:4, 1:4].any()
    assert result.PhotometricInterpretation == "MONOCHROME1"


def test_the_hospitals_table_still_removes_what_it_removes(tmp_path) -> None:
    table = tmp_path / "table.csv"
    rows = TABLE.read_text(encoding="utf-8-sig")
    table.write_text(rows + '"(0028,0301)",BurnedInAnnotation,,remove,\n', encoding="utf-8")
    policies = load_policies(table, "STUDY", "SERIES")
    data = as_file(ge())
    coded, result = code(data, dataclasses.replace(redacting(data, "1:0,0,1,1"), policies=policies))
    assert "BurnedInAnnotation" not in result
    assert coded.table["(0028,0301)"] in ("absent", "removed")
    assert result.ImageType[0] == "DERIVED"


def test_what_does_not_say_its_type_is_derived_and_secondary() -> None:
    source = siemens()
    source.SOPClassUID, source.ConversionType = "1.2.840.10008.5.1.4.1.1.7", "WSD"
    del source.ImageType
    data = as_file(source)
    settings = dataclasses.replace(redacting(data, "1:0,0,1,1"), keep_secondary_capture=True)
    assert list(code(data, settings)[1].ImageType) == ["DERIVED", "SECONDARY"]


def _misses_a_pixel(pixels: object, wanted: Rectangles) -> object:
    short = wanted[0]._replace(width=wanted[0].width - 1)
    return dataclasses.replace(redacted(pixels, (short,)), rectangles=wanted)  # type: ignore[arg-type, type-var]


def _spills_over(pixels: object, wanted: Rectangles) -> object:
    wide = wanted[0]._replace(width=wanted[0].width + 1)
    return dataclasses.replace(redacted(pixels, (wide,)), rectangles=wanted)  # type: ignore[arg-type, type-var]


@pytest.mark.parametrize("wrong", [_misses_a_pixel, _spills_over])
def test_the_written_pixels_are_proven(monkeypatch, wrong) -> None:
    source = siemens()
    source.PixelData = b"\1\0" * (2 * 32 * 8)
    data = as_file(source)
    monkeypatch.setattr(instance, "redacted", wrong)
    refused = refusal(data, redacting(data, "1:1,1,4,4"))
    assert (refused.reason, refused.detail) == ("verification-failed", "(7FE0,0010)")


@pytest.mark.parametrize(
    ("tag", "value"), [("BurnedInAnnotation", b"YES"), ("ImageType", b"ORIGINAL\\PRIMARY")]
)
def test_the_marks_are_proven(tag: str, value: bytes) -> None:
    from bonescint.deid.redaction import check_redacted
    from bonescint.deid.written import CodedImage
    from bonescint.dicom import tags

    data = as_file(siemens())
    pixels = prepare(read_ranges(data))
    found = {tags.BurnedInAnnotation: b"NO", tags.ImageType: b"DERIVED\\PRIMARY"}
    native = bytes(pixels.native)
    policy = SETTINGS.policies["nm"]
    check_redacted(pixels, native, CodedImage(0, len(native), "OW", found), policy, ())
    found[getattr(tags, tag)] = value
    with pytest.raises(Refused) as refused:
        check_redacted(pixels, native, CodedImage(0, len(native), "OW", found), policy, ())
    assert refused.value.detail == tags.notation(getattr(tags, tag))
