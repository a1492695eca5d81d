"""The header of every synthetic object: patient, study, series and many identifying attributes.

It imitates the habits of two manufacturers as far as the study's rules depend on them (the places
of view, tracer and names). The manufacturer is SYNTHETIC, so that no object is taken for a
scanner's.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from bonescint.demo.patients import Patient
from bonescint.resources import SYNTHETIC

INSTITUTION = "合成病院 SYNTHETIC HOSPITAL"
MANUFACTURER = {"siemens": "SYNTHETIC (Siemens style)", "ge": "SYNTHETIC (GE style)"}
STUDY_DESCRIPTION = {"siemens": "骨シンチグラフィ", "ge": "Whole Body Bone"}
# spellings of the injected agent; the third ones are Japanese product names
AGENTS = {
    "MDP": ("MDP", "Tc-99m MDP", "テクネMDP"),
    "HMDP": ("HMDP", "Tc-99m HMDP", "クリアボーン"),
    "PYP": ("PYP", "Tc-99m PYP", "テクネピロリン酸"),
    "unknown": ("Tc99m", "Tc-99m", "99mTc"),
}
AGENT_CODES = {
    "MDP": (("96390006", "SCT", "Medronate"), ("C-B1218", "SRT", "Medronate")),
    "HMDP": (("53951001", "SCT", "Oxidronate"), ("C-B1213", "SRT", "Oxidronate")),
}
_NAMESPACE = uuid.UUID("6f0c2d0e-3a58-5b0a-9f57-2f9c36f2b6a4")


def make_uid(*parts: object) -> UID:
    """Return the UID below 2.25 for a seed and a purpose, the same in every run."""
    return UID(f"2.25.{uuid.uuid5(_NAMESPACE, '/'.join(map(str, parts))).int}")


def code_item(value: str, scheme: str, meaning: str) -> Dataset:
    """Return an item of a code sequence."""
    item = Dataset()
    item.CodeValue, item.CodingSchemeDesignator, item.CodeMeaning = value, scheme, meaning
    return item


def person_name(patient: Patient) -> str:
    """Return the patient's name in three component groups."""
    return "=".join(patient.name)


def stated_agent(patient: Patient) -> str:
    """Return the key of `AGENTS` that the headers state."""
    return "unknown" if patient.kind == "tracer_unknown" else patient.tracer


def empty_object(sop_class: str, uid: UID, implicit: bool = False) -> FileDataset:
    """Return an object with nothing but its file meta information."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = UID(sop_class), uid
    meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    meta.ImplementationClassUID = make_uid("bonescint phantom")
    meta.ImplementationVersionName = "SYNTHETIC"
    return FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)


def make_object(
    patient: Patient,
    seed: int,
    *,
    sop_class: str,
    series: str,
    series_number: int,
    instance: int,
    image_type: Sequence[str],
    description: str,
    minutes: int,
) -> FileDataset:
    """Return a data set without pixels: file meta, patient, study, series, equipment, SOP common.

    Parameters
    ----------
    seed
        The demonstration's seed, from which UIDs are derived.
    series
        Key of the series among the patient's, part of the UIDs.
    image_type
        Values of Image Type.
    minutes
        Start of the series after the study's time.
    """
    uid = make_uid(seed, patient.index, series, instance)
    ds = empty_object(sop_class, uid, patient.implicit)
    ds.file_meta.SourceApplicationEntityTitle = "SYNTH_PACS"
    ds.SpecificCharacterSet = patient.charset.split("\\")
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, uid
    ds.ImageType = list(image_type)
    _add_patient(ds, patient)
    _add_study(ds, patient, seed)
    _add_times(ds, patient, minutes)
    ds.Modality = "NM"
    ds.SeriesInstanceUID = make_uid(seed, patient.index, series)
    ds.SeriesNumber, ds.InstanceNumber = series_number, instance
    ds.SeriesDescription = description
    ds.OperatorsName = "架空技師^一郎" if patient.charset != "ISO_IR 192" else "架空技師^髙一郎"
    ds.PerformingPhysicianName = "KAKUUI^KENSA=架空医^検査"
    ds.Manufacturer = MANUFACTURER[patient.vendor]
    ds.ManufacturerModelName = "ANALYTIC PHANTOM"
    ds.DeviceSerialNumber = "192.0.2.19"  # scanners do put addresses here; this one is reserved
    ds.SoftwareVersions = "bonescint phantom"
    ds.StationName = f"SYNTHNM{1 + patient.index % 2}"
    ds.ImageComments = SYNTHETIC
    return ds


def _add_times(ds: Dataset, patient: Patient, minutes: int) -> None:
    start = datetime.combine(patient.exam, datetime.strptime(patient.time, "%H%M%S").time())
    start += timedelta(minutes=minutes)
    for name in ("SeriesDate", "AcquisitionDate", "ContentDate", "PerformedProcedureStepStartDate"):
        setattr(ds, name, f"{start:%Y%m%d}")
    for name in ("SeriesTime", "AcquisitionTime", "ContentTime", "PerformedProcedureStepStartTime"):
        setattr(ds, name, f"{start:%H%M%S}.000")


def _add_patient(ds: Dataset, patient: Patient) -> None:
    # marks demonstration files, whatever the configuration says
    ds.SyntheticData = "YES"
    ds.PatientName = person_name(patient)
    ds.PatientID = patient.patient_id
    ds.IssuerOfPatientID = "SYNTHHOSP"
    ds.PatientBirthDate = f"{patient.birth_date:%Y%m%d}"
    ds.PatientSex = patient.sex
    if patient.index % 9 != 4:  # R25: not every header has an age
        ds.PatientAge = f"{patient.age:03d}Y"
    style = "{:.6f}" if patient.vendor == "ge" else "{:.2f}"
    missing = patient.index % 11 == 6  # GE writes "0.000000" for an empty field
    ds.PatientSize = "0.000000" if missing else style.format(patient.height)
    ds.PatientWeight = "0.000000" if missing else style.format(patient.weight)
    ds.PatientComments = f"{SYNTHETIC} {patient.name.kanji.replace('^', ' ')} 様"
    ds.AdditionalPatientHistory = "乳癌術後 / breast cancer"
    if patient.index % 4 == 0:
        other = Dataset()
        other.PatientID, other.IssuerOfPatientID = f"OLD-{patient.patient_id}", "SYNTHHOSP"
        other.TypeOfPatientID = "TEXT"
        ds.OtherPatientIDsSequence = [other]
    if patient.index % 10 == 3:
        ds.OtherPatientNames = patient.name.romaji


def _add_study(ds: Dataset, patient: Patient, seed: int) -> None:
    ds.StudyInstanceUID = make_uid(seed, patient.index, "study")
    ds.StudyID = f"{patient.index + 1:06d}"
    ds.StudyDate, ds.StudyTime = f"{patient.exam:%Y%m%d}", f"{patient.time}.000"
    ds.AccessionNumber = f"A{patient.exam:%y%m}{patient.patient_id}"
    ds.ReferringPhysicianName = "KAKUUI^IRAI=架空医^依頼=カクウイ^イライ".replace(
        "カクウイ^イライ", "ｶｸｳｲ^ｲﾗｲ" if "13" in patient.charset else "カクウイ^イライ"
    )
    ds.StudyDescription = STUDY_DESCRIPTION[patient.vendor]
    ds.InstitutionName = INSTITUTION
    ds.InstitutionAddress = "合成県架空市仮想町 0-0-0"
    ds.InstitutionalDepartmentName = "画像診療部 (合成)"
    ds.PhysiciansOfRecord = "KAKUUI^SHUJI=架空医^主治"
    ds.PerformedProcedureStepID = f"NM{patient.patient_id}"
    ds.RequestedProcedureDescription = "骨シンチ (全身)"
    if patient.index % 12 == 5:
        ds.OriginalAttributesSequence = [_original_attributes(patient)]


def _original_attributes(patient: Patient) -> Dataset:
    """Return what a merge of two registrations leaves behind: an older name and ID."""
    before = Dataset()
    before.PatientName = patient.name.romaji
    before.PatientID = f"TEMP{patient.patient_id}"
    item = Dataset()
    item.ModifiedAttributesSequence = [before]
    item.AttributeModificationDateTime = f"{patient.exam:%Y%m%d}170000"
    item.ModifyingSystem = "SYNTH_PACS"
    item.SourceOfPreviousValues = "SYNTH_RIS"
    item.ReasonForTheAttributeModification = "COERCE"
    return item


def radiopharmaceutical(patient: Patient, *, named: bool, coded: bool) -> Dataset:
    """Return the radiopharmaceutical item: name and dose in the local scheme, a code if wanted.

    Parameters
    ----------
    patient
        The patient who got the injection.
    named, coded
        Whether Radiopharmaceutical and Radiopharmaceutical Code Sequence are present.
    """
    agent = stated_agent(patient)
    item = Dataset()
    if named:
        # UTF-8 only: in ISO-2022-JP some katakana contain the byte of a backslash, which separates
        # values
        spelling = (
            patient.index // 4 % 3 if patient.charset == "ISO_IR 192" else patient.index // 8 % 2
        )
        item.Radiopharmaceutical = AGENTS[agent][spelling]
    item.RadionuclideTotalDose = str(720 + patient.index % 5 * 10)
    item.RadionuclideCodeSequence = [code_item("C-163A8", "99SDM", "99m Technetium")]
    if coded and agent in AGENT_CODES:
        item.RadiopharmaceuticalCodeSequence = [
            code_item(*AGENT_CODES[agent][patient.index // 4 % 2])
        ]
    return item
