"""Small synthetic NM instances with identifiers planted where real files hide them."""

from io import BytesIO

import numpy as np
from pydicom import Dataset
from pydicom.dataset import FileMetaDataset
from pydicom.filewriter import dcmwrite
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRLittleEndian

# in which a text may hide
ENCODINGS = ("utf-8", "cp932", "euc_jp", "iso2022_jp", "utf-16-le", "utf-16-be")
NM = "1.2.840.10008.5.1.4.1.1.20"
CODE = "BS-7K3M2"
SECRET = b"0123456789abcdef0123456789abcdef"
ROMAJI, KANJI, KANA = "Yamada^Hanako", "山田^花子", "ヤマダ^ハナコ"
PATIENT_ID = "0012345678"
BIRTH = "19480317"
# every other text that must not come out; each occurs in one place only
PLANTED = [f"PLANTED{n:02}X" for n in range(40)]
WANTED = [
    "StudyDate", "PatientSex", "PatientAge", "PatientSize", "PatientWeight", "StationName",
    "Manufacturer", "ManufacturerModelName", "ScanVelocity", "ScanLength", "WholeBodyTechnique",
    "CountsAccumulated", "ActualFrameDuration", "PixelSpacing", "Rows", "Columns",
    "NumberOfFrames", "FrameIncrementPointer", "EnergyWindowVector", "NumberOfEnergyWindows",
    "DetectorVector", "NumberOfDetectors", "WindowCenter", "WindowWidth", "RescaleSlope",
    "RescaleIntercept", "ImageType", "PatientPosition", "TableHeight", "TableTraverse",
    "BitsAllocated", "BitsStored", "HighBit", "PixelRepresentation", "SeriesNumber",
    "InstanceNumber", "CorrectedImage", "LargestImagePixelValue",
]  # fmt: skip


def code_item(value: str, scheme: str, meaning: str) -> Dataset:
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def counts(frames: int = 2, rows: int = 32, columns: int = 8) -> np.ndarray:
    image = np.random.default_rng(1).poisson(3, (frames, rows, columns)).astype("<u2")
    return image[0] if frames == 1 else image


def base(frames: int = 2, rows: int = 32, columns: int = 8) -> Dataset:
    """Return the attributes that every instance here has, with the patient's own identifiers."""
    ds = Dataset()
    ds.SpecificCharacterSet = ["ISO 2022 IR 6", "ISO 2022 IR 87"]
    ds.ImageType = ["ORIGINAL", "PRIMARY", "WHOLE BODY", "EMISSION"]
    ds.SOPClassUID, ds.SOPInstanceUID = NM, "1.2.392.200036.9999.1.1"
    ds.StudyInstanceUID = "1.2.392.200036.9999.1.20190701.12345678"
    ds.SeriesInstanceUID = "1.2.392.200036.9999.1.3"
    ds.FrameOfReferenceUID = "1.2.392.200036.9999.1.4"
    ds.StudyDate, ds.StudyTime = "20190701", "101500"
    ds.SeriesDate = ds.AcquisitionDate = ds.ContentDate = "20190702"
    ds.AcquisitionTime = ds.ContentTime = "101600"
    ds.AccessionNumber, ds.StudyID = "ACC4711-99", "ST12345"
    ds.Modality, ds.StationName = "NM", "NM-ROOM2"
    ds.InstitutionName, ds.InstitutionAddress = "Example University Hospital", "1-2-3 Somewhere"
    ds.ReferringPhysicianName, ds.OperatorsName = "Suzuki^Ichiro", "Tanaka^Jiro"
    ds.StudyDescription, ds.SeriesDescription = "Bone Yamada", "whole body Yamada"
    ds.PatientName = f"{ROMAJI}={KANJI}={KANA}"
    ds.PatientID, ds.PatientBirthDate, ds.PatientSex = PATIENT_ID, BIRTH, "F"
    ds.PatientAge, ds.PatientSize, ds.PatientWeight = "071Y", "1.553", "51.2"
    ds.BodyPartExamined = "WHOLE BODY"
    ds.CountsAccumulated, ds.ActualFrameDuration = "1234567", "1200000"
    ds.ScanVelocity, ds.ScanLength, ds.WholeBodyTechnique = "1.67", "1900", "1PS"
    ds.TableHeight, ds.TableTraverse, ds.PatientPosition = "654.8", "1572.2", "HFS"
    ds.SeriesNumber, ds.InstanceNumber = "1", "1"
    ds.PixelSpacing, ds.CorrectedImage = ["2.26", "2.26"], ["UNIF", "LIN"]
    ds.SamplesPerPixel, ds.PhotometricInterpretation = 1, "MONOCHROME2"
    ds.NumberOfFrames, ds.Rows, ds.Columns = frames, rows, columns
    ds.FrameIncrementPointer = [0x00540010, 0x00540020]
    ds.BitsAllocated, ds.BitsStored, ds.HighBit, ds.PixelRepresentation = 16, 16, 15, 0
    ds.LargestImagePixelValue = 12
    ds.WindowCenter, ds.WindowWidth = "6", "12"
    ds.RescaleSlope, ds.RescaleIntercept = "1", "0"
    ds.EnergyWindowVector = [1] * frames
    ds.NumberOfEnergyWindows = ds.NumberOfDetectors = 1
    ds.DetectorVector = list(range(1, frames + 1))
    window = Dataset()
    window.EnergyWindowLowerLimit, window.EnergyWindowUpperLimit = "126", "154"
    energy = Dataset()
    energy.EnergyWindowRangeSequence = Sequence([window])
    energy.EnergyWindowName = "Tc99m NMG"
    ds.EnergyWindowInformationSequence = Sequence([energy])
    tracer = Dataset()
    tracer.Radiopharmaceutical = "99mTc-HMDP 740MBq"
    tracer.RadionuclideTotalDose = "740"
    nuclide = code_item("C-163A8", "99SDM", "Technetium")
    tracer.RadionuclideCodeSequence = Sequence([nuclide])
    ds.RadiopharmaceuticalInformationSequence = Sequence([tracer])
    ds.PatientOrientationCodeSequence = Sequence([code_item("F-10450", "99SDM", "liegend")])
    ds.PatientGantryRelationshipCodeSequence = Sequence([code_item("F-10470", "99SDM", "x")])
    ds.PixelData = counts(frames, rows, columns).tobytes()
    return ds


def siemens() -> Dataset:
    """Return one object with both views as two frames, told apart by the detector only."""
    ds = base()
    ds.Manufacturer, ds.ManufacturerModelName = "SIEMENS NM", "Encore2"
    detectors = []
    for angle in ("180", "0"):
        detector = Dataset()
        detector.CollimatorGridName, detector.CollimatorType = "LEHR 12345", "PARA"
        detector.FocalDistance, detector.StartAngle = "0", angle
        detector.ImagePositionPatient = None
        detector.ImageOrientationPatient = [1, 0, 0, 0, 0, -1]
        detector.FieldOfViewShape, detector.ZoomFactor = "RECTANGLE", ["1", "1"]
        view = code_item("WB D1", "99NMG", "Yamada WB")
        detector.ViewCodeSequence = Sequence([view])
        detectors.append(detector)
    ds.DetectorInformationSequence = Sequence(detectors)
    ds.NumberOfDetectors = 2
    block = ds.private_block(0x0033, "SIEMENS MED NM", create=True)
    block.add_new(0x01, "LO", "Yamada Hanako")
    return ds


def ge(view: str = "WHOLE BODY_E") -> Dataset:
    """Return one view of a pair; which one stands in a private element only."""
    ds = base(frames=1)
    ds.Manufacturer, ds.ManufacturerModelName = "GE MEDICAL SYSTEMS", "DISCOVERY NM/CT 670"
    ds.DetectorVector = [1]
    block = ds.private_block(0x0009, "GEMS_GENIE_1", create=True)
    block.add_new(0x40, "LO", "YAMADA,HANAKO")
    ds.private_block(0x0011, "GEMS_GENIE_1", create=True).add_new(0x12, "LO", view)
    return ds


def plant(ds: Dataset) -> Dataset:
    """Put every text of PLANTED into a place of its own, and the patient's name into some."""
    texts = iter(PLANTED)
    for keyword in (
        "ImageComments", "AdditionalPatientHistory", "ProtocolName", "PatientComments",
        "DeviceSerialNumber", "PerformedProcedureStepDescription", "RequestingPhysician",
        "SoftwareVersions", "ImageID", "PositionReferenceIndicator", "DerivationDescription",
        "OtherPatientNames", "IssuerOfPatientID", "EthnicGroup", "PatientTelephoneNumbers",
        "RETIRED_StudyComments", "AcquisitionComments", "ConvolutionKernel",
    ):  # fmt: skip
        setattr(ds, keyword.removeprefix("RETIRED_"), next(texts))
    ds.EnergyWindowInformationSequence[0].EnergyWindowName = next(texts)
    tracer = ds.RadiopharmaceuticalInformationSequence[0]
    tracer.Radiopharmaceutical, tracer.RadiopharmaceuticalRoute = next(texts), next(texts)
    tracer.RadionuclideCodeSequence[0].CodeMeaning = next(texts)
    tracer.add_new(0x00100010, "PN", next(texts))
    # creator and element inside a public item
    tracer.private_block(0x0033, next(texts), create=True).add_new(0x02, "LO", next(texts))
    ds.PatientOrientationCodeSequence[0].CodeMeaning = next(texts)
    original = Dataset()
    original.PatientName, original.ModifyingSystem = next(texts), next(texts)
    modified = Dataset()
    modified.ModifiedAttributesSequence = Sequence([original])
    modified.SourceOfPreviousValues = next(texts)
    ds.OriginalAttributesSequence = Sequence([modified])
    other = Dataset()
    other.PatientID, other.IssuerOfPatientID = next(texts), next(texts)
    ds.OtherPatientIDsSequence = Sequence([other])
    inner = Dataset()
    inner.PatientName = next(texts)
    block = ds.private_block(0x0019, "ACME", create=True)
    block.add_new(0x10, "SQ", Sequence([inner]))
    block.add_new(0x11, "UN", next(texts).encode() + b" ")
    ds.add_new(0x60000022, "LO", next(texts))
    ds.add_new(0x60003000, "OW", next(texts).encode() + b" ")
    ds.add_new(0x50000022, "LO", next(texts))
    icon = Dataset()
    icon.Rows, icon.Columns, icon.BitsAllocated = 3, 3, 8
    icon.PixelData = next(texts).encode()
    ds.IconImageSequence = Sequence([icon])
    ds.BodyPartExamined = next(texts)
    ds.private_block(0x7FE3, next(texts), create=True).add_new(0x01, "LO", "Yamada Hanako")
    ds.DetectorInformationSequence[0].CollimatorGridName = next(texts)
    assert next(texts, None) is None, "every text has its place"
    return ds


def as_file(
    ds: Dataset,
    syntax: str = ExplicitVRLittleEndian,
    preamble: bytes = b"\0" * 128,
    tail: bytes = b"",
) -> bytes:
    ds.file_meta = FileMetaDataset()
    ds.file_meta.TransferSyntaxUID = syntax
    ds.file_meta.MediaStorageSOPClassUID = ds.SOPClassUID
    ds.file_meta.MediaStorageSOPInstanceUID = ds.SOPInstanceUID
    ds.file_meta.SourceApplicationEntityTitle = "YAMADA_AE"
    ds.file_meta.ImplementationVersionName = "HANAKO"
    buffer = BytesIO()
    dcmwrite(buffer, ds, enforce_file_format=True)
    return preamble + buffer.getvalue()[128:] + tail
