"""Other files in a hospital's export: SPECT, and screens of the analysis software."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from pydicom.dataset import Dataset, FileDataset

from bonescint.demo.headers import make_object, radiopharmaceutical
from bonescint.demo.patients import Patient
from bonescint.demo.scans import CountFrames, add_acquisition
from bonescint.dicom import tags
from bonescint.dicom.sop_classes import NUCLEAR_MEDICINE, SECONDARY_CAPTURE
from bonescint.resources import SYNTHETIC, japanese_font

SPECT_FRAMES, SPECT_SIZE = 16, 64


def spect(patient: Patient, seed: int, pixels: CountFrames) -> FileDataset:
    """Return the projections (frames, rows, columns) of a SPECT, with the study's description."""
    ds = make_object(
        patient,
        seed,
        sop_class=NUCLEAR_MEDICINE,
        series="spect",
        series_number=1002,
        instance=1,
        image_type=("ORIGINAL", "PRIMARY", "TOMO", "EMISSION"),
        description="SPECT PELVIS",
        minutes=205,
    )
    add_acquisition(ds, patient, seed, pixels, spacing=9.04)
    n = len(pixels)
    ds.RadiopharmaceuticalInformationSequence = [
        radiopharmaceutical(patient, named=True, coded=False)
    ]
    ds.DetectorVector, ds.NumberOfDetectors = [1] * n, 1
    detector = Dataset()
    detector.CollimatorType = "PARA"
    detector.ImagePositionPatient, detector.ImageOrientationPatient = None, None
    detector.StartAngle, detector.RadialPosition = "0", "250"
    ds.DetectorInformationSequence = [detector]
    ds.FrameIncrementPointer = [
        tags.EnergyWindowVector,
        tags.DetectorVector,
        tags.RotationVector,
        tags.AngularViewVector,
    ]
    ds.RotationVector, ds.NumberOfRotations = [1] * n, 1
    rotation = Dataset()
    rotation.StartAngle, rotation.AngularStep = "0", str(360 / n)
    rotation.RotationDirection, rotation.ScanArc = "CW", "360"
    rotation.ActualFrameDuration, rotation.RadialPosition = 15000, "250"
    rotation.NumberOfFramesInRotation = n
    ds.RotationInformationSequence = [rotation]
    ds.AngularViewVector = list(range(1, n + 1))
    ds.TypeOfDetectorMotion = "STEP AND SHOOT"
    return ds


def analysis_screen(patient: Patient, seed: int, scan: CountFrames, software: str) -> FileDataset:
    """Return a screen of the analysis software saved as a Secondary Capture.

    Every second one is RGB, the others are 8 bit grey. The patient is burned in, as on real ones.

    Parameters
    ----------
    scan
        Counts (2, rows, columns) shown on the screen.
    software
        Product and version. The picture adds "(simulated)".
    """
    colour = patient.index % 2 == 0
    ds = make_object(
        patient,
        seed,
        sop_class=SECONDARY_CAPTURE,
        series="capture",
        series_number=1900,
        instance=1,
        image_type=("DERIVED", "SECONDARY"),
        description=f"{software} (simulated)",
        minutes=260,
    )
    ds.ConversionType = "WSD"
    ds.SecondaryCaptureDeviceManufacturer = "SYNTHETIC"
    ds.BurnedInAnnotation = "YES"
    ds.BodyPartExamined = "WHOLEBODY"
    ds.PatientOrientation = None
    picture = _picture(patient, scan, software)
    ds.Rows, ds.Columns = picture.shape[:2]
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    if colour:
        ds.SamplesPerPixel, ds.PhotometricInterpretation = 3, "RGB"
        ds.PlanarConfiguration = 0
    else:
        picture = picture[:, :, 1]
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 8, 8, 7, 0
    ds.add_new(tags.PixelData, "OW" if patient.implicit else "OB", picture.tobytes())
    return ds


def _picture(patient: Patient, scan: CountFrames, software: str) -> NDArray[np.uint8]:
    font = ImageFont.truetype(str(japanese_font()), 17)
    canvas = Image.new("RGB", (640, 512), (16, 24, 48))
    for i, view in enumerate(scan):
        grey = 255 - np.clip(view[:, :].astype(float) * 12, 0, 255).astype(np.uint8)
        canvas.paste(Image.fromarray(grey).resize((128, 512)), (16 + 144 * i, 0))
    draw = ImageDraw.Draw(canvas)
    lines = (
        f"{software} (simulated)",
        SYNTHETIC,
        f"ID {patient.patient_id}",
        patient.name.kanji.replace("^", " ") + " 様",
        f"{patient.exam:%Y/%m/%d}",
        f"BSI {patient.bsi:.2f} %",
        f"Hotspot {len(patient.metastases)}",
    )
    for i, line in enumerate(lines):
        draw.text((320, 40 + 34 * i), line, font=font, fill=(255, 224, 96))
    return np.asarray(canvas)


def cut(ds: FileDataset, in_header: bool) -> bytes:
    """Return the bytes of a file whose copying was interrupted, in the header or in the pixels."""
    buffer = io.BytesIO()
    ds.save_as(buffer, enforce_file_format=True)
    data = buffer.getvalue()
    header = len(data) - len(ds.PixelData)
    return data[: int(0.6 * header)] if in_header else data[: header + len(ds.PixelData) // 3]
