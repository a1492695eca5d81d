"""Each action of the scorecard passes where it should and fails where it should."""

import numpy as np
import pytest
from pydicom import Dataset
from pydicom.uid import ExplicitVRLittleEndian

from tests.planted.bytes import EXPLICIT
from tests.planted.corpus import Maker
from tests.scorecard.key import KEPT_DATE, of_demonstration, of_planted
from tests.scorecard.scorer import ACTIONS, Check, digest, score
from tests.unit.deid.samples import as_file, base, code_item, counts

SEQUENCE = "PatientOrientationCodeSequence"
IMAGE = digest(counts())
BOX = "2,6,1,5"


def hidden() -> bytes:
    image = counts(1)
    image[2:6, 1:5] = 7
    return file(PixelData=image.tobytes(), NumberOfFrames=1)


def file(**changed: object) -> bytes:
    ds = base()
    for keyword, value in changed.items():
        if value is None:
            delattr(ds, keyword)
        else:
            setattr(ds, keyword, value)
    return as_file(ds)


@pytest.mark.parametrize(
    ("action", "path", "value", "good", "bad"),
    [
        ("tag_retained", ("StudyID",), "", file(StudyID=""), file(StudyID=None)),
        ("tag_retained", (SEQUENCE, 0, "CodeValue"), "", file(), file(**{SEQUENCE: None})),
        ("text_notnull", ("Modality",), "", file(), file(Modality="")),
        ("text_notnull", ("Modality",), "", file(), file(Modality=None)),
        ("text_retained", ("Manufacturer",), "ACME", file(Manufacturer="The acme"), file()),
        ("text_retained", ("PatientSize",), "1.50", file(PatientSize="1.5"), file()),
        ("text_retained", ("Rows",), "2", file(Rows=2), file(Rows=32)),
        ("text_retained", ("PixelSpacing",), "2.260\\2.26", file(), file(PixelSpacing=[1, 2.26])),
        ("text_removed", ("StationName",), "Yamada", file(), file(StationName="NM YAMADA")),
        ("text_removed", (), "山田花江", file(), file(StationName="山田花江")),
        ("date_shifted", ("StudyDate",), "20190603", file(), file(StudyDate="20190603")),
        ("date_shifted", (), "20190603", file(), file(StationName="of 20190603")),
        ("uid_changed", ("SOPInstanceUID",), "1.2.3", file(), file(SOPInstanceUID="1.2.3")),
        ("pixels_retained", (), IMAGE, file(), file(PixelData=counts()[::-1].tobytes())),
        ("pixels_hidden", (), BOX, hidden(), file(PixelData=counts(1).tobytes(), NumberOfFrames=1)),
    ],
)  # fmt: skip
def test_an_action(action: str, path: tuple[str | int, ...], value: str, good: bytes, bad: bytes):
    key = [Check(name, action, path, value, "HIPAA-A") for name in ("good", "bad", "missing")]
    outcome = {s.check.file: s.passed for s in score(key, {"good": good, "bad": bad})}
    by_absence = action in ("text_removed", "date_shifted", "uid_changed", "pixels_hidden")
    assert outcome == {"good": True, "bad": False, "missing": by_absence}


def consistent(action: str, *new: tuple[str, str, str | None]) -> list[bool]:
    keyword = "StudyInstanceUID" if action == "uid_consistent" else "PatientID"
    key = [Check(name, action, (keyword,), old, "HIPAA-H") for name, old, _ in new]
    files = {name: file(**{keyword: value}) for name, _, value in new}
    return [s.passed for s in sorted(score(key, files), key=lambda s: s.check.file)]


def test_uids_are_consistent():
    action = "uid_consistent"
    assert consistent(action, ("a", "1.2.3", "2.25.1"), ("b", "1.2.3", "2.25.1")) == [True] * 2
    assert consistent(action, ("a", "1.2.3", "2.25.1"), ("b", "1.2.3", "2.25.2")) == [False] * 2
    assert consistent(action, ("a", "1.2.3", None)) == [True]


def test_patient_ids_are_consistent():
    action = "patid_consistent"
    assert consistent(action, ("a", "1", "X"), ("b", "1", "X"), ("c", "2", "Y")) == [True] * 3
    assert consistent(action, ("a", "1", "X"), ("b", "1", "Y"), ("c", "2", "Z")) == [
        False, False, True,
    ]  # fmt: skip
    # two patients under one code, none at all, and the old one
    assert consistent(action, ("a", "1", "X"), ("b", "2", "X")) == [False] * 2
    assert consistent(action, ("a", "1", None), ("b", "2", "2")) == [False] * 2
    missing = Check("a", action, ("PatientID",), "1", "HIPAA-H")
    assert [s.passed for s in score([missing], {})] == [False]


def test_an_untouched_file_keeps_everything_and_hides_nothing():
    make = Maker()
    case = make.case("clean", "siemens", EXPLICIT, "utf8")
    case.draft.ds.PatientComments = case.text("Patient Comments")
    make.done(case)
    (planted,) = make.files
    scored = list(score(of_planted(planted, "a"), {"a": planted.data}))
    keeps = {"tag_retained", "text_notnull", "text_retained", "pixels_retained", "uid_consistent"}
    assert {s.check.action for s in scored if s.passed} == keeps
    assert {s.check.action for s in scored if not s.passed} == set(ACTIONS) - keeps - {
        "pixels_hidden"
    }


def test_the_key_of_a_file_names_what_the_study_forbids():
    ds: Dataset = base()
    ds.OtherPatientNames = "Hayashi^Hanako"
    ds[SEQUENCE].value = [code_item("F-10450", "99SDM", "recumbent")]
    key = list(of_demonstration(as_file(ds, ExplicitVRLittleEndian), "a"))
    forbidden = {check.path: check.demand for check in key if check.demand}
    assert forbidden.keys() == {("StudyDate",), ("StudyDescription",), ("SeriesDescription",)}
    assert forbidden["StudyDate",] == KEPT_DATE
    removed = {check.value for check in key if check.action == "text_removed"}
    assert {"Hayashi^Hanako", "Example University Hospital", "ACC4711-99"} <= removed
    assert {check.action for check in key} == set(ACTIONS) - {"pixels_hidden"}
    ds.BurnedInAnnotation = "YES"
    screen = list(of_demonstration(as_file(ds), "a"))
    assert "pixels_hidden" in {check.action for check in screen}


def test_pixels_are_compared_as_they_decode():
    image = np.arange(6, dtype=">u2").reshape(1, 2, 3)
    assert digest(image) == digest(image[0].astype("<i4")) != digest(image[0].T)
