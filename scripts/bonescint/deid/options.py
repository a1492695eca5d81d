"""The options of PS3.15 that a coded file names (CID 7050 of PS3.16, scheme DCM).

`pydicom.sr.codedict` has them too, but each process would read all codes of PS3.16 first, which
takes as long as twenty files. A test compares the two.
"""

from typing import NamedTuple


class MethodCode(NamedTuple):
    """An option: its code in the scheme DCM, and its meaning."""

    value: str
    meaning: str


BASIC_PROFILE = MethodCode("113100", "Basic Application Confidentiality Profile")
CLEAN_PIXELS = MethodCode("113101", "Clean Pixel Data Option")
CLEAN_GRAPHICS = MethodCode("113103", "Clean Graphics Option")
CLEAN_DESCRIPTORS = MethodCode("113105", "Clean Descriptors Option")
FULL_DATES = MethodCode("113106", "Retain Longitudinal Temporal Information Full Dates Option")
PATIENT_CHARACTERISTICS = MethodCode("113108", "Retain Patient Characteristics Option")
DEVICE_IDENTITY = MethodCode("113109", "Retain Device Identity Option")
SAFE_PRIVATE = MethodCode("113111", "Retain Safe Private Option")
# Of every file written: the basic profile; descriptions are replaced by fixed and listed ones; the
# study date, the patient's characteristics and the station name stay (R24).
OPTIONS = (
    BASIC_PROFILE, CLEAN_DESCRIPTORS, FULL_DATES, PATIENT_CHARACTERISTICS, DEVICE_IDENTITY,
)  # fmt: skip
