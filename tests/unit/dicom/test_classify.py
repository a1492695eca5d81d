import pytest
from pydicom.dataelem import RawDataElement
from pydicom.tag import BaseTag

from bonescint.dicom.classify import find_kind, find_phase
from bonescint.dicom.elements import Elements
from bonescint.dicom.index import classify
from bonescint.dicom.views import find_views
from bonescint.dicom.vocabulary import scan_terms
from tests.unit.dicom.samples import (
    ANTERIOR_PLANE,
    POSTERIOR_PLANE,
    code,
    genie,
    item,
    nm_header,
    two_views,
)

EARLY = "early"
DELAYED = "delayed"
UNCLEAR = "unclear"


@pytest.mark.parametrize(
    ("text", "meanings"),
    [
        ("WB early", [EARLY]),
        ("EARLY_WB", [EARLY]),
        ("Frühaufnahme", [EARLY]),
        ("Blutpoolphase", [EARLY]),
        ("blood-pool", [EARLY]),
        ("BloodPool", [EARLY]),
        ("骨シンチ早期", [EARLY]),
        ("血液ﾌﾟｰﾙ像", [EARLY]),
        ("flow", [EARLY]),
        ("Spätaufnahme", [DELAYED]),
        ("delayed 3h", [DELAYED]),
        ("後期像", [DELAYED]),
        ("3-phase bone scan", [UNCLEAR]),
        ("Drei-Phasen-Szintigraphie", [UNCLEAR]),
        ("３相骨シンチ", [UNCLEAR]),
        ("workflow", []),
        ("nearly", []),
        ("lateral", []),
        ("早期乳癌", []),
        ("WHOLE BODY", []),
    ],
)
def test_words_of_phase(text: str, meanings: list[str]) -> None:
    assert [found.meaning for found in scan_terms("phase").find(text)] == meanings


@pytest.mark.parametrize(
    ("text", "meanings"),
    [
        ("WB ANT", ["anterior"]),
        ("WB_POST", ["posterior"]),
        ("全身前面", ["anterior"]),
        ("後面像", ["posterior"]),
        ("ＡＮＴ", ["anterior"]),
        ("ANT/POST", ["anterior", "posterior"]),
        ("post chemo", []),
        ("3h post inj", []),
        ("3h post", []),
        ("ANT OBL", []),
        ("術前", []),
        ("前立腺癌", []),
        ("postural", []),
    ],
)
def test_words_of_view(text: str, meanings: list[str]) -> None:
    assert [found.meaning for found in scan_terms("view").find(text)] == meanings


def phase(**values: object) -> str:
    return find_phase(Elements(nm_header(**values))).value


def test_a_plain_whole_body_scan_is_delayed_and_anything_else_unclear() -> None:
    assert phase() == DELAYED
    assert phase(ImageType=["ORIGINAL", "PRIMARY", "STATIC", "EMISSION"]) == UNCLEAR
    assert phase(ImageType=["ORIGINAL", "PRIMARY", "WHOLE BODY", "TRANSMISSION"]) == UNCLEAR


def test_the_text_nearest_to_the_image_decides() -> None:
    assert phase(SeriesDescription="WB early", StudyDescription="骨シンチ 後期") == EARLY
    assert phase(SeriesDescription="WB delayed", StudyDescription="3-phase bone scan") == DELAYED
    assert phase(StudyDescription="3-phase bone scan") == UNCLEAR
    assert phase(ImageComments="血液プール") == EARLY
    assert phase(SeriesDescription="early", ImageComments="delayed") == UNCLEAR


def test_the_phase_is_read_from_the_private_series_name() -> None:
    assert find_phase(Elements(genie("WB EARLY_E"))).value == EARLY


@pytest.mark.parametrize(
    ("image_type", "kind"),
    [
        ("WHOLE BODY", "whole_body"),
        ("TOMO", "spect"),
        ("RECON TOMO", "spect"),
        ("RECON GATED TOMO", "spect"),
        ("STATIC", "static"),
        ("DYNAMIC", "dynamic"),
        ("GATED", "dynamic"),
        ("SOMETHING", "static"),
    ],
)
def test_kind_by_image_type(image_type: str, kind: str) -> None:
    dataset = nm_header(ImageType=["ORIGINAL", "PRIMARY", image_type, "EMISSION"])
    verdict = find_kind(Elements(dataset), has_pixel_data=True)
    assert verdict.value == kind
    if kind != "static" or image_type == "STATIC":
        assert verdict.evidence == f"ImageType {image_type}\\EMISSION"


def kind(has_pixel_data: bool = True, **values: object) -> str:
    return find_kind(Elements(nm_header(**values)), has_pixel_data).value


def test_other_kinds() -> None:
    assert kind(has_pixel_data=False) == "non_image"
    assert kind(Modality="PT") == "other_modality"
    # the header need not say what the SOP class settles
    assert kind(Modality="") == "whole_body"
    assert kind(Modality="", SOPClassUID="1.2.840.10008.5.1.4.1.1.2") == "other_modality"
    assert kind(Modality="CT", SOPClassUID="1.2.840.10008.5.1.4.1.1.2") == "other_modality"
    for suffix in ("", ".1", ".2", ".3", ".4"):
        assert kind(SOPClassUID=f"1.2.840.10008.5.1.4.1.1.7{suffix}") == "secondary_capture"
    for colours in ("RGB", "YBR_FULL_422", "ARGB", "HSV", "XYB"):
        assert kind(PhotometricInterpretation=colours) == "secondary_capture"
    # a word that is none says nothing of colours: the door names the attribute
    for unclear in ("", "MONOCHROME", "MONOCHROME 2", "Palette Color", "GREY"):
        assert kind(PhotometricInterpretation=unclear) == "whole_body"
    assert kind(ImageType=["DERIVED", "SECONDARY", "WHOLE BODY"]) == "secondary_capture"


def views(dataset: object) -> tuple[str, str]:
    return find_views(Elements(dataset))  # type: ignore[arg-type]


def test_two_frames_by_detector() -> None:
    assert views(two_views()).value == "anterior+posterior"
    assert views(two_views([2, 1])).value == "posterior+anterior"
    assert "StartAngle 180" in views(two_views()).evidence


def test_two_frames_need_the_detector_vector() -> None:
    dataset = two_views()
    del dataset.DetectorVector
    assert views(dataset) == ("", "")
    assert views(two_views([1, 1])).value == ""
    assert views(two_views([1, 3])).value == ""
    assert views(two_views([0, 1])).value == ""
    dataset = two_views()
    dataset.EnergyWindowVector = [1, 2]
    assert views(dataset).value == ""
    assert views(nm_header(2, SeriesDescription="WB ANT POST")).value == ""


@pytest.mark.parametrize(
    ("scheme", "front", "back"),
    [
        ("SCT", "399321004", "399001007"),
        ("SRT", "R-10206", "R-10214"),
        ("SRT", "G-5215", "G-5216"),
        ("99NMG", "ANT", "POST"),
    ],
)
def test_view_codes_come_first(scheme: str, front: str, back: str) -> None:
    items = [item(ViewCodeSequence=[code(scheme, value, value)]) for value in (front, back)]
    dataset = nm_header(2, DetectorInformationSequence=items, DetectorVector=[1, 2])
    verdict = views(dataset)
    assert verdict.value == "anterior+posterior"
    assert verdict.evidence.startswith("ViewCodeSequence")


def test_a_contradiction_leaves_the_view_empty() -> None:
    assert views(two_views(ImageOrientationPatient=POSTERIOR_PLANE)).value == ""
    dataset = two_views(ViewCodeSequence=[code("SCT", "399001007", "posterior")])
    assert views(dataset).evidence.startswith("conflict: ViewCodeSequence SCT 399001007")
    dataset = genie("WHOLE BODY_E")
    dataset.SeriesDescription = "WB POST"
    assert views(dataset).value == ""


@pytest.mark.parametrize(
    ("angle", "plane", "view"),
    [
        (180, None, "anterior"),
        (0, None, "posterior"),
        (355, None, "posterior"),
        (90, None, ""),
        (None, ANTERIOR_PLANE, "anterior"),
        (None, POSTERIOR_PLANE, "posterior"),
        (None, [-1, 0, 0, 0, 0, 1], "anterior"),  # stored feet first: turned by 180 degrees
        # the two heads of a real Siemens study, both oblique
        (239, [0.51503797541176, -0.8571673604867, 0, 0, 0, -1], ""),
        (135, [0.70710682754948, 0.70710673482362, 0, 0, 0, -1], ""),
    ],
)
def test_the_detectors_place(angle: int | None, plane: list[float] | None, view: str) -> None:
    detector = item()
    if angle is not None:
        detector.StartAngle = angle
    if plane is not None:
        detector.ImageOrientationPatient = plane
    assert views(nm_header(DetectorInformationSequence=[detector])).value == view


def test_the_private_name_of_the_view() -> None:
    expected = ("anterior", "GEMS_GENIE_1 (0011,xx12) WHOLE BODY_E")
    assert views(genie("WHOLE BODY_E")) == expected
    assert views(genie("WHOLE BODY_F")).value == "posterior"
    assert views(genie("WHOLE BODY_E", block=0x7F)) == expected
    assert views(genie("WHOLE BODY_E", creator="ANOTHER")).value == ""
    assert views(genie("WHOLE BODY_G")).value == ""


def test_names_are_the_last_evidence() -> None:
    verdict = views(nm_header(SeriesDescription="骨 後面 山田花子"))
    assert verdict == ("posterior", "SeriesDescription (0008,103e) 後面")
    assert views(nm_header(ImageType=["ORIGINAL", "PRIMARY", "WHOLE BODY", "ANT"])).value
    assert views(nm_header(SeriesDescription="post op WB")).value == ""


def test_the_manufacturer_is_never_asked() -> None:
    for dataset in (two_views(), genie("WHOLE BODY_F")):
        rows = []
        for manufacturer in ("SYNTHETIC (GE style)", "SIEMENS NM", "", "GE MEDICAL SYSTEMS"):
            dataset.Manufacturer = manufacturer
            rows.append(classify(Elements(dataset), has_pixel_data=True))
        assert all(row == rows[0] for row in rows)
        assert rows[0]["views"]


def test_evidence_quotes_terms_and_never_the_text_around_them() -> None:
    person = "山田花子 YAMADA 0012345"
    text = f"{person} HMDP early ANT"
    dataset = genie(text)
    for keyword in (
        "ImageComments",
        "ImageID",
        "PerformedProcedureStepDescription",
        "ProtocolName",
        "Radiopharmaceutical",
        "RequestedProcedureDescription",
        "SeriesDescription",
        "StudyDescription",
    ):
        setattr(dataset, keyword, text)
    dataset.ImageType = ["ORIGINAL", "PRIMARY", "WHOLE BODY", person]
    dataset.ProcedureCodeSequence = [code(person, person, text)]
    dataset.DetectorInformationSequence = [item(ViewCodeSequence=[code(person, person, text)])]
    dataset.RadiopharmaceuticalInformationSequence = [
        item(Radiopharmaceutical=text, RadiopharmaceuticalCodeSequence=[code(person, person, text)])
    ]
    row = classify(Elements(dataset), has_pixel_data=True)
    assert (row["phase"], row["views"], row["tracer"]) == ("early", "anterior", "HMDP")
    assert not any(word in value for value in row.values() for word in person.split())


@pytest.mark.parametrize(
    ("count", "views"),
    [(b"2", "anterior+posterior"), (b"2.0 ", "anterior+posterior"), (b" 2\0", "anterior+posterior"),
     (b"2.5 ", ""), (b"two ", ""), (b"1", "")],
)  # fmt: skip
def test_frames_are_counted_however_a_device_writes_them(count: bytes, views: str) -> None:
    header = two_views()
    header[0x00280008] = RawDataElement(
        BaseTag(0x00280008), "IS", len(count), count, 0, False, True, True
    )
    assert find_views(Elements(header)).value == views


@pytest.mark.parametrize(("angle", "views"), [(b"180,0 ", "anterior"), (b"1,800 ", "")])
def test_an_angle_with_a_decimal_comma(angle: bytes, views: str) -> None:
    detector = item()
    detector[0x00540200] = RawDataElement(
        BaseTag(0x00540200), "DS", len(angle), angle, 0, False, True, True
    )
    header = nm_header(DetectorInformationSequence=[detector], DetectorVector=[1])
    assert find_views(Elements(header)).value == views
