"""What the hospital's own table keeps stays, whatever its value representation (R18)."""

from io import BytesIO
from pathlib import Path

import pytest
from pydicom import dcmread
from pydicom.datadict import tag_for_keyword
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from bonescint.deid.instance import Settings, deidentify
from bonescint.deid.policy import load_policies
from bonescint.deid.refusal import Refused
from bonescint.deid.uids import UidReplacer
from bonescint.dicom import tags
from bonescint.errors import InputError
from bonescint.resources import ROOT
from tests.unit.deid.samples import BIRTH, CODE, PATIENT_ID, SECRET, as_file, siemens

pytestmark = pytest.mark.usefixtures("quiet")
TABLE = (ROOT / "resources/tag_table.csv").read_text(encoding="utf-8")
SYNTAXES = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)


def keeping(folder: Path, keyword: str) -> Settings:
    row = f'"{tags.notation(tag_for_keyword(keyword))}",{keyword},x,keep,'
    (folder / "t.csv").write_text(f"{TABLE.rstrip()}\n{row}\n", encoding="utf-8")
    policies = load_policies(folder / "t.csv", "STUDY", "SERIES")
    return Settings(policies, UidReplacer(SECRET), keep_secondary_capture=False)


@pytest.mark.parametrize("syntax", SYNTAXES)
@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("RetrieveAETitle", "PACS1"),  # AE
        ("AcquisitionDateTime", "20190701101500"),  # DT
        ("AcquisitionTime", "101500"),  # TM
        ("RetrieveURL", "http://example.org/x"),  # UR
        ("LongCodeValue", "x"),  # UC
        ("FileOffsetInContainer", 0x4141414141414141),  # UV: every byte of it is a letter
        ("SelectorSVValue", -5),  # SV
    ],
)
def test_a_value_that_the_table_keeps(tmp_path, keyword, value, syntax):
    source = siemens()
    setattr(source, keyword, value)
    result = deidentify(as_file(source, syntax), {}, CODE, keeping(tmp_path, keyword))
    assert dcmread(BytesIO(result.data))[keyword].value == value


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("RetrieveAETitle", PATIENT_ID),
        ("AcquisitionDateTime", f"{BIRTH}101500"),
        ("RetrieveURL", f"http://example.org/{PATIENT_ID}"),
        ("FileOffsetInContainer", int(PATIENT_ID)),
    ],
)
def test_an_identifier_in_it_is_found(tmp_path, keyword, value):
    source = siemens()
    setattr(source, keyword, value)
    with pytest.raises(Refused) as refusal:
        deidentify(as_file(source), {}, CODE, keeping(tmp_path, keyword))
    assert refusal.value.reason == "residual-identifier"


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_one_of_two_representations(tmp_path, syntax):
    source = siemens()
    source.add_new("PerimeterValue", "US", 7)
    settings = keeping(tmp_path, "PerimeterValue")  # US or SS
    result = dcmread(BytesIO(deidentify(as_file(source, syntax), {}, CODE, settings).data))
    assert (result["PerimeterValue"].VR, result.PerimeterValue) == ("US", 7)


@pytest.mark.parametrize("keyword", ["SelectorOFValue", "SelectorUNValue", "ExtendedOffsetTable"])
def test_bulk_data_of_no_known_form_cannot_be_kept(tmp_path, keyword):
    with pytest.raises(InputError, match="cannot be carried out"):
        keeping(tmp_path, keyword)
