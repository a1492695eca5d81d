"""NM headers built in memory, as the two vendors write them, for the tests of ingestion."""

from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, NuclearMedicineImageStorage

ANTERIOR_PLANE = [1, 0, 0, 0, 0, -1]
POSTERIOR_PLANE = [-1, 0, 0, 0, 0, -1]


def item(**values: object) -> Dataset:
    dataset = Dataset()
    for keyword, value in values.items():
        setattr(dataset, keyword, value)
    return dataset


def code(scheme: str, value: str, meaning: str) -> Dataset:
    return item(CodeValue=value, CodingSchemeDesignator=scheme, CodeMeaning=meaning)


def nm_header(frames: int = 1, **values: object) -> Dataset:
    """Return a plain whole-body header that names neither tracer nor view."""
    dataset = item(
        ImageType=["ORIGINAL", "PRIMARY", "WHOLE BODY", "EMISSION"],
        SOPClassUID=NuclearMedicineImageStorage,
        SOPInstanceUID="1.2.3.4",
        StudyInstanceUID="1.2.3",
        SeriesInstanceUID="1.2.3.1",
        Modality="NM",
        StudyDate="20190610",
        PatientID="0012345",
        PatientName="YAMADA^HANAKO",
        PatientSex="F",
        PhotometricInterpretation="MONOCHROME2",
        NumberOfFrames=frames,
        Rows=8,
        Columns=4,
        BitsAllocated=16,
        BitsStored=16,
        HighBit=15,
        SamplesPerPixel=1,
        PixelRepresentation=0,
    )
    dataset.update(item(**values))
    return dataset


def two_views(vector: list[int] | None = None, **anterior: object) -> Dataset:
    """Return anterior and posterior as two frames of one object, as Siemens writes them."""
    detectors = [
        item(StartAngle=180, ImageOrientationPatient=ANTERIOR_PLANE),
        item(StartAngle=0, ImageOrientationPatient=POSTERIOR_PLANE),
    ]
    detectors[0].update(item(**anterior))
    return nm_header(
        2,
        DetectorInformationSequence=detectors,
        DetectorVector=vector or [1, 2],
        EnergyWindowVector=[1, 1],
    )


def genie(name: str, block: int = 0x10, creator: str = "GEMS_GENIE_1") -> Dataset:
    """Return one view, named in the private data set name only, as GE writes it."""
    dataset = nm_header(Manufacturer="anything")
    dataset.add_new(0x00110000 | block, "LO", creator)
    dataset.add_new(0x00110012 | block << 8, "LO", name)
    return dataset


def nm_file(path: Path, number: int = 0, rows: int = 8, columns: int = 4) -> Path:
    """Write a two-frame file with the sequences and private blobs of a real one."""
    dataset = two_views()
    dataset.Rows, dataset.Columns = rows, columns
    dataset.SpecificCharacterSet = ["", "ISO 2022 IR 87"]
    dataset.PatientName = "YAMADA^HARUKO=山田^春子"
    dataset.PatientID = f"{number:07d}"
    dataset.SOPInstanceUID = f"1.2.3.4.{number}"
    dataset.StudyDescription = "骨シンチ"
    dataset.SeriesDescription = "WB"
    drug = item(Radiopharmaceutical="HMDP", RadionuclideTotalDose=740)
    drug.RadiopharmaceuticalCodeSequence = [code("SCT", "53951001", "oxidronate")]
    dataset.RadiopharmaceuticalInformationSequence = [drug]
    dataset.add_new(0x00330010, "LO", "SIEMENS MED NM")
    for element in range(40):
        dataset.add_new(0x00331000 + element, "LO", f"value {element}")
    dataset.add_new(0x00331080, "OB", bytes(20_000))
    dataset.file_meta = FileMetaDataset()
    dataset.file_meta.TransferSyntaxUID = ExplicitVRLittleEndian
    pixels = np.random.default_rng(number).poisson(3, (2, rows, columns)).astype("<u2")
    dataset.add_new(0x7FE00010, "OW", pixels.tobytes())
    path.parent.mkdir(parents=True, exist_ok=True)
    dataset.save_as(path, enforce_file_format=True)
    return path
