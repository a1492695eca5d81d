"""Nuclear medicine objects of the phantom, in the manner of two manufacturers."""

from functools import partial

import numpy as np
from numpy.typing import NDArray
from pydicom.dataset import Dataset, FileDataset

from bonescint.demo.headers import (
    AGENTS,
    code_item,
    make_object,
    make_uid,
    person_name,
    radiopharmaceutical,
    stated_agent,
)
from bonescint.demo.patients import Patient
from bonescint.dicom import tags
from bonescint.dicom.sop_classes import NUCLEAR_MEDICINE

SPACING = 2.26
CountFrames = NDArray[np.uint16]
WHOLE_BODY = ("ORIGINAL", "PRIMARY", "WHOLE BODY", "EMISSION")
LATE = {
    "siemens": ("WB BONE", "全身骨シンチ 3h", "WB delayed 3h", "全身 後期像"),
    "ge": ("WHOLE BODY", "WHOLE BODY BONE", "WB DELAYED", "全身"),
}
EARLY = ("WB early blood pool", "早期像 (血液プール)")


def whole_body(
    patient: Patient, seed: int, pixels: CountFrames, early: bool = False
) -> list[FileDataset]:
    """Return a whole-body scan in the manner of the patient's vendor.

    Parameters
    ----------
    pixels
        Counts (2, rows, columns): anterior, posterior.
    early
        Whether it is a blood pool minutes after the injection, instead of bone hours after it.
    """
    series, number, minutes = ("early", 2, 0) if early else ("wb", 1000, 180)
    # several spellings, so that a classifier cannot depend on one of them
    texts = EARLY if early else LATE[patient.vendor]
    text = texts[patient.index // 4 % len(texts)]
    make = partial(
        make_object,
        patient,
        seed,
        sop_class=NUCLEAR_MEDICINE,
        series=series,
        series_number=number,
        image_type=WHOLE_BODY,
        description=text,
        minutes=minutes,
    )
    if patient.vendor == "siemens":
        return [_siemens(make(instance=1), patient, seed, pixels)]
    frames = enumerate(pixels)
    return [_ge(make(instance=i + 1), patient, seed, series, i, frame) for i, frame in frames]


def _siemens(ds: FileDataset, patient: Patient, seed: int, pixels: CountFrames) -> FileDataset:
    """Add both views as frames of one object, distinguished by the detector's angle."""
    add_acquisition(ds, patient, seed, pixels)
    ds.ProtocolName = f"{patient.index + 5000}.0.0@"
    ds.RadiopharmaceuticalInformationSequence = [
        radiopharmaceutical(patient, named=True, coded=False)
    ]
    ds.DetectorVector, ds.NumberOfDetectors = [1, 2], 2
    ds.DetectorInformationSequence = [
        _detector("前面 ANT", "180", [1, 0, 0, 0, 0, -1]),
        _detector("後面 POST", "0", [-1, 0, 0, 0, 0, -1]),
    ]
    _add_siemens_groups(ds, patient, pixels)
    return ds


def _detector(view: str, angle: str, orientation: list[int]) -> Dataset:
    item = Dataset()
    item.FieldOfViewShape, item.FieldOfViewDimensions = "RECTANGLE", [578, 2314]
    item.CollimatorGridName, item.CollimatorType = "LEHR", "PARA"
    item.FocalDistance, item.ZoomFactor = 0, [1, 1]
    item.ImagePositionPatient, item.ImageOrientationPatient = None, orientation
    item.StartAngle = angle
    item.ViewCodeSequence = [code_item(view, "99NMG", view)]
    return item


def _add_siemens_groups(ds: Dataset, patient: Patient, pixels: CountFrames) -> None:
    name = "SIEMENS MED NM"
    block = ds.private_block(0x0019, name, create=True)
    block.add_new(0x0F, "SL", 10)
    block.add_new(0x16, "SS", len(pixels))
    # in real exports this group was found to keep the patient's name
    ds.private_block(0x0031, "SIEMENS NM", create=True).add_new(0x01, "LO", patient.name.romaji)
    block = ds.private_block(0x0033, name, create=True)
    block.add_new(0x14, "FL", 0.2)
    block.add_new(0x30, "LO", "WB-Tc99m-NMG")
    block.add_new(0x31, "FL", 180.0)
    block.add_new(0x32, "LO", "Solid")
    ds.private_block(0x0035, name, create=True).add_new(0x01, "LO", "Photopeak")
    block = ds.private_block(0x0041, name, create=True)
    block.add_new(0x01, "SL", 1)
    block.add_new(0x40, "LO", patient.patient_id)
    ds.private_block(0x0043, name, create=True).add_new(0x01, "FL", [0.0, 1.0])
    ds.private_block(0x0055, name, create=True).add_new(0x7E, "FL", [24.05, 24.05])
    ds.private_block(0x0061, name, create=True).add_new(0x1C, "LO", "Uncorrected")
    block = ds.private_block(0x7FE3, name, create=True)  # after the pixel data
    block.add_new(0x14, "SL", [int(frame.min()) for frame in pixels])
    block.add_new(0x15, "SL", [int(frame.max()) for frame in pixels])
    block.add_new(0x16, "SL", [int(frame.sum()) for frame in pixels])
    block.add_new(0x19, "LO", ["ANT", "POST"][: len(pixels)])


def _ge(
    ds: FileDataset, patient: Patient, seed: int, series: str, number: int, frame: CountFrames
) -> FileDataset:
    """Add one view. Only a private element says which view it is."""
    agent = stated_agent(patient)
    coded = patient.index // 4 % 2 == 0 and agent in ("MDP", "HMDP")
    add_acquisition(ds, patient, seed, frame[None])
    ds.CountsAccumulated = int(frame.sum())
    ds.RadiopharmaceuticalInformationSequence = (
        [radiopharmaceutical(patient, named=False, coded=True)] if coded else []
    )
    # without a code, only the texts of protocol and study name the agent
    words = "WB BONE" if coded or agent == "unknown" else f"WB BONE {AGENTS[agent][0]}"
    ds.ProtocolName = words
    if not coded and agent != "unknown":
        ds.StudyDescription = f"Whole Body Bone {AGENTS[agent][1]}"
    ds.DetectorVector, ds.NumberOfDetectors = 1, 1
    detector = Dataset()
    detector.CollimatorGridName, detector.CollimatorType = "LEHR", "PARA"
    detector.ImagePositionPatient, detector.ImageOrientationPatient = None, None
    ds.DetectorInformationSequence = [detector]
    ds.ImageID = "WHOLE BODY"
    _add_ge_groups(ds, patient, seed, series, "EF"[number], words)
    if patient.index % 8 == 2 and number == 0:
        _add_overlay(ds, patient)
    return ds


def _add_ge_groups(
    ds: Dataset, patient: Patient, seed: int, series: str, letter: str, study: str
) -> None:
    name = "GEMS_GENIE_1"
    block = ds.private_block(0x0009, name, create=True)
    block.add_new(0x10, "LO", study)
    block.add_new(0x12, "SL", 1)
    block.add_new(0x1E, "UI", make_uid(seed, patient.index, series, "private", letter))
    block.add_new(0x20, "LO", "WHOLE BODY")
    block.add_new(0x27, "SL", 2)
    block.add_new(0x40, "LO", person_name(patient).split("=")[0].replace("^", ","))
    block.add_new(0x42, "DA", f"{patient.exam:%Y%m%d}")
    block = ds.private_block(0x0011, name, create=True)
    block.add_new(0x0D, "LO", "Tc99m")
    block.add_new(0x10, "LO", f"WHOLE BODY_{letter}")
    block.add_new(0x12, "LO", f"WHOLE BODY_{letter}")
    block.add_new(0x30, "LO", f"WHOLE BODY_{letter}")
    block = ds.private_block(0x0013, name, create=True)
    block.add_new(0x10, "FD", [578.56, 2314.24])
    block.add_new(0x16, "SL", 140)


def _add_overlay(ds: Dataset, patient: Patient) -> None:
    """Add a graphics plane whose label names the patient, as typed by an operator."""
    plane = np.zeros((ds.Rows, ds.Columns), np.uint8)
    plane[8:24, 8:40] = np.indices((16, 32)).sum(axis=0) % 2
    for element, vr, value in (
        (0x0010, "US", ds.Rows),
        (0x0011, "US", ds.Columns),
        (0x0022, "LO", f"ROI {patient.name.romaji.replace('^', ' ')}"),
        (0x0040, "CS", "G"),
        (0x0050, "SS", [1, 1]),
        (0x0100, "US", 1),
        (0x0102, "US", 0),
        (0x1500, "LO", f"{patient.patient_id} {patient.name.kanji.replace('^', '')}"),
        (0x3000, "OW", np.packbits(plane, bitorder="little").tobytes()),
    ):
        ds.add_new((0x6000, element), vr, value)


def add_acquisition(
    ds: Dataset, patient: Patient, seed: int, pixels: CountFrames, spacing: float = SPACING
) -> None:
    """Add image plane, pixels, energy window and orientation, which every NM object has.

    Parameters
    ----------
    ds
        As `make_object` returns it.
    patient, seed
        As for `make_object`.
    pixels
        Counts (frames, rows, columns).
    spacing
        Pixel spacing, mm.
    """
    ds.BodyPartExamined = "WHOLEBODY"
    ds.CountsAccumulated = None  # Siemens leaves it empty
    ds.AcquisitionTerminationCondition = "MANU"
    if "WHOLE BODY" in ds.ImageType:
        ds.ActualFrameDuration = 900000
        ds.ScanVelocity, ds.WholeBodyTechnique, ds.ScanLength = "2.2", "1PS", 1980
    ds.FrameOfReferenceUID = make_uid(seed, patient.index, "frame of reference")
    ds.PositionReferenceIndicator = ""
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.NumberOfFrames, ds.Rows, ds.Columns = pixels.shape
    ds.FrameIncrementPointer = [tags.EnergyWindowVector, tags.DetectorVector]
    ds.PixelSpacing = [spacing, spacing]
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 0
    ds.SmallestImagePixelValue, ds.LargestImagePixelValue = int(pixels.min()), int(pixels.max())
    ds.WindowCenter, ds.WindowWidth = "10", "20"
    ds.EnergyWindowVector = [1] * len(pixels)
    ds.NumberOfEnergyWindows = 1
    limits, window = Dataset(), Dataset()
    limits.EnergyWindowLowerLimit, limits.EnergyWindowUpperLimit = "129.5", "150.5"
    window.EnergyWindowRangeSequence, window.EnergyWindowName = [limits], "99m Technetium"
    ds.EnergyWindowInformationSequence = [window]
    recumbent = code_item("F-10450", "99SDM", "Recumbent")
    recumbent.PatientOrientationModifierCodeSequence = [code_item("F-10340", "99SDM", "Supine")]
    ds.PatientOrientationCodeSequence = [recumbent]
    ds.PatientGantryRelationshipCodeSequence = [code_item("F-10470", "99SDM", "headfirst")]
    ds.add_new(tags.PixelData, "OW", np.ascontiguousarray(pixels, "<u2").tobytes())
