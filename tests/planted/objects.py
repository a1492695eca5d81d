"""Four NM objects as gamma cameras write them, and which values an image analysis needs.

An object is a tree of keywords. Every leaf is wanted with its value, or with another one where the
hospital's policy asks for a standard term (`Term`); the patient's own attributes are not.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from pydicom import Dataset
from pydicom.sequence import Sequence

from tests.planted.person import Person

NM = "1.2.840.10008.5.1.4.1.1.20"
ROWS, COLUMNS = 64, 32
# sequences are emptied, filled or replaced as a whole, so a path names the item: key, number, key
Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Term:
    """A value that a standard term stands for in the result."""

    typed: str
    term: str


def counts(frames: int) -> np.ndarray:
    """Return the image, at most ten bits deep."""
    return np.random.default_rng(7).poisson(40, (frames, ROWS, COLUMNS)).astype("<u2")


def _code(value: str, scheme: str, meaning: str, typed: str = "") -> list[dict[str, Any]]:
    meaning_value = Term(typed, meaning) if typed else meaning
    return [
        {"CodeValue": value, "CodingSchemeDesignator": scheme, "CodeMeaning": meaning_value},
    ]


def _common(frames: int) -> dict[str, Any]:
    return {
        "ImageType": ["ORIGINAL", "PRIMARY", "WHOLE BODY", "EMISSION"],
        "SOPClassUID": NM,
        "StudyDate": "20190701",
        "Modality": "NM",
        "PatientSex": "F",
        "PatientAge": "071Y",
        "PatientSize": "1.553",
        "PatientWeight": "51.2",
        "BodyPartExamined": Term("WHOLE BODY", "WHOLEBODY"),
        "CountsAccumulated": "1234567",
        "AcquisitionTerminationCondition": "MANU",
        "TableHeight": "654.8",
        "TableTraverse": "1572.2",
        "ActualFrameDuration": "1200000",
        "CountRate": "1710",
        "ScanVelocity": "1.67",
        "WholeBodyTechnique": "1PS",
        "ScanLength": "1900",
        "PatientPosition": "HFS",
        "SeriesNumber": "1",
        "AcquisitionNumber": "1",
        "InstanceNumber": "1",
        "ImagesInAcquisition": str(frames),
        "SamplesPerPixel": 1,
        "PhotometricInterpretation": "MONOCHROME2",
        "NumberOfFrames": str(frames),
        "FrameIncrementPointer": [0x00540010, 0x00540020],
        "Rows": ROWS,
        "Columns": COLUMNS,
        "PixelSpacing": ["2.26", "2.26"],
        "CorrectedImage": ["UNIF", "LIN"],
        "BitsAllocated": 16,
        "BitsStored": 16,
        "HighBit": 15,
        "PixelRepresentation": 0,
        "SmallestImagePixelValue": 0,
        "LargestImagePixelValue": 63,
        "WindowCenter": "20",
        "WindowWidth": "40",
        "EnergyWindowVector": [1] * frames,
        "NumberOfEnergyWindows": 1,
        "DetectorVector": list(range(1, frames + 1)),
        "NumberOfDetectors": frames,
        "EnergyWindowInformationSequence": [
            {
                "EnergyWindowRangeSequence": [
                    {"EnergyWindowLowerLimit": "126.45", "EnergyWindowUpperLimit": "154.55"},
                ],
                "EnergyWindowName": Term("Tc99m NMG", "Tc99m"),
            }
        ],
        "RadiopharmaceuticalInformationSequence": [
            {
                "Radiopharmaceutical": Term("99mTc-HMDP", "Technetium Tc99m oxidronate"),
                "RadiopharmaceuticalVolume": "2.5",
                "RadionuclideTotalDose": "740",
                "RadionuclideCodeSequence": _code("C-163A8", "99SDM", "^99m^Technetium", "Tc 99m"),
                "AdministrationRouteCodeSequence": _code(
                    "G-D101", "99SDM", "Intravenous route", "i.v."
                ),
                "RadiopharmaceuticalCodeSequence": _code(
                    "C-B1213", "99SDM", "Technetium Tc^99m^ oxidronate", "HMDP"
                ),
            }
        ],
        "PatientOrientationCodeSequence": [
            _code("F-10450", "99SDM", "recumbent", "lying")[0]
            | {"PatientOrientationModifierCodeSequence": _code("F-10340", "99SDM", "supine")}
        ],
        "PatientGantryRelationshipCodeSequence": _code("F-10470", "99SDM", "headfirst"),
    }


def _detector(angle: str) -> dict[str, Any]:
    return {
        "CollimatorGridName": Term("LEHR 12345", "LEHR"),
        "CollimatorType": "PARA",
        "FieldOfViewShape": "RECTANGLE",
        "FieldOfViewDimensions": ["533", "387"],
        "FocalDistance": "0",
        "XFocusCenter": "0",
        "YFocusCenter": "0",
        "ZoomCenter": ["0", "0"],
        "ZoomFactor": ["1", "1"],
        "CenterOfRotationOffset": "0.5",
        "GantryDetectorTilt": "0.1",
        "DistanceSourceToDetector": "0",
        "StartAngle": angle,
        "RadialPosition": "150",
        "ImagePositionPatient": ["-289.3", "-1157", "0"],
        "ImageOrientationPatient": ["1", "0", "0", "0", "0", "-1"],
    }


def siemens() -> dict[str, Any]:
    """Return both views as two frames, told apart by their detectors."""
    return _common(2) | {
        "Manufacturer": "SIEMENS NM",
        "ManufacturerModelName": "Encore2",
        "StationName": "NM-ROOM2",
        "DetectorInformationSequence": [_detector("180"), _detector("0")],
        "AcquisitionDuration": 1200.0,
    }


def ge() -> dict[str, Any]:
    """Return one view; a private element says which one."""
    view = {
        "CodeValue": Term("G-5215", "399321004"),
        "CodingSchemeDesignator": Term("SNM3", "SCT"),
        "CodeMeaning": Term("ANT", "Anterior projection"),
    }
    return _common(1) | {
        "Manufacturer": "GE MEDICAL SYSTEMS",
        "ManufacturerModelName": "DISCOVERY NM/CT 670",
        "StationName": "NMC670",
        "DetectorInformationSequence": [_detector("180") | {"ViewCodeSequence": [view]}],
        "ScanProgressionDirection": "HEAD_TO_FEET",
        "BurnedInAnnotation": "NO",
        "PresentationLUTShape": "IDENTITY",
        "QualityControlImage": "NO",
        "PatientOrientation": ["L", "F"],
    }


def plain() -> dict[str, Any]:
    """Return two views of a third maker, derived from other images, with padding and windows."""
    source = {"ReferencedSOPClassUID": NM, "ReferencedFrameNumber": ["1", "2"]}
    purpose = _code("121320", "DCM", "Uncompressed predecessor")
    return _common(2) | {
        "ImageType": ["DERIVED", "PRIMARY", "WHOLE BODY", "EMISSION"],
        "Manufacturer": "TOSHIBA_MEC_NM",
        "ManufacturerModelName": "GCA 7200",
        "StationName": "核医学2",
        "DetectorInformationSequence": [_detector("180"), _detector("0")],
        "SourceImageSequence": [source | {"PurposeOfReferenceCodeSequence": purpose}],
        "ReferencedImageSequence": [source],
        "AnatomicRegionSequence": _code("38266002", "SCT", "Entire body", "all"),
        "DerivationCodeSequence": _code("113062", "DCM", "Pixel by pixel subtraction"),
        "PixelPaddingValue": 0,
        "PixelPaddingRangeLimit": 1,
        "SpatialResolution": "4.5",
        "VOILUTFunction": "LINEAR",
        "Laterality": "L",
    }


def tomographic() -> dict[str, Any]:
    """Return a projection set, with the attributes of rotations, phases and time slots."""
    tree = _common(2)
    for keyword in ("ScanVelocity", "ScanLength", "WholeBodyTechnique"):
        del tree[keyword]
    return tree | {
        "ImageType": ["ORIGINAL", "PRIMARY", "GATED TOMO", "EMISSION"],
        "Manufacturer": "Philips",
        "ManufacturerModelName": "BRIGHTVIEW XCT",
        "StationName": "BV1",
        "SliceThickness": "2.26",
        "SpacingBetweenSlices": "2.26",
        "SliceLocation": "-12.5",
        "DetectorInformationSequence": [_detector("0") | {"RadialPosition": ["150", "151"]}],
        "PhaseVector": [1, 1],
        "NumberOfPhases": 1,
        "PhaseInformationSequence": [
            {
                "ActualFrameDuration": "30000",
                "NumberOfFramesInPhase": 2,
                "PhaseDelay": "0",
                "PauseBetweenFrames": "0",
                "PhaseDescription": "FLOW",
                "NumberOfTriggersInPhase": 1,
            }
        ],
        "RotationVector": [1, 1],
        "NumberOfRotations": 1,
        "RotationInformationSequence": [
            {
                "DistanceSourceToDetector": "0",
                "TableHeight": "650.5",
                "TableTraverse": "1500",
                "RotationDirection": "CW",
                "RadialPosition": ["200", "201"],
                "ScanArc": "180",
                "AngularStep": "90",
                "ActualFrameDuration": "30000",
                "NumberOfFramesInRotation": 2,
                "StartAngle": "0",
            }
        ],
        "TypeOfDetectorMotion": "STEP AND SHOOT",
        "RRIntervalVector": [1, 1],
        "NumberOfRRIntervals": 1,
        "TimeSlotVector": [1, 2],
        "NumberOfTimeSlots": 2,
        "SliceVector": [1, 2],
        "NumberOfSlices": 2,
        "AngularViewVector": [1, 2],
        "TimeSliceVector": [1, 2],
    }


KINDS = {"siemens": siemens, "ge": ge, "plain": plain, "tomographic": tomographic}


def wanted(tree: dict[str, Any]) -> dict[Path, str]:
    """Return path -> value of everything an image analysis wants of an object."""
    return {path: str(value) for path, value in _leaves(tree, ()) if value is not None}


def _leaves(tree: dict[str, Any], at: Path) -> Iterator[tuple[Path, Any]]:
    for key, value in tree.items():
        match value:
            case Term():
                yield (*at, key), value.term
            case [dict(), *_]:
                for number, item in enumerate(value):
                    yield from _leaves(item, (*at, key, number))
            case _:
                yield (*at, key), None if value is None else _shown(key, value)


def _shown(key: str, value: Any) -> str:
    """Return a value as `str` shows it after pydicom has read it."""
    ds = Dataset()
    setattr(ds, key, value)
    return str(ds[key].value)


def look_up(ds: Dataset, path: Path) -> str | None:
    """Return the value at a path as text, or None if there is none."""
    here: Any = ds
    for step in path:
        try:
            here = here[step].value if isinstance(step, str) else here[step]
        except (KeyError, IndexError, TypeError):
            return None
    return None if here is None else str(here)


def build(tree: dict[str, Any], patient: Person, number: int) -> Dataset:
    """Return the data set of an object, with the patient's identifiers in their usual places."""
    ds = _dataset(tree)
    root = f"1.2.392.200036.9999.{patient.patient_id.lstrip('0')}"
    ds.StudyInstanceUID, ds.SeriesInstanceUID = f"{root}.1", f"{root}.2.{patient.birth}"
    ds.SOPInstanceUID, ds.FrameOfReferenceUID = f"{root}.3.{number}", f"{root}.4"
    ds.PatientName, ds.PatientID = patient.name, patient.patient_id
    ds.PatientBirthDate, ds.AccessionNumber = patient.birth, patient.accession
    ds.ReferringPhysicianName = ds.OperatorsName = patient.physician
    ds.InstitutionName, ds.StudyID = patient.institution, patient.accession[:4]
    ds.PatientTelephoneNumbers = patient.telephone
    ds.StudyDescription = f"Bone {patient.family[0]}"
    ds.SeriesDescription = f"whole body {patient.given[0]}"
    ds.StudyTime = ds.ContentTime = "101500"
    ds.SeriesDate = ds.ContentDate = "20190702"
    ds.PositionReferenceIndicator = ""
    if "GE" in tree["Manufacturer"]:
        block = ds.private_block(0x0011, "GEMS_GENIE_1", create=True)
        block.add_new(0x12, "LO", "WHOLE BODY_E")
    for keyword in ("SourceImageSequence", "ReferencedImageSequence"):
        for item in ds.get(keyword, []):
            item.ReferencedSOPInstanceUID = f"{root}.9.1"
    ds.PixelData = counts(int(tree["NumberOfFrames"])).tobytes()
    ds["PixelData"].VR = "OW"
    return ds


def _dataset(tree: dict[str, Any]) -> Dataset:
    ds = Dataset()
    for key, value in tree.items():
        match value:
            case Term():
                setattr(ds, key, value.typed)
            case [dict(), *_]:
                setattr(ds, key, Sequence([_dataset(item) for item in value]))
            case _:
                setattr(ds, key, value)
    return ds
