"""The sets of value representations against pydicom's, and one by one where they differ."""

import struct

from pydicom.valuerep import EXPLICIT_VR_LENGTH_16, EXPLICIT_VR_LENGTH_32, VR

from bonescint.dicom import vrs


def test_every_vr_has_a_length_field() -> None:
    assert {str(vr.value) for vr in EXPLICIT_VR_LENGTH_16} == vrs.SHORT
    assert {str(vr.value) for vr in EXPLICIT_VR_LENGTH_32} == vrs.LONG
    assert {vr.value for vr in VR if len(vr.value) == 2} == vrs.SHORT | vrs.LONG


def test_words_are_as_long_as_their_numbers() -> None:
    assert vrs.WORD == {
        "AT": 2, "FD": 8, "FL": 4, "OW": 2, "SL": 4, "SS": 2, "SV": 8, "UL": 4, "US": 2, "UV": 8,
    }  # fmt: skip
    for vr, form in vrs.FORMATS.items():
        # the first letter of an integer's VR says whether it is signed
        assert struct.pack(f"<{form}", 1)[0] == (0 if vr[0] == "F" else 1)
        assert form.islower() == (vr[0] in "FS")


def test_no_vr_is_both_text_and_number() -> None:
    kinds = [vrs.TEXT, vrs.DIGITS, frozenset(vrs.WORD)]
    assert sum(map(len, kinds)) == len(frozenset.union(*kinds))
