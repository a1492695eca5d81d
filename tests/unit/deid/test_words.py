"""Texts of which every word is listed, and versions by their form: an ID or a date is neither."""

import csv
from datetime import date
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydicom import dcmread
from pydicom.sequence import Sequence

from bonescint.deid.refusal import Refused
from bonescint.deid.vocabulary import vocabulary
from bonescint.dicom.view_codes import VIEWS
from bonescint.resources import RESOURCES
from tests.unit.deid.door import TABLE, by_table, coded, written
from tests.unit.deid.samples import BIRTH, PATIENT_ID, code_item, siemens


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("Whole Body Bone", "Whole Body Bone"),
        ("WB BONE MDP", "Whole Body Bone MDP"),
        ("ＷＢ　ＢＯＮＥ", "Whole Body Bone"),
        ("全身骨シンチ", "Whole Body Bone Scintigraphy"),
        ("骨ｼﾝﾁ 3h", "Bone Scintigraphy 3 h"),
        ("Bone WB delayed 3hr", "Bone Whole Body Delayed 3 h"),
        ("HMDP 全身 後期像", "HMDP Whole Body Delayed"),
        ("3-phase bone", "3 Phase Bone"),
        ("Bone^Tc-99m MDP WB", "Bone Tc99m MDP Whole Body"),
        ("WB 15cm/min", "Whole Body 15 cm/min"),
        ("Bone 1", "Bone 1"),
        ("Whole Body Bone Yamada", None),
        ("骨シンチ 山田", None),
        ("WB 19480317", None),
        ("21007.0.17471695@", None),
        ("12345678", None),
        ("4 7 1 9 3 6", None),
        ("12h 34h 56h 78h", None),
        ("3", None),
        ("bone" * 20, None),
        ("", None),
        ("///", None),
    ],
)
def test_a_protocol_of_listed_words(value, text):
    assert vocabulary().text("ProtocolName", value) == text


WORDS = ["WB", "骨", "MDP", "3h", "late", "2 phase", "全身像", "骨格"]


@given(st.lists(st.sampled_from(WORDS), min_size=1, max_size=5))
def test_what_is_written_is_listed_itself(words):
    text = vocabulary().text("ProtocolName", " ".join(words))
    assert text and vocabulary().text("ProtocolName", text) == text


def test_every_term_is_a_word():
    with (RESOURCES / "nm_words.csv").open(encoding="utf-8", newline="") as stream:
        terms = {(r["keyword"], r["term"].replace("#", "3")) for r in csv.DictReader(stream)}
    for keyword, term in terms:
        text = term if len(term) > 1 else f"WB {term}"
        if term:
            found = vocabulary().text(keyword, text)
            assert found and found.endswith(term), term


@pytest.mark.parametrize(
    "value",
    ["VA60A", "VB10", "7.1.5.90", "Ver 3.0", "2.09", "10.610.1905.2102", "V9.30ER003", "16", "R7",
     "VE31F  SL04P09>E.Cam>6.5.9.12", "syngo CT VC40>Symbia Intevo 16>VB21B", "6.1.0 1.0",
     "infinia_2.105.030.10", "GMS-7700 R7.0", "syngo CT 2012B", "JETStream Workspace 3.0"],
)  # fmt: skip
def test_versions(value):
    assert vocabulary().text("SoftwareVersions", value) == value


DATES = [
    "20230614", "2023.06.14", "14.06.2023", "06.14.2023", "1.14.06.2023", "2023-06-14",
    "14/06/2023", "53.4.5", "5.4.53", "05.04.53", "53.04.05", "28.04.05", "5.4.1953", "4.5.1953",
    "23.0317", "6.2023", "12.1999",
    "1.2023.0614", "1.0614.2023", "S28.04.05", "S28.4.5", "R5.6.14", "昭和28年4月5日", "20230614A",
]  # fmt: skip
NUMBERS = [
    "00471936", "471936", "471936.0", "4719.36", "0047.1936", "A77012358", "1234", "47 19 36",
    "Symbia 4 7 1 9", "090-1234-5678", "A1234567", "1.2.840.113619.2.55", "03.3456.7890",
    "090.8765.4321",
]  # fmt: skip


@pytest.mark.parametrize("value", [*DATES, *NUMBERS, "Yamada 3.0", "Ito", "山田 3.0", "Kei-PC"])
def test_no_versions(value):
    assert vocabulary().text("SoftwareVersions", value) is None


@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.sampled_from(["%Y%m%d", "%Y.%m.%d", "%d.%m.%Y", "%y.%m.%d", "%d.%m.%y"]),
)
def test_no_date_is_a_version(day, form):
    assert vocabulary().text("SoftwareVersions", day.strftime(form)) is None


@given(st.integers(1000, 10**12), st.integers(0, 12))
def test_no_run_of_digits_is_a_version_or_an_image(number, width):
    for keyword in ("SoftwareVersions", "ImageID", "ProtocolName"):
        assert vocabulary().text(keyword, f"{number:0{width}}") is None


@pytest.mark.parametrize(
    ("value", "text"),
    [("1", "1"), ("012", "012"), ("1234", None), ("WHOLE BODY_E", "WHOLE BODY_E"), ("A1", None),
     ("H Long Ax", None)],
)  # fmt: skip
def test_the_id_of_an_image(value, text):
    assert vocabulary().text("ImageID", value) == text


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("Manufacturer", "Siemens Medical Solutions USA, Inc."),
        ("Manufacturer", "GE Medical Systems, Nuclear Medicine"),
        ("Manufacturer", "東芝メディカルシステムズ株式会社"),
        ("Manufacturer", "ADAC Laboratories, Inc."),
        ("Manufacturer", "Mediso Medical Imaging Systems Ltd."),
        ("ManufacturerModelName", "Symbia E"),
        ("ManufacturerModelName", "Symbia Evo Excel"),
        ("ManufacturerModelName", "e.cam Signature"),
        ("ManufacturerModelName", "Discovery NM/CT 670 CZT"),
        ("ManufacturerModelName", "Starcam 4000i"),
        ("ManufacturerModelName", "GCA-7200A/DI"),
        ("ManufacturerModelName", "GCA-9300A/HG"),
        ("ManufacturerModelName", "GCA-901A/SA"),
        ("ManufacturerModelName", "BrightView XCT"),
        ("ManufacturerModelName", "PRISM 2000XP"),
        ("ManufacturerModelName", "AnyScan Trio SPECT/CT"),
        ("ManufacturerModelName", "VERITON-CT 400"),
        ("ManufacturerModelName", "Digirad Cardius"),
    ],
)
def test_cameras_of_japanese_hospitals(keyword, value):
    assert vocabulary().text(keyword, value) == value


def test_they_are_written():
    source = siemens()
    source.SoftwareVersions = ["10.610.1905.301", "VB21B", PATIENT_ID]
    source.ProtocolName, source.ImageID = "全身骨シンチ", "12"
    source.SpecificCharacterSet = "ISO_IR 192"
    result = written(source)
    assert result.SoftwareVersions == ["10.610.1905.301", "VB21B"]
    assert (result.ProtocolName, result.ImageID) == ("Whole Body Bone Scintigraphy", "12")


@pytest.mark.parametrize(
    "value",
    ["12.34.5678", "12.34.567.8", "12.345er678", "VA123-45.678", "194.8031b7", "48.3.17",
     "V48.3.17", "23.3.17", "S23 V03 P17", "v23 sp 3 rel 17", "S48B3 C17", "2.303.17", "VA48 3.17"],
)  # fmt: skip
def test_the_patients_own_number_in_the_form_of_a_version_never_comes_out(value):
    source = siemens()
    assert (PATIENT_ID, BIRTH) == ("0012345678", "19480317")
    source.SoftwareVersions = value
    try:
        assert "SoftwareVersions" not in written(source)
    except Refused as refusal:
        assert refusal.reason == "residual-identifier"


@pytest.mark.parametrize(
    ("keyword", "value", "kept"),
    [("ImageID", "1\\2", "1"), ("ProtocolName", "Bone\\Yamada", "Bone"),
     ("Manufacturer", "SIEMENS\\GE", "SIEMENS"), ("BodyPartExamined", "CHEST\\HAND", "CHEST")],
)  # fmt: skip
def test_a_value_too_many_is_counted(keyword, value, kept):
    done = coded(siemens())
    assert keyword not in done.facts["unlisted_attributes"].split()
    ds = siemens()
    setattr(ds, keyword, value)
    done = coded(ds)
    assert keyword in done.facts["unlisted_attributes"].split()
    assert dcmread(BytesIO(done.data))[keyword].value == kept


def test_the_hospitals_own_table_may_keep_them_as_they_are(tmp_path):
    table = tmp_path / "t.csv"
    row = '"(0018,1030)",ProtocolName,x,keep,'
    table.write_text(f"{TABLE.read_text(encoding='utf-8').rstrip()}\n{row}\n", encoding="utf-8")
    source = siemens()
    source.ProtocolName = "Knochen DPD"
    assert written(source, by_table(table)).ProtocolName == "Knochen DPD"


@pytest.mark.parametrize("scheme", ["99SDM", "SNM3", "SRT"])
@pytest.mark.parametrize(
    ("sequence", "value", "meaning"),
    [
        ("PatientGantryRelationshipCodeSequence", "G-5190", "headfirst"),
        ("PatientGantryRelationshipCodeSequence", "G-5191", "feet-first"),
        ("PatientOrientationCodeSequence", "F-10440", "erect"),
        ("AnatomicRegionSequence", "T-11000", "Skeletal system"),
    ],
)
def test_older_codes(sequence, value, meaning, scheme):
    source = siemens()
    setattr(source, sequence, Sequence([code_item(value, scheme, "Yamada")]))
    (item,) = written(source)[sequence].value
    assert (item.CodeValue, item.CodingSchemeDesignator) == (value, scheme)
    assert item.CodeMeaning == meaning


def test_every_code_of_a_view_is_listed():
    for (scheme, value), view in VIEWS.items():
        meaning = vocabulary().meaning("ViewCodeSequence", scheme, value)
        assert meaning == f"{view.capitalize()} projection"


@pytest.mark.parametrize(("value", "view"), [("R-10206", "Anterior"), ("R-10214", "Posterior")])
def test_views_of_a_dynamic_object(value, view):
    source = siemens()
    source.ImageType = ["ORIGINAL", "PRIMARY", "DYNAMIC", "EMISSION"]
    for detector in source.DetectorInformationSequence:
        detector.ViewCodeSequence = Sequence([code_item(value, "SRT", "x")])
    for detector in written(source).DetectorInformationSequence:
        assert detector.ViewCodeSequence[0].CodeMeaning == f"{view} projection"
