"""Damaged, lying and hostile files: accepted correctly, or refused with the true reason."""

import signal
from contextlib import contextmanager
from io import BytesIO

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.encaps import encapsulate, generate_frames
from pydicom.uid import DeflatedExplicitVRLittleEndian, ImplicitVRLittleEndian
from pydicom.valuerep import VR

from bonescint.deid.batch import write_cases
from bonescint.deid.refusal import Refused
from bonescint.resources import Texts
from tests.unit.deid.bad_files import CASES
from tests.unit.deid.door import SETTINGS, coded, written
from tests.unit.deid.encoded import (
    BIG,
    GOOD,
    IMPLICIT,
    PARTS,
    PIXELS,
    STATION,
    TRACERS,
    around,
    body_of,
    changed,
    element,
    implicit,
    item,
    undefined,
)
from tests.unit.deid.samples import CODE, NM, WANTED, as_file, siemens


@contextmanager
def no_hang(seconds: int = 3):
    """Turn an endless loop into a failure. A normal run takes milliseconds."""

    def give_up(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    except KeyboardInterrupt:
        pytest.fail("the file keeps the program busy")
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def outcome(data: bytes, lost: frozenset[str] = frozenset()) -> str:
    """Return ``accepted`` (pixels and wanted attributes as they should be) or the reason."""
    with no_hang():
        try:
            result = coded(data)
        except Refused as refusal:
            assert Texts("deid", "en")(f"reason.{refusal.reason}")
            return refusal.reason
        source, written = siemens(), dcmread(BytesIO(result.data))
        assert written.PixelData == source.PixelData
        wrong = [k for k in WANTED if k not in written or written[k].value != source[k].value]
    assert set(wrong) <= lost
    return "accepted"


@pytest.mark.parametrize(("data", "permitted"), CASES.values(), ids=CASES)
def test_accepted_correctly_or_refused_with_the_true_reason(data, permitted, capfd, caplog):
    assert outcome(data) in permitted
    # nothing of the header on the screen or in a log, not even from a codec in C
    assert capfd.readouterr() == ("", "")
    assert caplog.text == ""


_FLAT, _LOOSE = as_file(siemens()), as_file(undefined(siemens()))
_LOOSE_IMPLICIT = as_file(undefined(siemens()), ImplicitVRLittleEndian)
_DEFLATED = as_file(siemens(), DeflatedExplicitVRLittleEndian)
_CLASS_END = _FLAT.index(NM.encode(), 250) + len(NM) + 1


@pytest.mark.parametrize(
    ("data", "first", "last", "permitted"),
    [
        (_FLAT, 0, 132, {"not-dicom", "truncated"}),
        (_FLAT, 132, _CLASS_END, {"damaged", "truncated"}),
        (_FLAT, _CLASS_END, len(_FLAT), {"damaged", "truncated", "no-pixel-data", "pixel-length"}),
        (IMPLICIT, _CLASS_END, len(IMPLICIT),
         {"damaged", "truncated", "no-pixel-data", "pixel-length"}),
        (_LOOSE, _CLASS_END, len(_LOOSE),
         {"damaged", "truncated", "no-pixel-data", "pixel-length"}),
        (_LOOSE_IMPLICIT, _CLASS_END, len(_LOOSE_IMPLICIT),
         {"damaged", "truncated", "no-pixel-data", "pixel-length"}),
        (_DEFLATED, len(_DEFLATED) - len(body_of(_DEFLATED)) + 8, len(_DEFLATED) - 2,
         {"damaged", "truncated"}),
    ],
    ids=["preamble", "file meta", "explicit", "implicit", "explicit, no lengths",
         "implicit, no lengths", "deflated"],
)  # fmt: skip
def test_cut_anywhere(data, first, last, permitted):
    # the odd step reaches every place in tags, lengths and values of a header
    found = {outcome(data[:at]) for at in range(first, last, 11)}
    assert found <= permitted


ODD_VALUES = [
    ("US", b"abc"), ("FD", b"abc"), ("SV", b"abc"), ("AT", b"abc"), ("OB", b"\0\1\2\3"),
    ("UN", b"\xff\xfe\xfd"), ("IS", b"inf "), ("DS", b"nan "), ("PN", b"====="), ("UI", b"a\\b"),
    ("XX", b"abcd"), ("SQ", b"garbage!"), ("SQ", item(b"abc")), ("UT", b"Yamada"),
]  # fmt: skip
ODD_TAGS = [
    0x00080005, 0x00080020, 0x00080050, 0x00080060, 0x00080080, 0x00080090, STATION, 0x00090010,
    0x00100010, 0x00100020, 0x00100030, 0x00100040, 0x00101002, 0x00101010, 0x00101020,
    0x0020000D, 0x00281050, 0x00540012, TRACERS, 0x00540022,
]  # fmt: skip


@pytest.mark.parametrize(("vr", "value"), ODD_VALUES)
def test_values_of_another_vr_cause_no_unexpected_error(vr, value):
    surprises = []
    for tag in ODD_TAGS:
        try:
            outcome(changed(element(tag, vr, value)), lost=frozenset(WANTED))
        except Exception as error:
            surprises.append((f"{tag:08X}", type(error).__name__))
    assert surprises == []


@pytest.mark.parametrize(
    "data",
    [
        changed(element(STATION, "SH", b"\xb1" * 65_000)),
        changed(element(STATION, "UT", b"A" * 99_000)),
        IMPLICIT.replace(implicit(STATION, b"NM-ROOM2"), implicit(STATION, b"A" * 99_000)),
        IMPLICIT.replace(
            implicit(0x00281050, b"6 "), implicit(0x00281050, b"\\".join([b"6"] * 99_001))
        ),
        IMPLICIT.replace(implicit(0x00540010, b"\1\0\1\0"), implicit(0x00540010, bytes(99_000))),
    ],
    ids=["kana as UTF-8", "UT", "text", "decimals", "vector"],
)
def test_values_too_long_for_their_vr(data):
    outcome(data, lost=frozenset(WANTED))


@pytest.mark.parametrize(
    ("declared", "text"),
    [
        (b"ISO 2022 IR 6\\ISO 2022 IR 87", "核医学1".encode("cp932")),
        (b"ISO_IR 192", "核医学1".encode("cp932")),
        pytest.param(
            b"ISO_IR 192", "核医学1".encode("euc_jp"),
            marks=pytest.mark.xfail(strict=True, reason="EUC-JP declared as UTF-8"),
        ),
        pytest.param(
            b"ISO_IR 13", "核医学1".encode(),
            marks=pytest.mark.xfail(strict=True, reason="UTF-8 declared as JIS X 0201"),
        ),
        (b"KLINGON ", "核医学1".encode("cp932")),
        (b"", "核医学1".encode("cp932")),
        (b"", "核医学1".encode()),
    ],
)  # fmt: skip
def test_a_wrong_character_set_garbles_nothing(declared, text):
    data = changed(element(0x00080005, "CS", declared), element(STATION, "SH", text))
    result = written(data)
    assert result.get("StationName") in ("核医学1", None, "")


@pytest.mark.parametrize(
    "name",
    ["MR_small_RLE.dcm", "MR_small_jp2klossless.dcm", "MR_small_jpeg_ls_lossless.dcm",
     "J2K_pixelrep_mismatch.dcm", "JPGExtended.dcm", "JPEG2000.dcm", "JPEGLSNearLossless_16.dcm",
     "rtdose_rle.dcm"],
)  # fmt: skip
def test_compressed_images_keep_their_pixels(name):
    ds, source = around(name)
    data = as_file(ds, source.file_meta.TransferSyntaxUID)
    result = written(data)
    assert np.array_equal(result.pixel_array, source.pixel_array)
    frames = list(generate_frames(ds.PixelData, number_of_frames=int(ds.NumberOfFrames)))
    damaged = [frame[: len(frame) // 3] for frame in frames]
    for spoilt in (damaged, frames[:-1] or [b"\0" * 8], [*frames, frames[0]]):
        ds.PixelData = encapsulate(spoilt)
        data = as_file(ds, source.file_meta.TransferSyntaxUID)
        assert outcome_of_another_image(data) != "unexpected"


def outcome_of_another_image(data: bytes) -> str:
    with no_hang(20):
        try:
            coded(data)
        except Refused as refusal:
            return refusal.reason
    return "accepted"


@pytest.mark.parametrize("vr", ["SH", "CS", "UN", "OB", "ST"])
@pytest.mark.parametrize("tag", [STATION, 0x00080020, 0x00100040, 0x00101010, 0x00101020])
def test_the_report_quotes_nothing_that_the_file_may_not_hold(tag, vr):
    data = changed(element(tag, vr, b"YAMADA"), element(0x00100010, "PN", b"YAMADA"))
    try:
        facts = coded(data).facts
    except Refused:
        return
    assert not [value for value in facts.values() if "YAMADA" in str(value)]


def test_a_large_number_of_detectors_makes_no_items():
    source = siemens()
    source.DetectorVector = [65535, 1]
    del source.DetectorInformationSequence
    result = coded(source, "anterior+posterior")
    assert len(result.data) < 20_000


ALL_VRS = [vr.value for vr in VR if len(vr.value) == 2]
_HEADER = len(GOOD) - len(PARTS[PIXELS])


@settings(max_examples=200, deadline=None, derandomize=True)
@given(st.data())
def test_a_damaged_header_causes_no_unexpected_error(data):
    at = data.draw(st.integers(132, _HEADER))
    cut = data.draw(st.integers(0, 6))
    put = data.draw(st.binary(max_size=6))
    source = data.draw(st.sampled_from([GOOD, IMPLICIT, BIG, _LOOSE]))
    assert outcome_of_another_image(source[:at] + put + source[at + cut :]) != "unexpected"


@settings(max_examples=200, deadline=None, derandomize=True)
@given(
    tag=st.sampled_from(sorted(PARTS)),
    vr=st.sampled_from(ALL_VRS),
    value=st.one_of(st.binary(max_size=12), st.text("0123456789.-e\\", max_size=9).map(str.encode)),
)
def test_any_value_in_any_vr_causes_no_unexpected_error(tag, vr, value):
    assert outcome_of_another_image(changed(element(tag, vr, value))) != "unexpected"


def test_one_bad_file_never_stops_the_rest(tmp_path, caplog):
    # another test has files that keep the program busy for ever
    names = [name for name in CASES if "tile" not in name and "words" not in name]
    rows = []
    for number, data in enumerate([GOOD, *(CASES[name][0] for name in names), as_file(siemens())]):
        (tmp_path / f"{number}.dcm").write_bytes(data)
        rows.append({"path": f"{number}.dcm", "views": "", "tracer": "MDP",
                     "sop_instance_uid": f"1.2.{number}"})  # fmt: skip
    rows[-1]["sop_instance_uid"] = rows[0]["sop_instance_uid"]
    rows.append({**rows[0], "path": "absent.dcm", "sop_instance_uid": "1.2.9999"})
    out = tmp_path / "out"
    lines = [done.line for done in write_cases([(CODE, rows)], tmp_path, out, SETTINGS)]
    assert len(lines) == len(rows)
    assert lines[0]["status"] == "written"
    assert lines[-2]["status"] == "duplicate"
    assert lines[-1]["reason"] == "unreadable"
    for identifier in ("amada", "anako", "12345678", "19480317"):
        assert identifier not in f"{caplog.text}{lines}"
    written = {path.name for path in out.rglob("*") if path.is_file()}
    assert written == {str(line["file"]).rpartition("/")[2] for line in lines if "file" in line}


def test_three_files_of_one_uid_one_unreadable(tmp_path):
    other = siemens()
    other.TableHeight = "1"
    for name, data in {"a": GOOD, "b": as_file(other)}.items():
        (tmp_path / name).write_bytes(data)
    rows = [
        {"path": name, "views": "", "tracer": "MDP", "sop_instance_uid": "1.2"} for name in "abc"
    ]
    out = tmp_path / "out"
    lines = [done.line for done in write_cases([(CODE, rows)], tmp_path, out, SETTINGS)]
    assert [line["reason"] for line in lines] == ["conflict", "conflict", "unreadable"]
