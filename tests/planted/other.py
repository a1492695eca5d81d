"""What lies beside the images: directories, reports, documents, captures, texts, names of files."""

from pydicom import Dataset
from pydicom.sequence import Sequence

from tests.planted.bytes import EXPLICIT, Draft
from tests.planted.corpus import Case, Maker, Plant, PlantedFile
from tests.planted.person import person

OTHER_CLASSES = {
    "basic text report": ("1.2.840.10008.5.1.4.1.1.88.11", "SR"),
    "dose report": ("1.2.840.10008.5.1.4.1.1.88.67", "SR"),
    "encapsulated PDF": ("1.2.840.10008.5.1.4.1.1.104.1", "DOC"),
    "presentation state": ("1.2.840.10008.5.1.4.1.1.11.1", "PR"),
    "multi-frame colour capture": ("1.2.840.10008.5.1.4.1.1.7.4", "OT"),
    "secondary capture": ("1.2.840.10008.5.1.4.1.1.7", "NM"),
    "CT": ("1.2.840.10008.5.1.4.1.1.2", "CT"),
    "retired NM": ("1.2.840.10008.5.1.4.1.1.5", "NM"),
    "raw data": ("1.2.840.10008.5.1.4.1.1.66", "OT"),
}


def other_places(make: Maker) -> None:
    """Add what is no NM image and what is no DICOM file."""
    for what, (sop_class, modality) in OTHER_CLASSES.items():
        reasons = ("sop-class", "secondary-capture", "no-pixel-data")
        case = make.case("other objects", "siemens", EXPLICIT, "utf8", reasons)
        ds = case.draft.ds
        ds.SOPClassUID, ds.Modality = sop_class, modality
        ds.DocumentTitle = case.text(f"{what}: document title")
        ds.TextValue = case.text(f"{what}: text value")
        ds.EncapsulatedDocument = case.ascii(f"{what}: document").encode()
        content = Dataset()
        content.PersonName = case.text(f"{what}: content item")
        ds.ContentSequence = Sequence([content])
        make.done(case)
    for name in ("DICOMDIR", "disc/DICOMDIR.dcm"):
        make.add(_directory(make, name))
    patient = person(make.mint)
    texts = {
        "worklist.txt": "Patient {}\n",
        "thumbs.db": "{}\0\0",
        "study.xml": "<name>{}</name>",
        "empty.dcm": "",
        "notes.dcm": "a text of more than 132 bytes about {} " + "and nobody else " * 20,
    }
    for name, form in texts.items():
        text = make.mint.romaji()
        plants = (Plant(f"{name} beside the images", text),) if form else ()
        make.add(
            PlantedFile(
                f"{patient.family[0]}/{name}", form.format(text).encode(), None, "other files",
                "", plants, {}, None, frozenset({"not-dicom", "not_dicom", "empty"}),
            )
        )  # fmt: skip
    for form in ("{f}_{g}_{i}.dcm", "{fk}{gk}/{b}/IM0001", "{i}/{b}_{f}.dcm", "{a}.dcm"):
        case = make.case("names of files")
        make.done(case, f"names/{_name(form, case)}")


def _name(form: str, case: Case) -> str:
    who = case.patient
    return form.format(
        f=who.family[0], g=who.given[0], fk=who.family[1], gk=who.given[1], i=who.patient_id,
        b=who.birth, a=who.accession,
    )  # fmt: skip


def _directory(make: Maker, name: str) -> PlantedFile:
    """Return a DICOMDIR whose records name the patient."""
    patient, text = person(make.mint), make.mint.romaji()
    record = Dataset()
    record.DirectoryRecordType, record.PatientName = "PATIENT", text
    record.PatientID = patient.patient_id
    ds = Dataset()
    ds.SOPClassUID, ds.SOPInstanceUID = "1.2.840.10008.1.3.10", f"1.2.3.{patient.accession}"
    ds.FileSetID = patient.family[0].upper()
    ds.DirectoryRecordSequence = Sequence([record])
    return PlantedFile(
        f"cd/{name}", Draft(ds).data(), None, "other files", "",
        (Plant("DICOMDIR record", text),), {},
        None, frozenset({"sop-class", "dicomdir", "not-dicom", "no-pixel-data"}),
    )  # fmt: skip
