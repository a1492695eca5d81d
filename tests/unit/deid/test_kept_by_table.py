"""What the hospital's own table keeps stays, whatever its value representation (R18)."""

from pathlib import Path

import pytest
from pydicom.datadict import tag_for_keyword
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian

from bonescint.deid.instance import Settings
from bonescint.dicom import tags
from bonescint.errors import InputError
from tests.unit.deid.door import TABLE, by_table, refusal, written
from tests.unit.deid.samples import BIRTH, PATIENT_ID, as_file, siemens

SYNTAXES = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)


def keeping(folder: Path, keyword: str) -> Settings:
    row = f'"{tags.notation(tag_for_keyword(keyword))}",{keyword},x,keep,'
    (folder / "t.csv").write_text(
        f"{TABLE.read_text(encoding='utf-8').rstrip()}\n{row}\n", encoding="utf-8"
    )
    return by_table(folder / "t.csv")


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
    result = written(as_file(source, syntax), keeping(tmp_path, keyword))
    assert result[keyword].value == value


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
    assert refusal(source, keeping(tmp_path, keyword)).reason == "residual-identifier"


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_one_of_two_representations(tmp_path, syntax):
    source = siemens()
    source.add_new("PerimeterValue", "US", 7)
    settings = keeping(tmp_path, "PerimeterValue")  # US or SS
    result = written(as_file(source, syntax), settings)
    assert (result["PerimeterValue"].VR, result.PerimeterValue) == ("US", 7)


@pytest.mark.parametrize("keyword", ["SelectorOFValue", "SelectorUNValue", "ExtendedOffsetTable"])
def test_bulk_data_of_no_known_form_cannot_be_kept(tmp_path, keyword):
    with pytest.raises(InputError, match="cannot be carried out"):
        keeping(tmp_path, keyword)
