"""Small coded images of patients who do not exist, as a volume takes them."""

from pathlib import Path

from pydicom import Dataset

from bonescint.delivery.disc.layout import Case, DiscFile, Label
from tests.unit.deid.samples import as_file, siemens

CODES = ("BS-7K3M2", "BS-8M4N3", "BS-9N5P4")
LABEL = Label("BONE-DEMO", "骨シンチの比較", "D-002", 1, 2, True, "ja")
ROW = {
    "exam_date": "2019-07-01", "findings": "多発転移", "eod": "2", "metastasis": "1",
    "age": "71", "sex": "F", "height_cm": "155.3", "weight_kg": "",
}  # fmt: skip


def image(code: str, uid: str, **header: object) -> Dataset:
    """Return an image as it is after the de-identification: no study time, no study ID."""
    ds = siemens()
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.PatientName = ds.PatientID = code
    ds.StudyInstanceUID, ds.SeriesInstanceUID = f"2.25.1{uid}", f"2.25.2{uid}"
    ds.SOPInstanceUID = f"2.25.3{uid}"
    ds.StudyTime = ds.StudyID = ds.AccessionNumber = ""
    ds.StudyDescription, ds.SeriesDescription = "BONE SCINTIGRAPHY", "WHOLE BODY"
    for detector in ds.DetectorInformationSequence:
        del detector.ImageOrientationPatient  # the angles tell the views
    ds.update(header)
    return ds


def write(folder: Path, code: str, *images: Dataset) -> tuple[Path, ...]:
    """Write a patient's images as results/dicom holds them."""
    paths = []
    for n, one in enumerate(images, 1):
        path = folder / code / f"{code}_{n:02}.dcm"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(as_file(one))
        paths.append(path)
    return tuple(paths)


def case(code: str, images: tuple[Path, ...], replaces: str = "") -> Case:
    return Case(code, images, {"code": code} | ROW, "0" * 64, replaces)


def cases(folder: Path) -> list[Case]:
    """Return three patients: one image, two series of one study, two studies."""
    first, second, third = CODES
    same = {"StudyInstanceUID": "2.25.120", "SeriesInstanceUID": "2.25.220"}
    return [
        case(first, write(folder, first, image(first, "10"))),
        case(
            second,
            write(
                folder,
                second,
                image(second, "20"),
                image(second, "21", **same, InstanceNumber="2"),
                image(second, "22", StudyInstanceUID="2.25.120", SeriesNumber="2"),
            ),
            "D-001",
        ),
        case(third, write(folder, third, image(third, "30"), image(third, "31"))),
    ]


def put(files: list[DiscFile], folder: Path) -> Path:
    """Write a volume's files into a folder by their ISO 9660 names."""
    for one in files:
        path = folder / one.iso
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content(one))
    return folder


def content(file: DiscFile) -> bytes:
    return file.source if isinstance(file.source, bytes) else file.source.read_bytes()


def named(files: list[DiscFile], iso: str) -> bytes:
    """Return the content of one file of a volume."""
    (found,) = (content(one) for one in files if one.iso == iso)
    return found
