"""Make one row of the index per readable instance: its patient and its classification."""

from bonescint.dicom import tags
from bonescint.dicom.classify import find_kind, find_phase
from bonescint.dicom.elements import Elements
from bonescint.dicom.headers import Header
from bonescint.dicom.staff import INSTITUTION, STAFF
from bonescint.dicom.tracer import find_tracer
from bonescint.dicom.views import find_views
from bonescint.dicom.vocabulary import BONE_TRACERS

_TEXTS = {
    "sop_instance_uid": tags.SOPInstanceUID,
    "study_instance_uid": tags.StudyInstanceUID,
    "modality": tags.Modality,
    "patient_id": tags.PatientID,
    "patient_name": tags.PatientName,
    "patient_birth_date": tags.PatientBirthDate,
    "patient_sex": tags.PatientSex,
    "study_date": tags.StudyDate,
}


def classify(
    header: Elements, has_pixel_data: bool, tracers: tuple[str, ...] = BONE_TRACERS
) -> dict[str, str]:
    """Return kind, phase, views and tracer, each with its evidence."""
    verdicts = {
        "kind": find_kind(header, has_pixel_data),
        "phase": find_phase(header),
        "views": find_views(header),
        "tracer": find_tracer(header, tracers),
    }
    row = {name: verdict.value for name, verdict in verdicts.items()}
    return row | {f"{name}_evidence": verdict.evidence for name, verdict in verdicts.items()}


def index_row(
    header: Header, path: str, size: int, tracers: tuple[str, ...] = BONE_TRACERS
) -> dict[str, str]:
    """Return the row of an instance at a path below the raw folder (docs/en/tables.md)."""
    elements = Elements(header.dataset)
    row = {"path": path, "size": str(size)}
    row |= {column: elements.text(tag) for column, tag in _TEXTS.items()}
    row["patient_id"] = elements.text(tags.PatientID, keep_nul=True)
    items = elements.items(tags.OtherPatientIDsSequence)
    others = [elements.text(tags.OtherPatientIDs, keep_nul=True)]
    others += [item.text(tags.PatientID, keep_nul=True) for item in items]
    row["other_patient_ids"] = "\\".join(filter(None, others))
    row["staff"] = _joined(elements, STAFF)
    row["institution"] = _joined(elements, INSTITUTION)
    row["synthetic"] = elements.text(tags.SyntheticData)
    return row | classify(elements, header.has_pixel_data, tracers)


def _joined(elements: Elements, which: tuple[int, ...]) -> str:
    return "\\".join(filter(None, map(elements.text, which)))
