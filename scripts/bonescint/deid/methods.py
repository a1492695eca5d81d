"""How a file was de-identified, in the words of DICOM: the options of PS3.15 (PS3.16, CID 7050).

They are not taken from pydicom. Its dictionary of 10,000 concepts takes as long to load as all
other modules of the de-identification.
"""

from enum import Enum


class Method(Enum):
    """An option of PS3.15 that this project uses: code value of the scheme DCM, meaning."""

    BASIC_PROFILE = "113100", "Basic Application Confidentiality Profile"
    CLEAN_PIXELS = "113101", "Clean Pixel Data Option"
    CLEAN_GRAPHICS = "113103", "Clean Graphics Option"
    CLEAN_DESCRIPTORS = "113105", "Clean Descriptors Option"
    FULL_DATES = "113106", "Retain Longitudinal Temporal Information Full Dates Option"
    PATIENT_CHARACTERISTICS = "113108", "Retain Patient Characteristics Option"
    DEVICE_IDENTITY = "113109", "Retain Device Identity Option"
    SAFE_PRIVATE = "113111", "Retain Safe Private Option"

    def __init__(self, code: str, meaning: str) -> None:
        self.code, self.meaning = code, meaning
